"""Two years of one issuer: which problems stayed, which plans the next report tells of.

Passages are paired by the words they share, rare words weighing most, and by the indicator of
their figures. Every pair shows both quotes, and
where nothing matches that is said: it means the words were not found, not that nothing was done.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, TypeVar

from bot.answers.themes import subject
from bot.evidence.drafting import Desk, Draft
from bot.evidence.likely import likely
from bot.evidence.likeness import Likeness
from bot.evidence.pieces import leaves
from bot.evidence.problem_topics import points
from bot.evidence.reading import Clause, Line, read
from bot.evidence.signs import NOTHING_SPOKEN
from bot.evidence.whole_clauses import bare_start, pieces, typeset
from bot.labels import body_name, of_one_office, report_name
from bot.notes import Note, note
from bot.tables.comparison import Facts
from bot.values import Cited, DraftLine
from retrieval.documents import Report, Role, Span, meet
from retrieval.genre.quantities import canonical
from retrieval.parsing.indicators import Fact
from retrieval.question.query import Query
from retrieval.question.request import Ask
from retrieval.question.scope import Holding, Holdings, Resolved
from retrieval.question.terms import Term, content_terms, is_theme
from retrieval.text.marks import CLAUSE_END
from retrieval.text.normalise import fold, normalise
from retrieval.text.wrapping import words_without

ENOUGH_FOR_PROBLEM = 0.15
ENOUGH_FOR_PLAN = 0.3
SAME_INDICATOR = 0.5
ENOUGH_ON_THEME = 0.5
# how likely a sentence must answer a plan to be shown as near: of 16 plans of six pairs of years that
# share no words with the later report twelve have one so likely, and eight of these tell what became
# of the plan
ENOUGH_IN_MEANING = 0.15
# the same for a plan to be the one asked after where no word names it
SURELY_MEANT = 0.4
MOST_READ = 8
_NOT_YET: tuple[Role, ...] = ("plans", "preamble")
_NEAR_BEST = 0.75
Aspect = Literal["plans", "repeated", "new", "gone", "problems"]
Held = TypeVar("Held", bound=Holding)

_ASKS_PLANS = re.compile(
    "做到|兑现|达标(?!率)|交卷|办成|落实(?:了|没|得|情况|到位)|完成(?:了|没|得|情况)|实现(?:了|没|得)|说要|承诺|后来|结果|达成|计划.{0,20}(?:怎么样|如何|进展)|(?:目标|计划|打算|任务).{0,16}(?:实现|完成|落实|兑现|达到|执行)"
)
_ASKS_REPEATED = re.compile("连续|都存在|反复|重复|仍然?(?:存在|没|未)|一直|两年都|老问题|还没解决")
_ASKS_NEW = re.compile(
    "(?:没有?|未)(?:提|写|说|列|出现)过|新(?:增|出现|提出)的?.{0,6}(?:问题|不足|短板)|新(?:增|出现|提出)的[？?]?$"
)
_ASKS_GONE = re.compile("(?:不|没有?|未)再|解决了|消失|不[提见]了|已经?解决")
_ASKS: dict[Aspect, re.Pattern[str]] = {
    "new": _ASKS_NEW,
    "gone": _ASKS_GONE,
    "repeated": _ASKS_REPEATED,
}
_PROBLEM = re.compile("问题|不足|短板|困难|差距|弱项")
_AT_MOST = re.compile("以内|以下|控制在|不超过|降至|降到|压减|低于")
_AT_LEAST = re.compile("不少于|不低于|达到|以上|提高到|超过|实现|确保|力争|新增|新建|增配|招录")


@dataclass(frozen=True, slots=True)
class Pair:
    """Something the earlier report says and what the later one says of it (best first, or none).

    ``verdict`` compares a target with the later figure where both are figures of one indicator.
    ``near`` is what reads most like an answer where nothing says the same in its words.
    """

    before: DraftLine
    after: tuple[DraftLine, ...] = ()
    verdict: Note | None = None
    near: DraftLine | None = None


@dataclass(frozen=True, slots=True)
class FollowThrough:
    """What became of the problems and plans of ``earlier`` in ``later``."""

    earlier: Report
    later: Report
    repeated: tuple[Pair, ...]
    new: tuple[DraftLine, ...]
    gone: tuple[DraftLine, ...]
    plans: tuple[Pair, ...]


def consecutive(reports: Sequence[Held]) -> tuple[Held, Held] | None:
    """Return the last two reports of one issuer a year apart, earlier first; None if there are none."""
    ordered = sorted((r for r in reports if r.meta.year), key=lambda r: r.meta.year or 0)
    by_body: defaultdict[str, list[Held]] = defaultdict(list)
    for report in ordered:
        by_body[body_name(report.meta)].append(report)
    for later in reversed(ordered):
        for earlier in reversed(by_body[body_name(later.meta)]):
            a_year_on = (earlier.meta.year or 0) + 1 == later.meta.year
            if a_year_on and of_one_office(earlier.meta, later.meta):
                return earlier, later
    return None


def with_the_other_year(query: Query, scope: Resolved, holdings: Holdings) -> Resolved:
    """Return the scope of a question that names one of the two years it is about with both.

    What is new, gone or left in 2023 is told beside the year before, where that is held; else what
    became of a year's problems is told beside the year after, as what became of its plans is.
    """
    wanted = aspect(query)
    if len(scope.reports) != 1 or len(query.years) > 1 or wanted is None:
        return scope
    held = {h.id: h for h in holdings.inside(query.places)}
    own = held.get(scope.reports[0])
    if own is None or not (wanted == "plans" or _picks(query, wanted)):
        return scope
    year = own.meta.year or 0
    before, after = (year - 1,), (year + 1,) if wanted != "new" else ()
    for other in (*after, *before) if wanted == "plans" else (*before, *after):
        pair = consecutive([own, *(h for h in held.values() if h.meta.year == other)])
        if pair is not None:
            return replace(scope, reports=tuple(h.id for h in pair))
    return scope


def aspect(query: Query) -> Aspect | None:
    """Return what of two years a question asks for; None if it asks for no follow-through."""
    if query.ask.content == "causes" or query.ask.operation == "brief":
        return None  # 说好派骨干，结果没凑够，啥原因; 写一段讲讲承诺兑现
    words = normalise(query.question)
    if _PROBLEM.search(words) or query.ask.content == "problems":
        for name, asks in _ASKS.items():
            if asks.search(words):
                return name
    if _ASKS_PLANS.search(words) and query.ask.operation not in ("change", "rank"):
        return "plans"  # 两年的败诉率对比，达标没有: of two wishes the second
    return None


def _picks(query: Query, wanted: Aspect | None) -> bool:
    """Tell whether some problems of several are asked for: 哪些仍然存在, unlike 仍然存在哪些."""
    words = normalise(query.question)
    sign = _ASKS[wanted].search(words) if wanted in _ASKS else None
    return wanted == "new" or (sign is not None and "哪" in words[: sign.start()])


def applies(desk: Desk) -> bool:
    """Tell whether a question is about two years of one issuer, both at hand."""
    return aspect(desk.query) is not None and consecutive(desk.reports) is not None


def answer(desk: Desk, facts: Facts | None = None) -> Draft | None:
    """Return the draft for a question that applies; None if no plan is on the theme asked."""
    wanted = aspect(desk.query)
    years = consecutive(desk.reports) if wanted else None
    if wanted is None or years is None:
        return None
    if facts is None and desk.library is not None:
        facts = desk.library.facts
    found = follow(*years, facts=facts)
    if wanted == "plans":
        asked = _asked_plans(desk, found)
        return _plans_draft(found, _with_the_nearest(desk, found.later, asked)) if asked else None
    return draft(found, (wanted,))


def follow(earlier: Report, later: Report, *, facts: Facts | None = None) -> FollowThrough:
    """Pair the problems and plans of ``earlier`` with what ``later`` says.

    ``facts`` gives the ledger of a report, for targets.
    """
    old, new = points(earlier, "problems"), points(later, "problems")
    background = [line.folded for report in (earlier, later) for line in read(report).lines]
    repeated, taken = [], set()
    for score, i, j in _best_pairs([p.text for p in old], [p.text for p in new], background):
        if score < ENOUGH_FOR_PROBLEM:
            break
        repeated.append((i, Pair(old[i].line, (new[j].line,))))
        taken.add(j)
    kept = {i for i, _ in repeated}
    return FollowThrough(
        earlier,
        later,
        tuple(pair for _, pair in sorted(repeated, key=lambda item: item[0])),
        tuple(p.line for j, p in enumerate(new) if j not in taken),
        tuple(p.line for i, p in enumerate(old) if i not in kept),
        tuple(_plan_pairs(earlier, later, facts)),
    )


def _best_pairs(
    old: Sequence[str], new: Sequence[str], background: Sequence[str]
) -> list[tuple[float, int, int]]:
    """Return pairs of items, each item once, the likest first: as wholes, or by one clause each."""
    whole = Likeness([*old, *new], background)
    parts = [[c for c in CLAUSE_END.split(text) if len(c) >= 4] or [text] for text in (*old, *new)]
    flat = [(i, clause) for i, clauses in enumerate(parts) for clause in clauses]
    clauses = Likeness([clause for _, clause in flat], background)
    scores = {(i, j): whole.of(i, len(old) + j) for i in range(len(old)) for j in range(len(new))}
    for a, (i, _) in enumerate(flat):
        for b, (k, _) in enumerate(flat):
            if i < len(old) <= k:
                key = (i, k - len(old))
                scores[key] = max(scores[key], 0.8 * clauses.of(a, b))
    chosen: list[tuple[float, int, int]] = []
    for (i, j), score in sorted(scores.items(), key=lambda pair: (-pair[1], pair[0])):
        if all(i != a and j != b for _, a, b in chosen):
            chosen.append((score, i, j))
    return chosen


# ---- plans ----------------------------------------------------------------------------------


def _plan_pairs(earlier: Report, later: Report, facts: Facts | None) -> list[Pair]:
    plans = [
        (line, clause)
        for leaf in leaves(earlier, {"plans"})  # 2024年工作打算 heads them and is none
        for line in leaf.lines
        for clause in _deeds(earlier, line)
    ]
    told = [line for line in read(later).lines if line.role not in _NOT_YET]
    answers = [(line, clause) for line in told for clause in line.clauses if len(clause.span) >= 6]
    if not plans or not answers:
        return [Pair(_clause_quote(earlier, c.span)) for _, c in plans]
    texts = [c.folded for _, c in (*plans, *answers)]
    background = [line.folded for report in (earlier, later) for line in read(report).lines]
    likeness = Likeness(texts, background)
    targets = _facts_by_clause(earlier, [c for _, c in plans], facts)
    results = _facts_by_clause(later, [c for _, c in answers], facts)
    pairs = []
    for i, (_, plan) in enumerate(plans):
        scored = []
        for j in range(len(answers)):
            score = likeness.of(i, len(plans) + j)
            if _shared_indicator(targets[i], results[j]):
                score += SAME_INDICATOR
            scored.append((score, j))
        scored.sort(key=lambda pair: (-pair[0], pair[1]))
        best = scored[0][0]
        if best < ENOUGH_FOR_PLAN:
            pairs.append(Pair(_clause_quote(earlier, plan.span)))
            continue
        near = [j for score, j in scored[:4] if score >= max(ENOUGH_FOR_PLAN, _NEAR_BEST * best)]
        spans = dict.fromkeys(_telling(later, *answers[j]) for j in near)
        verdict = next((v for j in near if (v := _verdict(plan, targets[i], results[j]))), None)
        quotes = tuple(_clause_quote(later, span) for span in list(spans)[:2])
        pairs.append(Pair(_clause_quote(earlier, plan.span), quotes, verdict))
    return pairs


def _with_the_nearest(desk: Desk, later: Report, plans: Sequence[Pair]) -> list[Pair]:
    """Return the plans, those that no words answer with the sentence that reads most like it."""
    bare = [pair for pair in plans if not pair.after][:MOST_READ]
    near = {id(pair): _nearest(desk, later, pair.before.text) for pair in bare}
    return [replace(pair, near=near.get(id(pair))) for pair in plans]


def _nearest(desk: Desk, later: Report, plan: str) -> DraftLine | None:
    near = desk.near_to(later.id, plan)
    if not near:
        return None
    reading = read(later)
    lines = [line for line in reading.lines if line.role not in _NOT_YET]
    ask = Ask("figure", "tell")
    asked = Query(plan, plan, "fact", terms=content_terms(plan), ask=ask)
    found = likely(asked, reading, lines, NOTHING_SPOKEN, (), near, desk.pairs, ENOUGH_IN_MEANING)
    return _clause_quote(later, found.span) if found else None


def _deeds(report: Report, line: Line) -> list[Clause]:
    """Return the clauses of a sentence of plans that say a deed, not only its name or purpose."""
    found = []
    for clause in line.clauses:
        start = bare_start(report.text, clause.span)
        span = Span(start, clause.span.end)
        if len(span) >= 8:
            found.append(Clause(span, fold(report.text[span.start : span.end]), clause.figures))
    return found


def _telling(report: Report, line: Line, clause: Clause) -> Span:
    """Return the clause with as many of its neighbours as make a run that can stand alone."""
    runs = [
        s
        for s in pieces(report.text, line.span, 90, loose=True)
        if s.start <= clause.span.start and clause.span.end <= s.end + 1
    ]
    return min(runs, key=len, default=clause.span)


def _clause_quote(report: Report, span: Span) -> DraftLine:
    start = bare_start(report.text, span)
    end, words = words_without(report.text, start, span.end, "，,；;。、：: \n")
    return DraftLine(typeset(words), "claim", (Cited(report.id, start, end),))


def _facts_by_clause(
    report: Report, clauses: Sequence[Clause], facts: Facts | None
) -> list[list[Fact]]:
    known = facts(report.id) if facts else ()
    return [
        [f for f in known if c.span.start <= f.quantity.start < c.span.end and f.period != "last"]
        for c in clauses
    ]


def _shared_indicator(target: Sequence[Fact], result: Sequence[Fact]) -> bool:
    named = {f.indicator for f in target if f.indicator}
    return any(f.indicator in named for f in result)


def _verdict(plan: Clause, target: Sequence[Fact], result: Sequence[Fact]) -> Note | None:
    """Compare a target with the figure reported later, where both are of one indicator and unit."""
    for goal in target:
        for done in result:
            if goal.indicator is None or goal.indicator != done.indicator:
                continue
            (aim, unit), (value, other) = canonical(goal.quantity), canonical(done.quantity)
            if unit != other or Decimal(-1) in (aim, value):
                continue
            at_most, at_least = _AT_MOST.search(plan.folded), _AT_LEAST.search(plan.folded)
            if not at_most and not at_least:
                return None
            met = value <= aim if at_most else value >= aim
            kind = "goal_met" if met else "goal_missed"
            return Note(kind, {"goal": str(goal.value), "done": str(done.value)})
    return None


def _asked_plans(desk: Desk, found: FollowThrough) -> list[Pair]:
    """Return the plans that a question asks after: all, or those on its subject, if any is."""
    query = desk.query
    wish = _ASKS_PLANS.search(normalise(query.question))
    # 打算2024年兑现 says that plans are asked after, and not which
    said = wish.group() if wish else ""
    spoken = (*query.terms, *query.carried)
    terms = [t for t in spoken if is_theme(t) and not (t.word in said or said in t.word)]
    if terms or query.figures:
        themes = [content_terms(word) for word in query.ask.theme if word not in said]
        named = [pair for theme in themes for pair in _on_theme(found.plans, theme)]
        named = named or _on_theme(found.plans, terms) or _in_meaning(desk, found)
        if named or query.ask.content != "plans" or themes:
            return [pair for pair in found.plans if pair in named]
    untagged = [word for word in subject(query) if word not in said]
    # 许的愿, 立的flag are plans, and no subject
    every = query.ask.content == "plans" or not untagged
    return _in_meaning(desk, found, SURELY_MEANT) or (list(found.plans) if every else [])


def _in_meaning(desk: Desk, found: FollowThrough, least: float = ENOUGH_IN_MEANING) -> list[Pair]:
    """Return the plans in the sentence that tells most likely what is asked, if that is likely."""
    best = desk.likeliest(found.earlier, 1, least, role="plans")
    return [
        pair
        for pair in found.plans
        for evidence in best
        if any(meet(evidence.line.span, c.start, c.end) for c in pair.before.cites)
    ]


def _on_theme(plans: Sequence[Pair], terms: Sequence[Term]) -> list[Pair]:
    """Return the plans a question's terms speak of: those that hold most of their weight."""
    total = sum(t.weight for t in terms) or 1.0
    scored = [
        (sum(t.weight * t.match(fold(p.before.text)) for t in terms) / total, p) for p in plans
    ]
    best = max((score for score, _ in scored), default=0.0)
    if best < ENOUGH_ON_THEME * 0.7:
        return []
    return [pair for score, pair in scored if score >= best - 0.1]


