"""The terminal itself: how wide it is, and what it says while one waits."""

from __future__ import annotations

import shutil
import sys
import threading
from types import TracebackType
from typing import TextIO

LEAST_COLUMNS = 20
PATIENCE_S = 1.0  # what takes less is not worth a word


def columns(stream: TextIO | None = None) -> int | None:
    """Return the width of the terminal that output goes to; None for a file or a pipe."""
    stream = stream or sys.stdout
    if not stream.isatty():
        return None
    return max(LEAST_COLUMNS, shutil.get_terminal_size().columns)


class Waiting:
    """A context that says on stderr what is being done once it has taken over a second.

    On a terminal the seconds are counted and the line is wiped at the end; in a file it stands
    once.
    """

    def __init__(self, what: str, stream: TextIO | None = None) -> None:
        self._what = what
        self._stream = stream or sys.stderr
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._tell, name="waiting", daemon=True)

    def tell(self, what: str) -> None:
        """Say something else from now on."""
        self._what = what

    def __enter__(self) -> Waiting:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def _tell(self) -> None:
        seconds = 0.0
        shown = False
        while not self._done.wait(PATIENCE_S):
            seconds += PATIENCE_S
            if not self._stream.isatty():
                print(f"{self._what}…", file=self._stream, flush=True)
                self._done.wait()
                return
            print(f"\r{self._what}… {seconds:.0f} 秒", end="", file=self._stream, flush=True)
            shown = True
        if shown:
            print("\r\x1b[2K", end="", file=self._stream, flush=True)
