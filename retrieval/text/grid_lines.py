"""Tables whose cells stand one a line, as copied from a page or a PDF: where a row begins again.

Such a table is a run of short lines in which words and figures come round with one period, under
as many names. No cell says which row it is of: where one is missing, the row is told only if one
place for it fits the kinds of its cells, or one is left blank; the rows after it go on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from retrieval.text.furniture import is_furniture
from retrieval.text.grid_numbers import is_empty, is_figure

Bounds = tuple[int, int]

_MAX_CELL_CHARS = 40
_MIN_LINES = 6
_MIN_ROWS = 2
_MIN_PAIRS = 3  # rows of a name and a figure: less than this is any list
_MAX_COLUMNS = 12
LINE = re.compile(r"[^\r\n]+")
_PROSE = re.compile(r"[。；;！!？?\t|｜]|[:：]$")
YEAR = re.compile(r"(?:19|20)\d\d(?:年度?)?")
TOTAL = re.compile(r"[合总共]\s*计|总数|累计|全[省市县区]")


@dataclass(frozen=True, slots=True)
class CellRun:
    """A table's heads and rows, a span a cell (an empty one where a head's words span more)."""

    heads: tuple[tuple[Bounds, ...], ...]
    rows: tuple[tuple[Bounds, ...], ...]
    before: str


class _Table(NamedTuple):
    """So many rows from one line of a run on."""

    start: int
    rows: int
    width: int

    @property
    def end(self) -> int:
        """The line after the last row."""
        return self.start + self.rows * self.width


def find_cell_runs(text: str) -> Iterator[CellRun]:
    """Yield the runs of lines that are the cells of a table, in order."""
    run: list[Bounds] = []
    before = ""
    for match in LINE.finditer(text):
        words = match.group().strip()
        if not words:
            continue
        start = match.start() + match.group().index(words)
        if len(words) <= _MAX_CELL_CHARS and not _PROSE.search(words) and not is_furniture(words):
            run.append((start, start + len(words)))
            continue
        yield from _tables(text, run, before)
        run, before = [], words
    yield from _tables(text, run, before)


def _tables(text: str, run: Sequence[Bounds], before: str) -> Iterator[CellRun]:
    """Yield the tables in a run of short lines, in order."""
    words = [text[a:b] for a, b in run]
    kinds = [_kind(cell) for cell in words] if len(run) >= _MIN_LINES else []
    found = [table for width in range(2, _MAX_COLUMNS + 1) for table in _folds(kinds, width)]
    # a multiple of the period comes round as well, but not with as many rows
    found.sort(key=lambda table: (-table.rows * table.width, table.width))
    taken = bytearray(len(run))
    chosen: list[_Table] = []
    for table in found:
        if not any(taken[table.start - table.width : table.end]):
            taken[table.start - table.width : table.end] = b"\1" * (table.rows + 1) * table.width
            chosen.append(table)
    chosen.sort()
    for number, table in enumerate(chosen):
        start, _, width = table
        first, heads = _heads(words, run, start, width)
        following = chosen[number + 1 :]
        limit = following[0].start - following[0].width if following else len(run)
        rows = tuple(_rows(text, run[:limit], kinds, table))
        yield CellRun(heads, rows, words[first - 1] if first else before)


def _rows(
    text: str, run: Sequence[Bounds], kinds: Sequence[str], table: _Table
) -> Iterator[tuple[Bounds, ...]]:
    """Yield a table's rows, beyond one that lacks a cell too; that one if its place can be told."""
    width, at = table.width, table.start
    whole = list(kinds[at : at + width])

    def fits(first: int, last: int, row: Sequence[str] = whole) -> bool:
        return last <= len(run) and all(map(_alike, kinds[first:last], row))

    while at + width <= len(run) + (at >= table.end):
        after = at + width - 1  # where the next row begins if this one lacks a cell
        again = fits(after, after + width)
        if fits(at, at + width) and (not again or fits(at + width, at + 2 * width)):
            yield tuple(run[at : at + width])
            at += width
            continue
        places = [i for i in range(1, width) if fits(at, after, whole[:i] + whole[i + 1 :])]
        if width == 2 or not places or not (again or after == len(run)):
            return
        if len(places) > 1:  # what the page left blank is where the lines stand further apart
            ends = [*run[at - 1 : after], *run[after : after + 1]]
            gaps = [text.count("\n", one[1], other[0]) for one, other in pairwise(ends)]
            places = [i for i in places if i < len(gaps) and gaps[i] > min(gaps)]
        if len(places) == 1:
            before, behind = run[at : at + places[0]], run[at + places[0] : after]
            yield (*before, (before[-1][1],) * 2, *behind)
        at = after


def _kind(words: str) -> str:
    """Return what a cell is: words, a figure, or either (a dash, and what stands for all rows)."""
    if is_empty(words) or TOTAL.match(words):
        return "either"
    return "figure" if is_figure(words) and not YEAR.fullmatch(words) else "words"


def _alike(one: str, other: str) -> bool:
    return one == other or "either" in (one, other)


def _folds(kinds: Sequence[str], width: int) -> Iterator[_Table]:
    """Yield where rows of ``width`` cells may begin, and how many of them there are.

    Over them stand as many names; each row has words and figures where the first has.
    """
    i = 0
    while i + width < len(kinds):
        if not _alike(kinds[i], kinds[i + width]):
            i += 1
            continue
        end = i
        while end + width < len(kinds) and _alike(kinds[end], kinds[end + width]):
            end += 1
        for start in range(i, min(i + width, end + 1)):
            table = _Table(start, (end + width - start) // width, width)
            if _is_table(kinds, table):
                yield table
                break
        i = end + 1


def _is_table(kinds: Sequence[str], table: _Table) -> bool:
    """Tell whether rows have names over them, words first and figures then."""
    start, rows, width = table
    if start < width or rows < (_MIN_PAIRS if width == 2 else _MIN_ROWS):
        return False
    first = list(kinds[start : start + width])
    if "figure" not in first or "words" not in first[:2]:
        return False
    if first[0] == "figure" and width == 2:  # numbered lines
        return False
    return kinds[start - width] == "words" and "figure" not in kinds[start - width : start]


def _heads(
    words: Sequence[str], run: Sequence[Bounds], start: int, width: int
) -> tuple[int, tuple[tuple[Bounds, ...], ...]]:
    """Return the first line of the heads over the rows that begin at ``start``, and the heads.

    Names that come again (受理 办结 受理 办结) stand under others, one for each time.
    """
    names = range(start - width + 1, start)
    said = [words[i] for i in names]
    for size in range(1, len(names) // 2 + 1):
        times = len(names) // size
        over = names.start - times
        if size * times == len(names) and said == said[:size] * times and over >= 1:
            upper = [run[over - 1]]
            for group in range(over, names.start):
                upper += [run[group], *[(run[group][1],) * 2] * (size - 1)]
            under = [(run[names.start][0],) * 2, *(run[i] for i in names)]
            return over - 1, (tuple(upper), tuple(under))
    return start - width, (tuple(run[start - width : start]),)
