"""The indexes on disk: built whole in a new folder, checked, then switched to by one pointer file.

A reader follows the pointer; it sees the old generation or the new one, never a mixture, and a
process killed at any moment leaves one of the two. The manifest of a generation names the exact
version of every report it serves.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from retrieval.errors import LibraryBusy, LibraryDamaged, LibraryError, LibraryMismatch
from retrieval.library.ledger import Ledger
from retrieval.search.dense import ROWS, VECTORS, DenseMatrix, RowName, write_matrix
from retrieval.search.embedding import Vectors
from retrieval.search.lexical import LexicalIndex, Row, tokens, write_index

POINTER = "CURRENT"
FOLDER = "generations"
LOCK = "writer.lock"
MANIFEST = "manifest.json"
RETIRED = "retired"
LEXICAL = "lexical"
FORMAT = 1
LOCK_WAIT_S = 1.0
GRACE_S = 120.0  # longer than an answer may take
SAMPLE_ROWS = 20
_NAME = re.compile(r"g\d{6}-[0-9a-f]{8}")
_MEND = "请运行 baogao rebuild"


class VectorStore(Protocol):
    """What a generation needs of a vector database (see ``vector_store``)."""

    def build(self, generation: Path, previous: Path | None, replaced: Collection[str]) -> None:
        """Fill the store from the rows and vectors in ``generation``, and check it."""
        ...

    def check(self, generation: Path) -> None:
        """Raise ``LibraryDamaged`` if the store does not hold the rows of ``generation``."""
        ...


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation serves and what it was made with."""

    embedder: str
    dimension: int
    parser_version: int
    reports: Mapping[str, int] = field(default_factory=dict)
    rows: int = 0
    rows_hash: str = ""
    without_vector: int = 0
    format: int = FORMAT


class Generation:
    """A finished generation, opened for reading. Its indexes are loaded at first use."""

    def __init__(self, library: Path, name: str) -> None:
        """Read the manifest; raises ``LibraryDamaged`` if a part is missing or cut."""
        self.name = name
        self.folder = library / FOLDER / name
        self.manifest = read_manifest(library, name)
        parts = (VECTORS, ROWS, f"{LEXICAL}/meta.json")
        missing = [part for part in parts if not (self.folder / part).is_file()]
        if missing:
            raise LibraryDamaged(f"报告库的索引不完整（缺 {'、'.join(missing)}），{_MEND}")

    @cached_property
    def lexical(self) -> LexicalIndex:
        """The word index."""
        return LexicalIndex(self.folder / LEXICAL)

    @cached_property
    def dense(self) -> DenseMatrix:
        """The matrix of vectors."""
        try:
            matrix = DenseMatrix(self.folder)
        except (OSError, ValueError) as error:
            raise LibraryDamaged(f"向量索引已损坏，{_MEND}") from error
        if len(matrix) != self.manifest.rows or (
            matrix.vectors.shape[1] != self.manifest.dimension
        ):
            raise LibraryDamaged(f"向量索引与清单不符，{_MEND}")
        return matrix


def read_manifest(library: Path, name: str) -> Manifest:
    """Return the manifest of a generation; raises ``LibraryDamaged`` if it is missing or cut."""
    try:
        values = json.loads((library / FOLDER / name / MANIFEST).read_text("utf-8"))
        manifest = Manifest(**values)
    except (OSError, ValueError, TypeError) as error:
        raise LibraryDamaged(f"报告库的索引清单不见了或已损坏，{_MEND}") from error
    if manifest.format != FORMAT:
        raise LibraryMismatch(f"报告库的索引是另一版本写的，{_MEND}")
    return manifest


