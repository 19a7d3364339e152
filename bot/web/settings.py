"""What the web server is told from outside: where it listens, who may come in."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from bot.records import KEEP_DAYS
from bot.web.accounts import Accounts
from retrieval.errors import ConfigurationError

PASSWORD = "BAOGAO_WEB_PASSWORD"
KEYS = "BAOGAO_WEB_KEYS"
HOSTS = "BAOGAO_WEB_HOSTS"


@dataclass(frozen=True, slots=True)
class WebSettings:
    """``keys`` are those of the API, ``hosts`` further names the server answers to.

    Questions are remembered for ``keep_days``, not at all with 0.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    keys: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    questions_per_minute: int = 60
    keep_days: int = KEEP_DAYS

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)

    @classmethod
    def from_env(
        cls,
        variables: Mapping[str, str],
        accounts: Accounts,
        *,
        host: str,
        port: int,
        keep_days: int = KEEP_DAYS,
    ) -> WebSettings:
        """Return the settings of a library's server; a password given makes the first account.

        Raises ``ConfigurationError`` where others could reach it and nobody has an account.
        """
        given = variables.get(PASSWORD, "")
        if given and accounts.empty:
            accounts.add("admin", "admin", given)
        if not is_loopback(host) and accounts.empty:
            raise ConfigurationError(
                f"--host {host} 会让别的电脑也能打开，要先有账号："
                f"运行 baogao web user add 名字 --role admin，或设置 {PASSWORD}"
            )
        keys, hosts = _listed(variables.get(KEYS)), _listed(variables.get(HOSTS))
        return cls(host, port, keys, hosts, keep_days=keep_days)

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


def _listed(value: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (value or "").split(",") if part.strip())
