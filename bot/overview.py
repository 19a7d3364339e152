"""Whole reports: which there are, and a plain extract of one."""

from __future__ import annotations

from bot import listing
from bot.answers import DraftLine
from bot.drafting import ROLE_NAMES, Desk, Draft, cited, claim, label, note, report_place, silent
from bot.facts import ENOUGH, candidates
from bot.reading import read
from bot.selection import select
from retrieval.documents import Report, Role
from retrieval.terms import is_topical

MAX_REPORTS_PER_ANSWER = 40


def catalogue(desk: Desk) -> Draft:
    """List the reports in scope with place, year, issuer and title."""
    lines = [note(f"共{len(desk.reports)}份报告：")]
    for report in desk.reports[:MAX_REPORTS_PER_ANSWER]:
        year = f"{report.meta.year}年度" if report.meta.year else "年度不详"
        lines.append(
            note(
                f"{report_place(report)} {year}（{report.meta.issuer or '发布单位不详'}，{report.meta.title}）"
            )
        )
    if len(desk.reports) > MAX_REPORTS_PER_ANSWER:
        lines.append(
            note(f"另有{len(desk.reports) - MAX_REPORTS_PER_ANSWER}份，可指明地区或年度再查")
        )
    return Draft(tuple(lines))


def brief(desk: Desk) -> Draft:
    """A plain extract: what was done with its figures, what is lacking, what comes next."""
    if any(is_topical(t) for t in desk.query.terms) and len(desk.reports) == 1:
        themed = _focused(desk, desk.reports[0])
        if themed:
            return themed
    lines: list[DraftLine] = []
    for report in desk.reports[:6]:
        if len(desk.reports) > 1:
            lines.append(label(report))
        lines += _extract(report)
    return Draft(tuple(lines)) if lines else silent(desk)


def _focused(desk: Desk, report: Report) -> Draft | None:
    ranked = select(desk.query, desk.reading(report), candidates(desk, report), desk.boosts(report))
    sure = [e for e in ranked if e.coverage >= ENOUGH][:5]
    if not sure:
        return None
    spans = sorted({e.span for e in sure}, key=lambda s: s.start)
    return Draft(tuple(claim(report, s) for s in spans), focus=tuple(cited(e) for e in sure))


def _extract(report: Report) -> list[DraftLine]:
    lines: list[DraftLine] = []
    reading = read(report)
    with_figures = [
        ln for ln in reading.lines
        if ln.role in ("measures", "leadership") and sum(len(c.figures) for c in ln.clauses) >= 2 and len(ln.span) <= 160
    ]  # fmt: skip
    with_figures.sort(
        key=lambda ln: -sum(len(c.figures) for c in ln.clauses) / (1 + len(ln.span) / 80)
    )
    heads = listing.role_items(report, "measures")[:8]
    if heads:
        lines.append(note("举措和成效："))
        lines += [claim(report, i.lead) for i in heads if len(i.lead) <= 80]
        chosen = sorted(with_figures[:3], key=lambda ln: ln.span.start)
        lines += [claim(report, ln.span) for ln in chosen]
    roles: tuple[Role, ...] = ("problems", "plans")
    for role in roles:
        found = listing.role_items(report, role)
        if found:
            lines.append(note(f"{ROLE_NAMES[role]}："))
            lines += [claim(report, i.lead) for i in found[:8]]
        else:
            lines.append(note(f"{ROLE_NAMES[role]}：原文未见这一部分"))
    return lines
