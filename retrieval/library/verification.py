"""Is the library sound? The quick questions asked at opening, the thorough ones of ``verify``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.errors import LibraryDamaged, LibraryError, LibraryMismatch, UnreadableFile
from retrieval.library.chunk_vectors import space_of
from retrieval.library.ingestion import check_parts, content_key
from retrieval.library.ledger import Ledger
from retrieval.library.shelf import Served, Shelf
from retrieval.library.stored_values import Entry
from retrieval.readers.reading import TEXT_ENCODINGS, reread
from retrieval.search.embedding import Embedder


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that ``verify`` found: which part, and what is wrong."""

    part: str
    message: str


def current_generation(shelf: Shelf, ledger: Ledger) -> Served | None:
    """Return the generation that the pointer names; None if nothing was ever published.

    Raises ``LibraryDamaged`` if there should be one.
    """
    name = shelf.pointer()
    if name is None:
        if ledger.setting("published") is None:
            return None
        raise LibraryDamaged("报告库的指针文件不见了，请运行 baogao rebuild")
    return shelf.generation(name)


def check_origin(generation: Served, embedder: Embedder, parser_version: int) -> None:
    """Raise ``LibraryMismatch`` if the indexes were made by another embedder or parser.

    The name decides: what an embedder behind a network makes is not asked here, so that a library
    opens while it is down.
    """
    made = generation.manifest
    space = space_of(embedder)
    if made.embedder != space:
        raise LibraryMismatch(
            f"报告库是用向量模型 {made.embedder} 建的，现在设置的是 {space}："
            "请改回原来的设置，或运行 baogao rebuild"
        )
    if made.parser_version != parser_version:
        raise LibraryMismatch(
            f"报告库是另一版本的程序解析的（{made.parser_version}，现在是 {parser_version}），"
            "请运行 baogao rebuild"
        )


def find_problems(
    shelf: Shelf, ledger: Ledger, embedder: Embedder, parser_version: int
) -> list[Problem]:
    """Return everything that is wrong with the library on ``shelf``; empty if nothing is."""
    complaint = ledger.integrity()
    if complaint:
        return [Problem("数据库", f"数据库文件已损坏：{complaint}")]
    try:
        generation = current_generation(shelf, ledger)
        if generation is None:
            return []
        check_origin(generation, embedder, parser_version)
    except LibraryError as error:
        return [Problem("索引", str(error))]
    problems = list(_report_problems(generation, ledger))
    problems.extend(Problem(part, message) for part, message in shelf.faults(generation, ledger))
    if generation.manifest.without_vector:
        problems.append(
            Problem("向量", f"{generation.manifest.without_vector} 个片段没有向量，只能按字词检索")
        )
    return problems


def _report_problems(generation: Served, ledger: Ledger) -> Iterator[Problem]:
    served = generation.manifest.reports
    try:
        entries = {e.report: e for e in ledger.entries(served)}
    except (LibraryError, ValueError, TypeError) as error:
        yield Problem("报告", f"报告的记录读不出（{type(error).__name__}）")
        return
    for report in served:
        entry = entries.get(report)
        fault = "数据库里没有它" if entry is None else _fault(entry, ledger)
        if fault:
            name = entry.source if entry else report
            yield Problem("报告", f"“{name}”：{fault}")


def _fault(entry: Entry, ledger: Ledger) -> str | None:
    try:
        raw, text, encoding = ledger.source(entry.report, entry.version)
        stored = ledger.report(entry.report, entry.version)
        # A container is not read anew: a reader that has learnt since would read it otherwise.
        as_read = reread(raw, encoding).text if encoding in TEXT_ENCODINGS else text
        if as_read != text or content_key(text) != entry.content_key:
            return "存的文字与原文件不符"
        check_parts(stored.sections, stored.chunks, text, entry.report)
    except (LibraryError, UnreadableFile, ValueError, TypeError):
        return "存的内容读不出或前后不一"
    return None if len(stored.chunks) == entry.chunks else "片段数目不符"
