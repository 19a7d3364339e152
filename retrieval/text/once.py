"""What is loaded once in a process, however many threads ask for it first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import lru_cache
from typing import Generic, TypeVar

Loaded = TypeVar("Loaded")


class once(Generic[Loaded]):
    """Make of a function without arguments one that runs a single time.

    ``lru_cache`` alone lets every thread that comes before the first is done load anew, and use
    what another is still filling. What raised is tried again by the next caller.
    """

    def __init__(self, load: Callable[[], Loaded]) -> None:
        self.__doc__ = load.__doc__
        self._kept = lru_cache(maxsize=1)(load)
        self._loading = threading.RLock()
        self.cache_clear, self.cache_info = self._kept.cache_clear, self._kept.cache_info

    def __call__(self) -> Loaded:
        """Return what was loaded, loading it first where nobody has; raises what loading raises."""
        with self._loading:
            return self._kept()
