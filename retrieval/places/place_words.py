"""How a place name stands among the words of a question, and what is shaped like one.

The judgements rest on the character or word beside a name; all texts here are levelled.
"""

from __future__ import annotations

import re
from functools import lru_cache

from retrieval.genre.romanisation import sounds_like
from retrieval.places.gazetteer import short_name
from retrieval.text.words import read_words

_HAN = "[\\u4e00-\\u9fff]"
_HAN_BLANKS = re.compile(f"(?<={_HAN})\\s+(?={_HAN})")


def squeeze(text: str) -> tuple[str, list[int]]:
    """Drop the blanks between Chinese characters; also return where each character stood."""
    keep = bytearray(b"\x01") * len(text)
    for match in _HAN_BLANKS.finditer(text):
        keep[match.start() : match.end()] = bytes(len(match.group()))
    positions = [index for index, kept in enumerate(keep) if kept]
    return "".join(text[index] for index in positions), positions


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
    return text[max(start - 1, 0) : start + 1] in _words_across() or runs_on(text, end)


def runs_on(text: str, end: int) -> bool:
    """Tell whether the last character before ``end`` belongs to a word that goes on behind it."""
    return text[end - 1 : end + 1] in _words_across()


@lru_cache(maxsize=1)
def _words_across() -> frozenset[str]:
    return frozenset(read_words("words_across_places.txt"))


@lru_cache(maxsize=1)
def _look_alike() -> tuple[frozenset[str], ...]:
    return tuple(map(frozenset, read_words("look_alike_characters.txt")))
