"""The chats' state in PostgreSQL, for several processes: what a conversation inherits, answers
behind buttons, quotas, members, pairing codes and feedback are the same whoever answers.

The inbox stays in a file of each process: a messenger delivers a message to one of them, which
promises to answer it; another could not know whether that one is still at work.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.chats.conversations import ANSWERS_KEPT_S, ConversationStore
from retrieval.errors import LibraryError
from retrieval.library.ledger import Statements
from retrieval.library.postgres import Database

STEPS = (
    """
CREATE TABLE conversations (
    chat bigint, "user" bigint, state text, answer text, updated double precision NOT NULL,
    PRIMARY KEY (chat, "user"));
CREATE TABLE answers (
    key text PRIMARY KEY, chat bigint NOT NULL, "user" bigint NOT NULL,
    created double precision NOT NULL, payload text NOT NULL, rowid bigserial);
CREATE INDEX answers_created ON answers (created);
CREATE INDEX answers_user ON answers ("user", created);
CREATE TABLE buttons (
    key text PRIMARY KEY, "user" bigint NOT NULL, created double precision NOT NULL,
    payload text NOT NULL);
CREATE TABLE prompts (
    chat bigint, message bigint, answer text NOT NULL, created double precision NOT NULL,
    PRIMARY KEY (chat, message));
CREATE TABLE feedback (
    id bigserial PRIMARY KEY, created double precision NOT NULL, answer text NOT NULL,
    "user" bigint NOT NULL, verdict text NOT NULL, remark text NOT NULL DEFAULT '',
    payload text NOT NULL, UNIQUE (answer, "user"));
CREATE TABLE quota ("user" bigint NOT NULL, at double precision NOT NULL);
CREATE INDEX quota_at ON quota (at);
CREATE TABLE members (
    id bigint, role text, added double precision NOT NULL, PRIMARY KEY (id, role));
CREATE TABLE pairing (
    code_hash text PRIMARY KEY, role text NOT NULL, expires double precision NOT NULL);
CREATE TABLE facts (name text PRIMARY KEY, value text NOT NULL);
CREATE FUNCTION json_extract(payload text, path text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN payload::json ->> substr(path, 3);
EXCEPTION WHEN OTHERS THEN RETURN NULL;  -- half a character, which JSON can hold and a text not
END $$;
CREATE INDEX answers_id ON answers (json_extract(payload, '$.id'));
""",
)
SCHEMA, PAGE_SCHEMA = "baogao_chats", "baogao_page"  # of the messenger, of the page
_LOCAL = "inbox"
_COLUMNS = {
    "conversations": ("chat", '"user"', "state", "answer", "updated"),
    "buttons": ("key", '"user"', "created", "payload"),
    "prompts": ("chat", "message", "answer", "created"),
    "members": ("id", "role", "added"),
    "pairing": ("code_hash", "role", "expires"),
    "facts": ("name", "value"),
}


class SharedConversations(ConversationStore):
    """The state of the chats in a database, the inbox in the file at ``path``.

    ``options`` are those of ``ConversationStore``. A server that is away is told as a file that
    cannot be read is: by ``sqlite3.OperationalError``, which those who keep chats wait out.
    """

    def __init__(
        self, path: Path, database_url: str, *, schema: str = SCHEMA, **options: Any
    ) -> None:
        self._shared = Database(database_url, schema=schema)
        try:
            self._shared.migrate("chats", STEPS)
            super().__init__(path, **options)
        except BaseException:
            self._shared.close()
            raise

    def close(self) -> None:
        """Close the file and the connections."""
        super().close()
        self._shared.close()

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[Any]:
        # The lock first: whoever waits for it must hold no connection that its holder may need.
        with (
            self._lock,
            _as_of_a_file(),
            self._shared.writing() as shared,
            super()._transaction() as own,
        ):
            yield _Routed(own, shared)

    def _rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        if _LOCAL in sql:
            return super()._rows(sql, *values)
        with _as_of_a_file():
            return self._shared.all(_spelt(sql), values)


class _Routed:
    """One transaction over both places."""

    def __init__(self, own: Statements, shared: Statements) -> None:
        self._own, self._shared = own, shared

    def execute(self, sql: str, values: Sequence[Any] = ()) -> Any:
        if _LOCAL in sql:
            return self._own.execute(sql, values)
        return self._shared.execute(_spelt(sql), values)


def _spelt(sql: str) -> str:
    """Return a statement for SQLite as PostgreSQL takes it: ``user`` and REPLACE are its own."""
    words = sql.split()
    if words[0] == "REPLACE":
        columns = _COLUMNS[words[2]]
        values = ", ".join(f"excluded.{column}" for column in columns)
        return (
            f"INSERT {sql.removeprefix('REPLACE ')} ON CONFLICT ON CONSTRAINT {words[2]}_pkey"
            f" DO UPDATE SET ({', '.join(columns)}) = ROW({values})"
        )
    for before, after in ((" user", ' "user"'), ("(user", '("user"')):
        sql = sql.replace(before, after)
    return sql


@contextlib.contextmanager
def _as_of_a_file() -> Iterator[None]:
    try:
        yield
    except LibraryError as error:
        raise sqlite3.OperationalError(str(error)) from error


def open_chats(
    path: Path,
    database_url: str | None = None,
    *,
    schema: str = SCHEMA,
    answers_kept_s: float = ANSWERS_KEPT_S,
) -> ConversationStore:
    """Return the chats' state: in the file at ``path``, or with a database shared in that."""
    if database_url:
        return SharedConversations(path, database_url, schema=schema, answers_kept_s=answers_kept_s)
    return ConversationStore(path, answers_kept_s=answers_kept_s)
