"""Whether a report says one thing with one figure: 前后对得上吗, and two years' reports of one office.

Figures are of one thing where the ledger names their indicator alike and most of the shorter one's
words stand in the other's. All are shown; which is right is not for code to say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.evidence.drafting import Desk, Draft, claim, label
from bot.evidence.likeness import pairs_of
from bot.evidence.reading import read
from bot.evidence.reckoning import shown
from bot.labels import full_name, of_one_office
from bot.notes import Note, note
from bot.values import Cited, DraftLine
from retrieval.documents import Report, ReportMeta, Span
from retrieval.genre.cell_figures import CHANGE
from retrieval.genre.quantities import canonical
from retrieval.library.library import Library
from retrieval.parsing.indicators import Fact, Period, lookup
from retrieval.text.grids import row_at
from retrieval.text.normalise import normalise

_ASKS = re.compile(
    "对得上|对不上|一致|同一个?数|打架|出入(?!境|口|库)|吻合|自相矛盾|前后矛盾|哪个(?:数|准|对)|一样[吗么]|不一样"
)
_ALIKE = 0.6
MAX_SHOWN = 4


@dataclass(frozen=True, slots=True)
class _Told:
    """A figure with the report that tells it."""

    report: Report
    fact: Fact


def asks(desk: Desk) -> bool:
    """Tell whether a question is whether figures of one thing agree, within a report or two."""
    if not _ASKS.search(normalise(desk.query.question)) or desk.only_years:
        return False
    return desk.library is not None and len(desk.scope) == 1 and len(desk.reports) == 1


def agreement(desk: Desk) -> Draft | None:
    """Show every figure that is given for the thing asked about, and say whether they differ."""
    library, report = desk.library, desk.reports[0]
    assert library is not None  # asks was asked first
    for name in _indicators(desk, library, report):
        told = [_Told(report, f) for f in _alike(_named(library, report, name, "this"))]
        for other in _beside(library, report):
            told += _across(library, report, other, name)
        if len({t.report.id for t in told}) > 1 or len(told) > 1:
            return _draft(told)
    return None


def _indicators(desk: Desk, library: Library, report: Report) -> list[str]:
    """Return the indicators asked about, best first: by name, or those just spoken of."""
    named = [*desk.query.indicators]
    named += [rule.name for rule, _ in lookup(normalise(desk.query.topic))]
    for held in (report, *_beside(library, report)) if not named else ():
        spoken = [(start, end) for of, start, end in desk.state.focus if of == held.id]
        named += [
            f.indicator
            for f in library.facts(held.id)
            if f.indicator and any(a < f.end and f.start < b for a, b in spoken)
        ]
    return list(dict.fromkeys(named))


def _named(library: Library, report: Report, name: str, period: Period) -> list[Fact]:
    """Return a report's figures of one indicator and period, whole ones only."""
    year = report.meta.year
    return [
        f
        for f in library.facts(report.id)
        if f.indicator == name
        and f.period == period
        and (period != "this" or f.year in (None, year))
        and f.quantity.value is not None
        and f.quantity.kind != "points"
        and _leads(report, f)
    ]


def _leads(report: Report, fact: Fact) -> bool:
    """Tell whether a figure is the first of its sentence, or a cell: what follows may be its part."""
    placed = row_at(report.text, fact.quantity.start)
    if placed is not None:
        return not CHANGE.search(fact.own)
    line = next((ln for ln in read(report).lines if fact.quantity.start in ln.span), None)
    if line is None:
        return False
    earlier = [
        clause.span.start + q.start
        for clause in line.clauses
        for q in clause.figures
        if q.kind not in ("year", "date", "ordinal", "document")
    ]
    return not any(at < fact.quantity.start for at in earlier)


def _alike(facts: Sequence[Fact]) -> list[Fact]:
    """Return those figures that are of one thing with the first."""
    return [f for f in facts if f is facts[0] or _of_one_thing(facts[0], f)] if facts else []


def _of_one_thing(one: Fact, other: Fact) -> bool:
    mine, theirs = (pairs_of(f.subject) for f in (one, other))
    units = {canonical(f.quantity)[1] for f in (one, other)} - {""}
    smaller = min(len(mine), len(theirs))
    return len(units) < 2 and smaller > 0 and len(mine & theirs) >= _ALIKE * smaller


