"""Whole reports: which there are, what one that is only named holds, and a plain extract."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.briefing.briefing_pieces import one_a_sentence, work_pieces
from bot.evidence import listing
from bot.evidence.drafting import (
    Desk,
    Draft,
    Held,
    alone,
    claim,
    label,
    role_name,
)
from bot.evidence.pieces import leaves
from bot.evidence.reading import read
from bot.evidence.silence import silent
from bot.labels import full_name, full_place
from bot.notes import Note, note
from bot.values import Cited, DraftLine
from retrieval.documents import Report, Role, Span
from retrieval.parsing.chunking import trim

MAX_REPORTS_PER_ANSWER = 40
MAX_LEADS = 12
MAX_OVERVIEWS = 8
_PROBLEMS_EACH = 3
_LEAST_PARTS, _FACTS = 2, 8
# of a few parts two facts each are told, or one where it is asked for in short
FACTS_EACH, FEW_PARTS = 2, 8


def catalogue(desk: Desk) -> Draft:
    """List the reports in scope with place, year, issuer and title, or what of them is asked."""
    asked = desk.query.question
    held: Sequence[Held] = desk.held or desk.reports
    of_bodies = [r for r in held if r.meta.level == "department"]
    lines: list[DraftLine] = []
    if re.search("完整|残缺|不全|缺|断|incomplete", asked):
        lines += _incomplete(held)
    if re.search("最短|最长|shortest|longest|多长|字数", asked):
        lines += _lengths(desk, held)
    if lines:
        return Draft(tuple(lines))
    if re.search("部门|局", desk.query.topic) and re.search("哪|几", asked):
        if not of_bodies:
            return Draft((note("no_bureau_reports"),))
        return _listing(desk, of_bodies, note("bureau_reports", count=len(of_bodies)))
    return _listing(desk, held, note("reports_held", count=len(held)))


def _listing(desk: Desk, reports: Sequence[Held], head: DraftLine) -> Draft:
    opened = {report.id: report for report in desk.reports}
    lines = [head]
    for report in reports[:MAX_REPORTS_PER_ANSWER]:
        place, year, issuer = full_place(report.meta), _year(report), _issuer(report)
        lines.append(note("report_listed", place=place, year=year, issuer=issuer))
        whole = opened.get(report.id)
        named = _naming_words(whole) if whole else None
        plain = note("plainly", words=report.meta.title)
        lines.append(claim(whole, named) if whole and named else plain)
    if len(reports) > MAX_REPORTS_PER_ANSWER:
        lines.append(note("further_reports", count=len(reports) - MAX_REPORTS_PER_ANSWER))
    return Draft(tuple(lines))


def _year(report: Held) -> Note:
    year = report.meta.year
    return Note("year", {"year": year}) if year else Note("year_unknown")


def _issuer(report: Held) -> str | Note:
    return report.meta.issuer or Note("issuer_unknown")


def _naming_words(report: Report) -> Span | None:
    """Return the report's title as it stands, or the first words of one that has none."""
    titles = [s for s in report.sections if s.kind == "heading" and not s.path]
    if titles:
        return trim(report.text, titles[0].start, titles[-1].end)
    first = next((line.clauses[:2] for line in read(report).lines if line.clauses), None)
    return Span(first[0].span.start, first[-1].span.end) if first else None


def _incomplete(reports: Sequence[Held]) -> list[DraftLine]:
    told = [(r, tuple(w for w in r.warnings if w.kind == "cut_off")) for r in reports]
    broken = [(r, warnings) for r, warnings in told if warnings]
    if not broken:
        return [note("all_whole", count=len(reports))]
    shown, further = broken[:MAX_REPORTS_PER_ANSWER], len(broken) - MAX_REPORTS_PER_ANSWER
    return [
        note("some_cut_off", count=len(broken)),
        *(note("told_of", report=full_name(r.meta), what=ws) for r, ws in shown),
        *([note("further_reports", count=further)] if further > 0 else []),
    ]


