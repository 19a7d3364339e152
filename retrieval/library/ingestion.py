"""Files into the library: read, compare, parse, embed, index, switch; in that order.

One report is one transaction, one run is one generation (a long run switches now and then), so
that a run killed at any moment leaves what was served before or after a switch, and is simply
run again: vectors already made are kept.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from retrieval.documents import Chunk, Note, ReportMeta, Section
from retrieval.errors import EmbeddingFailed, LibraryDamaged, LibraryError, UnreadableFile
from retrieval.library.catalogue import claimed_identity, summarise
from retrieval.library.chunk_vectors import ChunkEmbedder, ChunkWords, chunk_words, space_of
from retrieval.library.collector import resting_collector
from retrieval.library.generations import GRACE_S, Manifest
from retrieval.library.held_reports import HeldReports
from retrieval.library.ledger import IndexRow, Ledger, indexed_text, now
from retrieval.library.same_paper import (
    Paper,
    are_one_paper,
    first_runs,
    may_be_one_paper,
    read_paper,
)
from retrieval.library.shelf import Served, Shelf
from retrieval.library.stored_values import Entry
from retrieval.parsing.parsing import Parsed
from retrieval.readers.files import display_name, find_files
from retrieval.readers.reading import IN_ARCHIVE, Read, origin_of, read_bytes_of, read_met
from retrieval.readers.url import Fetcher, read_urls
from retrieval.readers.values import NO_CONTAINER, Document
from retrieval.readers.worker import ReadingChild
from retrieval.search.spread_embedding import SpreadEmbedder

Status = Literal["added", "unchanged", "updated", "duplicate", "refused", "skipped"]
Stage = Literal["read", "embed", "index"]
Parser = Callable[..., Parsed]
"""Turns a decoded text into its parts, as ``parsing.parse_report`` does."""

EMBED_BATCH = 128
SWITCH_EVERY = 200
KEPT_PAPERS = 256  # to compare new ones with; some 50 kB each
WORDS_FIRST_CHUNKS = 4 * EMBED_BATCH
"""Beyond it vectors take so long that the words are served before: five seconds of two cores."""
VANISHED = "文件已不在文件夹里，报告仍在库中；确认不要时运行 baogao ingest --prune 移除"
PRUNED = "文件已不在文件夹里，已从报告库移除"
NO_MEANING_SEARCH = Note("no_vectors")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: ``done`` of ``total`` files (read) or chunks (embed); ``source`` in work."""

    stage: Stage
    done: int
    total: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What became of one file met.

    ``report`` is the report that holds its words (of a duplicate: the first's), None if none does.
    ``reason`` says why it was refused or skipped, and of what it is a duplicate.
    """

    source: str
    status: Status
    report: str | None = None
    reason: str | None = None
    warnings: tuple[Note, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain values; the warnings are notes still to be worded."""
        return {
            "source": self.source,
            "status": self.status,
            "report": self.report,
            "reason": self.reason,
            "warnings": [warning.to_json() for warning in self.warnings],
        }


Watch = Callable[[Progress], None]


class Writer:
    """One run of changes to a library, under the writer's lock (held by the caller)."""

    def __init__(
        self,
        shelf: Shelf,
        ledger: Ledger,
        *,
        vectors: ChunkEmbedder,
        parse: Parser,
        parser_version: int,
        current: Served | None,
        served: Mapping[str, int],
        mending: bool = False,
        entries: HeldReports | None = None,
        watch: Watch | None = None,
    ) -> None:
        """``served`` are the versions to go on from, ``current`` the indexes to build upon.

        ``entries`` are those of ``served``, where they are known already; they are kept true.
        ``mending`` doubts what the indexes hold.
        """
        self._shelf, self._ledger = shelf, ledger
        self._embedder, self._parse = vectors.embedder, parse
        self._parser_version = parser_version
        self._vectors = vectors
        self._generation = current
        self._versions = dict(served)
        self._watch: Watch = watch or (lambda _progress: None)
        self._replaced: set[str] = set()
        self._unembedded: dict[str, ChunkWords] = {}
        self._vectors_failed = False
        self._papers: dict[tuple[str, int], Paper] = {}
        self._runs: dict[tuple[str, int], frozenset[int]] = {}
        self._held = shelf.held_vectors(current, doubted=mending)
        # What a killed run left behind is cleared before anything new is written.
        self._clear()
        if entries is None:
            entries = HeldReports(ledger.entries(self._versions))
        self._entries = entries

    @property
    def left(self) -> tuple[str, HeldReports]:
        """The name of the generation that is served now, empty if there is none, and its entries."""
        return self._generation.name if self._generation else "", self._entries

    def take_in(
        self,
        paths: Sequence[Path],
        *,
        prune: bool = False,
        addresses: Sequence[str] = (),
        allow_private: bool = False,
    ) -> list[IngestResult]:
        """Ingest files, folders and addresses; one result for every file met, in order.

        A bad file stops no other. Files that vanished from the folders given are told last;
        ``prune`` takes their reports out.
        """
        files = list(find_files(list(paths)))
        child = ReadingChild()

        def reads() -> Iterator[Read]:
            for done, met in enumerate(files):
                self._watch(Progress("read", done, len(files), display_name(met.path.name)))
                yield from read_met(met, child.read)
            if addresses:
                fetcher = Fetcher(allow_private=allow_private)
                yield from read_urls(addresses, fetcher, child.read)

        try:
            results = self._take_in_all(reads(), prune_in=_folders(paths), prune=prune)
        finally:
            child.close()
        self._watch(Progress("read", len(files), len(files)))
        self.publish()
        return self._with_warnings(results)

    def _take_in_all(
        self, reads: Iterable[Read], *, prune_in: Sequence[str], prune: bool
    ) -> list[IngestResult]:
        results: list[IngestResult] = []
        touched: set[str] = set()
        met: set[str] = set()
        for read in reads:
            met.add(read.origin)
            result = self._take_in_one(read, touched)
            results.append(result)
            if result.report is not None:
                touched.add(result.report)
            if len(self._replaced) >= SWITCH_EVERY:
                self._switch()
        for entry in self._vanished(prune_in, met):
            told = VANISHED
            if prune:
                told = PRUNED
                del self._versions[entry.report]
                self._entries.drop(entry.report)
                self._replaced.add(entry.report)
            results.append(IngestResult(entry.source, "skipped", entry.report, told))
        return results

    def _vanished(self, folders: Sequence[str], met: set[str]) -> list[Entry]:
        """Return the reports read from ``folders`` whose files are there no longer."""
        if not folders:
            return []
        archives = {origin.split(IN_ARCHIVE)[0] for origin in met if IN_ARCHIVE in origin}
        gone = []
        for entry in self._entries:
            inside = any(entry.origin.startswith(folder) for folder in folders)
            if not inside or entry.origin in met:
                continue
            file, member, _ = entry.origin.partition(IN_ARCHIVE)
            if not Path(file).exists() or (member and file in archives):
                gone.append(entry)
        return gone

    def remove(self, report: str) -> None:
        """Take a report out, its versions and vectors too."""
        del self._versions[report]
        self._entries.drop(report)
        self._replaced.add(report)
        self._generation = None  # its words and vectors are to be in no file that is kept
        self.publish()
        # Removed means gone now, even for a reader in the middle of an answer.
        self._clear(grace_s=0.0)
        self._ledger.forget_vectors()

    def reparse_all(self) -> list[str]:
        """Read and parse every stored report anew from its raw bytes; return what went wrong."""
        problems = []
        child = ReadingChild()
        for done, entry in enumerate(list(self._entries)):
            self._watch(Progress("read", done, len(self._entries), entry.source))
            raw, _, _ = self._ledger.source(entry.report, entry.version)
            try:
                # Read as it would be read today: a reader may have learnt since.
                read = read_bytes_of(raw, child.read)
                self._store_version(read, entry.source, entry.origin, entry.report)
            except (UnreadableFile, _BadParse) as error:
                problems.append(f"{entry.source}：{error}")
        child.close()
        self._generation = None  # the old indexes are not to be built upon
        self.publish(always=True)
        self._ledger.forget_vectors()
        return problems

    def publish(self, *, always: bool = False) -> None:
        """Build a generation of what changed and switch to it: words first, vectors after.

        Where many vectors are to be made, the words are served before; a run killed while it
        makes them is taken up by the next one, as the generation says which reports lack some.
        """
        if self._replaced and len(self._unembedded) > WORDS_FIRST_CHUNKS:
            lost = self._ledger.lost_keys(list(self._unembedded))
            if len(lost) > WORDS_FIRST_CHUNKS:
                self._switch()
        gained = self._embed() - self._replaced
        if self._replaced or gained or always:
            self._switch(gained)
        if self._generation and self._generation.lacking and not self._vectors_failed:
            # what the indexes held could not be read: it was made again, or is now
            gained = self._embed()
            if gained:
                self._switch(gained)
        self._ledger.hand_over_vectors()

    def _switch(self, gained: Collection[str] = ()) -> None:
        self._watch(Progress("index", 0, 1))
        before = self._pointed()
        generation = self._shelf.build(
            self._ledger,
            Manifest(
                space_of(self._embedder),
                self._dimension(),
                self._parser_version,
                reports=dict(self._versions),
            ),
            previous=self._generation,
            replaced=self._replaced,
            gained=gained,
            held=self._held,
        )
        self._shelf.switch(generation.name)
        if self._ledger.setting("published") is None:
            self._ledger.set_setting("published", "yes")
        self._generation = generation
        self._held = self._shelf.held_vectors(generation)
        self._replaced.clear()
        self._watch(Progress("index", 1, 1))
        for name in before:
            with suppress(OSError):  # what the pointer named may be gone: that is being mended
                self._shelf.retire(name)
        self._clear()

    def _clear(self, grace_s: float = GRACE_S) -> None:
        """Drop generations and versions that neither a pointer nor a recent reader is on."""
        staying = self._shelf.remove_stale(self._pointed(), grace_s=grace_s)
        self._ledger.settle(self._versions, (manifest.reports for manifest in staying))

    def _pointed(self) -> set[str]:
        """Return the name of the generation that readers follow, if there is one."""
        try:
            name = self._shelf.pointer()
        except LibraryDamaged:
            return set()
        return {name} if name else set()

    # One file

    def _take_in_one(self, read: Read, touched: set[str]) -> IngestResult:
        if read.document is None:
            status: Status = "skipped" if read.skipped else "refused"
            return IngestResult(read.source, status, reason=read.skipped or read.refused)
        try:
            with resting_collector():
                return self._place(read, read.document, touched)
        except _BadParse as error:
            return IngestResult(read.source, "refused", reason=str(error))

    def _place(self, read: Read, document: Document, touched: set[str]) -> IngestResult:
        """Find what a text is to the library: held already, a correction, or a new report.

        It corrects the report read from the same place; or, if that one's file is gone, one of
        the same file name that claims the same place, issuer and year. Two files of one run
        never replace each other.
        """
        source, origin = read.source, read.origin
        key = content_key(document.text)
        same = self._entries.of_content(key)
        if any(e.origin == origin for e in same):
            return IngestResult(source, "unchanged", same[0].report)
        old = next((e for e in self._entries.of_origin(origin) if e.report not in touched), None)
        if same and old is None:
            return self._again(same[0], read, document, touched)
        report = old.report if old else self._new_id(document.text, source)
        parsed: Parsed | None = self._parsed(document, source, report)
        if old is None and parsed is not None:
            twin = self._twin(document.text, parsed.meta)
            if twin is not None:
                return _duplicate(source, twin, "文字相同，只有页面上的菜单、页码或排版不同")
            old = self._moved(source, parsed.meta, touched)
            if old is not None:
                report, parsed = old.report, None  # ids of chunks carry the report's
        entry = self._store_version(document, source, origin, report, parsed)
        return IngestResult(source, "updated" if old else "added", entry.report)

    def _again(
        self, held: Entry, read: Read, document: Document, touched: set[str]
    ) -> IngestResult:
        """Tell a copy of a report that is held from the same file under another name or place."""
        if held.report in touched or is_there(held.origin):
            return _duplicate(read.source, held, "内容相同")
        self._store_version(document, read.source, read.origin, held.report)
        if held.source == read.source:
            return IngestResult(read.source, "unchanged", held.report)
        renamed = f"文件改了名，原为“{held.source}”，内容没有变"
        return IngestResult(read.source, "updated", held.report, renamed)

    def _twin(self, text: str, meta: ReportMeta) -> Entry | None:
        """Return a held report that says the same as ``text`` in other lines, widths or menus."""
        if meta.year is None and not meta.place:
            return None
        claiming = self._entries.may_claim(meta)
        if not claiming:
            return None
        paper = read_paper(text)
        runs = first_runs(paper)
        for entry in claiming:
            if may_be_one_paper(self._runs_of(entry), runs) and are_one_paper(
                self._paper_of(entry), paper
            ):
                return entry
        return None

    def _runs_of(self, entry: Entry) -> frozenset[int]:
        """Return a few runs of a held report; they are kept for every report looked at."""
        held = (entry.report, entry.version)
        if held not in self._runs:
            self._runs[held] = first_runs(self._paper_of(entry))
        return self._runs[held]

    def _paper_of(self, entry: Entry) -> Paper:
        """Return a held report's text as papers are compared; those looked at last are kept."""
        held = (entry.report, entry.version)
        paper = self._papers.pop(held, None)
        self._papers[held] = paper or read_paper(self._ledger.source(*held)[1])
        while len(self._papers) > KEPT_PAPERS:
            del self._papers[next(iter(self._papers))]
        return self._papers[held]

    def _moved(self, source: str, meta: ReportMeta, touched: set[str]) -> Entry | None:
        """Return the report that was read from a file of this name which is gone now."""
        identity = claimed_identity(meta)
        for entry in self._entries.of_source(source):
            if entry.report in touched or is_there(entry.origin):
                continue
            if identity and claimed_identity(entry.meta) == identity:
                return entry
        return None

    def _new_id(self, text: str, source: str) -> str:
        """Return an id that no stored report has; the same file in a new library gets the same."""
        key = content_key(text)
        report = f"r{key[:10]}"
        while report in self._entries:
            key = hashlib.sha256(f"{key}\n{source}".encode()).hexdigest()
            report = f"r{key[:10]}"
        return report

    def _store_version(
        self, read: Document, source: str, origin: str, report: str, parsed: Parsed | None = None
    ) -> Entry:
        parsed = parsed or self._parsed(read, source, report)
        space = space_of(self._embedder)
        rows = [index_row(chunk, space) for chunk in parsed.chunks]
        entry = Entry(
            report=report,
            version=self._ledger.next_version(report),
            source=source,
            origin=origin,
            content_key=content_key(read.text),
            chars=len(read.text),
            chunks=len(parsed.chunks),
            meta=parsed.meta,
            warnings=(*read.notes, *parsed.warnings),
            added_at=now(),
        )
        self._ledger.add(
            entry,
            raw=read.raw,
            text=read.text,
            encoding=read.encoding,
            sections=parsed.sections,
            facts=parsed.facts,
            chunks=parsed.chunks,
            rows=rows,
        )
        self._entries.put(entry)
        self._versions[report] = entry.version
        self._replaced.add(report)
        held = self._held.of(report)
        self._unembedded |= {
            row.vector_key: row.words for row in rows if row.vector_key not in held
        }
        return entry

    def _parsed(self, read: Document, source: str, report: str) -> Parsed:
        known = (read.container,) if read.container != NO_CONTAINER else ()
        try:
            parsed = self._parse(read.text, source, report, *known)
            check_parts(parsed.sections, parsed.chunks, read.text, report)
        except Exception as error:
            # Whatever a parser stumbles over must cost this file only, and be told.
            logger.warning("parsing failed: %s: %r", source, error)
            logger.debug("parsing failed", exc_info=True)
            raise _BadParse(
                f"解析时出错（{type(error).__name__}），这个文件没有导入，请把它交给维护者检查"
            ) from error
        return parsed

    # Vectors

    def _dimension(self) -> int:
        """Return the length of vectors; 0 where there are none yet and no embedder tells it."""
        try:
            return self._embedder.dimension
        except EmbeddingFailed as error:
            self._vectors_failed = True
            logger.warning("no vectors: %s", error)
            return self._generation.manifest.dimension if self._generation else 0

    def _embed(self) -> set[str]:
        """Make the vectors that are lacking; return the reports served before that gained some."""
        gained: set[str] = set()
        if self._generation is not None and self._generation.manifest.without_vector:
            served = self._generation.manifest.reports
            gained = set(self._generation.lacking)
            for report in sorted(gained):
                held = self._held.of(report)
                for row in self._ledger.index_rows(report, served[report]):
                    if row.vector_key not in held:
                        self._unembedded.setdefault(row.vector_key, row.words)
        lost = self._ledger.lost_keys(list(self._unembedded))
        words = [self._unembedded[key] for key in lost]
        self._unembedded = {}
        done, size = 0, EMBED_BATCH
        if isinstance(self._embedder, SpreadEmbedder):
            size = max(size, self._embedder.batch)
        try:
            for start in range(0, len(lost), size):
                batch = words[start : start + size]
                self._watch(Progress("embed", start, len(lost)))
                vectors = self._vectors.embed(
                    batch,
                    lambda n, start=start: self._watch(  # type: ignore[misc]
                        Progress("embed", start + n, len(lost))
                    ),
                )
                self._ledger.put_vectors(lost[start : start + size], vectors)
                done += len(batch)
            self._vectors_failed = False
        except EmbeddingFailed as error:
            self._vectors_failed = True
            logger.warning("no vectors: %s", error)
        # A run killed after the last vector has made them all: they are still to be served.
        return gained & set(self._versions) if done or not lost else set()

    def _with_warnings(self, results: Sequence[IngestResult]) -> list[IngestResult]:
        reports = [r.report for r in results if r.report is not None]
        told = [self._entries[report] for report in reports if report in self._entries]
        claims = {(e.meta.place, e.meta.year): e.meta for e in told}
        near = [e for meta in claims.values() for e in self._entries.claiming(meta)]
        warnings: Mapping[str, tuple[Note, ...]] = {s.id: s.warnings for s in summarise(near)}
        missing = (NO_MEANING_SEARCH,) if self._vectors_failed else ()
        return [
            replace(r, warnings=(*warnings[r.report], *missing))
            if r.report is not None and r.report in warnings
            else r
            for r in results
        ]


def _duplicate(source: str, held: Entry, how: str) -> IngestResult:
    return IngestResult(source, "duplicate", held.report, f"与已入库的“{held.source}”{how}")


def _folders(paths: Sequence[Path]) -> tuple[str, ...]:
    """Return the folders among ``paths`` as origins begin with them."""
    folders = [path for path in paths if path.is_dir() and not path.is_symlink()]
    return tuple(f"{origin_of(path).rstrip('/')}/" for path in folders)


def is_there(origin: str) -> bool:
    """Tell whether a report's file still is where it was read from; an address counts as such."""
    file = origin.partition(IN_ARCHIVE)[0]
    return "://" in file or Path(file).exists()


class _BadParse(Exception):
    """A text the parser could not take; the message is for a person."""


@lru_cache(maxsize=4)
def content_key(text: str) -> str:
    """Return what two files share if they say the same: line ends and outer blanks aside."""
    words = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    return hashlib.sha256(words.encode("utf-8")).hexdigest()


def vector_key(space: str, text: str) -> str:
    """Return the key under which the vector of ``text`` in a space is kept."""
    return hashlib.sha256(f"{space}\n{text}".encode()).hexdigest()[:32]


def index_row(chunk: Chunk, space: str) -> IndexRow:
    """Return what the indexes need of a chunk whose vector is made in a space."""
    text = indexed_text(chunk.context, chunk.text)
    words = chunk_words(chunk.text, chunk.context, chunk.path)
    return IndexRow(chunk.id, text, vector_key(space, text), words)


def disk_trouble(error: OSError) -> LibraryError:
    """Return the sentence for a failed write."""
    return LibraryError(
        f"写入报告库失败（{error.strerror or error}），原有内容没有变、仍可使用；"
        "请检查磁盘空间和目录权限后重新运行同一命令"
    )


def check_parts(
    sections: Sequence[Section], chunks: Sequence[Chunk], text: str, report: str
) -> None:
    """Raise ``ValueError`` unless the leaves cover ``text`` once and every chunk is its span."""
    position = 0
    for leaf in sections:
        if leaf.start != position or leaf.end < leaf.start:
            raise ValueError(f"sections leave a gap at {position}")
        position = leaf.end
    if position != len(text):
        raise ValueError(f"sections end at {position} of {len(text)}")
    for chunk in chunks:
        if chunk.report != report or chunk.text != text[chunk.start : chunk.end]:
            raise ValueError(f"chunk {chunk.ordinal} is not its span")
    if len({chunk.id for chunk in chunks}) != len(chunks):
        raise ValueError("chunk ids repeat")
