"""The libraries that suites are asked on, kept in the user's cache between runs.

A library belongs to the bytes of its reports. It is remade from its own stored bytes when the
code that parses and indexes has changed; its vectors, made of the same words, are kept.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from retrieval.embedding import Embedder
from retrieval.errors import LibraryError
from retrieval.library import Library

Tell = Callable[[str], None]

_CODE = Path(__file__).resolve().parent.parent / "retrieval"


def cache_folder() -> Path:
    """Return the folder for what may be made again: ``$XDG_CACHE_HOME/baogao-eval`` or like it."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "baogao-eval"


def prepare_library(files: Iterable[Path], embedder: Embedder, tell: Tell) -> Path:
    """Return the folder of a library that holds exactly ``files``, made or remade if need be."""
    paths = sorted(files)
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
                for problem in library.rebuild():
                    tell(problem)
            stamp.write_text(made_by, encoding="ascii")
            return
        except LibraryError as error:
            tell(f"it cannot be remade and is made from the files: {error}")
    shutil.rmtree(folder, ignore_errors=True)
    tell(f"ingesting {len(paths)} reports, once: about ten seconds a report")
    with Library.open(folder, embedder=embedder, create=True) as library:
        for result in library.ingest(paths):
            if result.status == "refused":
                tell(f"refused: {result.source}: {result.reason}")
    stamp.write_text(made_by, encoding="ascii")


def _hash(files: Iterable[Path], salt: str = "") -> str:
    digest = hashlib.sha256(salt.encode())
    for file in files:
        digest.update(f"{file.name}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]
