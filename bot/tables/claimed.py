"""A question that puts a place first (X 是最高的吧, X 比 Y 高), held against the computed order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from bot.table import Cell, Row

COMPUTED = "（计算）"


def verdict(
    name: str,
    alike: Sequence[tuple[Row, Cell]],
    claimed: Collection[str],
    *,
    lowest: bool,
) -> list[str]:
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
    which = "最低" if lowest else "最高"
    if row not in first:
        top = "、".join(r.label for r in first)
        return [
            f"不是：{name}{which}的是{top}（{ranked[0][1].text}），{row.label}为{cell.text}{COMPUTED}"
        ]
    others = "、".join(r.label for r in first if r is not row)
    shared = f"，与{others}并列" if others else ""
    return [
        f"是的：{row.label}{name}为{cell.text}，在可比的{len(ranked)}份报告中{which}{shared}{COMPUTED}"
    ]
