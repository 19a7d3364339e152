"""By how much a figure of one report changed, where the same office's report of another year is held.

Figures are set beside each other where the ledger gives both the indicator asked for, or all that is
asked stands beside both; in doubt the answer stays as it was.
"""

from __future__ import annotations

from dataclasses import replace

from bot.answers.agreement import of_years
from bot.answers.facts import answer_in
from bot.evidence.drafting import Desk, Draft, alone, cited, claim, label
from bot.evidence.reckoning import gap_note
from bot.evidence.selection import Evidence, figure_of
from retrieval.documents import Report, meet
from retrieval.question.query import State
from retrieval.question.terms import SYNONYM_MATCH, Term, is_theme

_TOLD = frozenset({"step"})


def beside_the_other_year(desk: Desk, draft: Draft) -> Draft:
    """Return a draft on a change with the other year's figure and the difference, if both are held."""
    query = desk.query
    asked = query.ask.operation == "change" and query.ask.content == "figure"
    if not asked or draft.status != "answered" or len(desk.reports) != 1 or desk.only_years:
        return draft
    if any(line.note is not None and line.note.kind in _TOLD for line in draft.before):
        return draft
    report = desk.reports[0]
    other = _other_year(desk, report)
    if other is None:
        return draft
    found = [_level(desk, r) for r in sorted((report, other), key=lambda r: r.meta.year or 0)]
    earlier, later = found
    if earlier is None or later is None or not _of_one_thing(desk, earlier, later):
        return draft
    told = gap_note(earlier.figure, later.figure) if earlier.figure and later.figure else None
    if told is None:
        return draft
    added = earlier if later.report == report.id else later
    own = later if added is earlier else earlier
    shown = [c for line in draft.lines for c in line.cites]
    lines = [label(report), *draft.lines]
    at = own.clause.span if own.clause else own.span
    if not any(c.report == report.id and meet(at, c.start, c.end) for c in shown):
        lines.append(claim(report, alone(report, own.span)))
    lines += [label(other), claim(other, alone(other, added.span))]
    return replace(
        draft, before=(*draft.before, told), lines=tuple(lines), focus=(*draft.focus, cited(added))
    )


def _other_year(desk: Desk, report: Report) -> Report | None:
    """Return the same office's report of the year spoken of before, else of the year before."""
    year, library = report.meta.year, desk.library
    if library is None or year is None:
        return None
    spoken = desk.state.years if desk.query.inherited and len(desk.state.years) == 1 else ()
    wanted = spoken[0] if spoken and spoken[0] != year else year - 1
    return next(of_years(library, report.meta, (wanted,)), None)


def _level(desk: Desk, report: Report) -> Evidence | None:
    """Return the words of a report that give the figure asked about itself, not its change."""
    query = replace(
        desk.query,
        wants="number" if desk.query.wants == "text" else desk.query.wants,
        change=False,
        direction=None,
        inherited=False,
        years=(report.meta.year or 0,),
        ask=replace(desk.query.ask, operation="tell"),
    )
    asked = replace(desk, query=query, reports=(report,), scope=(report.id,), state=State())
    found = [e for e in answer_in(asked, report) if e.clause is not None]
    if len(found) != 1:
        return None
    terms = _spoken(desk)
    clause = max(
        found[0].line.clauses,
        key=lambda c: (sum(t.match(c.folded) for t in terms), c is found[0].clause),
    )
    return replace(found[0], clause=clause, figure=figure_of(query, clause, terms))


def _spoken(desk: Desk) -> list[Term]:
    return [t for t in (*desk.query.terms, *desk.query.carried) if is_theme(t)]


def _of_one_thing(desk: Desk, one: Evidence, other: Evidence) -> bool:
    """Tell whether two figures count what is asked: its last word stands beside both, at least."""
    names = {_indicator(desk, e) for e in (one, other)}
    terms = _spoken(desk)
    if len(names) > 1 or not terms:
        return False
    around = () if names & set(desk.query.indicators) else terms
    return all(
        e.clause is not None
        and terms[-1].match(e.clause.folded) >= SYNONYM_MATCH
        and all(t.match(e.line.folded) >= SYNONYM_MATCH for t in around)
        for e in (one, other)
    )


def _indicator(desk: Desk, evidence: Evidence) -> str | None:
    """Return the ledger's name for the figure of some evidence; None if it has none."""
    if evidence.clause is None or evidence.figure is None:
        return None
    at = evidence.clause.span.start + evidence.figure.start
    facts = desk.library.facts(evidence.report) if desk.library is not None else ()
    return next((f.indicator for f in facts if f.quantity.start == at), None)
