"""From raw update to stored work, and from stored work to its handler.

``Intake.accept`` is called before an update is confirmed to Telegram: when it returns, the
update is on disk, refused, or known from before. ``Dispatcher`` begins what waits: many at once,
but one at a time in each lane, so that one user's questions are answered in order and nobody
waits for somebody else. A crash between the two loses nothing; begun work is begun again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.chats.chat_records import InboxRow
from bot.chats.conversations import ConversationStore
from bot.telegram.access import Access, limit_notice
from bot.telegram.settings import TelegramSettings
from bot.telegram.updates import Ignored, Incoming, Me, parse_update

log = logging.getLogger(__name__)

ASKING = frozenset({None, "brief", "compare"})  # commands charged to the quota; None is plain words
ASK_PRESS = "q|"  # what an example question's button carries begins so
MAX_WAITING = 5_000
NOTICE_EVERY_S = 60.0
STRANGERS_REMEMBERED = 2_000
PRESSES_PER_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Notice:
    """A short message to send outside the queue, best effort."""

    to: Incoming
    text: str


class Intake:
    """Decides on each update, once."""

    def __init__(
        self, settings: TelegramSettings, store: ConversationStore, access: Access, me: Me
    ) -> None:
        self._settings = settings
        self._store = store
        self._access = access
        self._me = me
        self._noticed: dict[tuple[int, str], float] = {}
        self._presses: dict[int, tuple[float, int]] = {}
        self.counts: Counter[str] = Counter()

    def accept(self, raw: object) -> Notice | None:
        """Store, refuse or recognise one raw update; return what to tell its sender, if anything."""
        incoming = parse_update(raw, self._me)
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
        if (
            incoming.kind == "message"
            and 0 < incoming.date < time.time() - self._settings.max_age_s
        ):
            self._close(incoming, "stale")
            return self._once(
                incoming, "stale", "停机期间收到的较早消息没有处理，如仍需要，请重新发送。"
            )
        if self._asks(incoming):
            return self._question(incoming)
        if self._floods(incoming.user):
            self._close(incoming, "flood")
            return None
        self._open(incoming, counted=False)
        return None

    def _asks(self, incoming: Incoming) -> bool:
        if incoming.kind == "callback":
            return incoming.data.startswith(ASK_PRESS)
        if incoming.document is not None:
            return False
        if incoming.command is None and incoming.reply_to is not None:
            remark = self._store.expected_remark(incoming.chat, incoming.reply_to)
            return remark is None
        return incoming.command in ASKING

    def _question(self, incoming: Incoming) -> Notice | None:
        verdict = self._access.quota(incoming.user)
        if verdict.limit:
            self._close(incoming, f"limited:{verdict.limit}")
            return self._once(incoming, "limit", limit_notice(verdict))
        waiting = self._store.waiting()
        if waiting >= MAX_WAITING:
            self._close(incoming, "refused:full")
            return self._once(incoming, "full", "现在提问的人太多，请稍后再试。")
        self._open(incoming, counted=True)
        if waiting >= 2 * self._settings.concurrency:
            return self._once(incoming, "queue", f"提问较多，前面还有约 {waiting} 个问题，请稍候。")
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
                return Notice(
                    incoming,
                    "配对成功，您是管理员。" if role == "admin" else "配对成功，可以提问了。",
                )
        return self._once(
            incoming,
            "stranger",
            f"本机器人只对授权用户开放。请把您的编号 {incoming.user} 交给管理员，"
            "或向管理员索取一次性配对码，发送“/start 配对码”。",
        )

    def _open(self, incoming: Incoming, *, counted: bool) -> None:
        # Presses other than questions have a lane of their own: a citation opens at once,
        # also while the same user's next answer is being made.
        question = incoming.kind == "message" or counted
        new = self._store.receive(
            incoming.update_id,
            lane=f"{'q' if question else 'p'}{incoming.user}",
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

    def _floods(self, user: int) -> bool:
        now = time.monotonic()
        begun, number = self._presses.get(user, (now, 0))
        if now - begun >= 60:
            begun, number = now, 0
        if len(self._presses) > STRANGERS_REMEMBERED:
            self._presses.clear()
        self._presses[user] = (begun, number + 1)
        return number >= PRESSES_PER_MINUTE

    def _count(self, what: str) -> None:
        self.counts[what] += 1
        if not what.startswith("ignored"):
            log.debug("update %s", what)


class Dispatcher:
    """Runs ``handle`` for each waiting update; ``concurrency`` at most at once."""

    def __init__(
        self,
        store: ConversationStore,
        handle: Callable[[InboxRow], Awaitable[None]],
        *,
        concurrency: int,
    ) -> None:
        self._store = store
        self._handle = handle
        self._concurrency = concurrency
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
            await self._handle(row)
        except asyncio.CancelledError:
            self._store.release(row.update_id)
            raise
        self._store.finish(row.update_id)

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
