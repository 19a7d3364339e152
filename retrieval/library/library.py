"""The library: one folder that holds the reports, and everything a question needs of them.

A shelf holds the truth (``ledger``) and the indexes (a generation); this module puts the two
together for readers and starts writers. A library is safe to read from several threads.
Whoever needs several calls to agree (search, then read the chunks) works on ``pinned()``.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import zip_longest
from operator import attrgetter
from pathlib import Path
from typing import Any, TypeVar, cast

from retrieval.documents import Chunk, Note, Report
from retrieval.errors import (
    ConfigurationError,
    EmbeddingFailed,
    LibraryDamaged,
    LibraryError,
    LibraryMismatch,
    ReportNotFound,
)
from retrieval.library.catalogue import ReportSummary, find_report, summary_of, warned_of_rivals
from retrieval.library.chunk_vectors import ChunkEmbedder
from retrieval.library.collector import resting_collector
from retrieval.library.folder_shelf import FolderShelf
from retrieval.library.generations import VectorStore
from retrieval.library.held_reports import HeldReports
from retrieval.library.ingestion import (
    IngestResult,
    Parser,
    Progress,
    Watch,
    Writer,
    disk_trouble,
)
from retrieval.library.ledger import Ledger, missing
from retrieval.library.shelf import Served, Shelf
from retrieval.library.stored_values import Entry
from retrieval.library.verification import Problem, check_origin, current_generation, find_problems
from retrieval.parsing.indicators import Fact
from retrieval.search.embedding import Embedder, Vectors
from retrieval.search.pair_reader import PairReader, reads_nothing

__all__ = ["IngestResult", "Library", "Parser", "Problem", "Progress", "ReportSummary"]

logger = logging.getLogger(__name__)

_Made = TypeVar("_Made")

CACHED_REPORTS = 64
CACHED_CHUNKS = 4_096
KEPT_OF_EACH = 16
FEW = 16  # of one report in so many the database gives the figures sooner than a column of all


class _View:
    """What one generation serves; caches live and die with it."""

    def __init__(
        self, ledger: Ledger, generation: Served | None, before: _View | None = None
    ) -> None:
        """What was made of ``before`` and is true here, too, is not made again."""
        self._ledger = ledger
        self.generation = generation
        self.versions = dict(generation.manifest.reports) if generation else {}
        self.report = lru_cache(CACHED_REPORTS)(self._report)
        self.facts = lru_cache(CACHED_REPORTS)(self._facts)
        self.chunk = lru_cache(CACHED_CHUNKS)(self._chunk)
        self._kept: dict[str, Any] = {}
        # What follows from one version is true of it for ever.
        self.of_each: OrderedDict[Any, dict[tuple[str, int], Any]] = (
            before.of_each if before else OrderedDict()
        )
        self._earlier: list[Entry] = []
        if before is not None:
            self._earlier = before.__dict__.get("entries", before._earlier)
            self._forget(before.versions.keys() - self.versions.keys())
        self._making = threading.RLock()  # what is made may itself ask for something kept
        self.texts: dict[str, str] = {}
        self.own_spans: dict[str, tuple[tuple[int, int], ...]] = {}
        self._lock = threading.Lock()

    def _forget(self, reports: Collection[str]) -> None:
        """Drop what was made of reports taken out: who takes one in again begins with version 1."""
        if reports:
            self._earlier = [e for e in self._earlier if e.report not in reports]
            for made in self.of_each.values():
                for held in [held for held in made if held[0] in reports]:
                    del made[held]

    @cached_property
    def entries(self) -> list[Entry]:
        kept = [e for e in self._earlier if self.versions.get(e.report) == e.version]
        lacking = dict(self.versions)
        for entry in kept:
            del lacking[entry.report]
        with resting_collector():
            came = self._ledger.entries(lacking)
        return sorted([*kept, *came], key=attrgetter("report"))

    @cached_property
    def summaries(self) -> tuple[ReportSummary, ...]:
        made = self.kept_of_each("summaries")
        made.update(
            {
                (e.report, e.version): summary_of(e)
                for e in self.entries
                if (e.report, e.version) not in made
            }
        )
        return warned_of_rivals([made[e.report, e.version] for e in self.entries])

    @cached_property
    def by_id(self) -> dict[str, ReportSummary]:
        return {s.id: s for s in self.summaries}

    def kept(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self._kept:
            with self._making, resting_collector():
                if name not in self._kept:
                    self._kept[name] = make()
        return self._kept[name]

    def kept_of_each(self, name: Any) -> dict[tuple[str, int], Any]:
        with self._lock:
            made = self.of_each.setdefault(name, {})
            self.of_each.move_to_end(name)
            while len(self.of_each) > KEPT_OF_EACH:
                self.of_each.popitem(last=False)
        return made

    def _report(self, report_id: str) -> Report:
        report = self._ledger.report(report_id, self.versions[report_id])
        return replace(report, warnings=self.by_id[report_id].warnings)

    def _facts(self, report_id: str) -> tuple[Fact, ...]:
        return self._ledger.facts(report_id, self.versions[report_id])

    def _chunk(self, chunk_id: str) -> Chunk:
        chunk = self._ledger.chunk(chunk_id, self.versions)
        if chunk is None:
            raise ReportNotFound(f"没有编号为 {chunk_id} 的片段，它所在的报告可能已被更新或移除")
        return chunk


class Library:
    """Reports on disk, opened. Use ``Library.open``."""

    def __init__(
        self,
        folder: Path,
        ledger: Ledger,
        view: _View,
        *,
        embedder: Embedder,
        parse: Parser,
        parser_version: int,
        shelf: Shelf,
        follows: bool = True,
    ) -> None:
        self.folder = folder
        self.embedder = embedder
        self._chunk_vectors = ChunkEmbedder(embedder)
        self._ledger = ledger
        self._view = view
        self._parse = parse
        self._parser_version = parser_version
        self._shelf = shelf
        self._follows = follows
        self._no_query_vector = False
        self._asked: tuple[str, Vectors] | None = None
        self._held: tuple[str, HeldReports] = "", HeldReports()

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        embedder: Embedder,
        parse: Parser | None = None,
        parser_version: int | None = None,
        create: bool = False,
        chroma_url: str | None = None,
        database_url: str | None = None,
        store: VectorStore | None = None,
        for_rebuild: bool = False,
    ) -> Library:
        """Open the library in ``folder``; no report and no index is read yet.

        ``create`` makes an empty one if there is none. ``parse`` and ``parser_version`` default
        to the product's parser, ``store`` to embedded Chroma or the server at ``chroma_url``. With
        ``database_url`` the library is in that PostgreSQL, and the folder holds none of it.
        ``for_rebuild`` opens in spite of damaged or outdated indexes; only ``rebuild`` and
        ``verify`` are of use then. Raises ``LibraryMissing``, ``LibraryMismatch``,
        ``LibraryDamaged`` or ``LibraryError``, each with what to do.
        """
        if parse is None or parser_version is None:
            from retrieval.parsing.parsing import PARSER_VERSION, parse_report

            parse = parse or parse_report
            parser_version = PARSER_VERSION if parser_version is None else parser_version
        folder = Path(folder)
        shelf = _shelf(folder, store, chroma_url, database_url)
        try:
            ledger = shelf.ledger(create=create)
        except BaseException:
            shelf.close()
            raise
        try:
            generation = None if for_rebuild else current_generation(shelf, ledger)
            if generation is None and not create and not for_rebuild:
                raise missing(shelf.place)
            if generation is not None:
                check_origin(generation, embedder, parser_version)
        except BaseException:
            ledger.close()
            shelf.close()
            raise
        return cls(
            folder,
            ledger,
            _View(ledger, generation),
            embedder=embedder,
            parse=parse,
            parser_version=parser_version,
            shelf=shelf,
        )

    def close(self) -> None:
        """Close the databases; the library cannot be used afterwards."""
        self._ledger.close()
        self._shelf.close()

    def __enter__(self) -> Library:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Following the writer

    @property
    def generation(self) -> str:
        """Name of the generation that is served; empty if nothing was ingested yet."""
        return self._view.generation.name if self._view.generation else ""

    def refresh(self) -> bool:
        """Follow the pointer; return whether another generation is served now.

        If what the pointer names is damaged, the one served now is served on (and logged).
        Raises ``LibraryMismatch`` if it was rebuilt for another embedder or parser.
        """
        if not self._follows:
            return False
        try:
            name = self._shelf.pointer()
            if name is None or name == self.generation:
                return False
            generation = self._shelf.generation(name)
        except LibraryDamaged as error:
            logger.warning("not followed: %s", error)
            return False
        check_origin(generation, self.embedder, self._parser_version)
        if self._ledger.replaced:
            self._ledger = self._shelf.ledger()
        self._view = _View(self._ledger, generation, self._view)
        return True

    def pinned(self) -> Library:
        """Return this library held to the generation served now, whatever a writer does."""
        return Library(
            self.folder,
            self._ledger,
            self._view,
            embedder=self.embedder,
            parse=self._parse,
            parser_version=self._parser_version,
            shelf=self._shelf,
            follows=False,
        )

    # Reading

    def reports(self) -> tuple[ReportSummary, ...]:
        """Return the reports held, by id, without their texts."""
        return self._view.summaries

    def kept(self, name: str, make: Callable[[], _Made]) -> _Made:
        """Return what ``make`` made of the generation served now, made once for each generation.

        For what follows from the summaries and is the same for every question. Pinned libraries
        share it; ``name`` tells one such thing from another.
        """
        return cast("_Made", self._view.kept(name, make))

    def kept_of_each(
        self,
        name: Hashable,
        reports: Sequence[str],
        make: Callable[[Sequence[str]], Mapping[str, _Made]],
    ) -> dict[str, _Made]:
        """Return what ``make`` made of each of some reports, made once for each version of it.

        So a report added costs what that report costs. Kept are the ``KEPT_OF_EACH`` names
        asked for last.
        """
        versions = self._view.versions
        made = self._view.kept_of_each(name)
        found: dict[str, Any] = {}
        lacking = []
        for report in reports:
            version = report, versions[report]
            if version in made:
                found[report] = made[version]
            else:
                lacking.append(report)
        if lacking:
            with resting_collector():
                came = make(lacking)
                made.update({(report, versions[report]): came[report] for report in lacking})
            found = {report: made[report, versions[report]] for report in reports}
        return found

    def report(self, report_id: str) -> Report:
        """Return the report of that id with text, sections and chunks (cached)."""
        if report_id not in self._view.versions:
            raise ReportNotFound(f"没有编号为 {report_id} 的报告，请用 baogao reports 查看现有报告")
        return self._view.report(report_id)

    def find(self, name: str) -> Report:
        """Return the report that goes by ``name``: id, file name or “place year”.

        Raises ``ReportNotFound`` naming the candidates.
        """
        return self.report(find_report(name, self.reports()).id)

    def chunk(self, chunk_id: str) -> Chunk:
        """Return one chunk; raises ``ReportNotFound`` if no served report has it."""
        return self._view.chunk(chunk_id)

    def facts(self, report_id: str) -> tuple[Fact, ...]:
        """Return the numeric facts of a report, in order."""
        if report_id not in self._view.versions:
            raise ReportNotFound(f"没有编号为 {report_id} 的报告，请用 baogao reports 查看现有报告")
        return self._view.facts(report_id)

    def figures(
        self,
        reports: Sequence[str],
        indicators: Collection[str],
        units: Collection[str],
        *,
        brief: bool = False,
    ) -> Iterator[tuple[str, tuple[Fact, ...]]]:
        """Yield each report with its named facts of some indicators, or in some units, in order.

        So the facts of thousands need not be held at once. With ``brief`` a fact may lack the
        words around it (``subject``, ``change``, ``path``, ``role``) if it is the only one.
        """
        served, generation = self._view.versions, self._view.generation
        lacking = {report: served[report] for report in reports}
        if not units and generation is not None and len(reports) * FEW > len(served):
            for report, facts in generation.figures(reports, indicators, brief=brief):
                del lacking[report]
                yield report, facts
        if lacking:
            yield from self._ledger.figures(lacking, indicators, units).items()

    def own_chars(self, reports: Sequence[str]) -> dict[str, int]:
        """Return how many characters each report has, page furniture left out."""
        versions = self._view.versions
        return self.kept_of_each(
            "own chars",
            reports,
            lambda lacking: self._ledger.own_chars({r: versions[r] for r in lacking}),
        )

    def versions(self, report_id: str) -> list[Entry]:
        """Return the stored versions of a report that differ in words, oldest first."""
        entries = self._ledger.history(report_id)
        return [
            e
            for e, after in zip_longest(entries, entries[1:])
            if after is None or e.content_key != after.content_key
        ]

    # Searching

    def search_lexical(
        self, text: str, k: int, reports: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """Return up to ``k`` chunk ids with BM25 scores, best first, of ``reports`` only if given."""
        generation = self._view.generation
        return generation.lexical.search(text, k, reports) if generation else []

    def reports_holding(
        self, words: Sequence[str], reports: Collection[str] | None = None
    ) -> list[str]:
        """Return the reports that may hold one of ``words``, by id; none that does is left out."""
        generation = self._view.generation
        held = generation.lexical.reports_holding(words) if generation else set()
        return sorted(held if reports is None else held.intersection(reports))

    def texts(self, reports: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield (id, stored text) of reports; texts read last are kept."""
        kept, versions = self._view.texts, self._view.versions
        for report in reports:
            if report in versions and report not in kept:
                kept[report] = next(self._ledger.texts({report: versions[report]}))[1]
            if report in kept:
                yield report, kept[report]

    def says_at(self, report: str, start: int, end: int) -> bool:
        """Tell whether a span lies in one leaf of a report's own words: not in a menu or title."""
        kept, versions = self._view.own_spans, self._view.versions
        if report not in kept:
            kept[report] = self._ledger.own_spans(report, versions[report])
        return any(first <= start and end <= last for first, last in kept[report])

    def has_vectors_of(self, reports: Collection[str] | None) -> bool:
        """Tell whether every chunk of ``reports`` (None: of all) has a vector already."""
        generation = self._view.generation
        if generation is None or generation.manifest.without_vector == 0:
            return generation is not None
        return reports is not None and generation.lacking.keys().isdisjoint(reports)

    def embed_query(self, text: str) -> Vectors | None:
        """Return the vector of a question; None if there are no vectors or no embedder to be had.

        ``words_only_in`` tells afterwards.
        """
        generation = self._view.generation
        if generation is None or generation.manifest.without_vector == generation.manifest.rows:
            return None
        asked = self._asked  # read once: another thread may put its own question there
        if asked is not None and asked[0] == text:  # one question is searched by often
            return asked[1]
        try:
            vector = self.embedder.embed_query(text)
            if vector.shape != (generation.manifest.dimension,):
                raise EmbeddingFailed(
                    f"问题的向量是 {vector.shape[-1]} 维，报告库是 {generation.manifest.dimension} 维，"
                    "接口换了模型时请运行 baogao rebuild"
                )
        except EmbeddingFailed as error:
            self._no_query_vector = True
            logger.warning("searching by words only: %s", error)
            return None
        self._asked = text, vector
        return vector

    @property
    def reads_pairs(self) -> bool:
        """Whether the embedder reads sentences beside a question, as the one does that fits know."""
        return isinstance(self.embedder, PairReader)

    def read_pairs(self, question: str, passages: Sequence[str]) -> Vectors:
        """Return how well each passage answers a question, as log odds; nothing if none can tell."""
        if not isinstance(self.embedder, PairReader) or not passages:
            return reads_nothing(question, passages)
        try:
            return self.embedder.read_pairs(question, passages)
        except EmbeddingFailed:
            return reads_nothing(question, passages)

    def words_only_in(self, reports: Collection[str] | None) -> Note | None:
        """Return why ``reports`` (None: all) are searched by words alone; None if they are not.

        Asked of a library pinned for a question, after its searches.
        """
        if self._view.summaries and not self.has_vectors_of(reports):
            return Note("no_vectors")
        return Note("words_only") if self._no_query_vector else None

    def search_dense(
        self, vector: Vectors, k: int, reports: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """Return up to ``k`` chunk ids with their cosine, best first, of ``reports`` only if given.

        Exact, except for an unscoped search over very many and in server mode, which are the
        vector database's.
        """
        generation = self._view.generation
        if generation is None:
            return []
        if vector.shape != (generation.manifest.dimension,):
            raise LibraryMismatch(
                f"问题的向量是 {vector.shape[-1]} 维，报告库是 {generation.manifest.dimension} 维，"
                "请用建库时的向量模型，或运行 baogao rebuild"
            )
        return self._shelf.search_dense(generation, vector, k, reports)

    # Writing

    def ingest(
        self,
        paths: Sequence[Path],
        progress: Watch | None = None,
        *,
        prune: bool = False,
        addresses: Sequence[str] = (),
        allow_private: bool = False,
    ) -> list[IngestResult]:
        """Take in files, folders and addresses; return what became of each file met, in order.

        ``prune`` takes out the reports whose files vanished from the folders given;
        ``allow_private`` lets addresses point into inner networks.

        Raises ``LibraryBusy`` if another process is writing, ``LibraryError`` if the disk is
        full: what was served before is then served still.
        """
        with self._writer(progress) as writer:
            return writer.take_in(
                [Path(p) for p in paths],
                prune=prune,
                addresses=addresses,
                allow_private=allow_private,
            )

    def remove(self, name: str) -> ReportSummary:
        """Take out the report that goes by ``name`` with all its versions; return what it was."""
        with self._writer(None) as writer:
            self.refresh()
            summary = find_report(name, self.reports())
            writer.remove(summary.id)
        return summary

    @classmethod
    def mend(cls, folder: Path, progress: Watch | None = None, **options: Any) -> list[str]:
        """Do all that can be done for the library in ``folder``: what ``baogao rebuild`` runs.

        Like ``rebuild``, also where the database is too damaged to be opened. ``options`` are
        those of ``open``.
        """
        folder, lost = Path(folder), list[str]()
        try:
            library = cls.open(folder, for_rebuild=True, **options)
        except LibraryDamaged:
            known = {name: options.get(name) for name in ("store", "chroma_url", "database_url")}
            lost = _shelf(folder, **known).salvage()
            library = cls.open(folder, for_rebuild=True, **options)
        with library:
            return [*lost, *library.rebuild(progress)]

    def rebuild(self, progress: Watch | None = None) -> list[str]:
        """Parse every stored report anew and build all indexes from nothing.

        Returns a sentence for each report that a damaged database lost, or that could not be
        parsed again (it stays as it was). Vectors already made for the same text by the same
        embedder are kept.
        """
        lost = self._shelf.salvage()
        if self._ledger.replaced:
            self._ledger = self._shelf.ledger()
        with self._writer(progress, mending=True) as writer:
            return [*lost, *writer.reparse_all()]

    def verify(self) -> list[Problem]:
        """Return what is wrong with the library on disk; empty if nothing is.

        Reads everything: the database, each report against its raw bytes, each index against
        the database, the vector database in a child process.
        """
        return find_problems(self._shelf, self._ledger, self.embedder, self._parser_version)

    @contextmanager
    def _writer(self, progress: Watch | None, *, mending: bool = False) -> Iterator[Writer]:
        ledger = None
        if self._chunk_vectors.embedder is not self.embedder:
            self._chunk_vectors = ChunkEmbedder(self.embedder)
        try:
            with self._shelf.writing():
                ledger = self._shelf.ledger()
                if mending:
                    current, served = None, _served_or_latest(self._shelf, ledger)
                else:
                    current = current_generation(self._shelf, ledger)
                    served = current.manifest.reports if current else {}
                    if current is not None:
                        check_origin(current, self.embedder, self._parser_version)
                known = current is not None and current.name == self.generation
                if known:
                    current = self._view.generation  # its vectors may be open already
                name, held = self._held
                self._held = "", HeldReports()  # a run that fails leaves them half changed
                if not known:
                    entries = None
                elif name == self.generation:
                    entries = held
                else:
                    entries = HeldReports(self._view.entries)
                writer = Writer(
                    self._shelf,
                    ledger,
                    vectors=self._chunk_vectors,
                    parse=self._parse,
                    parser_version=self._parser_version,
                    current=current,
                    served=served,
                    mending=mending,
                    entries=entries,
                    watch=progress,
                )
                yield writer
                self._held = writer.left
        except OSError as error:
            raise disk_trouble(error) from error
        finally:
            if ledger is not None:
                ledger.close()
            # A run that failed half-way may have switched before; if nothing can be followed,
            # what was served before is served still.
            with suppress(LibraryError):
                self.refresh()


def _shelf(
    folder: Path, store: VectorStore | None, chroma_url: str | None, database_url: str | None
) -> Shelf:
    if database_url is None:
        return FolderShelf(folder, store, chroma_url)
    from retrieval.library.postgres_shelf import PostgresShelf

    if store is not None or chroma_url is not None:
        raise ConfigurationError("BAOGAO_DATABASE_URL 和 BAOGAO_CHROMA_URL 只能设置一个")
    return PostgresShelf(database_url)


def _served_or_latest(shelf: Shelf, ledger: Ledger) -> Mapping[str, int]:
    """Return the versions the pointer's generation serves; if it cannot tell, the latest ones."""
    try:
        name = shelf.pointer()
        if name is not None:
            served = shelf.manifest(name).reports
            # What a damaged database lost cannot be served any more.
            return {e.report: e.version for e in ledger.entries(served)}
    except (LibraryDamaged, LibraryMismatch):  # or another version of the program wrote it
        pass
    return ledger.latest()
