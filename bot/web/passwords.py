"""Passwords as scrypt hashes in the library's folder, the secret that signs cookies, a lock on guessing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from retrieval.errors import ConfigurationError

ROLES = ("read", "add")
_N, _R, _P = 1 << 14, 8, 1


def hash_password(password: str) -> str:
    """Return ``salt:hash`` of a password."""
    salt = secrets.token_bytes(16)
    return f"{_text(salt)}:{_text(_scrypt(password, salt))}"


def matches(password: str, stored: str) -> bool:
    """Tell whether a password is the one that was hashed."""
    salt, _, digest = stored.partition(":")
    try:
        return hmac.compare_digest(_scrypt(password, _bytes(salt)), _bytes(digest))
    except ValueError:
        return False


class PasswordFile:
    """The hashes by role, in ``web-passwords.json`` of a library; only its owner may read it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "web-passwords.json"

    def read(self) -> Mapping[str, str]:
        """Return the stored hashes by role; raises ``ConfigurationError`` if the file is damaged."""
        try:
            stored = json.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"读不了密码文件 {self._path}，请重新运行 baogao web-password"
            ) from error
        return {role: str(stored[role]) for role in ROLES if role in stored}

    def write(self, role: str, password: str) -> None:
        """Store the password of a role in place of its last one."""
        try:
            stored = dict(self.read())
        except ConfigurationError:
            stored = {}
        stored[role] = hash_password(password)
        write_private(self._path, json.dumps(stored).encode())


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
    fresh.replace(path)


class Signer:
    """Signs the values of cookies; a value signed for other passwords or changed is not read."""

    def __init__(self, folder: Path, passwords: Mapping[str, str]) -> None:
        path = folder / "web-secret"
        try:
            secret = path.read_bytes()
        except FileNotFoundError:
            secret = secrets.token_bytes(32)
            write_private(path, secret)
        # A password that was changed logs everybody out; one from the environment is hashed
        # anew at every start, so its logins last until the next start.
        known = json.dumps(dict(sorted(passwords.items()))).encode()
        self._key = hmac.digest(secret, known, "sha256")

    def sign(self, value: str, lasts_s: int, now: float) -> str:
        """Return ``value`` with its end and its seal."""
        body = f"{value}|{int(now) + lasts_s}"
        return f"{_text(body.encode())}.{self._seal(body)}"

    def read(self, cookie: str, now: float) -> str | None:
        """Return the value of a cookie we signed that has not ended, else None."""
        encoded, _, seal = cookie.partition(".")
        try:
            body = _bytes(encoded).decode()
        except ValueError:
            return None
        if not hmac.compare_digest(self._seal(body).encode(), seal.encode("utf-8", "replace")):
            return None
        value, _, ends = body.rpartition("|")
        return value if int(ends) > now else None

    def _seal(self, body: str) -> str:
        return _text(hmac.digest(self._key, body.encode(), "sha256"))


class Window:
    """Counts events by name within a sliding window; the clock is passed in."""

    def __init__(
        self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._events: dict[str, list[float]] = {}
        self._lock = threading.Lock()

    def wait_s(self, name: str) -> float:
        """Return how long ``name`` has to wait until one more is allowed; 0 if it may now."""
        with self._lock:
            events = self._recent(name)
            if len(events) < self._most:
                return 0.0
            return self._seconds - (self._clock() - events[-self._most])

    def add(self, name: str) -> None:
        """Count one event."""
        with self._lock:
            if len(self._events) > 10_000:
                self._events = {n: e for n in self._events if (e := self._recent(n))}
            self._events[name] = [*self._recent(name), self._clock()]

    def forgive(self, name: str) -> None:
        """Forget the events of one name."""
        with self._lock:
            self._events.pop(name, None)

    def _recent(self, name: str) -> list[float]:
        since = self._clock() - self._seconds
        return [at for at in self._events.get(name, ()) if at > since]


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_N, r=_R, p=_P, dklen=32)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
