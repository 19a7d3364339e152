"""Python's collector rests while very much is made that is kept.

It goes through everything that is held whenever much has come to it, looking for what nobody
holds. Where ten thousand reports are held and their figures are made, that is several passes of a
tenth of a second, and nothing to be found.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_resting = 0
_lock = threading.Lock()


@contextmanager
def resting_collector() -> Iterator[None]:
    """Keep the collector from running; of several at once, in any threads, the last wakes it.

    Where it does not run anyway it is left so.
    """
    global _resting
    with _lock:
        ours = _resting > 0 or gc.isenabled()
        _resting += ours
        if ours:
            gc.disable()
    try:
        yield
    finally:
        with _lock:
            _resting -= ours
            if ours and not _resting:
                gc.enable()
