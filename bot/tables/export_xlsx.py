"""Workbooks: a comparison with its quotes on another sheet, or an answer. Uses openpyxl."""

from __future__ import annotations

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

from bot.notes import worded
from bot.table import Table
from bot.values import Answer

_WIDE = 40


def table_workbook(table: Table, title: str) -> bytes:
    """Return the bytes of an .xlsx file.

    The first sheet has a row a report; beside each column of figures stands one of bare numbers
    in the base unit, for sorting and charts. The second gives for every cell its quote with
    report and place. Nothing in it is a formula.
    """
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "对比表"
    head = ["报告", "地区", "年度"]
    for index, column in enumerate(table.columns):
        head.append(column.name)
        if column.numeric:
            units = {cell.unit for _, cell in table.column(index) if cell.value is not None}
            head.append(f"数值（{'/'.join(sorted(units))}）")
    _put(sheet, 1, head, bold=True)
    for number, row in enumerate(table.rows, start=2):
        values: list[str | int | float | None] = [row.label, row.place, row.year]
        for column, cell in zip(table.columns, row.cells, strict=True):
            values.append(cell.text)
            if column.numeric:
                values.append(float(cell.value) if cell.value is not None else None)
        _put(sheet, number, values)
    last = len(table.rows) + 2
    for offset, note in enumerate((title, *worded(table.notes))):
        _put(sheet, last + offset, [note])
    sheet.freeze_panes = "B2"
    _quotes(book.create_sheet("出处"), table)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def answer_workbook(answer: Answer) -> bytes:
    """Return an answer as .xlsx: a row for each line and source of it, with the official words."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "回答"
    head = ["内容", "出处", "报告", "年度", "章节", "原话", "报告编号", "起始字", "结束字"]
    _put(sheet, 1, head, bold=True)
    cited = {citation.n: citation for citation in answer.citations}
    line = 2
    for sentence in answer.sentences:
        sources = [cited[n] for n in sentence.citations]
        for c in sources:
            path = " › ".join(c.section_path)
            source = (c.n, c.title or c.source, c.year, path, c.quote, c.report, c.start, c.end)
            _put(sheet, line, [sentence.text, *source])
            line += 1
        if not sources:
            _put(sheet, line, [sentence.text])
            line += 1
    _put(sheet, line + 1, [answer.question])
    sheet.freeze_panes = "B2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _quotes(sheet: Worksheet, table: Table) -> None:
    _put(sheet, 1, ["报告", "栏目", "原文", "报告编号", "起始字", "结束字"], bold=True)
    line = 2
    for row in table.rows:
        for column, cell in zip(table.columns, row.cells, strict=True):
            for words, cite in cell.claims:
                _put(
                    sheet, line, [row.label, column.name, words, cite.report, cite.start, cite.end]
                )
                line += 1


def _put(
    sheet: Worksheet, row: int, values: Sequence[str | int | float | None], *, bold: bool = False
) -> None:
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(row=row, column=column)
        assert isinstance(cell, Cell)
        if isinstance(value, str):
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
            cell.data_type = "s"  # words of a report are never a formula
        else:
            cell.value = value
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if bold:
            cell.font = Font(bold=True)
        wide = min(max(2 * len(str(value or "")) + 2, 8), _WIDE)
        letter = cell.column_letter
        sheet.column_dimensions[letter].width = max(
            sheet.column_dimensions[letter].width or 0, wide
        )
