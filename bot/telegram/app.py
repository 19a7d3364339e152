"""The bot, put together: settings and an assistant in, an exit code out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from bot.assistant import Assistant
from bot.chats.access import Access
from bot.chats.chat_records import InboxRow
from bot.chats.conversations import DAY_S, ConversationStore
from bot.chats.inbox import Dispatcher, Intake, Notice
from bot.chats.shared import open_chats
from bot.chats.wire import Unreachable, WireError
from bot.chats.wording import said
from bot.telegram.endpoint import Route, check_route, serve, webhook_route
from bot.telegram.logs import safe_logging
from bot.telegram.settings import TelegramSettings, parse_address
from bot.telegram.supervision import READY, STOPPING, Supervisor
from bot.telegram.updates import Me, parse_update
from retrieval.errors import BaogaoError

log = logging.getLogger(__name__)

POLL_FRESH_S = 90.0  # readiness: a good poll ends at least this often
LIBRARY_CHECK_EVERY_S = 5.0
PURGE_EVERY_S = 3_600.0
SYNC_WITHIN_S = 30.0
CANCEL_WITHIN_S = 1.0
STARTS_WAIT_S = (1.0, 2.0, 5.0, 10.0, 20.0)


def run(
    settings: TelegramSettings,
    assistant_factory: Callable[[], Assistant],
    *,
    restore: Callable[[Any], Any] | None = None,
    secrets: tuple[str, ...] = (),
) -> int:
    """Run the bot until it is told to stop; return the exit code (0 stopped, 1 failed).

    ``restore`` makes the assistant's state from its JSON (default: the real assistant's);
    ``secrets`` are further words (keys) to strike out of every log line.
    """
    # Answers are made in threads; with Python's default turns of 5 ms a dozen of them hold the
    # event loop up for seconds on a busy machine (measured: 1.7 s, with 1 ms 0.6 s).
    sys.setswitchinterval(0.001)
    webhook_secret = settings.webhook.secret if settings.webhook else ""
    with safe_logging((settings.token, webhook_secret, *secrets), settings.log_level):
        try:
            store = open_chats(
                settings.state_path,
                settings.database_url,
                answers_kept_s=settings.keep_days * DAY_S,
            )
        except BaogaoError as exc:
            return _fail(str(exc))
        except (OSError, sqlite3.DatabaseError):
            return _fail("会话数据库无法打开：请检查目录的权限和剩余空间。")
        try:
            assistant = assistant_factory()
            return asyncio.run(Bot(settings, assistant, store, restore or _restore).run())
        except BaogaoError as exc:
            return _fail(str(exc))
        finally:
            store.close()


def print_pairing_code(store: ConversationStore, *, admin: bool = False) -> str:
    """Make a one-time pairing code and return the line to print in the terminal."""
    code = store.new_pairing_code("admin" if admin else "user")
    who = "管理员" if admin else "用户"
    return f"{who}配对码（一小时内有效，只能用一次）：向机器人发送  /start {code}"


def _restore(values: Any) -> Any:
    from retrieval.question.query import State

    return State.from_json(values)


def _fail(text: str) -> int:
    print(f"baogao telegram：{text}", file=sys.stderr)
    return 1


class Bot:
    """One run of the bot."""

    def __init__(
        self,
        settings: TelegramSettings,
        assistant: Assistant,
        store: ConversationStore,
        restore: Callable[[Any], Any],
    ) -> None:
        # python-telegram-bot takes half a second to import: not for `baogao --help`.
        from bot.chats.callbacks import Callbacks
        from bot.chats.delivery import Delivery
        from bot.chats.handlers import Desk, Handlers
        from bot.telegram.gateway import Gateway
        from bot.telegram.polling import Poller

        self._settings = settings
        self._assistant = assistant
        self._store = store
        self._access = Access(settings, store)
        self._gateway = Gateway(settings, on_migration=self._access.move_group)
        desk = Desk(assistant, restore, store, self._access, self._gateway, self.figures)
        handlers = Handlers(desk)
        self._delivery = Delivery(store, self._gateway, handlers, Callbacks(desk, handlers))
        self._dispatcher = Dispatcher(
            store, self._delivery.handle, concurrency=settings.concurrency
        )
        self._poller = Poller(
            self._gateway, self._accept, conflict_limit_s=settings.conflict_limit_s
        )
        self._intake: Intake | None = None
        self._me: Me | None = None
        self._supervisor = Supervisor()
        self._notices: set[asyncio.Task[None]] = set()
        self._started = time.monotonic()
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        # the ports listened on, "health" and "webhook": a port 0 in the settings lets the system choose
        self.ports: dict[str, int] = {}

    def request_stop(self) -> None:
        """Stop as on SIGTERM; may be called from any thread."""
        if self._loop is None:
            self._stop.set()
        else:
            self._loop.call_soon_threadsafe(self._stop.set)

    async def run(self) -> int:
        """Serve until SIGTERM or SIGINT, or until polling fails for good."""
        from bot.telegram.gateway import AnotherInstance, TokenRejected

        loop = asyncio.get_running_loop()
        self._loop = loop
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self._stop.set)
        stopped = loop.create_task(self._stop.wait())
        serving = loop.create_task(self._serve())
        try:
            await asyncio.wait({stopped, serving}, return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                serving.result()
            return 0
        except AnotherInstance:
            return _fail("另一个进程正在用同一个令牌接收消息（409）。请先停掉它，再启动本进程。")
        except TokenRejected:
            return _fail("Telegram 不接受这个令牌：请检查 TELEGRAM_BOT_TOKEN。")
        except Unreachable:
            return _fail(
                "连不上 Telegram：请检查网络、代理（https_proxy 或 BAOGAO_TELEGRAM_PROXY）或 BAOGAO_TELEGRAM_API。"
            )
        except OSError:
            return _fail("端口无法监听：请检查 BAOGAO_TELEGRAM_LISTEN 和 BAOGAO_TELEGRAM_HEALTH。")
        finally:
            stopped.cancel()
            await self._shut_down(serving)

    async def _serve(self) -> None:
        from bot.chats.views import COMMANDS

        self._me = await self._connect()
        self._intake = Intake(
            self._settings,
            self._store,
            self._access,
            is_courtesy=self._assistant.is_courtesy,
        )
        replayed = self._store.take_over()
        log.info("started: replayed=%d waiting=%d", replayed, self._store.waiting())
        if self._settings.pair or self._access.is_empty:
            print(print_pairing_code(self._store, admin=self._access.is_empty), file=sys.stderr)
        routes: dict[str, Route] = {
            "/healthz": check_route(lambda: (True, {})),
            "/readyz": check_route(self._ready),
        }
        async with contextlib.AsyncExitStack() as stack:
            if self._settings.health:
                host, port = parse_address(self._settings.health, "BAOGAO_TELEGRAM_HEALTH")
                health = await stack.enter_async_context(await serve(host, port, routes))
                self.ports["health"] = health.sockets[0].getsockname()[1]
            self._dispatcher.pump()
            await self._gateway.set_commands(COMMANDS)
            for chore in (self._housekeeping, self._follow_library, self._supervisor.watch):
                task = asyncio.get_running_loop().create_task(chore())
                stack.callback(task.cancel)
            hook = self._settings.webhook
            if hook is None:
                with contextlib.suppress(Unreachable):  # polling tells soon enough
                    await self._gateway.delete_webhook()
                self._supervisor.tell(READY)
                await self._poller.run()
            else:
                route = webhook_route(hook.secret, self._accept)
                server = await serve(hook.host, hook.port, {**routes, "/telegram": route})
                await stack.enter_async_context(server)
                self.ports["webhook"] = server.sockets[0].getsockname()[1]
                await self._gateway.set_webhook(hook.url, hook.secret)
                self._supervisor.tell(READY)
                await server.serve_forever()

    async def _connect(self) -> Any:
        for wait_s in STARTS_WAIT_S:
            try:
                return await self._gateway.start()
            except Unreachable:
                log.warning("getMe failed, again in %d s", wait_s)
                await asyncio.sleep(wait_s)
        return await self._gateway.start()

    async def _accept(self, updates: Sequence[Any]) -> None:
        """Store updates and begin what may begin; return when they are on the disk."""
        from bot.chats.threads import in_thread

        for update in updates:
            self._store_update(update)
        self._dispatcher.pump()
        await in_thread(self._store.sync, timeout_s=SYNC_WITHIN_S)

    def _store_update(self, update: Any) -> None:
        assert self._intake is not None
        assert self._me is not None
        try:
            notice = self._intake.accept(parse_update(update, self._me))
        except sqlite3.DatabaseError:
            raise  # not stored, so not to be confirmed
        except Exception as exc:  # one update that cannot be read must not stop the others
            log.error("update not understood", exc_info=exc)
            return
        if notice is not None:
            task = asyncio.get_running_loop().create_task(self._notify(notice))
            self._notices.add(task)
            task.add_done_callback(self._notices.discard)

    async def _notify(self, notice: Notice) -> None:
        to = notice.to
        if to.kind == "callback":
            await self._gateway.answer_press(to.callback_id, notice.text, alert=True)
            return
        with contextlib.suppress(WireError):
            await self._gateway.send_words(
                to.chat, notice.text, reply_to=to.message_id, thread=to.thread
            )

    async def _shut_down(self, serving: asyncio.Task[None]) -> None:
        self._supervisor.tell(STOPPING)
        serving.cancel()
        await asyncio.wait({serving}, timeout=CANCEL_WITHIN_S)
        unfinished = await self._dispatcher.stop(self._settings.stop_within_s)
        if unfinished:
            log.info("stopping: unfinished=%d", len(unfinished))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2):
                    await asyncio.gather(*map(self._tell_unfinished, unfinished))
        for task in self._notices:
            task.cancel()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._gateway.stop(), 1)
        log.info("stopped")

    async def _tell_unfinished(self, row: InboxRow) -> None:
        if row.lane.startswith("q"):
            with contextlib.suppress(WireError):
                await self._gateway.send_words(row.chat, said("restarting"))

    async def _follow_library(self) -> None:
        """Serve a new generation soon after it was written, also while nobody asks."""
        from bot.chats.threads import in_thread

        while True:
            await asyncio.sleep(LIBRARY_CHECK_EVERY_S)
            try:
                await in_thread(self._assistant.library.refresh, timeout_s=120)
            except Exception as exc:
                log.error("library refresh failed", exc_info=exc)

    async def _housekeeping(self) -> None:
        while True:
            try:
                self._store.purge()
            except sqlite3.DatabaseError as exc:
                log.error("purge failed", exc_info=exc)
            await asyncio.sleep(PURGE_EVERY_S)

    def figures(self) -> dict[str, Any]:
        """Counters for operators; no words of anybody."""
        counts = self._intake.counts if self._intake else {}
        return {
            "waiting": self._store.waiting(),
            "running": self._dispatcher.running,
            "queued": counts.get("queued", 0),
            "duplicates": counts.get("duplicate", 0),
            "denied": counts.get("denied", 0),
            "limited": sum(n for what, n in counts.items() if what.startswith("limited")),
            "ignored": sum(n for what, n in counts.items() if what.startswith("ignored")),
            "failures": self._delivery.counts["failures"],
            "replayed": self._delivery.counts["replayed"],
            "put_off": self._delivery.counts["put_off"],
            "reconnects": self._poller.reconnects,
            "uptime_s": int(time.monotonic() - self._started),
        }

    def _ready(self) -> tuple[bool, dict[str, Any]]:
        polling = (
            self._settings.webhook is not None
            or time.monotonic() - self._poller.last_ok < POLL_FRESH_S
        )
        return polling and self._intake is not None, {**self.figures(), "polling": polling}
