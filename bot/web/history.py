"""Conversations of the page, in ``web.sqlite`` of the library: their state, and what was asked.

The answers themselves are in the answers' records; here is only who asked what, and when. The
file is its owner's alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from bot.migrations import migrate
from bot.records import KEEP_DAYS
from bot.values import Answer, Citation, Scope, Sentence
from retrieval.question.query import State

KEPT = 5000
STATE_DAYS = 30
SCHEMA = (
    """CREATE TABLE IF NOT EXISTS turns (
           n INTEGER PRIMARY KEY AUTOINCREMENT,
           visitor TEXT, session TEXT, answer TEXT, question TEXT, asked_at TEXT);
       CREATE TABLE IF NOT EXISTS states (
           visitor TEXT, session TEXT, state TEXT, PRIMARY KEY (visitor, session));""",
    """DROP TABLE IF EXISTS states;
       CREATE TABLE states (
           visitor TEXT, session TEXT, state TEXT, at TEXT, PRIMARY KEY (visitor, session));""",
)
_LOCAL = timezone(timedelta(hours=8))
_SESSION = re.compile(r"[\w-]{8,64}")


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question asked, the id of its answer, when (UTC), and in which conversation."""

    answer: str
    question: str
    asked_at: str
    session: str

    @property
    def told_at(self) -> str:
        """When it was asked, as the clock on the wall says."""
        return f"{datetime.fromisoformat(self.asked_at).astimezone(_LOCAL):%Y-%m-%d %H:%M}"


class History:
    """What each visitor asked, the last ``KEPT`` of all, and the state of each conversation.

    What was asked is kept for ``keep_days``, not at all with 0; a conversation that rests for
    ``STATE_DAYS`` (with 0 for a day) is forgotten.
    """

    def __init__(
        self, folder: Path, *, keep_days: int = KEEP_DAYS, clock: Callable[[], datetime] = _now
    ) -> None:
        self._keep_days, self._clock = keep_days, clock
        path = folder / "web.sqlite"
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, timeout=5.0)
        migrate(self._db, SCHEMA, path.name)
        with self._lock, self._db:
            self._drop_old()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def state(self, visitor: str, session: str) -> State:
        """Return what a conversation has settled on; the beginning's state if there is none."""
        with self._lock:
            row = self._db.execute(
                "SELECT state FROM states WHERE visitor = ? AND session = ?", (visitor, session)
            ).fetchone()
        with contextlib.suppress(ValueError, TypeError, KeyError):
            return State.from_json(json.loads(row[0])) if row else State()
        return State()

    def add(self, visitor: str, session: str, answer: Answer, state: State | None) -> None:
        """Keep a turn, and with ``state`` what the next question inherits."""
        at = self._clock().isoformat(timespec="seconds")
        with self._lock, self._db:
            self._db.execute(
                "INSERT INTO turns (visitor, session, answer, question, asked_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (visitor, session, answer.id, answer.question, at),
            )
            if state is not None:
                self._db.execute(
                    "INSERT OR REPLACE INTO states VALUES (?, ?, ?, ?)",
                    (visitor, session, json.dumps(state.to_json(), ensure_ascii=False), at),
                )
            self._db.execute("DELETE FROM turns WHERE n <= (SELECT max(n) FROM turns) - ?", (KEPT,))
            self._db.execute(
                "DELETE FROM states WHERE rowid <= (SELECT max(rowid) FROM states) - ?", (KEPT,)
            )
            self._drop_old()

    def _drop_old(self) -> None:
        now = self._clock()
        turns = now - timedelta(days=self._keep_days)
        states = now - timedelta(days=STATE_DAYS if self._keep_days else 1)
        for table, column, since in (("turns", "asked_at", turns), ("states", "at", states)):
            oldest = since.isoformat(timespec="seconds")
            self._db.execute(f"DELETE FROM {table} WHERE {column} <= ?", (oldest,))

    def turns(self, visitor: str, most: int = 200) -> list[Turn]:
        """Return what a visitor asked, the last first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT answer, question, asked_at, session FROM turns WHERE visitor = ?"
                " ORDER BY n DESC LIMIT ?",
                (visitor, most),
            ).fetchall()
        return [Turn(*row) for row in rows]

    def forget(self, visitor: str) -> None:
        """Drop what a visitor asked, and the states of the conversations."""
        with self._lock, self._db:
            self._db.execute("DELETE FROM turns WHERE visitor = ?", (visitor,))
            self._db.execute("DELETE FROM states WHERE visitor = ?", (visitor,))


def session_name(given: Any) -> str:
    """Return the name of the conversation a client gave, a new one if it is none."""
    if isinstance(given, str) and _SESSION.fullmatch(given):
        return given
    return secrets.token_urlsafe(12)


def read_answer(stored: dict[str, Any], *, paragraph: bool = False) -> Answer:
    """Return the answer of a record, as far as pages and exports need it."""
    return Answer(
        stored["id"],
        stored["question"],
        stored["status"],
        tuple(
            Sentence(s["text"], s["kind"], tuple(s["citations"])) for s in stored["sentences"]
        ),
        tuple(
            Citation(
                c["n"], c["report"], c["source"], c["title"], tuple(c["place"]), c["year"],
                tuple(c["section_path"]), c["start"], c["end"], c["quote"],
            )
            for c in stored["citations"]
        ),
        Scope(tuple(stored["scope"]["reports"]), tuple(stored["scope"]["missing"])),
        tuple(stored["warnings"]),
        stored["writer"],
        paragraph=paragraph,
    )  # fmt: skip
