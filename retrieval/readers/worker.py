"""Reading in a child process, under limits: a file made to harm costs itself and nothing more.

One child reads file after file; one that runs out of time or memory dies with it and another is
started. ``python -m retrieval.readers.worker`` is the child.
"""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from retrieval.documents import Note
from retrieval.errors import UnreadableFile
from retrieval.readers.values import Container, Document

TIMEOUT_S = 30.0
MAX_MEMORY = 1024 * 1024 * 1024
_HEADER = struct.Struct(">4sQ")
_KINDS = {"html": b"html", "docx": b"docx", "pdf": b"pdf ", "doc": b"doc "}


class ReadingChild:
    """A child that reads documents. Not for several threads at once: a lock holds them apart."""

    def __init__(self, timeout_s: float = TIMEOUT_S, max_memory: int = MAX_MEMORY) -> None:
        self._timeout_s = timeout_s
        self._max_memory = max_memory
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def read(self, kind: str, raw: bytes) -> Document:
        """Return the document; raises ``UnreadableFile`` also where the child had to be stopped."""
        with self._lock:
            answer = self._ask(kind, raw)
        if "refused" in answer:
            raise UnreadableFile(str(answer["refused"]))
        container = Container(**answer["container"])
        return Document(
            raw,
            answer["text"],
            answer["encoding"],
            tuple(Note.from_json(kept) for kept in answer["notes"]),
            container,
            answer["kept"],
            answer["dropped"],
        )

    def close(self) -> None:
        """End the child."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()

    def _ask(self, kind: str, raw: bytes) -> dict[str, Any]:
        process = self._running()
        assert process.stdin is not None
        assert process.stdout is not None
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._timeout_s, stop)
        timer.start()
        try:
            process.stdin.write(_HEADER.pack(_KINDS[kind], len(raw)))
            process.stdin.write(raw)
            process.stdin.flush()
            size = process.stdout.read(8)
            words = process.stdout.read(int.from_bytes(size, "big")) if len(size) == 8 else b""
            answer = json.loads(words) if words else None
        except (OSError, ValueError):
            answer = None
        except BaseException:
            self.close()  # an answer half read would be taken for the next one's
            raise
        finally:
            timer.cancel()
        if answer is None:
            self.close()
            if late.is_set():
                raise UnreadableFile(
                    f"读取超过 {self._timeout_s:.0f} 秒，已停止，请另存为 docx 或纯文本后再导入"
                )
            raise UnreadableFile("读取时占用内存过多或出错，已停止，请另存为 docx 或纯文本后再导入")
        return dict(answer)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            root = str(Path(__file__).parents[2])
            paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
            self._process = subprocess.Popen(
                [sys.executable, "-m", "retrieval.readers.worker", str(self._max_memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"},
                start_new_session=True,  # Ctrl-C is for the parent, which ends the child
            )
        return self._process


def read_here(kind: str, raw: bytes) -> Document:
    """Read a document in this process; raises ``UnreadableFile``."""
    if kind == "html":
        from retrieval.readers.html import read_html

        return read_html(raw)
    if kind == "docx":
        from retrieval.readers.docx import read_docx

        return read_docx(raw)
    if kind == "pdf":
        from retrieval.readers.pdf import read_pdf

        return read_pdf(raw)
    from retrieval.readers.doc import read_doc

    return read_doc(raw)


def _answer(kind: str, raw: bytes) -> dict[str, Any]:
    try:
        read = read_here(kind, raw)
    except UnreadableFile as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": "读取时占用内存过多，已停止，请另存为 docx 或纯文本后再导入"}
    except Exception as error:
        return {"refused": f"读取时出错（{type(error).__name__}），请另存为 docx 或纯文本后再导入"}
    return {
        "text": read.text.encode("utf-8", "replace").decode("utf-8"),
        "encoding": read.encoding,
        "notes": [note.to_json() for note in read.notes],
        "container": asdict(read.container),
        "kept": read.kept,
        "dropped": read.dropped,
    }


def _serve(orders: IO[bytes], answers: IO[bytes]) -> None:
    names = {code: kind for kind, code in _KINDS.items()}
    while len(header := orders.read(_HEADER.size)) == _HEADER.size:
        code, size = _HEADER.unpack(header)
        words = json.dumps(_answer(names[code], orders.read(size))).encode()
        answers.write(len(words).to_bytes(8, "big"))
        answers.write(words)
        answers.flush()


def _limit(memory: int) -> None:
    try:
        import resource
    except ImportError:  # not on Windows: the time limit alone holds there
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _limit(int(sys.argv[1]))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no answer
    _serve(sys.stdin.buffer, answers)
