"""Titles without a number that are told by their dress (★制度建设★, ◆ 政务公开) or by standing alone.

A page's own habits, which no standard names: lines that open with one sign, each over paragraphs
of its own (lines of one sign that follow on each other are a list, and no titles); or short lines
that are no sentences, between paragraphs that are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from retrieval.parsing.page_lines import PageLine
from retrieval.text.numbering import marker_at
from retrieval.text.wrapping import BULLETS

MAX_TITLE_CHARS = 32  # a longer one is a sentence
MIN_TITLES = 2  # one alone is an accident
_FRAME = "【〖"
DRESS = BULLETS + "▼►▶➤✦☞#*" + _FRAME + "】〗"
_SIGN = re.compile(f"[{re.escape(DRESS)}]+")
_FRAMED = re.compile(r"[【〖][^】〗\r\n]{2,24}[】〗]\s*")
BARE = "bare"  # the sign of a title that has none
MAX_BARE_CHARS, MIN_BARE = 24, 3
_LEAST_PROSE = 40
_NO_TITLE = re.compile("[。；;？?！!，,：:|\t]|^[0-9０-９(（]|[0-9]日$")
_ENDS = re.compile("[。！？；：.!?;:”’）)】]$")
_PROSE = re.compile("[。；;？！]|[:：,，]\\s*$")


def dressed_titles(text: str, lines: Sequence[PageLine]) -> dict[int, str]:
    """Return the sign of each line of ``lines`` that is a title by its dress, by its index."""
    shown = [(i, line) for i, line in enumerate(lines) if line.kind == "text"]
    signs = {i: _sign(text[line.start : line.end].strip()) for i, line in shown}
    runs = [(sign, [i for i, _ in run]) for sign, run in groupby(shown, lambda s: signs[s[0]])]
    titles: dict[str, list[int]] = {}
    others: set[str] = set()
    for (sign, run), after in zip(runs, [*runs[1:], ("", [])], strict=False):
        if not sign:
            continue
        titles.setdefault(sign, []).extend(run)
        words = text[lines[run[0]].start : lines[run[0]].end].strip()
        if len(run) > 1 or not after[1] or len(words) > MAX_TITLE_CHARS or _PROSE.search(words):
            others.add(sign)
    return {
        i: sign
        for sign, found in titles.items()
        if sign not in others and len(found) >= MIN_TITLES
        for i in found
    }


def bare_titles(text: str, lines: Sequence[PageLine]) -> dict[int, bool]:
    """Return each line of ``lines`` that is a title by standing alone, by its index.

    Its value tells whether another such title follows right on it, so that it stands over both.
    Fewer than ``MIN_BARE`` are an accident, and none is told.
    """
    shown = [
        (i, text[ln.start : ln.end].strip()) for i, ln in enumerate(lines) if ln.kind == "text"
    ]
    may = [_may_be_bare(words) for _, words in shown]
    prose = [len(words) >= _LEAST_PROSE and "。" in words for _, words in shown]
    titles: dict[int, bool] = {}
    for at in range(len(shown) - 1):
        after_whole = at == 0 or may[at - 1] or bool(_ENDS.search(shown[at - 1][1]))
        over = may[at + 1] and at + 2 < len(shown) and prose[at + 2]
        if may[at] and after_whole and (prose[at + 1] or over):
            titles[shown[at][0]] = over
    return titles if len(titles) >= MIN_BARE else {}


def _may_be_bare(words: str) -> bool:
    short = 3 < len(words) <= MAX_BARE_CHARS
    return short and not _NO_TITLE.search(words) and marker_at(words, 0) is None


def _sign(words: str) -> str:
    """Return what a line opens with, if that is a dress; a frame is one around the whole line."""
    found = _SIGN.match(words)
    if not found or len(found.group()) == len(words):
        return ""
    if found.group()[0] in _FRAME:
        return found.group() if _FRAMED.fullmatch(words) else ""
    return found.group()
