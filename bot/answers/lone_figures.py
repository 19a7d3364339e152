"""A question that gives a figure and asks what it is (37.8%说的是什么): the figure is looked up."""

from __future__ import annotations

import re

from bot.evidence.drafting import Desk, Draft, claim
from bot.evidence.reading import Clause, Line
from bot.notes import Note
from retrieval.documents import Report, Span
from retrieval.genre.quantities import same_value
from retrieval.question.query import Query
from retrieval.question.terms import is_topical

MAX_PLACES = 4
MAX_CHARS = 120
_ASKS = re.compile("(?<!为)什么|啥|哪(?:个|项|一|儿|里)|指的|说的|怎么来|meaning|what")
_TALK = re.compile("指标|数字|数据|增幅|降幅|数值|百分")


def asks_what_figure(query: Query) -> bool:
    """Return True when a question names a figure and nothing else, and asks what it is."""
    topical = [t for t in query.terms if is_topical(t) and not _TALK.search(t.word)]
    return not topical and bool(_ASKS.search(query.topic))


def figure_meant(desk: Desk, report: Report) -> Draft | None:
    """Return the places where the asked figures stand; abstains where none does.

    None if none does and it is asked why: 400多眼没装表，啥原因 names what it asks about.
    """
    spans = []
    for line in desk.reading(report).lines:
        for clause in line.clauses:
            for figure in clause.figures:
                if any(same_value(asked, figure) for asked in desk.query.figures):
                    spans.append(_with_subject(line, clause))
    spans = list(dict.fromkeys(spans))[:MAX_PLACES]
    if not spans and desk.query.ask.content == "causes":
        return None
    if not spans:
        asked = tuple(q.text for q in desk.query.figures)
        return Draft(status="abstained", gap=(Note("figure_absent", {"figures": asked}),))
    return Draft(tuple(claim(report, span) for span in spans))


def _with_subject(line: Line, clause: Clause) -> Span:
    """Return the clause with those before it since the last semicolon: they name its subject."""
    start = clause.span.start
    for earlier in reversed([c for c in line.clauses if c.span.end <= start]):
        if earlier.folded.endswith((";", "；")) or clause.span.end - earlier.span.start > MAX_CHARS:
            break
        start = earlier.span.start
    return Span(start, clause.span.end)
