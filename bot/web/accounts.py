"""Who may open the page: accounts with roles, passwords as Argon2 hashes, and who is logged in.

A login is a random token of which only a hash is kept, so it can be ended here at any time: a
password that is changed or an account that is removed logs its owner out everywhere, at once.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from bot.chats.shared import PAGE_SCHEMA
from bot.migrations import migrate
from retrieval.errors import ConfigurationError
from retrieval.library.ledger import Statements
from retrieval.library.postgres import Database

FILE = "web-accounts.sqlite"
ROLES = ("read", "add", "admin")
LEAST_CHARS, MOST_CHARS = 8, 200
LOGIN_LASTS_S = 12 * 3600
_NAME = re.compile(r"[\w.@-]{1,32}")
_SCHEMA = (
    """CREATE TABLE IF NOT EXISTS accounts (
           id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE COLLATE NOCASE,
           role TEXT NOT NULL, password TEXT NOT NULL);
       CREATE TABLE IF NOT EXISTS logins (
           token TEXT PRIMARY KEY, account INTEGER NOT NULL, ends REAL NOT NULL);""",
)
_STEPS = (
    """
CREATE TABLE accounts (
    id bigserial PRIMARY KEY, name text NOT NULL, role text NOT NULL, password text NOT NULL);
CREATE UNIQUE INDEX accounts_name ON accounts (lower(name));
CREATE TABLE logins (
    token text PRIMARY KEY, account bigint NOT NULL, ends double precision NOT NULL);
""",
)


@dataclass(frozen=True, slots=True)
class Account:
    """Who may come in; ids are never given twice, so nobody inherits what another asked."""

    id: int
    name: str
    role: str


class _Kept(Protocol):
    """Where accounts are kept."""

    def all(self, sql: str, values: tuple[Any, ...] = (), /) -> list[Any]: ...

    def writing(self) -> AbstractContextManager[Statements]: ...

    def close(self) -> None: ...


class _File:
    """A file of the library's folder that only its owner may read."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / FILE
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        self._db = sqlite3.connect(path, check_same_thread=False, timeout=5.0)
        migrate(self._db, _SCHEMA, path.name)

    def all(self, sql: str, values: tuple[Any, ...] = (), /) -> list[Any]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    @contextmanager
    def writing(self) -> Iterator[Statements]:
        with self._lock, self._db:
            yield self._db

    def close(self) -> None:
        self._db.close()


class Accounts:
    """The accounts of a library: in a file of its folder, or in the database of all its servers."""

    def __init__(
        self,
        folder: Path,
        database_url: str | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._clock = clock
        self._hasher = PasswordHasher()
        # what a name that nobody has is held against, so that it takes as long as one that is
        self._nobody = self._hasher.hash(secrets.token_urlsafe())
        if database_url:
            database = Database(database_url, schema=PAGE_SCHEMA)
            database.migrate("accounts", _STEPS)
            self._kept: _Kept = database
        else:
            self._kept = _File(folder)

    def close(self) -> None:
        """Close where they are kept."""
        self._kept.close()

    @property
    def empty(self) -> bool:
        """Whether there is no account at all."""
        return not self.listed()

    def listed(self) -> list[Account]:
        """Return all accounts by name."""
        rows = self._kept.all("SELECT id, name, role FROM accounts ORDER BY name")
        return [Account(*row) for row in rows]

    def add(self, name: str, role: str, password: str) -> None:
        """Add an account; raises ``ConfigurationError`` for a name that is taken or cannot be one."""
        if not _NAME.fullmatch(name):
            raise ConfigurationError("账号名用1到32个字、字母、数字，或 . _ - @，不含空格")
        known = (name, _role(role), self._hashed(password))
        with self._kept.writing() as db:
            added = db.execute(
                "INSERT INTO accounts (name, role, password) VALUES (?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                known,
            ).rowcount
        if not added:
            raise ConfigurationError(f"已经有账号“{name}”")

    def change_role(self, name: str, role: str) -> None:
        """Give an account another role; raises ``ConfigurationError`` if there is none."""
        with self._kept.writing() as db:
            db.execute(
                "UPDATE accounts SET role = ? WHERE id = ?", (_role(role), self._id(db, name))
            )

    def change_password(self, name: str, password: str) -> None:
        """Give an account another password and end its logins; raises ``ConfigurationError``."""
        hashed = self._hashed(password)
        with self._kept.writing() as db:
            account = self._id(db, name)
            db.execute("UPDATE accounts SET password = ? WHERE id = ?", (hashed, account))
            db.execute("DELETE FROM logins WHERE account = ?", (account,))

    def remove(self, name: str) -> None:
        """Remove an account and end its logins; raises ``ConfigurationError`` if there is none."""
        with self._kept.writing() as db:
            account = self._id(db, name)
            db.execute("DELETE FROM accounts WHERE id = ?", (account,))
            db.execute("DELETE FROM logins WHERE account = ?", (account,))

    def log_in(self, name: str, password: str) -> str | None:
        """Return the token of a new login; None unless the password is this account's."""
        found = self._kept.all(
            "SELECT id, password FROM accounts WHERE lower(name) = lower(?)", (name,)
        )
        account, held = found[0] if found else (0, self._nobody)
        try:
            self._hasher.verify(held, password[:MOST_CHARS])
        except (VerifyMismatchError, InvalidHashError):
            return None
        token = secrets.token_urlsafe(32)
        now = self._clock()
        with self._kept.writing() as db:
            db.execute("DELETE FROM logins WHERE ends <= ?", (now,))
            db.execute(
                "INSERT INTO logins VALUES (?, ?, ?)", (_seal(token), account, now + LOGIN_LASTS_S)
            )
        return token

    def logged_in(self, token: str) -> Account | None:
        """Return whose login a token is; None if it is no more or never was."""
        rows = self._kept.all(
            "SELECT a.id, a.name, a.role FROM logins l JOIN accounts a ON a.id = l.account"
            " WHERE l.token = ? AND l.ends > ?",
            (_seal(token), self._clock()),
        )
        return Account(*rows[0]) if rows else None

    def log_out(self, token: str) -> None:
        """End a login."""
        with self._kept.writing() as db:
            db.execute("DELETE FROM logins WHERE token = ?", (_seal(token),))

    def _hashed(self, password: str) -> str:
        if not LEAST_CHARS <= len(password) <= MOST_CHARS:
            raise ConfigurationError(f"密码要有{LEAST_CHARS}到{MOST_CHARS}个字符")
        return self._hasher.hash(password)

    @staticmethod
    def _id(db: Statements, name: str) -> int:
        row = db.execute("SELECT id FROM accounts WHERE lower(name) = lower(?)", (name,)).fetchone()
        if row is None:
            raise ConfigurationError(f"没有账号“{name}”")
        return int(row[0])


def _role(role: str) -> str:
    if role not in ROLES:
        raise ConfigurationError("角色只能是 read（只查看）、add（可添加报告）或 admin（管理账号）")
    return role


def _seal(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
