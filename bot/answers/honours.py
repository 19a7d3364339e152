"""What was won: awards, ranks, firsts, models and pilots, at every level, in the report's words."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.themes import theme_terms
from bot.evidence.drafting import Desk, Draft, alone, claim, label
from bot.evidence.honours import won
from bot.notes import note
from bot.values import Cited, DraftLine
from retrieval.documents import Report, Span
from retrieval.question.terms import Term

MAX_EACH, MAX_REPORTS = 12, 12


def honours(desk: Desk) -> Draft | None:
    """List what each report in scope says was won, on a theme if one is asked; None if nothing.

    What was not won is told where it is asked whether it was, or where nothing else is.
    """
    lines: list[DraftLine] = []
    items: list[Cited] = []
    terms = theme_terms(desk) if desk.query.ask.theme else ()
    asks_whether = desk.query.ask.operation == "verify"
    for report in desk.reports:
        spans = _of_theme(desk, report, terms, missed=asks_whether)
        if not spans and not asks_whether:
            spans = _of_theme(desk, report, terms, missed=True)
        if not spans:
            continue
        if len(desk.reports) > 1:
            if len({c.report for c in items}) >= MAX_REPORTS:
                break
            lines.append(label(report))
        lines += [claim(report, alone(report, span)) for span in spans[:MAX_EACH]]
        items += [Cited(report.id, s.start, s.end) for s in spans[:MAX_EACH]]
    if not lines:
        return None
    head = (note("honours_counted", count=len(items)),) if len(items) > 1 else ()
    return Draft(tuple(lines), items=tuple(items), focus=tuple(items), before=head)


def _of_theme(desk: Desk, report: Report, terms: Sequence[Term], *, missed: bool) -> list[Span]:
    """Return what a report says was won, on the theme of ``terms`` if there are any."""
    spans = [span for _, span in won(desk.reading(report), missed=missed)]
    if not terms:
        return spans
    said = [s for s in spans if _says(report, s, [t.word for t in terms])]
    near = () if said else desk.telling(report, terms)
    return said or [s for s in spans if any(p.span.start <= s.start < p.span.end for p in near)]


def _says(report: Report, span: Span, words: list[str]) -> bool:
    text = report.quote(span.start, span.end)
    return any(word in text for word in words)
