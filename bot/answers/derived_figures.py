"""Answers with arithmetic on figures of the prose: shares, a rate done again, the step between two years.

Which figure is which is told by the words beside it. Two figures are only put together where one
sentence tells both; what is worked out says so and its figures are cited.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from bot.answers.agreement import otherwise_before
from bot.evidence.binding import Placed, is_total, placed_figures
from bot.evidence.drafting import Desk, Draft, claim, label
from bot.evidence.reading import Line, Reading
from bot.evidence.reckoning import COUNTED, gap_note, rounded, share_note, share_of, shown
from bot.labels import full_name
from bot.notes import Note, corrects, note
from bot.values import Cited, DraftLine
from retrieval.documents import Report, Span
from retrieval.genre.cell_figures import CHANGE, cell_figure, cell_year
from retrieval.genre.quantities import Quantity, canonical, find_quantities
from retrieval.library.library import Library
from retrieval.question.query import Query
from retrieval.question.terms import SYNONYM_MATCH, Term, content_terms, is_theme, is_topical
from retrieval.text.grids import row_at, tell
from retrieval.text.marks import CLAUSE_END
from retrieval.text.normalise import normalise

MAX_REPORTS = 6
MAX_CHARS = 220
_OF = re.compile(
    "(?P<part>[^，,。？?；;]*?)占(?:到|了)?(?P<whole>[^，,。？?；;]{2,16}?)的?(?:几成|几分|多少|百分|比例|比重)"
)
_BY = re.compile(
    "按(?P<whole>[^，,。？?；;]{2,12}?)数?来?[算计][，,]?(?P<part>[^，,。？?；;]*?)的?(?:占比|比例|比重|占)"
)
_ALL = re.compile("全部|总数|总量|合计|所有")
_BARE = re.compile("占比|占多少|占几|比例|百分之几|几成|比重")
_GAP = re.compile("[高低多少差]了?(?:多少|几)")
_GAPS_TOLD = frozenset({"order.gap", "order.falling", "order.rising", "trend"})
_STEP = re.compile("[多少增减升降差][了出加长]?(?:多少|几)|增幅|变化")


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two figures of one sentence: a part and the whole it is of."""

    part: Placed
    whole: Placed
    fit: float = 0.0


# ---- shares ---------------------------------------------------------------------------------


def asks_share(desk: Desk) -> bool:
    """Tell whether a question asks which share one named count is of another."""
    few = 0 < len(desk.scope) <= MAX_REPORTS
    return few and not desk.only_years and _share_words(desk.query) is not None


def _share_words(query: Query) -> tuple[tuple[Term, ...], tuple[Term, ...]] | None:
    """Return the terms of the part and of the whole that a question names; None if it names none."""
    asked = normalise(query.topic)
    said = _BY.search(asked) or _OF.search(asked)
    if said is None:
        return None
    before = asked[: said.start()]
    part = _named(said["part"]) or _named(CLAUSE_END.split(before.rstrip("，,"))[-1])
    whole = _named(said["whole"])
    return (part, whole) if part and (whole or _ALL.search(said["whole"])) else None


def _named(words: str) -> tuple[Term, ...]:
    return tuple(t for t in content_terms(words) if is_theme(t) and len(t.word) > 1)


def shares(desk: Desk) -> Draft | None:
    """Tell the share in each report whose one sentence holds both counts; None if none does."""
    words = _share_words(desk.query)
    assert words is not None  # asks_share was asked first
    lines: list[DraftLine] = []
    cites: list[Cited] = []
    figures: list[Quantity] = []
    before: list[DraftLine] = []
    lacking: list[str] = []
    for report in desk.reports:
        pair = _pair_named(desk.reading(report), *words)
        told = share_note(pair.part.quantity, pair.whole.quantity) if pair else None
        if pair is None or told is None:
            lacking.append(full_name(report.meta))
            continue
        spans = _spans(pair)
        lines += [label(report), told] if len(desk.reports) > 1 else []
        before += [] if len(desk.reports) > 1 else [told]
        lines += [claim(report, span) for span in spans]
        cites += [Cited(report.id, s.start, s.end) for s in spans]
        figures += [pair.part.quantity, pair.whole.quantity]
    if not cites:
        return None
    after = (note("no_share", reports=tuple(lacking)),) if lacking else ()
    return Draft(
        tuple(lines),
        before=tuple(before),
        focus=tuple(cites),
        figures=tuple(figures),
        after=after,
    )


