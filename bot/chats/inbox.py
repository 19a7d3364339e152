"""From what comes in to stored work, and from stored work to its handler.

``Intake.accept`` is called before an update is confirmed to the messenger: when it returns, the
update is on disk, refused, or known from before. ``Dispatcher`` begins what waits: many at once,
but one at a time in each lane, so that one user's questions are answered in order and nobody
waits for somebody else. A crash between the two loses nothing; begun work is begun again.

What is refused to a person who may talk here is told, each time, by a line that is stored and
delivered like any answer.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.chats.access import Access, limit_notice
from bot.chats.chat_records import InboxRow
from bot.chats.conversations import ConversationStore
from bot.chats.handlers import ASKING
from bot.chats.incoming import Ignored, Incoming
from bot.chats.limits import Limits
from bot.chats.wording import language_of, said
from bot.notes import Language

log = logging.getLogger(__name__)

ASK_PRESS = "q|"  # what an example question's button carries begins so
MAX_WAITING = 5_000
NOTICE_EVERY_S = 60.0
STRANGERS_REMEMBERED = 2_000
REPLIES_PER_MINUTE = 150  # to presses, commands, refusals: whatever no quota counts
PAUSE_S = 5.0
COURTESY_CHARS = 40  # no thanks are longer


@dataclass(frozen=True, slots=True)
class Notice:
    """A short message to send outside the queue, best effort."""

    to: Incoming
    text: str


class Intake:
    """Decides on each update, once.

    ``is_courtesy`` tells whether words are only thanks or a greeting, which are answered and
    not counted.
    """

    def __init__(
        self,
        limits: Limits,
        store: ConversationStore,
        access: Access,
        *,
        is_courtesy: Callable[[str], bool] = lambda _words: False,
    ) -> None:
        self._limits = limits
        self._store = store
        self._access = access
        self._is_courtesy = is_courtesy
        self._noticed: dict[tuple[int, str], float] = {}
        self._replies: dict[int, tuple[float, int]] = {}
        self.counts: Counter[str] = Counter()

    def accept(self, incoming: Incoming | Ignored) -> Notice | None:
        """Store, refuse or recognise one update; return what to tell its sender at once, if anything."""
        if isinstance(incoming, Ignored):
            self._count(f"ignored:{incoming.reason}")
            return None
        if incoming.kind == "migration":
            self._access.move_group(incoming.chat, incoming.new_chat)
            self._count("migration")
            return None
        if not incoming.addressed:
            self._count("ignored:not_addressed")
            return None
        if self._store.seen(incoming.update_id):
            self._count("duplicate")
            return None
        if not self._access.may_use(incoming.user, incoming.chat, private=incoming.private):
            return self._stranger(incoming)
        if incoming.kind == "message" and 0 < incoming.date < time.time() - self._limits.max_age_s:
            self._close(incoming, "stale")
            return self._once(incoming, "stale", said("stale", self._language(incoming)))
        if self._is_further(incoming):
            self._close(incoming, "ignored:album")
            return None
        if self.counts_it(incoming):
            return self._question(incoming)
        self._answer_uncounted(incoming)
        return None

    def counts_it(self, incoming: Incoming) -> bool:
        """Tell whether a message is charged to its sender's quota."""
        return self._asks(incoming) and not self._is_free(incoming)

    def _asks(self, incoming: Incoming) -> bool:
        if incoming.kind == "callback":
            return incoming.data.startswith(ASK_PRESS)
        if incoming.document is not None or incoming.only_told:
            return False
        if incoming.command is None and incoming.reply_to is not None:
            remark = self._store.expected_remark(incoming.chat, incoming.reply_to)
            return remark is None
        return incoming.command in ASKING

    def _is_free(self, incoming: Incoming) -> bool:
        return (
            incoming.kind == "message"
            and incoming.command is None
            and len(incoming.text) <= COURTESY_CHARS
            and self._is_courtesy(incoming.text)
        )

    def _is_further(self, incoming: Incoming) -> bool:
        """Tell whether this is one more picture of an album whose first was answered."""
        if not incoming.album or not incoming.only_told:
            return False
        return self._once(incoming, f"album {incoming.album}", "-") is None

    def _question(self, incoming: Incoming) -> Notice | None:
        verdict = self._access.quota(incoming.user)
        if verdict.limit:
            self._count(f"limited:{verdict.limit}")
            notice = limit_notice(verdict, self._language(incoming))
            self._answer_uncounted(replace(incoming, line=notice))
            return None
        waiting = self._store.waiting()
        if waiting >= MAX_WAITING:
            self._count("refused:full")
            self._answer_uncounted(replace(incoming, line=said("full", self._language(incoming))))
            return None
        self._open(incoming, lane="q", counted=True)
        if waiting >= 2 * self._limits.concurrency:
            text = said("queue", self._language(incoming), waiting=waiting)
            return self._once(incoming, "queue", text)
        return None

    def _stranger(self, incoming: Incoming) -> Notice | None:
        self._count("denied")
        if not (incoming.private and incoming.kind == "message" and incoming.command == "start"):
            return None
        self._close(incoming, "stranger_start")
        if incoming.text:
            role = self._access.pair(incoming.text, incoming.user)
            if role is not None:
                log.info("paired", extra={"user": incoming.user})
                return Notice(incoming, said(f"paired.{role}"))
        return self._once(incoming, "stranger", said("stranger", user=incoming.user))

    def _answer_uncounted(self, incoming: Incoming) -> None:
        """Open what no quota counts; who sends too much of it is told so once a minute."""
        number = self._replies_lately(incoming.user)
        if number > REPLIES_PER_MINUTE:
            self._close(incoming, "flood")
            return
        if number == REPLIES_PER_MINUTE:
            incoming = replace(incoming, line=said("flood", self._language(incoming)))
        # Presses other than questions have a lane of their own: a citation opens at once, also
        # while the same user's next answer is being made. So have lines that are ready.
        if incoming.line or incoming.only_told:
            lane = "n"
        else:
            press = incoming.kind == "callback" and not incoming.data.startswith(ASK_PRESS)
            lane = "p" if press else "q"
        self._open(incoming, lane=lane, counted=False)

    def _open(self, incoming: Incoming, *, lane: str, counted: bool) -> None:
        new = self._store.receive(
            incoming.update_id,
            lane=f"{lane}{incoming.user}",
            user=incoming.user,
            chat=incoming.chat,
            payload=incoming.to_json(),
            counted=counted,
        )
        self._count("queued" if new else "duplicate")

    def _close(self, incoming: Incoming, why: str) -> None:
        self._store.receive(
            incoming.update_id,
            lane="",
            user=incoming.user,
            chat=incoming.chat,
            payload={},
            counted=False,
            open_=False,
        )
        self._count(why)

    def _once(self, incoming: Incoming, what: str, text: str) -> Notice | None:
        """Tell a user the same thing at most once a minute."""
        now = time.monotonic()
        if len(self._noticed) > STRANGERS_REMEMBERED:
            self._noticed = {k: t for k, t in self._noticed.items() if now - t < NOTICE_EVERY_S}
            if len(self._noticed) > STRANGERS_REMEMBERED:
                return None
        key = (incoming.user, what)
        if now - self._noticed.get(key, -NOTICE_EVERY_S) < NOTICE_EVERY_S:
            return None
        self._noticed[key] = now
        return Notice(incoming, text)

    def _replies_lately(self, user: int) -> int:
        """Return how many uncounted replies a user had in this minute, and count one more."""
        now = time.monotonic()
        begun, number = self._replies.get(user, (now, 0))
        if now - begun >= 60:
            begun, number = now, 0
        if len(self._replies) > STRANGERS_REMEMBERED:
            self._replies.clear()
        self._replies[user] = (begun, number + 1)
        return number

    def _language(self, incoming: Incoming) -> Language:
        last = self._store.conversation(incoming.chat, incoming.user).answer
        stored = self._store.answer(last) if last else None
        before = str(stored.payload.get("question", "")) if stored else ""
        return language_of("" if incoming.command else incoming.text, before)

    def _count(self, what: str) -> None:
        self.counts[what] += 1
        if not what.startswith("ignored"):
            log.debug("update %s", what)


