"""The extractive writer: answers in the reports' own words, chosen and ordered by code.

What it writes are claims, each a span of a report cited whole, and notes, which code
computed (labels, counts, what is missing). It never rephrases, so it needs no trust; it
also writes when no model can be had.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.across import compare, per_report, which
from bot.drafting import Desk, Draft, silent
from bot.facts import field_answer, one_report
from bot.lists import item, list_in, newest_of_one_issuer
from bot.overview import brief, catalogue


def write(desk: Desk) -> Draft:
    """Return the draft for a query, by its kind; an abstaining draft where the reports are silent."""
    if desk.query.field and desk.query.kind in ("fact", "list") and len(desk.reports) == 1:
        told = field_answer(desk.query.field, desk.reports[0])
        if told:
            return told
    return _WRITERS[desk.query.kind](desk)


def _fact(desk: Desk) -> Draft:
    return one_report(desk) if len(desk.reports) == 1 else per_report(desk)


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
    return list_in(desk, reports[0]) if reports else silent(desk)


_WRITERS: Mapping[str, Callable[[Desk], Draft]] = {
    "fact": _fact,
    "list": _list,
    "item": item,
    "which": which,
    "rank": per_report,
    "compare": _compare,
    "catalogue": catalogue,
    "brief": brief,
}
