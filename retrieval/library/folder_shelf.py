"""A library in a folder: everything beside each other, nothing to set up, one machine.

The dense search that is configured is the one that is read: exact scans of the parts up to
``EXACT_SCAN_MAX_ROWS``, embedded Chroma beyond, the Chroma server for everything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from retrieval.errors import LibraryDamaged, LibraryError
from retrieval.library.generations import (
    GRACE_S,
    POINTER,
    Generation,
    Manifest,
    VectorStore,
    build_generation,
    check_generation,
    held_vectors,
    read_manifest,
    read_pointer,
    remove_stale,
    retire,
    switch,
    writer_lock,
)
from retrieval.library.held_vectors import Held
from retrieval.library.ingestion import disk_trouble
from retrieval.library.ledger import FILE, Ledger, missing
from retrieval.library.salvage import salvage
from retrieval.library.shelf import Found, Served
from retrieval.library.vector_store import EmbeddedStore, ServerStore
from retrieval.search.embedding import Vectors


class FolderShelf:
    """A folder: SQLite, generations as folders of files, a vector database (``store``) beside."""

    def __init__(
        self, folder: Path, store: VectorStore | None = None, chroma_url: str | None = None
    ) -> None:
        """Without a ``store`` it is the server at ``chroma_url`` or Chroma in the folder."""
        self.folder = folder
        self.store = store or EmbeddedStore()
        self._server = None if store else chroma_url
        self._built: Generation | None = None

    @property
    def place(self) -> str:
        """The folder."""
        return str(self.folder)

    def ledger(self, *, create: bool = False) -> Ledger:
        """Open the database in the folder; both are made with ``create``."""
        ledger = self._opened(self.folder, create=create)
        if self._server:
            try:
                self.store = ServerStore(self._server, ledger.setting("library_id") or "0")
            except BaseException:
                ledger.close()
                raise
            self._server = None
        return ledger

    def _opened(self, folder: Path, *, create: bool) -> Ledger:
        if folder.exists() and not folder.is_dir():
            raise LibraryError(f"{folder} 不是目录，请用 --library 指定一个目录")
        if (folder / FILE).exists():
            return Ledger(folder, create=create)
        if (folder / POINTER).exists():
            raise LibraryDamaged(
                f"报告库的数据库 {FILE} 不见了：请从备份恢复它，"
                "或把这个目录移走后重新运行 baogao ingest 文件夹"
            )
        if not create:
            raise missing(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(f"无法建立目录 {folder}（{error.strerror}），请检查权限") from error
        with self.writing():
            return Ledger(folder, create=True)

    def writing(self) -> AbstractContextManager[None]:
        """Hold the lock file."""
        return writer_lock(self.folder)

    def pointer(self) -> str | None:
        """Read the pointer file."""
        return read_pointer(self.folder)

    def generation(self, name: str) -> Generation:
        """Open a generation's folder; one that was built here last is open already."""
        if self._built is not None and self._built.name == name:
            self._built.check_files()
            return self._built
        self._built = None
        return Generation(self.folder, name)

    def manifest(self, name: str) -> Manifest:
        """Read the manifest in a generation's folder."""
        return read_manifest(self.folder, name)

    def held_vectors(self, generation: Served | None, *, doubted: bool = False) -> Held:
        """Return those of a generation, of the pointer's, or of the newest whose manifest is whole."""
        known = generation if isinstance(generation, Generation) else None
        return held_vectors(self.folder, known, doubted=doubted)

    def build(
        self,
        ledger: Ledger,
        manifest: Manifest,
        *,
        previous: Served | None,
        replaced: Collection[str],
        gained: Collection[str],
        held: Held,
    ) -> Generation:
        """Write a folder that holds what ``previous`` held and what came since."""
        before = previous if isinstance(previous, Generation) else None
        self._built = build_generation(
            self.folder, ledger, manifest, self.store,
            previous=before, replaced=replaced, gained=gained, held=held,
        )  # fmt: skip
        return self._built

    def switch(self, name: str) -> None:
        """Move the pointer file."""
        switch(self.folder, name)

    def retire(self, name: str) -> None:
        """Mark the folder of a generation."""
        retire(self.folder, name)

    def remove_stale(
        self, keep: Collection[str], *, grace_s: float = GRACE_S
    ) -> Iterator[Manifest]:
        """Delete the folders that nobody reads."""
        return remove_stale(self.folder, keep, grace_s=grace_s)

    def search_dense(
        self, generation: Served, vector: Vectors, k: int, reports: Collection[str] | None
    ) -> list[Found]:
        """Scan exactly, but for an unscoped search over so many rows that there is a database for it.

        That one, and every one in server mode, is the vector database's.
        """
        assert isinstance(generation, Generation)
        if isinstance(self.store, ServerStore):
            return self.store.search(vector, k, reports, generation.chunk_ids)
        if reports is None and self.store.is_wanted(generation.manifest.rows):
            found = self._search_embedded(generation, vector, k)
            if found is not None:
                return found
        return generation.dense.search(vector, k, reports)

    def _search_embedded(
        self, generation: Generation, vector: Vectors, k: int
    ) -> list[Found] | None:
        """Search Chroma in this process, or return None where it cannot be trusted.

        The reports that it does not hold as they are served are scanned.
        """
        if not isinstance(self.store, EmbeddedStore) or not generation.manifest.store:
            return None
        try:
            stored, beyond = generation.stored, generation.beyond_store
            if not self.store.sound(stored.folder):
                return None
            outdated = {chunk for report in beyond for chunk, _ in stored.dense.rows_of(report)}
            asked = k
            while True:
                found = self.store.search(stored.folder, vector, asked)
                known = [(chunk, score) for chunk, score in found if chunk not in outdated]
                if len(known) >= k or len(found) < asked:
                    break
                asked *= 4
        except LibraryError:
            return None
        newer = generation.dense.search(vector, k, beyond)
        return sorted([*known, *newer], key=lambda pair: -pair[1])[:k]

    def faults(self, generation: Served, ledger: Ledger) -> Iterator[tuple[str, str]]:
        """Read all indexes, and the vector database in a child process."""
        assert isinstance(generation, Generation)
        try:
            for message in check_generation(generation, ledger):
                yield "索引", message
        except LibraryError as error:
            yield "索引", str(error)
        if not generation.manifest.store:
            return
        try:
            self.store.check(generation.stored.folder)
        except LibraryError as error:
            yield "向量库", str(error)

    def salvage(self) -> list[str]:
        """Put a sound database in the place of a damaged one."""
        if not (self.folder / FILE).is_file():
            self.ledger().close()  # says what is missing
        try:
            with self.writing():
                return salvage(self.folder)
        except OSError as error:
            raise disk_trouble(error) from error

    def close(self) -> None:
        """Close the vector database that is open in this process."""
        if isinstance(self.store, EmbeddedStore):
            self.store.close()
