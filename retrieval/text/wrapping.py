"""Lines that a page broke at a fixed width, as text copied from a PDF is, and what they say whole.

The stored text keeps its line ends. Whoever reads words from it asks here which line ends are
only the page's, and end no sentence.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from retrieval.text.furniture import is_furniture, is_page_number
from retrieval.text.grids import is_in_grid
from retrieval.text.marks import SENTENCE_END
from retrieval.text.numbering import marker_at

JOINT = "\u2060"
"""Stands in an unwrapped text for each character of a line end that ends nothing (word joiner)."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_MIN_WRAP, _MAX_WRAP = 32, 200  # half-width columns: narrower are tables, wider paragraphs
_MIN_WRAPPED_LINES = 6
_MIN_WRAPPED_PRINTED = 2  # where page numbers show that the text was printed
_MAX_REST = 6
_ENDS = frozenset("。！？：；")
_WRAP_SLACK = 6  # punctuation may hang or be pushed over
_BREAK_SLACK = 14  # a number or a Latin word that does not fit is pushed over whole
_INDENTED = ("\u3000", "  ", "\t", "\xa0\xa0")
BULLETS = "●•■□◆◇★☆▲△○◎※\uf06c\uf0d8\uf0b7"
_OPENS_PARAGRAPH = (*_INDENTED, *BULLETS)


def join_lines(text: str) -> list[tuple[int, int]]:
    """Return the lines of ``text`` that are not blank, those joined that were broken.

    Broken are a number left alone, text wrapped at a fixed width (a line of the full width goes
    on in the next one, a shorter one ends its paragraph), a sentence that a printed page's number or
    running head stands in, and an indented paragraph whose rest stands on a line of its own.
    """
    return list(_layout(text)[0])


