"""Answers over several reports: each asked in turn, then compared; the quiet ones are named."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.answers import Cited, DraftLine
from bot.drafting import Desk, Draft, cited, claim, label, note, report_name, silent
from bot.facts import answer_in, candidates
from bot.lists import list_in
from bot.premises import judge_premises
from bot.reading import Line
from bot.selection import Evidence, select
from retrieval.documents import Report, Span
from retrieval.normalise import fold
from retrieval.quantities import canonical
from retrieval.query import Query


def per_report(desk: Desk) -> Draft:
    """Answer a fact report by report, naming those that do not say."""
    answers = [(report, answer_in(_in_its_year(desk, report), report)) for report in desk.reports]
    said = [(report, found) for report, found in answers if found]
    if not said:
        return silent(desk)
    query = desk.query
    asked_all = query.everywhere or query.kind in ("rank", "compare") or bool(query.places)
    if not asked_all:
        best = max(found[0].coverage for _, found in said)
        said = [(r, f) for r, f in said if f[0].coverage >= best - 0.12]
    lines: list[DraftLine] = []
    if query.kind == "rank" or _asks_order(query):
        lines += _order_note(query, said)
    for report, found in said:
        lines.append(label(report))
        if not asked_all:
            judged = judge_premises(query, found, report)
            lines += [*judged.notes, *(claim(report, span) for span in judged.extra)]
        lines += [claim(report, e.span) for e in found]
    if asked_all:
        lines += not_saying([r for r, found in answers if not found])
    return Draft(tuple(lines), focus=tuple(cited(e) for _, f in said for e in f))


def _in_its_year(desk: Desk, report: Report) -> Desk:
    """Of several years asked, each report answers for its own."""
    years = desk.query.years
    if report.meta.year not in years or len(years) < 2:
        return desk
    return replace(desk, query=replace(desk.query, years=(report.meta.year,)))


def _asks_order(query: Query) -> bool:
    return bool(re.search("更(?:高|多|低|少|大|小)|谁[^，]{0,8}(?:高|多|低|少)|最", query.question))


def _order_note(query: Query, said: Sequence[tuple[Report, Sequence[Evidence]]]) -> list[DraftLine]:
    """Compare the figures found, where they can be compared, and say which is first."""
    valued = []
    for report, found in said:
        figure = found[0].figure
        if figure is not None and figure.value is not None:
            value, unit = canonical(figure)
            valued.append((value, unit, figure.text, report))
    kinds = {("%" if unit == "%" else "") for _, unit, _, _ in valued}
    if len(valued) < 2 or len(kinds) != 1:
        return []
    lowest = query.lowest
    valued.sort(key=lambda row: row[0], reverse=not lowest)
    first = [row for row in valued if row[0] == valued[0][0]]
    names = "、".join(f"{report_name(row[3])}（{row[2]}）" for row in first)
    which = "最低" if lowest else "最高"
    return [note(f"按原文数字比较，{which}的是{names}：")]


def not_saying(reports: Sequence[Report]) -> list[DraftLine]:
    """Return the note that names the reports which do not say what is asked."""
    if not reports:
        return []
    names = "、".join(report_name(report) for report in reports)
    return [note(f"未提及：{names}")]


def which(desk: Desk) -> Draft:
    """Name the reports that mention what is asked, each with the words, and those that do not."""
    saying: list[tuple[Report, Span]] = []
    quiet: list[Report] = []
    phrases = [
        fold(p) for p in re.findall("[“\"'《「]([^”\"'》」]{2,30})[”\"'》」]", desk.query.topic)
    ]
    for report in desk.reports:
        span = _mention(desk, report, phrases)
        if span:
            saying.append((report, span))
        else:
            quiet.append(report)
    if desk.query.negated:
        return _not_mentioned(saying, quiet)
    if not saying:
        return silent(desk)
    lines = [note(f"共{len(saying)}份报告提到：")]
    for report, span in saying:
        lines += [label(report), claim(report, span)]
    lines += not_saying(quiet)
    return Draft(tuple(lines), focus=tuple(Cited(r.id, s.start, s.end) for r, s in saying))


def _not_mentioned(saying: Sequence[tuple[Report, Span]], quiet: Sequence[Report]) -> Draft:
    """Answer which reports do not say it; those that do stand as the evidence."""
    names = "、".join(report_name(report) for report in quiet)
    lines = [note(f"没有提到的共{len(quiet)}份：{names}" if quiet else "每份报告都提到了：")]
    if quiet and saying:
        lines.append(note("提到的有："))
    for report, span in saying:
        lines += [label(report), claim(report, span)]
    return Draft(tuple(lines))


def _mention(desk: Desk, report: Report, phrases: Sequence[str]) -> Span | None:
    reading = desk.reading(report)
    if phrases:
        for line in reading.lines:
            if any(phrase in _unquoted(line.folded) for phrase in phrases):
                return _around_phrase(line, phrases)
        return None
    ranked = select(desk.query, reading, candidates(desk, report), desk.boosts(report))
    sure = [e for e in ranked if e.coverage >= 0.62]
    return sure[0].span if sure else None


def _unquoted(words: str) -> str:
    return re.sub("[“”\"'‘’《》「」]", "", fold(words))


def _around_phrase(line: Line, phrases: Sequence[str]) -> Span:
    for i, clause in enumerate(line.clauses):
        if any(p in _unquoted(clause.folded) for p in phrases):
            if len(line.span) <= 120:
                return line.span
            last = line.clauses[min(i + 1, len(line.clauses) - 1)]
            return Span(
                clause.span.start,
                last.span.end if last.span.end - clause.span.start <= 120 else clause.span.end,
            )
    return line.span


def compare(desk: Desk) -> Draft:
    """Answer report by report: the items of a role, on the theme asked if there is one, or a fact."""
    if not desk.query.role or desk.query.wants in ("number", "percent"):
        return per_report(desk)
    lines: list[DraftLine] = []
    items: list[Cited] = []
    quiet = []
    for report in desk.reports:
        draft = list_in(desk, report)
        if draft.status != "answered":
            quiet.append(report)
            continue
        lines += [label(report), *draft.lines]
        items += draft.items
    if not lines:
        return silent(desk)
    return Draft((*lines, *not_saying(quiet)), items=tuple(items))
