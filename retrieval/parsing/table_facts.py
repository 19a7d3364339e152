"""The facts of a report's tables: one a cell with a figure, under the words of its row and column."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from retrieval.documents import Section
from retrieval.genre.cell_figures import cell_figure, cell_year
from retrieval.genre.indicator_names import name_figure
from retrieval.genre.quantities import Quantity
from retrieval.parsing.indicators import Fact, Period
from retrieval.text.grids import Grid, GridCell, GridRow, find_grids


def with_table_facts(
    text: str, sections: Sequence[Section], year: int | None, facts: Sequence[Fact]
) -> tuple[Fact, ...]:
    """Return ``facts`` with those of the tables, which are read as tables and not as prose."""
    grids = find_grids(text)
    if not grids:
        return tuple(facts)
    prose = [f for f in facts if not any(g.start <= f.quantity.start < g.end for g in grids)]
    told = [f for g in grids for f in _facts(g, sections, year)]
    return tuple(sorted([*prose, *told], key=lambda fact: fact.quantity.start))


def _facts(grid: Grid, sections: Sequence[Section], year: int | None) -> Iterator[Fact]:
    starts = [s.start for s in sections]
    section = sections[bisect_right(starts, grid.start) - 1] if sections else None
    summed = any(row.is_total for row in grid.rows)
    for row in grid.rows:
        for cell in row.cells:
            quantity = cell_figure(grid, cell)
            if quantity is None:
                continue
            told = cell_year(cell, year)
            path = section.path if section else ()
            period: Period = (
                "last" if told is not None and year is not None and told < year else "this"
            )
            if section is not None and section.role == "plans":
                period = "target"
            own = f"{cell.label} {cell.column}".strip()
            yield Fact(
                subject=own,
                own=own,
                subject_start=row.start,
                subject_end=row.end,
                value=cell.text,
                quantity=quantity,
                unit=quantity.unit,
                change=None,
                period=period,
                year=told,
                path=path,
                role=section.role if section else "other",
                start=row.start,
                end=row.end,
                indicator=_indicator(row, cell, quantity, "\n".join(path), summed=summed),
                doubtful=False,
            )


def _indicator(
    row: GridRow, cell: GridCell, quantity: Quantity, heading: str, *, summed: bool
) -> str | None:
    """Return the indicator of a cell: that of its column in a sum, else that of its row.

    A row that is one of several of a kind (an office, a field) is no figure of the whole.
    """
    if row.is_total:
        return name_figure(cell.column, "", "", heading, quantity)
    by_row = None if summed else name_figure(cell.label, "", "", heading, quantity)
    return (
        by_row
        if by_row is not None and not name_figure(cell.column, "", "", "", quantity)
        else None
    )
