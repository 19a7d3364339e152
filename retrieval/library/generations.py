"""The indexes on disk: each generation in a folder of its own, switched to by one pointer file.

A reader follows the pointer; it sees the old generation or the new one, never a mixture, and a
process killed at any moment leaves one of the two. The manifest of a generation names the exact
version of every report it serves.

What is written is never written to again. So a new generation holds the files of the one before
under the same names (links to them) and, in files of its own, what came since; it costs what that
costs. What is written is checked then and there, the whole by ``check_generation``. Parts are
merged when there are more than ``MAX_PARTS``, small ones first, so that a row is copied seldom.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
import secrets
import shutil
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache
from itertools import groupby
from pathlib import Path
from typing import Protocol

import numpy as np

from retrieval.errors import LibraryBusy, LibraryDamaged, LibraryError, LibraryMismatch
from retrieval.library.figure_columns import FILE as COLUMNS
from retrieval.library.figure_columns import FigureColumns, write_columns
from retrieval.library.held_vectors import Held, HeldVectors, NoVectors, whole_parts
from retrieval.library.ledger import Ledger
from retrieval.parsing.indicators import Fact
from retrieval.search.dense import (
    FILES,
    DenseMatrix,
    RowName,
    link,
    link_part,
    part_hash,
    write_matrix,
)
from retrieval.search.embedding import Vectors
from retrieval.search.lexical import LexicalIndex, Row, tokens, write_index

POINTER = "CURRENT"
FOLDER = "generations"
LOCK = "writer.lock"
MANIFEST = "manifest.json"
RETIRED = "retired"
LEXICAL = "lexical"
FORMAT = 3
LOCK_WAIT_S = 1.0
GRACE_S = 120.0  # longer than an answer may take
SAMPLE_ROWS = 20
MAX_PARTS = 16
logger = logging.getLogger(__name__)
_NAME = re.compile(r"g\d{6}-[0-9a-f]{8}")
_MEND = "请运行 baogao rebuild"


class VectorStore(Protocol):
    """What a generation needs of a vector database (see ``vector_store``)."""

    def is_wanted(self, rows: int) -> bool:
        """Tell whether a store is asked at all where there are so many rows."""
        ...

    def may_lag(self, covered: int, changed: int) -> bool:
        """Tell whether a store of ``covered`` reports will do where ``changed`` differ from it."""
        ...

    def build(self, generation: Path, previous: Path | None, replaced: Collection[str]) -> None:
        """Fill the store from the rows and vectors in ``generation``, and check it."""
        ...

    def check(self, generation: Path) -> None:
        """Raise ``LibraryDamaged`` if the store does not hold the rows of ``generation``."""
        ...


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation serves and what it was made with.

    ``parts`` are the names of its vectors' parts, each with the hash of its files. ``store`` is
    the generation whose vector database serves this one, too: itself, or an earlier one, from
    which few reports differ; empty where none is wanted.
    """

    embedder: str
    dimension: int
    parser_version: int
    reports: Mapping[str, int] = field(default_factory=dict)
    rows: int = 0
    parts: Mapping[str, str] = field(default_factory=dict)
    without_vector: int = 0
    store: str = ""
    format: int = FORMAT


