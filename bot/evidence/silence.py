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
from bot.notes import Note
from retrieval.documents import Report
from retrieval.question.query import Query
from retrieval.question.terms import Term, is_theme
from retrieval.text.normalise import fold

MOST_NEAR = 2
# a sentence that holds less of what is asked, rare words weighing more, is not near it
NEAR_ENOUGH = 0.5


def silent(desk: Desk) -> Draft:
    """Return the draft that says what was looked for and not found, with the nearest words.

    Its status is ``abstained``; its lines are words that stand beside what was asked, if any.
    """
    spoken = list(desk.query.terms or desk.query.carried)
    themes = [t for t in spoken if is_theme(t)] or spoken
    reports = list(desk.reports)
    standing = [t for t in themes if any(_stands(report, t) for report in reports)]
    lacking = [t for t in themes if t not in standing]
    if not standing or desk.only_years or desk.query.address:
        gap = Note("not_found", {"topic": asked_words(desk.query)})
        return Draft(status="abstained", gap=(gap,))
    gaps = [Note("not_answered", {"topic": _words(desk.query, standing)})]
    if lacking:
        gaps.insert(0, Note("not_found", {"topic": _words(desk.query, lacking)}))
    near = _nearest(desk, reports[0]) if len(reports) == 1 else []
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


def _nearest(desk: Desk, report: Report) -> list[Evidence]:
    """Return the sentences that hold most of what was asked, whatever kind of answer was wanted."""
    plain = replace(desk.query, wants="text", unit="", change=False, figures=())
    reading = desk.reading(report)
    found = ordered(plain, reading, reading.lines, (), desk.near(report.id), MOST_NEAR)
    return [e for e in found if e.coverage >= NEAR_ENOUGH]
