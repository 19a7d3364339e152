"""Figures of a line that its quotes do not hold, but yield: rounded, or by one step of arithmetic.

A rounded figure (近3000件, 四成多) is put as the quotes have it, so that all that is checked of a
figure is checked of the exact one. A sum, rest, difference, share, mean or the figure of the year
before is for ``bot.lock.reckoned`` to take from a line. Texts are levelled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations, pairwise, permutations

from bot.evidence.likeness import pairs_of
from bot.lexicon import pattern
from bot.lock.arithmetic import alike
from bot.lock.figure_contexts import COUNTED, FigureContext, figure_contexts
from bot.lock.modality import WHOLE
from bot.lock.stops import HARD_STOP, STOP
from bot.lock.wording import FALLING, RISING
from retrieval.genre.quantities import Quantity, canonical, find_quantities, same_value

_TENTHS = re.compile("(?P<n>[一二三四五六七八九])成(?=[多余出以左上]|[^\u4e00-\u9fff]|$|的)")
_HAN = "零一二三四五六七八九"
_BEFORE = re.compile(
    "(?:(?P<below>将近|接近|近|不到|不足|不满)|(?P<above>超过|突破|多于|高于|逾|超)|(?P<about>大约|大概|约))[了有]?$"
)
_AFTER = re.compile("(?P<above>[余多](?!少)|出头|以上)|(?P<about>左右|上下)")
_MEAN = re.compile("平均|人均|[每摊]")
_SHARE = re.compile("占|率|比例|比重|成")
_THAN = re.compile("(?<!占)比(?![例重率])")
_MOST = 12  # figures of a sentence that are reckoned with


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


def said_in(text: str) -> Iterator[Said]:
    """Yield the counted figures of a levelled text, with the words that round them, in order."""
    found = [q for q in find_quantities(text) if q.kind in COUNTED and q.value is not None]
    spans = [(q.start, q.end) for q in found]
    for match in _TENTHS.finditer(text):
        if not any(a <= match.start() < b for a, b in spans):
            share = Decimal(_HAN.index(match["n"]))
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
    step = _step(value)
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


def _step(value: Decimal) -> Decimal:
    """Return what the last digit of a value that is no zero counts: 10 of 1870, 0.1 of 2.5."""
    exponent = value.normalize().as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)


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
        if not said.rounded or re.search(WHOLE, clause) or _is_held(said, text, offered):
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


def yielded(said: Said, clause: str, line: str, quotes: Sequence[str]) -> bool:
    """Tell whether one step of arithmetic from figures of one sentence of the quotes yields a figure.

    A difference, a share, a mean or what was before a change, each only where the ``clause`` (with
    the one before it) says so; ``line`` is what the line says up to the end of the clause.
    """
    own = pairs_of(clause)
    contexts: list[FigureContext] = []
    for sentence in (s for quote in quotes for s in HARD_STOP.split(quote)):
        told = [c for c in figure_contexts(sentence) if c.quantity.kind in COUNTED][:_MOST]
        contexts += told
        if any(own & (c.near | c.earlier) for c in told) and (
            _is_difference(said, clause, told, sentence)
            or _is_share(said, clause, told)
            or _is_mean(said, clause, told)
            or _was_before(said, line, told, sentence)
        ):
            return True
    return _lies_between(said, clause, line, contexts)


def _is_difference(said: Said, clause: str, told: Sequence[FigureContext], sentence: str) -> bool:
    if not pattern("differing").search(clause) or _THAN.search(clause[clause.rfind(",") :]):
        return False  # of what is named the names are held against the quotes (_Figures.differ_by)
    for one, other in combinations([c.quantity for c in told], 2):
        if not _of_one_kind(said, one, other):
            continue
        change = canonical(other)[0] - canonical(one)[0]
        if said.holds(abs(change)) and _lies_right(clause, change, sentence, one, other):
            return True
    return False


def _lies_between(said: Said, clause: str, line: str, contexts: Sequence[FigureContext]) -> bool:
    """Tell whether a difference is that of two figures told of one thing, of which a line shows one."""
    if not pattern("differing").search(clause) or _THAN.search(clause[clause.rfind(",") :]):
        return False
    shown = find_quantities(line)
    return any(
        _of_one_kind(said, a.quantity, b.quantity)
        and said.holds(abs(canonical(a.quantity)[0] - canonical(b.quantity)[0]))
        and alike(a, b)
        and any(same_value(q, c.quantity) for q in shown for c in (a, b))
        for a, b in combinations(contexts[: 2 * _MOST], 2)
    )


def _of_one_kind(said: Said, one: Quantity, other: Quantity) -> bool:
    """Tell whether two figures have a difference of the kind and unit of a third."""
    if canonical(one)[1] != canonical(other)[1] or one.kind != other.kind:
        return False
    if one.kind == "percent":
        return said.kind == "points"
    return one.kind == said.kind and canonical(one)[1] == said.unit


def _lies_right(
    clause: str, change: Decimal, sentence: str, one: Quantity, other: Quantity
) -> bool:
    """Tell whether a change from one figure to another lies the way a clause says, if it says one."""
    if not re.search("[至到为]", sentence[one.end : other.start]):
        return True
    more, less = (bool(pattern(way).search(clause)) for way in ("more", "fewer"))
    return more == less or more == (change > 0)


def _is_share(said: Said, clause: str, told: Sequence[FigureContext]) -> bool:
    if said.kind != "percent":
        return False
    shown = [q for q in find_quantities(clause) if q.kind == "number"]
    for part, whole in permutations([c.quantity for c in told if c.quantity.kind == "number"], 2):
        (a, unit), (b, other) = canonical(part), canonical(whole)
        if unit != other or not a < b or not _worked_out(said).holds(100 * a / b):
            continue
        if _SHARE.search(clause) or any(same_value(whole, q) for q in shown):
            return True
    return False


def _is_mean(said: Said, clause: str, told: Sequence[FigureContext]) -> bool:
    if not _MEAN.search(clause) or said.kind not in ("number", "money"):
        return False
    counts = [c.quantity for c in told if c.quantity.kind in ("number", "money")]
    return any(
        canonical(of)[0] > 0
        and canonical(all_)[1] in (said.unit, "")
        and canonical(all_)[1] != canonical(of)[1]
        and _worked_out(said).holds(canonical(all_)[0] / canonical(of)[0])
        for all_, of in permutations(counts, 2)
    )


def _worked_out(said: Said) -> Said:
    """Return a figure as it may be where a division gave it: rounded at its last digit."""
    if said.low != said.high:
        return said
    half = _step(said.low) / 2 if said.low else Decimal(0)
    return replace(said, low=said.low - half, high=said.high + half)


def _was_before(said: Said, line: str, told: Sequence[FigureContext], sentence: str) -> bool:
    """Tell whether a figure is that of before, reckoned back from what stands after a change."""
    if not pattern("earlier").search(line):
        return False
    for now, change in pairwise(told):
        value, unit = canonical(now.quantity)
        by, of = canonical(change.quantity)
        between = sentence[now.quantity.end : change.quantity.start]
        points = now.quantity.kind == "percent" and change.quantity.kind == "points"
        if now.quantity.kind != said.kind or unit != said.unit or not (points or of == unit):
            continue
        rose, fell = bool(RISING.search(between)), bool(FALLING.search(between))
        if rose != fell and said.holds(value - by if rose else value + by):
            return bool(pairs_of(line) & now.near)
    return False
