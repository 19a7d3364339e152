"""What a report tells of one month: the month that opens a clause governs those that follow.

Where a clause speaks of the whole year again (全年罚款92万元), the month ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.answers.facts import one_report
from bot.evidence.drafting import Desk, Draft, claim
from bot.evidence.reading import Clause, Reading
from bot.notes import Note
from bot.values import Cited
from retrieval.documents import Report, Span, meet
from retrieval.question.terms import Term, is_topical

MAX_PASSAGE_CHARS = 220
MAX_PASSAGES = 6
_MONTH = re.compile(r"(?<![0-9\-—~至.])(1[0-2]|[1-9])月(?!度)")
_WHOLE_YEAR = re.compile("全年|本?年内|一年来|截至")
# the least share of the question's topical words that a month's passage must hold
ENOUGH_TOPIC = 0.5

Passage = tuple[Clause, ...]


def in_month(desk: Desk, report: Report, month: int) -> Draft:
    """Answer from the clauses of ``month``; silent where the report has none or not on the topic."""
    passages = [p for number, p in _passages(desk.reading(report)) if number == month]
    if not passages:
        return Draft(
            status="abstained",
            gap=(Note("month_absent", {"title": report.meta.title, "month": month}),),
        )
    topical = [t for t in desk.query.terms if is_topical(t)]
    if topical:
        scored = [(_share(topical, p), p) for p in passages]
        best = max(score for score, _ in scored)
        if best < ENOUGH_TOPIC and (best == 0 or desk.query.wants != "text"):
            topic = tuple(t.word for t in topical[:4])
            gap = Note("month_silent", {"month": month, "topic": topic})
            return _told_there(desk, passages) or Draft(status="abstained", gap=(gap,))
        passages = [p for score, p in scored if score == best]
    spans = [_cut(p) for p in passages[:MAX_PASSAGES]]
    cites = tuple(Cited(report.id, s.start, s.end) for s in spans)
    return Draft(tuple(claim(report, s) for s in spans), items=cites, focus=cites)


def _told_there(desk: Desk, passages: Sequence[Passage]) -> Draft | None:
    """Return the report's answer in other words (大雨: 强降雨) where it stands in these passages."""
    told = one_report(desk)
    within = [Span(p[0].span.start, p[-1].span.end) for p in passages]
    inside = all(any(meet(w, c.start, c.end) for w in within) for c in told.focus)
    return told if told.status == "answered" and told.focus and inside else None


def _passages(reading: Reading) -> Iterator[tuple[int, Passage]]:
    """Yield each month named in the report with the clauses it governs, to the paragraph's end."""
    text = reading.report.text
    month, held = 0, list[Clause]()
    section, end = -1, 0
    for line in reading.lines:
        for clause in line.clauses:
            named = _MONTH.search(clause.folded)
            new = line.section != section or "\n" in text[end : clause.span.start]
            new = new or _WHOLE_YEAR.match(clause.folded) is not None
            if (new or named) and held:
                yield month, tuple(held)
                held = []
            if new:
                month = 0
            if named:
                month = int(named.group(1))
            if month:
                held.append(clause)
            section, end = line.section, clause.span.end
    if held:
        yield month, tuple(held)


def _share(terms: Sequence[Term], passage: Passage) -> float:
    words = "".join(c.folded for c in passage)
    return sum(t.match(words) for t in terms) / len(terms)


def _cut(passage: Passage) -> Span:
    """Return a passage whole if short, else from its month as far as there is room."""
    start = passage[0].span.start
    fitting = [c for c in passage if c.span.end - start <= MAX_PASSAGE_CHARS] or [passage[0]]
    return Span(start, fitting[-1].span.end)
