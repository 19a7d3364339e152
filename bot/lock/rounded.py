"""What a figure of a line may stand for: 近3000件 for 2973件, 四成多 for 44.7%.

A rounded figure is put as the quotes have it, so that all that is checked of a figure is checked
of the exact one. Texts are levelled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.lock.figure_contexts import COUNTED, FigureContext, figure_contexts
from bot.lock.stops import STOP
from retrieval.genre.lexicon import pattern
from retrieval.genre.quantities import Quantity, canonical, find_quantities, same_value
from retrieval.genre.quantity_values import rounding_step
from retrieval.question.addressing import numeral

_TENTHS = re.compile("(?P<n>[一二三四五六七八九])成(?=[多余出以左上]|[^\u4e00-\u9fff]|$|的)")
_BEFORE = re.compile(
    "(?:(?P<below>将近|接近|近|不到|不足|不满)|(?P<above>超过|突破|多于|高于|逾|超)|(?P<about>大约|大概|约))[了有]?$"
)
_AFTER = re.compile("(?P<above>[余多](?!少)|出头|以上)|(?P<about>左右|上下)")


@dataclass(frozen=True, slots=True)
class Said:
    """A figure as a line says it: what it may stand for, from ``low`` to ``high``, and its span.

    ``rounded`` tells whether words say that it is rounded; they lie within the span.
    """

    low: Decimal
    high: Decimal
    unit: str
    kind: str
    start: int
    end: int
    rounded: bool

    def holds(self, value: Decimal) -> bool:
        """Tell whether a value is what the figure says."""
        return self.low <= value <= self.high

    def divided(self) -> Said:
        """Return the figure as it may be where a division gave it: rounded at its last digit."""
        if self.low != self.high:
            return self
        half = rounding_step(self.low) / 2 if self.low else Decimal(0)
        return replace(self, low=self.low - half, high=self.high + half)


def said_in(text: str) -> Iterator[Said]:
    """Yield the counted figures of a levelled text, with the words that round them, in order."""
    found = [q for q in find_quantities(text) if q.kind in COUNTED and q.value is not None]
    spans = [(q.start, q.end) for q in found]
    for match in _TENTHS.finditer(text):
        if not any(a <= match.start() < b for a, b in spans):
            share = Decimal(numeral(match["n"]) or 0)
            found.append(Quantity(*match.span(), match[0], share, "成", "", "percent"))
    for quantity in sorted(found, key=lambda q: q.start):
        yield _said(quantity, text)


def _said(quantity: Quantity, text: str) -> Said:
    value, unit = canonical(quantity)
    before = _BEFORE.search(text, max(0, quantity.start - 4), quantity.start)
    after = _AFTER.match(text, quantity.end)
    ways = {m.lastgroup for m in (before, after) if m}
    if quantity.modifier in ("余", "多") and not ways:
        ways.add("above")
    step = rounding_step(value)
    least = min(step / 2, value / 10)
    low = high = value
    if "below" in ways:
        low, high = value - least, value - step / 10**9
    elif "above" in ways:
        low, high = value + step / 10**9, value + step - step / 10**9
    elif "about" in ways:
        low, high = value - least, value + least
    start = before.start() if before else quantity.start
    end = after.end() if after else quantity.end
    return Said(low, high, unit, quantity.kind, start, end, bool(ways))


def as_quoted(text: str, quotes: Sequence[str]) -> str:
    """Return a line with each figure that it says it rounds as the quotes have it.

    Only where just one figure of the quotes, of its unit, is what it says, and none is the figure
    itself. A bound of several (都超过96%) rounds none of them.
    """
    offered = [c for quote in quotes for c in figure_contexts(quote) if c.quantity.kind in COUNTED]
    kept: list[str] = []
    position = 0
    for said in said_in(text):
        clause = STOP.split(text[: said.start])[-1]
        if not said.rounded or pattern("whole").search(clause) or _is_held(said, text, offered):
            continue
        fitting = [c for c in offered if _fits(said, c.quantity)]
        if len({canonical(c.quantity)[0] for c in fitting}) != 1:
            continue
        kept += [text[position : said.start], fitting[0].quantity.text]
        position = said.end
    return "".join([*kept, text[position:]])


def _is_held(said: Said, text: str, offered: Sequence[FigureContext]) -> bool:
    own = [q for q in find_quantities(text) if said.start <= q.start < said.end]
    return any(same_value(q, c.quantity) for q in own for c in offered)


def _fits(said: Said, quantity: Quantity) -> bool:
    value, unit = canonical(quantity)
    return unit == said.unit and quantity.kind == said.kind and said.holds(value)
