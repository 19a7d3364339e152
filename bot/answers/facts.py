"""One fact from one report: the words that answer, and what the question itself got wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.evidence.absence import holds, words_of
from bot.evidence.counted import counted
from bot.evidence.drafting import Desk, Draft, alone, cited, claim
from bot.evidence.likely import likely, ordered
from bot.evidence.premises import judge_premises
from bot.evidence.reading import Line, Reading
from bot.evidence.selection import Evidence
from bot.evidence.signs import NOTHING_SPOKEN
from bot.evidence.silence import silent
from bot.notes import note
from bot.values import DraftLine
from retrieval.documents import Report, Span
from retrieval.question.parts import parts
from retrieval.question.query import Query
from retrieval.question.scope import sets_for_a_year
from retrieval.question.terms import Term, content_terms, is_theme, is_topical
from retrieval.text.normalise import fold

# the weighted share of the topics left out that a second span must hold
ALL_LEFT = 0.85
# how likely a figure must answer where the word for what is counted stands nowhere
SURE_WITHOUT_THE_WORD = 0.5


def one_report(desk: Desk) -> Draft:
    """Answer a fact from the one report in scope, correcting what the question got wrong."""
    found = answer_in(desk, desk.reports[0])
    if not found or (_unsure(found) and _lacks_what_is_asked(desk.query, desk.reports[0])):
        return _as_it_stands(desk, silent(desk, in_meaning=not found))
    near = _near_alone(desk, found)
    if near and not any(e.coverage for e in found):
        # no word of the question stands there: 常住人口, and 群众达5万人
        return silent(desk, in_meaning=False)
    judged = judge_premises(desk.query, found, desk.reports[0])
    before = [*near, *judged.notes]
    lines = [claim(desk.reports[0], span) for span in judged.extra]
    if not (judged.settled and judged.extra):
        lines += [claim(desk.reports[0], alone(desk.reports[0], e.span)) for e in found]
    return Draft(
        tuple(lines),
        focus=tuple(cited(e) for e in found),
        before=tuple(before),
        figures=tuple(e.figure for e in found if e.figure is not None),
    )


def _as_it_stands(desk: Desk, refused: Draft) -> Draft:
    """Tell who asserts a figure and asks whether it is so what the report says of it; else refuse."""
    query = desk.query
    asserted = query.ask.operation == "verify" and query.figures and not query.inherited
    if not (asserted and refused.lines) or desk.only_years:
        return refused
    return replace(refused, status="answered", before=(note("not_so_found"),))


def _near_alone(desk: Desk, found: Sequence[Evidence]) -> list[DraftLine]:
    """Say that the word for what is counted stands nowhere, where a figure may count another thing.

    Everyday words stand in no report either (几个毛病), so only where the fit is unsure, too, and
    only what was searched is said.
    """
    report, thing = desk.reports[0], counted(desk.query)
    if thing is None or not _unsure(found) or holds(report, words_of((thing,)) or (thing.word,)):
        return []
    return [note("near_alone", thing=thing.word)]


def _unsure(found: Sequence[Evidence]) -> bool:
    return all(e.chance < SURE_WITHOUT_THE_WORD for e in found)


def _lacks_what_is_asked(query: Query, report: Report) -> bool:
    """Tell whether the only word asked for, or the last theme of a figure's several, is nowhere.

    云城的人口, 350件里涉及征地拆迁的有几件.
    """
    asked: Sequence[Term] = ()
    if len(query.terms) == 1:
        asked = query.terms
    elif query.wants in ("number", "percent", "date") and len(query.ask.theme) > 1:
        asked = content_terms(query.ask.theme[-1])
    words = words_of(asked)
    return bool(words) and not holds(report, words)


def answer_in(desk: Desk, report: Report) -> list[Evidence]:
    """Return the evidence for a fact in one report: a span for each thing asked."""
    reading = desk.reading(report)
    lines = candidates(desk, report)
    known = desk.ledger(report.id)
    chosen: list[Evidence] = []
    parts_asked = asked_parts(desk.query)
    for part in parts_asked:
        here, focus = beside(part, lines, [e.line for e in chosen])
        spoken, near = desk.spoken(report, focus), desk.near(report.id)
        best = likely(part, reading, here, spoken, known, near, desk.pairs)
        if best:
            chosen.append(best)
    if len(chosen) == len(parts_asked) == 1 and desk.query.kind == "fact":
        chosen += _uncovered(desk, reading, lines, chosen[0])
        if all(e.line.row is not None for e in chosen):
            chosen.sort(key=lambda e: e.span.start)
    return _joined(chosen)


def asked_parts(query: Query) -> list[Query]:
    """Return the things a fact question asks, each to be answered by itself."""
    return [_spoken_of(part) for part in parts(query)]


def beside(
    part: Query, lines: Sequence[Line], told: Sequence[Line]
) -> tuple[Sequence[Line], list[Span]]:
    """Return the lines that a further part is looked for in, and those it stands beside.

    One that names nothing of its own asks on in the sentence before: 审了多少件，提了多少条.
    """
    if not told or part.role is not None:
        return lines, []
    here = lines if any(is_theme(t) for t in part.terms) else told[-1:]
    return here, [line.span for line in told]


def _spoken_of(query: Query) -> Query:
    """Return a query that names nothing of its own (具体是百分之几) with what was just spoken of."""
    if query.terms and query.carried and not any(is_theme(t) for t in query.terms):
        return replace(query, terms=query.carried, carried=())
    return query


def candidates(desk: Desk, report: Report) -> Sequence[Line]:
    """Return the lines worth weighing: those the question stays with, or all."""
    lines = desk.lines(report)
    if desk.only_years:
        return [line for line in lines if _speaks_of(desk, report, line)]
    return lines


def _speaks_of(desk: Desk, report: Report, line: Line) -> bool:
    """A report of another year answers for an asked year only in words that name that year.

    A report of years later only tells it in a table. A plan answers only where what was aimed at is
    asked for: whether it came true the report that made it cannot know.
    """
    if line.role == "plans" and not _asks_what_was_aimed_at(desk.query):
        return False
    for year in desk.only_years:
        if report.meta.year is not None and report.meta.year - year > 1 and line.row is None:
            continue
        if str(year) in line.folded or (report.meta.year == year - 1 and line.role == "plans"):
            return True
    return False


def _asks_what_was_aimed_at(query: Query) -> bool:
    return query.role == "plans" or sets_for_a_year(query.question)


def _uncovered(
    desk: Desk, reading: Reading, lines: Sequence[Line], first: Evidence
) -> list[Evidence]:
    """Return evidence for the topics the first span leaves out (复议和信访各是多少)."""
    query = desk.query
    if not re.search("各|分别|和|与|、", query.topic):
        return []
    known, near = desk.ledger(reading.report.id), desk.near(reading.report.id)
    if first.line.row is not None:
        asked = fold(query.question)
        others = (ln for ln in lines if ln is not first.line)
        rows = [ln for ln in others if ln.row is not None and fold(ln.row.label) in asked]
        return ordered(query, reading, rows, known, near, len(rows))
    text = fold(reading.report.text[first.line.span.start : first.line.span.end])
    left = tuple(t for t in query.terms if is_topical(t) and t.match(text) < 0.5)
    found = (
        likely(replace(query, terms=left), reading, lines, NOTHING_SPOKEN, known, near)
        if left
        else None
    )
    return [found] if found and found.coverage >= ALL_LEFT else []


def _joined(chosen: Sequence[Evidence]) -> list[Evidence]:
    """Return the evidence without repeats; two spans of one sentence become the one around both."""
    kept: list[Evidence] = []
    for evidence in chosen:
        twin = next((e for e in kept if e.line is evidence.line), None)
        if twin is None:
            kept.append(evidence)
            continue
        span = Span(
            min(twin.span.start, evidence.span.start), max(twin.span.end, evidence.span.end)
        )
        if len(span) <= 260:
            kept[kept.index(twin)] = replace(twin, span=span)
        elif evidence.span != twin.span:
            kept.append(evidence)
    return kept
