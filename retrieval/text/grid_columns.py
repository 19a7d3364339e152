"""Columns by where they stand: a cell between wide blanks lies under the name of its column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

Bounds = tuple[int, int]


def extents(text: str, lines: Iterable[tuple[int, Sequence[Bounds]]]) -> list[Bounds]:
    """Return from where to where each column reaches in lines with all cells.

    Empty where two columns overlap: then nothing is aligned. A line is where it starts and its cells.
    """
    reach: list[Bounds] = []
    for start, cells in lines:
        placed = [_shown(text, start, cell) for cell in cells]
        old = reach or placed
        reach = [(min(a, c), max(b, d)) for (a, b), (c, d) in zip(old, placed, strict=True)]
    apart = all(one[1] < other[0] for one, other in pairwise(reach))
    return reach if apart else []


def place(
    text: str, start: int, cells: Sequence[Bounds], columns: Sequence[Bounds]
) -> tuple[Bounds, ...]:
    """Return a cell for each column, empty where none stands under it; none if one stands beside."""
    placed: list[Bounds] = []
    for cell in cells:
        left, right = _shown(text, start, cell)
        under = [i for i, (a, b) in enumerate(columns) if left < b and a < right]
        if len(under) != 1 or under[0] < len(placed):
            return ()
        placed += [(cell[0], cell[0])] * (under[0] - len(placed))
        placed.append(cell)
    end = cells[-1][1]
    return (*placed, *((end, end),) * (len(columns) - len(placed)))


def _shown(text: str, start: int, cell: Bounds) -> Bounds:
    """Return where a cell stands on its line, a Chinese character being two wide."""
    left = len(text[start : cell[0]].encode("gbk", "replace"))
    return left, left + len(text[slice(*cell)].encode("gbk", "replace"))
