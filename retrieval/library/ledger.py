"""The truth on disk: one SQLite file with every report as it was read and as it was parsed.

A report is kept in numbered versions. Which version is served is not decided here but by the
generation that the pointer names (``generations``), so that a reader never sees a report before
its indexes. All else in the library's folder can be rebuilt from this file.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np

from retrieval.documents import Chunk, Report, Section
from retrieval.errors import LibraryDamaged, LibraryError, LibraryMismatch, LibraryMissing
from retrieval.library.chunk_vectors import ChunkWords, chunk_words
from retrieval.library.made_vectors import FOLDER as MADE
from retrieval.library.made_vectors import MadeVectors
from retrieval.library.stored_values import (
    CHUNK_COLUMNS,
    ENTRY_COLUMNS,
    Entry,
    fact_values,
    to_chunk,
    to_entry,
    to_fact,
    to_json,
    to_meta,
    to_section,
    to_warnings,
)
from retrieval.parsing.indicators import Fact
from retrieval.search.embedding import Vectors

FILE = "baogao.sqlite3"
SCHEMA_VERSION = 1
_MARK = 0x62616F67  # "baog" as SQLite's application id
_BATCH = 500
_KEPT_ROWS = 256  # reports of which the rows for the indexes are kept: a build asks several times

_TABLES = """
CREATE TABLE manifest (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE reports (
    report TEXT NOT NULL, version INTEGER NOT NULL, source TEXT NOT NULL, origin TEXT NOT NULL,
    content_key TEXT NOT NULL, encoding TEXT NOT NULL, added_at TEXT NOT NULL,
    chars INTEGER NOT NULL, chunks INTEGER NOT NULL,
    meta TEXT NOT NULL, warnings TEXT NOT NULL,
    sections TEXT NOT NULL, facts TEXT NOT NULL, text TEXT NOT NULL, raw BLOB NOT NULL,
    PRIMARY KEY (report, version));
CREATE TABLE chunks (
    report TEXT NOT NULL, version INTEGER NOT NULL, ordinal INTEGER NOT NULL, id TEXT NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, text TEXT NOT NULL, context TEXT NOT NULL,
    path TEXT NOT NULL, role TEXT NOT NULL, vector_key TEXT NOT NULL,
    PRIMARY KEY (report, version, ordinal)) WITHOUT ROWID;
CREATE INDEX chunks_by_id ON chunks (id);
CREATE TABLE vectors (key TEXT PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class IndexRow:
    """What the indexes need of a chunk: its id, the text searched, its vector's key and words."""

    id: str
    text: str
    vector_key: str
    words: ChunkWords


class Statements(Protocol):
    """What writes inside a transaction; values stand for the ``?`` of a statement."""

    def execute(self, sql: str, values: Sequence[Any] = (), /) -> Any:
        """Run one statement; what it returns counts and holds its rows."""
        ...

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]], /) -> Any:
        """Run one statement for every row of values."""
        ...


