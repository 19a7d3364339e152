"""What one report answers under one column: the ledger's figure, the sentence that says it, or nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.evidence import listing
from bot.evidence.drafting import Desk
from bot.evidence.likely import likely, ordered
from bot.evidence.reading import Line, read
from bot.evidence.selection import Evidence, KnownFact, claim_span
from bot.evidence.whole_clauses import bare_start, typeset
from bot.table import Cell
from bot.tables.same_figures import same
from bot.values import Cited
from retrieval.documents import Report, Role, Span
from retrieval.genre.quantities import Quantity, canonical
from retrieval.parsing.indicators import Fact, Indicator, indicators
from retrieval.question.query import Query
from retrieval.question.scope import Holding
from retrieval.question.terms import Term
from retrieval.text.grid_numbers import is_figure
from retrieval.text.grids import row_at, tell
from retrieval.text.normalise import fold
from retrieval.text.wrapping import words_without

ENOUGH_FOR_PHRASE = 0.6
MAX_PHRASES = 3
# how likely the figure of a sentence must answer where no indicator is found: of 247 questions it
# completes three tables, from 0.3 on four, one of them with a report nobody asked for
SURE_FIGURE = 0.5
_PARTIAL = re.compile("其中|^含|^包括")
_ADDED = re.compile("新(?:增|培[育养]|招|聘|设|建)")
_BLANK_BEFORE_UNIT = re.compile(r"(?<=[0-9])\s+(?=[\u3400-\u9fff%])")
_WHOLE = re.compile("全[县区市省局]|各级|累计|共|总")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column as asked for: ``measures`` are indicators, the first that a report has is taken.

    With ``role`` the items of that part are wanted; with neither, what ``terms`` say, or those
    of the question.
    """

    name: str
    measures: tuple[str, ...] = ()
    role: Role | None = None
    terms: tuple[Term, ...] = ()


def cell_of(
    query: Query, column: Wanted, holding: Holding, report: Report | None, known: Sequence[Fact]
) -> Cell:
    """Return the ledger's figure for a column, empty if the ledger has none."""
    year = holding.meta.year
    of_period = [f for f in known if _of_period(f, year)]
    for measure in column.measures:
        named = [f for f in of_period if f.indicator == measure]
        found = named or [f for f in of_period if _akin(measure, f, report)]
        if not found:
            continue
        best = found[0] if len(found) == 1 else max(found, key=lambda f: _fit(query, f))
        rival = None
        if len(named) > 1:
            rival = next((f for f in named if f is not best and _contradicts(f, best)), None)
        doubt = "原文疑有缺漏" if best.doubtful or best.quantity.doubtful else ""
        if not doubt and rival is not None:
            doubt = f"前后不一的数字（原文另一处为{rival.quantity.text}）"
        if not doubt and _ADDED.search(best.own) and not _ADDED.search(query.topic):
            doubt = "新增数，不是总数"
        span, claim = _claim_of(query, holding.id, report, best)
        told = best.indicator or (measure if named else "")
        return _figure_cell(best.quantity, best.value, span, claim, told, doubt)
    return Cell()


def key_of(query: Query, column: Wanted) -> tuple[object, ...]:
    """Return what, beside the report, a figure from the ledger depends on."""
    return column.measures, query.terms, bool(_ADDED.search(query.topic))


def units_of(column: Wanted) -> frozenset[str]:
    """Return the units in which the indicators of a column are told."""
    return frozenset(
        u for name in column.measures if name in _rules() for u in _rules()[name].units
    )


def _akin(measure: str, fact: Fact, report: Report | None) -> bool:
    """Tell whether a figure has an indicator's own words and unit, and its sentence the others.

    Such a figure was given another name, or none; the cell says which, so that it is not
    compared with figures of the indicator itself.
    """
    rule = _rules().get(measure)
    if rule is None or fact.quantity.unit not in rule.units:
        return False
    kin = (fact.indicator or "")[:4] == measure[:4]  # 行政复议审结件数 of 受理审结160件
    if not kin and any(word in fact.own for word in rule.none):
        return False
    line = _line_at(report, fact.quantity.start) if report else None
    around = f"{line.folded if line else fact.subject} {' '.join(fact.path)}"
    return all(any(w in fact.own for w in group) for group in rule.own) and all(
        any(w in around for w in group) for group in (*rule.near, *rule.context)
    )


