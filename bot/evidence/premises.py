"""What a question takes for granted, held against the report: figures, directions, names.

A note says 是的 only where the report's own figure for that very subject is the asked one,
and corrects only where it is another. In doubt nothing is said: the quoted words speak.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.evidence.binding import (
    Asserted,
    Placed,
    asserted_figures,
    beside,
    bind,
    comparable,
    is_total,
    placed_figures,
    subject_terms,
    way,
)
from bot.evidence.premise_names import judge_names
from bot.evidence.reading import Clause, Line, Reading, read
from bot.evidence.selection import Evidence, claim_span
from bot.evidence.units import unit_fit
from bot.notes import Note, note
from bot.values import DraftLine
from retrieval.documents import Report, Span
from retrieval.genre.directions import Direction
from retrieval.genre.lexicon import pattern
from retrieval.genre.quantities import Quantity
from retrieval.genre.quantity_values import is_some_over, same_number, same_value
from retrieval.question.query import Query
from retrieval.question.terms import SYNONYM_MATCH, Term, is_theme, is_topical
from retrieval.text.marks import CLAUSE_END, PART_END
from retrieval.text.normalise import fold, normalise

# A figure is the one asked about from this score on, if no rival comes within the margin.
SURE, CORRECTS, MARGIN = 0.72, 0.66, 0.08
_CONFIRM = re.compile(
    "(?:吗|吧|对不对|是不是|是否属实|没错|是真的|真的)[?？。!！]*$|是不是|是否|属实|对[吗吧]|是[吗吧]|没错吧|真的吗"
    "|^(?:did|is|are|was|were|does|do|has|have)\\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Premises:
    """Notes on what the question asserts, and the words of the report that bear them out.

    ``extra`` are spans to cite before the other claims; ``settled`` says that they answer the
    whole question, so that nothing else need be cited. ``corrects``: a figure is not as asked.
    """

    notes: tuple[DraftLine, ...] = ()
    extra: tuple[Span, ...] = ()
    settled: bool = False
    corrects: bool = False


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What the report says of one asserted figure: ``wrong`` with ``place`` as what is so."""

    asserted: Asserted
    place: Placed | None = None
    wrong: bool = False
    right: bool = False
    turned: bool = False
    absent: bool = False
    elsewhere: Placed | None = None


def judge_premises(query: Query, found: Sequence[Evidence], report: Report) -> Premises:
    """Hold the question's figures, directions, comparisons and names against the report."""
    reading = read(report)
    verdicts = _judge_figures(query, reading)
    missed = _missed(verdicts, query, reading)
    if missed:
        return Premises((note("said_otherwise"),), _uncovered(missed, found), corrects=True)
    wrong = [v for v in verdicts if v.wrong or v.turned or v.absent]
    places = [v.place for v in (wrong or verdicts) if v.place is not None and not v.absent]
    extra = _uncovered([_claim(p, query) for p in places], found)
    confirms = bool(_CONFIRM.search(query.question.strip()))
    settled = bool(places) and confirms
    if wrong:
        return Premises((_correction(wrong, report),), extra, settled, corrects=True)
    astray = [v for v in verdicts if _astray(v, query, found, report, confirms=confirms)]
    if astray:
        places = [v.place for v in astray if v.place is not None]
        said = tuple(
            Note("figure_is", {"figure": p.quantity.text, "words": _brief(p, report)})
            for p in places
        )
        spans = [_claim(p, query) for p in places]
        return Premises((note("figures_are", said=said),), _uncovered(spans, found))
    misnamed = judge_names(query, found, reading)
    if misnamed is not None:
        spans = [misnamed.span] if misnamed.span else []
        return Premises((DraftLine("", "note", note=misnamed.note),), _uncovered(spans, found))
    direction = _judge_direction(query, reading, found)
    if direction is not None:
        return direction
    if (
        verdicts
        and confirms
        and all(v.right and _whole(query, v) for v in verdicts)
        and not _only_planned(query, verdicts)
        and (
            query.direction is None
            or any(v.place and v.place.change == query.direction for v in verdicts)
        )
    ):
        return Premises((note("confirmed"),), extra, settled)
    shown = [v.place for v in verdicts if v.right and v.place]
    return Premises(extra=extra if shown and not found else ())


