"""The state of the chats, in one SQLite file of its own, apart from the library.

It holds the inbox (questions not yet answered and the replies not yet sent), what each
conversation inherits, the answers that buttons point to, quotas, members, pairing codes and
feedback. The library can be rebuilt from its sources; this file cannot: it has a write-ahead
log, and a received question is on the disk before it is confirmed. A damaged file is set aside and a fresh one begun: answering
goes on.

Nothing here knows a messenger: chats and users are integers, replies are opaque JSON (in ASCII:
people can send lone surrogates, which no database takes).
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import itertools
import json
import logging
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from bot.chats.chat_records import (
    SCHEMA,
    Conversation,
    Counts,
    Feedback,
    InboxRow,
    MemberRole,
    StoredAnswer,
)
from bot.migrations import migrate
from retrieval.errors import ConfigurationError
from retrieval.library.generations import put_on_disk

log = logging.getLogger(__name__)

DAY_S = 86_400.0
INBOX_KEPT_S = 8 * DAY_S  # an update id may come again for as long as Telegram holds updates: 24 h
ANSWERS_KEPT_S = 180 * DAY_S
LEAST_KEPT_S = DAY_S  # the buttons under an answer read it
IDLE_CONVERSATION_S = 30 * DAY_S
PAIRING_VALID_S = 3_600.0
CHECKPOINT_BYTES = 4_000_000  # a write-ahead log longer than this is written into the file
STATE = "state"  # of a stored answer: apart from what is shown of it
PAIRING_TRIES = 20  # wrong codes, from everybody together, before the codes are withdrawn


def chats_path(library: Path) -> Path:
    """Where the chats' SQLite file of a library stands: beside its folder, not in it."""
    return library.parent / f"{library.name}.chats.sqlite"


def page_chats_path(library: Path) -> Path:
    """Where the page keeps its chats: in the library's folder, since each server has its own inbox."""
    return library / "web-chats.sqlite"


