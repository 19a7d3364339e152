"""Questions that ask for a judgement: what the reports allow to be laid side by side, and no verdict."""

from __future__ import annotations

from bot.answers.themes import joined, theme_terms
from bot.evidence import listing
from bot.evidence.drafting import Desk, Draft, alone, claim, label, role_name
from bot.evidence.pieces import told
from bot.notes import note
from bot.values import Cited, DraftLine

MAX_REPORTS = 8
_CHARS = 160
_PROBLEMS_EACH = 4


def side_by_side(desk: Desk) -> Draft | None:
    """Lay the work on a theme, or the problems and how they are told, side by side."""
    lines: list[DraftLine] = []
    items: list[Cited] = []
    terms = theme_terms(desk) if desk.query.ask.theme else ()
    for report in desk.reports[:MAX_REPORTS]:
        if terms:
            pieces = desk.telling(report, terms)[:3]
            if pieces:
                lines.append(label(report))
                lines += [joined(report, told(p, terms, _CHARS)) for p in pieces]
                items += [Cited(report.id, p.span.start, p.span.end) for p in pieces]
            continue
        problems = listing.role_items(report, "problems")
        if not problems:
            lines += [label(report), note("role_not_seen", part=role_name("problems"))]
            continue
        chars = sum(len(p.span) for p in problems)
        causes = bool(listing.role_items(report, "causes")) or _names_causes(report)
        kind = "problems_measured_with_causes" if causes else "problems_measured"
        lines += [label(report), note(kind, count=len(problems), chars=chars)]
        for problem in problems[:_PROBLEMS_EACH]:
            lead = problem.lead if len(problem.lead) > 8 else problem.span
            lines.append(claim(report, alone(report, lead)))
            items.append(Cited(report.id, problem.span.start, problem.span.end))
    if not items:
        return None
    return Draft(tuple(lines), items=tuple(items), focus=tuple(items), before=(note("no_verdict"),))


def _names_causes(report: object) -> bool:
    sections = getattr(report, "sections", ())
    return any("原因" in name for s in sections if s.role == "problems" for name in s.path[:1])
