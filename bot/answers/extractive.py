"""The extractive writer: answers in the reports' own words, chosen and ordered by code.

What it writes are claims, each a span of a report cited whole, and notes, which code
computed (labels, counts, what is missing). It never rephrases, so it needs no trust; it
also writes when no model can be had.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.answers.across import compare, per_report, which
from bot.answers.announcements import announced
from bot.answers.facts import one_report
from bot.answers.fields import field_answer
from bot.answers.lists import item, list_in, newest_of_one_issuer
from bot.answers.lone_figures import asks_what_figure, figure_meant
from bot.answers.mentions import asked_phrases, mention, nearest
from bot.answers.months import in_month
from bot.answers.overview import brief, catalogue, overview
from bot.answers.thresholds import asks_beyond, beyond
from bot.evidence.drafting import Desk, Draft, claim, silent
from bot.evidence.premises import judge_premises
from bot.notes import Note, note
from bot.values import Cited, DraftLine
from retrieval.documents import Report
from retrieval.question.asking import Field, statute_of, without_field
from retrieval.question.terms import content_terms, is_theme, is_topical
from retrieval.text.normalise import normalise

_OF_PAGE = re.compile(
    "报告|发布|公开|公布|落款|单位|部门|机构|机关|文号|出具|bureau|标题|全称|日期|成文|时间"
)


def write(desk: Desk) -> Draft:
    """Return the draft for a query, by its kind; an abstaining draft where the reports are silent."""
    query = desk.query
    article = statute_of(query.topic)
    if article and all(
        article not in re.sub("[《》“”]", "", report.text) for report in desk.reports
    ):
        return Draft(status="abstained", gap=(Note("statute_absent", {"article": article}),))
    if (
        len(desk.reports) == 1
        and query.kind in ("fact", "list", "overview")
        and not desk.only_years
    ):
        report = desk.reports[0]
        if query.field and not _other_topics(query.topic, query.field):
            return field_answer(query.field, report)
        if query.month and not query.yes_no:
            return in_month(desk, report, query.month)
        if asks_beyond(query.topic):
            return beyond(desk, report)
        if query.figures and asks_what_figure(query):
            return figure_meant(desk, report)
    return _WRITERS[query.kind](desk)


def _other_topics(topic: str, field: Field) -> bool:
    """Tell whether a question is about more than the page's own fields."""
    left = content_terms(without_field(normalise(topic), field))
    return any(is_topical(t) and not _OF_PAGE.search(t.word) for t in left)


def _fact(desk: Desk) -> Draft:
    if len(desk.reports) != 1:
        return per_report(desk)
    if desk.query.asks_mention and desk.query.wants == "text" and not desk.only_years:
        return _whether_said(desk, desk.reports[0])
    draft = one_report(desk)
    report = desk.reports[0]
    if desk.query.wants != "text" or not draft.focus:
        return draft
    if all(_is_heading(report, cite) for cite in draft.focus) and any(
        is_theme(t) for t in desk.query.terms
    ):
        # a heading announces; what it announces stands under it
        under = list_in(replace(desk, query=replace(desk.query, role="measures")), report)
        if under.status == "answered" and under.focus != draft.focus:
            return replace(under, before=draft.before)
    return _told_out(desk, report, draft)


def _told_out(desk: Desk, report: Report, draft: Draft) -> Draft:
    """Add to a last line that only announces what follows it in the report."""
    cites = [cite for line in draft.lines for cite in line.cites]
    told = announced(desk.reading(report), cites[-1]) if cites else []
    return replace(draft, lines=(*draft.lines, *(claim(report, span) for span in told)))


def _whether_said(desk: Desk, report: Report) -> Draft:
    """Answer 有没有提到… from words that say just that, or call what is nearest only near."""
    span = mention(desk, report, asked_phrases(desk.query))
    before: tuple[DraftLine, ...] = ()
    if span is None:
        near = nearest(desk, report)
        if near is None:
            return silent(desk)
        span = near
        before = (note("phrase_absent", phrase=desk.query.phrase or desk.query.topic),)
    return Draft(
        (claim(report, span),), focus=(Cited(report.id, span.start, span.end),), before=before
    )


def _is_heading(report: Report, cite: Cited) -> bool:
    leaf = next((s for s in report.sections if s.start <= cite.start < s.end), None)
    return leaf is not None and leaf.kind == "heading"


def _compare(desk: Desk) -> Draft:
    """Compare reports by the items of a role, or by a fact; a single report has nothing beside it."""
    if not desk.query.role or desk.query.wants in ("number", "percent"):
        return _fact(desk)
    return compare(desk)


def _list(desk: Desk) -> Draft:
    reports = desk.reports
    if len(reports) > 1:
        newest = newest_of_one_issuer(desk)
        if newest is None:
            return _compare(desk)
        reports = (newest,)
    if not reports:
        return silent(desk)
    draft = list_in(desk, reports[0])
    if desk.query.figures:
        draft = _premise_first(desk, reports[0], draft)
    alone = sum(line.kind == "claim" for line in draft.lines) == 1
    return _told_out(desk, reports[0], draft) if alone else draft


def _premise_first(desk: Desk, report: Report, draft: Draft) -> Draft:
    """Put what the question got wrong (败诉2件，具体是哪两件) before what it asks for."""
    judged = judge_premises(desk.query, (), report)
    if not judged.corrects:
        return draft
    held = [cite for line in draft.lines for cite in line.cites]
    spans = [
        s for s in judged.extra if not any(c.start <= s.start and s.end <= c.end for c in held)
    ]
    lines = (*(claim(report, span) for span in spans), *draft.lines)
    if not lines:
        return draft
    return replace(
        draft, lines=lines, before=(*judged.notes, *draft.before), status="answered", gap=()
    )


def _overview(desk: Desk) -> Draft:
    newest = newest_of_one_issuer(desk) if len(desk.reports) > 1 else None
    return overview(replace(desk, reports=(newest,)) if newest else desk)


_WRITERS: Mapping[str, Callable[[Desk], Draft]] = {
    "fact": _fact,
    "list": _list,
    "item": item,
    "which": which,
    "rank": per_report,
    "compare": _compare,
    "catalogue": catalogue,
    "brief": brief,
    "overview": _overview,
}
