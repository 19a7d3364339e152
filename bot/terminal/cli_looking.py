"""The commands ``read`` and ``search``: how a question is understood, and where words stand."""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

from bot.terminal.cli_reports import JsonOption, LibraryOption, OpenAssistant, OpenLibrary


def register(app: typer.Typer, open_assistant: OpenAssistant, open_library: OpenLibrary) -> None:
    """Add the commands to ``app``; the two functions open what they work on."""

    @app.command()
    def read(
        words: Annotated[list[str], typer.Argument(metavar="QUESTION", help="问题")],
        history: Annotated[
            list[str] | None, typer.Option("--history", metavar="Q", help="此前的问题，可多次给出")
        ] = None,
        library: LibraryOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """只看一个问题怎么被理解，不回答。

        例：baogao read 那玉山呢 --history 綦江列出了哪些问题
        """
        from bot.terminal.screen import Waiting
        from retrieval.question.query import State

        with Waiting("正在理解问题"), open_assistant(library) as assistant:
            state = State()
            for earlier in history or ():
                state = assistant.ask(earlier, state).state
            told = assistant.understood(" ".join(words), state)
        if as_json:
            print(json.dumps(told, ensure_ascii=False))
            return
        print(f"意图 {told['act']}（把握 {told['confidence']:.2f}，{told['reader']}）")
        for ask in told["asks"]:
            said = {k: v for k, v in ask.items() if v and k not in ("content", "operation")}
            print(f"· {ask['content']} / {ask['operation']}")
            for name, value in said.items():
                shown = "、".join(map(str, value)) if isinstance(value, list) else value
                print(f"    {name}: {shown}")

    @app.command()
    def search(
        words: Annotated[list[str], typer.Argument(metavar="WORDS...", help="要找的词")],
        place: Annotated[str | None, typer.Option("--place", help="只找这个地区的报告")] = None,
        year: Annotated[int | None, typer.Option("--year", help="只找这一年度的报告")] = None,
        synonyms: Annotated[bool, typer.Option("--synonyms", help="连同义的说法一起找")] = False,
        library: LibraryOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """逐份逐处查找词语：每处的位置和章节，以及哪些报告没有出现。

        例：baogao search 法律顾问
        """
        from bot.looking import search_rows
        from bot.terminal.screen import Waiting

        if not "".join(words).strip():
            raise typer.BadParameter("没有要找的词，例如：baogao search 法律顾问")
        with Waiting("正在逐份查找"), open_library(library) as shelf:
            rows = search_rows(shelf, words, place or "", year, with_synonyms=synonyms)
        for row in rows:
            _print_row(row, as_json=as_json)
        if not rows:
            print("没有这样的报告，baogao reports 列出现有的", file=sys.stderr)


def _print_row(row: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(row, ensure_ascii=False))
        return
    print(f"{row['name']}  {row['count']}处" if row["count"] else f"{row['name']}  没有出现")
    for place in row["occurrences"]:
        where = " > ".join(place["section_path"]) or "标题或页面文字"
        print(f"    {place['start']}–{place['end']}  {where}")
        print(f"        …{place['text']}…")
