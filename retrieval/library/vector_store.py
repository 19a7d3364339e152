"""The vector database. The only module that knows Chroma.

Embedded Chroma is opened for writing in a child process only: a damaged index can end a process
by signal, and an embedded client never sees what another process wrote. The child builds a new
folder, closes it, opens it anew under its final name and checks it; the folder is not written
again. In server mode the same rows are kept in one collection on a Chroma server.

``python -m retrieval.library.vector_store build|check FOLDER`` is that child; its order comes on stdin.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from retrieval.errors import ConfigurationError, LibraryDamaged, LibraryError
from retrieval.search.dense import DenseMatrix, RowName
from retrieval.search.embedding import Vectors

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection as ChromaCollection

FOLDER = "chroma"
COLLECTION = "baogao-chunks"
STAMP = "chroma.stamp.json"
EXACT_SCAN_MAX_ROWS = 1_000_000
"""Up to so many rows all are scanned: 0.1 s, no memory and nothing stored twice (decision 17)."""
# How many reports may differ from a database before another is built; they are scanned exactly.
LAG_REPORTS = 20
LAG_SHARE = 10
BATCH_ROWS = 5_000
SAMPLE_ROWS = 32
SAME_DISTANCE = 1e-3
# The graph is approximate: of random vectors (the worst case) a few in a hundred are missed,
# of a damaged graph four in five.
MIN_REACHABLE = 0.7
_SPACE = {
    "hnsw:space": "cosine",
    "hnsw:construction_ef": 200,
    "hnsw:search_ef": 200,
    "hnsw:M": 24,
}
_CHILD_TIMEOUT_S = 1_800


class EmbeddedStore:
    """Chroma inside a generation folder, as a cache of the rows and vectors beside it.

    The database searched last stays open.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sound: dict[Path, bool] = {}
        self._held: tuple[Path, ClientAPI, ChromaCollection] | None = None

    def is_wanted(self, rows: int) -> bool:
        """Tell whether a search over all of so many rows asks the database."""
        return rows > EXACT_SCAN_MAX_ROWS

    def may_lag(self, covered: int, changed: int) -> bool:
        """Tell whether so few reports changed that building another database can wait."""
        return changed <= max(LAG_REPORTS, covered // LAG_SHARE)

    def close(self) -> None:
        """Close the database that is open."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._held is not None:
            self._held[1].close()  # type: ignore[attr-defined]
            self._held = None

    def build(self, generation: Path, previous: Path | None, replaced: Collection[str]) -> None:
        """Fill ``generation/chroma`` from its rows and vectors, and check it.

        ``previous`` is a generation to start from, in which the reports of ``replaced`` changed.
        Raises ``LibraryError`` if the disk is full or the result fails its check.
        """
        if previous is not None and (previous / FOLDER).is_dir():
            try:
                order = {"previous": str(previous), "replaced": sorted(replaced)}
                _run_child("build", generation, order)
                _stamp(generation)
                return
            except LibraryError:
                shutil.rmtree(generation / FOLDER, ignore_errors=True)
        try:
            _run_child("build", generation, {"previous": None, "replaced": []})
            _stamp(generation)
        except LibraryDamaged as error:
            raise LibraryError(
                f"向量库没有建成（{error}），原有内容没有变、仍可使用；请检查磁盘空间后重试"
            ) from error

    def check(self, generation: Path) -> None:
        """Raise ``LibraryDamaged`` if ``generation/chroma`` is not exactly its rows and vectors."""
        _run_child("check", generation, {})

    def sound(self, generation: Path) -> bool:
        """Tell whether ``generation/chroma`` can be opened in this process.

        A damaged index ends the process that opens it. Files that are as they were when it was
        checked will do; others are opened by a child first, once, which takes seconds.
        """
        if generation not in self._sound:
            self._sound[generation] = _is_stamped(generation) or self._passes(generation)
        return self._sound[generation]

    def _passes(self, generation: Path) -> bool:
        try:
            self.check(generation)
        except LibraryError:
            return False
        return True

    def search(self, generation: Path, vector: Vectors, k: int) -> list[tuple[str, float]]:
        """Return up to ``k`` chunk ids with their cosine, best first, over all reports."""
        folder = generation / FOLDER
        with self._lock:
            if self._held is None or self._held[0] != folder:
                self._close()
                self._held = (folder, *_opened(folder))
            collection = self._held[2]
        return _found(collection, vector, k, None)


class ServerStore:
    """One collection on a Chroma server, holding the rows of the generations in use."""

    def __init__(self, url: str, library_id: str) -> None:
        """Name the server by ``url``; nothing is opened yet."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigurationError("BAOGAO_CHROMA_URL 应是 http://主机:端口 的形式，请检查设置")
        self._host = parts.hostname
        self._ssl = parts.scheme == "https"
        self._port = parts.port or (443 if self._ssl else 8000)
        self._name = f"baogao-{library_id}"
        self._held: dict[int, ChromaCollection] = {}

    def is_wanted(self, rows: int) -> bool:  # noqa: ARG002 - the protocol's
        """Every search asks the server."""
        return True

    def may_lag(self, covered: int, changed: int) -> bool:  # noqa: ARG002 - the protocol's
        """A server takes rows in at once."""
        return False

    def build(self, generation: Path, previous: Path | None, replaced: Collection[str]) -> None:
        """Add the rows of ``generation``; those of earlier ones, which may be in use, stay."""
        collection = self._collection(_matrix(generation).dimension)
        keep: set[str] = set()
        for other in generation.parent.iterdir() if previous is not None else ():
            # One run may switch twice; what a killed one left unfinished is in no use.
            with contextlib.suppress(LibraryError, OSError, ValueError):
                keep.update(chunk for chunk, _ in _matrix(other).rows)
        with _server_errors():
            _fill(collection, generation, replaced, keep=keep)

    def check(self, generation: Path) -> None:
        """Raise ``LibraryDamaged`` if a row of ``generation`` is missing or differs."""
        with _server_errors():
            collection = self._collection(_matrix(generation).dimension)
            _compare(collection, generation, exact=False)

    def search(
        self, vector: Vectors, k: int, reports: Collection[str] | None, held: Collection[str]
    ) -> list[tuple[str, float]]:
        """Return up to ``k`` chunk ids with their cosine; only ids in ``held`` count."""
        where = None if reports is None else {"report": {"$in": sorted(reports)}}
        with _server_errors():
            collection = self._collection(len(vector))
            asked, rows = k + 20, collection.count()
            if held and not rows:
                raise LibraryError("向量服务器上没有这个报告库的向量，请运行 baogao rebuild")
            while True:
                found = _found(collection, vector, min(asked, max(rows, 1)), where)
                ours = [(chunk, score) for chunk, score in found if chunk in held]
                if len(ours) >= k or asked >= rows:
                    return ours[:k]
                asked *= 4

    def _collection(self, dimension: int) -> ChromaCollection:
        """Return the collection for vectors of one length: none takes others than its first."""
        if dimension not in self._held:
            with _server_errors():
                import chromadb

                client = chromadb.HttpClient(
                    host=self._host, port=self._port, ssl=self._ssl, settings=_settings()
                )
                name = f"{self._name}-{dimension}"
                self._held[dimension] = _open_collection(client, name, create=True)
        return self._held[dimension]


@contextlib.contextmanager
def _server_errors() -> Iterator[None]:
    """Turn whatever the client raises (its errors and its transport's) into one sentence."""
    try:
        yield
    except (LibraryError, ConfigurationError):
        raise
    except Exception as error:
        raise LibraryError(
            f"向量服务器没有正常应答（{type(error).__name__}），请检查 BAOGAO_CHROMA_URL 和服务器"
        ) from error


def _settings() -> Any:
    from chromadb.config import Settings

    return Settings(anonymized_telemetry=False)


def _open_collection(client: ClientAPI, name: str, *, create: bool) -> ChromaCollection:
    # Vectors are always passed: without embedding_function=None a default would be attached,
    # which fetches a model at first use.
    if create:
        return client.get_or_create_collection(name, embedding_function=None, metadata=_SPACE)
    return client.get_collection(name, embedding_function=None)


@contextlib.contextmanager
def _embedded(folder: Path, *, create: bool = False) -> Iterator[ChromaCollection]:
    client, collection = _opened(folder, create=create)
    try:
        yield collection
    finally:
        client.close()  # type: ignore[attr-defined]


def _opened(folder: Path, *, create: bool = False) -> tuple[ClientAPI, ChromaCollection]:
    import chromadb

    client = chromadb.PersistentClient(path=str(folder), settings=_settings())
    try:
        return client, _open_collection(client, COLLECTION, create=create)
    except BaseException:
        client.close()  # type: ignore[attr-defined]
        raise


def _found(
    collection: ChromaCollection, vector: Vectors, k: int, where: Any
) -> list[tuple[str, float]]:
    if k <= 0:
        return []
    found = collection.query(
        query_embeddings=vector[np.newaxis], n_results=k, where=where, include=["distances"]
    )
    distances = found["distances"] or [[]]
    return [
        (chunk, 1.0 - float(distance))
        for chunk, distance in zip(found["ids"][0], distances[0], strict=True)
    ]


def _expected(generation: Path) -> tuple[list[RowName], Vectors]:
    """Return the rows of ``generation`` that have a vector, and those vectors."""
    matrix = _matrix(generation)
    rows: list[RowName] = []
    kept: list[Vectors] = [np.zeros((0, matrix.dimension), np.float32)]
    for report in sorted(matrix.reports):
        names, vectors = matrix.rows_of(report), matrix.vectors_of(report)
        has_vector = np.flatnonzero(np.any(vectors != 0, axis=1))
        rows += [names[int(i)] for i in has_vector]
        kept.append(np.asarray(vectors[has_vector]))
    return rows, np.concatenate(kept)


def _matrix(generation: Path) -> DenseMatrix:
    """Return the vectors of a generation; of a bare folder of parts, all of them."""
    manifest = generation / "manifest.json"
    served = json.loads(manifest.read_text("utf-8"))["reports"] if manifest.exists() else None
    return DenseMatrix(generation, served)


def _files(generation: Path) -> dict[str, list[int]]:
    """Return size and time of the files whose damage could end a process."""
    folder = generation / FOLDER
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.parent != folder:  # the database's own stay beside it
            status = path.stat()
            found[path.relative_to(folder).as_posix()] = [status.st_size, status.st_mtime_ns]
    return found


def _stamp(generation: Path) -> None:
    (generation / STAMP).write_text(json.dumps(_files(generation)), "utf-8")


def _is_stamped(generation: Path) -> bool:
    try:
        stamped = json.loads((generation / STAMP).read_text("utf-8"))
        has_database = (generation / FOLDER / "chroma.sqlite3").stat().st_size > 0
        return bool(stamped == _files(generation) and has_database)
    except (OSError, ValueError):
        return False


def _fill(
    collection: ChromaCollection,
    generation: Path,
    replaced: Collection[str],
    keep: Collection[str] = (),
) -> None:
    """Bring ``collection`` to the rows of ``generation``; ids in ``keep`` are not deleted."""
    rows, vectors = _expected(generation)
    held = set(collection.get(include=[])["ids"])
    wanted = {chunk for chunk, _ in rows}
    gone = sorted(held - wanted - set(keep))
    for start in range(0, len(gone), BATCH_ROWS):
        collection.delete(ids=gone[start : start + BATCH_ROWS])
    changed = set(replaced)
    new = [i for i, (chunk, report) in enumerate(rows) if chunk not in held or report in changed]
    for start in range(0, len(new), BATCH_ROWS):
        batch = new[start : start + BATCH_ROWS]
        collection.upsert(  # `add` would keep an old row of the same id and report success
            ids=[rows[i][0] for i in batch],
            embeddings=vectors[batch],
            metadatas=[{"report": rows[i][1]} for i in batch],
        )


def _compare(collection: ChromaCollection, generation: Path, *, exact: bool) -> None:
    """Raise ``LibraryDamaged`` unless every row is held, readable and, by sample, reachable."""
    rows, vectors = _expected(generation)
    held = set(collection.get(include=[])["ids"])
    wanted = {chunk for chunk, _ in rows}
    if not wanted <= held or (exact and (held != wanted or collection.count() != len(rows))):
        raise LibraryDamaged(f"向量库应有 {len(wanted)} 条，实有 {len(held & wanted)} 条")
    for start in range(0, len(rows), BATCH_ROWS):
        batch = range(start, min(start + BATCH_ROWS, len(rows)))
        stored = collection.get(ids=[rows[i][0] for i in batch], include=["embeddings"])
        found = dict(zip(stored["ids"], stored["embeddings"], strict=True))  # type: ignore[arg-type]
        for i in batch:
            if rows[i][0] not in found or not np.allclose(found[rows[i][0]], vectors[i], atol=1e-4):
                raise LibraryDamaged("向量库里有读不出或被改动的向量")
    if rows:
        sample = np.unique(np.linspace(0, len(rows) - 1, min(SAMPLE_ROWS, len(rows))).astype(int))
        near = collection.query(
            query_embeddings=vectors[sample], n_results=1, include=["distances"]
        )["distances"]
        reached = sum(1 for d in near or [] if d and abs(d[0]) <= SAME_DISTANCE)
        if reached < MIN_REACHABLE * len(sample):
            raise LibraryDamaged(f"向量库抽查 {len(sample)} 条，只搜到 {reached} 条")


def _run_child(task: str, generation: Path, order: dict[str, Any]) -> None:
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"}
    try:
        child = subprocess.run(
            [sys.executable, "-m", "retrieval.library.vector_store", task, str(generation)],
            input=json.dumps(order),
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=environment,
            timeout=_CHILD_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise LibraryDamaged("向量库没有在时限内写完") from None
    if child.returncode < 0:
        raise LibraryDamaged(f"向量库损坏，打开它的进程被信号 {-child.returncode} 终止")
    if child.returncode:
        reason = child.stderr.strip().splitlines()[-1:] or ["原因不明"]
        raise LibraryDamaged(f"向量库未通过检查：{reason[0][:200]}")


def _build_in_child(generation: Path, order: dict[str, Any]) -> None:
    unfinished = generation / f"{FOLDER}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)  # from a first try that failed
    if order["previous"] is not None:
        shutil.copytree(Path(order["previous"]) / FOLDER, unfinished)
    with _embedded(unfinished, create=True) as collection:
        _fill(collection, generation, order["replaced"])
    # Vectors pass through a queue in its database, whose emptied pages are as large as they are.
    with contextlib.closing(sqlite3.connect(unfinished / "chroma.sqlite3")) as database:
        database.execute("VACUUM")
    # Under its new name the folder is opened from what is on disk, not from a client's memory.
    unfinished.rename(generation / FOLDER)
    _check_in_child(generation)


def _check_in_child(generation: Path) -> None:
    if not (generation / FOLDER / "chroma.sqlite3").is_file():
        raise LibraryDamaged("向量库的文件不见了")
    with _embedded(generation / FOLDER) as collection:
        _compare(collection, generation, exact=True)


def _main(arguments: Sequence[str]) -> int:
    task, generation = arguments[0], Path(arguments[1])
    order = json.loads(sys.stdin.read() or "{}")
    try:
        if task == "build":
            _build_in_child(generation, order)
        else:
            _check_in_child(generation)
    except Exception as error:  # the parent needs one line, whatever Chroma raises
        sys.stderr.write(f"\n{type(error).__name__}: {' '.join(str(error).split())}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
