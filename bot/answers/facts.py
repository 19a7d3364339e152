"""One fact from one report: the words that answer, and what the question itself got wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.evidence.absence import holds, words_of
from bot.evidence.drafting import Desk, Draft, alone, cited, claim
from bot.evidence.likely import likely
from bot.evidence.premises import judge_premises
from bot.evidence.reading import Line, Reading
from bot.evidence.selection import Evidence, select
from bot.evidence.silence import silent
from retrieval.documents import Report, Span
from retrieval.question.query import Query, parts
from retrieval.question.terms import content_terms, is_theme, is_topical, shared_words
from retrieval.text.normalise import fold

# The least weighted share of a question's terms that an answer's words must hold.
ENOUGH = 0.56


def one_report(desk: Desk) -> Draft:
    """Answer a fact from the one report in scope, correcting what the question got wrong."""
    found = answer_in(desk, desk.reports[0])
    if not found or _lacks_what_is_counted(desk.query, desk.reports[0]):
        return silent(desk)
    judged = judge_premises(desk.query, found, desk.reports[0])
    before = list(judged.notes)
    lines = [claim(desk.reports[0], span) for span in judged.extra]
    if not (judged.settled and judged.extra):
        lines += [claim(desk.reports[0], alone(desk.reports[0], e.span)) for e in found]
    return Draft(
        tuple(lines),
        focus=tuple(cited(e) for e in found),
        before=tuple(before),
        figures=tuple(e.figure for e in found if e.figure is not None),
    )


def _lacks_what_is_counted(query: Query, report: Report) -> bool:
    """Tell whether the last of several themes is nowhere in the report: 350件里涉及征地拆迁的有几件."""
    if query.wants not in ("number", "percent", "date") or len(query.ask.theme) < 2:
        return False
    words = words_of(content_terms(query.ask.theme[-1]))
    return bool(words) and not holds(report, words)


def answer_in(desk: Desk, report: Report) -> list[Evidence]:
    """Return the evidence for a fact in one report: a span for each thing asked."""
    reading = desk.reading(report)
    lines = candidates(desk, report)
    boosts = desk.boosts(report)
    known = desk.ledger(report.id)
    chosen: list[Evidence] = []
    for part in map(_spoken_of, parts(desk.query)):
        near = dict(boosts)
        for evidence in (
            chosen if part.role is None else ()
        ):  # the second ask is mostly answered beside the first
            start = evidence.line.span.start
            near[start] = near.get(start, 0.0) + 0.2
        here = lines
        if chosen and part.role is None and not any(is_theme(t) for t in part.terms):
            here = [chosen[-1].line]  # 审了多少件，提了多少条: the second asks on in that sentence
        ranked = select(part, reading, here, near, known=known)
        sure = [e for e in ranked if sure_of(part, e, following=bool(chosen))]
        if not sure and len(here) > 1:
            sure = _by_shared_words(part, ranked)
        if sure:
            chosen.append(sure[0])
        elif best := likely(
            part, reading, here, desk.hits, desk.state.focus, known, desk.near(report.id)
        ):
            chosen.append(best)
    if len(chosen) == 1 and desk.query.kind == "fact":
        chosen += _uncovered(desk, reading, lines, chosen[0], boosts)
        if all(e.line.row is not None for e in chosen):
            chosen.sort(key=lambda e: e.span.start)
    return _joined(chosen)


def _spoken_of(query: Query) -> Query:
    """Return a query that names nothing of its own (具体是百分之几) with what was just spoken of."""
    if query.terms and query.carried and not any(is_theme(t) for t in query.terms):
        return replace(query, terms=query.carried, carried=())
    return query


def candidates(desk: Desk, report: Report) -> Sequence[Line]:
    """Return the lines worth weighing: those the question stays with, or all."""
    reading = desk.reading(report)
    if desk.only_years:
        return [line for line in reading.lines if _speaks_of(desk, report, line)]
    here = [line for line in reading.lines if _beside_focus(desk, report, line)]
    if here:
        return here
    return reading.lines


def _beside_focus(desk: Desk, report: Report, line: Line) -> bool:
    """A follow-up with no topic of its own (同比增加还是减少) stays with the words last cited."""
    query = desk.query
    if not query.inherited or query.role or any(is_theme(t) for t in query.terms):
        return False
    return any(
        report.id == name and line.span.start < end and start < line.span.end
        for name, start, end in desk.state.focus
    )


def _speaks_of(desk: Desk, report: Report, line: Line) -> bool:
    """A report of another year answers for an asked year only in words that name that year.

    A report of years later only tells it in a table.
    """
    for year in desk.only_years:
        if report.meta.year is not None and report.meta.year - year > 1 and line.row is None:
            continue
        if str(year) in line.folded or (report.meta.year == year - 1 and line.role == "plans"):
            return True
    return False


def sure_of(query: Query, evidence: Evidence, *, following: bool = False) -> bool:
    """Decide whether evidence answers the question or the report is silent on it.

    The thresholds are where answerable and unanswerable cases part on the evaluation set: of
    301 answerable figures 14 fall below, of 25 unanswerable ones 2 lie above.
    """
    if query.change and not _says_change(evidence):
        return False
    if query.change and query.carried and not any(is_theme(t) for t in query.terms):
        return _of_what_was_spoken(query, evidence)  # 同比增加还是减少
    if following and not query.terms:
        return bool(query.carried)
    if not query.terms and query.carried:
        return True
    slack = 0.15 if query.carried or following else 0.0
    if query.wants in ("number", "percent", "date", "ordinal"):
        if evidence.figure is None:
            if evidence.none_said or query.figures or query.wants in ("date", "ordinal"):
                return evidence.coverage >= 0.7
            return query.yes_no and evidence.coverage >= ENOUGH
        if evidence.named and evidence.coverage >= 0.3 and evidence.score >= 0.85:
            return True
        return evidence.coverage >= 0.45 - slack and evidence.score >= 0.8 - slack
    return evidence.coverage >= ENOUGH - slack


def _of_what_was_spoken(query: Query, evidence: Evidence) -> bool:
    """The words speak of what a conversation is about: another thing's change is no answer."""
    spoken = [t for t in query.carried if is_topical(t)]
    return not spoken or any(t.match(evidence.line.folded) for t in spoken)


