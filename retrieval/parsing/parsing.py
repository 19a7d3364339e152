"""One report's way from text to stored values: metadata, section tree, chunks, facts, doubts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.documents import Chunk, ReportMeta, Section
from retrieval.parsing.chunking import chunk_report
from retrieval.parsing.indicators import Fact, find_facts
from retrieval.parsing.metadata import read_metadata
from retrieval.parsing.sections import parse_sections
from retrieval.places.places import gazetteer
from retrieval.readers.values import NO_CONTAINER, Container

PARSER_VERSION = 11


@dataclass(frozen=True, slots=True)
class Parsed:
    """What parsing makes of one report's text."""

    meta: ReportMeta
    sections: tuple[Section, ...]
    chunks: tuple[Chunk, ...]
    facts: tuple[Fact, ...]
    warnings: tuple[str, ...]


def parse_report(
    text: str, source: str, report_id: str, container: Container = NO_CONTAINER
) -> Parsed:
    """Parse a decoded report. Never raises for odd text: what is doubtful becomes a warning.

    ``container`` is what the page or document said of the text besides.
    """
    metadata = read_metadata(text, source, gazetteer(), container)
    sections = parse_sections(text, metadata.title, metadata.meta.year)
    return Parsed(
        metadata.meta,
        sections,
        chunk_report(report_id, metadata.meta, text, sections),
        find_facts(text, sections, metadata.meta.year),
        _doubts(text, metadata.meta, sections),
    )


def _doubts(text: str, meta: ReportMeta, sections: Sequence[Section]) -> tuple[str, ...]:
    doubts = []
    leaves = [s for s in sections if s.role != "furniture"]
    headings = [s for s in leaves if s.kind == "heading" and s.path]
    if meta.year is None:
        doubts.append("未能识别报告年度")
    if not meta.place:
        doubts.append("未能识别报告地区")
    if not headings:
        doubts.append("没有找到带编号的标题，按段落处理")
        return tuple(doubts)
    cut = truncation(text, sections)
    if cut:
        doubts.append(cut)
    return tuple(doubts)


def truncation(text: str, sections: Sequence[Section]) -> str | None:
    """Return a sentence on where the report breaks off, or None if it seems whole.

    It breaks off when its last section still tells what was done: a report of this genre
    ends with plans, or at least with problems.
    """
    leaves = [s for s in sections if s.role != "furniture"]
    headings = [s for s in leaves if s.kind == "heading" and s.path]
    if not headings or leaves[-1].role not in ("measures", "leadership"):
        return None
    roles = {s.role for s in leaves}
    absent = "、".join(
        name
        for role, name in (("problems", "存在问题"), ("plans", "下一步计划"))
        if role not in roles
    )
    if not absent:
        return None
    last = headings[-1].path
    ends_whole = text[: leaves[-1].end].rstrip().endswith(("。", "！", "”", "）", ")"))
    where = " > ".join(last[-2:])
    if len(last) > 1 or not ends_whole:
        return f"原文可能不完整：文本止于“{where}”，未见{absent}部分"
    return f"原文未见{absent}部分"
