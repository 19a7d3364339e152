"""The libraries that suites are asked on, kept in the user's cache between runs.

A library belongs to the bytes of its reports. It is remade from its own stored bytes when the
code that parses and indexes has changed; its vectors, made of the same words, are kept.
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from retrieval.encoder import e5_encoder
from retrieval.errors import LibraryError
from retrieval.library.library import Library
from retrieval.search.embedding import Embedder

Tell = Callable[[str], None]

_CODE = Path(__file__).resolve().parent.parent / "retrieval"


def cache_folder() -> Path:
    """Return the folder for what may be made again: ``$XDG_CACHE_HOME/baogao-eval`` or like it."""
    return e5_encoder.cache_folder().with_name("baogao-eval")


def prepare_library(files: Iterable[Path], embedder: Embedder, tell: Tell) -> Path:
    """Return the folder of a library that holds exactly ``files``, made or remade if need be."""
    paths = sorted(files, key=lambda path: path.name)
    folder = cache_folder() / "libraries" / _hash(paths, embedder.name)
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Two runs at once: the second waits, and finds the library made.
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _make(folder, paths, embedder, tell)
    return folder


def _make(folder: Path, paths: Sequence[Path], embedder: Embedder, tell: Tell) -> None:
    stamp = folder.with_suffix(".made-by")
    made_by = _hash(p for p in sorted(_CODE.rglob("*")) if p.is_file() and p.suffix != ".pyc")
    if stamp.exists() and folder.exists():
        if stamp.read_text(encoding="ascii") == made_by:
            return
        tell(f"remaking the library of {len(paths)} reports: the code has changed")
        try:
            with Library.open(folder, embedder=embedder, for_rebuild=True) as library:
                problems = library.rebuild()
        except LibraryError as error:
            problems = [f"{error}; it is made from the files"]
            shutil.rmtree(folder)
    else:
        shutil.rmtree(folder, ignore_errors=True)
        tell(f"ingesting {len(paths)} reports, once: about ten seconds a report")
        problems = []
    with Library.open(folder, embedder=embedder, create=True) as library:
        results = library.ingest(paths)  # after remaking, what was refused before
    problems += [f"refused: {r.source}: {r.reason}" for r in results if r.status == "refused"]
    for problem in problems:
        tell(problem)
    # With problems the stamp stays empty, and the next run tries again.
    stamp.write_text("" if problems else made_by, encoding="ascii")


def _hash(files: Iterable[Path], salt: str = "") -> str:
    digest = hashlib.sha256(salt.encode())
    for file in files:
        digest.update(f"{file.name}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]
