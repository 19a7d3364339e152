"""The edge between the synchronous core and the event loop."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T], *, timeout_s: float) -> T:
    """Run blocking work in a thread of its own and return its result.

    The thread is a daemon: work that never ends can hold up neither other work (a pool would
    run out of workers) nor the end of the process. Raises ``TimeoutError`` after ``timeout_s``.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: Any, error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(result)
        else:
            done.set_exception(error)

    def run() -> None:
        result: Any = None
        error: BaseException | None = None
        try:
            result = work()
        except StopIteration as exc:  # cannot be raised into a future
            error = RuntimeError(type(exc).__name__)
        except BaseException as exc:
            error = exc
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name="answering", daemon=True).start()
    # Not ``wait_for``: where work is done just as its caller is cancelled, Python 3.11's goes on
    # as if nobody had cancelled it, and a poller told to stop polls for ever.
    async with asyncio.timeout(timeout_s):
        return await done
