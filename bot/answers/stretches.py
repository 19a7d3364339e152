"""What a question asks in one of its stretches and its answer leaves out (有几个，为啥停的): told beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.evidence.drafting import Desk, Draft, alone, cited, claim
from bot.evidence.selection import Evidence
from bot.notes import counts
from bot.values import DraftLine
from retrieval.documents import Report, Span, meet
from retrieval.question.parts import stretches

# how likely a sentence must answer a stretch read by itself: of 2,650 questions of several stretches
# it adds 158 sentences, 131 of them what the labels name, and makes 22 answers whole (0.5: 139, 122
# and 17)
SURE_OF_A_STRETCH = 0.45
# a sentence this long or shorter is told whole: what a stretch asks may be in its next clause
SHORT_SENTENCE = 160


def stretched(desk: Desk, draft: Draft) -> Draft:
    """Return an answer from one report with the sentences that its question's stretches ask for."""
    query = desk.query
    whole = query.kind in ("brief", "overview", "item") or query.address or query.figures
    if draft.status != "answered" or whole or desk.only_years or _is_counted(draft):
        return draft
    if len(desk.scope) > 1 or len(desk.reports) != 1:  # a large scope stays unopened
        return draft
    report, lines = desk.reports[0], list(draft.lines)
    told: list[Evidence] = []
    for stretch in stretches(query):
        for found in replace(desk, query=stretch).likeliest(report, 1, SURE_OF_A_STRETCH):
            span = found.line.span if len(found.line.span) <= SHORT_SENTENCE else found.span
            if not _shows(lines, report, span):
                told.append(found)
                _add(lines, report, found, span)
    focus = (*draft.focus, *(cited(e) for e in told))
    return replace(draft, lines=tuple(lines), focus=focus) if told else draft


def _is_counted(draft: Draft) -> bool:
    """Tell whether an answer says how many items it tells: nothing is to stand among them."""
    return any(map(counts, (*draft.before, *draft.lines)))


def _add(lines: list[DraftLine], report: Report, found: Evidence, span: Span) -> None:
    """Tell a span of a sentence: by itself, or in the place of the one claim that tells some of it."""
    of_it = _overlapping(lines, report, found.line.span)
    if len(of_it) == 1 and len(cites := lines[of_it[0]].cites) == 1:
        whole = Span(min(span.start, cites[0].start), max(span.end, cites[0].end))
        lines[of_it[0]] = claim(report, alone(report, whole))
    else:
        lines.append(claim(report, alone(report, found.span if of_it else span)))


def _shows(lines: Sequence[DraftLine], report: Report, span: Span) -> bool:
    """Tell whether a line cites a span whole."""
    cites = (c for line in lines for c in line.cites if c.report == report.id)
    return any(c.start <= span.start and span.end <= c.end for c in cites)


def _overlapping(lines: Sequence[DraftLine], report: Report, span: Span) -> list[int]:
    """Return which lines cite words of a span."""
    return [
        i
        for i, line in enumerate(lines)
        if any(c.report == report.id and meet(span, c.start, c.end) for c in line.cites)
    ]
