"""Long polling that confirms an update only once it is stored.

Asking for updates from ``offset`` on confirms those before it. The offset moves when they are
on the disk, so what a crash interrupts is sent again by Telegram and recognised by its id.
"""

from __future__ import annotations

import asyncio
import logging
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from bot.chats.wire import Unreachable
from bot.telegram.gateway import AnotherInstance, Gateway
from bot.telegram.updates import update_id_of

log = logging.getLogger(__name__)

MAX_WAIT_S = 15.0
STORE_WAIT_S = 2.0


class Poller:
    """Fetches updates until cancelled.

    ``accept`` returns when raw updates are on the disk. Raises ``AnotherInstance`` when 409 has gone on for
    ``conflict_limit_s``, ``TokenRejected`` at once. ``last_ok`` is the monotonic time of the
    last good answer, for readiness.
    """

    def __init__(
        self,
        gateway: Gateway,
        accept: Callable[[Sequence[Any]], Awaitable[None]],
        *,
        conflict_limit_s: float,
    ) -> None:
        self._gateway = gateway
        self._accept = accept
        self._conflict_limit_s = conflict_limit_s
        self.last_ok = 0.0
        self.reconnects = 0

    async def run(self) -> None:
        """Poll for ever."""
        offset: int | None = None
        conflict_since: float | None = None
        failures = 0
        while True:
            try:
                updates = await self._gateway.get_updates(offset)
            except AnotherInstance:
                now = time.monotonic()
                conflict_since = now if conflict_since is None else conflict_since
                log.warning("409: another instance polls with this token")
                if now - conflict_since >= self._conflict_limit_s:
                    raise
                await asyncio.sleep(2.0)
                continue
            except Unreachable as exc:
                failures += 1
                self.reconnects += 1
                wait_s = min(MAX_WAIT_S, 0.5 * 2**failures) * random.uniform(0.5, 1.0)
                log.warning("polling failed (%s), again in %.1f s", exc, wait_s)
                await asyncio.sleep(wait_s)
                continue
            if failures:
                log.info("polling again")
            failures, conflict_since = 0, None
            self.last_ok = time.monotonic()
            if not updates:
                await asyncio.sleep(0)  # a server that does not hold the request: let others run
                continue
            try:
                await self._accept(updates)
            except (sqlite3.DatabaseError, OSError) as exc:
                # Disk full, locked or stuck: what is not stored is not confirmed, but asked again.
                log.error("inbox cannot be written", exc_info=exc)
                await asyncio.sleep(STORE_WAIT_S)
                continue
            ids = [number for u in updates if (number := update_id_of(u)) is not None]
            offset = max([offset or 0, *(number + 1 for number in ids)])