class Dispatcher:
    """Runs ``handle`` for each waiting update; ``concurrency`` at most at once.

    What ``handle`` is not done with (it returns False) is begun again after ``pause_s``
    (default ``PAUSE_S``).
    """

    def __init__(
        self,
        store: ConversationStore,
        handle: Callable[[InboxRow], Awaitable[bool]],
        *,
        concurrency: int,
        pause_s: float | None = None,
    ) -> None:
        self._store = store
        self._handle = handle
        self._concurrency = concurrency
        self._pause_s = PAUSE_S if pause_s is None else pause_s
        self._running: dict[asyncio.Task[None], InboxRow] = {}
        self._lanes: set[str] = set()
        self._stopping = False

    @property
    def running(self) -> int:
        """How many updates are being handled."""
        return len(self._running)

    def pump(self) -> None:
        """Begin whatever may begin now."""
        while not self._stopping and len(self._running) < self._concurrency:
            row = self._store.take(self._lanes)
            if row is None:
                return
            self._lanes.add(row.lane)
            task = asyncio.get_running_loop().create_task(self._run(row))
            self._running[task] = row
            task.add_done_callback(self._ended)

    async def _run(self, row: InboxRow) -> None:
        try:
            done = await self._handle(row)
            if not done:
                await asyncio.sleep(self._pause_s)
        except asyncio.CancelledError:
            self._store.release(row.update_id)
            raise
        if done:
            self._store.finish(row.update_id)
        else:
            self._store.release(row.update_id)

    def _ended(self, task: asyncio.Task[None]) -> None:
        row = self._running.pop(task)
        self._lanes.discard(row.lane)
        if not task.cancelled() and (exc := task.exception()) is not None:
            # The handler deals with its own errors: this is the store failing.
            log.error("update not closed", exc_info=exc, extra={"update": row.update_id})
        self.pump()

    async def stop(self, within_s: float) -> list[InboxRow]:
        """Begin nothing more, wait for what runs, give the rest back and return it."""
        self._stopping = True
        if self._running:
            await asyncio.wait(self._running, timeout=within_s)
        left = dict(self._running)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left, timeout=1)
        return list(left.values())
