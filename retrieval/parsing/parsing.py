"""One report's way from text to stored values: metadata, section tree, chunks, facts, doubts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.documents import Chunk, Note, ReportMeta, Role, Section
from retrieval.parsing.chunking import chunk_report
from retrieval.parsing.indicators import Fact, find_facts
from retrieval.parsing.metadata import read_metadata
from retrieval.parsing.sections import parse_sections
from retrieval.parsing.table_facts import with_table_facts
from retrieval.places.gazetteer import gazetteer
from retrieval.readers.values import NO_CONTAINER, Container

PARSER_VERSION = 14


@dataclass(frozen=True, slots=True)
class Parsed:
    """What parsing makes of one report's text."""

    meta: ReportMeta
    sections: tuple[Section, ...]
    chunks: tuple[Chunk, ...]
    facts: tuple[Fact, ...]
    warnings: tuple[Note, ...]


def parse_report(
    text: str, source: str, report_id: str, container: Container = NO_CONTAINER
) -> Parsed:
    """Parse a decoded report. Never raises for odd text: what is doubtful becomes a warning.

    ``container`` is what the page or document said of the text besides.
    """
    metadata = read_metadata(text, source, gazetteer(), container)
    year = metadata.meta.year
    sections = parse_sections(text, metadata.title, year)
    return Parsed(
        metadata.meta,
        sections,
        chunk_report(report_id, metadata.meta, text, sections),
        with_table_facts(text, sections, year, find_facts(text, sections, year)),
        _doubts(text, metadata.meta, sections),
    )


def _doubts(text: str, meta: ReportMeta, sections: Sequence[Section]) -> tuple[Note, ...]:
    doubts = []
    leaves = [s for s in sections if s.role != "furniture"]
    headings = [s for s in leaves if s.kind == "heading" and s.path]
    if meta.year is None:
        doubts.append(Note("year_unread"))
    if not meta.place:
        doubts.append(Note("place_unread"))
    elif meta.found.get("place") == "mention":
        doubts.append(Note("place_mentioned", {"place": "".join(meta.place)}))
    if not headings:
        doubts.append(Note("no_headings"))
        return tuple(doubts)
    cut = truncation(text, sections)
    if cut:
        doubts.append(cut)
    return tuple(doubts)


def truncation(text: str, sections: Sequence[Section]) -> Note | None:
    """Return a note on where the report breaks off, or None if it seems whole.

    It breaks off when its last section still tells what was done: a report of this genre
    ends with plans, or at least with problems.
    """
    leaves = [s for s in sections if s.role != "furniture"]
    headings = [s for s in leaves if s.kind == "heading" and s.path]
    if not headings or leaves[-1].role not in ("measures", "leadership"):
        return None
    roles = {s.role for s in leaves}
    ends: tuple[Role, ...] = ("problems", "plans")
    absent = tuple(Note(f"role.{role}") for role in ends if role not in roles)
    if not absent:
        return None
    last = headings[-1].path
    ends_whole = text[: leaves[-1].end].rstrip().endswith(("。", "！", "”", "）", ")"))
    where = " > ".join(last[-2:])
    if len(last) > 1 or not ends_whole:
        return Note("cut_off", {"where": where, "parts": absent})
    return Note("parts_unseen", {"parts": absent})
