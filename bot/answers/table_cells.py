"""One table of one report: the cell under a named row and column, the row that leads, sums, shares.

What is looked up is told with its cell; what is worked out of several cells is a note that says
so. A total is the table's own where it has one; figures without a unit (an average, a rate) are
never added up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.evidence.drafting import Desk, Draft, claim
from bot.evidence.reckoning import share_note
from bot.evidence.table_axes import (
    bare,
    column_nearest,
    columns_named,
    columns_of,
    covered,
    rows_named,
)
from bot.notes import Note, note
from bot.table import Cell, Column, Named, Row, Table
from bot.tables.comparison import column_notes
from bot.values import Cited, DraftLine
from retrieval.documents import Report, Span, meet
from retrieval.genre.cell_figures import cell_figure
from retrieval.genre.quantities import Quantity, canonical
from retrieval.question.asking import asks_lowest
from retrieval.question.terms import SYNONYM_MATCH, content_terms
from retrieval.text.grids import Grid, GridCell, GridRow, find_grids, row_at, tell
from retrieval.text.normalise import fold, normalise

_CAPTION_CHARS = 60
_EXTREME = re.compile("最[高多大低少小]|第一")
_POINTED = re.compile("表(?![示现彰扬决达态率])")
_SUM = re.compile("合计|总计|共计|一共|总共|总数|加起来|之和")
_SHARE = re.compile("占(?:比|.{0,12}(?:几|多少|百分|比例))|几成")
_APART = re.compile("[差比].{0,12}[多少高低几]|相差|差距")
_REMARK = re.compile(r"\s*注[0-9]?[:：](?P<said>[^\n]+)")
_WHOLE_ORDER = ("order.first", "order.falling", "order.rising")
MAX_TELLING = 12


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a question asks of a table: rows, columns, and what is to be worked out of them."""

    grid: Grid
    rows: tuple[GridRow, ...]
    columns: tuple[str, ...]
    order: str = ""
    lowest: bool = False
    own_order: bool = False
    whole_order: bool = False


def cells(desk: Desk) -> Draft | None:
    """Answer from the cells that a question names; None where it names none for certain."""
    report = desk.reports[0]
    for grid in find_grids(report.text):
        asked = _asked(desk, report, grid)
        if asked is not None:
            return _told(desk, report, asked)
    return None


def cells_named(desk: Desk) -> Draft | None:
    """Answer from the rows of the places that a question is about; None if another row would."""
    made = cells(desk) if may_ask(desk) and desk.query.ask.content == "figure" else None
    if made is None:
        return None
    placed = [row_at(desk.reports[0].text, cite.start) for cite in made.focus]
    labels = [fold(at[1].label) for at in placed if at is not None]
    own = [lb for lb in labels if lb and any(lb in n or n in lb for n in desk.query.named)]
    return made if own and len(own) == len(placed) else None


def may_ask(desk: Desk) -> bool:
    """Tell whether a question may be one for a table: one report in scope that has one."""
    if len(desk.scope) > 1 or len(desk.reports) != 1 or desk.only_years:
        return False
    return desk.query.ask.form.paragraph is False and bool(find_grids(desk.reports[0].text))


def _asked(desk: Desk, report: Report, grid: Grid) -> _Asked | None:
    topic, whole = _own_words(desk), normalise(desk.query.question)
    plain = [row for row in grid.rows if not row.is_total]
    caption = report.text[max(0, grid.start - _CAPTION_CHARS) : grid.start]
    head = report.text[slice(*grid.head)]
    if len(plain) < 2 or not covered(desk.query.ask.theme, grid, caption + head):
        return None
    columns = columns_named(topic, grid)
    pointed = bool(_POINTED.search(topic))
    if not columns and not pointed:
        return None
    rows = rows_named(topic, grid)
    extreme = _EXTREME.search(topic)
    if not rows and not extreme:
        rows = rows_named(whole, grid)
        extreme = None if rows else _EXTREME.search(whole)
    if rows:
        columns = columns or columns_named(whole, grid)
        return _Asked(grid, tuple(rows), tuple(columns)) if columns else None
    if extreme is not None:
        words = topic if _EXTREME.search(topic) else whole
        order = column_nearest(words, extreme.start(), grid)
        if order is None or not (pointed or _asks_row(words, grid, head)):
            return None
        return _Asked(
            grid, (), tuple(columns) or (order,), order, asks_lowest(words), words == topic
        )
    if (row := _row_in_focus(desk, report, grid)) is not None and columns:
        return _Asked(grid, (row,), tuple(columns))
    if columns and desk.query.kind == "rank":
        lowest = asks_lowest(topic)
        return _Asked(grid, (), tuple(columns[:1]), columns[0], lowest, True, True)
    if columns and _SUM.search(topic) and (pointed or _asks_row(topic, grid, head)):
        return _Asked(grid, (), tuple(columns))
    return None


