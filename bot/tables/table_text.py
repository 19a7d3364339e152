"""A table as text for a terminal, and as rows for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.formatting import display_width, wrap
from bot.lock.plaintext import drop_invisible
from bot.notes import worded, words
from bot.table import NOT_SAID, Cell, Row, Table
from bot.values import Answer, Cited

_LABEL_WIDTH = 22
_LEAST_COLUMN = 12


def to_text(table: Table, width: int | None = None, *, notes: bool = True) -> str:
    """Return the table with aligned columns within ``width`` terminal columns, ``notes`` below.

    A Chinese character takes two columns. Where the columns would be too narrow to read, each
    report is set as a block of its own.
    """
    head = ["报告", *(column.name for column in table.columns)]
    body = [[row.label, *(cell.text for cell in row.cells)] for row in table.rows]
    widths = _widths([head, *body], width)
    lines = _grid(head, body, widths) if widths else _blocks(table, width)
    for note in table.notes if notes else ():
        if note.kind == "silent_on":
            continue  # the table shows it
        lines += wrap(f"· {drop_invisible(words(note))}", width, "  ")
    return "\n".join(lines)


def _widths(rows: Sequence[Sequence[str]], width: int | None) -> list[int] | None:
    """Return the width of each column, None where they do not all fit in a readable way."""
    count = len(rows[0])
    natural = [max(display_width(row[i]) for row in rows) for i in range(count)]
    if width is None:
        return natural
    room = width - 3 * (count - 1)
    if sum(natural) <= room:
        return natural
    label = min(natural[0], _LABEL_WIDTH)
    rest = room - label
    if rest < _LEAST_COLUMN * (count - 1):
        return None
    widths, left, columns = [0] * (count - 1), rest, count - 1
    for i in sorted(range(count - 1), key=lambda i: natural[i + 1]):
        widths[i] = min(natural[i + 1], left // columns)
        left -= widths[i]
        columns -= 1
    return [label, *widths]


def _grid(head: Sequence[str], body: Sequence[Sequence[str]], widths: Sequence[int]) -> list[str]:
    rule = "─┼─".join("─" * w for w in widths)
    lines = [*_row_lines(head, widths), rule]
    tall = any(display_width(cell) > w for row in body for cell, w in zip(row, widths, strict=True))
    for number, row in enumerate(body):
        if tall and number:
            lines.append(rule)
        lines += _row_lines(row, widths)
    return lines


def _row_lines(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    cells = [wrap(drop_invisible(text), w) for text, w in zip(row, widths, strict=True)]
    height = max(len(cell) for cell in cells)
    lines = []
    for i in range(height):
        parts = [cell[i] if i < len(cell) else "" for cell in cells]
        padded = (
            p + " " * max(w - display_width(p), 0) for p, w in zip(parts, widths, strict=True)
        )
        lines.append(" │ ".join(padded).rstrip())
    return lines


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
