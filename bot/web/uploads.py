"""Files dropped on the page: kept for a moment, taken in one after another by one writer.

A thread of its own ingests, so that questions are answered meanwhile; what became of each
file, and how far the one in work is, is told to whoever asks. A file lives in a folder of its
own until it is taken in, since the library keeps the bytes: two files of one name never meet.
"""

from __future__ import annotations

import itertools
import logging
import queue
import shutil
import tempfile
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from bot.notes import Language, worded
from retrieval.errors import BaogaoError
from retrieval.library.ingestion import IngestResult, Progress
from retrieval.library.library import Library

KEPT = 200
MOST_WAITING = 50
FAILED = "读入时出现内部错误，报告库没有受损；请查看服务的日志"
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Upload:
    """One file given: waiting, in work (``stage``, ``done`` of ``total``) or done with its account."""

    id: int
    name: str
    status: Literal["waiting", "reading", "done"] = "waiting"
    stage: str = ""
    done: int = 0
    total: int = 0
    results: tuple[IngestResult, ...] = ()

    def to_json(self, language: Language) -> dict[str, Any]:
        """Return plain values."""
        return {
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "stage": self.stage,
            "done": self.done,
            "total": self.total,
            "results": [
                {**result.to_json(), "warnings": worded(result.warnings, language)}
                for result in self.results
            ],
        }


class Uploads:
    """The queue of files and its one writer."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._uploads: dict[int, Upload] = {}
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._waiting: queue.Queue[tuple[int, Path] | None] = queue.Queue()
        self._thread: threading.Thread | None = None

    @property
    def full(self) -> bool:
        """Whether so many files wait that no more are taken for now."""
        return self._waiting.qsize() >= MOST_WAITING

    def add(self, name: str, content: bytes) -> Upload:
        """Keep a file and have it taken in; return at once."""
        folder = Path(tempfile.mkdtemp(prefix="baogao-upload-"))
        try:
            path = folder / name
            path.write_bytes(content)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        with self._lock:
            upload = Upload(next(self._numbers), name)
            self._uploads[upload.id] = upload
            for old in list(self._uploads)[:-KEPT]:
                del self._uploads[old]
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="uploads", daemon=True)
                self._thread.start()
        self._waiting.put((upload.id, path))
        return upload

    def listed(self) -> list[Upload]:
        """Return the files given lately, the last first."""
        with self._lock:
            return list(reversed(self._uploads.values()))

    def get(self, number: int) -> Upload | None:
        """Return one of them, None if there is none of that number."""
        with self._lock:
            return self._uploads.get(number)

    def close(self) -> None:
        """Let the file in work come to its end and stop."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (given := self._waiting.get()) is not None:
            number, path = given
            results = self._take_in(number, path)
            shutil.rmtree(path.parent, ignore_errors=True)
            self._tell(number, status="done", stage="", results=results)

    def _take_in(self, number: int, path: Path) -> tuple[IngestResult, ...]:
        def watch(progress: Progress) -> None:
            self._tell(number, stage=progress.stage, done=progress.done, total=progress.total)

        self._tell(number, status="reading")
        try:
            return tuple(self._library.ingest([path], watch))
        except BaogaoError as error:
            return (IngestResult(path.name, "refused", reason=str(error)),)
        except Exception:
            logger.exception("upload failed")
            return (IngestResult(path.name, "refused", reason=FAILED),)

    def _tell(self, number: int, **news: Any) -> None:
        with self._lock:
            if number in self._uploads:
                self._uploads[number] = replace(self._uploads[number], **news)
