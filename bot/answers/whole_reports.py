"""Reports as wholes beside each other: two years of one office, two places, one with the year before.

The figures are those that both ledgers give one name and count in like words, the commonest of the
genre first; what is reckoned from them stands over the quotes. Where only one year is held, it is what
that report itself says of the year before.
"""

from __future__ import annotations

from dataclasses import replace

from bot.answers import follow_through
from bot.briefing.worth import common_indicators
from bot.evidence import listing
from bot.evidence.drafting import Desk, Draft, alone, claim, label, role_name
from bot.labels import full_name
from bot.notes import Note, note
from bot.tables import comparison
from bot.tables.comparison_cells import Wanted
from bot.tables.same_figures import named, same
from bot.values import DraftLine
from retrieval.documents import Report, Span, meet
from retrieval.library.library import Library

MOST_FIGURES = 8
MOST_PROBLEMS = 6


def applies(desk: Desk) -> bool:
    """Tell whether reports are to be set beside each other, on nothing in particular."""
    query = desk.query
    wished = query.ask.content == "report" and query.ask.operation in ("change", "compare", "judge")
    if not wished or query.ask.theme:
        return False
    changed = query.ask.operation == "change" or len(query.years) > 1
    return len(desk.scope) == 2 or (len(desk.scope) == 1 and changed)


def answer(desk: Desk) -> Draft | None:
    """Return what two reports tell alike and apart, or how one says the year went."""
    if desk.library is None or not desk.reports:
        return None
    if len(desk.reports) == 1:
        return _told_of_the_year_before(desk.reports[0], desk.library)
    years = follow_through.consecutive(desk.reports)
    reports = years or tuple(desk.reports)
    problems = _of_two_years(*years, desk.library) if years else _of_each(reports)
    figures = _figures(replace(desk, reports=reports), desk.library) or Draft()
    lines = (*problems.lines, *figures.lines)
    if not lines:
        return Draft(status="abstained", gap=(Note("nothing_alike"),))
    judged = (note("no_verdict"),) if desk.query.ask.operation == "judge" else ()
    return Draft(
        lines,
        items=problems.items,
        focus=tuple(c for line in lines for c in line.cites),
        before=(*judged, *figures.before),
    )


def _of_two_years(earlier: Report, later: Report, library: Library) -> Draft:
    """Return the problems that stayed, came and went; no lines where neither report tells any."""
    found = follow_through.follow(earlier, later, facts=library.facts)
    told = found.repeated or found.new or found.gone
    return follow_through.draft(found, ("problems",)) if told else Draft()


def _of_each(reports: tuple[Report, ...]) -> Draft:
    """Return the first problems of each report, under its name."""
    lines: list[DraftLine] = []
    for report in reports:
        problems = listing.role_items(report, "problems")
        if problems:
            count = note("items_counted", part=role_name("problems"), count=len(problems))
            lines += [label(report), count]
            lines += [claim(report, alone(report, p.lead)) for p in problems[:MOST_PROBLEMS]]
    return Draft(tuple(lines), items=tuple(c for line in lines for c in line.cites))


def _figures(desk: Desk, library: Library) -> Draft | None:
    """Return the commonest figures of both reports on the desk and what they come to; None without any."""
    one, other = (named(library.facts(report.id)) for report in desk.reports)
    found = {n: same(one[n], other[n]) for n in one.keys() & other.keys()}
    alike = {name: pair for name, pair in found.items() if pair is not None}
    chosen = sorted(alike, key=_commonest_first)[:MOST_FIGURES]
    if not chosen:
        return None
    ledgers = {
        report.id: [alike[name][at] for name in chosen] for at, report in enumerate(desk.reports)
    }
    years = tuple(report.meta.year or 0 for report in desk.reports)
    asked = replace(desk, query=replace(desk.query, years=years))
    columns = [Wanted(name, measures=(name,)) for name in chosen]
    table = comparison.compare(asked, facts=ledgers.__getitem__, columns=columns)
    return None if table.empty else comparison.draft(table)


def _told_of_the_year_before(report: Report, library: Library) -> Draft:
    """Return the figures of which a report says how they rose or fell."""
    changed = [f for f in library.facts(report.id) if f.change is not None and not f.doubtful]
    spans: list[Span] = []
    for fact in sorted(changed, key=lambda f: _commonest_first(f.indicator or "")):
        if len(spans) < MOST_FIGURES and not any(meet(s, fact.start, fact.end) for s in spans):
            spans.append(Span(fact.start, fact.end))
    if not spans:
        untold = Note("changes_untold", {"report": full_name(report.meta)})
        return Draft(status="abstained", gap=(untold,))
    lines = [claim(report, span) for span in sorted(spans, key=lambda span: span.start)]
    head = note("changes_told", report=full_name(report.meta), count=len(lines))
    return Draft(tuple(lines), focus=tuple(c for ln in lines for c in ln.cites), before=(head,))


def _commonest_first(name: str) -> tuple[float, str]:
    return -common_indicators().get(name, 0.0), name