def _by_shared_words(query: Query, ranked: Sequence[Evidence]) -> list[Evidence]:
    """A second chance where segmentation failed: the line that shares a run of the topic's words.

    The run must be more than any single term, and at most two lines may share as long a one.
    """
    known = [word for term in query.terms for word in (term.word, *term.variants)]
    runs: list[tuple[int, Evidence]] = []
    for evidence in ranked:
        run = shared_words(query.topic, evidence.line.folded)
        fits = query.wants == "text" or evidence.figure is not None
        inside = any(run in word for word in known)
        if len(run) >= 4 and fits and not inside and evidence.coverage >= 0.3:
            runs.append((len(run), evidence))
    longest = max((length for length, _ in runs), default=0)
    found = [evidence for length, evidence in runs if length == longest]
    return found[:1] if len(found) <= 2 else []


def _says_change(evidence: Evidence) -> bool:
    """The cited clauses, or the rest of their sentence, say how something changed."""
    after = [c.folded for c in evidence.line.clauses if c.span.start >= evidence.span.start]
    return any(_CHANGE.search(words) for words in after[:4])


_CHANGE = re.compile(
    "同比|同期|环比|较|比(?:上|去|20)|上升|下降|增长|减少|增加|提高|降低|增幅|降幅|压缩|缩短|延长"
)


def _uncovered(
    desk: Desk,
    reading: Reading,
    lines: Sequence[Line],
    first: Evidence,
    boosts: Mapping[int, float],
) -> list[Evidence]:
    """Return evidence for the topics the first span leaves out (复议和信访各是多少)."""
    query = desk.query
    if not re.search("各|分别|和|与|、", query.topic):
        return []
    if first.line.row is not None:
        ranked = select(query, reading, lines, boosts, known=desk.ledger(reading.report.id))
        return [e for e in ranked if e.line is not first.line and _names_row(query, e.line)]
    text = fold(reading.report.text[first.line.span.start : first.line.span.end])
    left = [t for t in query.terms if is_topical(t) and t.match(text) < 0.5]
    if not left:
        return []
    ranked = select(query, reading, lines, boosts, terms=left, known=desk.ledger(reading.report.id))
    return [e for e in ranked[:1] if e.coverage >= 0.85 and (e.figure or query.wants == "text")]


def _names_row(query: Query, line: Line) -> bool:
    return line.row is not None and fold(line.row.label) in fold(query.question)


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
