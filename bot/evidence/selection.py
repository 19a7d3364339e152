"""Words chosen from a report: how much a term weighs there, which figure is meant, what is cited.

Terms that are rare in the report weigh more; a term the report never uses weighs most, which is
what makes silence visible.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.evidence.reading import Clause, Line, Reading
from bot.evidence.units import Fit, unit_fit, unit_group
from retrieval.documents import Span
from retrieval.genre.quantities import Quantity
from retrieval.question.query import Query
from retrieval.question.terms import SYNONYM_MATCH, Term, heard, is_topical
from retrieval.text.normalise import fold

# what the absence of a word of talk (a verb no list of the genre knows) still weighs
ABSENT_TALK = 0.35
# of 90, 120, 130, 160: on the blind sets 130 gives the most that is asked beside a figure, and 160
# gives no more
MAX_CLAIM_CHARS = 130
HEADING_CHARS = 40
_NONE = re.compile(
    "(?:未|没有|没|无)(?:发生|出现|产生|新增|一)?.{0,12}(?:案件|情况|情形|事件|败诉|纠错|投诉|诉讼|被)|0(?:败诉|投诉|上访)"
)
_UNIT_BONUS: Mapping[Fit, float] = {"same": 0.25, "alike": 0.06, "none": -0.15, "other": -0.15}
_FIGURES: Mapping[str, frozenset[str]] = {
    "number": frozenset({"number", "percent", "points", "money"}),
    "percent": frozenset({"percent", "points"}),
    "date": frozenset({"date"}),
    "ordinal": frozenset({"ordinal"}),
}
# units that can never answer for one another; every other unit counts things
_FAMILIES = (
    frozenset(("元", "万元", "亿元", "元人民币", "万元人民币", "亿元人民币", "美元")),
    frozenset(("㎡", "平方米", "平方公里", "亩", "公顷")),
    frozenset(("%", "个百分点", "百分点")),
    frozenset(("天", "日", "小时", "个小时", "分钟", "个工作日", "工作日", "年", "个月")),
)
# words of one kind of which a question names one: a line that has only another is about that
_CONTRASTS = (
    ("一审", "二审", "再审"),
    ("国家级", "省级", "市级", "县级", "区级"),
    ("复议", "诉讼"),
    ("行政许可", "行政处罚", "行政强制"),
    ("申报", "兑现"),
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words chosen from one report: the span to cite, and the figure meant, if any.

    ``coverage`` (0..1) is the weighted share of the question's terms found in and above the line,
    ``chance`` how likely it answers, 1 where that was not asked.
    """

    report: str
    line: Line
    span: Span
    coverage: float
    figure: Quantity | None = None
    clause: Clause | None = None
    chance: float = 1.0


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A figure of a report whose canonical indicator the ledger knows."""

    indicator: str
    start: int
    end: int
    period: str


def weigh(terms: Sequence[Term], reading: Reading) -> tuple[tuple[Term, float], ...]:
    """Return each term with its weight in this report: its own times its rarity there."""
    total = len(reading.lines) or 1
    weighted = []
    for term in terms:
        seen = _count(term, reading)
        if not seen and len(term.word) > 1:
            term = heard(term)
            seen = _count(term, reading)
        rarity = math.log(1 + total / (1 + seen)) / math.log(1 + total)
        weight = term.weight * max(rarity, 0.15)
        if not seen and not is_topical(term):
            weight *= ABSENT_TALK
        weighted.append((term, weight))
    return tuple(weighted)


def _count(term: Term, reading: Reading) -> int:
    return sum(1 for line in reading.lines if term.match(line.folded) >= SYNONYM_MATCH)


def asked_facts(query: Query, known: Sequence[KnownFact]) -> list[KnownFact]:
    """Return those of a report's figures whose indicator is asked, targets only for plans."""
    aims = query.role == "plans"
    return [f for f in known if f.indicator in query.indicators and (aims or f.period != "target")]


def denies(clause: Clause, weighted: Sequence[tuple[Term, float]]) -> bool:
    """The clause says there was none of what is asked (复议后无败诉案件): that is the number."""
    if not _NONE.search(clause.folded):
        return False
    asked = "".join(word for t, _ in weighted for word in (t.word, *t.variants))
    for group in _CONTRASTS:  # 复议后无败诉案件 says nothing of lawsuits as such
        if any(w in clause.folded for w in group) and not any(w in asked for w in group):
            return False
    return sum(is_topical(t) and t.match(clause.folded) >= SYNONYM_MATCH for t, _ in weighted) >= 2


def contrasts(weighted: Sequence[tuple[Term, float]], line: Line, clause: Clause) -> int:
    """Return how many contrasts (一审 and 二审) the line answers with the wrong member."""
    asked = "".join(t.word for t, _ in weighted)
    wrong = 0
    for group in _CONTRASTS:
        named = [word for word in group if word in asked]
        if len(named) != 1 or named[0] in line.folded + line.lead + line.path + line.before:
            continue
        wrong += any(word in clause.folded for word in group)
    return wrong


