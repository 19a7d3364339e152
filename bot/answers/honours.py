"""What was won: awards, ranks, firsts, models and pilots, at every level, in the report's words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.answers.themes import theme_terms
from bot.evidence.drafting import Desk, Draft, alone, claim, label
from bot.evidence.reading import Clause, Line
from bot.notes import note
from bot.values import Cited, DraftLine
from retrieval.documents import HEADINGS_JOINED, Report, Span
from retrieval.genre.lexicon import missed_an_honour, pattern, tells_an_honour
from retrieval.question.terms import Term

MAX_EACH, MAX_REPORTS = 12, 12
_LONGEST_HEADING = 20
_LISTS = re.compile("[:：]|(?:有|包括|如下)$")
_PARTS = ("；", ";", "。")
_NUMBER = re.compile(r"^[（(]?[一二三四五六七八九十0-9]+[）)、.．]*")
_JOINED = re.compile("[与和及、]")
_PLANNED = frozenset(("plans", "problems", "causes"))


def honours(desk: Desk) -> Draft | None:
    """List what each report in scope says was won, on a theme if one is asked; None if nothing.

    What was not won is told where it is asked whether it was, or where nothing else is.
    """
    lines: list[DraftLine] = []
    items: list[Cited] = []
    terms = theme_terms(desk) if desk.query.ask.theme else ()
    asks_whether = desk.query.ask.operation == "verify"
    for report in desk.reports:
        spans = _of_theme(desk, report, terms, missed=asks_whether)
        if not spans and not asks_whether:
            spans = _of_theme(desk, report, terms, missed=True)
        if not spans:
            continue
        if len(desk.reports) > 1:
            if len({c.report for c in items}) >= MAX_REPORTS:
                break
            lines.append(label(report))
        lines += [claim(report, alone(report, span)) for span in spans[:MAX_EACH]]
        items += [Cited(report.id, s.start, s.end) for s in spans[:MAX_EACH]]
    if not lines:
        return None
    head = (note("honours_counted", count=len(items)),) if len(items) > 1 else ()
    return Draft(tuple(lines), items=tuple(items), focus=tuple(items), before=head)


def _of_theme(desk: Desk, report: Report, terms: Sequence[Term], *, missed: bool) -> list[Span]:
    """Return what a report says was won, on the theme of ``terms`` if there are any."""
    spans = _won(desk, report, missed=missed)
    if not terms:
        return spans
    said = [s for s in spans if _says(report, s, [t.word for t in terms])]
    near = () if said else desk.telling(report, terms)
    return said or [s for s in spans if any(p.span.start <= s.start < p.span.end for p in near)]


def _says(report: Report, span: Span, words: list[str]) -> bool:
    text = report.quote(span.start, span.end)
    return any(word in text for word in words)


def _won(desk: Desk, report: Report, *, missed: bool) -> list[Span]:
    """Return the clauses that tell of something won, with the clause before that names what by.

    Under a heading of honours alone, and behind 主要荣誉有, everything that stands is one. With
    ``missed`` what was not won is one, too.
    """
    found = []
    reading = desk.reading(report)
    headings = {part for line in reading.lines for part in line.path.split(HEADINGS_JOINED)}
    for line in reading.lines:
        if line.role in _PLANNED or line.folded in headings:
            continue
        clauses = line.clauses
        if (at := _listed_from(line)) is not None:
            found += _apart(report, clauses[at:])
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
            found.append(Span(_start(line, i), clauses[last].span.end))
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