class Ledger:
    """A connection to the truth. Safe to use from several threads; one writer at a time."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open ``folder/baogao.sqlite3``; ``create`` makes it.

        Raises ``LibraryDamaged``, ``LibraryMismatch`` (another schema) or ``LibraryError``.
        """
        self.path = folder / FILE
        self._made = MadeVectors(folder / MADE)
        self._lock = threading.RLock()
        self._rows: dict[tuple[str, int], list[IndexRow]] = {}
        self._added: dict[tuple[str, int], Sequence[Fact]] = {}
        try:
            self._db = _connect(self.path, create=create)
            with errors_told():
                if create and not self._one("SELECT count(*) FROM sqlite_master")[0]:
                    self._create()
                self._check_schema()
        except sqlite3.Error as error:
            raise told(error) from error
        self._file = self.path.stat().st_ino

    @property
    def replaced(self) -> bool:
        """Whether another file stands in the place of the one opened (a salvage put it there)."""
        try:
            return self.path.stat().st_ino != self._file
        except OSError:
            return False

    def close(self) -> None:
        """Close the connection; the ledger cannot be used afterwards."""
        with self._lock:
            self._db.close()

    def setting(self, key: str) -> str | None:
        """Return a value of the manifest, or None."""
        row = self._one_or_none("SELECT value FROM manifest WHERE key = ?", (key,))
        return None if row is None else str(row[0])

    def set_setting(self, key: str, value: str) -> None:
        """Write a value of the manifest."""
        with self._writing() as db:
            db.execute(
                "INSERT INTO manifest VALUES (?, ?)"
                " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                (key, value),
            )

    # Reading

    def entries(self, versions: Mapping[str, int]) -> list[Entry]:
        """Return the entries of these versions (report → version), by report id."""
        of_few, few = _of_few(versions)
        sql = f"SELECT {ENTRY_COLUMNS} FROM reports WHERE {of_few} ORDER BY report, version"
        rows = self._all(sql, few) if versions else []
        return [to_entry(row) for row in rows if versions.get(row[0]) == row[1]]

    def latest(self) -> dict[str, int]:
        """Return the newest stored version of every report."""
        return dict(self._all("SELECT report, max(version) FROM reports GROUP BY report"))

    def history(self, report: str) -> list[Entry]:
        """Return every stored version of a report, oldest first."""
        sql = f"SELECT {ENTRY_COLUMNS} FROM reports WHERE report = ? ORDER BY version"
        return [to_entry(row) for row in self._all(sql, (report,))]

    def report(self, report: str, version: int) -> Report:
        """Return one version with its text, tree and chunks; ``LibraryDamaged`` if it is not there."""
        row = self._one(
            "SELECT meta, text, sections, warnings FROM reports WHERE report = ? AND version = ?",
            (report, version),
        )
        chunks = self._all(
            f"SELECT {CHUNK_COLUMNS} FROM chunks WHERE report = ? AND version = ? ORDER BY ordinal",
            (report, version),
        )
        return Report(
            id=report,
            meta=to_meta(row[0]),
            text=row[1],
            sections=tuple(to_section(s) for s in json.loads(row[2])),
            chunks=tuple(to_chunk(c) for c in chunks),
            warnings=to_warnings(row[3]),
        )

    def texts(self, versions: Mapping[str, int]) -> Iterator[tuple[str, str]]:
        """Yield (report, decoded text) of the given versions, in their order."""
        for report, version in versions.items():
            yield (
                report,
                str(
                    self._one(
                        "SELECT text FROM reports WHERE report = ? AND version = ?",
                        (report, version),
                    )[0]
                ),
            )

    def own_spans(self, report: str, version: int) -> tuple[tuple[int, int], ...]:
        """Return where a version's own words stand: its leaves but page furniture and title."""
        row = self._one(
            "SELECT sections FROM reports WHERE report = ? AND version = ?", (report, version)
        )
        leaves = (to_section(values) for values in json.loads(row[0]))
        return tuple(
            (leaf.start, leaf.end)
            for leaf in leaves
            if (leaf.path if leaf.kind == "heading" else leaf.role != "furniture")
        )

    def own_chars(self, versions: Mapping[str, int]) -> dict[str, int]:
        """Return how many characters each version has, page furniture left out."""
        of_few, few = _of_few(versions)
        rows = self._all(
            "SELECT report, version, sum(json_extract(leaf.value, '$[5]') -"
            " json_extract(leaf.value, '$[4]')) FROM reports, json_each(sections) AS leaf"
            f" WHERE {of_few} AND json_extract(leaf.value, '$[2]') <> 'furniture'"
            " GROUP BY report, version",
            few,
        )
        counted = {
            report: chars for report, version, chars in rows if versions.get(report) == version
        }
        return {report: counted.get(report, 0) for report in versions}

    def source(self, report: str, version: int) -> tuple[bytes, str, str]:
        """Return the raw bytes, the decoded text and the encoding of one version."""
        row = self._one(
            "SELECT raw, text, encoding FROM reports WHERE report = ? AND version = ?",
            (report, version),
        )
        return bytes(row[0]), str(row[1]), str(row[2])

    def facts(self, report: str, version: int) -> tuple[Fact, ...]:
        """Return the numeric facts of one version, in order."""
        row = self._one(
            "SELECT facts FROM reports WHERE report = ? AND version = ?", (report, version)
        )
        return tuple(to_fact(values) for values in json.loads(row[0]))

    def named_facts(self, report: str, version: int) -> list[tuple[int, Fact]]:
        """Return the facts of one version that have an indicator, each with its place among all."""
        facts = self._added.get((report, version)) or self.facts(report, version)
        return [(n, fact) for n, fact in enumerate(facts) if fact.indicator]

    def figures(
        self, versions: Mapping[str, int], indicators: Collection[str], units: Collection[str]
    ) -> dict[str, tuple[Fact, ...]]:
        """Return of each version the named facts of some indicators, or in some units, in order.

        The facts are sifted by the database: of thousands of reports only few are wanted.
        """
        names, kinds = sorted(indicators), sorted(units)
        marks, kind_marks = ",".join("?" * len(names)), ",".join("?" * len(kinds))
        fact = "json_extract(held.value, '$.{}')".format
        wanted = f"{fact('indicator')} IN ({marks})"
        if kinds:
            wanted += (
                f" OR ({fact('indicator')} IS NOT NULL AND"
                f" ({fact('unit')} IN ({kind_marks}) OR {fact('quantity.unit')} IN ({kind_marks})))"
            )
        of_few, few = _of_few(versions)
        rows = self._all(
            "SELECT report, version, held.value FROM reports, json_each(facts) AS held"
            f" WHERE {of_few} AND ({wanted}) ORDER BY report, version, held.key",
            [*few, *names, *kinds, *kinds],
        )
        return gathered(
            versions, [(r, value) for r, version, value in rows if versions.get(r) == version]
        )

    def chunk(self, chunk_id: str, versions: Mapping[str, int]) -> Chunk | None:
        """Return the chunk of that id in the served versions, or None."""
        for row in self._all(
            f"SELECT {CHUNK_COLUMNS}, version FROM chunks WHERE id = ?", (chunk_id,)
        ):
            if versions.get(row[1]) == row[-1]:
                return to_chunk(row[:-1])
        return None

    def index_rows(self, report: str, version: int) -> list[IndexRow]:
        """Return what the indexes hold of one version, in order."""
        rows = self._rows.get((report, version)) or self._read_rows(report, version)
        _keep(self._rows, (report, version), rows)
        return rows

    def _read_rows(self, report: str, version: int) -> list[IndexRow]:
        rows = self._all(
            "SELECT id, context, text, vector_key, path FROM chunks"
            " WHERE report = ? AND version = ? ORDER BY ordinal",
            (report, version),
        )
        return [
            IndexRow(
                row[0],
                indexed_text(row[1], row[2]),
                row[3],
                chunk_words(row[2], row[1], _path(row[4])),
            )
            for row in rows
        ]

    def vectors(self, keys: Sequence[str]) -> dict[str, Vectors]:
        """Return the vectors among ``keys`` that no generation need hold yet."""
        return {**self._stored_vectors(keys), **self._made.get(keys)}

    def _stored_vectors(self, keys: Sequence[str]) -> dict[str, Vectors]:
        """Return the vectors that an earlier version of the program kept in the database."""
        found: dict[str, Vectors] = {}
        if not self._one("SELECT count(*) FROM (SELECT 1 FROM vectors LIMIT 1)")[0]:
            return found
        for start in range(0, len(keys), _BATCH):
            batch = keys[start : start + _BATCH]
            marks = ",".join("?" * len(batch))
            for key, blob in self._all(
                f"SELECT key, vector FROM vectors WHERE key IN ({marks})", batch
            ):
                found[key] = np.frombuffer(blob, dtype="<f4")
        return found

    def lost_keys(self, keys: Sequence[str]) -> list[str]:
        """Return those of ``keys`` that have no vector, each once, in order."""
        held = self._made.held(keys) | self._stored_vectors(keys).keys()
        return [key for key in dict.fromkeys(keys) if key not in held]

    def integrity(self) -> str | None:
        """Return SQLite's complaint about the file, or None if it is sound."""
        try:
            found = str(self._one("PRAGMA integrity_check(1)")[0])
        except LibraryError as error:
            return str(error)
        return None if found == "ok" else found

    # Writing

    def add(
        self,
        entry: Entry,
        *,
        raw: bytes,
        text: str,
        encoding: str,
        sections: Sequence[Section],
        facts: Sequence[Fact],
        chunks: Sequence[Chunk],
        rows: list[IndexRow],
    ) -> None:
        """Store one version whole, in one transaction."""
        report = report_row(entry, raw, text, encoding, sections, facts)
        stored = [chunk_row(entry, c, r.vector_key) for c, r in zip(chunks, rows, strict=True)]
        with self._writing() as db:
            self._put(db, entry, report, facts, stored)
        # the part about to be written asks for them
        _keep(self._rows, (entry.report, entry.version), rows)
        _keep(self._added, (entry.report, entry.version), facts)

    def next_version(self, report: str) -> int:
        """Return the number the next version of ``report`` takes, from 1."""
        row = self._one("SELECT max(version) FROM reports WHERE report = ?", (report,))
        return int(row[0] or 0) + 1

    def put_vectors(self, keys: Sequence[str], vectors: Iterable[Vectors]) -> None:
        """Store vectors under their keys until a generation holds them; raises ``OSError``."""
        self._made.put(keys, vectors)

    def forget_vectors(self) -> None:
        """Drop the vectors that nothing uses, where they are kept with the reports."""

    def hand_over_vectors(self) -> None:
        """Drop the vectors: the generation that is served holds them."""
        self._made.clear()
        if self._one("SELECT count(*) FROM (SELECT 1 FROM vectors LIMIT 1)")[0]:
            with self._writing() as db:
                db.execute("DELETE FROM vectors")
            with self._lock, errors_told():
                self._db.execute("VACUUM")

    def settle(self, served: Mapping[str, int], still_read: Iterable[Mapping[str, int]]) -> None:
        """Drop what no generation serves.

        ``served`` are the current versions; ``still_read`` versions that readers may be on yet.
        Older versions with other words keep their text for comparison and lose their chunks;
        versions that were never served (a killed ingest) and removed reports go altogether.
        """
        if self._one("SELECT count(*) FROM reports")[0] == len(served):
            return
        rows = self._all("SELECT report, version FROM reports")
        idle = [(report, version) for report, version in rows if served.get(report) != version]
        for versions in still_read:
            idle = [
                (report, version) for report, version in idle if versions.get(report) != version
            ]
        if not idle:
            return
        self._rows.clear()
        content = {
            (report, version): key
            for report in dict(idle)
            for version, key in self._all(
                "SELECT version, content_key FROM reports WHERE report = ?", (report,)
            )
        }
        with self._writing() as db:
            for report, version in idle:
                now = served.get(report)
                older = now is not None and version < now
                db.execute("DELETE FROM chunks WHERE report = ? AND version = ?", (report, version))
                if not older or content.get((report, now or 0)) == content[report, version]:
                    db.execute(
                        "DELETE FROM reports WHERE report = ? AND version = ?", (report, version)
                    )

    # Inside

    def _put(
        self,
        db: Statements,
        _entry: Entry,
        report: Sequence[Any],
        _facts: Sequence[Fact],
        chunks: Sequence[Sequence[Any]],
    ) -> None:
        """Insert the rows of a version; its facts stand in the report's."""
        db.execute(f"INSERT INTO reports VALUES ({','.join('?' * len(report))})", report)
        db.executemany("INSERT INTO chunks VALUES (?,?,?,?,?,?,?,?,?,?,?)", chunks)

    def _create(self) -> None:
        # One transaction, so that a kill leaves either nothing or a whole empty ledger.
        self._db.executescript(
            f"BEGIN IMMEDIATE; {_TABLES}"
            " INSERT INTO manifest VALUES ('library_id', lower(hex(randomblob(6))));"
            f" PRAGMA application_id = {_MARK};"
            f" PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
        )

    def _check_schema(self) -> None:
        if not self._one("SELECT count(*) FROM sqlite_master")[0]:
            raise missing(self.path.parent)  # killed while being made: nothing was in it yet
        mark = self._one("PRAGMA application_id")[0]
        version = self._one("PRAGMA user_version")[0]
        if mark != _MARK:
            raise LibraryDamaged(
                f"{self.path} 不是报告库的数据库或已损坏，请把它移走，再运行 baogao ingest 文件夹 重新导入"
            )
        if version != SCHEMA_VERSION:
            raise LibraryMismatch(
                f"报告库是另一版本写的（格式 {version}，本程序用 {SCHEMA_VERSION}）：请用对应版本的程序打开，"
                "或换一个 --library 目录重新运行 baogao ingest 文件夹"
            )

    @contextmanager
    def _writing(self) -> Iterator[Statements]:
        with self._lock, errors_told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def _all(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        with self._lock, errors_told(), closing(self._db.execute(sql, values)) as cursor:
            return cursor.fetchall()

    def _one_or_none(self, sql: str, values: Sequence[Any] = ()) -> Any:
        rows = self._all(sql, values)
        return rows[0] if rows else None

    def _one(self, sql: str, values: Sequence[Any] = ()) -> Any:
        row = self._one_or_none(sql, values)
        if row is None:
            raise LibraryDamaged("报告库缺少应有的记录，请运行 baogao rebuild")
        return row


_Kept = TypeVar("_Kept")


def _keep(kept: dict[tuple[str, int], _Kept], version: tuple[str, int], value: _Kept) -> None:
    """Put what was asked for last behind what was before, of which only so much is kept."""
    kept.pop(version, None)
    kept[version] = value
    while len(kept) > _KEPT_ROWS:
        del kept[next(iter(kept))]


def _of_few(versions: Mapping[str, int]) -> tuple[str, list[str]]:
    """Return a condition on ``report`` with its values; many reports are sifted afterwards."""
    few = list(versions) if len(versions) <= _BATCH else []
    return (f"report IN ({','.join('?' * len(few))})" if few else "TRUE"), few


def gathered(
    versions: Mapping[str, int], rows: Iterable[tuple[str, str]]
) -> dict[str, tuple[Fact, ...]]:
    """Return the facts of rows (report, fact as JSON) by report, in their order."""
    found: dict[str, list[Fact]] = {report: [] for report in versions}
    for report, value in rows:
        found[report].append(to_fact(json.loads(value)))
    return {report: tuple(facts) for report, facts in found.items()}


def report_row(
    entry: Entry,
    raw: bytes,
    text: str,
    encoding: str,
    sections: Sequence[Section],
    facts: Sequence[Fact],
) -> tuple[Any, ...]:
    """Return the values of one row of ``reports``."""
    return (
        entry.report,
        entry.version,
        entry.source,
        entry.origin,
        entry.content_key,
        encoding,
        entry.added_at,
        entry.chars,
        entry.chunks,
        to_json(asdict(entry.meta)),
        to_json(entry.warnings),
        to_json([[s.path, s.node, s.role, s.kind, s.start, s.end] for s in sections]),
        to_json([fact_values(f) for f in facts]),
        text,
        raw,
    )


def chunk_row(entry: Entry, chunk: Chunk, vector_key: str) -> tuple[Any, ...]:
    """Return the values of one row of ``chunks``."""
    return (
        entry.report,
        entry.version,
        chunk.ordinal,
        chunk.id,
        chunk.start,
        chunk.end,
        chunk.text,
        chunk.context,
        _stored_path(chunk.path),
        chunk.role,
        vector_key,
    )


@lru_cache(maxsize=1_024)
def _stored_path(path: tuple[str, ...]) -> str:
    return to_json(path)


@lru_cache(maxsize=1_024)
def _path(stored: str) -> tuple[str, ...]:
    return tuple(json.loads(stored))


def missing(place: object) -> LibraryMissing:
    """Return the error for a place (a folder, a database) that holds no library."""
    return LibraryMissing(
        f"{place} 里还没有报告库，请先运行 baogao ingest 文件夹（或用 --library 指定别的目录）"
    )


def indexed_text(context: str, text: str) -> str:
    """Return what is indexed of a chunk: its context line and its text."""
    return f"{context}\n{text}" if context else text


@contextmanager
def errors_told() -> Iterator[None]:
    """Turn SQLite's errors into ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise told(error) from error


def told(error: sqlite3.Error) -> LibraryError:
    """Return the sentence for a person that fits an error of SQLite."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
        return LibraryError(
            "写入报告库失败（磁盘已满或出错），原有内容没有变、仍可使用；请腾出空间后重新运行同一命令"
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM")):
        return LibraryError("报告库打不开或不可写，请检查目录的权限")
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return LibraryError("报告库正被占用，请稍后再试")
    return LibraryDamaged(f"报告库的数据库已损坏（{error}），请运行 baogao rebuild")


def _connect(path: Path, *, create: bool) -> sqlite3.Connection:
    mode = "rwc" if create else "rw"
    uri = path.resolve().as_uri()
    try:
        db = _prepared(f"{uri}?mode={mode}")
    except sqlite3.OperationalError:
        if create or not path.is_file():
            raise
        # A folder that cannot be written to can still be read: nobody is writing there.
        db = _prepared(f"{uri}?mode=ro&immutable=1", read_only=True)
    return db


def _prepared(uri: str, *, read_only: bool = False) -> sqlite3.Connection:
    db = sqlite3.connect(uri, uri=True, timeout=10.0, isolation_level=None, check_same_thread=False)
    try:
        if not read_only:
            db.execute("PRAGMA journal_mode = WAL").fetchall()
            db.execute("PRAGMA synchronous = FULL")
        db.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except sqlite3.Error:
        db.close()
        raise
    return db


def now() -> str:
    """Return the time for the record of a version, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")