def every_row(desk: Desk, draft: Draft) -> Draft:
    """Return a draft that tells one row's cell where no row was asked for as one of the column's sum."""
    if len(draft.focus) != 1 or draft.status != "answered" or not may_ask(desk):
        return draft
    report, cite = desk.reports[0], draft.focus[0]
    placed = row_at(report.text, cite.start)
    if placed is None or placed[1].is_total or sum(not r.is_total for r in placed[0].rows) < 2:
        return draft
    grid, row = placed
    words = normalise(desk.query.question)
    columns = [c.column for c in row.cells if meet(c, cite.start, cite.end)]
    told = rows_named(words, grid) or any(t.match(bare(row.label)) for t in desk.query.terms)
    if told or len(columns) != 1 or columns_named(words, grid) != columns:
        return draft
    return _summed(report, _Asked(grid, (), tuple(columns))) or draft


def _own_words(desk: Desk) -> str:
    """Return the part of the message that holds this wish, its names and form included."""
    start, end = desk.query.ask.span
    return normalise(desk.query.question[start:end] if end else desk.query.topic)


def _asks_row(words: str, grid: Grid, head: str) -> bool:
    """Tell whether words ask about what the rows are: 哪家单位, of a table whose rows are 部门."""
    over = fold(head).split(fold(columns_of(grid)[0]))[0]
    if "谁" in words or any(t.match(over) >= SYNONYM_MATCH for t in content_terms(words) if over):
        return True
    ends = {bare(row.label)[-1:] for row in grid.rows if not row.is_total}
    return len(ends) == 1 and bool(re.search(f"[哪各][个家些]?{ends.pop()}", words))


def _row_in_focus(desk: Desk, report: Report, grid: Grid) -> GridRow | None:
    """Return the row whose cells a conversation has just told."""
    if not desk.query.inherited:
        return None
    told = [start for name, start, _ in desk.state.focus if name == report.id]
    return next((r for r in grid.rows if any(r.start <= at < r.end for at in told)), None)


def _told(desk: Desk, report: Report, asked: _Asked) -> Draft | None:
    grid = asked.grid
    topic = _own_words(desk)
    before: list[DraftLine] = []
    rows = asked.rows
    if asked.order:
        table = _table(report, grid, asked.order)
        kinds = _WHOLE_ORDER if asked.whole_order else _WHOLE_ORDER[:1]
        notes = [n for n in column_notes(table, 0, lowest=asked.lowest) if n.kind in kinds]
        rows = _leading(grid, asked.order, lowest=asked.lowest)
        if asked.whole_order:
            rows = tuple(row for row in grid.rows if not row.is_total)
        if not rows or not notes:
            return None
        before += [DraftLine("", "note", note=n) for n in notes] if asked.own_order else []
    if not rows:
        return _summed(report, asked)
    lines: list[DraftLine] = []
    figures: list[Quantity] = []
    for row in rows:
        chosen = [c for c in row.cells if c.column in asked.columns]
        lines += [_claim(report, grid, row, chosen)] if chosen else []
        figures += [q for c in chosen if (q := cell_figure(grid, c)) is not None]
    if not lines:
        return None
    lines += _remarks(report, grid, rows)
    if len(rows) == 2 and _APART.search(topic):
        kept = [r for r in grid.rows if r in rows]
        for column in asked.columns:
            table = _table(
                report, Grid(grid.start, grid.end, grid.head, tuple(kept), grid.unit), column
            )
            before += [
                DraftLine("", "note", note=n)
                for n in column_notes(table, 0)
                if n.kind == "order.gap"
            ]
    if len(rows) == 1 and _SHARE.search(topic):
        shares, sums = _shares(report, grid, rows[0], asked.columns)
        before, lines = [*before, *shares], [*lines, *sums]
    return Draft(
        tuple(lines),
        before=tuple(before),
        focus=tuple(line.cites[0] for line in lines),
        figures=tuple(figures),
    )


def _remarks(report: Report, grid: Grid, rows: Sequence[GridRow]) -> list[DraftLine]:
    """Return what a note under the table says of the rows, or of all of them."""
    under = _REMARK.match(report.text, grid.end)
    if under is None:
        return []
    told = []
    for said in re.finditer("[^；;。\n]+", under["said"]):
        of = rows_named(said[0], grid)
        if said[0].strip() and (not of or any(row in of for row in rows)):
            start = under.start("said") + said.start()
            told.append(claim(report, Span(start, start + len(said[0]))))
    return told