def _beside(library: Library, report: Report) -> Iterator[Report]:
    """Yield the reports of the same office on the years before and after."""
    year = report.meta.year
    return of_years(library, report.meta, (year - 1, year + 1) if year else ())


def of_years(library: Library, meta: ReportMeta, years: Collection[int]) -> Iterator[Report]:
    """Yield the held reports of the same office as ``meta`` on ``years``."""
    for held in library.reports():
        if held.meta.year in years and of_one_office(held.meta, meta):
            yield library.report(held.id)


def _across(library: Library, report: Report, other: Report, name: str) -> list[_Told]:
    """Return the figure of the earlier year as each of two reports gives it."""
    earlier, later = sorted((report, other), key=lambda r: r.meta.year or 0)
    own = _named(library, earlier, name, "this")
    back = _named(library, later, name, "last")
    pairs = [(a, b) for b in back[:1] for a in own if _of_one_thing(a, b)]
    if not pairs:
        return []
    then, looked_back = pairs[0]
    return [_Told(earlier, then), _Told(later, looked_back)]


def _draft(told: Sequence[_Told]) -> Draft:
    told = list({(t.report.id, t.fact.quantity.start): t for t in told}.values())
    several = len({t.report.id for t in told}) > 1
    values = {canonical(t.fact.quantity)[0] for t in told}
    figures = tuple(dict.fromkeys(shown(t.fact.quantity) for t in told))
    kind = "figures_differ" if len(values) > 1 else "figures_agree"
    lines: list[DraftLine] = []
    cites: list[Cited] = []
    for one in told[:MAX_SHOWN]:
        if several:
            lines.append(label(one.report))
        span = _words(one)
        lines.append(claim(one.report, span))
        cites.append(Cited(one.report.id, span.start, span.end))
    before = (note(kind, figures=figures, count=len(told)),)
    return Draft(tuple(lines), before=before, focus=tuple(cites))


def _words(told: _Told) -> Span:
    """Return the clause that tells a figure, or its cell."""
    fact = told.fact
    if row_at(told.report.text, fact.quantity.start) is not None:
        return Span(fact.quantity.start, fact.quantity.end)
    return Span(fact.start, fact.end)


def otherwise_before(desk: Desk, report: Report, position: int) -> list[DraftLine]:
    """Return what the report on the year before says instead of a figure told of that year."""
    if desk.library is None:
        return []
    facts = desk.library.facts(report.id)
    back = next((f for f in facts if f.quantity.start == position and f.period == "last"), None)
    if back is None or back.indicator is None:
        return []
    for other in _beside(desk.library, report):
        if (other.meta.year or 0) > (report.meta.year or 0):
            continue
        for one in _across(desk.library, report, other, back.indicator)[:1]:
            if canonical(one.fact.quantity) != canonical(back.quantity):
                said = {"report": full_name(other.meta), "figure": shown(one.fact.quantity)}
                return [
                    DraftLine("", "note", note=Note("other_before", said)),
                    claim(other, _words(one)),
                ]
    return []


def also_told(desk: Desk, draft: Draft) -> Draft:
    """Return a draft with the other figure that its report gives for what was asked, if it gives one."""
    if draft.status != "answered" or desk.library is None or len(desk.scope) != 1:
        return draft
    if desk.query.kind != "fact" or not draft.figures or not desk.query.indicators:
        return draft
    report = desk.reports[0]
    for name in desk.query.indicators:
        told = [_Told(report, f) for f in _alike(_named(desk.library, report, name, "this"))]
        shown_already = [t for t in told if any(_holds(c, t) for c in draft.focus)]
        values = {canonical(t.fact.quantity)[0] for t in told}
        if len(values) < 2 or not shown_already:
            continue
        missing = [t for t in told if t not in shown_already][:MAX_SHOWN]
        spans = [_words(t) for t in missing]
        return replace(
            draft,
            before=(*draft.before, note("two_figures")),
            lines=(*draft.lines, *(claim(report, s) for s in spans)),
            focus=(*draft.focus, *(Cited(report.id, s.start, s.end) for s in spans)),
            figures=(*draft.figures, *(t.fact.quantity for t in missing)),
        )
    return draft


def _holds(cite: Cited, told: _Told) -> bool:
    return cite.report == told.report.id and cite.start <= told.fact.quantity.start < cite.end
