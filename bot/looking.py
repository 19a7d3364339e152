"""What a person or a program looks up without asking a question: reports, words, passages.

Every door (terminal, page, API, agents) shows the same rows, so they are made here once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bot.labels import full_name
from bot.notes import worded
from retrieval.documents import Report, Section
from retrieval.library.catalogue import ReportSummary
from retrieval.library.library import Library
from retrieval.search.exhaustive import search_words

AROUND = 24


def list_reports(
    library: Library, place: str = "", year: int | None = None, *, warned: bool = False
) -> list[ReportSummary]:
    """Return the reports of a place (part of its name or of the issuer's) and year, by id."""
    return [
        summary
        for summary in library.reports()
        if (not place or place in "".join(summary.meta.place) + summary.meta.issuer)
        and (year is None or summary.meta.year == year)
        and (summary.warnings or not warned)
    ]


def report_row(summary: ReportSummary) -> dict[str, Any]:
    """Return what a program is told of a report, its warnings in words."""
    return {**summary.to_json(), "warnings": worded(summary.warnings)}


def search_rows(
    library: Library,
    words: Sequence[str],
    place: str = "",
    year: int | None = None,
    *,
    with_synonyms: bool = False,
    detailed: int | None = None,
) -> list[dict[str, Any]]:
    """Return a row for each report searched, those that hold the words first, most first.

    With ``detailed`` only so many rows list their places; all are counted.
    """
    scope = list_reports(library, place, year)
    ids = [s.id for s in scope]
    found = search_words(
        library,
        words,
        ids,
        everything=len(ids) == len(library.reports()),
        with_synonyms=with_synonyms,
    ).by_report
    rows: list[dict[str, Any]] = []
    for summary in sorted(scope, key=lambda s: (-len(found.get(s.id, ())), s.id)):
        places: list[dict[str, Any]] = []
        if summary.id in found and (detailed is None or len(rows) < detailed):
            report = library.report(summary.id)
            for hit in found[summary.id]:
                text = report.text
                before = text[max(0, hit.start - AROUND) : hit.start]
                after = text[hit.end : hit.end + AROUND]
                places.append(
                    {
                        "word": hit.word,
                        "start": hit.start,
                        "end": hit.end,
                        "section_path": list(section_at(report, hit.start)),
                        "text": " ".join((before + text[hit.start : hit.end] + after).split()),
                        "before": " ".join(before.split()),
                        "found": " ".join(text[hit.start : hit.end].split()),
                        "after": " ".join(after.split()),
                    }
                )
        rows.append(
            {
                "report": summary.id,
                "source": summary.meta.source,
                "name": full_name(summary.meta),
                "count": len(found.get(summary.id, ())),
                "occurrences": places,
            }
        )
    return rows


def section_at(report: Report, position: int) -> tuple[str, ...]:
    """Return the path of the section that holds a position; empty for title and page furniture."""
    return next((s.path for s in report.sections if s.start <= position < s.end), ())


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a report's characters, marked or not; ``first`` is the first marked one."""

    text: str
    marked: bool = False
    first: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """A section as shown: the section and its characters in runs."""

    section: Section
    pieces: tuple[Piece, ...]

    @property
    def marked(self) -> bool:
        """Whether any of its characters are marked."""
        return any(piece.marked for piece in self.pieces)


def marked_leaves(report: Report, spans: Sequence[tuple[int, int]]) -> list[Leaf]:
    """Return every section of a report with the characters of ``spans`` marked, in order."""
    first = True
    leaves = []
    for section in report.sections:
        pieces = []
        for start, end, marked in _runs(section, spans):
            pieces.append(Piece(report.text[start:end], marked, marked and first))
            first = first and not marked
        leaves.append(Leaf(section, tuple(pieces)))
    return leaves


def _runs(section: Section, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, bool]]:
    at = section.start
    for start, end in sorted(spans):
        start, end = max(start, at), min(end, section.end)
        if start >= end:
            continue
        if start > at:
            yield at, start, False
        yield start, end, True
        at = end
    if at < section.end:
        yield at, section.end, False


def read_passage(
    library: Library, name: str, start: int = 0, end: int | None = None
) -> dict[str, Any]:
    """Return stored words of a report with where they stand; the whole text without ``end``.

    Raises ``ReportNotFound`` naming the candidates.
    """
    report = library.find(name)
    length = len(report.text)
    start = min(max(start, 0), length)
    end = length if end is None else min(max(end, start), length)
    return {
        "report": report.id,
        "source": report.meta.source,
        "title": report.meta.title,
        "name": full_name(report.meta),
        "section_path": list(section_at(report, start)),
        "start": start,
        "end": end,
        "length": length,
        "text": report.quote(start, end),
    }
