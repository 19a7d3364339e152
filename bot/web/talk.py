"""The page's conversations, by the chats' own door: stored, counted, answered and kept as in a messenger.

Here are the wire and what ties it to a request. A request waits for what its message brings
about and passes it on event by event; who has gone meanwhile finds the answer in the history.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import itertools
import re
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextvars import ContextVar
from typing import Any

from bot.assistant import Assistant
from bot.chats.access import Access, limit_notice
from bot.chats.blocks import Block, plain_text
from bot.chats.callbacks import Callbacks
from bot.chats.chat_records import Conversation, InboxRow
from bot.chats.conversations import ConversationStore
from bot.chats.delivery import Delivery
from bot.chats.handlers import Desk, Handlers, kept, payload_of
from bot.chats.inbox import Dispatcher, Intake
from bot.chats.incoming import Incoming, command_of
from bot.chats.limits import Limits
from bot.chats.messages import File, Keyboard
from bot.chats.threads import in_thread
from bot.chats.wire import Wire
from bot.chats.wording import language_of
from bot.values import Sentence
from bot.web.accounts import Accounts
from bot.web.guard import LOCAL, Visitor, account_of
from retrieval.question.query import State

CONCURRENCY = 8
SYNC_WITHIN_S = 30.0
STOP_WITHIN_S = 10.0
PURGE_EVERY_S = 3_600.0
VERDICTS = ("u", "d")  # the buttons under an answer that the page has no better place for
_BEGUN: ContextVar[int] = ContextVar("begun", default=0)
_SESSION = re.compile(r"[\w-]{8,64}")
Event = dict[str, Any]


class PageWire(Wire):
    """What is shown goes to the request that waits for it, as events: lines as they are checked."""

    def __init__(self, store: ConversationStore) -> None:
        self._store = store
        self._waiting: dict[int, asyncio.Queue[Event | None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._numbers = itertools.count(time.time_ns() // 1_000)

    def open(self, update: int) -> asyncio.Queue[Event | None]:
        """Return where the events of an update will come, None when it is done."""
        self._loop = asyncio.get_running_loop()
        return self._waiting.setdefault(update, asyncio.Queue())

    def close(self, update: int) -> None:
        """End the events of an update."""
        queue = self._waiting.pop(update, None)
        if queue is not None:
            queue.put_nowait(None)

    def _tell(self, **event: Any) -> None:
        queue = self._waiting.get(_BEGUN.get())
        if queue is not None:
            queue.put_nowait(event)

    async def send(
        self,
        chat: int,  # noqa: ARG002
        part: Any,
        *,
        keyboard: Keyboard = (),
        ask_reply: bool = False,
        answer: str = "",
        **_: Any,
    ) -> int:
        """Tell an answer with all that is stored of it, anything else as its blocks."""
        number = next(self._numbers)
        stored = self._store.answer(answer) if answer else None
        if stored is None:
            self._message(number, part, keyboard, ask_reply=ask_reply)
            return number
        buttons = [button for row in keyboard for button in row]
        suggested = [b.text for b in buttons if b.data.startswith("q|")]
        verdicts = [
            {"text": b.text, "data": b.data} for b in buttons if b.data.split("|")[0] in VERDICTS
        ]
        reply = {**stored.payload, "suggestions": suggested, "verdicts": verdicts}
        self._tell(type="reply", reply=reply, id=number)
        return number

    def _message(self, number: int, part: Sequence[Block], keyboard: Keyboard, **more: Any) -> None:
        self._tell(
            type="message",
            id=number,
            text=plain_text(part),
            blocks=[[{"text": run.text, "tag": run.tag} for run in block] for block in part],
            buttons=[[{"text": b.text, "data": b.data} for b in row] for row in keyboard],
            **more,
        )

    def line(self, incoming: Incoming, sentence: Sentence) -> None:
        """Tell a checked line at once."""
        queue = self._waiting.get(incoming.update_id)
        if queue is not None and self._loop is not None:
            told = {"text": sentence.text, "kind": sentence.kind, "citations": sentence.citations}
            event = {"type": "sentence", "sentence": told}
            self._loop.call_soon_threadsafe(queue.put_nowait, event)

    async def send_file(self, chat: int, file: File, **_: Any) -> int:  # noqa: ARG002
        """Tell a file with its content."""
        self._tell(type="file", name=file.name, base64=base64.b64encode(file.data).decode())
        return next(self._numbers)

    async def edit(
        self,
        chat: int,  # noqa: ARG002
        message: int,
        part: Any | None,
        keyboard: Keyboard = (),
    ) -> bool:
        """Tell what takes a message's place."""
        if part is not None:
            self._message(message, part, keyboard)
        return part is not None

    async def delete(self, chat: int, message: int) -> bool:  # noqa: ARG002
        """Tell that a message goes."""
        self._tell(type="delete", id=message)
        return True

    async def answer_press(self, callback_id: str, text: str = "", *, alert: bool = False) -> None:  # noqa: ARG002
        """Tell what a press is answered with."""
        if text:
            self._tell(type="toast", text=text)


class PageAccess(Access):
    """Whoever passed the guard may ask; administrators are those of the accounts."""

    def __init__(self, limits: Limits, store: ConversationStore, accounts: Accounts) -> None:
        super().__init__(limits, store)
        self._accounts = accounts

    def may_use(self, user: int, chat: int, *, private: bool) -> bool:  # noqa: ARG002
        """Let in whoever came this far."""
        return True

    def is_admin(self, user: int) -> bool:
        """Tell whether a visitor's number is an administrator's."""
        admins = [a.id for a in self._accounts.listed() if a.role == "admin"]
        return account_of(user) in admins if user != LOCAL.number else True


