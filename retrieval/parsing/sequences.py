"""Which numbers inside a line are believed: those that start or continue a sequence.

That is what tells 一是 in a quotation, 一、二审 or 第一产业 from an item.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import replace

from retrieval.text.numbering import HEADING_STYLES, Marker, Style, inline_markers, rank

_IN_QUOTES = r"(?:[^{0}\r\n]|(?<![。：；\r\n])\r?\n){{0,80}}"  # may run on over a broken line
_QUOTED = re.compile(
    "|".join(a + _IN_QUOTES.format(a + b) + b for a, b in ("“”", "《》", "‘’", "「」"))
)
_BOUNDARY = '。；;：:！!？?，,、 \t\u3000\xa0\u200b\r\n”"）)》—-…*'
_STRONG_BOUNDARY = "。；;：:！!？? \t\u3000\xa0\u200b\r\n”）)*"
_NOT_BEFORE_NUMBER = "一二三四五六七八九十第之统唯"
_FIRST_LOOKAHEAD = 2000
_SENTENCE_STYLES = ("is", "must")  # 一是, 一要: unmistakable at the start of a line


class Quotations:
    """Where ``text`` quotes: what stands inside is neither a number nor the end of a sentence."""

    def __init__(self, text: str) -> None:
        spans = [match.span() for match in _QUOTED.finditer(text)]
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def __contains__(self, position: int) -> bool:
        index = bisect_right(self._starts, position) - 1
        return index >= 0 and position < self._ends[index]


def believed_markers(
    text: str,
    start: int,
    end: int,
    *,
    quotations: Quotations,
    running: Mapping[Style, int],
    opened: Marker | None = None,
    following: Marker | None = None,
) -> list[Marker]:
    """Return the marks in ``text[start:end]`` that open an item or a lost line's heading.

    ``running`` holds the last number of each sequence of the enclosing section, ``opened``
    the number that opened the line (its sequence may go on inside it), ``following`` the one
    that opens the next line (it may continue a sequence begun in this one). Linear time.
    """
    candidates = [m for m in inline_markers(text, start, end) if m.start not in quotations]
    if not candidates:
        return []
    goes_on: dict[Style, int] = {}  # where a second or third member of a style stands last
    for marker in candidates:
        if marker.number in (2, 3):
            goes_on[marker.style] = marker.start
    if following and following.number == 2:
        goes_on[following.style] = following.start
    last = dict(running)
    if opened and opened.number is not None:
        last = {style: n for style, n in last.items() if rank(style) < opened.rank}
        last[opened.style] = opened.number
    first = start
    while first < end and text[first].isspace():
        first += 1
    accepted: list[Marker] = []
    for marker in candidates:
        opens_line = opened is None and marker.start <= first
        due = (last.get("first", 0) + 1, last.get("ordinal", 0) + 1)
        if marker.style == "ordinal" and due[1] != marker.number == due[0]:
            marker = replace(marker, style="first")  # 首先，…；其次，…；第三，…
        has_later = goes_on.get(marker.style, -1) >= marker.end
        if _believed(text, marker, last.get(marker.style, 0), opens_line, has_later):
            accepted.append(marker)
            last[marker.style] = marker.number or 0
            if marker.style in HEADING_STYLES:
                last = {style: n for style, n in last.items() if rank(style) <= marker.rank}
    return accepted


def _believed(text: str, marker: Marker, previous: int, opens_line: bool, has_later: bool) -> bool:
    number = marker.number
    before = text[max(0, marker.start - 3) : marker.start].rstrip("\r\n")[
        -1:
    ]  # across a broken line
    if number is None:
        return False
    strict = marker.style in ("part", "cn", "num", "cn_paren") and not opens_line
    bounded = not before or before in (_STRONG_BOUNDARY if strict else _BOUNDARY)
    if marker.style == "aspect":
        return (bounded and number == 1 and has_later) or (number == 2 and previous in (1, 2))
    if opens_line and marker.style in _SENTENCE_STYLES:
        return True
    if number == 1:
        if opens_line and marker.style == "first":
            ahead = text[marker.start : marker.start + _FIRST_LOOKAHEAD]
            return "其次" in ahead or has_later
        return (bounded or opens_line) and has_later
    if marker.style == "first":  # 最后 may follow 其次 as well as 再次
        return bounded and previous >= (2 if number == 4 else 1)
    if not previous:
        return False
    if number == previous + 1:
        if marker.style in _SENTENCE_STYLES:
            return not before or before not in _NOT_BEFORE_NUMBER
        return bounded
    return bounded and number == previous + 2