def _claim(report: Report, grid: Grid, row: GridRow, chosen: Sequence[GridCell]) -> DraftLine:
    cites = (Cited(report.id, row.start, row.end), Cited(report.id, *grid.head))
    return DraftLine(" ".join(tell(chosen).split()), "claim", cites)


def _table(report: Report, grid: Grid, column: str) -> Table:
    """Return a column as a table of its rows, to be put in order as places are."""
    rows = []
    for row in grid.rows:
        if row.is_total:
            continue
        cell = _cell(report, grid, row, column)
        rows.append(Row(report.id, Named(row.label, row.label), report.meta.year, (cell,)))
    return Table((Column(column, numeric=True),), tuple(rows))


def _cell(report: Report, grid: Grid, row: GridRow, column: str) -> Cell:
    quantity = _figure(grid, row, column)
    if quantity is None or quantity.value is None:
        return Cell()
    value, unit = canonical(quantity)
    shown = quantity.text.strip()
    shown += quantity.unit if not shown.endswith(quantity.unit) else ""
    return Cell(shown, (("", Cited(report.id, row.start, row.end)),), value, unit)


def _figure(grid: Grid, row: GridRow, column: str) -> Quantity | None:
    cell = next((c for c in row.cells if c.column == column), None)
    return cell_figure(grid, cell) if cell is not None else None


def _leading(grid: Grid, column: str, *, lowest: bool) -> tuple[GridRow, ...]:
    """Return the rows with the highest (or lowest) figure of a column."""
    told = [
        (canonical(q)[0], row)
        for row in grid.rows
        if not row.is_total and (q := _figure(grid, row, column)) is not None
    ]
    if len(told) < 2:
        return ()
    best = (min if lowest else max)(value for value, _ in told)
    return tuple(row for value, row in told if value == best)


def _summed(report: Report, asked: _Asked) -> Draft | None:
    """Tell the total of each column: the table's own row, or else its figures added up."""
    lines: list[DraftLine] = []
    before: list[DraftLine] = []
    for column in asked.columns:
        total, claims, said = _total(report, asked.grid, column)
        if total is None:
            said = [note("not_summed", name=column)]
            claims = _each(report, asked.grid, column)
        lines += claims
        before += said
    return Draft(tuple(lines), before=tuple(before), focus=tuple(line.cites[0] for line in lines))


def _total(
    report: Report, grid: Grid, column: str
) -> tuple[Quantity | None, list[DraftLine], list[DraftLine]]:
    """Return a column's total with the line or the note that tells it; None if none may be told."""
    whole = next((row for row in grid.rows if row.is_total), None)
    if whole is not None and (own := _figure(grid, whole, column)) is not None:
        chosen = [c for c in whole.cells if c.column == column]
        return own, [_claim(report, grid, whole, chosen)], []
    parts = [(row, _figure(grid, row, column)) for row in grid.rows if not row.is_total]
    told = [(row, q) for row, q in parts if q is not None and q.value is not None and q.unit]
    if len(told) != len(parts) or len({q.unit for _, q in told}) != 1:
        return None, [], []
    if any(q.kind not in ("number", "money") for _, q in told):
        return None, [], []
    first = told[0][1]
    amount = sum((q.value or Decimal(0) for _, q in told), Decimal(0))
    total = Quantity(0, 0, str(amount), amount, first.unit, "", first.kind)
    said = note(
        "summed",
        name=column,
        count=len(told),
        sum=Note("amount", {"number": str(amount), "unit": first.unit}),
    )
    return total, _each(report, grid, column), [said]


def _each(report: Report, grid: Grid, column: str) -> list[DraftLine]:
    """Return a line for each row's cell of a column."""
    cells = [(row, [c for c in row.cells if c.column == column]) for row in grid.rows]
    told = [(row, own) for row, own in cells if own and not row.is_total]
    return [_claim(report, grid, row, own) for row, own in told[:MAX_TELLING]]


def _shares(
    report: Report, grid: Grid, row: GridRow, columns: Sequence[str]
) -> tuple[list[DraftLine], list[DraftLine]]:
    """Return the shares of a row in its columns' totals, and the lines that tell the totals."""
    notes: list[DraftLine] = []
    lines: list[DraftLine] = []
    for column in columns:
        part = _figure(grid, row, column)
        total, claims, said = _total(report, grid, column)
        if part is None or total is None:
            continue
        told = share_note(part, total)
        if told is not None:
            notes += [*said, told]
            lines += claims
    return notes, lines
