"""How each answer was made, kept so that ``baogao why`` can tell."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Mapping, Sequence
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
SCHEMA = ("CREATE TABLE IF NOT EXISTS answers (id TEXT UNIQUE, record TEXT)",)


class AnswerRecords:
    """The last ``KEPT`` answers' records in one SQLite file; a file that cannot be written is left.

    Records explain answers, they are never needed to give one: every failure to store is
    silent, so that a full disk or a read-only folder does not stop an answer.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def add(self, answer_id: str, record: Mapping[str, Any]) -> None:
        """Store a record of plain JSON values under the answer's id."""
        with contextlib.suppress(sqlite3.Error, OSError, ConfigurationError), self._lock:
            connection = self._open()
            try:
                with connection:
                    connection.execute(
                        "INSERT OR REPLACE INTO answers (id, record) VALUES (?, ?)",
                        (answer_id, json.dumps(record, ensure_ascii=False)),
                    )
                    connection.execute(
                        "DELETE FROM answers WHERE rowid <= (SELECT max(rowid) FROM answers) - ?",
                        (KEPT,),
                    )
            finally:
                connection.close()

    def get(self, answer_id: str) -> dict[str, Any]:
        """Return a stored record; raises ``ReportNotFound`` if there is none of that id."""
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
            raise ReportNotFound(f"没有编号为 {answer_id} 的回答记录（只保留最近{KEPT}个）")
        record: dict[str, Any] = json.loads(row[0])
        return record

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=2.0)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        migrate(connection, SCHEMA, self._path.name)
        return connection


def describe(query: Query, answer: Answer, hits: Sequence[Hit], attempt: Attempt) -> dict[str, Any]:
    """Return an answer's record: what was understood, searched, written, refused, and its cost."""
    written = attempt.written or attempt.discarded
    return {
        "asked_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "answer": answer.to_json(),
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
            "prompt": written.prompt if written else "",
            "usage": dict(written.usage) if written else {},
            "cost_yuan": written.cost if written else 0,
            "repaired": written.repaired if written else 0,
            "dropped": [[f.line.text, list(f.problems)] for f in written.dropped]
            if written
            else [],
            "replaced": [[f.line.text, s.text, list(f.problems)] for f, s in written.replaced]
            if written
            else [],
        },
        "checks_failed": list(answer.checks_failed),
    }
