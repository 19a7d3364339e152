"""Turns at computing answers: one thread at a time, however many questions wait.

The interpreter runs one thread at a time anyway. Thirty that compute answers leave an event loop
beside them a thirtieth of its time; one leaves it half, and the thirty answers are ready no
later. Who waits for a model, which costs the interpreter nothing, gives the turn back for as
long: nobody waits for another's model.

A turn held longer than ``LEASE_S`` no longer counts, so that work which never ends stops nobody.
The turns are the process's, as the interpreter is; threads that never took one are let be.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Iterator

LEASE_S = 2.0
_LOOK_EVERY_S = 0.5


class Turns:
    """``most`` turns, given in the order in which they were asked for."""

    def __init__(self, most: int, *, lease_s: float = LEASE_S) -> None:
        self._most = most
        self._lease_s = lease_s
        self._lock = threading.Lock()
        self._since: dict[int, float] = {}
        self._queue: deque[tuple[int, threading.Event]] = deque()

    @contextlib.contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for a turn and hold it."""
        self._take()
        try:
            yield
        finally:
            self._give_back()

    @contextlib.contextmanager
    def lent(self) -> Iterator[None]:
        """Give this thread's turn, if it has one, to others meanwhile."""
        if not self.is_held():
            yield
            return
        self._give_back()
        try:
            yield
        finally:
            self._take()

    def is_held(self) -> bool:
        """Tell whether this thread has a turn."""
        return threading.get_ident() in self._since

    def _take(self) -> None:
        mine = threading.Event()
        with self._lock:
            self._queue.append((threading.get_ident(), mine))
            self._pass_on()
        while not mine.wait(_LOOK_EVERY_S):
            with self._lock:  # somebody may hold a turn for too long
                self._pass_on()

    def _give_back(self) -> None:
        with self._lock:
            self._since.pop(threading.get_ident(), None)
            self._pass_on()

    def _pass_on(self) -> None:
        now = time.monotonic()
        counted = sum(1 for since in self._since.values() if now - since < self._lease_s)
        while self._queue and counted < self._most:
            ident, turn = self._queue.popleft()
            self._since[ident] = now
            counted += 1
            turn.set()


ANSWERING = Turns(1)
"""The turns of this process at computing answers."""