class Generation:
    """A finished generation, opened for reading. Its indexes are loaded at first use."""

    def __init__(self, library: Path, name: str, dense: DenseMatrix | None = None) -> None:
        """Read the manifest; raises ``LibraryDamaged`` if a part is missing or cut.

        ``dense`` are its vectors where they are open already.
        """
        self._dense = dense
        self.name = name
        self.folder = library / FOLDER / name
        self.manifest = read_manifest(library, name)
        self.check_files()

    def check_files(self) -> None:
        """Raise ``LibraryDamaged`` if a file of the indexes is not there."""
        parts = [file.format(name) for name in self.manifest.parts for file in FILES]
        # one listing: asking for each of some fifty files takes longer than reading the manifest
        present = {entry.name for entry in os.scandir(self.folder) if entry.is_file()}
        missing = [file for file in parts if file not in present]
        words = f"{LEXICAL}/meta.json"
        if not (self.folder / words).is_file():
            missing.append(words)
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
            matrix = self._dense or DenseMatrix(self.folder, self.manifest.reports)
        except (OSError, ValueError) as error:
            raise LibraryDamaged(f"向量索引已损坏，{_MEND}") from error
        if len(matrix) != self.manifest.rows or matrix.dimension != self.manifest.dimension:
            raise LibraryDamaged(f"向量索引与清单不符，{_MEND}")
        return matrix

    @property
    def lacking(self) -> Mapping[str, int]:
        """The reports of which some rows have no vector, with how many."""
        return self.dense.lacking

    def figures(
        self, reports: Collection[str], indicators: Collection[str], *, brief: bool = False
    ) -> Iterator[tuple[str, tuple[Fact, ...]]]:
        """Yield each report whose part has its figures with its facts of some indicators, in order.

        ``brief`` as in ``FigureColumns.of``.
        """
        for name, wanted in self.dense.by_part(reports).items():
            if name not in self._columns:
                continue
            try:
                yield from self._columns[name].of(indicators, wanted, brief=brief)
            except (OSError, ValueError, TypeError, ArithmeticError) as error:
                logger.warning("figures of part %s cannot be read: %r", name, error)
                continue

    @cached_property
    def _columns(self) -> dict[str, FigureColumns]:
        """The figures of each part that has a file of them."""
        columns = {}
        for part in self.dense.parts:
            with suppress(OSError, ValueError):
                columns[part.name] = FigureColumns(self.folder / COLUMNS.format(part.name))
        return columns

    @cached_property
    def chunk_ids(self) -> frozenset[str]:
        """The ids of all rows."""
        return frozenset(chunk for chunk, _ in self.dense.rows)

    @cached_property
    def stored(self) -> Generation:
        """The generation whose vector database serves this one."""
        name = self.manifest.store
        return self if name in ("", self.name) else Generation(self.folder.parents[1], name)

    @cached_property
    def beyond_store(self) -> frozenset[str]:
        """The reports that the vector database does not hold as they are served here."""
        if self.stored is self:
            return frozenset()
        return frozenset(_changed(self.stored, self.manifest.reports))


def read_manifest(library: Path, name: str) -> Manifest:
    """Return the manifest of a generation; raises ``LibraryDamaged`` if it is missing or cut."""
    path = library / FOLDER / name / MANIFEST
    try:
        told = path.stat()
        manifest = _manifest_in(path, (told.st_ino, told.st_mtime_ns, told.st_size))
    except (OSError, ValueError, TypeError) as error:
        raise LibraryDamaged(f"报告库的索引清单不见了或已损坏，{_MEND}") from error
    if manifest.format != FORMAT:
        raise LibraryMismatch(f"报告库的索引是另一版本写的，{_MEND}")
    return manifest


@lru_cache(maxsize=4)
def _manifest_in(path: Path, state: tuple[int, ...]) -> Manifest:
    """Read a manifest once as long as the file stays in one state: one of many is asked for often."""
    del state
    return Manifest(**json.loads(path.read_text("utf-8")))


@lru_cache(maxsize=1_024)
def _store_named(library: Path, name: str) -> str:
    """Return the generation whose vector database serves ``name``; its manifest is read once."""
    return read_manifest(library, name).store


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
    gained: Collection[str] = (),
    held: Held | None = None,
) -> Generation:
    """Build and check a new generation that serves ``manifest.reports``; the pointer is not moved.

    It starts from ``previous``, in which the reports of ``replaced`` changed, came or went and
    those of ``gained`` have vectors now that they had not; if that is damaged, from nothing.
    Vectors come from the ledger, or from ``held`` where they were made before.
    """
    held = held or NoVectors()
    number = int(previous.name[1:7]) + 1 if previous else 1
    changes = (set(replaced), set(gained))
    try:
        return _build(library, ledger, manifest, store, number, previous, *changes, held)
    except LibraryDamaged:
        if previous is None:
            raise
    return _build(library, ledger, manifest, store, number, None, *changes, held)