def wants_figure(query: Query) -> bool:
    """Tell whether a question asks for a figure, a date or a rank."""
    return query.wants in _FIGURES


def figures_of(query: Query, clause: Clause) -> list[Quantity]:
    """Return the figures of a clause that are of the wanted kind and may be of the wanted unit."""
    kinds = _FIGURES.get(query.wants, frozenset())
    return [
        q
        for q in clause.figures
        if q.kind in kinds and not (query.wants == "number" and _incompatible(query.unit, q.unit))
    ]


def figure_of(query: Query, clause: Clause, terms: Sequence[Term]) -> Quantity | None:
    """Return the figure of a clause that is most likely meant."""
    weighted = [(term, 1.0) for term in terms]
    return _figure(query, clause, _FIGURES.get(query.wants), weighted)[0]


def _figure(
    query: Query,
    clause: Clause,
    kinds: frozenset[str] | None,
    weighted: Sequence[tuple[Term, float]],
) -> tuple[Quantity | None, float]:
    """Return the figure of the clause that is of the wanted kind and unit, and its bonus."""
    if kinds is None:
        return None, 0.0
    figures = figures_of(query, clause)
    if not figures:
        return None, 0.0
    asked = query.unit

    def fit(q: Quantity) -> float:
        bonus = 0.1
        if asked:
            bonus += _UNIT_BONUS[unit_fit(asked, q.unit)]
        elif query.wants == "number" and q.kind in ("percent", "points"):
            bonus -= 0.12
        if is_change(clause):
            bonus += 0.3 if query.change else -0.1
        if query.role != "plans" and is_unreached(clause):
            bonus -= 0.3  # what was aimed at or missed is not what was reached
        bonus += 0.05 * any(t.word in fold(clause.folded)[: max(q.start, 1)] for t, _ in weighted)
        return bonus

    best = max(figures, key=fit)
    return best, fit(best)


def _incompatible(asked: str, unit: str) -> bool:
    """Square metres never answer a question for money, nor days one for cases."""
    if not asked:
        return False
    if any((asked in family) != (unit in family) for family in _FAMILIES):
        return asked != "个" or unit.startswith("%")
    if asked == "个" or unit.startswith("个"):
        return False
    groups = unit_group(asked), unit_group(unit)
    return None not in groups and groups[0] != groups[1]


_MISSED = re.compile("未(?:能)?达到?|没有?达到|尚未达")
_UNREACHED = re.compile(
    f"力争|争取|控制在|目标(?:为|是|值)|确保[^,，]{{0,20}}(?:达|以上|以下|以内)|{_MISSED.pattern}"
)


def is_unreached(clause: Clause) -> bool:
    """Tell whether a clause speaks of what was aimed at or missed."""
    return bool(_UNREACHED.search(clause.folded))


def is_missed(clause: Clause) -> bool:
    """Tell whether a clause names a figure that was not reached: 出庭率未达到100% tells no rate."""
    return bool(_MISSED.search(clause.folded))


def is_change(clause: Clause) -> bool:
    """A figure that says by how much something changed is seldom the figure asked for."""
    return bool(re.search("同比|同期|较|比上年|上升|下降|增长|减少|增加|提高|降低", clause.folded))


def _half(line: Line, centre: int, useful: Sequence[bool]) -> Span:
    """Return a short sentence, or only its part between semicolons if that holds all that is asked."""
    clauses = line.clauses
    ends = [i for i, c in enumerate(clauses) if c.folded.endswith((";", "；"))]
    first = max((i + 1 for i in ends if i < centre), default=0)
    last = min((i for i in ends if i >= centre), default=len(clauses) - 1)
    if (any(useful[:first]) and not any(useful[first : last + 1])) or any(useful[last + 1 :]):
        return line.span
    if (first == 0 and last == len(clauses) - 1) or (any(useful[:first]) and first > 0):
        return line.span
    return Span(clauses[first].span.start, clauses[last].span.end)


def claim_span(line: Line, clause: Clause, terms: Sequence[Term]) -> Span:
    """Return the words to cite: the whole sentence if it is short, else clauses of it.

    Those start with the first that holds a term (or the subject just before ``clause``) and go on
    as far as ``MAX_CLAIM_CHARS`` let them: what is asked beside a figure mostly stands behind it.
    """
    if line.is_table:
        return line.span
    if line.row is not None:
        return clause.span
    clauses = line.clauses
    centre = clauses.index(clause)
    useful = [any(t.match(c.folded) >= 0.9 for t in terms) for c in clauses]
    if len(line.span) <= MAX_CLAIM_CHARS:
        return _half(line, centre, useful)
    first = last = centre
    while first > 0 and clauses[centre].span.end - clauses[first - 1].span.start <= MAX_CLAIM_CHARS:
        if not any(useful[max(0, first - 3) : first]):
            break
        first -= 1
    while first < centre and not useful[first]:
        first += 1
    while (
        last + 1 < len(clauses)
        and clauses[last + 1].span.end - clauses[first].span.start <= MAX_CLAIM_CHARS
    ):
        last += 1
    return Span(clauses[first].span.start, clauses[last].span.end)
