"""Tests are offline by construction: any connection but to this machine is refused."""

from __future__ import annotations

import ipaddress
import os
import socket
from functools import partial
from pathlib import Path
from typing import Any

import postgres_server
import pytest
from argon2 import PasswordHasher
from fake_telegram import FakeTelegram
from hypothesis import settings

# The same examples at every run; HYPOTHESIS_PROFILE=explore looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

REPORTS = Path(__file__).parent.parent / "eval" / "reports"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture
def fake() -> Any:
    """A Bot API server on loopback."""
    with FakeTelegram() as server:
        yield server


@pytest.fixture(scope="session")
def postgres() -> Any:
    """A PostgreSQL server of its own; where there is none the test is skipped."""
    yield from postgres_server.serve()


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Any:
    patch = pytest.MonkeyPatch()
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(str(address[0])):
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    def guarded_resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name and not _is_loopback(name):
            raise socket.gaierror(f"a test tried to look up {name}")
        return resolve(host, *args, **kwargs)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket, "getaddrinfo", guarded_resolve)
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def _quick_hashes() -> Any:
    """Passwords are hashed as always, with little work: a hash must cost a guesser, not a test."""
    patch = pytest.MonkeyPatch()
    quick = partial(PasswordHasher, time_cost=1, memory_cost=8, parallelism=1)
    patch.setattr("bot.web.accounts.PasswordHasher", quick)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name in (
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
        "BAOGAO_MODEL",
        "BAOGAO_LIBRARY",
        "BAOGAO_CHROMA_URL",
        "BAOGAO_DATABASE_URL",
        "TELEGRAM_BOT_TOKEN",
    ):
        monkeypatch.delenv(name, raising=False)
