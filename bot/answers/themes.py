"""Open wishes on a theme: what was done about it, how it stands, by the sections that tell of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bot.answers.across import not_saying
from bot.answers.remarks import unless_told_why
from bot.evidence.drafting import Desk, Draft, asked_words, joined, label, role_name
from bot.evidence.pieces import WORK, Piece, heading_of, on_theme, told, under_heading
from bot.notes import note
from bot.values import Cited, DraftLine
from retrieval.documents import Report, Role
from retrieval.question.query import Query
from retrieval.question.terms import Term, content_terms, is_theme
from retrieval.question.untagged import subject_of

# what one report may take of an answer: pieces, and characters a piece; of 2,132 questions 260, 200
# and 150 characters leave 13 answers without a part of what is asked
ALONE, BESIDE_ONE, BESIDE_MANY = (6, 400), (3, 300), (2, 220)
MAX_REPORTS = 12
MAX_PARTS = 12


def themed(desk: Desk) -> Draft | None:
    """Answer what was done about a theme, or how it stands, report by report; None if none tells."""
    terms = theme_terms(desk)
    if not terms or not desk.reports:
        return None
    state = desk.query.ask.content == "report"
    if desk.query.ask.content == "measures" and len(desk.reports) == 1:
        report = desk.reports[0]
        parts = under_heading(report, terms, WORK)
        if len(parts) > 1 and desk.telling(report, terms, WORK):
            return _by_parts(desk, report, parts, terms)
    return _told(desk, terms, None if state else WORK)


def at_large(desk: Desk, least: float = 0.0) -> Draft | None:
    """Answer an open question by whatever leaves answer it, work, problems and plans apart.

    None where no report has a leaf that answers with a probability of ``least``; where one has, the
    others are told by the leaves they have.
    """
    terms = subject_terms(desk.query)
    made = _told(replace(desk, query=replace(desk.query, terms=terms)), terms, None, least)
    if made is None or desk.query.ask.content != "causes":
        return made
    return unless_told_why(made)


def subject(query: Query) -> tuple[str, ...]:
    """Return the words for what a wish is about: its theme, else what stands untagged or before."""
    return query.ask.theme or (*query.ask.context, *subject_of(query.topic))


def subject_terms(query: Query) -> tuple[Term, ...]:
    """Return the terms of what a wish is about, else all it has; none where it names no subject."""
    return content_terms(" ".join(subject(query))) or query.terms


def _told(
    desk: Desk, terms: Sequence[Term], roles: Collection[Role] | None, least: float = 0.0
) -> Draft | None:
    most, chars = _bounds(desk)
    found = [(report, desk.telling(report, terms, roles)) for report in desk.reports]
    if roles and len(found) > 1 and any(pieces for _, pieces in found):
        # beside reports that tell their work one may tell what it lacks or plans, or name the theme
        found = [(r, p or desk.telling(r, terms) or on_theme(r, terms)) for r, p in found]
    telling = [(report, pieces) for report, pieces in found if pieces]
    if not telling or max(pieces[0].fit for _, pieces in telling) < least:
        return None
    if len(desk.reports) > 1:
        return _several(telling, [r for r, p in found if not p], terms, most, chars)
    report, pieces = telling[0]
    shown = (_plain if roles else in_parts)(report, pieces[:most], terms, chars)
    left = len(pieces) - most
    after = (note("more_places", count=left),) if left > 0 else ()
    items = tuple(Cited(p.report.id, p.span.start, p.span.end) for p in shown.pieces)
    return Draft(
        shown.lines,
        items=items,
        focus=items,
        before=(
            note("aspects_counted", topic=asked_words(desk.query), count=min(len(pieces), most)),
        )
        if len(shown.pieces) > 1
        else (),
        after=after,
    )


def _by_parts(
    desk: Desk, report: Report, parts: Sequence[Sequence[Piece]], terms: Sequence[Term]
) -> Draft:
    """List the parts under the heading that is asked for, each by its heading and its facts."""
    most, chars = _bounds(desk)
    most = max(most, MAX_PARTS)
    lines, items = [], []
    for part in parts[:most]:
        heading = heading_of(report, part[0])
        spans = [heading] if heading else []
        best = max(part, key=lambda p: sum(len(c.figures) for ln in p.lines for c in ln.clauses))
        spans += told(best, terms, chars)
        lines.append(joined(report, spans))
        items.append(Cited(report.id, part[0].span.start, part[-1].span.end))
    head = note("parts_counted", topic=asked_words(desk.query), count=len(parts))
    return Draft(tuple(lines), items=tuple(items), focus=tuple(items), before=(head,))


def theme_terms(desk: Desk) -> tuple[Term, ...]:
    """Return the terms of the theme asked for."""
    return tuple(t for t in desk.query.terms if is_theme(t)) or desk.query.terms


def _bounds(desk: Desk) -> tuple[int, int]:
    form = desk.query.ask.form
    count = len(desk.reports)
    most, chars = ALONE if count == 1 else BESIDE_ONE if count <= 3 else BESIDE_MANY
    if form.points and count == 1:
        most = form.points
    if form.short:
        chars = min(chars, 120)
    return most, chars


@dataclass(frozen=True, slots=True)
class Shown:
    """The lines that tell parts of a report, and the parts, in the report's order."""

    lines: tuple[DraftLine, ...]
    pieces: tuple[Piece, ...]


def _plain(
    report: Report,
    pieces: Sequence[Piece],
    terms: Sequence[Term],
    chars: int,
    *,
    beside: bool = False,
) -> Shown:
    ordered = sorted(pieces, key=lambda p: p.section.start)
    titled = beside or len(ordered) > 1  # of several parts each has its name
    lines = [joined(report, told(p, terms, chars, titled=titled)) for p in ordered]
    return Shown(tuple(lines), tuple(ordered))


def in_parts(report: Report, pieces: Sequence[Piece], terms: Sequence[Term], chars: int) -> Shown:
    """Tell work, problems and plans on a theme apart, each under its name."""
    groups: dict[Role, list[Piece]] = {}
    for p in sorted(pieces, key=lambda p: p.section.start):
        groups.setdefault("measures" if p.section.role in WORK else p.section.role, []).append(p)
    if len(groups) == 1:
        return _plain(report, pieces, terms, chars)
    lines: list[DraftLine] = []
    for role, group in groups.items():
        lines.append(note("heads", what=role_name(role)))
        lines += [joined(report, told(p, terms, chars)) for p in group]
    return Shown(tuple(lines), tuple(p for group in groups.values() for p in group))


def _several(
    telling: Sequence[tuple[Report, list[Piece]]],
    quiet: Sequence[Report],
    terms: Sequence[Term],
    most: int,
    chars: int,
) -> Draft:
    lines: list[DraftLine] = []
    items: list[Cited] = []
    for report, pieces in telling[:MAX_REPORTS]:
        shown = _plain(report, pieces[:most], terms, chars, beside=True)
        lines += [label(report), *shown.lines]
        items += [Cited(report.id, p.span.start, p.span.end) for p in shown.pieces]
    more = len(telling) - MAX_REPORTS
    after = [note("more_reports", count=more)] if more > 0 else []
    return Draft(
        tuple(lines),
        items=tuple(items),
        focus=tuple(items),
        after=(*after, *not_saying(quiet, terms, lines)),
    )
