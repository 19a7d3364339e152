"""What is said where no answer was found: what stands nowhere, and the nearest words where some stand.

Only a word that a search of the whole text did not find is called absent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.evidence.absence import holds, words_of
from bot.evidence.drafting import Desk, Draft, alone, asked_words, cited, claim
from bot.evidence.likely import ordered
from bot.evidence.selection import Evidence
from bot.notes import Note, note
from retrieval.documents import Report, Role
from retrieval.question.query import Query
from retrieval.question.terms import Term, is_theme
from retrieval.text.normalise import fold

MOST_NEAR = 2
# a sentence that holds less of what is asked, rare words weighing more, is not near it
NEAR_ENOUGH = 0.5
# how likely the first of two sentences must answer for both to be shown as near; of 202 questions of
# blind sets that have an answer and are refused from there, one of the two answers 163 (decision 29)
NEAR_IN_MEANING = 0.1
# the same where nothing can be read beside the question (decision 24)
NEAR_UNREAD = 0.2
# 行政规范性文件 has seven characters
LONGEST_WORD = 8


def silent(desk: Desk, *, in_meaning: bool = True) -> Draft:
    """Return the draft that says what was looked for and not found, with the nearest words.

    ``in_meaning`` allows such as are near in other words. Its status is ``abstained``; its lines are
    words that stand beside what was asked, if any.
    """
    spoken = list(desk.query.terms or desk.query.carried)
    themes = [t for t in spoken if is_theme(t)] or spoken
    # a single character (没, 占) is a part of many words: that it stands, or not, tells nothing
    themes = [t for t in themes if len(t.word) > 1]
    reports = list(desk.reports)
    standing = [t for t in themes if any(_stands(report, t) for report in reports)]
    lacking = [t for t in themes if t not in standing]
    if desk.query.address:
        gap = Note("not_found", {"topic": asked_words(desk.query)})
        return Draft(status="abstained", gap=(gap,))
    # that no report on the year is held is said elsewhere; the words may stand in another year's
    if desk.only_years:
        absent = (Note("not_found", {"topic": _words(desk.query, lacking)}),) if lacking else ()
        return _planned(desk, absent) or Draft(status="abstained", gap=absent)
    gaps = []
    foreign = [t for t in lacking if desk.query.english and t.word.isascii()]
    if foreign:  # an English word stands in no Chinese report: that tells nothing of the matter
        gaps.append(Note("not_matched", {"topic": _words(desk.query, foreign)}))
        lacking = [t for t in lacking if t not in foreign]
    if lacking:
        gaps.append(Note("not_found", {"topic": _absent(desk.query, lacking)}))
    if standing:
        gaps.append(Note("not_answered", {"topic": _words(desk.query, standing)}))
    if not gaps:
        gaps.append(Note("unanswered"))
    # beside what is not held nothing of others is told that only comes near in meaning
    in_meaning = in_meaning and not desk.missing
    near = _alike(desk, reports[0]) if in_meaning and len(reports) == 1 else []
    if not near and len(reports) == 1:
        near = _nearest(desk, reports[0])
    return _beside(reports[:1], near, gaps)


def _planned(desk: Desk, absent: Sequence[Note]) -> Draft | None:
    """Return what the report before the year asked planned for it; None if nothing near stands."""
    if len(desk.reports) != 1:
        return None
    report = desk.reports[0]
    year = (report.meta.year or 0) + 1
    if year not in desk.only_years:
        return None
    near = _nearest(desk, report, "plans") or _alike(desk, report, "plans")
    head = note("planned_before", year=year, before=year - 1)
    return replace(_beside([report], near, absent), before=(head,)) if near else None


def _beside(reports: Sequence[Report], near: Sequence[Evidence], gaps: Sequence[Note]) -> Draft:
    return Draft(
        tuple(claim(reports[0], alone(reports[0], e.span)) for e in near),
        "abstained",
        tuple(gaps),
        focus=tuple(cited(e) for e in near),
    )


def _stands(report: Report, term: Term) -> bool:
    words = words_of((term,)) or (fold(term.word),)
    return holds(report, words)


def _words(query: Query, terms: Sequence[Term]) -> str:
    return asked_words(replace(query, terms=tuple(terms)))


def _absent(query: Query, terms: Sequence[Term]) -> str:
    """Return the words that stand nowhere; what is no word but a run of them is told word by word."""
    told = _words(query, terms)
    if all(len(word) <= LONGEST_WORD for word in told.split("、")):
        return told
    return "、".join([*dict.fromkeys(t.word for t in terms)][:6])


def _nearest(desk: Desk, report: Report, role: Role | None = None) -> list[Evidence]:
    """Return the sentences that hold most of what was asked, whatever kind of answer was wanted.

    With ``role`` only those of such parts of the report.
    """
    plain = replace(desk.query, wants="text", unit="", change=False, figures=())
    reading = desk.reading(report)
    lines = [line for line in desk.lines(report) if role in (None, line.role)]
    found = ordered(plain, reading, lines, (), desk.near(report.id), MOST_NEAR)
    return [e for e in found if e.coverage >= NEAR_ENOUGH]


def _alike(desk: Desk, report: Report, role: Role | None = None) -> list[Evidence]:
    """Return the sentences that come nearest to answering a fact or a list, if vectors tell any.

    With ``role`` only those of such parts of the report.
    """
    if desk.query.kind not in ("fact", "list") or desk.query.asks_mention:
        return []
    return desk.likeliest(report, MOST_NEAR, NEAR_IN_MEANING, unread=NEAR_UNREAD, role=role)
