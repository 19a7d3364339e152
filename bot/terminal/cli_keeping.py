"""The commands ``remove``, ``backup`` and ``restore``. ``register`` adds them to the application."""

from __future__ import annotations

import select
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bot.terminal.cli_reports import LibraryOption, OpenLibrary

_YES = ("y", "yes", "是", "好", "确定")
LibraryFolder = Callable[[Path | None], Path]
"""Says which folder a ``--library`` option (or its absence) means."""


def register(app: typer.Typer, open_library: OpenLibrary, folder_of: LibraryFolder) -> None:
    """Add the commands to ``app``; the two functions find and open what they work on."""

    @app.command()
    def remove(
        report: Annotated[str, typer.Argument(help="报告编号、文件名或“地区 年份”")],
        yes: Annotated[bool, typer.Option("--yes", "-y", help="不再询问")] = False,
        library: LibraryOption = None,
    ) -> None:
        """移除一份报告；在终端里会先问一句，--yes 不问。"""
        from bot.terminal.screen import Waiting
        from retrieval.library.catalogue import find_report

        with open_library(library) as shelf:
            found = find_report(report, shelf.reports())
            if not yes and not agreed(f"确定移除 {found.label}？"):
                print("没有移除", file=sys.stderr)
                raise typer.Exit(1)
            with Waiting("正在移除"):
                summary = shelf.remove(found.id)
        print(f"已移除 {summary.label}")

    @app.command()
    def backup(
        file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="写成哪个文件")],
        library: LibraryOption = None,
    ) -> None:
        """把报告库和会话备份成一个 zip 文件；机器人和网页可以照常运行。

        例：baogao backup 备份-2026-03.zip
        """
        from bot.backup import back_up
        from bot.chats.conversations import chats_path
        from bot.terminal.screen import Waiting

        _refuse_for_database()
        folder = folder_of(library)
        with Waiting("正在备份"):
            manifest = back_up(folder, chats_path(folder), file)
        size = file.stat().st_size / 1_000_000
        print(f"已备份 {manifest.reports} 份报告到 {file}（{size:.1f} MB）")
        print("其中有提问和回答的记录，请妥善保管", file=sys.stderr)

    @app.command()
    def restore(
        file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="baogao backup 写的文件")],
        replace: Annotated[
            bool, typer.Option("--replace", help="目标已有内容时移到旁边（不删除）再恢复")
        ] = False,
        library: LibraryOption = None,
    ) -> None:
        """从备份恢复报告库和会话；恢复前逐个核对，不完整的文件不会动现有内容。

        例：baogao restore 备份-2026-03.zip --library 新目录
        """
        from bot.assembly import mend_library
        from bot.backup import restore as put_back
        from bot.chats.conversations import chats_path
        from bot.terminal.progress import ProgressBar

        _refuse_for_database()
        folder = folder_of(library)
        manifest, aside = put_back(
            file,
            folder,
            chats_path(folder),
            lambda fresh: mend_library(fresh, ProgressBar()),
            replace=replace,
        )
        print(f"已恢复 {manifest.reports} 份报告到 {folder}（备份于 {manifest.made_at}）")
        if aside is not None:
            print(f"原有内容移到了 {aside}")


def _refuse_for_database() -> None:
    from bot.settings import Settings
    from retrieval.errors import BaogaoError

    if Settings().database_url:
        raise BaogaoError(
            "报告库在 PostgreSQL 里（BAOGAO_DATABASE_URL）：请用 pg_dump 和 pg_restore"
        )


def agreed(question: str) -> bool:
    """Ask and return whether the answer is yes; True where nobody is there to ask.

    An answer that was piped in (``echo n | …``) is an answer.
    """
    stdin = sys.stdin
    if stdin is None or stdin.closed:
        return True
    if stdin.isatty():
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        return stdin.readline().strip().lower() in _YES
    line = stdin.readline() if _is_answered(stdin.fileno()) else ""
    return not line or line.strip().lower() in _YES


def _is_answered(handle: int) -> bool:
    try:
        return bool(select.select([handle], [], [], 0)[0])
    except (OSError, ValueError):  # no file to wait for
        return False
