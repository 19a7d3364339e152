"""The commands that serve others: ``web`` and ``mcp``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bot.terminal.cli_accounts import register_accounts
from bot.terminal.cli_reports import LibraryOption, check_writer

_WRITER = typer.Option("--writer", help="auto、extractive（摘编原文）或 llm（模型行文）")


def register(app: typer.Typer, library_folder: Callable[[Path | None], Path]) -> None:
    """Add the commands to ``app``; ``library_folder`` says which library is meant."""

    web = typer.Typer(invoke_without_command=True, rich_markup_mode=None)
    app.add_typer(web, name="web")

    @web.callback()
    def serve(
        context: typer.Context,
        host: Annotated[
            str, typer.Option("--host", help="监听的地址；默认只有本机能打开，其他要先有账号")
        ] = "127.0.0.1",
        port: Annotated[int, typer.Option("--port", min=0, max=65535, help="端口")] = 8765,
        writer: Annotated[str, _WRITER] = "auto",
        library: LibraryOption = None,
    ) -> None:
        """在浏览器里用：提问、看原文、放入报告、写简报、对比；同一地址也是接口。

        例：baogao web，然后打开 http://127.0.0.1:8765；给同事用先 baogao web user add 名字
        """
        if context.invoked_subcommand is not None:
            return
        from bot.assembly import open_assistant
        from bot.settings import Settings
        from bot.web.accounts import Accounts
        from bot.web.app import run

        check_writer(writer)
        folder = library_folder(library)
        settings = Settings().web.model_copy(update={"host": host, "port": port})
        accounts = Accounts(folder, settings.database_url)
        settings.let_in(accounts)
        assistant = open_assistant(folder, writer=writer, create=True)

        def started(url: str) -> None:
            print(f"已启动，请打开 {url}", file=sys.stderr)

        try:
            run(assistant, settings, accounts, started)
        finally:
            assistant.library.close()

    register_accounts(web, library_folder)

    @app.command()
    def mcp(
        writer: Annotated[str, _WRITER] = "extractive",
        library: LibraryOption = None,
    ) -> None:
        """作为工具供智能体使用（MCP，经标准输入输出）：ask search list_reports read_passage compare。"""
        from bot.assembly import open_assistant
        from bot.mcp.server import build_server

        check_writer(writer)
        assistant = open_assistant(library_folder(library), writer=writer)
        try:
            build_server(assistant).run()
        finally:
            assistant.library.close()
