"""The passages a model is shown: whole sentences of the reports, each once, numbered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.evidence.drafting import Desk
from bot.values import Cited, Passage
from retrieval.documents import Report, Role, meet
from retrieval.parsing.chunking import context_line


def whole_sentences(desk: Desk, cites: Iterable[Cited]) -> list[Cited]:
    """Return the cited spans, each widened to the sentences it stands in."""
    reports = {report.id: report for report in desk.reports}
    spans = []
    for cite in cites:
        report = reports.get(cite.report)
        if report is None:
            continue
        lines = [
            ln.span for ln in desk.reading(report).lines if meet(ln.span, cite.start, cite.end)
        ]
        start = min([cite.start, *(s.start for s in lines)])
        end = max([cite.end, *(s.end for s in lines)])
        spans.append(Cited(cite.report, start, end))
    return spans


def apart(spans: Sequence[Cited]) -> list[Cited]:
    """Return the spans without those that lie in an earlier one."""
    kept: list[Cited] = []
    for span in spans:
        inside = any(
            k.report == span.report and k.start <= span.start and span.end <= k.end for k in kept
        )
        if not inside:
            kept.append(span)
    return kept


def numbered(reports: Iterable[Report], spans: Iterable[Cited]) -> tuple[Passage, ...]:
    """Return the spans as passages numbered from 1, each with its place and headings."""
    by_id = {report.id: report for report in reports}
    return tuple(
        Passage(
            n,
            cite.report,
            cite.start,
            cite.end,
            by_id[cite.report].quote(cite.start, cite.end),
            *_place_in(by_id[cite.report], cite.start),
        )
        for n, cite in enumerate(spans, start=1)
    )


def _place_in(report: Report, position: int) -> tuple[str, Role | None, Cited | None]:
    """Return what heads a position of a report, the role of its section, and its own heading."""
    at = next((i for i, s in enumerate(report.sections) if s.start <= position < s.end), None)
    if at is None:
        return context_line(report.meta, ()), None, None
    section = report.sections[at]
    over = next(
        (
            Cited(report.id, other.start, other.end)
            for other in reversed(report.sections[:at])
            if other.kind == "heading" and other.node == section.node
        ),
        None,
    )
    return context_line(report.meta, section.path), section.role, over