def _only_planned(query: Query, verdicts: Sequence[_Verdict]) -> bool:
    """Tell whether what is asked as done stands in a plan: 计划选派60名 bears no 60人都派到位了吧 out.

    A mark that is asked about (目标定在5%) is one that is to be reached.
    """
    asked = normalise(query.question)
    if not pattern("done").search(asked) or pattern("promised").search(asked):
        return False
    told = [v.place for v in verdicts if v.place is not None]
    return any(
        (p.line.role == "plans" or pattern("plan").search(p.line.folded))
        and not pattern("done").search(p.line.folded)
        for p in told
    )


def _judge_figures(query: Query, reading: Reading) -> list[_Verdict]:
    asserted = asserted_figures(query)
    if not asserted:
        return []
    placed = placed_figures(reading)
    return [_judge_figure(_in_kind(a, placed), placed, query, reading) for a in asserted]


_SHORTEST_SUBJECT = 2
_NOT_REACHED = re.compile("(?:没有?|未能?)达到?")


def _missed(verdicts: Sequence[_Verdict], query: Query, reading: Reading) -> list[Span]:
    """Return the words that say an asserted mark was not reached, and the figure that was, if told.

    出庭率没有达到90%: the figure is the one that another clause joins to the same subject.
    """
    asked = normalise(query.question)
    if pattern("denial").search(asked) or _NOT_REACHED.search(asked):
        return []
    spans: list[Span] = []
    for place in (v.place for v in verdicts if v.place is not None and not v.wrong):
        said = _NOT_REACHED.search(place.before)
        subject = CLAUSE_END.split(place.before[: said.start()])[-1] if said else ""
        if len(subject) < _SHORTEST_SUBJECT:
            continue
        told = [
            (p, CLAUSE_END.split(p.before)[-1])
            for p in placed_figures(reading)
            if comparable(place.quantity, p.quantity) and p.line.role != "plans"
        ]
        reached = next(
            (
                p
                for p, own in told
                if len(own) >= _SHORTEST_SUBJECT
                and (subject.endswith(own) or own.endswith(subject))
            ),
            None,
        )
        spans += [_claim(p, query) for p in (place, reached) if p is not None]
    return spans


def _in_kind(asserted: Asserted, placed: Sequence[Placed]) -> Asserted:
    """Return a figure said without its unit as the report tells that number: 70.7 as 70.7%.

    A bare number with decimals that stands nowhere is taken for a rate.
    """
    bare = asserted.quantity
    if bare.unit or bare.kind != "number" or bare.value is None:
        return asserted
    alike = [p.quantity for p in placed if p.quantity.value == bare.value]
    if any(comparable(bare, q) for q in alike):
        return asserted
    if not alike and bare.value == bare.value.to_integral_value():
        return asserted
    kind, unit = (alike[0].kind, alike[0].unit) if alike else ("percent", "%")
    return replace(asserted, quantity=bare._replace(kind=kind, unit=unit))


def _judge_figure(
    asserted: Asserted, placed: Sequence[Placed], query: Query, reading: Reading
) -> _Verdict:
    """Find the figure that the report gives for what the question speaks of, and compare."""
    held: tuple[float, Placed] | None = None
    rival: tuple[float, Placed] | None = None
    for place in placed:
        if not comparable(asserted.quantity, place.quantity):
            continue
        score = bind(asserted, place, query, reading.report.meta.year)
        if _holds(asserted, place):
            if held is None or score > held[0]:
                held = score, place
        else:
            score -= MARGIN + 0.04 if is_total(place) else 0.0  # 共35件 sums up other subjects, too
            if rival is None or score > rival[0]:
                rival = score, place
    best = held[0] if held else 0.0
    other = rival[0] if rival else 0.0
    told = (
        rival is not None
        and other >= max(best, CORRECTS)
        and _speaks_of_it(asserted, rival[1], exactly=True)
        and not (held and _speaks_of_it(asserted, held[1], exactly=True))
    )  # the other figure stands beside the very words asked, this one does not
    if held and best >= other - MARGIN and best >= 0.5 and not told:
        if asserted.change and held[1].change and asserted.change != held[1].change:
            return _Verdict(asserted, held[1], turned=True)
        sure = best >= SURE and best >= other + MARGIN and not (held[1].shared or held[1].former)
        return _Verdict(asserted, held[1], right=sure and _speaks_of_it(asserted, held[1]))
    # 共35件 beside 一类15件: the total stands there, and parts of it are asked for
    summed = bool(held and rival and held[1].line is rival[1].line and is_total(held[1]))
    if (
        rival
        and (told or (other >= CORRECTS and other >= best + MARGIN))
        and not (rival[1].shared or summed)
    ):
        if asserted.change and rival[1].change and asserted.change != rival[1].change:
            return _Verdict(asserted, rival[1], wrong=True, turned=True)
        return _Verdict(
            asserted,
            rival[1],
            wrong=True,
            elsewhere=_elsewhere(asserted, held, rival, placed),
        )
    if (
        held is None
        and asserted.relation == "equal"
        and asserted.quantity.unit
        and not any(same_number(asserted.quantity, p.quantity) for p in placed)
        and not stands_in(asserted.quantity, reading)
    ):
        return _Verdict(asserted, absent=True)
    if held and len({(p.span.start) for p in placed if asserted.holds(p.quantity)}) == 1:
        return _Verdict(asserted, held[1])
    return _Verdict(asserted)


