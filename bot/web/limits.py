"""How often something may be done: events counted by name within a sliding window."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Window:
    """Counts events by name within a sliding window; the clock is passed in."""

    def __init__(
        self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._seconds, self._clock = most, seconds, clock
        self._events: dict[str, list[float]] = {}
        self._lock = threading.Lock()

    def wait_s(self, name: str) -> float:
        """Return how long ``name`` has to wait until one more is allowed; 0 if it may now."""
        with self._lock:
            events = self._recent(name)
            if len(events) < self._most:
                return 0.0
            return self._seconds - (self._clock() - events[-self._most])

    def add(self, name: str) -> None:
        """Count one event."""
        with self._lock:
            if len(self._events) > 10_000:
                self._events = {n: e for n in self._events if (e := self._recent(n))}
            self._events[name] = [*self._recent(name), self._clock()]

    def forgive(self, name: str) -> None:
        """Forget the events of one name."""
        with self._lock:
            self._events.pop(name, None)

    def _recent(self, name: str) -> list[float]:
        since = self._clock() - self._seconds
        return [at for at in self._events.get(name, ()) if at > since]
