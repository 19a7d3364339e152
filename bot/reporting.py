"""Briefings and comparisons as whole requests: from a question to a checked answer."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Sequence
from dataclasses import replace

from bot import briefing, comparison
from bot.assistant import MAX_READ_REPORTS, Assistant, Reply
from bot.drafting import Desk, Draft
from bot.synthesis import Attempt
from bot.tables import Table
from retrieval.indicators import Fact
from retrieval.library import Library
from retrieval.query import Query, State
from retrieval.scope import Resolved

MAX_KEPT_FACTS = 200_000
_USUAL_FACTS = 50  # a report of the genre has 20 to 80 with a name
_KEPT: dict[tuple[str, str], dict[str, tuple[Fact, ...]]] = {}
_LOCK = threading.Lock()
_QUESTION = re.compile(
    r"[?？，,。]|写|概括|总结|简报|综述|概述|摘要|段|介绍|情况|工作|怎么|如何|哪"
)


def brief(
    assistant: Assistant,
    words: Sequence[str],
    *,
    year: int | None = None,
    chars: briefing.Length | None = None,
    state: State | None = None,
) -> Reply:
    """Compose one paragraph on a question, or on the reports of the places named in ``words``.

    ``year`` adds a year where the words name none; ``chars`` is the range of its length, by
    default what the question asks for, else 200 to 300.
    """
    started = time.perf_counter()
    question = brief_question(words, year)
    library = assistant.library.pinned()
    query, scope, draft, desk = _opened(assistant, library, question, state or State())
    if desk is not None:
        draft = briefing.compose(desk, chars)
    reply = _reply(assistant, library, query, scope, draft, state or State(), started)
    return replace(reply, answer=replace(reply.answer, paragraph=True))


def brief_question(words: Sequence[str], year: int | None) -> str:
    """Return the question that words of a command stand for: places become a request for a briefing."""
    question = " ".join(words).strip()
    if not _QUESTION.search(question):
        question = f"写一段{'和'.join(words)}法治政府建设情况的简报"
    if year is not None and str(year) not in question:
        question = f"{year}年{question}"
    return question


def compare(assistant: Assistant, question: str, state: State | None = None) -> tuple[Reply, Table]:
    """Answer a question as a table over every report in scope; the answer shows its lines.

    Where there are more reports than can be read at once, figures come from the ledger of each,
    and the answer shows the first rows in order of the figures.
    """
    started = time.perf_counter()
    library = assistant.library.pinned()
    query, scope, draft, desk = _opened(assistant, library, question, state or State())
    table = Table((), ())
    if desk is not None:
        table = table_of(library, query, scope, desk)
        draft = comparison.draft(table, query)
    return _reply(assistant, library, query, scope, draft, state or State(), started), table


def table_of(library: Library, query: Query, scope: Resolved, desk: Desk) -> Table:
    """Return the table of every report in scope, its words read in for the rows that are shown."""
    ids = set(scope.reports or scope.nearby)
    if len(ids) <= MAX_READ_REPORTS:
        return comparison.compare(desk, facts=library.facts)
    holdings = [summary for summary in library.reports() if summary.id in ids]
    named = _named_facts(library)
    table = comparison.compare(replace(desk, reports=()), facts=named, holdings=holdings)
    table = comparison.ranked(table, lowest=query.lowest)
    return comparison.with_words(table, lambda r: library.report(r).text, comparison.MAX_LINES)


def _named_facts(library: Library) -> comparison.Facts:
    """Return a ledger that keeps the facts with a canonical name of the generation served last.

    Reading a thousand ledgers takes seconds, asking them again milliseconds. Kept are at most
    ``MAX_KEPT_FACTS`` facts, about 1 kB each.
    """
    key = (str(library.folder), library.generation)
    with _LOCK:
        if key not in _KEPT:
            _KEPT.clear()
            _KEPT[key] = {}
        kept = _KEPT[key]

    def facts(report: str) -> Sequence[Fact]:
        found = kept.get(report)
        if found is None:
            found = tuple(f for f in library.facts(report) if f.indicator)
            if len(kept) * _USUAL_FACTS < MAX_KEPT_FACTS:
                kept[report] = found
        return found

    return facts


def _opened(
    assistant: Assistant, library: Library, question: str, state: State
) -> tuple[Query, Resolved, Draft, Desk | None]:
    """Return the parsed question and its desk; no desk, but a draft, where nothing is to be read."""
    query, scope = assistant.settle(question, state, library)
    draft = assistant._before_search(query, scope, library)
    if draft is not None:
        return query, scope, draft, None
    hits = assistant._search(library, query, scope)
    return query, scope, Draft(), assistant._desk(library, query, scope, hits, state)


def _reply(
    assistant: Assistant,
    library: Library,
    query: Query,
    scope: Resolved,
    draft: Draft,
    state: State,
    started: float,
) -> Reply:
    answer = assistant._check(library, query, scope, draft, Attempt(), None)
    elapsed = round((time.perf_counter() - started) * 1000)
    places = State(
        places=query.places,
        issuers=query.issuers,
        years=query.years,
        role=query.role,
        topic=query.topic or state.topic,
    )
    return Reply(replace(answer, elapsed_ms=elapsed), places)
