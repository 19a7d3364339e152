"""Briefings and comparisons as requests: the question that words stand for, tables over many reports."""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import replace

from bot.evidence.drafting import Desk
from bot.table import Table
from bot.tables import comparison
from retrieval.library.library import Library
from retrieval.parsing.indicators import Fact

MAX_KEPT_FACTS = 200_000
_USUAL_FACTS = 50  # a report of the genre has 20 to 80 with a name
_KEPT: dict[tuple[str, str], dict[str, tuple[Fact, ...]]] = {}
_LOCK = threading.Lock()
_QUESTION = re.compile(
    r"[?？，,。]|写|概括|总结|简报|综述|概述|摘要|段|介绍|情况|工作|怎么|如何|哪"
)


def brief_question(words: Sequence[str], year: int | None) -> str:
    """Return the question that words of a command stand for: places become a request for a briefing."""
    question = " ".join(words).strip()
    if not _QUESTION.search(question):
        question = f"写一段{'和'.join(words)}法治政府建设情况的简报"
    if year is not None and str(year) not in question:
        question = f"{year}年{question}"
    return question


def table_of(desk: Desk) -> Table:
    """Return the table of every report in scope, its words read in for the rows that are shown."""
    ids, library = set(desk.scope), desk.library
    if library is None:
        return comparison.compare(desk)
    figures = desk.query.ask.content == "figure" or any(
        w.measures for w in comparison.wanted(desk.query)
    )
    if len(ids) <= len(desk.reports) or not figures:  # the ledger knows no words, only figures
        return comparison.compare(desk, facts=library.facts)
    holdings = [summary for summary in library.reports() if summary.id in ids]
    named = _named_facts(library)
    table = comparison.compare(replace(desk, reports=()), facts=named, holdings=holdings)
    table = comparison.ranked(table, lowest=desk.query.lowest)
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
