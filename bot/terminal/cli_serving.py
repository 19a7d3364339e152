"""The commands that serve others: ``web``, ``web-password`` and ``mcp``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bot.terminal.cli_reports import LibraryOption, check_writer

_WRITER = typer.Option("--writer", help="auto、extractive（摘编原文）或 llm（模型行文）")


def register(app: typer.Typer, library_folder: Callable[[Path | None], Path]) -> None:
    """Add the commands to ``app``; ``library_folder`` says which library is meant."""

    @app.command()
    def web(
        host: Annotated[
            str, typer.Option("--host", help="监听的地址；默认只有本机能打开，其他要先设密码")
        ] = "127.0.0.1",
        port: Annotated[int, typer.Option("--port", min=0, max=65535, help="端口")] = 8765,
        writer: Annotated[str, _WRITER] = "auto",
        library: LibraryOption = None,
    ) -> None:
        """在浏览器里用：提问、看原文、放入报告、写简报、对比；同一地址也是接口。

        例：baogao web，然后打开 http://127.0.0.1:8765
        """
        from bot.assembly import open_assistant
        from bot.settings import Settings, environment
        from bot.web.app import run
        from bot.web.settings import WebSettings

        check_writer(writer)
        folder = library_folder(library)
        settings = WebSettings.from_env(
            environment(), folder, host=host, port=port, keep_days=Settings().keep_days
        )
        assistant = open_assistant(folder, writer=writer, create=True)
        try:
            run(assistant, settings, lambda url: print(f"已启动，请打开 {url}", file=sys.stderr))
        finally:
            assistant.library.close()

    @app.command("web-password")
    def web_password(
        role: Annotated[
            str, typer.Option("--role", help="add（可添加报告）或 read（只能查看）")
        ] = "add",
        library: LibraryOption = None,
    ) -> None:
        """设定从别的电脑打开网页时的密码；只存散列，在报告库目录里。"""
        from bot.web.passwords import ROLES, PasswordFile
        from bot.web.settings import check_password

        if role not in ROLES:
            raise typer.BadParameter("--role 只能是 add 或 read")
        if sys.stdin.isatty():
            password = typer.prompt("密码", hide_input=True, confirmation_prompt=True, err=True)
        else:
            password = sys.stdin.readline().rstrip("\r\n")
        PasswordFile(library_folder(library)).write(role, check_password(password))
        print("已设定密码，重新启动 baogao web 后生效")

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
