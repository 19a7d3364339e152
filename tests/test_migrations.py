"""Our SQLite files carry the version of their schema."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bot.chats.chat_records import SCHEMA
from bot.chats.conversations import ConversationStore
from bot.migrations import migrate
from retrieval.errors import ConfigurationError

FIRST = "CREATE TABLE IF NOT EXISTS a (x)"
SECOND = "CREATE TABLE IF NOT EXISTS b (y)"


def version(db: sqlite3.Connection) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def test_steps_are_done_once_in_order_and_a_later_file_is_left() -> None:
    db = sqlite3.connect(":memory:")
    migrate(db, [FIRST], "x.sqlite")
    db.execute("INSERT INTO a VALUES (1)")
    migrate(db, [FIRST, SECOND], "x.sqlite")
    assert (version(db), db.execute("SELECT x FROM a").fetchall()) == (2, [(1,)])
    with pytest.raises(ConfigurationError, match=r"x\.sqlite"):
        migrate(db, [FIRST], "x.sqlite")


def test_chats_of_a_later_version_are_neither_used_nor_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "chats.sqlite"
    ConversationStore(path).close()
    with sqlite3.connect(path) as db:
        assert version(db) == len(SCHEMA)
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(ConfigurationError):
        ConversationStore(path)
    assert [p.name for p in tmp_path.glob("*damaged*")] == []