def _build(
    library: Path,
    ledger: Ledger,
    manifest: Manifest,
    store: VectorStore,
    number: int,
    previous: Generation | None,
    replaced: Collection[str],
    gained: Collection[str],
    held: Held,
) -> Generation:
    name = f"g{number:06d}-{secrets.token_hex(4)}"
    folder = library / FOLDER / name
    folder.mkdir(parents=True)
    fresh = set(manifest.reports)
    before = previous.dense if previous else None
    if before is not None and before.dimension != manifest.dimension:
        before = None  # made while no embedder told how long a vector is
    if before is not None:
        fresh &= {*replaced, *gained}
    try:
        _write_vectors(folder, ledger, manifest, f"{number:06d}", before, fresh, held)
        _write_lexical(folder, ledger, manifest.reports, previous, replaced)
        dense = DenseMatrix(folder, manifest.reports, before)
        finished = replace(
            manifest,
            rows=len(dense),
            parts=_hashes(folder, dense, previous if before else None),
            without_vector=sum(dense.lacking.values()),
        )
        if store.is_wanted(finished.rows):
            follow = _store_to_follow(manifest, store, previous)
            finished = replace(finished, store=follow or name)
        values = {f.name: getattr(finished, f.name) for f in fields(finished)}
        (folder / MANIFEST).write_text(json.dumps(values), "utf-8")
        if finished.store == name:
            earlier = previous.stored.folder if previous and previous.manifest.store else None
            store.build(folder, earlier, replaced)
        generation = Generation(library, name, dense)
        for problem in check_generation(generation, ledger, fresh):
            raise LibraryDamaged(f"新建的索引没有通过检查：{problem}")
        _sync_tree(folder)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return generation


def _store_to_follow(manifest: Manifest, store: VectorStore, previous: Generation | None) -> str:
    """Return the generation whose vector database will do for a new one, empty if none will."""
    if previous is None or not previous.manifest.store:
        return ""
    stored = previous.stored
    changed = len(_changed(stored, manifest.reports))
    return stored.name if store.may_lag(len(stored.manifest.reports), changed) else ""


def _changed(stored: Generation, now: Mapping[str, int]) -> set[str]:
    """Return the reports that came, went, were replaced or may have vectors that they had not."""
    before = stored.manifest.reports
    changed = {report for report, version in now.items() if before.get(report) != version}
    changed.update(report for report in before if report not in now)
    if stored.manifest.without_vector:
        changed.update(stored.dense.lacking)
    return changed


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
    put_on_disk(library)


def retire(library: Path, name: str) -> None:
    """Mark a generation as superseded now: readers still on it get ``GRACE_S`` seconds."""
    (library / FOLDER / name / RETIRED).touch()


def remove_stale(
    library: Path, keep: Collection[str], *, grace_s: float = GRACE_S
) -> Iterator[Manifest]:
    """Delete the generations but ``keep`` and those retired less than ``grace_s`` seconds ago.

    What holds the vector database of one that stays, stays. Unfinished ones, which a killed
    writer left, go. Returns the manifests of the retired ones that stay to be read, each read
    when it is asked for.
    """
    folders = sorted((library / FOLDER).glob("*"))
    staying: dict[str, str] = {}
    for folder in folders:
        try:
            if folder.name in keep or time.time() - (folder / RETIRED).stat().st_mtime < grace_s:
                staying[folder.name] = _store_named(library, folder.name)
        except (OSError, LibraryError):
            pass  # never finished, or damaged: of no use to anyone
    needed = {*keep, *staying, *staying.values()}
    for folder in folders:
        if folder.name not in needed:
            shutil.rmtree(folder, ignore_errors=True)
    for file in library.glob(f"{POINTER}.*"):
        file.unlink(missing_ok=True)
    return _readable(library, [name for name in staying if name not in keep])


def _readable(library: Path, names: Sequence[str]) -> Iterator[Manifest]:
    for name in names:
        with suppress(LibraryError):  # damaged since: of no use to anyone
            yield read_manifest(library, name)


def check_generation(
    generation: Generation, ledger: Ledger, fresh: Collection[str] | None = None
) -> Iterator[str]:
    """Yield a sentence for each way in which the indexes differ from the truth.

    With ``fresh`` only those reports are compared, which were written just now; what was written
    before was checked then.
    """
    manifest, reports = generation.manifest, generation.manifest.reports
    if fresh is None and any(
        part_hash(generation.folder, p) != h for p, h in manifest.parts.items()
    ):
        yield "向量索引的文件被改动"
        return
    compared = sorted(reports if fresh is None else fresh)
    try:
        fault = next(_dense_faults(generation.dense, ledger, reports, compared), None)
        if fault:
            yield fault
    except LibraryDamaged:
        yield "向量索引打不开"
    try:
        sample = compared if fresh is None else _sample(compared)
        yield from _figure_faults(generation, ledger, sample)
    except (OSError, ValueError, TypeError, ArithmeticError, LibraryDamaged):
        yield "数字索引打不开"
    try:
        yield from _lexical_faults(generation, ledger, compared)
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


