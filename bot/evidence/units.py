"""Whether a figure's unit is the one asked for: 件 and 宗 count alike, 名 and 份 do not."""

from __future__ import annotations

from typing import Literal

Fit = Literal["same", "alike", "none", "other"]

# units that answer for one another; across the groups they do not (几名律师 is not 58份)
_GROUPS = (
    frozenset("件宗起份个例项条本部篇类"),
    frozenset("人名位"),
    frozenset("次场期轮"),
    frozenset("家户所"),
    frozenset("辆台套"),
)


def plain_unit(unit: str) -> str:
    """Return a unit without its multiplier: 万件 counts what 件 counts."""
    return unit.lstrip("百千万亿")


def unit_group(unit: str) -> int | None:
    """Return the number of the group of units that answer for one another, None for no such."""
    first = plain_unit(unit)[:1]
    return next((n for n, group in enumerate(_GROUPS) if first and first in group), None)


def unit_fit(asked: str, unit: str) -> Fit:
    """Return how a figure's unit fits the asked one; ``none`` where one of the two is bare."""
    mine, theirs = plain_unit(asked), plain_unit(unit)
    if mine == theirs:
        return "same"
    if mine == "个":
        return "alike"
    if not mine or not theirs:
        return "none"
    groups = {unit_group(mine), unit_group(mine[-1])} - {None}
    return "alike" if mine[0] == theirs[0] or unit_group(theirs) in groups else "other"