def _pair_named(reading: Reading, part: Sequence[Term], whole: Sequence[Term]) -> _Pair | None:
    """Return the one pair of figures that the words name best; None where two do alike."""
    found = [
        _Pair(mine, of, named + held)
        for line, placed in _by_line(reading)
        for mine in placed
        for of in placed
        if mine is not of and share_of(mine.quantity, of.quantity) is not None
        if (named := _fit(part, mine, line)) > 0
        and (held := _fit(whole, of, line) if whole else float(is_total(of))) > 0
    ]
    if not found:
        return None
    best = max(pair.fit for pair in found)
    leading = [pair for pair in found if pair.fit == best]
    values = {(canonical(p.part.quantity), canonical(p.whole.quantity)) for p in leading}
    return leading[0] if len(values) == 1 else None


def _by_line(reading: Reading) -> Iterator[tuple[Line, list[Placed]]]:
    """Yield the sentences of what was done with the counts that stand in them."""
    by_line: dict[int, list[Placed]] = {}
    for placed in placed_figures(reading):
        told = placed.line.role != "plans" and placed.line.row is None
        if told and placed.quantity.kind in COUNTED and not (placed.former or placed.shared):
            by_line.setdefault(id(placed.line), []).append(placed)
    for found in by_line.values():
        if len(found) > 1:
            yield found[0].line, found


def _fit(terms: Sequence[Term], placed: Placed, line: Line) -> float:
    """Return how well the words beside a figure name what the terms do; 0 where a term is lacking.

    One term at least stands word for word beside the figure, the others at least in its sentence:
    by a synonym alone (立案 for 受理) a figure is shown and never reckoned with.
    """
    own = CLAUSE_END.split(placed.before)[-1] + "|" + ("" if placed.joined else placed.after)
    around = f"{line.folded}|{line.lead}|{line.path}|{line.before}"
    near = [t.match(own) for t in terms]
    if max(near, default=0.0) < 1.0:
        return 0.0
    if any(max(n, t.match(around)) < SYNONYM_MATCH for n, t in zip(near, terms, strict=True)):
        return 0.0
    return sum(near) / len(near)


def _spans(pair: _Pair) -> list[Span]:
    """Return the words that tell both figures: from one clause to the other, or each by itself."""
    one, other = sorted((pair.part.clause.span, pair.whole.clause.span), key=lambda s: s.start)
    if other.end - one.start <= MAX_CHARS:
        return [Span(one.start, other.end)]
    return [one, other]


# ---- a share of what was just found ---------------------------------------------------------


def of_found(query: Query, before: Sequence[Draft], library: Library) -> Draft | None:
    """Answer 顺手算下占比 or 高多少 from what the wishes before it found: the share, or the gap told."""
    asked = normalise(query.topic)
    if before and _GAP.search(asked) and not any(is_theme(t) for t in query.terms):
        kinds = {ln.note.kind for ln in before[-1].before if ln.note is not None}
        return before[-1] if kinds & _GAPS_TOLD else None
    if not before or not _BARE.search(asked) or any(is_topical(t) for t in query.terms):
        return None
    figures = [q for draft in before for q in draft.figures]
    apart: list[Quantity] = []
    for figure in figures:
        if not any(canonical(figure) == canonical(q) for q in apart):
            apart.append(figure)
    if len(apart) != 2:
        return None
    whole, part = sorted(apart, key=lambda q: canonical(q)[0], reverse=True)
    told = share_note(part, whole)
    cites = [c for draft in before for c in draft.focus]
    quotes = [library.report(c.report).text[c.start : c.end] for c in cites]
    within = any(
        0 <= quote.find(whole.text) < quote.find("其中") < quote.find(part.text) for quote in quotes
    )
    if told is None or not within:
        return None
    return Draft((told,), focus=tuple(dict.fromkeys(cites)), answerer="share")


# ---- a rate done again ----------------------------------------------------------------------


def asks_rate_again(desk: Desk) -> bool:
    """Tell whether a question gives two counts and a rate, to be worked out anew."""
    if len(desk.scope) != 1 or desk.only_years:
        return False
    given = _given(desk.query)
    return len(given) > 2 and any(q.kind == "percent" or not q.unit for q in given)


def _given(query: Query) -> list[Quantity]:
    found = find_quantities(normalise(query.question))
    return [q for q in found if q.value is not None and q.kind in (*COUNTED, "percent")]


def _apart(placed: Iterable[Placed]) -> list[Placed]:
    """Return the first place of each value."""
    first: dict[Decimal, Placed] = {}
    for one in placed:
        first.setdefault(canonical(one.quantity)[0], one)
    return list(first.values())


