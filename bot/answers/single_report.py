"""Answers from one report, in its own words: a fact, what is said of a thing, a list.

What is written are claims, each a span of a report cited whole, and notes, which code
computed (counts, what is missing). Nothing is rephrased, so nothing needs trust; it also
answers when no model can be had.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.answers.lists import list_in, newest_of_one_issuer
from bot.answers.mentions import asked_phrases, mention
from bot.answers.overview import overview
from bot.evidence.absence import holds
from bot.evidence.drafting import Desk, Draft, claim
from bot.evidence.silence import silent
from bot.notes import Note, note
from bot.values import Cited
from retrieval.question.asking import statute_of
from retrieval.question.terms import is_theme
from retrieval.text.normalise import fold


def statute_lacking(desk: Desk) -> str:
    """Return the statute's article asked about if no report on the desk cites it, or nothing."""
    article = statute_of(desk.query.topic)
    texts = (re.sub("[《》“”]", "", report.text) for report in desk.reports)
    return "" if not article or any(article in text for text in texts) else article


def no_statute(desk: Desk) -> Draft:
    """Say that the reports do not cite the article asked about."""
    return Draft(
        status="abstained", gap=(Note("statute_absent", {"article": statute_lacking(desk)}),)
    )


def whether_said(desk: Desk) -> Draft:
    """Answer 有没有提到… from words that say just that; other words for it are told as such."""
    report = desk.reports[0]
    span = mention(desk, report, asked_phrases(desk.query))
    if span is None:
        return silent(desk)
    words = [t.word for t in desk.query.terms if is_theme(t)]
    told = fold(report.quote(span.start, span.end))
    # of 共享法庭或者行政复议 one is told word for word; an English word stands in no Chinese report
    verbatim = desk.query.english or any(fold(word) in told for word in words)
    unsaid = "、".join(w for w in words if not verbatim and not holds(report, (fold(w),)))
    near = (note("near_alone", thing=unsaid),) if unsaid else ()
    cites = (Cited(report.id, span.start, span.end),)
    return Draft((claim(report, span),), focus=cites, before=near)


def items(desk: Desk) -> Draft:
    """List in the one report meant: the only one, or the newest of its issuer."""
    report = desk.reports[0] if len(desk.reports) == 1 else newest_of_one_issuer(desk)
    if report is None:
        return silent(desk)
    return list_in(replace(desk, reports=(report,)), report)


def introduction(desk: Desk) -> Draft:
    """Introduce the report named; of several years of one issuer the newest."""
    newest = newest_of_one_issuer(desk) if len(desk.reports) > 1 else None
    return overview(replace(desk, reports=(newest,)) if newest else desk)
