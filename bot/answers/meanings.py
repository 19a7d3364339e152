"""What a term of the reports means, where a report says so itself; else where it stands."""

from __future__ import annotations

import re

from bot.evidence.drafting import Desk, Draft, alone, asked_words, claim, label
from bot.notes import Note
from bot.values import Cited, DraftLine
from retrieval.documents import Report, Span
from retrieval.text.normalise import fold

MAX_REPORTS = 3


def meaning(desk: Desk) -> Draft | None:
    """Show the words that explain the term asked for, or the first that use it; None if none do."""
    terms = [fold(word) for word in desk.query.ask.theme if len(fold(word)) > 1]
    if not terms:
        return None
    told: list[tuple[Report, Span]] = []
    used: list[tuple[Report, Span]] = []
    for report in desk.reports:
        for line in desk.reading(report).lines:
            words = re.sub('[“”"‘’]', "", line.folded)
            here = [t for t in terms if t in words]
            if not here:
                continue
            used.append((report, line.span))
            if any(_explains(words, t) for t in here):
                told.append((report, line.span))
                break
    if not used:
        return None
    first: dict[str, tuple[Report, Span]] = {}
    for report, span in told or used:
        first.setdefault(report.id, (report, span))
    lines: list[DraftLine] = []
    chosen = list(first.values())[:MAX_REPORTS]
    for report, span in chosen:
        if len(desk.reports) > 1:
            lines.append(label(report))
        lines.append(claim(report, alone(report, span)))
    focus = tuple(Cited(r.id, s.start, s.end) for r, s in chosen)
    if told:
        return Draft(tuple(lines), focus=focus)
    gap = Note("meaning_absent", {"topic": asked_words(desk.query)})
    return Draft(tuple(lines), status="abstained", gap=(gap,), focus=focus)


def _explains(words: str, term: str) -> bool:
    """Tell whether a sentence says what a term is: in brackets behind it, or by 即, 是指, 包括."""
    rest = words[words.index(term) + len(term) :][:24]
    return bool(
        re.match(
            "(?:机制|制度|工作|行动|改革|模式|体系)?(?:[(（:：]|,?(?:即|是指|指的是|就是|包括|分为))",
            rest,
        )
    )