class ConversationStore:
    """The SQLite file of the chats. Safe to call from several threads of one process.

    Answers are kept for ``answers_kept_s``, a day at least. ``wall`` and ``monotonic`` are clocks
    in seconds, passed in so that tests can move them.
    """

    def __init__(
        self,
        path: Path,
        *,
        answers_kept_s: float = ANSWERS_KEPT_S,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.path = path
        self._log = path.with_name(f"{path.name}-wal")
        self.set_aside: Path | None = None
        self._answers_kept_s = max(answers_kept_s, LEAST_KEPT_S)
        self._wall = wall
        self._monotonic = monotonic
        self._lock = threading.RLock()
        self._seat, self._seat_file = 0, -1
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = self._open()
        except sqlite3.DatabaseError as exc:
            if isinstance(exc, sqlite3.OperationalError) and "locked" in str(exc):
                raise
            self.set_aside = self._put_aside()
            log.warning("chat state was damaged, a fresh file was begun")
            self._db = self._open()
        saved = float(self._fact("steady_clock") or 0)
        self._steady_base = max(saved, wall())
        self._steady_start = monotonic()

    def _open(self) -> sqlite3.Connection:
        # its owner's alone from the beginning; what SQLite puts beside it takes after it
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        self.path.chmod(0o600)
        db = sqlite3.connect(self.path, timeout=10, isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")
            db.execute("PRAGMA secure_delete = ON")  # what has had its time is gone
            db.execute("PRAGMA wal_autocheckpoint = 0")  # ``sync`` does it, outside the lock
            db.execute(f"PRAGMA journal_size_limit = {CHECKPOINT_BYTES // 2}")
            migrate(db, SCHEMA, self.path.name)
            if db.execute("PRAGMA quick_check").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("quick_check failed")
        except (sqlite3.DatabaseError, ConfigurationError):
            db.close()
            raise
        put_on_disk(self.path.parent)  # the log's own name
        return db

    def _put_aside(self) -> Path:
        aside = self.path.with_name(f"{self.path.name}.damaged-{int(self._wall())}")
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        self.path.replace(aside)
        return aside

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        with self._lock:
            self._db.close()
            if self._seat_file >= 0:
                os.close(self._seat_file)
                self._seat_file = -1

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """A write that survives a crash of ours at once, a power cut after ``sync``."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def sync(self) -> None:
        """Wait until all that was written is on the disk; may take as long as the disk is busy.

        Other threads read and write meanwhile: this waits outside the lock, on the write-ahead
        log itself. (A checkpoint, which empties the log, brings its content to the disk first.)
        Raises ``OSError`` if the disk refuses.
        """
        put_on_disk(self._log)
        if self._log.stat().st_size > CHECKPOINT_BYTES:
            with (
                contextlib.suppress(sqlite3.OperationalError),  # another does it, or it can wait
                contextlib.closing(sqlite3.connect(self.path, timeout=1)) as db,
            ):
                db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _write(self, sql: str, *values: Any) -> int:
        """Write one statement; return how many rows it changed."""
        with self._transaction() as db:
            return db.execute(sql, values).rowcount

    def _rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def _fact(self, name: str) -> str | None:
        rows = self._rows("SELECT value FROM facts WHERE name = ?", name)
        return str(rows[0][0]) if rows else None

    def steady_now(self) -> float:
        """Seconds on a clock that a step of the wall clock cannot move, kept over restarts."""
        return self._steady_base + (self._monotonic() - self._steady_start)

    # --- inbox -----------------------------------------------------------------------------

    def receive(
        self,
        update_id: int,
        *,
        lane: str,
        user: int,
        chat: int,
        payload: dict[str, Any],
        counted: bool,
        open_: bool = True,
    ) -> bool:
        """Store an update; False if it had come before. To be confirmed only after ``sync``.

        It is for this process to answer: its seat is stored with the lane. A ``counted`` one is
        charged to the user's quota in the same transaction; with ``open_`` false it is only
        remembered, as something already dealt with.
        """
        with self._transaction() as db:
            added = db.execute(
                "INSERT OR IGNORE INTO inbox (update_id, lane, user, chat, received, state, payload)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    update_id,
                    f"{self._seat}:{lane}",
                    user,
                    chat,
                    self._wall(),
                    "new" if open_ else "done",
                    json.dumps(payload) if open_ else "{}",
                ),
            ).rowcount
            if added and counted:
                self._charge(db, user)
        return bool(added)

    def charge(self, user: int) -> None:
        """Charge a question that does not come by the inbox to the user's quota."""
        with self._transaction() as db:
            self._charge(db, user)

    def _charge(self, db: sqlite3.Connection, user: int) -> None:
        now = self.steady_now()
        db.execute("INSERT INTO quota VALUES (?, ?)", (user, now))
        db.execute("REPLACE INTO facts VALUES ('steady_clock', ?)", (str(now),))

    def seen(self, update_id: int) -> bool:
        """Tell whether an update was stored before."""
        return bool(self._rows("SELECT 1 FROM inbox WHERE update_id = ?", update_id))

    def take(self, busy_lanes: Collection[str]) -> InboxRow | None:
        """Begin the oldest waiting update whose lane is free, or return None."""
        with self._transaction() as db:
            row = db.execute(
                "SELECT update_id, lane, user, chat, received, attempts, payload, reply, sent"
                " FROM inbox WHERE state = 'new' AND lane GLOB ?"
                " AND lane NOT IN (SELECT ? || value FROM json_each(?)) ORDER BY update_id LIMIT 1",
                (f"{self._seat}:*", f"{self._seat}:", json.dumps(list(busy_lanes))),
            ).fetchone()
            if row is None:
                return None
            db.execute(
                "UPDATE inbox SET state = 'working', attempts = attempts + 1 WHERE update_id = ?",
                (row[0],),
            )
        return InboxRow(
            update_id=row[0],
            lane=row[1].partition(":")[2],
            user=row[2],
            chat=row[3],
            received=row[4],
            attempts=row[5] + 1,
            payload=json.loads(row[6]),
            reply=json.loads(row[7]) if row[7] else None,
            sent=row[8],
        )

    def keep_reply(self, update_id: int, reply: dict[str, Any]) -> None:
        """Store a computed reply before its first part is sent."""
        sql = "UPDATE inbox SET reply = ?, sent = 0 WHERE update_id = ?"
        self._write(sql, json.dumps(reply), update_id)

    def mark_sent(self, update_id: int, parts: int) -> None:
        """Record that the first ``parts`` parts of a reply have gone out."""
        self._write("UPDATE inbox SET sent = ? WHERE update_id = ?", parts, update_id)

    def finish(self, update_id: int) -> None:
        """Close an update and forget its words; only its id is kept, against duplicates."""
        sql = "UPDATE inbox SET state = 'done', payload = '{}', reply = NULL WHERE update_id = ?"
        self._write(sql, update_id)

    def release(self, update_id: int) -> None:
        """Give an update back: it was begun but not finished and shall be begun again."""
        self._write("UPDATE inbox SET state = 'new' WHERE update_id = ?", update_id)

    def take_over(self) -> int:
        """Take a seat and the updates left to be answered at empty ones; return how many were begun.

        Several processes may answer over one file, each what it received itself: who asked waits
        for that one. A seat is a lock, which falls with its process.
        """
        if self._seat_file < 0:
            seats = ((seat, self._lock_seat(str(seat))) for seat in itertools.count())
            self._seat, self._seat_file = next((s, file) for s, file in seats if file is not None)
        seat_of = "substr(lane, 1, instr(lane, ':') - 1)"
        left = self._rows(f"SELECT DISTINCT {seat_of} FROM inbox WHERE state <> 'done'")
        empty, held = [str(self._seat)], []
        for seat in {str(row[0]) for row in left} - set(empty):
            if (file := self._lock_seat(seat)) is not None:  # nobody sits down there meanwhile
                empty.append(seat)
                held.append(file)
        mine, those = f"{self._seat}:", f"{seat_of} IN (SELECT value FROM json_each(?))"
        with self._transaction() as db:
            begun = db.execute(
                f"UPDATE inbox SET state = 'new' WHERE state = 'working' AND {those}",
                (json.dumps(empty),),
            ).rowcount
            db.execute(
                "UPDATE inbox SET lane = ? || substr(lane, instr(lane, ':') + 1)"
                f" WHERE state = 'new' AND {those}",
                (mine, json.dumps(empty)),
            )
        for file in held:
            os.close(file)
        return int(begun)

    def _lock_seat(self, seat: str) -> int | None:
        """Return the open file whose lock is a seat; None if a process sits there."""
        path = self.path.with_name(f"{self.path.name}.seat{seat}")
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return None
        return file

    def is_waiting(self, update_id: int) -> bool:
        """Tell whether an update is still to be begun."""
        rows = self._rows("SELECT 1 FROM inbox WHERE update_id = ? AND state = 'new'", update_id)
        return bool(rows)

    def waiting(self) -> int:
        """Count the updates not yet begun."""
        return int(self._rows("SELECT count(*) FROM inbox WHERE state = 'new'")[0][0])

    # --- conversations and answers ---------------------------------------------------------

    def conversation(self, chat: int, user: int) -> Conversation:
        """Return what the user's next question in this chat inherits (nothing, if new)."""
        rows = self._rows(
            "SELECT state, answer FROM conversations WHERE chat = ? AND user = ?", chat, user
        )
        if not rows:
            return Conversation()
        state, answer = rows[0]
        return Conversation(json.loads(state) if state else None, answer)

    def save_conversation(self, chat: int, user: int, conversation: Conversation) -> None:
        """Store what the next question inherits; its state must be JSON."""
        row = (chat, user, json.dumps(conversation.state), conversation.answer, self._wall())
        self._write("REPLACE INTO conversations VALUES (?, ?, ?, ?, ?)", *row)

    def forget_conversation(self, chat: int, user: int) -> None:
        """Begin anew: the next question inherits nothing."""
        self._write("DELETE FROM conversations WHERE chat = ? AND user = ?", chat, user)

    def add_answer(self, chat: int, user: int, payload: dict[str, Any], state: Any = None) -> str:
        """Store an answer and return the short key (ASCII, 10 characters) its buttons carry."""
        key = secrets.token_hex(5)
        row = (key, chat, user, self._wall(), json.dumps({**payload, STATE: state}))
        self._write("INSERT INTO answers VALUES (?, ?, ?, ?, ?)", *row)
        return key

    def answer(self, key: str) -> StoredAnswer | None:
        """Return a stored answer, or None if there is none or it has been purged."""
        return next(iter(self._answers("key = ?", key)), None)

    def answer_by_id(self, answer_id: str) -> StoredAnswer | None:
        """Return the stored answer of the assistant's id, or None."""
        return next(iter(self._answers("json_extract(payload, '$.id') = ?", answer_id)), None)

    def answers(self, user: int, chat: int | None = None, *, most: int = 200) -> list[StoredAnswer]:
        """Return the last answers to a user, in one chat if given, the last first."""
        return self._answers(
            "user = ? AND (CAST(? AS BIGINT) IS NULL OR chat = ?)"
            " ORDER BY created DESC, rowid DESC LIMIT ?",
            user,
            chat,
            chat,
            most,
        )

    def _answers(self, where: str, *values: Any) -> list[StoredAnswer]:
        rows = self._rows(
            f"SELECT key, chat, user, created, payload FROM answers WHERE {where}", *values
        )
        return [_stored(*row) for row in rows]

    def forget_user(self, user: int) -> None:
        """Drop the answers to a user and what their conversations inherit."""
        with self._transaction() as db:
            db.execute("DELETE FROM answers WHERE user = ?", (user,))
            db.execute("DELETE FROM conversations WHERE user = ?", (user,))

    def add_button(self, user: int, payload: dict[str, Any]) -> str:
        """Store what a button does and return its key; ``user`` 0 lets anybody press it.

        The same button is stored once: its key is a hash of what it does.
        """
        text = json.dumps(payload, sort_keys=True)
        key = hashlib.sha256(f"{user} {text}".encode()).hexdigest()[:16]
        self._write("REPLACE INTO buttons VALUES (?, ?, ?, ?)", key, user, self._wall(), text)
        return key

    def button(self, key: str) -> tuple[int, dict[str, Any]] | None:
        """Return (user, payload) of a stored button."""
        rows = self._rows("SELECT user, payload FROM buttons WHERE key = ?", key)
        return (int(rows[0][0]), json.loads(rows[0][1])) if rows else None

    # --- feedback --------------------------------------------------------------------------

    def add_feedback(self, answer: StoredAnswer, user: int, verdict: str) -> None:
        """Store a verdict on an answer; a second one by the same user replaces the first."""
        self._write(
            "INSERT INTO feedback (created, answer, user, verdict, payload)"
            " VALUES (?, ?, ?, ?, ?) ON CONFLICT (answer, user)"
            " DO UPDATE SET verdict = excluded.verdict, created = excluded.created",
            *(self._wall(), answer.key, user, verdict, json.dumps(answer.payload)),
        )

    def expect_remark(self, chat: int, message: int, answer: str) -> None:
        """Remember that a reply to this message is a remark on that answer."""
        sql = "REPLACE INTO prompts VALUES (?, ?, ?, ?)"
        self._write(sql, chat, message, answer, self._wall())

    def expected_remark(self, chat: int, message: int) -> str | None:
        """Return the key of the answer that a reply to this message remarks on."""
        rows = self._rows(
            "SELECT answer FROM prompts WHERE chat = ? AND message = ?", chat, message
        )
        return str(rows[0][0]) if rows else None

    def add_remark(self, answer: str, user: int, remark: str) -> bool:
        """Add words to a verdict given before; False if this user gave none."""
        sql = "UPDATE feedback SET remark = trim(remark || ?, ?) WHERE answer = ? AND user = ?"
        return bool(self._write(sql, f"\n{remark}", "\n", answer, user))

    def feedback(self, verdict: str | None = None) -> list[Feedback]:
        """Return the stored feedback, oldest first; of one verdict if given."""
        rows = self._rows(
            "SELECT id, created, answer, user, verdict, remark, payload FROM feedback"
            " WHERE CAST(? AS TEXT) IS NULL OR verdict = ? ORDER BY id",
            verdict,
            verdict,
        )
        return [
            Feedback(ident, created, answer, user, given, remark, json.loads(payload))
            for ident, created, answer, user, given, remark, payload in rows
        ]

    # --- quotas ----------------------------------------------------------------------------

    def counts(self, user: int) -> Counts:
        """Count the questions charged lately, on the steady clock."""
        now = self.steady_now()
        minute = self._rows(
            "SELECT count(*), min(at) FROM quota WHERE user = ? AND at > ?", user, now - 60
        )[0]
        day = self._rows("SELECT count(*) FROM quota WHERE user = ? AND at > ?", user, now - DAY_S)
        total = self._rows("SELECT count(*) FROM quota WHERE at > ?", now - DAY_S)
        wait_s = max(0.0, float(minute[1]) + 60 - now) if minute[0] else 0.0
        return Counts(int(minute[0]), int(day[0][0]), int(total[0][0]), wait_s)

    # --- members and pairing ---------------------------------------------------------------

    def members(self) -> dict[MemberRole, frozenset[int]]:
        """Return the ids that pairing (or a moved group) has let in, by role."""
        found: dict[MemberRole, set[int]] = {"user": set(), "admin": set(), "group": set()}
        for ident, role in self._rows("SELECT id, role FROM members"):
            if role in found:
                found[role].add(int(ident))
        return {role: frozenset(ids) for role, ids in found.items()}

    def add_member(self, ident: int, role: MemberRole) -> None:
        """Let a user, an administrator or a group in."""
        self._write("REPLACE INTO members VALUES (?, ?, ?)", ident, role, self._wall())

    def new_pairing_code(self, role: MemberRole = "user") -> str:
        """Make a code that lets one person in, once, within an hour; only its hash is kept."""
        code = "-".join(secrets.token_hex(2).upper() for _ in range(3))
        with self._transaction() as db:
            db.execute("DELETE FROM pairing WHERE expires < ?", (self._wall(),))
            db.execute(
                "REPLACE INTO pairing VALUES (?, ?, ?)",
                (_hash_code(code), role, self._wall() + PAIRING_VALID_S),
            )
            db.execute("REPLACE INTO facts VALUES ('pairing_misses', '0')")
        return code

    def redeem_pairing_code(self, code: str, user: int) -> MemberRole | None:
        """Use a code up and return the role it gives, or None; too many misses void all codes."""
        with self._transaction() as db:
            row = db.execute(
                "DELETE FROM pairing WHERE code_hash = ? AND expires >= ? RETURNING role",
                (_hash_code(code), self._wall()),
            ).fetchone()
            if row is None:
                misses = int(self._fact("pairing_misses") or 0) + 1
                db.execute("REPLACE INTO facts VALUES ('pairing_misses', ?)", (str(misses),))
                if misses >= PAIRING_TRIES:
                    db.execute("DELETE FROM pairing")
                return None
            role: MemberRole = row[0]
            db.execute("REPLACE INTO members VALUES (?, ?, ?)", (user, role, self._wall()))
        return role

    # --- retention -------------------------------------------------------------------------

    def purge(self) -> None:
        """Forget what is older than its time; feedback and members stay."""
        now = self._wall()
        with self._transaction() as db:
            db.execute(
                "DELETE FROM inbox WHERE state = 'done' AND received < ?", (now - INBOX_KEPT_S,)
            )
            for table in ("answers", "buttons", "prompts"):
                db.execute(f"DELETE FROM {table} WHERE created < ?", (now - self._answers_kept_s,))
            idle_s = min(IDLE_CONVERSATION_S, self._answers_kept_s)
            db.execute("DELETE FROM conversations WHERE updated < ?", (now - idle_s,))
            db.execute("DELETE FROM quota WHERE at < ?", (self.steady_now() - 2 * DAY_S,))


def _stored(key: str, chat: int, user: int, created: float, text: str) -> StoredAnswer:
    payload = json.loads(text)
    state = payload.pop(STATE, None)
    return StoredAnswer(key, chat, user, created, payload, state)


def _hash_code(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode("utf-8", "replace")).hexdigest()