def _elsewhere(
    asserted: Asserted,
    held: tuple[float, Placed] | None,
    rival: tuple[float, Placed],
    placed: Sequence[Placed],
) -> Placed | None:
    """Return where the asked figure stands for something else: beside the right one, or once only."""
    if held is None or asserted.relation != "equal":
        return None
    told = {p.span.start for p in placed if p.line.row is None and asserted.holds(p.quantity)}
    return held[1] if held[1].line is rival[1].line or len(told) == 1 else None


def _holds(asserted: Asserted, place: Placed) -> bool:
    """Tell whether a figure makes the claim true; of two targets, or marks missed, only the same does.

    A rate of 3% is below 5%, but who aims at 以内3% does not aim at 以内5%.
    """
    if asserted.relation != "equal" and place.line.role == "plans":
        return same_number(asserted.quantity, place.quantity)
    if asserted.relation in ("less", "most") and _NOT_REACHED.search(place.before):
        return same_number(asserted.quantity, place.quantity)
    return asserted.holds(place.quantity)


def _speaks_of_it(asserted: Asserted, place: Placed, *, exactly: bool = False) -> bool:
    """Every term beside the asked figure stands beside the report's, in a like unit."""
    enough = 1.0 if exactly else SYNONYM_MATCH
    near = beside(asserted, place)
    if unit_fit(asserted.quantity.unit, place.quantity.unit) == "other":
        return False
    return all(t.match(near) >= enough for t in asserted.own if is_theme(t))


def _astray(
    verdict: _Verdict, query: Query, found: Sequence[Evidence], report: Report, *, confirms: bool
) -> bool:
    """The asked figure stands in the report, but nowhere near what the question joins it to."""
    place = verdict.place
    if place is None or verdict.right or verdict.asserted.relation != "equal":
        return False
    words = place.line.folded + place.line.lead + place.line.path
    lost = any(is_theme(t) and not t.match(words) for t in verdict.asserted.own)
    uncovered = bool(_uncovered([_claim(place, query)], found))
    return (lost or confirms) and uncovered and bool(_brief(place, report))


def stands_in(figure: Quantity, reading: Reading) -> bool:
    """Tell whether a figure stands somewhere in the report, headings and damaged places included.

    Said without a unit, 70.7 stands there as 70.7%, too; 个 counts anything: 14个 as 14名.
    """
    held = [q for line in reading.lines for clause in line.clauses for q in clause.figures]
    if any(
        same_value(figure, q) or (figure.unit in ("", "个") and figure.value == q.value)
        for q in held
    ):
        return True
    if any(is_some_over(figure, q) for q in held):
        return True
    number = figure.text.removesuffix(figure.unit)
    written = re.escape(figure.text if figure.unit else number)
    return bool(re.search(rf"(?<![0-9.]){written}(?![0-9]|\.[0-9])", fold(reading.report.text)))


def _whole(query: Query, verdict: _Verdict) -> bool:
    """All that the question says stands around the figure, not the figure alone."""
    place = verdict.place
    if place is None:
        return False
    line = place.line
    words = line.folded + line.lead + line.path
    return all(t.match(words) >= 0.5 for t in query.terms if is_topical(t))


