"""The commands ``brief``, ``compare`` and ``facts``. ``register`` adds them to the application."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

if TYPE_CHECKING:
    from bot.assistant import Assistant
    from retrieval.library.library import Library

LibraryOption = Annotated[
    Path | None, typer.Option("--library", metavar="DIR", help="报告库目录（默认 BAOGAO_LIBRARY）")
]
JsonOption = Annotated[bool, typer.Option("--json", help="输出 JSON")]


class OpenAssistant(Protocol):
    """Opens the assistant of the library in a folder, and closes it again."""

    def __call__(
        self, library: Path | None, writer: str = "auto"
    ) -> AbstractContextManager[Assistant]:
        """Return it opened; None is the folder of the settings."""
        ...


class OpenLibrary(Protocol):
    """Opens the library in a folder, made if it is to be, and closes it again."""

    def __call__(
        self, library: Path | None, *, create: bool = False
    ) -> AbstractContextManager[Library]:
        """Return it opened; None is the folder of the settings."""
        ...


def register(app: typer.Typer, open_assistant: OpenAssistant, open_library: OpenLibrary) -> None:
    """Add the commands to ``app``; the two functions open what they work on."""

    @app.command()
    def brief(
        words: Annotated[
            list[str], typer.Argument(metavar="QUESTION或PLACE...", help="问题，或一个或几个地区")
        ],
        year: Annotated[int | None, typer.Option("--year", help="年度")] = None,
        chars: Annotated[
            str | None, typer.Option("--chars", metavar="200-300", help="字数范围")
        ] = None,
        out: Annotated[
            Path | None, typer.Option("--out", metavar="FILE", help="写成 .docx、.md 或 .txt")
        ] = None,
        plain: Annotated[bool, typer.Option("--plain", help="不带引用编号，便于粘贴")] = False,
        with_left_out: Annotated[
            bool, typer.Option("--left-out", help="另列没有写进去的内容，每条注明出处")
        ] = False,
        writer: Annotated[
            str, typer.Option("--writer", help="auto、extractive（摘编原文）或 llm（模型行文）")
        ] = "auto",
        library: LibraryOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """写一段简报，每句注明出处。

        例：baogao brief 綦江 --year 2023 --chars 200-300 --out 简报.docx
        """
        from bot.briefing.left_out import to_json as omitted

        length = _length(chars)
        check_writer(writer)
        from bot.terminal.screen import Waiting, columns

        with Waiting("正在撰写简报"), open_assistant(library, writer) as assistant:
            reply = assistant.brief(words, year=year, chars=length)
            answer, left = reply.answer, None
            if answer.status == "answered" and (with_left_out or as_json):
                left = assistant.left_out(reply.state).answer
        if out is not None:
            from bot.exports import save_briefing

            _need_answer(answer.status)
            save_briefing(answer, out)
            print(f"已写入 {out}", file=sys.stderr)
        if as_json:
            shape = answer.to_json() | {"left_out": omitted(left) if left else []}
            print(json.dumps(shape, ensure_ascii=False))
        elif plain and answer.status == "answered":
            from bot.exports import plain_text

            print(plain_text(answer))
        elif out is None:
            from bot.exports import to_terminal

            print(to_terminal(answer, columns()))
        if left is not None and not as_json:
            from bot.formatting import to_terminal as answer_lines

            print(f"\n——没有写进去的——\n{answer_lines(left, columns())}")

    @app.command()
    def compare(
        words: Annotated[
            list[str],
            typer.Argument(metavar="QUESTION", help="问题，例如：各地规范性文件审核数对比"),
        ],
        out: Annotated[
            Path | None, typer.Option("--out", metavar="FILE", help="写成 .csv、.xlsx 或 .png")
        ] = None,
        library: LibraryOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """把多份报告对同一问题的说法列成表，每格都有原文。

        例：baogao compare 各地调解成功率对比 --out 对比.xlsx
        """
        from bot.tables.table_text import to_json, to_text
        from bot.terminal.screen import Waiting, columns

        with Waiting("正在逐份比较"), open_assistant(library) as assistant:
            from bot.tables import comparison

            reply, table = assistant.tabulate(" ".join(words))
            if out is not None:
                from bot.exports import save_table

                _need_answer(reply.answer.status)
                shelf = assistant.library
                full = comparison.with_words(table, lambda r: shelf.report(r).text)
                save_table(full, reply.answer, out)
                print(f"已写入 {out}", file=sys.stderr)
        if as_json:
            shape = reply.answer.to_json() | {"table": to_json(table, reply.answer)}
            print(json.dumps(shape, ensure_ascii=False))
        elif out is None:
            from bot.formatting import to_terminal

            if reply.answer.status == "answered":
                print(to_text(table, columns(), notes=False), end="\n\n")
            print(to_terminal(reply.answer, columns()))

    @app.command()
    def facts(
        place: Annotated[str | None, typer.Option("--place", help="地区名")] = None,
        year: Annotated[int | None, typer.Option("--year", help="年度")] = None,
        indicator: Annotated[
            str | None, typer.Option("--indicator", help="指标名或其中几个字")
        ] = None,
        as_csv: Annotated[bool, typer.Option("--csv", help="输出 CSV")] = False,
        library: LibraryOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """列出报告里的数字：指标、数值、单位、升降和位置。

        例：baogao facts --place 玉山 --indicator 行政复议
        """
        with open_library(library) as shelf:
            rows = list(_facts(shelf, place, year, indicator))
        if as_csv:
            writer = csv.writer(sys.stdout)
            writer.writerow(_HEAD)
            writer.writerows([[row[name] for name in _HEAD] for row in rows])
            return
        for row in rows:
            if as_json:
                print(json.dumps(row, ensure_ascii=False))
            else:
                change = f"（{row['change']}）" if row["change"] else ""
                doubt = "，疑有缺漏" if row["doubtful"] else ""
                print(
                    f"{row['place']} {row['year']}  {row['indicator'] or row['subject']}  {row['value']}{change}{doubt}"
                )


_HEAD = (
    "report", "place", "year", "indicator", "subject", "value", "number", "unit", "period",
    "change", "doubtful", "start", "end",
)  # fmt: skip


def _facts(
    library: Library, place: str | None, year: int | None, indicator: str | None
) -> Iterator[dict[str, Any]]:
    for summary in library.reports():
        meta = summary.meta
        if year is not None and meta.year != year:
            continue
        if place and not any(place in name for name in (*meta.place, meta.issuer)):
            continue
        for fact in library.facts(summary.id):
            name = fact.indicator or ""
            if indicator and indicator not in name and indicator not in fact.subject:
                continue
            number = fact.quantity.value
            yield {
                "report": summary.id,
                "place": "".join(meta.place) or meta.issuer,
                "year": meta.year,
                "indicator": name,
                "subject": " ".join(fact.subject.split()),
                "value": fact.quantity.text,
                "number": None if number is None else float(number),
                "unit": fact.unit,
                "period": fact.period,
                "change": {"up": "升", "down": "降", "flat": "平"}[fact.change.direction]
                + fact.change.quantity.text
                if fact.change
                else "",
                "doubtful": fact.doubtful,
                "start": fact.start,
                "end": fact.end,
            }


def check_writer(writer: str) -> None:
    """Refuse a writer that is none, as a wrong use of the command."""
    if writer not in ("auto", "extractive", "llm"):
        raise typer.BadParameter("--writer 只能是 auto、extractive 或 llm")


def _length(chars: str | None) -> tuple[int, int] | None:
    if chars is None:
        return None
    match = re.fullmatch(r"(\d{2,4})(?:\s{0,2}[-—~～至到]\s{0,2}(\d{2,4}))?", chars.strip())
    if not match:
        raise typer.BadParameter("--chars 应写成 200-300 或 250")
    low = int(match[1])
    high = int(match[2]) if match[2] else low + low // 10
    low = low if match[2] else low - low // 10
    if not 20 <= low <= high:
        raise typer.BadParameter("--chars 的下限不能大于上限，也不能少于20字")
    return low, high


def _need_answer(status: str) -> None:
    from retrieval.errors import BaogaoError

    if status != "answered":
        raise BaogaoError("没有可写入文件的内容；不加 --out 运行可看到缺什么")
