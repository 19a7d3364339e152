"""A table as text for a terminal, and as rows for machines."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any

from bot.formatting import wrap
from bot.lock.plaintext import drop_invisible
from bot.notes import worded, words
from bot.table import NOT_SAID, Cell, Row, Table
from bot.values import Answer, Cited

_LABEL_WIDTH = 22
_LEAST_COLUMN = 15
_WIDEST = 1_000


def to_text(table: Table, width: int | None = None, *, notes: bool = True) -> str:
    """Return the table with aligned columns within ``width`` terminal columns, ``notes`` below.

    Where the columns would be too narrow to read, each report is set as a block of its own.
    """
    room = _WIDEST if width is None else width
    narrow = room < _LABEL_WIDTH + _LEAST_COLUMN * len(table.columns)
    lines = _blocks(table, width) if narrow else _grid(table, room)
    for note in table.notes if notes else ():
        if note.kind in ("silent_on", "unsaid_in"):
            continue  # the table shows it
        lines += wrap(f"· {drop_invisible(words(note))}", width, "  ")
    return "\n".join(lines)


def _grid(table: Table, width: int) -> list[str]:
    from rich import box
    from rich.console import Console
    from rich.table import Table as Grid
    from rich.text import Text

    long = any(len(cell.text) > _LABEL_WIDTH for row in table.rows for cell in row.cells)
    grid = Grid(box=box.SQUARE, show_edge=False, show_lines=long, pad_edge=False)
    for name in ("报告", *(column.name for column in table.columns)):
        grid.add_column(Text(name), overflow="fold")
    for row in table.rows:
        grid.add_row(*(Text(drop_invisible(t)) for t in (row.label, *(c.text for c in row.cells))))
    console = Console(file=StringIO(), width=width, color_system=None)
    with console.capture() as shown:
        console.print(grid)
    return [line.rstrip() for line in shown.get().splitlines()]


def _blocks(table: Table, width: int | None) -> list[str]:
    lines = []
    for row in table.rows:
        lines.append(row.label)
        for column, cell in zip(table.columns, row.cells, strict=True):
            lines += wrap(f"  {column.name}：{drop_invisible(cell.text)}", width, "    ")
    return lines


def to_json(table: Table, answer: Answer) -> dict[str, Any]:
    """Return the table in the shape of the contract; citations are numbers of ``answer``.

    A cell has ``text``, ``citation`` (None where the report is silent or the answer does not
    show it), ``value`` in ``unit`` (None where it is no single figure), ``status`` and ``doubt``.
    """
    numbers = {Cited(c.report, c.start, c.end): c.n for c in answer.citations}
    return {
        "columns": [column.name for column in table.columns],
        "rows": [
            {
                "report": row.report,
                "place": row.place,
                "year": row.year,
                "cells": [_cell_json(cell, numbers) for cell in row.cells],
            }
            for row in table.rows
        ],
        "notes": worded(table.notes),
    }


def _cell_json(cell: Cell, numbers: Mapping[Cited, int]) -> dict[str, Any]:
    value = cell.value
    plain: int | float | None = None
    if value is not None:
        plain = int(value) if value == value.to_integral_value() else float(value)
    return {
        "text": cell.text,
        "citation": numbers.get(cell.cite) if cell.cite else None,
        "value": plain,
        "unit": cell.unit,
        "status": "said" if cell.cite else NOT_SAID,
        "measure": cell.measure,
        "doubt": cell.doubt,
    }


def flat_rows(table: Table) -> tuple[list[str], list[list[str]]]:
    """Return a head and rows of plain strings, each cell followed by its quote and its place."""
    head = ["报告", "地区", "年度"]
    for column in table.columns:
        head += [column.name, f"{column.name}·原文", f"{column.name}·出处"]
    return head, [_flat(row) for row in table.rows]


def _flat(row: Row) -> list[str]:
    flat = [row.label, row.place, str(row.year or "")]
    for cell in row.cells:
        places = "；".join(f"{c.report} 第{c.start}–{c.end}字" for _, c in cell.claims)
        flat += [cell.text, "；".join(said.rstrip("。；") for said, _ in cell.claims), places]
    return flat