def _correction(wrong: Sequence[_Verdict], report: Report) -> DraftLine:
    """Word what differs; a figure that stands elsewhere is named with what it counts there."""
    if all(v.turned and not v.wrong for v in wrong):
        said = dict.fromkeys(
            Note("rose" if v.place and v.place.change == "up" else "fell") for v in wrong
        )
        return note("went", way=tuple(said))
    asked = tuple(Note("quoted", {"words": v.asserted.said}) for v in wrong)
    only = wrong[0]
    if len(wrong) == 1 and only.elsewhere and only.place:
        words = _brief(only.elsewhere, report)
        if words:
            figure = only.elsewhere.quantity.text
            held = Note("figure_is", {"figure": figure, "words": words})
            return note("figure_elsewhere", asked=asked, held=held)
    if all(v.absent for v in wrong):
        return note("no_such_figure", asked=asked)
    return note("figure_wrong", asked=asked)


def _brief(place: Placed, report: Report) -> str:
    """Return the figure with the words just before it, or nothing where they run long."""
    words = report.text[place.clause.span.start : place.span.end]
    words = PART_END.split("".join(words.split()))[-1]
    return words if len(place.quantity.text) + 2 <= len(words) <= 24 else ""


def _claim(place: Placed, query: Query) -> Span:
    return claim_span(place.line, place.clause, list(query.terms))


def _uncovered(spans: Sequence[Span], found: Sequence[Evidence]) -> tuple[Span, ...]:
    """Return the spans that no evidence holds, each once."""
    held = [e.span for e in found]
    return tuple(
        s for s in dict.fromkeys(spans) if not any(h.start <= s.start and s.end <= h.end for h in held)
    )  # fmt: skip


def _judge_direction(query: Query, reading: Reading, found: Sequence[Evidence]) -> Premises | None:
    """Say which way it went where the question says the other and gives no figure for it."""
    if query.direction is None or not _ASSERTS_WAY.search(query.question):
        return None
    terms = subject_terms(normalise(query.topic))
    sites = [
        (_share(terms, near, earlier, line), line, clause, said)
        for line, clause, near, earlier, said in _moves(reading, query)
    ]
    best = max((share for share, *_ in sites), default=0.0)
    leading = [site for site in sites if site[0] >= best - MARGIN]
    if best < CORRECTS or any(said == query.direction for *_, said in leading):
        return None
    _, line, clause, said = max(leading, key=lambda site: site[0])
    span = claim_span(line, clause, list(query.terms))
    way = Note("rose" if said == "up" else "fell")
    return Premises((note("went", way=way),), _uncovered([span], found))


_ASSERTS_WAY = re.compile(
    f"{_CONFIRM.pattern}|同比|比上年|比去年|为什么|为何|原因|怎么|咋", re.IGNORECASE
)
_SUBJECTLESS = re.compile("^(?:、|，|,)?(?:同比|同期|环比|较|比|分别|增幅|降幅|占比)")


def _moves(reading: Reading, query: Query) -> Iterator[tuple[Line, Clause, str, str, Direction]]:
    """Yield each clause with a figure that tells a change, with the words of its subject.

    A clause that names none (同比下降10%) has its subject in the one before, or ``earlier``.
    """
    for line in reading.lines:
        if line.role == "plans" and query.role != "plans":
            continue
        told = 0
        for i, clause in enumerate(line.clauses):
            said = way(clause.folded) if clause.figures else None
            if said is None:
                continue
            words = [c.folded for c in line.clauses[told:i]]
            told = i + 1
            if not _SUBJECTLESS.match(clause.folded):
                yield line, clause, clause.folded, "", said
                continue
            yield line, clause, "".join(words[-1:]) + clause.folded, "".join(words), said


def _share(terms: Sequence[Term], near: str, earlier: str, line: Line) -> float:
    """Return the weighted share of terms in ``near``; what stands farther off counts for less."""
    total = sum(t.weight for t in terms)
    around = line.folded + line.lead + line.path
    held = sum(
        t.weight * max(t.match(near), 0.8 * t.match(earlier), 0.5 * t.match(around)) for t in terms
    )
    return held / total if total else 0.0
