"""How each answer was made, kept so that ``baogao why`` can tell."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.migrations import migrate
from bot.synthesis import Attempt
from bot.values import Answer
from retrieval.documents import Hit
from retrieval.errors import ConfigurationError, ReportNotFound
from retrieval.question.query import Query

KEPT = 5000
KEPT_UNWRITTEN = 100
KEEP_DAYS = 180
DAY_S = 86_400.0
SCHEMA = (
    "CREATE TABLE IF NOT EXISTS answers (id TEXT UNIQUE, record TEXT)",
    """CREATE TABLE IF NOT EXISTS times (id TEXT PRIMARY KEY, at REAL NOT NULL);
       INSERT OR IGNORE INTO times
       SELECT id, CAST(strftime('%s', coalesce(json_extract(record, '$.asked_at'), 'now')) AS REAL)
       FROM answers""",
)


class AnswerRecords:
    """The last ``KEPT`` answers' records in one SQLite file, its owner's alone.

    A record is kept for ``keep_days``; with 0 none is written, those there are go, and the last
    few live only as long as the program (the page shows answers by their records). Records explain
    answers, they are never needed to give one: every failure to store is silent, so that a full
    disk or a read-only folder does not stop an answer. ``clock`` gives seconds since 1970.
    """

    def __init__(
        self,
        path: Path,
        *,
        keep_days: int = KEEP_DAYS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._path = path
        self._keep_days = keep_days
        self._clock = clock
        self._lock = threading.Lock()
        self._unwritten: dict[str, dict[str, Any]] = {}
        self._kept: tuple[sqlite3.Connection, os.stat_result] | None = None
        if path.exists():
            self._store(lambda _db: None)

    def add(self, answer_id: str, record: Mapping[str, Any]) -> None:
        """Store a record of plain JSON values under the answer's id."""
        if not self._keep_days:
            with self._lock:
                self._unwritten[answer_id] = dict(record)
                if len(self._unwritten) > KEPT_UNWRITTEN:
                    self._unwritten.pop(next(iter(self._unwritten)))
            return

        def store(db: sqlite3.Connection) -> None:
            words = json.dumps(record, ensure_ascii=False)
            db.execute(
                "INSERT OR REPLACE INTO answers (id, record) VALUES (?, ?)", (answer_id, words)
            )
            db.execute("INSERT OR REPLACE INTO times VALUES (?, ?)", (answer_id, self._clock()))
            spare = "rowid <= (SELECT max(rowid) FROM answers) - ?"
            db.execute(
                f"DELETE FROM times WHERE id IN (SELECT id FROM answers WHERE {spare})", (KEPT,)
            )
            db.execute(f"DELETE FROM answers WHERE {spare}", (KEPT,))

        self._store(store)

    def close(self) -> None:
        """Close the file that is kept open; what is asked for after opens it anew."""
        with self._lock:
            if self._kept is not None:
                self._kept[0].close()
                self._kept = None

    def _store(self, change: Callable[[sqlite3.Connection], None]) -> None:
        """Make a change and drop what is older than its time."""
        oldest = self._clock() - self._keep_days * DAY_S
        with contextlib.suppress(sqlite3.Error, OSError, ConfigurationError), self._lock:
            connection = self._connection()
            try:
                with connection:
                    change(connection)
                    gone = connection.execute(
                        "DELETE FROM answers WHERE id IN (SELECT id FROM times WHERE at <= ?)",
                        (oldest,),
                    )
                    connection.execute("DELETE FROM times WHERE at <= ?", (oldest,))
                if gone.rowcount:  # what has had its time is not left in the log of changes either
                    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.Error:
                self._kept = None
                connection.close()
                raise

    def _connection(self) -> sqlite3.Connection:
        """Return the connection that is kept open: to open and close one costs 5 ms an answer.

        It is opened anew where the file is another than it was opened on: restored, or removed.
        """
        if self._kept is not None:
            connection, was = self._kept
            with contextlib.suppress(OSError):
                if os.path.samestat(was, self._path.stat()):
                    return connection
            self._kept = None
            connection.close()
        connection = self._open()
        self._kept = connection, self._path.stat()
        return connection

    def get(self, answer_id: str) -> dict[str, Any]:
        """Return a stored record; raises ``ReportNotFound`` if there is none of that id."""
        if not self._keep_days:
            with self._lock:
                if answer_id in self._unwritten:
                    return self._unwritten[answer_id]
            raise ReportNotFound(self._none_of(answer_id))
        try:
            connection = self._open()
            try:
                row = connection.execute(
                    "SELECT record FROM answers WHERE id LIKE ? ORDER BY rowid DESC LIMIT 1",
                    (answer_id.replace("%", "").replace("_", "") + "%",),
                ).fetchone()
            finally:
                connection.close()
        except (sqlite3.Error, OSError, ConfigurationError):
            row = None
        if row is None:
            raise ReportNotFound(self._none_of(answer_id))
        record: dict[str, Any] = json.loads(row[0])
        return record

    def _none_of(self, answer_id: str) -> str:
        if not self._keep_days:
            return "没有保存回答记录（BAOGAO_KEEP_ANSWERS=0）"
        kept = f"只保留最近{self._keep_days}天、最多{KEPT}个"
        return f"没有编号为 {answer_id} 的回答记录（{kept}）"

    def _open(self) -> sqlite3.Connection:
        # its owner's alone from the beginning; what SQLite puts beside it takes after it
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        with contextlib.suppress(OSError):
            self._path.chmod(0o600)
        connection = sqlite3.connect(self._path, timeout=2.0, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA secure_delete=ON")  # what has had its time is gone
        migrate(connection, SCHEMA, self._path.name)
        return connection


def describe(query: Query, answer: Answer, hits: Sequence[Hit], attempt: Attempt) -> dict[str, Any]:
    """Return an answer's record: what was understood, searched, written, refused, and its cost."""
    written = attempt.written or attempt.discarded
    return {
        "asked_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "answer": answer.to_json(),
        "paragraph": answer.paragraph,
        "query": {
            "kind": query.kind,
            "places": ["".join(place) for place in query.places],
            "years": list(query.years),
            "role": query.role,
            "terms": [[term.word, round(term.weight, 2)] for term in query.terms],
            "carried": [term.word for term in query.carried],
            "indicators": list(query.indicators),
            "wants": query.wants,
            "inherited": query.inherited,
        },
        "hits": [
            {
                "report": hit.chunk.report,
                "start": hit.chunk.start,
                "end": hit.chunk.end,
                "score": round(hit.score, 5),
                "lexical_rank": hit.lexical_rank,
                "dense_rank": hit.dense_rank,
            }
            for hit in hits[:20]
        ],
        "model": {
            "asked": bool(written or attempt.reason),
            "not_used_because": attempt.reason,
            "unread_because": attempt.unread,
            "prompt": written.prompt if written else "",
            "usage": dict(written.usage) if written else {},
            "cost_yuan": written.cost if written else 0,
            "repaired": written.repaired if written else 0,
            "pieces": written.pieces if written else 0,
            "judged": written.judged if written else 0,
            "approved": written.approved if written else 0,
            "missing": list(written.missing) if written else [],
            "dropped": [[f.line.text, list(f.problems)] for f in written.dropped]
            if written
            else [],
            "replaced": [[f.line.text, s.text, list(f.problems)] for f, s in written.replaced]
            if written
            else [],
        },
        "checks_failed": list(answer.checks_failed),
    }
