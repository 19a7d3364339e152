"""What the web server is told from outside: where it listens, who may come in."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.records import KEEP_DAYS
from bot.web.passwords import PasswordFile, hash_password
from retrieval.errors import ConfigurationError

PASSWORD = "BAOGAO_WEB_PASSWORD"
KEYS = "BAOGAO_WEB_KEYS"
HOSTS = "BAOGAO_WEB_HOSTS"
LEAST_CHARS = 8


@dataclass(frozen=True, slots=True)
class WebSettings:
    """``passwords`` maps a role to a password's hash; empty means nobody has to log in.

    ``keys`` are those of the API, ``hosts`` further names the server answers to. Questions are
    remembered for ``keep_days``, not at all with 0.
    """

    host: str = "127.0.0.1"
    port: int = 8765
    passwords: Mapping[str, str] | None = None
    keys: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    questions_per_minute: int = 60
    keep_days: int = KEEP_DAYS

    @property
    def open(self) -> bool:
        """Whether nobody has to log in."""
        return not self.passwords

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)

    @classmethod
    def from_env(
        cls,
        variables: Mapping[str, str],
        folder: Path,
        *,
        host: str,
        port: int,
        keep_days: int = KEEP_DAYS,
    ) -> WebSettings:
        """Return the settings of a library's server.

        Raises ``ConfigurationError`` where others could reach it and no password is set.
        """
        passwords = dict(PasswordFile(folder).read())
        given = variables.get(PASSWORD, "")
        if given:
            passwords["add"] = hash_password(check_password(given))
        if not is_loopback(host) and not passwords:
            raise ConfigurationError(
                f"--host {host} 会让别的电脑也能打开，要先设密码："
                f"运行 baogao web-password，或设置 {PASSWORD}"
            )
        return cls(
            host,
            port,
            passwords,
            _listed(variables.get(KEYS)),
            _listed(variables.get(HOSTS)),
            keep_days=keep_days,
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


def check_password(password: str) -> str:
    """Return the password; raises ``ConfigurationError`` if it is too short to be one."""
    if len(password) < LEAST_CHARS:
        raise ConfigurationError(f"密码至少要{LEAST_CHARS}个字符")
    return password


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _listed(value: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (value or "").split(",") if part.strip())