def rate_again(desk: Desk) -> Draft | None:
    """Work out the rate of a sentence that holds the counts and the rate given; None if none does."""
    given = {canonical(q)[0] for q in _given(desk.query)}
    report = desk.reports[0]
    for line in desk.reading(report).lines:
        placed = placed_figures(Reading(report, (line,)))
        held = [p for p in placed if canonical(p.quantity)[0] in given]
        counts = _apart(p for p in held if p.quantity.kind in COUNTED)
        rates = _apart(p for p in held if p.quantity.kind == "percent")
        if len(counts) != 2 or len(rates) != 1:
            continue
        whole, part = sorted(counts, key=lambda p: canonical(p.quantity)[0], reverse=True)
        share = share_of(part.quantity, whole.quantity)
        if share is None:
            continue
        written = rates[0].quantity
        exponent = (written.value or share).as_tuple().exponent
        step = -exponent if isinstance(exponent, int) else 0
        same = round(share, step) == written.value
        told = note(
            "rate_again",
            part=shown(part.quantity),
            whole=shown(whole.quantity),
            share=f"{rounded(share)}%",
            written=written.text,
            verdict=Note("rate_agrees" if same else "rate_unexplained"),
        )
        ends = [p.clause.span for p in (*counts, rates[0])]
        span = Span(min(s.start for s in ends), max(s.end for s in ends))
        cite = Cited(report.id, span.start, span.end)
        return Draft((claim(report, span),), before=(told,), focus=(cite,), figures=(written,))
    return None


# ---- from one year to the next --------------------------------------------------------------


def stepped(desk: Desk, draft: Draft) -> Draft:
    """Return a draft with the difference of the two figures its words tell one after the other.

    Only where it is asked by how much something changed: 由1425名增加到1690名.
    """
    query = desk.query
    asked = query.change or _STEP.search(normalise(query.topic))
    if draft.status != "answered" or not asked or len(desk.scope) != 1:
        return draft
    if query.wants == "percent" or not draft.focus or len(desk.reports) != 1:
        return draft
    report = desk.reports[0]
    cites = [c for c in draft.focus if c.report == report.id]
    placed = [
        p
        for p in placed_figures(desk.reading(report))
        if any(c.start <= p.span.start < c.end for c in cites)
    ]
    steps = [found for pair in pairwise(placed) for found in _step(*pair)]
    if len(steps) == 1:
        earlier, later = steps[0]
        told = gap_note(earlier.quantity, later.quantity)
        lines = (*draft.lines, *otherwise_before(desk, report, earlier.span.start))
        if told is None:
            return draft
        before = (*draft.before, told)
        way = "up" if canonical(later.quantity)[0] > canonical(earlier.quantity)[0] else "down"
        corrected = any(map(corrects, draft.before))
        if query.direction not in (None, way) and not corrected:
            before = (
                *draft.before,
                told,
                note("went", way=Note("rose" if way == "up" else "fell")),
            )
        return replace(draft, before=before, lines=lines)
    return _step_of_row(query, report, draft)


def _step(one: Placed, other: Placed) -> Iterator[tuple[Placed, Placed]]:
    """Yield two neighbouring figures as the earlier and the later of one thing, if they are told so."""
    if one.line is not other.line or one.line.row is not None:
        return
    if one.former and re.search("[到至为]$", other.before):
        yield one, other
    years = [re.findall("(?<![0-9])20[0-9]{2}(?=年)", p.before)[-1:] for p in (one, other)]
    if all(years) and abs(int(years[0][0]) - int(years[1][0])) == 1:
        yield (one, other) if years[0] < years[1] else (other, one)


def _step_of_row(query: Query, report: Report, draft: Draft) -> Draft:
    """Return a draft that tells one row's figure with that of the year before and the difference."""
    grid_row = row_at(report.text, draft.focus[0].start) if len(draft.focus) == 1 else None
    year = report.meta.year
    if grid_row is None or year is None:
        return draft
    grid, row = grid_row
    asked = (
        sorted({*query.years, *query.compared}) if len(query.years) > 1 or query.compared else []
    )
    first, last = (asked[0], asked[-1]) if len(asked) == 2 else (year - 1, year)
    by_year = {cell_year(c, year): c for c in row.cells if not CHANGE.search(c.column)}
    cells = [by_year.get(y) for y in (first, last)]
    found = [(c, q) for c in cells if c is not None and (q := cell_figure(grid, c)) is not None]
    told = gap_note(found[0][1], found[1][1]) if len(found) == 2 else None
    if told is None:
        return draft
    shown_cells = [c for c in row.cells if c in cells or CHANGE.search(c.column)]
    cites = (Cited(report.id, row.start, row.end), Cited(report.id, *grid.head))
    line = DraftLine(" ".join(tell(shown_cells).split()), "claim", cites)
    return replace(draft, before=(*draft.before, told), lines=(line,))