# ---- as an answer ---------------------------------------------------------------------------


def draft(found: FollowThrough, aspects: Sequence[Aspect] = ("problems", "plans")) -> Draft:
    """Return the findings as lines: problems that stayed, came and went, then the plans."""
    lines: list[DraftLine] = []
    old, new = report_name(found.earlier.meta), report_name(found.later.meta)
    if "repeated" in aspects or "problems" in aspects:
        lines.append(
            note("problems_repeated", earlier=old, later=new, count=len(found.repeated))
            if found.repeated
            else note("no_problem_repeated")
        )
        for pair in found.repeated:
            lines += [pair.before, *pair.after]
    if "new" in aspects or "problems" in aspects:
        lines += _listed(Note("problems_new", {"later": new}), found.new)
    if "gone" in aspects or "problems" in aspects:
        lines += _listed(Note("problems_gone", {"earlier": old, "later": new}), found.gone)
    if "plans" in aspects:
        return Draft((*lines, *_plans_draft(found, found.plans).lines))
    cites = tuple(c for line in lines for c in line.cites)
    return Draft(tuple(lines), items=cites, focus=cites)


def _plans_draft(found: FollowThrough, plans: Sequence[Pair]) -> Draft:
    name, later = body_name(found.later.meta), found.later.meta.year
    years = {"earlier": found.earlier.meta.year or 0, "later": later or 0}
    lines = [note("plans_followed", place=name, **years)]
    for pair in plans:
        lines.append(note("planned"))
        lines.append(pair.before)
        lines.append(note("done" if pair.after else "nothing_done", year=later or 0))
        lines += pair.after
        if pair.near:
            lines += [note("nearest_done"), pair.near]
        if pair.verdict:
            lines.append(DraftLine("", "note", note=pair.verdict))
    cites = tuple(c for line in lines for c in line.cites)
    return Draft(tuple(lines), focus=cites)


def _listed(title: Note, quotes: Sequence[DraftLine]) -> list[DraftLine]:
    if not quotes:
        return [note("none_listed", what=title)]
    return [note("listed", what=title, count=len(quotes)), *quotes]