def read_pointer(library: Path) -> str | None:
    """Return the name of the current generation, or None if there is no pointer."""
    try:
        name = (library / POINTER).read_text("ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise LibraryDamaged(f"报告库的指针文件读不出，{_MEND}") from error
    if not _NAME.fullmatch(name):
        raise LibraryDamaged(f"报告库的指针文件已损坏，{_MEND}")
    return name


def build_generation(
    library: Path,
    ledger: Ledger,
    manifest: Manifest,
    store: VectorStore,
    *,
    previous: Generation | None,
    replaced: Collection[str],
) -> Generation:
    """Build and check a new generation that serves ``manifest.reports``; the pointer is not moved.

    It starts from ``previous``, in which the reports of ``replaced`` changed, came or went; if
    that is damaged, from nothing.
    """
    number = int(previous.name[1:7]) + 1 if previous else 1
    try:
        return _build(library, ledger, manifest, store, number, previous, replaced)
    except LibraryDamaged:
        if previous is None:
            raise
    return _build(library, ledger, manifest, store, number, None, replaced)


def _build(
    library: Path,
    ledger: Ledger,
    manifest: Manifest,
    store: VectorStore,
    number: int,
    previous: Generation | None,
    replaced: Collection[str],
) -> Generation:
    name = f"g{number:06d}-{secrets.token_hex(4)}"
    folder = library / FOLDER / name
    folder.mkdir(parents=True)
    try:
        rows, keys = _rows_and_keys(ledger, manifest.reports)
        lost = _write_vectors(folder, ledger, rows, keys, manifest.dimension)
        _write_lexical(folder, ledger, manifest.reports, previous, replaced)
        store.build(folder, previous.folder if previous else None, replaced)
        finished = Manifest(
            **{
                **asdict(manifest),
                "rows": len(rows),
                "rows_hash": _hash(folder / ROWS),
                "without_vector": lost,
            }
        )
        (folder / MANIFEST).write_text(json.dumps(asdict(finished)), "utf-8")
        generation = Generation(library, name)
        for problem in check_generation(generation, ledger):
            raise LibraryDamaged(f"新建的索引没有通过检查：{problem}")
        _sync_tree(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return generation


def switch(library: Path, name: str) -> None:
    """Move the pointer to ``name``: atomic, and on the disk when this returns."""
    unfinished = library / f"{POINTER}.{secrets.token_hex(4)}"
    try:
        with unfinished.open("w", encoding="ascii") as file:
            file.write(f"{name}\n")
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(library / POINTER)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    _sync(library)


def retire(library: Path, name: str) -> None:
    """Mark a generation as superseded now: readers still on it get ``GRACE_S`` seconds."""
    (library / FOLDER / name / RETIRED).touch()


def remove_stale(
    library: Path, keep: Collection[str], *, grace_s: float = GRACE_S
) -> list[Manifest]:
    """Delete the generations but ``keep`` and those retired less than ``grace_s`` seconds ago.

    Unfinished ones, which a killed writer left, go too. Returns the manifests of the retired
    ones that stay.
    """
    staying = []
    for folder in sorted((library / FOLDER).glob("*")):
        if folder.name in keep:
            continue
        try:
            if time.time() - (folder / RETIRED).stat().st_mtime < grace_s:
                staying.append(read_manifest(library, folder.name))
                continue
        except (OSError, LibraryError):
            pass  # never finished, or damaged: of no use to anyone
        shutil.rmtree(folder, ignore_errors=True)
    for file in library.glob(f"{POINTER}.*"):
        file.unlink(missing_ok=True)
    return staying


def check_generation(generation: Generation, ledger: Ledger) -> Iterator[str]:
    """Yield a sentence for each way in which the indexes differ from the truth."""
    manifest = generation.manifest
    if _hash(generation.folder / ROWS) != manifest.rows_hash:
        yield "索引行的清单被改动"
        return
    rows, keys = _rows_and_keys(ledger, manifest.reports)
    try:
        dense = generation.dense
        if dense.rows != rows:
            yield "向量索引与原文库的条目不同"
        elif not _same_vectors(dense, ledger, keys):
            yield "向量索引与原文库的向量不同"
    except LibraryDamaged:
        yield "向量索引打不开"
    try:
        yield from _lexical_faults(generation, ledger, rows)
    except LibraryDamaged:
        yield "字词索引打不开"


@contextmanager
def writer_lock(library: Path) -> Iterator[None]:
    """Hold the one writer's lock. It falls with the process, so a kill leaves no stale lock.

    Raises ``LibraryBusy`` after ``LOCK_WAIT_S`` seconds.
    """
    try:
        handle = os.open(library / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise LibraryError("报告库的目录不可写，请检查目录的权限") from error
    try:
        give_up = time.monotonic() + LOCK_WAIT_S
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= give_up:
                    raise LibraryBusy("另一个进程正在写入这个报告库，请等它结束后再运行") from None
                time.sleep(0.05)
        yield
    finally:
        os.close(handle)


def _rows_and_keys(ledger: Ledger, reports: Mapping[str, int]) -> tuple[list[RowName], list[str]]:
    rows: list[RowName] = []
    keys: list[str] = []
    for report in sorted(reports):
        for row in ledger.index_rows(report, reports[report]):
            rows.append((row.id, report))
            keys.append(row.vector_key)
    return rows, keys


def _write_vectors(
    folder: Path, ledger: Ledger, rows: list[RowName], keys: list[str], dimension: int
) -> int:
    """Write matrix and row names; return how many rows have no vector."""
    lost = 0

    def vectors() -> Iterator[Vectors | None]:
        nonlocal lost
        for start in range(0, len(keys), 5_000):
            batch = keys[start : start + 5_000]
            found = ledger.vectors(batch)
            for key in batch:
                vector = found.get(key)
                if vector is not None and vector.shape != (dimension,):
                    vector = None
                lost += vector is None
                yield vector

    write_matrix(folder, rows, vectors(), dimension)
    return lost


def _write_lexical(
    folder: Path,
    ledger: Ledger,
    reports: Mapping[str, int],
    previous: Generation | None,
    replaced: Collection[str],
) -> None:
    fresh = sorted(reports)
    if previous is not None:
        try:
            shutil.copytree(previous.folder / LEXICAL, folder / LEXICAL)
            len(LexicalIndex(folder / LEXICAL))
            fresh = [r for r in fresh if r in replaced]
        except (OSError, LibraryDamaged):  # no reason not to build a new one
            shutil.rmtree(folder / LEXICAL, ignore_errors=True)

    def rows() -> Iterator[Row]:
        for report in fresh:
            for row in ledger.index_rows(report, reports[report]):
                yield row.id, report, row.text

    write_index(folder / LEXICAL, rows(), replaced=replaced)


def _same_vectors(dense: DenseMatrix, ledger: Ledger, keys: list[str]) -> bool:
    for start in range(0, len(keys), 5_000):
        batch = keys[start : start + 5_000]
        stored = ledger.vectors(batch)
        for i, key in enumerate(batch, start):
            expected = stored.get(key)
            if expected is None or expected.shape != dense.vectors[i].shape:
                if np.any(dense.vectors[i]):
                    return False
            elif not np.array_equal(dense.vectors[i], expected):
                return False
    return True


def _lexical_faults(generation: Generation, ledger: Ledger, rows: list[RowName]) -> Iterator[str]:
    lexical = generation.lexical
    if len(lexical) != len(rows):
        yield f"字词索引应有 {len(rows)} 条，实有 {len(lexical)} 条"
        return
    reports = sorted({report for _, report in rows})
    for report in reports[:: max(1, len(reports) // SAMPLE_ROWS)]:
        stored = ledger.index_rows(report, generation.manifest.reports[report])
        if lexical.ids(report) != {row.id for row in stored}:
            yield "字词索引与原文库的条目不同"
            return
        words = stored[0].text
        if tokens(words) and stored[0].id not in dict(lexical.search(words, len(stored), [report])):
            yield "字词索引抽查没有搜到应有的条目"
            return


def _hash(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _sync_tree(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
