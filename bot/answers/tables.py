"""Answers that are a table over several reports, told in lines."""

from __future__ import annotations

from dataclasses import replace

from bot.answers.thresholds import asks_places_beyond, rows_beyond
from bot.evidence.drafting import Desk, Draft
from bot.evidence.silence import silent
from bot.table import Table
from bot.tables import comparison
from bot.tables.reporting import from_ledger, table_of


def asks_table(desk: Desk) -> bool:
    """Tell whether a question is one for a table of the reports in scope."""
    return comparison.suits(desk.query, desk.held if from_ledger(desk) else desk.reports)


def asks_beyond(desk: Desk) -> bool:
    """Tell whether a question asks which of several places lie beyond a percentage."""
    if not asks_places_beyond(desk.query.topic):
        return False
    return asks_table(desk) or len(desk.reports) > 1


def tabulated(desk: Desk) -> Draft:
    """Compare every report in scope: the desk may hold only some of a large scope."""
    return _told(desk, table_of(desk))


def beyond(desk: Desk) -> Draft:
    """Name the places beyond the bound asked, of every report in scope."""
    table = table_of(desk)
    return _told(desk, rows_beyond(table, desk.query.topic) or table)


def _told(desk: Desk, table: Table) -> Draft:
    return replace(silent(desk) if table.empty else comparison.draft(table), table=table)