@lru_cache(maxsize=1)
def _rules() -> dict[str, Indicator]:
    return {indicator.name: indicator for indicator in indicators()}


def _of_period(fact: Fact, year: int | None) -> bool:
    """A figure of the report's own year: no target, no comparison with an earlier one."""
    if fact.period != "this" or fact.quantity.kind == "points":
        return False
    return fact.year is None or year is None or fact.year == year


def _fit(query: Query, fact: Fact) -> tuple[float, bool, bool, bool]:
    """Rank figures of one indicator: the question's words, then whole before part, level before change."""
    words = fold(f"{fact.subject} {' '.join(fact.path)}")
    terms = sum(t.weight * t.match(words) for t in query.terms)
    return (
        round(terms, 3),
        not _PARTIAL.search(fact.own),
        bool(_WHOLE.search(fact.subject)),
        fact.role in ("measures", "other"),
    )


def _contradicts(fact: Fact, other: Fact) -> bool:
    """Tell whether two figures are given for the same thing in the same words, and differ."""
    if canonical(fact.quantity) == canonical(other.quantity) or fact.path == other.path:
        return False
    mine, theirs = _pairs(fact.own), _pairs(other.own)
    return len(mine & theirs) >= 0.75 * max(len(mine | theirs), 1)


def _pairs(words: str) -> set[str]:
    plain = re.sub("[^\u3400-\u9fff]", "", words)
    return {plain[i : i + 2] for i in range(len(plain) - 1)}


def _claim_of(query: Query, report_id: str, report: Report | None, fact: Fact) -> tuple[Cited, str]:
    """Return the words that say a figure, with as much of their sentence as makes them clear."""
    if report is None:  # the words are read when the row is shown
        return Cited(report_id, fact.start, fact.end), ""
    placed = row_at(report.text, fact.quantity.start)
    if placed is not None:
        row = placed[1]
        own = [c for c in row.cells if fact.quantity.start in Span(c.start, c.end)]
        return Cited(report_id, row.start, row.end), " ".join(tell(own).split())
    line = _line_at(report, fact.quantity.start)
    span = Span(fact.start, fact.end)
    if line is not None:
        clause = next((c for c in line.clauses if c.span.start <= fact.start < c.span.end), None)
        if clause is not None:
            span = claim_span(line, clause, list(query.terms))
    # a figure broken over two lines is cited whole
    return _cited_words(report, Span(span.start, max(span.end, fact.quantity.end)))


def _line_at(report: Report, position: int) -> Line | None:
    return next((ln for ln in read(report).lines if position in ln.span), None)


def _cited_words(report: Report, span: Span) -> tuple[Cited, str]:
    start = bare_start(report.text, span)
    end, words = words_without(report.text, start, span.end, "，,；;、：: \u3000\n")
    return Cited(report.id, start, end), typeset(words)


def _figure_cell(
    quantity: Quantity, text: str, cite: Cited, claim: str, measure: str, doubt: str
) -> Cell:
    value, unit = canonical(quantity)
    single = quantity.value is not None
    if not doubt and quantity.modifier in ("以上", "以下", "超"):
        doubt = f"“{quantity.modifier}”的界限"
    words = typeset(_with_unit(quantity) or text)
    return Cell(
        _BLANK_BEFORE_UNIT.sub("", words) if " " in words else words,
        ((claim, cite),),
        value if single else None,
        unit,
        measure,
        doubt,
    )


def _with_unit(quantity: Quantity) -> str:
    """Return a figure as it stands, with the unit that only the head of its table names."""
    bare = quantity.text[-1:].isdecimal() and is_figure(quantity.text)
    return quantity.text + quantity.unit if bare else quantity.text


def unnamed_cell(desk: Desk, column: Wanted, report: Report, known: Sequence[Fact]) -> Cell:
    """Return the figure of the sentence that answers, where the ledger has no name for it.

    A figure that the ledger knows as something else is never taken.
    """
    rules = [rule for rule in indicators() if rule.name in column.measures]
    units = frozenset(unit for rule in rules for unit in rule.units)
    evidence = _likeliest(desk, report, known)
    if evidence is None or evidence.clause is None:
        return Cell()
    span = evidence.clause.span
    for fact in (f for f in known if span.start <= f.quantity.start < span.end):
        if fact.indicator is None and fact.unit in units and _of_period(fact, report.meta.year):
            cite, claim = _cited_words(report, evidence.span)
            return _figure_cell(fact.quantity, fact.value, cite, claim, "", "")
    return Cell()


