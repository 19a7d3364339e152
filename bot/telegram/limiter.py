"""The rate limiter: python-telegram-bot's, made fair.

Its own answer to 429 holds back every request to every chat for as long as one chat was told
to wait, an hour if need be. Here the chat that was told waits, the others go on, and a wait
longer than ``MOST_S`` is given up at once.
"""

from __future__ import annotations

import asyncio
import logging
import time
import warnings
from collections.abc import Callable, Coroutine
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import AIORateLimiter

log = logging.getLogger(__name__)

# Free of the message limits: they answer a press, show "typing", or fetch.
_UNLIMITED = frozenset({"sendChatAction", "answerCallbackQuery", "getFile", "getMe",
                        "setMyCommands", "setWebhook", "deleteWebhook"})  # fmt: skip
_CHATS_REMEMBERED = 1_024
RETRIES = 3  # of a refused request
MOST_S = 60.0  # the longest wait obeyed

Result = bool | dict[str, Any] | list[dict[str, Any]]


class FairRateLimiter(AIORateLimiter):
    """Keeps to the message limits and waits out 429 chat by chat."""

    def __init__(self) -> None:
        super().__init__(max_retries=0)
        self._quiet_until: dict[Any, float] = {}
        self._requests: set[asyncio.Task[Result]] = set()

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Result]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: int | None,
    ) -> Result:
        """Send one request within the limits; ``rate_limit_args`` is not used."""

        async def unbroken(*request: Any, **options: Any) -> Result:
            return await self._unbroken(callback(*request, **options))

        if endpoint in _UNLIMITED:
            return await unbroken(*args, **kwargs)
        chat = data.get("chat_id")
        for attempt in range(RETRIES + 1):
            await self._wait_for(chat)
            try:
                return await super().process_request(
                    unbroken, args, kwargs, endpoint, data, rate_limit_args
                )
            except RetryAfter as exc:
                wait_s = seconds(exc)
                if attempt == RETRIES or wait_s > MOST_S:
                    log.warning("429 given up: retry_after=%d attempt=%d", wait_s, attempt + 1)
                    raise
                log.info("429: retry_after=%d attempt=%d", wait_s, attempt + 1)
                self._hold(chat, wait_s)
        raise AssertionError("the loop above returns or raises")

    async def _unbroken(self, request: Coroutine[Any, Any, Result]) -> Result:
        """Let a request that was begun come to its end, also when nobody waits for it any more.

        A cancelled request leaves its connection in the pool as if in use; after as many as the
        pool holds, every request times out.
        """
        task = asyncio.get_running_loop().create_task(request)
        self._requests.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Result]) -> None:
        self._requests.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, so that asyncio does not complain

    def _hold(self, chat: Any, wait_s: float) -> None:
        if len(self._quiet_until) > _CHATS_REMEMBERED:
            now = time.monotonic()
            self._quiet_until = {c: t for c, t in self._quiet_until.items() if t > now}
        self._quiet_until[chat] = time.monotonic() + wait_s + 0.1

    async def _wait_for(self, chat: Any) -> None:
        while (left_s := self._quiet_until.get(chat, 0.0) - time.monotonic()) > 0:
            await asyncio.sleep(left_s)


def seconds(exc: RetryAfter) -> float:
    """How long the server wants to be left alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it may soon be a timedelta
        wait = exc.retry_after
    return float(wait) if isinstance(wait, int | float) else wait.total_seconds()