def _write_vectors(
    folder: Path,
    ledger: Ledger,
    manifest: Manifest,
    name: str,
    before: DenseMatrix | None,
    fresh: Collection[str],
    held: Held,
) -> None:
    """Link the parts from ``before`` and write one of the ``fresh`` reports and what is merged."""
    merged: set[str] = set()
    if before is not None:
        merged = set(_to_merge(before, manifest.reports, fresh))
        for part in before.parts:
            if part.name not in merged:
                link_part(before.folder, part.name, folder)
                with suppress(FileNotFoundError):
                    file = COLUMNS.format(part.name)
                    link(f"{before.folder}/{file}", f"{folder}/{file}")
    moved: set[str] = set()
    if before is not None and merged:
        moved = {
            report
            for report in before.reports
            if before.part_of(report) in merged
            and report in manifest.reports
            and report not in fresh
        }
    if not moved and not fresh and before is not None and len(merged) < len(before.parts):
        return
    rows: list[RowName] = []
    keys: list[str] = []
    for report in sorted({*moved, *fresh}):
        if report in fresh:
            stored = ledger.index_rows(report, manifest.reports[report])
            rows += [(row.id, report) for row in stored]
            keys += [row.vector_key for row in stored]
        elif before is not None:
            rows += before.rows_of(report)
            keys += before.keys_of(report)

    def vectors() -> Iterator[Vectors | None]:
        for report, group in groupby(zip(rows, keys, strict=True), key=lambda row: row[0][1]):
            if report in moved and before is not None:
                yield from before.vectors_of(report)
                continue
            wanted = [key for _, key in group]
            known = {**held.of(report), **ledger.vectors(wanted)}
            for vector in map(known.get, wanted):
                fits = vector is not None and vector.shape == (manifest.dimension,)
                yield vector if fits else None

    if write_matrix(folder, rows, vectors(), manifest.dimension, name, keys):
        return  # the part is written anew when its vectors are made: till then the database will do
    written = sorted({*moved, *fresh})
    named = ((report, ledger.named_facts(report, manifest.reports[report])) for report in written)
    write_columns(folder / COLUMNS.format(name), named)


def _to_merge(dense: DenseMatrix, served: Collection[str], fresh: Collection[str]) -> Sequence[str]:
    """Return the parts to write into one: the smallest, as far as each is no larger than all before.

    None while there are few, and none of which half is outdated.
    """
    alive = dense.alive
    for report in (dense.reports - served) | (dense.reports & set(fresh)):
        alive[dense.part_of(report)] -= len(dense.vectors_of(report))
    outdated = [p.name for p in dense.parts if 2 * alive[p.name] < len(p) or not alive[p.name]]
    if len(dense.parts) - len(outdated) < MAX_PARTS:
        return outdated
    by_size = sorted(alive, key=lambda name: alive[name])
    taken, rows = by_size[:2], sum(alive[name] for name in by_size[:2])
    for name in by_size[2:]:
        if alive[name] > rows:
            break
        taken.append(name)
        rows += alive[name]
    return [*dict.fromkeys([*outdated, *taken])]


def _write_lexical(
    folder: Path,
    ledger: Ledger,
    reports: Mapping[str, int],
    previous: Generation | None,
    replaced: Collection[str],
) -> None:
    fresh: Collection[str] = reports
    outdated: Collection[str] = ()
    if previous is not None:
        try:
            _link_lexical(previous.folder / LEXICAL, folder / LEXICAL)
            len(LexicalIndex(folder / LEXICAL))
            fresh = reports.keys() & replaced
            outdated = previous.manifest.reports.keys() & replaced
        except (OSError, LibraryDamaged):  # no reason not to build a new one
            shutil.rmtree(folder / LEXICAL, ignore_errors=True)

    def rows() -> Iterator[Row]:
        for report in sorted(fresh):
            for row in ledger.index_rows(report, reports[report]):
                yield row.id, report, row.text

    write_index(folder / LEXICAL, rows(), replaced=outdated)


