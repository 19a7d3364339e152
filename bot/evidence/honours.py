"""Where a report tells of what was won: awards, ranks, firsts, models and pilots, at every level."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.evidence.reading import Clause, Line, Reading
from retrieval.documents import HEADINGS_JOINED, Report, Span
from retrieval.genre.lexicon import missed_an_honour, pattern, tells_an_honour

_LONGEST_HEADING = 20
_SHORT_END = 24  # 由自治区人力资源和社会保障厅、民政厅联合表彰
_LISTS = re.compile("[:：]|(?:有|包括|如下)$")
_PARTS = ("；", ";", "。")
_NUMBER = re.compile(r"^[（(]?[一二三四五六七八九十0-9]+[）)、.．]*")
_JOINED = re.compile("[与和及、]")
_PLANNED = frozenset(("plans", "problems", "causes"))


def won(reading: Reading, *, missed: bool = False) -> list[tuple[Line, Span]]:
    """Return the clauses that tell of something won, with the clause before that names what by.

    Each stands beside its line. Under a heading of honours alone, and behind 主要荣誉有, everything that stands is one. With
    ``missed`` what was not won is one, too.
    """
    report, found = reading.report, list[tuple[Line, Span]]()
    headings = {part for line in reading.lines for part in line.path.split(HEADINGS_JOINED)}
    for line in reading.lines:
        if line.role in _PLANNED or line.folded in headings:
            continue
        clauses = line.clauses
        if (at := _listed_from(line)) is not None:
            found += [(line, span) for span in _apart(report, clauses[at:])]
            continue
        i = 0
        while i < len(clauses):
            if not _is_won(clauses[i], missed=missed):
                i += 1
                continue
            last = i
            while (
                last + 1 < len(clauses)
                and not _ends_a_part(report, clauses[last])
                and _is_won(clauses[last + 1], missed=missed)
            ):
                last += 1
            if not _ends_a_part(report, clauses[last]) and _closes(report, clauses[last + 1 :]):
                last += 1  # 获评“示范村”，由司法部、民政部命名
            found.append((line, Span(_start(line, i), clauses[last].span.end)))
            i = last + 1
    return found


def _listed_from(line: Line) -> int | None:
    """Return the first clause of a line from which it lists honours alone; None if it does not."""
    over = line.path.rpartition(HEADINGS_JOINED)[2]
    named = pattern("honour_heading")
    if len(over) <= _LONGEST_HEADING and all(
        map(named.search, _JOINED.split(_NUMBER.sub("", over)))
    ):
        return 0
    for at, clause in enumerate(line.clauses):
        if _LISTS.search(clause.folded) and named.search(clause.folded):
            return at
    return None


def _apart(report: Report, clauses: Sequence[Clause]) -> list[Span]:
    """Return clauses as stretches that semicolons part."""
    spans: list[Span] = []
    for i, clause in enumerate(clauses):
        if i and not _ends_a_part(report, clauses[i - 1]):
            spans[-1] = Span(spans[-1].start, clause.span.end)
        else:
            spans.append(clause.span)
    return spans


def _closes(report: Report, clauses: Sequence[Clause]) -> bool:
    """Tell whether the first of some clauses is the short end of a part: it belongs to what it ends."""
    end = clauses[:1]
    return bool(end) and len(end[0].span) <= _SHORT_END and _ends_a_part(report, end[0])


def _ends_a_part(report: Report, clause: Clause) -> bool:
    return report.quote(clause.span.start, clause.span.end).strip()[-1:] in _PARTS


def _is_won(clause: Clause, *, missed: bool) -> bool:
    return tells_an_honour(clause.folded) or (missed and missed_an_honour(clause.folded))


_MOST_BEFORE = 90


def _start(line: Line, i: int) -> int:
    """Return where to begin: with what was given the honour, which the clause before may name."""
    clause = line.clauses[i]
    opens = re.match("(?:并|被|获|荣|列|排|位|居|成为|入选|得到|受到)", clause.folded)
    if i and opens and clause.span.start - line.clauses[i - 1].span.start <= _MOST_BEFORE:
        return line.clauses[i - 1].span.start
    return clause.span.start
