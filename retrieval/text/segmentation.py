"""Words of Chinese text, by rjieba with the genre's own compounds added; its only home."""

from __future__ import annotations

from typing import Protocol

from retrieval.text.once import once
from retrieval.text.words import read_words

# as frequent as a common noun: a rarer word loses to its neighbours (流程|图画 for 流程图|画)
_FREQUENCY = 1000


class _Jieba(Protocol):
    def tag(self, text: str, hmm: bool, /) -> list[tuple[str, str]]: ...
    def cut_for_search(self, text: str, /) -> list[str]: ...


@once
def compounds() -> tuple[str, ...]:
    """Return the words of the genre that the dictionary lacks or would cut in two."""
    return tuple(read_words("compounds.txt"))


@once
def _jieba() -> _Jieba:
    import rjieba

    for word in compounds():
        rjieba.add_word(word, _FREQUENCY, "n")
    engine: _Jieba = rjieba
    return engine


def cut_for_search(text: str) -> list[str]:
    """Return the words of ``text`` and the shorter words inside them, for an index."""
    return _jieba().cut_for_search(text)


def tag(text: str) -> list[tuple[str, str]]:
    """Return (word, part of speech) pairs; tags are those of the ICTCLAS set (n, v, m, ns …).

    Only words of the dictionary: guessed words (里列, 中提) would count as content.
    """
    return _jieba().tag(text, False)
