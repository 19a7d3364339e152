"""``baogao web user``: the accounts of the page, managed by whoever owns the library's folder."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.terminal.cli_reports import LibraryOption

if TYPE_CHECKING:
    from bot.web.accounts import Accounts

_NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="账号名")]
_RoleOption = Annotated[
    str, typer.Option("--role", help="read（只查看）、add（可添加报告）或 admin（另管账号和移除）")
]


def register_accounts(web: typer.Typer, library_folder: Callable[[Path | None], Path]) -> None:
    """Add ``user`` and its commands to ``web``."""
    user = typer.Typer(
        no_args_is_help=True,
        rich_markup_mode=None,
        help="网页的账号：添加、列出、改密码、改角色、移除；立即生效，不必重新启动。",
    )
    web.add_typer(user, name="user")

    @contextmanager
    def accounts_of(library: Path | None) -> Iterator[Accounts]:
        from bot.settings import Settings
        from bot.web.accounts import Accounts

        held = Accounts(library_folder(library), Settings().database_url)
        try:
            yield held
        finally:
            held.close()

    @user.command()
    def add(name: _NameArgument, role: _RoleOption = "read", library: LibraryOption = None) -> None:
        """添加一个账号；密码在终端里输入，或从标准输入读一行。"""
        with accounts_of(library) as accounts:
            accounts.add(name, role, _password())
        print(f"已添加账号“{name}”（{role}）")

    @user.command("list")
    def list_(library: LibraryOption = None) -> None:
        """列出账号和角色。"""
        with accounts_of(library) as accounts:
            for account in accounts.listed():
                print(f"{account.name}\t{account.role}")

    @user.command()
    def password(name: _NameArgument, library: LibraryOption = None) -> None:
        """改密码；这个账号在各处的登录都作废。"""
        with accounts_of(library) as accounts:
            accounts.change_password(name, _password())
        print(f"已改“{name}”的密码")

    @user.command()
    def role(
        name: _NameArgument,
        role: Annotated[str, typer.Argument(metavar="ROLE", help="read、add 或 admin")],
        library: LibraryOption = None,
    ) -> None:
        """改角色。"""
        with accounts_of(library) as accounts:
            accounts.change_role(name, role)
        print(f"“{name}”现在是 {role}")

    @user.command()
    def remove(name: _NameArgument, library: LibraryOption = None) -> None:
        """移除账号；它的登录立即作废。"""
        with accounts_of(library) as accounts:
            accounts.remove(name)
        print(f"已移除账号“{name}”")


def _password() -> str:
    if sys.stdin.isatty():
        typed: str = typer.prompt("密码", hide_input=True, confirmation_prompt=True, err=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")