def read_cell(desk: Desk, report: Report, known: Sequence[Fact], least: float = 0.0) -> Cell:
    """Return the figure of the sentence that answers, named as the ledger knows it; empty without one.

    ``least`` is how likely it must answer.
    """
    evidence = _likeliest(desk, report, known)
    if evidence is None or evidence.figure is None or evidence.chance < least:
        return Cell()
    cite, claim = _cited_words(report, evidence.span)
    measure = _measure_at(evidence, _named(known))
    return _figure_cell(evidence.figure, evidence.figure.text, cite, claim, measure, "")


def _named(known: Sequence[Fact]) -> list[KnownFact]:
    return [KnownFact(f.indicator, f.start, f.end, f.period) for f in known if f.indicator]


def _likeliest(desk: Desk, report: Report, known: Sequence[Fact]) -> Evidence | None:
    """Return the clause of a report that answers, by the fit of facts; None if none is likely to."""
    lines = [line for line in desk.reading(report).lines if _role_fits(desk.query, line)]
    spoken, near = desk.spoken(report), desk.near(report.id)
    return likely(desk.query, desk.reading(report), lines, spoken, _named(known), near, desk.pairs)


def phrase_cell(desk: Desk, report: Report, known: Sequence[Fact]) -> Cell:
    """Return what a report says in the question's own words; empty unless it is sure."""
    query = desk.query
    reading, named = desk.reading(report), _named(known)
    lines = [line for line in reading.lines if _role_fits(query, line)]
    near = desk.near(report.id)
    if query.wants in ("number", "percent"):
        return read_cell(desk, report, known)
    found = ordered(query, reading, lines, named, near, MAX_PHRASES)
    spans = {e.span for e in found if e.coverage >= ENOUGH_FOR_PHRASE}
    told = [_cited_words(report, s) for s in sorted(spans, key=lambda span: span.start)]
    text = "；".join(words.rstrip("。") for _, words in told)
    return Cell(text, tuple((words, cite) for cite, words in told)) if told else Cell()


def cell_like(
    told: Cell, ledger: Sequence[Fact], report: Report, known: Sequence[Fact], query: Query
) -> Cell:
    """Return the figure of a report in whose words another report tells a cell; empty without one.

    ``ledger`` are the figures of the report ``told`` is from: 办理不予处罚案件304件 finds the year
    before's 136件, which the question's own words did not.
    """
    cite = told.cite
    if told.value is None or cite is None:
        return Cell()
    inside = [f for f in ledger if cite.start <= f.quantity.start < cite.end]
    its = next((f for f in inside if canonical(f.quantity) == (told.value, told.unit)), None)
    if its is None:
        return Cell()
    of_period = [f for f in known if _of_period(f, report.meta.year) and not f.doubtful]
    found = same([its], of_period)
    if found is None:
        return Cell()
    span, claim = _claim_of(query, report.id, report, found[1])
    return _figure_cell(found[1].quantity, found[1].value, span, claim, told.measure, "")


def _role_fits(query: Query, line: Line) -> bool:
    if query.role == "plans":
        return line.role == "plans"
    if query.role == "problems":
        return line.role in ("problems", "causes")
    if query.role == "measures":
        return line.role in ("measures", "leadership", "other")
    return line.role != "plans"


def _measure_at(evidence: Evidence, named: Sequence[KnownFact]) -> str:
    if evidence.clause is None:
        return ""
    span = evidence.clause.span
    return next((f.indicator for f in named if span.start <= f.start < span.end), "")


def role_cell(report: Report, role: Role) -> Cell:
    """Return the items of one part of a report, each with its own claim."""
    items = listing.role_items(report, role)
    if not items:
        return Cell()
    claims = []
    for item in items:
        cite, words = _cited_words(report, listing.shown(item))
        claims.append((words, cite))
    text = "；".join(f"{n}.{words.rstrip('。')}" for n, (words, _) in enumerate(claims, start=1))
    return Cell(text, tuple(claims))
