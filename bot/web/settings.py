"""What the web server is told from outside: where it listens, who may come in."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING

from pydantic import Field, field_validator

from bot.records import KEEP_DAYS
from bot.setting_group import SettingGroup
from retrieval.errors import ConfigurationError

if TYPE_CHECKING:
    from bot.web.accounts import Accounts


class WebSettings(SettingGroup):
    """The page's settings, by the names of their variables or by their own.

    ``keys`` are those of the API, ``hosts`` further names the server answers to, ``password`` that
    of the first account. Questions are remembered for ``keep_days``, not at all with 0. Accounts, and
    the conversations of those who have one, are in the PostgreSQL of ``database_url`` if it is set.
    """

    password: str = Field("", alias="BAOGAO_WEB_PASSWORD", repr=False)
    keys: tuple[str, ...] = Field((), alias="BAOGAO_WEB_KEYS", repr=False)
    hosts: tuple[str, ...] = Field((), alias="BAOGAO_WEB_HOSTS")
    host: str = "127.0.0.1"
    port: int = 8765
    questions_per_minute: int = 60
    keep_days: int = KEEP_DAYS
    database_url: str | None = Field(None, repr=False)

    @field_validator("keys", "hosts", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)

    def let_in(self, accounts: Accounts) -> None:
        """Make the first account of the password given.

        Raises ``ConfigurationError`` where others could reach the server and nobody has an account.
        """
        if self.password and accounts.empty:
            accounts.add("admin", "admin", self.password)
        if not self.loopback and accounts.empty:
            raise ConfigurationError(
                f"--host {self.host} 会让别的电脑也能打开，要先有账号："
                "运行 baogao web user add 名字 --role admin，或设置 BAOGAO_WEB_PASSWORD"
            )

    def answers_to(self, name: str) -> bool:
        """Tell whether a Host header's name is this server's.

        A page elsewhere can point a name of its own at this address, never an address itself:
        so addresses are let in where others may come, names only if they are ours.
        """
        name = name.strip("[]").lower()
        if name in {"localhost", "127.0.0.1", "::1", self.host.lower(), *self.hosts}:
            return True
        if self.loopback:
            return False
        return _is_address(name) or name == socket.gethostname().lower()


def is_loopback(host: str) -> bool:
    """Tell whether a host to listen on can only be reached from this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
