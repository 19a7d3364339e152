"""A question that puts a place first (X 是最高的吧, X 比 Y 高), held against the computed order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from bot.notes import Note
from bot.table import Cell, Row
from retrieval.documents import NoteValue


def verdict(
    name: str,
    alike: Sequence[tuple[Row, Cell]],
    claimed: Collection[str],
    *,
    lowest: bool,
) -> list[Note]:
    """Say whether the first of ``alike`` is one of the ``claimed`` reports.

    ``alike`` are the rows whose cells measure one thing. Nothing is said where the claimed
    place is not among them or has nobody to be compared with.
    """
    ranked = sorted(alike, key=lambda pair: pair[1].value or Decimal(0), reverse=not lowest)
    own = next(((row, cell) for row, cell in ranked if row.report in claimed), None)
    if own is None or len(ranked) < 2:
        return []
    row, cell = own
    first = [r for r, c in ranked if c.value == ranked[0][1].value]
    which = Note("extreme.lowest" if lowest else "extreme.highest")
    said: dict[str, NoteValue] = {
        "name": name, "which": which, "report": row.label, "figure": cell.text
    }  # fmt: skip
    if row not in first:
        top = tuple(r.label for r in first)
        return [Note("not_first", {**said, "first": top, "best": ranked[0][1].text})]
    others = tuple(r.label for r in first if r is not row)
    shared = Note("shared_place", {"reports": others}) if others else ""
    return [Note("is_first", {**said, "count": len(ranked), "shared": shared})]
