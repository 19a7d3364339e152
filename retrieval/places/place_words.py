"""How a place name stands among the words of a question, and what is shaped like one.

The judgements rest on the character or word beside a name; all texts here are levelled.
"""

from __future__ import annotations

from functools import lru_cache

from retrieval.genre.romanisation import sounds_like
from retrieval.places.gazetteer import gazetteer, short_name, word_like_names
from retrieval.text.segmentation import tag
from retrieval.text.words import read_words


def is_slip(window: str, name: str, wrong: int) -> bool:
    """Tell whether ``window`` is ``name`` with a plausible slip at position ``wrong``."""
    if wrong == len(name) - 1 and short_name(name) != name:
        return False  # another suffix is another place
    if not window[wrong].isalpha() or window[wrong].isascii():
        return False
    pair = {window[wrong], name[wrong]}
    return any(pair <= group for group in _look_alike()) or sounds_like(window[wrong], name[wrong])


def crosses_words(text: str, start: int, end: int) -> bool:
    """Tell whether either end of ``text[start:end]`` belongs to another word: 未来|安排."""
    across = _words_across()
    return text[max(start - 1, 0) : start + 1] in across or text[end - 1 : end + 1] in across


def is_a_word(text: str, start: int, end: int) -> bool:
    """Tell whether a short name at ``text[start:end]`` is a word there, or cuts one: 鼓楼, 海口 of 夸下海口.

    Of 7,716 labelled names 13 are cut so: it is asked only beside a place that is held.
    """
    name = text[start:end]
    if name in word_like_names():
        return True
    if start == 0 or name not in gazetteer().short:
        return False
    at, edges = 0, {0}
    for word, _ in tag(text):
        at += len(word)
        edges.add(at)
    return at == len(text) and not {start, end} <= edges


def begins_a_word(text: str, start: int) -> bool:
    """Tell whether the character at ``start`` begins a word of two: 乡下, 乡里, but not 乡|调解."""
    return len(tag(text[start:])[0][0]) == 2


@lru_cache(maxsize=1)
def _words_across() -> frozenset[str]:
    return frozenset(read_words("words_across_places.txt"))


@lru_cache(maxsize=1)
def _look_alike() -> tuple[frozenset[str], ...]:
    return tuple(map(frozenset, read_words("look_alike_characters.txt")))