def _link_lexical(before: Path, folder: Path) -> None:
    """Start a word index from another: its segments are written once, its lists are replaced."""
    folder.mkdir()
    for file in os.scandir(before):
        if file.name.endswith(".json"):
            shutil.copyfile(file.path, folder / file.name)
        elif not file.name.endswith(".lock"):
            link(file.path, f"{folder}/{file.name}")


def _dense_faults(
    dense: DenseMatrix, ledger: Ledger, served: Mapping[str, int], compared: Sequence[str]
) -> Iterator[str]:
    for report in compared:
        stored = ledger.index_rows(report, served[report])
        if dense.rows_of(report) != [(row.id, report) for row in stored]:
            yield "向量索引与原文库的条目不同"
        elif stored and dense.keys_of(report) != [row.vector_key for row in stored]:
            yield "向量索引的向量是别的文字的"
        elif stored and not _same_vectors(
            dense.vectors_of(report), ledger, [row.vector_key for row in stored]
        ):
            yield "向量索引与原文库的向量不同"


def _same_vectors(vectors: Vectors, ledger: Ledger, keys: Sequence[str]) -> bool:
    """Tell whether vectors are those just made; of others their part's hash tells."""
    made, held = ledger.vectors(keys), np.asarray(vectors)
    rows = [i for i, k in enumerate(keys) if k in made and made[k].shape == held.shape[1:]]
    return not rows or np.array_equal(held[rows], [made[keys[i]] for i in rows])


def _figure_faults(
    generation: Generation, ledger: Ledger, compared: Sequence[str]
) -> Iterator[str]:
    reports = generation.manifest.reports
    for name, some in generation.dense.by_part(compared).items():
        path = generation.folder / COLUMNS.format(name)
        if not path.exists():  # vectors are lacking, or an older version wrote none
            continue
        found = FigureColumns(path).figures(some)
        if any(found[report] != ledger.named_facts(report, reports[report]) for report in some):
            yield "数字索引与原文库的数字不同"
            return


def _sample(reports: Sequence[str]) -> Sequence[str]:
    return reports[:: max(1, len(reports) // SAMPLE_ROWS)]


def _lexical_faults(
    generation: Generation, ledger: Ledger, compared: Sequence[str]
) -> Iterator[str]:
    lexical, rows = generation.lexical, generation.manifest.rows
    if len(lexical) != rows:
        yield f"字词索引应有 {rows} 条，实有 {len(lexical)} 条"
        return
    for report in _sample(compared):
        stored = ledger.index_rows(report, generation.manifest.reports[report])
        if lexical.ids(report) != {row.id for row in stored}:
            yield "字词索引与原文库的条目不同"
            return
        words = stored[0].text if stored else ""
        if tokens(words) and stored[0].id not in dict(lexical.search(words, len(stored), [report])):
            yield "字词索引抽查没有搜到应有的条目"
            return


def _hashes(folder: Path, dense: DenseMatrix, previous: Generation | None) -> dict[str, str]:
    """Return the hash of every part; a linked one was hashed when it was written."""
    known = previous.manifest.parts if previous else {}
    return {part.name: known.get(part.name) or part_hash(folder, part.name) for part in dense.parts}


def held_vectors(library: Path, generation: Generation | None, *, doubted: bool) -> Held:
    """Return vectors made before (see ``Shelf.held_vectors``)."""
    if generation is not None and not doubted:
        with suppress(LibraryDamaged):
            return HeldVectors(generation.dense.written)
    pointed: str | None = None
    with suppress(LibraryError):
        pointed = read_pointer(library)
    names = sorted((p.name for p in (library / FOLDER).glob("g*")), reverse=True)
    for name in [*filter(None, [pointed]), *names]:
        with suppress(LibraryError):
            parts = read_manifest(library, name).parts
            folder = library / FOLDER / name
            whole = whole_parts(folder, parts if doubted else None)
            # Of a report in several parts the newest counts, as in a search.
            return HeldVectors({s.report: (part, s) for part in whole for s in part.stretches})
    return NoVectors()


def _sync_tree(folder: Path | str) -> None:
    """Put a folder on the disk; a file with another name, too, was put there under that one."""
    put_on_disk(folder)
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            _sync_tree(entry.path)
        elif entry.stat().st_nlink == 1:
            put_on_disk(entry.path)


def put_on_disk(path: Path | str) -> None:
    """Have the machine write what it keeps of a file or of a folder's names to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
