"""How a problem is or will be solved: each problem with the plan, or the work, on its subject."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.themes import joined, theme_terms
from bot.evidence import listing
from bot.evidence.drafting import Desk, Draft, alone, claim, label
from bot.evidence.pieces import WORK, Piece, on_theme, told
from bot.notes import note
from bot.values import Cited, DraftLine
from retrieval.documents import Report, Role, meet
from retrieval.question.terms import Term, content_terms, is_topical

MAX_PROBLEMS = 12
ANSWERS_EACH = 2
CHARS_EACH = 160
PLANS: frozenset[Role] = frozenset(("plans",))
NEAR = 0.2  # half of what makes a plan one on the subject: shown, and called only the nearest


def remedies(desk: Desk) -> Draft | None:
    """Put beside each problem asked about what the report plans or did on its subject.

    Of a report that lists no such problem, what it plans or did on the theme is told.
    """
    lines: list[DraftLine] = []
    items: list[Cited] = []
    asked = theme_terms(desk) if desk.query.ask.theme else ()
    for report in desk.reports:
        problems = _asked_problems(desk, report)
        told: list[DraftLine] = []
        for problem in problems[:MAX_PROBLEMS]:
            span = alone(report, problem.lead if len(problem.lead) > 8 else problem.span)
            told += [note("problem_head"), claim(report, span)]
            items.append(Cited(report.id, problem.span.start, problem.span.end))
            told += _answers(report, _subject(report, problem), asked)
        if not problems:
            told, pieces = _by_theme(desk, report)
            items += [Cited(report.id, p.span.start, p.span.end) for p in pieces]
        if told and len(desk.reports) > 1:
            lines.append(label(report))
        lines += told
    return Draft(tuple(lines), items=tuple(items), focus=tuple(items)) if lines else None


def _asked_problems(desk: Desk, report: Report) -> list[listing.Item]:
    found = listing.role_items(report, "problems")
    terms = theme_terms(desk)
    if desk.query.item is not None and desk.state.items:
        at = {(r, a) for r, a, _ in desk.state.items}
        listed = [p for p in found if (report.id, p.span.start) in at] or found
        number = desk.query.item - 1 if desk.query.item > 0 else desk.query.item
        return listed[number : number + 1 or None] if -len(listed) <= number < len(listed) else []
    if desk.query.inherited and len(desk.state.focus) == 1 and not desk.query.ask.theme:
        name, start, end = desk.state.focus[0]
        near = [p for p in found if name == report.id and meet(p.span, start, end)]
        if near:
            return near
    if not terms:
        return found
    pieces = desk.telling(report, terms, ("problems", "causes"))
    return [
        p for p in found
        if any(p.span.start <= x.span.start and x.span.end <= p.span.end for x in pieces)
    ]  # fmt: skip


def _subject(report: Report, problem: listing.Item) -> tuple[Term, ...]:
    """Return what a problem is about: the topical words of its opening."""
    words = report.quote(problem.lead.start, problem.lead.end)
    return tuple(t for t in content_terms(words) if is_topical(t))


def _answers(report: Report, subject: Sequence[Term], asked: Sequence[Term]) -> list[DraftLine]:
    plans = on_theme(report, subject, PLANS)
    plans = plans or on_theme(report, asked, PLANS)
    done = on_theme(report, subject, WORK)
    if plans:
        return [note("plan_head"), *_lines(report, plans, subject)]
    near = on_theme(report, subject, PLANS, enough=NEAR)
    if near:
        return [note("near_plan_head"), *_lines(report, near[:1], subject)]
    if done:
        return [
            note("only_work_head"),
            *_lines(report, done[:1], subject),
        ]
    return [note("no_remedy")]


def _lines(report: Report, pieces: Sequence[Piece], subject: Sequence[Term]) -> list[DraftLine]:
    return [joined(report, told(p, subject, CHARS_EACH)) for p in pieces[:ANSWERS_EACH]]


def _by_theme(desk: Desk, report: Report) -> tuple[list[DraftLine], list[Piece]]:
    """Where no listed problem is meant: plans on the theme, or the work on it if that tells more."""
    terms = theme_terms(desk)
    plans = desk.telling(report, terms, PLANS)
    pieces = desk.telling(report, terms, WORK)[:3]
    planned = bool(plans) and (not pieces or plans[0].fit >= pieces[0].fit)
    shown = (plans if planned else pieces)[:3]
    if not shown:
        return [], []
    head = note("plan_head" if planned else "work_head")
    return [head, *(joined(report, told(p, terms, CHARS_EACH)) for p in shown)], shown
