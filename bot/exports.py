"""Writing briefings and tables to files, the kind chosen by the name's ending."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from bot.briefing.briefing import paragraph
from bot.formatting import to_terminal as answer_lines
from bot.formatting import where
from bot.lock.plaintext import drop_invisible
from bot.table import Table
from bot.tables.table_text import flat_rows
from bot.values import Answer, Sentence
from retrieval.errors import BaogaoError

NO_CHARTS = "画图要用的组件没有安装，请运行 pip install 'baogao[charts]'，或改写成 .xlsx、.csv"
_RISKY = ("=", "+", "-", "@", "\t")


def plain_text(answer: Answer) -> str:
    """Return a briefing as one paragraph without markers, for pasting."""
    return paragraph(answer, markers=False)


def to_terminal(answer: Answer, width: int | None = None) -> str:
    """Return a briefing for a terminal: the paragraph, what stands under it, the sources."""
    if answer.status != "answered":
        return answer_lines(answer, width)
    under = answer.sentences[len(answer.body) :]
    whole = Sentence(paragraph(answer), "note")
    return answer_lines(replace(answer, sentences=(whole, *under)), width)


def to_markdown(answer: Answer) -> str:
    """Return a briefing as Markdown: the paragraph with footnotes that hold the quotes."""
    return _markdown(answer, "")


def answer_markdown(answer: Answer) -> str:
    """Return an answer as Markdown: a paragraph a line, the footnotes as in a briefing."""
    return _markdown(answer, "\n\n")


def _markdown(answer: Answer, between: str) -> str:
    text = between.join(
        drop_invisible(s.text) + "".join(f"[^{n}]" for n in s.citations) for s in answer.body
    )
    notes = [s.text for s in answer.sentences[len(answer.body) :]]
    lines = [text, ""]
    lines += [f"> {drop_invisible(note)}" for note in notes]
    lines += [""] if notes else []
    for citation in answer.citations:
        quote = " ".join(drop_invisible(citation.quote).split())
        lines.append(f"[^{citation.n}]: {where(citation)}（{citation.source}）：“{quote}”")
    return "\n".join(lines) + "\n"


def to_csv(table: Table) -> bytes:
    """Return the table as CSV that spreadsheet programs open as Chinese (UTF-8 with a mark).

    A cell that such a program would run as a formula is quoted with an apostrophe.
    """
    head, rows = flat_rows(table)
    out = io.StringIO()
    writer = csv.writer(out)
    for row in (head, *rows):
        writer.writerow([f"'{cell}" if cell.startswith(_RISKY) else cell for cell in row])
    return out.getvalue().encode("utf-8-sig")


def save_briefing(answer: Answer, path: Path) -> None:
    """Write a briefing to ``path`` (.docx, .md or .txt); raises ``BaogaoError`` with what to do."""

    def docx() -> bytes:
        from bot.briefing.export_docx import briefing_document

        return briefing_document(answer)

    _save(
        path,
        {
            ".docx": docx,
            ".md": lambda: to_markdown(answer).encode(),
            ".txt": lambda: (plain_text(answer) + "\n").encode(),
        },
    )


def save_table(table: Table, answer: Answer, path: Path) -> None:
    """Write a table to ``path`` (.csv, .xlsx or .png); raises ``BaogaoError`` with what to do."""

    def xlsx() -> bytes:
        from bot.tables.export_xlsx import table_workbook

        return table_workbook(table, answer.question)

    def png() -> bytes:
        try:
            from bot.tables.charts import picture
        except ModuleNotFoundError as error:
            raise BaogaoError(NO_CHARTS) from error
        return picture(table, answer.question)

    _save(path, {".csv": lambda: to_csv(table), ".xlsx": xlsx, ".png": png})


def _save(path: Path, writers: Mapping[str, Callable[[], bytes]]) -> None:
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise BaogaoError(f"不能写成 {path.suffix or '没有后缀的文件'}，请用 {'、'.join(writers)}")
    content = writer()
    try:
        path.write_bytes(content)
    except OSError as error:
        raise BaogaoError(
            f"写不了 {path}：{error.strerror or error}；请检查文件夹和权限"
        ) from error
