"""The value of a figure, and when two figures agree.

Kept apart from reading (``retrieval.genre.quantities``): nothing here looks at a text.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

QuantityKind = Literal[
    "number", "percent", "points", "date", "year", "ordinal", "money", "document"
]


class Quantity(NamedTuple):
    """A number with its unit at ``text[start:end]``.

    ``value`` is the number as written (None for a range, which has ``low`` and ``high``, and
    for codes). A date's value is ``yyyymmdd`` with zeros for what is not said. ``unit`` keeps
    its multiplier (``万元``, ``万人次``); ``modifier`` is one of ``余 多 约 近 超 以上 以下 左右``
    or empty. ``doubtful`` marks a figure that the source seems to have damaged.
    """

    start: int
    end: int
    text: str
    value: Decimal | None
    unit: str
    modifier: str = ""
    kind: QuantityKind = "number"
    low: Decimal | None = None
    high: Decimal | None = None
    doubtful: bool = False


class NumberCheck(NamedTuple):
    """What a text says that a source does not: wrong or absent values, units, modifiers."""

    missing: tuple[Quantity, ...]
    unit_mismatch: tuple[Quantity, ...]
    modifier_mismatch: tuple[Quantity, ...]


_FULL_TO_HALF = {
    **{chr(0xFF10 + d): str(d) for d in range(10)}, "％": "%", "．": ".", "（": "(", "）": ")",
    "－": "-", "–": "—", "～": "~", "＋": "+", "：": ":", "／": "/",
}  # fmt: skip
MULTIPLIER = re.compile(r"万亿|千万|百万|万|亿|千(?![克米瓦])|百(?!分)")
POWERS = {"百": 2, "千": 3, "万": 4, "百万": 6, "千万": 7, "亿": 8, "万亿": 12}
_BASE_UNITS = {
    "元人民币": "元", "名": "人", "位": "人", "人(次)": "人次", "人/次": "人次", "场(次)": "场次", "场/次": "场次",
    "件(次)": "件次", "㎡": "平方米", "千米": "公里", "百分点": "个百分点", "日": "天", "小时": "个小时",
    "工作日": "个工作日",
}  # fmt: skip


def canonical(quantity: Quantity) -> tuple[Decimal, str]:
    """Return value and base unit: 89.1亿元 → (8910000000, 元), 5成 → (50, %).

    For a range the value is its upper end; for a code without value it is -1.
    """
    value = quantity.value if quantity.value is not None else quantity.high
    if value is None:
        return Decimal(-1), quantity.unit
    return _to_base(value, quantity.unit)


def _to_base(value: Decimal, unit: str) -> tuple[Decimal, str]:
    if unit == "成":
        return value * 10, "%"
    if unit == "‰":
        return value / 10, "%"
    power, unit = _base_unit(unit)
    return value.scaleb(power) if power else value, unit


@lru_cache(maxsize=1_024)
def _base_unit(unit: str) -> tuple[int, str]:
    """Return the power of ten that a unit brings, and its base unit: 万人 → (4, 人)."""
    power = 0
    if multiplier := MULTIPLIER.match(unit):
        power, unit = POWERS[multiplier[0]], unit[multiplier.end() :]
    return power, _BASE_UNITS.get(unit, unit)


def rounding_step(value: Decimal) -> Decimal:
    """Return what the last digit of a value that is no zero counts: 10 of 1870, 0.1 of 2.5.

    So much more, at the most, does a rounded figure stand for: 一百多 for less than 200.
    """
    exponent = value.normalize().as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)


def same_value(a: Quantity, b: Quantity) -> bool:
    """Tell whether two figures are one: 2.5万 and 两万五千, 二十件 and 20件; 50% is not 50.

    Units are compared where both have one; modifiers are not compared.
    """
    return same_number(a, b) and units_agree(a, b)


def is_some_over(asked: Quantity, told: Quantity) -> bool:
    """Tell whether a figure is what 一百多天 or 30余件 may stand for: 126天, 32件."""
    low, high = canonical(asked)[0], canonical(told)[0]
    rounded = asked.modifier in ("余", "多") and asked.value is not None
    return rounded and low <= high < low + rounding_step(low) and units_agree(asked, told)


def same_number(a: Quantity, b: Quantity) -> bool:
    """Compare values in base units, units and modifiers apart; a rate is no count."""
    if (a.kind == "document") != (b.kind == "document"):
        return False
    if a.kind == "document" or canonical(a)[0] == canonical(b)[0] == -1:
        return _plain(a.text) == _plain(b.text)
    if a.kind == "date" or b.kind == "date":
        return a.kind == b.kind and _within_date(a, b)
    rates = ("percent", "points")
    if (a.kind in rates or b.kind in rates) and a.kind != b.kind:
        return False
    if (a.low is None) != (b.low is None):
        return False
    if a.low is not None and b.low is not None:
        low_a, low_b = _to_base(a.low, a.unit)[0], _to_base(b.low, b.unit)[0]
        if low_a != low_b:
            return False
    return canonical(a)[0] == canonical(b)[0]


def _within_date(a: Quantity, b: Quantity) -> bool:
    """Compare the fields both dates name; a month or day named by one only is a difference."""
    if a.value is None or b.value is None:
        return _plain(a.text) == _plain(b.text)
    (year_a, rest_a), (year_b, rest_b) = divmod(int(a.value), 10000), divmod(int(b.value), 10000)
    return rest_a == rest_b and (year_a == year_b or not year_a or not year_b)


def units_agree(a: Quantity, b: Quantity) -> bool:
    """Tell whether base units are one; a figure without unit agrees with any."""
    unit_a, unit_b = canonical(a)[1], canonical(b)[1]
    return unit_a == unit_b or not unit_a or not unit_b


def modifiers_agree(a: Quantity, b: Quantity) -> bool:
    """Compare 余, 近, 以上 …; 余 and 多 are one."""
    loose = {"多": "余"}
    return loose.get(a.modifier, a.modifier) == loose.get(b.modifier, b.modifier)


def part_of_date(quantity: Quantity, offered: tuple[Quantity, ...]) -> bool:
    """A month or year alone is supported by a full date that contains it."""
    if quantity.value is None or quantity.kind not in ("date", "year"):
        return False
    wanted = int(quantity.value) * (10000 if quantity.kind == "year" else 1)
    for other in offered:
        if other.value is None or other.kind != "date":
            continue
        held = int(other.value)
        if quantity.kind == "year" and held // 10000 == wanted // 10000:
            return True
        same_month = held // 100 % 100 == wanted // 100 % 100
        same_year = held // 10000 == wanted // 10000 or not (held // 10000 and wanted // 10000)
        if quantity.kind == "date" and wanted % 100 == 0 and same_month and same_year:
            return True
    return False


def half_width(text: str) -> str:
    """Return ``text`` with the figures and signs around them in half width, one for one."""
    for full, half in _FULL_TO_HALF.items():  # a tenth of what ``str.translate`` takes
        text = text.replace(full, half)
    return text


def _plain(words: str) -> str:
    return half_width(words).replace(" ", "")
