"""How a problem is or will be solved: each problem with the plan, or the work, on its subject."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answers.across import not_saying
from bot.answers.lists import answering
from bot.answers.themes import in_parts, theme_terms
from bot.evidence import listing
from bot.evidence.drafting import Desk, Draft, alone, claim, joined, label
from bot.evidence.pieces import WORK, Piece, leaves, on_theme, told
from bot.notes import note
from bot.values import Cited, DraftLine
from retrieval.documents import Report, Role, meet
from retrieval.question.scope import sets_for_a_year
from retrieval.question.terms import Term, content_terms, is_topical
from retrieval.search.nearness import best_in

MAX_PROBLEMS = 12
ANSWERS_EACH = 2
CHARS_EACH = 160
# how likely a part must tell what is asked to be told in place of the list of problems
SURE, MOST_SURE = 0.5, 3
PLANS: frozenset[Role] = frozenset(("plans",))
PROBLEMS: frozenset[Role] = frozenset(("problems", "causes"))
MAX_EMBEDDED = 300  # characters of a problem that are embedded: its head and what it names
NEAR = 0.2  # half of what makes a plan one on the subject: shown, and called only the nearest


def remedies(desk: Desk) -> Draft | None:
    """Put beside each problem asked about what the report plans or did on its subject.

    Of a report that lists no such problem, what it plans or did on the theme is told.
    """
    asked = theme_terms(desk) if desk.query.ask.theme else ()
    if asked and desk.query.item is None and (sure := _by_its_parts(desk, asked)):
        return sure
    lines: list[DraftLine] = []
    items: list[Cited] = []
    for report in desk.reports:
        problems = _asked_problems(desk, report)
        told: list[DraftLine] = []
        for problem in problems[:MAX_PROBLEMS]:
            span = alone(report, problem.lead if len(problem.lead) > 8 else problem.span)
            told += [note("problem_head"), claim(report, span)]
            items.append(Cited(report.id, problem.span.start, problem.span.end))
            told += _answers(desk, report, problem, asked)
        if not problems:
            told, pieces = _by_theme(desk, report)
            items += [Cited(report.id, p.span.start, p.span.end) for p in pieces]
        if told and len(desk.reports) > 1:
            lines.append(label(report))
        lines += told
    cites = tuple(items)
    return Draft(tuple(lines), items=cites, focus=cites, paired=True) if lines else None


def _by_its_parts(desk: Desk, asked: Sequence[Term]) -> Draft | None:
    """Tell of each report the parts that surely tell what is asked; None where none has any."""
    lines: list[DraftLine] = []
    items: list[Cited] = []
    quiet: list[Report] = []
    for report in desk.reports:
        pieces = _sure(desk, report, asked)
        if not pieces:
            quiet.append(report)
            continue
        shown = in_parts(report, pieces, asked, CHARS_EACH)
        lines += [label(report)] if len(desk.reports) > 1 else []
        lines += shown.lines
        items += [Cited(report.id, p.span.start, p.span.end) for p in shown.pieces]
    after = tuple(not_saying(quiet, asked, lines))
    cites = tuple(items)
    return Draft(tuple(lines), items=cites, focus=cites, after=after) if lines else None


def _sure(desk: Desk, report: Report, asked: Sequence[Term]) -> list[Piece]:
    """Return the parts of a report that surely tell what is asked, lack, work or plan.

    Of what is meant to be done (打算怎么办) a plan must be among them.
    """
    pieces = desk.telling(report, asked)[:MOST_SURE]
    planned = any(piece.section.role in PLANS for piece in pieces)
    ahead = sets_for_a_year(desk.query.question)
    sure = bool(pieces) and pieces[0].fit >= SURE and (planned or not ahead)
    return pieces if sure else []


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
    return answering(desk, report, found, terms, PROBLEMS) if terms else found


def _subject(report: Report, problem: listing.Item) -> tuple[Term, ...]:
    """Return what a problem is about: the topical words of its opening."""
    words = report.quote(problem.lead.start, problem.lead.end)
    return tuple(t for t in content_terms(words) if is_topical(t))


def _answers(
    desk: Desk, report: Report, problem: listing.Item, asked: Sequence[Term]
) -> list[DraftLine]:
    """Return the plan on a problem's subject, else the nearest to it, else the work on it."""
    subject = _subject(report, problem)
    plans = on_theme(report, subject, PLANS) or on_theme(report, asked, PLANS)
    if plans:
        return [note("plan_head"), *_lines(report, plans[:ANSWERS_EACH], subject)]
    if near := _nearest_plan(desk, report, problem, subject):
        return [note("near_plan_head"), *_lines(report, [near], subject)]
    if done := on_theme(report, subject, WORK):
        return [note("only_work_head"), *_lines(report, done[:1], subject)]
    return [note("no_remedy")]


def _nearest_plan(
    desk: Desk, report: Report, problem: listing.Item, subject: Sequence[Term]
) -> Piece | None:
    """Return the plan nearest to a problem in meaning; by words where there are no vectors."""
    words = report.quote(problem.span.start, problem.span.end)[:MAX_EMBEDDED]
    near = desk.near_to(report.id, words)
    plans = leaves(report, PLANS)
    if not near or not plans:
        by_words = on_theme(report, subject, PLANS, enough=NEAR)
        return by_words[0] if by_words else None
    return max(plans, key=lambda p: best_in(near, p.span.start, p.span.end)["cosine"])


def _lines(report: Report, pieces: Sequence[Piece], subject: Sequence[Term]) -> list[DraftLine]:
    return [joined(report, told(p, subject, CHARS_EACH)) for p in pieces]


def _by_theme(desk: Desk, report: Report) -> tuple[list[DraftLine], list[Piece]]:
    """Where no listed problem is meant: the work and the plans that tell most of the theme."""
    terms = theme_terms(desk)
    shown = desk.telling(report, terms, WORK | PLANS)[:3]
    lines: list[DraftLine] = []
    for head, roles in (("work_head", WORK), ("plan_head", PLANS)):
        of_part = [p for p in shown if p.section.role in roles]
        if of_part:
            lines += [note(head), *_lines(report, of_part, terms)]
    return lines, shown
