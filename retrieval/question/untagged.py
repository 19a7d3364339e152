"""What a question is about where no tag says so: its words that are not those of a wish.

The tagger finds a theme by its like in the corpus; what villagers and clerks ask about in their own
words (邻居闹矛盾, 送外卖的) it may miss. The words that wishes are said with (有哪些, 打算, 怎么样) are
few and stand in the corpus again and again outside of themes: what is none of them is a subject.
``models/wish_words.txt`` lists them; the fit of the reader writes it.
"""

from __future__ import annotations

from functools import lru_cache

from retrieval.shipped import model_file
from retrieval.text.normalise import normalise
from retrieval.text.segmentation import tag

FILE = "wish_words.txt"
CONTENT = frozenset("nvaijl")
"""Parts of speech, by their first letter, that can name a subject."""


@lru_cache(maxsize=1)
def wish_words() -> frozenset[str]:
    """Return the words that wishes are said with, read once."""
    return frozenset(model_file(FILE).read_text("utf-8").split())


def may_name(word: str, part_of_speech: str) -> bool:
    """Tell whether a word is one that can name a subject: a noun, verb or the like of two letters."""
    return len(word) > 1 and part_of_speech[:1] in CONTENT


def names_a_thing(words: str) -> bool:
    """Tell whether a noun is among what a question is about: 分开列, 一条条说 name how to tell."""
    return any(pos[:1] == "n" for _, pos in _own_words(words))


def subject_of(words: str) -> tuple[str, ...]:
    """Return the words of a question, without its places and years, that are not a wish's own."""
    return tuple(dict.fromkeys(word for word, _ in _own_words(words)))


def _own_words(words: str) -> list[tuple[str, str]]:
    """Return the words that can name a subject and are no wish's own, with their parts of speech."""
    return [
        (word, pos)
        for word, pos in tag(normalise(words))
        if may_name(word, pos) and word not in wish_words()
    ]
