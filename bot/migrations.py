"""The schema of our own SQLite files: numbered steps, each done once, kept in ``user_version``."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from retrieval.errors import ConfigurationError


def migrate(db: sqlite3.Connection, steps: Sequence[str], name: str) -> None:
    """Bring a file to the schema that ``steps`` lead to; a step once released is never changed.

    A step must not mind having been done: a run may end between it and its number. Raises
    ``ConfigurationError`` for a file of a later version, which is left as it is.
    """
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > len(steps):
        raise ConfigurationError(f"{name} 是较新版本的程序写的，请升级程序后再用")
    for number, step in enumerate(steps[version:], version + 1):
        db.executescript(step)
        db.execute(f"PRAGMA user_version = {number}")
