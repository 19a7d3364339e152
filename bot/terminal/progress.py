"""Progress of long work on stderr: a bar where a person watches, a line a stage in a pipe."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from retrieval.library.ingestion import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

_STAGES = {"read": "读取", "embed": "向量", "index": "索引"}


class ProgressBar:
    """Shows every step of an ingest or rebuild; call it with each ``Progress``."""

    def __init__(self) -> None:
        self._bars: Bars | None = None
        self._tasks: dict[str, TaskID] = {}
        self._said: set[str] = set()

    def __call__(self, progress: Progress) -> None:
        """Show one step."""
        label = _STAGES.get(progress.stage, progress.stage)
        if not sys.stderr.isatty():
            if progress.stage not in self._said and progress.total:
                self._said.add(progress.stage)
                print(f"{label} {progress.total}…", file=sys.stderr)
            return
        if self._bars is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
            from rich.progress import Progress as Bars

            self._bars = Bars(
                TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
                TimeRemainingColumn(), console=Console(stderr=True), transient=True,
            )  # fmt: skip
            self._bars.start()
        if progress.stage not in self._tasks:
            self._tasks[progress.stage] = self._bars.add_task(label, total=progress.total)
        self._bars.update(
            self._tasks[progress.stage], completed=progress.done, total=progress.total
        )
        if all(task.finished for task in self._bars.tasks) and progress.stage == "index":
            self._bars.stop()
            self._bars, self._tasks = None, {}