class Talk:
    """All conversations of one server."""

    def __init__(
        self, assistant: Assistant, store: ConversationStore, accounts: Accounts, per_minute: int
    ) -> None:
        limits = Limits(per_minute=per_minute, concurrency=CONCURRENCY)
        self.store = store
        self.access = PageAccess(limits, store, accounts)
        self._assistant = assistant
        self._wire = PageWire(store)
        desk = Desk(
            assistant, State.from_json, store, self.access, self._wire, self._figures, "page"
        )
        handlers = Handlers(desk)
        self._delivery = Delivery(store, self._wire, handlers, Callbacks(desk, handlers))
        self._intake = Intake(limits, store, self.access, is_courtesy=assistant.is_courtesy)
        self._dispatcher = Dispatcher(store, self._handle, concurrency=CONCURRENCY)
        self._numbers = itertools.count(time.time_ns() // 1_000)
        self._chores: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Take up what a stop left unanswered."""
        self.store.take_over()
        self._dispatcher.pump()
        self._chores = asyncio.get_running_loop().create_task(self._keep_house())

    async def stop(self) -> None:
        """Finish what is being answered; the rest is answered after the next start."""
        if self._chores is not None:
            self._chores.cancel()
        await self._dispatcher.stop(STOP_WITHIN_S)
        self.store.close()

    async def _keep_house(self) -> None:
        while True:
            with contextlib.suppress(sqlite3.DatabaseError):
                self.store.purge()
            await asyncio.sleep(PURGE_EVERY_S)

    async def _handle(self, row: InboxRow) -> bool:
        _BEGUN.set(row.update_id)
        try:
            return await self._delivery.handle(row)
        finally:
            self._wire.close(row.update_id)

    def _figures(self) -> Mapping[str, Any]:
        counts = self._delivery.counts
        return {
            "waiting": self.store.waiting(),
            "running": self._dispatcher.running,
            "failures": counts["failures"],
        }

    def message(
        self, visitor: Visitor, session: str, text: str, *, reply_to: int | None = None
    ) -> Incoming:
        """Return a message typed on the page; ``reply_to`` is the message it answers."""
        command, words = command_of(text)
        number = next(self._numbers)
        return Incoming(
            "message", number, chat_of(session), True, visitor.number, number, int(time.time()),
            text=words, command=command, reply_to=reply_to,
        )  # fmt: skip

    def press(self, visitor: Visitor, session: str, data: str, message: int) -> Incoming:
        """Return a pressed button of a message."""
        return Incoming(
            "callback", next(self._numbers), chat_of(session), True, visitor.number, message,
            int(time.time()), data=data, callback_id="-",
        )  # fmt: skip

    def refusal(self, incoming: Incoming) -> tuple[str, float] | None:
        """Return what a limit says to a message, and how long it holds (s); None if it may be asked."""
        if not self._intake.counts_it(incoming):
            return None
        verdict = self.access.quota(incoming.user)
        words = limit_notice(verdict, language_of(incoming.text)) if verdict.limit else ""
        return (words, verdict.wait_s) if words else None

    async def events(self, incoming: Incoming) -> AsyncIterator[Event]:
        """Store a message and yield what it brings about."""
        queue = self._wire.open(incoming.update_id)
        try:
            notice = self._intake.accept(incoming)
            if not self.store.is_waiting(incoming.update_id):  # a flood, told before
                return
            await in_thread(self.store.sync, timeout_s=SYNC_WITHIN_S)
            if notice is not None:
                yield {"type": "toast", "text": notice.text}
            self._dispatcher.pump()
            while (event := await queue.get()) is not None:
                yield event
        finally:
            self._wire.close(incoming.update_id)

    def state(self, visitor: Visitor, session: str) -> State:
        """Return what a conversation has settled on; the beginning's state if there is none."""
        stored = self.store.conversation(chat_of(session), visitor.number).state
        with contextlib.suppress(ValueError, TypeError, KeyError):
            return State.from_json(stored) if stored else State()
        return State()

    def begin_after(self, visitor: Visitor, session: str, answer_id: str) -> None:
        """Begin a conversation where an answer, whoever asked for it, left another."""
        found = self.store.answer_by_id(answer_id)
        if found is not None and found.state is not None:
            begun = Conversation(found.state, found.key)
            self.store.save_conversation(chat_of(session), visitor.number, begun)

    def scope(self, visitor: Visitor, session: str) -> str:
        """Return what the next question inherits, for people."""
        return self._assistant.scope_label(self.state(visitor, session))

    def keep(self, visitor: Visitor, session: str, answered: Any) -> None:
        """Keep an answer that was not asked for in the conversation: a briefing, a comparison."""
        payload = payload_of(answered.answer, self._assistant.scope_label(answered.state))
        kept(self.store, chat_of(session), visitor.number, payload, answered.state)


def chat_of(session: str) -> int:
    """Return the number of a conversation."""
    return int.from_bytes(hashlib.sha256(session.encode()).digest()[:7])


def session_name(given: Any) -> str:
    """Return the name of the conversation a client gave, a new one if it is none."""
    if isinstance(given, str) and _SESSION.fullmatch(given):
        return given
    return secrets.token_urlsafe(12)
