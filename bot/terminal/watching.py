"""Folders followed as they change: what is put in, corrected or taken out reaches the library."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from retrieval.errors import BaogaoError, LibraryError
from retrieval.readers.files import MetFile, find_files, passed_over

if TYPE_CHECKING:
    from retrieval.library.ingestion import IngestResult
    from retrieval.library.library import Library

SETTLED_MS = 1_600
"""How long a folder must be quiet: a file being copied changes all the time."""
TRY_AGAIN_MS = 5_000

Round = frozenset[Path]
"""The files that changed together; empty where nothing did for a while."""


def rounds_of(
    paths: Sequence[Path], since: float, stop: threading.Event | None = None
) -> Iterator[Round]:
    """Yield what changed under ``paths`` since a time, and what changes until Ctrl-C or ``stop``."""
    import watchfiles

    yield frozenset(met.path for met in find_files(list(paths)) if _is_newer(met, since))
    try:
        for changes in watchfiles.watch(
            *paths,
            watch_filter=lambda _, name: not passed_over(Path(name).name),
            debounce=SETTLED_MS,
            step=SETTLED_MS // 4,
            rust_timeout=TRY_AGAIN_MS,
            yield_on_timeout=True,
            stop_event=stop,
        ):
            yield frozenset(Path(name) for _, name in changes)
    except OSError as error:
        raise BaogaoError(
            f"监视不了 {'、'.join(map(str, paths))}：{error.strerror or error}"
        ) from error


def _is_newer(met: MetFile, since: float) -> bool:
    try:
        return not met.skipped and met.path.lstat().st_ctime >= since
    except OSError:
        return False


def follow(
    shelf: Library,
    paths: Sequence[Path],
    rounds: Iterable[Round],
    show: Callable[[Sequence[IngestResult]], None],
    tell: Callable[[str], None],
    *,
    prune: bool = False,
) -> None:
    """Take in what each round brings; what could not be taken in is tried again with the next.

    ``show`` gets the account of a round, ``tell`` a sentence where a round failed.
    """
    waiting: set[Path] = set()
    for changed in rounds:
        waiting |= changed
        if not waiting:
            continue
        gone = any(not path.exists() for path in waiting)
        taken = list(paths) if gone else sorted(p for p in waiting if not p.is_dir())
        try:
            results = shelf.ingest(taken, prune=prune) if taken else []
        except LibraryError as error:  # another process writes, the disk is full
            tell(str(error))
            continue
        waiting.clear()
        show([result for result in results if result.status != "unchanged"])
