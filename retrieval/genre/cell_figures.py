"""The figures of a table's cells: what a cell says as a clause, and what it counts in."""

from __future__ import annotations

import re

from retrieval.genre.quantities import Quantity, find_quantities
from retrieval.text.grid_numbers import is_figure
from retrieval.text.grids import Grid, GridCell
from retrieval.text.years import YEAR

_BRACKETED_UNIT = re.compile(r"[（(]\s*(?:单位[:：])?\s*([^()（）]{1,6})\s*[）)]")
_COUNTS = re.compile(r"(人次|场次|件次|家次|批次|[件宗起人次个份条项部户名家场])数?$")
CHANGE = re.compile("增减|同比|环比|增幅|降幅|变化")
"""A column that tells how much the others changed."""
_THIS_YEAR, _LAST_YEAR = re.compile("本年|今年|当年"), re.compile("上年|去年|上一年")


def cell_clause(grid: Grid, cell: GridCell) -> str:
    """Return what a cell says as a clause: 道路货运立案数为143件."""
    value = re.sub(r"(?<=\d)[,，\s](?=\d{3})", "", cell.text.strip())
    names = _BRACKETED_UNIT.sub("", f"{cell.label}{cell.column}")
    if CHANGE.search(cell.column) and is_figure(value):
        turn = "下降" if value[0] in "-−－" else "增长"
        return f"{names}{turn}{value.lstrip('-−－+')}{_unit(grid, cell)}"
    return f"{names}为{value}{_unit(grid, cell)}"


def cell_figure(grid: Grid, cell: GridCell) -> Quantity | None:
    """Return the figure of a cell where it stands in the text, None if it holds none."""
    if not is_figure(cell.text):
        return None
    found = find_quantities(cell_clause(grid, cell))
    if not found or found[-1].value is None:
        return None
    return found[-1]._replace(start=cell.start, end=cell.end, text=cell.text, doubtful=False)


def cell_year(cell: GridCell, year: int | None) -> int | None:
    """Return the year that a cell is of, by its column or row; None if neither says one.

    ``year`` is the one reported on.
    """
    words = f"{cell.column} {cell.label}"
    said = YEAR.search(words)
    if said:
        return int(said[1])
    if year is not None and _LAST_YEAR.search(words):
        return year - 1
    return year if _THIS_YEAR.search(words) else None


def _unit(grid: Grid, cell: GridCell) -> str:
    """Return what a cell's figure counts in, where only its column, row or table says it."""
    own = find_quantities(cell.text)
    if any(q.unit for q in own) or not is_figure(cell.text):
        return ""
    for words in (cell.column, cell.label):
        for unit in _BRACKETED_UNIT.findall(words):
            if _is_unit(unit):
                return str(unit)
        counted = _COUNTS.search(words)
        if counted:
            return counted[1]
    return grid.unit if grid.unit and _is_unit(grid.unit) else ""


def _is_unit(words: str) -> bool:
    found = find_quantities(f"为1{words}")
    return len(found) == 1 and found[0].unit == words
