"""Briefings and comparisons as requests: the question that words stand for, tables over many reports."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import attrgetter

from bot.evidence.drafting import Desk
from bot.evidence.opening import MAX_READ_REPORTS
from bot.labels import Names
from bot.table import Cell, Table
from bot.tables import comparison
from bot.tables.comparison_cells import Wanted, cell_of, key_of, units_of
from retrieval.library.collector import resting_collector
from retrieval.library.library import Library
from retrieval.parsing.indicators import Fact
from retrieval.question.query import Query
from retrieval.question.scope import Holding

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
    """Return the table of every report in scope, its words read in for the rows that are shown.

    A scope too large to be opened is told from the ledger, which knows figures and no words.
    """
    library = desk.library
    if library is None:
        return comparison.compare(desk)
    if not from_ledger(desk):
        return comparison.compare(desk, facts=library.facts)
    with resting_collector():
        table = comparison.compare(
            replace(desk, reports=()),
            facts=library.facts,
            holdings=sorted(desk.held, key=attrgetter("id")),
            cells=_Figures(library, desk.query),
            names=_names(library, desk),
            best_first=True,
        )
    shown = [row.report for row in table.rows[: comparison.MAX_LINES]]
    texts = dict(library.texts(shown))
    return comparison.with_words(table, texts.__getitem__, comparison.MAX_LINES)


def from_ledger(desk: Desk) -> bool:
    """Tell whether a question is for figures of more reports than are opened."""
    figures = desk.query.ask.content == "figure" or any(
        w.measures for w in comparison.wanted(desk.query)
    )
    return figures and len(desk.scope) > MAX_READ_REPORTS


def _names(library: Library, desk: Desk) -> Names:
    """Return what the reports in scope are called; that of all held is made once."""

    def made() -> Names:
        return Names(held.meta for held in desk.held)

    everything = len(desk.held) == len(library.reports())
    return library.kept("names", made) if everything else made()


class _Figures:
    """The ledger's figures of many reports, a column at a time, kept for each report."""

    def __init__(self, library: Library, query: Query) -> None:
        self._library, self._query = library, query

    def __call__(self, column: Wanted, holdings: Sequence[Holding]) -> Mapping[str, Cell]:
        """Return the cell of each holding under ``column``."""
        by_id = {holding.id: holding for holding in holdings}

        def told(report: str, known: Sequence[Fact]) -> Cell:
            return cell_of(self._query, column, by_id[report], None, known)

        def cells(reports: Sequence[str]) -> Mapping[str, Cell]:
            found: dict[str, Cell] = {}
            first = column.measures[:1]
            for report, named in self._library.figures(reports, first, (), brief=True):
                found[report] = told(report, named)
            # figures of another name are looked at only where none has the first one asked for
            others = [report for report, cell in found.items() if not cell.claims]
            if others:
                more = self._library.figures(others, column.measures, units_of(column))
                found |= {report: told(report, known) for report, known in more}
            return found

        key = key_of(self._query, column)
        return self._library.kept_of_each(key, list(by_id), cells)
