"""Which characters of a message are a place, a year, a theme …, and where a further wish begins.

Two linear-chain conditional random fields over the same features of characters, by
python-crfsuite: https://www.chokkan.org/software/crfsuite/
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

import pycrfsuite

from retrieval.question.features import NameTable, character_features
from retrieval.question.request import Tag, Tagged

_PAIRS = dict(zip("“‘《（(", "”’》）)", strict=True))
_OPENED = {closing: opening for opening, closing in _PAIRS.items()}
_STOPS = frozenset("，,。、？?！!：:；;\"' ")


class Tagger:
    """Tags messages with two fitted models, given as the bytes of their files."""

    def __init__(self, spans: bytes, parts: bytes) -> None:
        self._spans, self._parts = pycrfsuite.Tagger(), pycrfsuite.Tagger()
        self._kept = (spans, parts)  # the engine reads them where they lie
        self._spans.open_inmemory(spans)
        self._parts.open_inmemory(parts)

    def tag(self, text: str, names: NameTable) -> tuple[tuple[Tagged, ...], tuple[int, ...]]:
        """Return the spans of ``text``, in order, and where its wishes begin (the first at 0)."""
        if not text:
            return (), (0,)
        items = pycrfsuite.ItemSequence(character_features(text, names))
        marks = self._spans.tag(items)
        breaks = self._parts.tag(items)
        tags = tuple(_spans_of(text, marks))
        inside = {i for t in tags for i in range(t.start + 1, t.end)}
        starts = [i for i, b in enumerate(breaks) if b == "B" and i not in inside and i > 1]
        return tags, (0, *starts)


def _spans_of(text: str, marks: Sequence[str]) -> Iterable[Tagged]:
    start = 0
    for i in range(1, len(marks) + 1):
        ends = i == len(marks) or marks[i] == "O" or marks[i].startswith("B")
        ends = ends or marks[i][2:] != marks[start][2:]
        if ends:
            if marks[start] != "O":
                tag = cast(Tag, marks[start][2:])
                # 比2023|年少了多少: a year's own word is never the first half of another
                end = i + (tag == "year" and text[i : i + 1] == "年" and marks[i] == "O")
                # nor a numeral's first character another's: 清溪二|三年
                begin = start
                while (
                    tag == "year"
                    and text[begin].isnumeric()
                    and _ends_a_numeral(text, marks, begin)
                ):
                    begin -= 1
                first, last = _without_marks(text, begin, end)
                if first < last:
                    yield Tagged(tag, first, last, text[first:last])
            start = i


def _ends_a_numeral(text: str, marks: Sequence[str], start: int) -> bool:
    """Tell whether an untagged character of a numeral stands right before ``start``."""
    return start > 0 and marks[start - 1] == "O" and text[start - 1].isnumeric()


def _without_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """Return a span without stops, and without half a pair, at its ends: 有“枫桥”两个字."""
    while start < end:
        first, last, inside = text[start], text[end - 1], text[start:end]
        if first in _STOPS or first in _OPENED or (_PAIRS.get(first, first) not in inside):
            start += 1
        elif last in _STOPS or last in _PAIRS or (_OPENED.get(last, last) not in inside):
            end -= 1
        else:
            break
    return start, end