def _lengths(desk: Desk, reports: Sequence[Held]) -> list[DraftLine]:
    """Order the reports by the characters of their own text, the page's furniture left out."""
    if desk.library is not None:
        chars = desk.library.own_chars([report.id for report in reports])
    else:
        chars = {
            report.id: sum(s.end - s.start for s in report.sections if s.role != "furniture")
            for report in desk.reports
        }
    sizes = sorted((chars[report.id], full_name(report.meta)) for report in reports)
    told = [f"{name}（{size}字）" for size, name in sizes]
    if len(told) > MAX_REPORTS_PER_ANSWER:  # the shortest and the longest
        half = MAX_REPORTS_PER_ANSWER // 2
        told = [*told[:half], "…", *told[-half:]]
    shown = " < ".join(told)
    return [note("by_length", shown=shown)]


def overview(desk: Desk) -> Draft:
    """Introduce reports that were only named: what was done, what is lacking, what comes next."""
    if not desk.reports:
        return silent(desk)
    if len(desk.reports) > 1:
        return _overviews(desk)
    report = desk.reports[0]
    title = report.meta.title
    top = note("introduced", title=title, year=_year(report), issuer=_issuer(report))
    lines: list[DraftLine] = []
    items: list[Cited] = []
    done = work(desk, report, MAX_LEADS)
    if done:
        lines += [note("heads", what=role_name("measures")), *done]
    roles: tuple[Role, ...] = ("problems", "plans")
    for role in roles:
        found = listing.role_items(report, role)
        if not found:
            lines.append(note("role_not_seen", part=role_name(role)))
            continue
        lines.append(note("items_counted", part=role_name(role), count=len(found)))
        lines += [claim(report, alone(report, i.lead)) for i in found[:MAX_LEADS]]
        items += [Cited(report.id, i.span.start, i.span.end) for i in found[:MAX_LEADS]]
    return Draft(tuple(lines), before=(top,), focus=tuple(items))


def work(desk: Desk, report: Report, most: int) -> list[DraftLine]:
    """Return a line for each part of the work: its heading and the fact that tells most.

    Where the work has no parts, or one, the facts of all of it that tell most.
    """
    told = work_pieces(desk.reading(report), desk.ledger(report.id))
    measured = any(section.role == "measures" for section in report.sections)
    roles: set[Role] = {"measures"} if measured else {"other", "leadership"}
    parts: dict[tuple[int, ...], list[Span]] = {}
    for leaf in leaves(report, roles):
        parts.setdefault(leaf.section.node[:2], []).append(leaf.span)
    if len(parts) < _LEAST_PARTS:
        best = one_a_sentence([p for p in told if p.value > 0], _FACTS)
        return [claim(report, p.span) for p in best]
    lines = []
    each = FACTS_EACH if len(parts) <= FEW_PARTS and not desk.query.ask.form.short else 1
    for node, spans in parts.items():
        inside = [p for p in told if any(s.start <= p.span.start < s.end for s in spans)]
        facts = one_a_sentence([p for p in inside if p.value > 0], each) or inside[:1]
        heading = next(
            (s for s in report.sections if s.node == node and s.kind == "heading" and s.path), None
        )
        shown = [alone(report, trim(report.text, heading.start, heading.end))] if heading else []
        if facts and (facts[0].value > 0 or not shown):
            shown += [fact.span for fact in facts]
        if shown:
            said = [claim(report, span) for span in shown]
            head = said[0].text.rstrip("。") + "：" if heading and len(said) > 1 else ""
            text = head + "；".join(ln.text.rstrip("。；") for ln in said[bool(head) :])
            lines.append(DraftLine(text, "claim", tuple(c for line in said for c in line.cites)))
    return lines[:most]


def _overviews(desk: Desk) -> Draft:
    """Two lines of work and the problems in short for each of several reports."""
    lines: list[DraftLine] = []
    items: list[Cited] = []
    for report in desk.reports[:MAX_OVERVIEWS]:
        lines.append(label(report))
        done = work(desk, report, MAX_LEADS)
        lines += sorted(done, key=lambda line: -sum(c.isdigit() for c in line.text))[:2]
        problems = listing.role_items(report, "problems")
        if problems:
            lines.append(note("items_counted", part=role_name("problems"), count=len(problems)))
        for problem in problems[:_PROBLEMS_EACH]:
            lines.append(claim(report, alone(report, problem.lead)))
            items.append(Cited(report.id, problem.span.start, problem.span.end))
    more = len(desk.reports) - MAX_OVERVIEWS
    after = (note("more_reports", count=more),) if more > 0 else ()
    head = note("reports_held", count=len(desk.reports))
    return Draft(tuple(lines), focus=tuple(items), before=(head,), after=after)
