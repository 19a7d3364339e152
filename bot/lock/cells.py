"""Lines that tell cells of a table: they are held against the table itself, found anew in the text."""

from __future__ import annotations

from collections.abc import Iterable

from retrieval.text.grids import BETWEEN_CELLS, row_at, tell


def tells_cells(line: str, places: Iterable[tuple[str, int]]) -> bool:
    """Tell whether a line is what cells of the rows cited say, with their rows' and columns' words.

    ``places`` are the texts and positions cited.
    """
    told: set[str] = set()
    for text, position in places:
        placed = row_at(text, position)
        if placed is not None:
            told |= {_bare(tell([cell])) for cell in placed[1].cells}
    return bool(told) and all(_bare(part) in told for part in line.split(BETWEEN_CELLS))


def _bare(words: str) -> str:
    return "".join(words.split())
