"""Which rows and columns of a table a question means."""

from __future__ import annotations

from collections.abc import Sequence

from bot.evidence.reading import Line
from bot.evidence.table_axes import bare
from retrieval.documents import Report, Span
from retrieval.genre.cell_figures import CHANGE, cell_year
from retrieval.question.query import Query
from retrieval.question.terms import SYNONYM_MATCH, Term
from retrieval.text.grids import GridCell, GridRow, row_at
from retrieval.text.normalise import fold

NAMED, OF_ANOTHER_YEAR = 0.3, -0.5
HALF = 0.5


def meant_rows(
    query: Query, weighted: Sequence[tuple[Term, float]], report: Report, lines: Sequence[Line]
) -> list[Line]:
    """Return ``lines`` without the rows that are about something else than what is asked.

    A row is meant whose name the question says, the longest such name, or else a term of it, if the
    row and what stands over it hold half of what is asked. Where it says none of a table's, the
    whole is meant: the total, which is asked for in many words (一共, 全区) and in none, or all rows
    where it does not tell the column that is named.
    """
    tables: dict[int, list[Line]] = {}
    for line in lines:
        placed = row_at(report.text, line.span.start) if line.row is not None else None
        if placed is not None:
            tables.setdefault(placed[0].start, []).append(line)
    meant = {id(line) for rows in tables.values() for line in _meant(query, weighted, report, rows)}
    return [line for line in lines if line.row is None or id(line) in meant]


def _meant(
    query: Query, weighted: Sequence[tuple[Term, float]], report: Report, rows: Sequence[Line]
) -> Sequence[Line]:
    asked = fold(query.question)
    told = [(line, line.row, bare(line.row.label)) for line in rows if line.row is not None]
    said = [label for _, row, label in told if not row.is_total and label and label in asked]
    longest = [label for label in said if not any(label != o and label in o for o in said)]
    if longest:
        return [line for line, _, label in told if label in longest]
    of_years = [
        line
        for line, row, _ in told
        if query.years and {cell_year(c, report.meta.year) for c in row.cells} <= set(query.years)
    ]
    if of_years and len(of_years) < len(told):
        return of_years
    known = [t for t in (*(t for t, _ in weighted), *query.carried) if len(t.word) > 1]
    total = sum(weight for _, weight in weighted)
    by_term = [
        line
        for line, row, label in told
        if not row.is_total
        and any(t.match(label) >= SYNONYM_MATCH for t in known)
        and _held(weighted, line) >= HALF * total
    ]
    if by_term:
        return by_term
    totals = [line for line, row, _ in told if row.is_total]
    telling = [
        line
        for line, row, _ in told
        if any(_is_named(query, c) and cell_year(c, None) is None for c in row.cells)
    ]
    return totals if any(line in telling for line in totals) or not telling else telling


def _held(weighted: Sequence[tuple[Term, float]], line: Line) -> float:
    """Return the weight of the terms that stand in a row or over it."""
    around = "\n".join((line.folded, line.lead, line.path, line.before))
    return sum(weight * term.match(around) for term, weight in weighted)


def is_said(query: Query, row: GridRow) -> bool:
    """Tell whether a question says the name of a row, without what it has in brackets."""
    label = bare(row.label)
    return bool(label) and label in fold(query.question)


def meant_span(query: Query, report: Report, row: GridRow, best: Span) -> Span:
    """Return the span of the cells of a row that are asked for: ``best`` and others as well named.

    Who asks for several years, or how much it changed, wants the cells of each.
    """
    meant = [best]
    for cell in row.cells:
        changed = (query.change or query.compared) and CHANGE.search(cell.column)
        if changed or column_bonus(query, report, cell) > 0:
            meant.append(Span(cell.start, cell.end))
    return Span(min(s.start for s in meant), max(s.end for s in meant))


def _is_named(query: Query, cell: GridCell) -> bool:
    name = bare(cell.column)
    return len(name) > 1 and name in fold(query.question)


def column_bonus(query: Query, report: Report, cell: GridCell) -> float:
    """Weigh a cell by its column: named in the question, of the year asked about, or of another."""
    if _is_named(query, cell):
        return NAMED
    told = cell_year(cell, report.meta.year)
    if told is None:
        return 0.0
    if query.years:
        return NAMED if told in query.years else OF_ANOTHER_YEAR
    return OF_ANOTHER_YEAR if told != report.meta.year else 0.0
