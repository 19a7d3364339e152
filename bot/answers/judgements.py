"""Questions that ask for a judgement: what the reports allow to be laid side by side, and no verdict."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.overview import work
from bot.answers.themes import in_parts, theme_terms
from bot.evidence import listing
from bot.evidence.drafting import Desk, Draft, alone, claim, label, role_name
from bot.evidence.leaf_ranking import PARTS
from bot.evidence.pieces import Piece
from bot.notes import note
from bot.values import Cited, DraftLine
from retrieval.documents import Report
from retrieval.question.terms import Term

MAX_REPORTS = 8
_CHARS = 160
_EACH = 3  # leaves of the work, of the problems and of the plans
_PROBLEMS_EACH = 4
_MOST_WHOLE, _WORK_EACH = 2, 5


def side_by_side(desk: Desk) -> Draft | None:
    """Lay what is told of a theme, or the problems and how they are told, side by side.

    Where a report as a whole is to be judged its work is told before what it lacks.
    """
    lines: list[DraftLine] = []
    items: list[Cited] = []
    terms = theme_terms(desk) if desk.query.ask.theme else ()
    whole = desk.query.ask.content == "report" and len(desk.reports) <= _MOST_WHOLE
    for report in desk.reports[:MAX_REPORTS]:
        if terms:
            pieces = _weighed(desk, report, terms)
            if pieces:
                shown = in_parts(report, pieces, terms, _CHARS)
                lines += [label(report), *shown.lines]
                items += [Cited(report.id, p.span.start, p.span.end) for p in shown.pieces]
            continue
        problems = listing.role_items(report, "problems")
        lines.append(label(report))
        if whole and (done := work(desk, report, _WORK_EACH)):
            lines += [note("heads", what=role_name("measures")), *done]
        if not problems:
            lines.append(note("role_not_seen", part=role_name("problems")))
            continue
        chars = sum(len(p.span) for p in problems)
        causes = bool(listing.role_items(report, "causes")) or _names_causes(report)
        kind = "problems_measured_with_causes" if causes else "problems_measured"
        lines.append(note(kind, count=len(problems), chars=chars))
        for problem in problems[:_PROBLEMS_EACH]:
            lead = problem.lead if len(problem.lead) > 8 else problem.span
            lines.append(claim(report, alone(report, lead)))
            items.append(Cited(report.id, problem.span.start, problem.span.end))
    if not items:
        return None
    return Draft(tuple(lines), items=tuple(items), focus=tuple(items), before=(note("no_verdict"),))


def _weighed(desk: Desk, report: Report, terms: Sequence[Term]) -> list[Piece]:
    """Return what is told of a theme for and against it: what was done, is lacking and is planned."""
    return [p for roles in PARTS.values() for p in desk.telling(report, terms, roles)[:_EACH]]


def _names_causes(report: object) -> bool:
    sections = getattr(report, "sections", ())
    return any("原因" in name for s in sections if s.role == "problems" for name in s.path[:1])
