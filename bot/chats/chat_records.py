"""The values and tables of the chats' database; ``bot.chats.conversations`` reads and writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

MemberRole = Literal["user", "admin", "group"]

SCHEMA = (
    """
CREATE TABLE IF NOT EXISTS inbox (
    update_id INTEGER PRIMARY KEY, lane TEXT NOT NULL, user INTEGER NOT NULL,
    chat INTEGER NOT NULL, received REAL NOT NULL, state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, payload TEXT NOT NULL,
    reply TEXT, sent INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS inbox_open ON inbox (state, update_id);
CREATE TABLE IF NOT EXISTS conversations (
    chat INTEGER NOT NULL, user INTEGER NOT NULL, state TEXT, answer TEXT,
    updated REAL NOT NULL, PRIMARY KEY (chat, user));
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, chat INTEGER NOT NULL, user INTEGER NOT NULL,
    created REAL NOT NULL, payload TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS answers_created ON answers (created);
CREATE TABLE IF NOT EXISTS buttons (
    key TEXT PRIMARY KEY, user INTEGER NOT NULL, created REAL NOT NULL, payload TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS prompts (
    chat INTEGER NOT NULL, message INTEGER NOT NULL, answer TEXT NOT NULL,
    created REAL NOT NULL, PRIMARY KEY (chat, message));
CREATE TABLE IF NOT EXISTS feedback (
    id INTEGER PRIMARY KEY, created REAL NOT NULL, answer TEXT NOT NULL, user INTEGER NOT NULL,
    verdict TEXT NOT NULL, remark TEXT NOT NULL DEFAULT '', payload TEXT NOT NULL,
    UNIQUE (answer, user));
CREATE TABLE IF NOT EXISTS quota (user INTEGER NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS quota_at ON quota (at);
CREATE TABLE IF NOT EXISTS members (
    id INTEGER NOT NULL, role TEXT NOT NULL, added REAL NOT NULL, PRIMARY KEY (id, role));
CREATE TABLE IF NOT EXISTS pairing (
    code_hash TEXT PRIMARY KEY, role TEXT NOT NULL, expires REAL NOT NULL);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
""",
    """
CREATE INDEX IF NOT EXISTS answers_user ON answers (user, created);
CREATE INDEX IF NOT EXISTS answers_id ON answers (json_extract(payload, '$.id'));
""",
)


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One update waiting for its reply, or for the rest of it.

    ``reply`` is what was computed but not wholly sent, ``sent`` how many of its parts went out;
    ``attempts`` counts how often an answer was begun, this time included.
    """

    update_id: int
    lane: str
    user: int
    chat: int
    received: float
    attempts: int
    payload: dict[str, Any]
    reply: dict[str, Any] | None
    sent: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one user's next question in one chat inherits; ``answer`` is the last answer's key."""

    state: Any = None
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer that buttons point to: ``payload`` is ``Answer.to_json()`` and what we add.

    ``state`` is what a question asked right after it inherits, None if that was not kept.
    """

    key: str
    chat: int
    user: int
    created: float
    payload: dict[str, Any]
    state: Any = None


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a user thought of an answer: ``verdict`` is ``good`` or ``wrong``."""

    id: int
    created: float
    answer: str
    user: int
    verdict: str
    remark: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Counts:
    """How much has been asked lately: by one user in a minute and a day, and by all in a day."""

    user_minute: int
    user_day: int
    all_day: int
    wait_s: float
    """Seconds until the user's oldest question of the last minute leaves the window."""