@lru_cache(maxsize=16)
def _layout(text: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the joined lines, and the lines among them that are the page's and say nothing."""
    lines = [m.span() for m in _LINE.finditer(text) if m.group().strip()]
    pages = _page_lines(text, lines)
    # 2 columns for a Chinese character, 1 for a Latin one
    widths = [len(text[a:b].rstrip().encode("gbk", "replace")) for a, b in lines]
    full_width = _wrap_width(widths, printed=bool(pages))
    joined: list[tuple[int, int]] = []
    swallowed: list[tuple[int, int]] = []
    before, alone = "", False  # the last mark of a line that may go on; whether it is a number
    last_mark, over_page = "", False
    for index, ((start, end), width) in enumerate(zip(lines, widths, strict=True)):
        words = text[start:end].strip()
        marker = marker_at(words, 0)
        if index in pages and last_mark and last_mark not in _ENDS:
            joined[-1] = (joined[-1][0], end)
            swallowed.append((start, end))
            over_page = True
            continue
        if is_in_grid(text, start, end):  # a row is whole and ends with its line
            joined.append((start, end))
            before, alone, last_mark, over_page = "", False, "", False
            continue
        wrapped = before and joined[-1][1] == start and _goes_on(before, text, start)
        rest = bool(pages) and last_mark and last_mark not in _ENDS
        # a few characters up to a full stop are no paragraph
        rest = rest and len(words) <= _MAX_REST and words[-1] in "。：；"
        carried = (over_page or rest) and marker is None and index not in pages
        torn = marker is None and last_mark.isalnum() and _is_torn(text, joined[-1], (start, end))
        if wrapped or carried or torn or (alone and marker is None):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
        alone = marker is not None and marker.end == len(words)
        full = full_width and (
            width >= full_width
            or words[-1] in "，,、；;"
            or (width > full_width - _BREAK_SLACK and words[-1] not in "。！？：:")
        )
        before = words[-1] if full and not is_furniture(words) else ""
        last_mark, over_page = ("" if index in pages else words[-1]), False
    return joined, swallowed


def _is_torn(text: str, before: tuple[int, int], rest: tuple[int, int]) -> bool:
    """Tell whether a paragraph that ends amid a sentence was torn in two: it is indented, the rest not.

    The rest ends a sentence: what does not is a heading, a signature, the page's.
    """
    return (
        text.startswith(_INDENTED, before[0])
        and not text.startswith(_INDENTED, rest[0])
        and SENTENCE_END.search(text, *rest) is not None
        and SENTENCE_END.search(text, *before) is not None
    )


def _page_lines(text: str, lines: Sequence[tuple[int, int]]) -> frozenset[int]:
    """Return which lines are a printed page's: its numbers, and a head that comes back."""
    words = [text[a:b].strip() for a, b in lines]
    numbers = {i for i, line in enumerate(words) if is_page_number(line)}
    if not numbers:
        return frozenset()
    heads = set()
    seen: set[str] = set()
    for index, line in enumerate(words):
        if 6 <= len(line) <= 40 and line in seen and not _ENDS.intersection(line):
            heads.add(index)
        seen.add(line)
    return frozenset(numbers | heads)


@lru_cache(maxsize=64)
def unwrap(text: str) -> str:
    """Return ``text`` with ``JOINT`` for what ends nothing inside joined lines; the length is kept."""
    joined, swallowed = _layout(text)
    pieces, at = [], 0
    for start, end in joined:
        last = start + len(text[start:end].rstrip())
        pieces += [text[at:start], text[start:last].replace("\r", JOINT).replace("\n", JOINT)]
        at = last
    whole = "".join([*pieces, text[at:]])
    for start, end in swallowed:
        whole = whole[:start] + JOINT * (end - start) + whole[end:]
    return whole


@dataclass(frozen=True, slots=True)
class Joined:
    """A text with the page's own line ends taken out, and the way back to the positions before."""

    text: str
    _joints: tuple[int, ...]  # positions in the original of what was taken out

    def original(self, position: int, *, end: bool = False) -> int:
        """Return where ``position`` of the joined text stands in the original.

        An ``end`` stays before a joint, a start goes behind it.
        """
        at = position - 1 if end else position
        for joint in self._joints:
            if joint > at:
                break
            at += 1
        return at + 1 if end else at

    def joined(self, position: int) -> int:
        """Return where ``position`` of the original stands in the joined text."""
        return position - bisect_left(self._joints, position)


@lru_cache(maxsize=8)
def join(text: str) -> Joined:
    """Return ``text`` without the line ends that end nothing."""
    whole = unwrap(text)
    if JOINT not in whole:
        return Joined(whole, ())
    joints = tuple(i for i, char in enumerate(whole) if char == JOINT and text[i] != JOINT)
    return Joined("".join(c for i, c in enumerate(whole) if c != JOINT or text[i] == JOINT), joints)


def words_of(text: str, start: int, end: int) -> str:
    """Return what ``text[start:end]`` says: the page's own line ends taken out."""
    return unwrap(text)[start:end].replace(JOINT, "")


def words_without(text: str, start: int, end: int, marks: str) -> tuple[int, str]:
    """Return where ``text[start:end]`` ends without ``marks``, and what it says up to there."""
    last = start + len(text[start:end].rstrip(marks))
    return last, words_of(text, start, last)


def _goes_on(before: str, text: str, start: int) -> bool:
    """Tell whether the line at ``start`` may carry on a full line that ended with ``before``."""
    if text.startswith(_OPENS_PARAGRAPH, start):
        return False
    marker = marker_at(text, start)
    return before not in "。！？：:" or marker is None or marker.style == "circled"


def _wrap_width(widths: Sequence[int], *, printed: bool) -> int | None:
    """Return from what width a line is a full one, or None on a page that was not wrapped.

    A page that was has many lines of one width and none wider.
    """
    width = sorted(widths)[int(len(widths) * 0.97)] if widths else 0
    full = sum(w >= width - _WRAP_SLACK for w in widths)
    least = _MIN_WRAPPED_PRINTED if printed else max(_MIN_WRAPPED_LINES, len(widths) // 4)
    if not _MIN_WRAP <= width <= _MAX_WRAP or full < least:
        return None
    return width - _WRAP_SLACK
