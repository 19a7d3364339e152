"""Which figures of a report lie beyond a bound (哪些率超过99%): every clause that has one."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

from bot.evidence.drafting import Desk, Draft, claim
from bot.notes import Note, note
from bot.table import Table
from bot.values import Cited
from retrieval.documents import NoteValue, Report, Span
from retrieval.genre.quantities import canonical, find_quantities
from retrieval.text.normalise import normalise

MAX_LINES = 20
# a clause without a subject of its own (占比100%) is shown with the one before it
_NO_SUBJECT = re.compile("占比|占(?!有率)|达|比例|其中|均")
_CHANGE = re.compile(
    "(?:同比|同期|环比|较上年|比上年)[^，。]{0,4}(?:上升|下降|增长|增加|减少|提高|降低)"
)
_ASKS = re.compile("(?:哪些|哪几(?:个|项)|有几(?:个|项)|什么)[^，。]{0,6}(?:率|比例|指标|占比)")
_BEYOND = re.compile(
    "(?P<most>不超过|不高于|以下|以内)|(?P<least>不低于|不少于|达到|达|在$|以上)|"
    "(?P<above>超过|高于|大于|突破|超)|(?P<below>低于|不到|不足|少于|小于)"
)
_HOLDS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "least": operator.ge, "above": operator.gt, "most": operator.le, "below": operator.lt,
}  # fmt: skip


def asks_beyond(topic: str) -> bool:
    """Return True when a question asks which rates lie beyond a percentage."""
    plain = normalise(topic)
    return bool(_ASKS.search(plain)) and _bound(plain) is not None


def beyond(desk: Desk, report: Report) -> Draft:
    """List the clauses whose percentages lie beyond the bound asked, with their count."""
    bound = _bound(normalise(desk.query.topic))
    assert bound is not None  # asks_beyond was asked first
    limit, holds, words = bound
    spans, count = [], 0
    for line in desk.reading(report).lines:
        if line.role == "plans":
            continue  # what is aimed at is not so yet
        for index, clause in enumerate(line.clauses):
            if _CHANGE.search(clause.folded):
                continue
            found = [
                q
                for q in clause.figures
                if q.kind == "percent" and q.value is not None and holds(canonical(q)[0], limit)
            ]
            if found:
                count += len(found)
                short = index and _NO_SUBJECT.match(clause.folded)
                first = line.clauses[index - 1] if short else clause
                spans.append(Span(first.span.start, clause.span.end))
    spans = list(dict.fromkeys(spans))
    if not spans:
        gap = Note("none_beyond", {"bound": Note(f"bound.{words}"), "limit": f"{limit}%"})
        return Draft(status="abstained", gap=(gap,))
    cites = tuple(Cited(report.id, s.start, s.end) for s in spans[:MAX_LINES])
    return Draft(
        tuple(claim(report, s) for s in spans[:MAX_LINES]),
        before=(
            note("beyond_counted", bound=Note(f"bound.{words}"), limit=f"{limit}%", count=count),
        ),
        items=cites,
        focus=cites,
    )


def asks_places_beyond(topic: str) -> bool:
    """Return True when a question asks which places lie beyond a percentage."""
    plain = normalise(topic)
    return bool(_WHICH_PLACES.search(plain)) and _bound(plain) is not None


def rows_beyond(table: Table, topic: str) -> Table | None:
    """Keep the rows of a comparison whose percentage lies beyond the bound asked (哪些地方超过98%).

    None if the question sets no bound, or the table has no percentages.
    """
    bound = _bound(normalise(topic)) if asks_places_beyond(topic) else None
    if bound is None:
        return None
    limit, holds, words = bound
    told = [(row, cell) for row in table.rows for cell in row.cells[:1] if cell.unit == "%"]
    if not told:
        return None
    kept = [row for row, cell in told if cell.value is not None and holds(cell.value, limit)]
    values: dict[str, NoteValue] = {
        "bound": Note(f"bound.{words}"),
        "limit": f"{limit}%",
        "count": len(kept),
    }
    names = tuple(row.label for row in kept)
    count = Note("reports_beyond", {**values, "reports": names}) if kept else None
    silent = tuple(n for n in table.notes if n.kind in ("silent_on", "unsaid_in"))
    rows = tuple(kept or [row for row, _ in told])
    return replace(table, rows=rows, notes=(count or Note("no_report_beyond", values), *silent))


_WHICH_PLACES = re.compile("哪(?:些|几|个|家|里|儿)|谁|几(?:个|家|份)(?:地方|报告|县|区|市)")


def _bound(plain: str) -> tuple[Decimal, Callable[[Decimal, Decimal], bool], str] | None:
    """Return the percentage a topic sets, how a figure is held against it, and by which name."""
    asked = [q for q in find_quantities(plain) if q.kind == "percent" and q.value is not None]
    if len(asked) != 1:
        return None
    figure = asked[0]
    before = plain[max(0, figure.start - 4) : figure.start]
    after = plain[figure.end : figure.end + 2]
    said = _BEYOND.search(before) or _BEYOND.search(after or figure.modifier)
    if said is None or said.lastgroup is None or figure.value is None:
        return None
    return canonical(figure)[0], _HOLDS[said.lastgroup], said.lastgroup
