"""The figures of a claim: each stands in the quotes with its unit, belongs to the same words
there, or is recomputed here from figures of the same line that do.

``retrieval.quantities`` reads and compares; this module adds what a claim may get wrong beside
the value: a figure given to another subject (收案 41 件 for 审结 41 件), and arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from bot.wording import pairs
from retrieval.quantities import (
    Quantity,
    canonical,
    compare_numbers,
    find_quantities,
    same_value,
)

_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_LINKING = re.compile("[了共的]|一共|总共|累计|合计|总计|分别|达到|截至目前|全年")
_JOINING = re.compile("[和与及并]")
_SENTENCE_END = re.compile(r"[。;!?\n]")
_FULL_STOP = re.compile(r"[。!?\n]")
_HAN = re.compile(r"[\u3400-\u9fff]+")
# What stands right before a figure that a writer worked out, by the sum that it is.
_DIFFERENCE = re.compile(
    r"(?:相差|差距|差|多|多出|少|高|高出|低|增加|减少|增|减)(?:了|为|达|有)?约?$"
)
_SUM = re.compile(r"(?:合计|总计|共计|一共|共|总数|总和|之和|相加|加起来)[^,。;]{0,6}$")
_SHARE = re.compile(r"(?:占|占比|比例|比重|增长|下降|上升|降幅|增幅|减少|增加)[^,。;]{0,12}$")
_MULTIPLE = re.compile(r"(?:是|为|相当于|约)[^,。;]{0,8}$")
_ENGLISH_SUMS = re.compile(
    r"more|fewer|less|total|combined|sum|differ|higher|lower|comput|times|account"
)
COUNTED = ("number", "percent", "points", "money")
_ATTACHED = (*COUNTED, "ordinal")
_COUNTERS = frozenset("件份个项条宗起例部")
_MAX_OPERANDS = 12  # more figures than these in one sentence are no sum
_NEAR = 5  # characters beside a figure that name what it counts


@dataclass(frozen=True, slots=True)
class FigureCheck:
    """Problems with the figures of a sentence.

    ``excused`` are the texts of figures that stand only because code recomputed them,
    ``derived`` of those that the quotes hold and that the sentence's other figures yield.
    """

    problems: tuple[str, ...]
    excused: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()

    @property
    def computed(self) -> bool:
        """Whether the sentence stands only because code recomputed a figure."""
        return bool(self.excused)


def check_figures(
    sentence: str,
    quotes: Sequence[str],
    years: Collection[int] = (),
    *,
    names: Collection[str] = (),
    around: Sequence[str] = (),
    english: bool = False,
) -> FigureCheck:
    """Check every figure of a levelled sentence against levelled quotes.

    ``years`` are given by the setting and need no quote; ``names`` are passed over where the
    words beside figures are compared, with ``around``, the passages of the quotes.
    """
    source = "\n".join(quotes)
    verdict = compare_numbers(sentence, source, years=frozenset(years))
    found: list[str] = [
        f"“{q.text}”与原文的单位不同"
        for q in verdict.unit_mismatch
        if not any(_same_but_for_times(q, o) for o in find_quantities(source))
    ]
    if not english:
        found += [
            f"“{q.text}”的约数与原文不同（余、约、近、以上…）" for q in verdict.modifier_mismatch
        ]
    excused: list[Quantity] = []
    shown = _held_figures(sentence, source) if verdict.missing else ()
    for quantity in verdict.missing:
        if _is_paragraph_number(quantity, sentence, source):
            continue
        if _recomputed(quantity, sentence, shown):
            excused.append(quantity)
        else:
            found.append(f"原文没有“{quantity.text}”")
    if not english:
        found += _other_units(sentence, source)
    found += _stray_digits(sentence, source, years)
    if not found and not english:
        found += _misattached(
            _blanked(sentence, names), [_blanked(q, names) for q in around or quotes], excused
        )
        found += _misdated(sentence, around or quotes)
    if found:
        return FigureCheck(tuple(dict.fromkeys(found)))
    return FigureCheck((), tuple(q.text for q in excused), _derived(sentence, source))


def _other_units(sentence: str, source: str) -> Iterator[str]:
    """Yield figures that the source gives with other units only (1件 for 1次)."""
    offered = [q for q in find_quantities(source) if q.kind in COUNTED and q.unit]
    for quantity in find_quantities(sentence):
        if quantity.kind not in COUNTED or not quantity.unit:
            continue
        same = [o for o in offered if canonical(o)[0] == canonical(quantity)[0]]
        if same and not any(
            same_value(quantity, o) or _same_but_for_times(quantity, o) for o in same
        ):
            yield f"“{quantity.text}”与原文的单位不同"


def _same_but_for_times(a: Quantity, b: Quantity) -> bool:
    """Tell whether two figures differ only as 场 and 场次 do; 人 and 人次 count other things."""
    (value, one), (other_value, other) = canonical(a), canonical(b)
    shorter, longer = sorted((one, other), key=len)
    return value == other_value and shorter != "人" and longer == shorter + "次" != "次"


def _is_paragraph_number(quantity: Quantity, sentence: str, source: str) -> bool:
    """Tell whether digits are the number of a paragraph (``2.抓关键``) that the source shows."""
    mark = sentence[quantity.end : quantity.end + 1]
    return not quantity.unit and mark in (".", "、", ")") and quantity.text + mark in source


def _stray_digits(sentence: str, source: str, years: Collection[int]) -> Iterator[str]:
    """Yield digits that no figure accounts for and that the source does not show."""
    held = set(_DIGITS.findall(_GROUPED.sub("", source))) | {str(year) for year in years}
    accounted = [(q.start, q.end) for q in find_quantities(sentence)]
    for match in _DIGITS.finditer(sentence):
        inside = any(start <= match.start() < end for start, end in accounted)
        if not inside and match[0] not in held:
            yield f"原文没有“{match[0]}”"


@dataclass(frozen=True, slots=True)
class _Context:
    """A counted figure with the character pairs beside it, and those of its sentence before it.

    A figure with no words of its own (2021年全年9件) is ``bare`` and has those of its sentence.
    """

    quantity: Quantity
    near: frozenset[str]
    earlier: frozenset[str]
    bare: bool


@lru_cache(maxsize=2048)
def _contexts(text: str) -> tuple[_Context, ...]:
    """Return each counted figure with the words that say what it counts.

    What stands between two figures of one clause belongs to the second (由175件降至120件), up
    to a joining word to the first (36件投诉和12件举报).
    """
    figures = [q for q in find_quantities(text) if q.kind in _ATTACHED]
    found = []
    for place, quantity in enumerate(figures):
        previous = figures[place - 1].end if place else 0
        following = figures[place + 1].start if place + 1 < len(figures) else len(text)
        stops = [m.end() for m in _SENTENCE_END.finditer(text, 0, quantity.start)]
        begin = stops[-1] if stops else 0
        before = text[max(previous, begin) : quantity.start]
        tail = re.split("[,:、(]", before)[-1]
        rest = text[quantity.end : following]
        head = re.split(r"[,:、.)。;!?\n]", rest)[0]
        if head == rest and place + 1 < len(figures):
            head = head[: joined.start()] if (joined := _JOINING.search(head)) else ""
        stops = [m.end() for m in _FULL_STOP.finditer(text, 0, quantity.start)]
        earlier = pairs(_last_han(text[stops[-1] if stops else 0 : quantity.start], None))
        if not pairs(_last_han(tail, None)) and not pairs(head):  # 行政复议申请,350件
            tail = re.split("[,:、(]", before.rstrip(",:、("))[-1]
        near = pairs(_last_han(tail, _NEAR * 2)) | pairs(_first_han(head, _NEAR))
        found.append(_Context(quantity, near or earlier, earlier, not near))
    return tuple(found)


def _blanked(text: str, names: Collection[str]) -> str:
    """Return ``text`` of the same length with names and linking words blanked."""
    for name in sorted(names, key=len, reverse=True):
        if not name.isdigit():
            text = text.replace(name, " " * len(name))
    return _LINKING.sub(lambda match: " " * len(match[0]), text)


def _last_han(text: str, count: int | None) -> str:
    han = "".join(_HAN.findall(text)).replace("年", "")
    return han if count is None else han[-count:]


def _first_han(text: str, count: int) -> str:
    return "".join(_HAN.findall(text)).replace("年", "")[:count]


def _misattached(
    sentence: str, quotes: Sequence[str], excused: Sequence[Quantity]
) -> Iterator[str]:
    """Yield figures whose words go with another figure of the same unit in the quotes.

    Told by the words that stand beside one of the two only: the sentence has some of the other
    figure's, and either none of those of the figure it gives or most of those that its sentence
    in the quotes does not hold so far.
    """
    offered = [context for quote in quotes for context in _contexts(quote)]
    for said in _contexts(sentence):
        if any(said.quantity == other for other in excused):
            continue
        same = [o for o in offered if same_value(said.quantity, o.quantity)]
        own = frozenset().union(*(o.near for o in same))
        reach = own.union(*(o.earlier for o in same))
        for other in offered:
            if other.bare or same_value(said.quantity, other.quantity):
                continue
            if not _count_alike(said.quantity, other.quantity):
                continue
            words = other.near - own
            theirs, ours = said.near & words, said.near & (own - other.near)
            if theirs and (not ours or 2 * len(theirs - reach) > len(words)):
                yield (
                    f"“{said.quantity.text}”在原文中说的是别的事，这里原文是“{other.quantity.text}”"
                )
                break


def _count_alike(a: Quantity, b: Quantity) -> bool:
    """Tell whether two figures may count the same things: one unit, or two of papers and cases."""
    one, other = canonical(a)[1], canonical(b)[1]
    return one == other or (one in _COUNTERS and other in _COUNTERS)


def _dated(text: str) -> Iterator[tuple[Quantity, Decimal]]:
    """Yield the figures that a year stands before in the same clause, each with that year."""
    year: Quantity | None = None
    for quantity in find_quantities(text):
        if quantity.kind == "year":
            year = quantity
        elif (
            year is not None
            and year.value is not None
            and quantity.kind in COUNTED
            and not re.search(r"[,。;!?:\n]", text[year.end : quantity.start])
        ):
            yield quantity, year.value


def _misdated(sentence: str, quotes: Sequence[str]) -> Iterator[str]:
    """Yield figures that the quotes give for another year only."""
    offered = [pair for quote in quotes for pair in _dated(quote)]
    for quantity, year in _dated(sentence):
        others = [other_year for other, other_year in offered if same_value(quantity, other)]
        if others and year not in others:
            yield f"“{quantity.text}”在原文中是{others[0]}年的"


def _held_figures(sentence: str, source: str) -> tuple[Quantity, ...]:
    """Return the figures of a sentence that the source holds: the operands of its arithmetic."""
    offered = find_quantities(source)
    found = [
        q
        for q in find_quantities(sentence)
        if q.kind in COUNTED and q.value is not None and any(same_value(q, o) for o in offered)
    ]
    return tuple(found[:_MAX_OPERANDS])


def _recomputed(quantity: Quantity, sentence: str, held: Sequence[Quantity]) -> bool:
    """Tell whether a figure follows from figures of the same sentence that the source holds.

    Difference, sum, share, growth and multiple, each only with its word before the figure
    (``多18件``, ``合计64件``); the operands, ``held``, must be shown in the sentence.
    """
    if quantity.value is None or quantity.kind not in COUNTED:
        return False
    shown = [q for q in held if q.start != quantity.start]
    before = sentence[max(0, quantity.start - 18) : quantity.start]
    english = bool(_ENGLISH_SUMS.search(sentence))
    value, unit = canonical(quantity)
    if quantity.kind == "points":
        rates = [canonical(q)[0] for q in shown if q.kind == "percent"]
        stated = english or _DIFFERENCE.search(before)
        return bool(stated) and any(abs(a - b) == value for a in rates for b in rates if a != b)
    if quantity.kind == "percent" or quantity.unit == "倍":
        wanted = _MULTIPLE if quantity.unit == "倍" else _SHARE
        return bool(english or wanted.search(before)) and _is_ratio(quantity, shown)
    operands = [canonical(q)[0] for q in shown if canonical(q)[1] == unit or not unit]
    if (english or _SUM.search(before)) and len(operands) >= 2 and sum(operands) == value:
        return True
    if not (english or _DIFFERENCE.search(before)):
        return False
    return any(abs(a - b) == value for a in operands for b in operands if a != b)


def _derived(sentence: str, source: str) -> tuple[str, ...]:
    """Return the rates of a sentence that its other figures yield, told as such (占…的17.5%)."""
    rates = [q for q in find_quantities(sentence) if q.kind == "percent"]
    held = _held_figures(sentence, source) if rates else ()
    return tuple(q.text for q in rates if _recomputed(q, sentence, held))


def _is_ratio(quantity: Quantity, shown: Sequence[Quantity]) -> bool:
    """Tell whether a percentage or multiple is that of two figures shown, as rounded."""
    value = quantity.value or Decimal(0)
    exponent = value.as_tuple().exponent
    half_step = Decimal(5).scaleb((exponent if isinstance(exponent, int) else 0) - 1)
    plain = [canonical(q) for q in shown if q.kind in ("number", "money")]
    for a, unit_a in plain:
        for b, unit_b in plain:
            if not b or a == b or (unit_a and unit_b and unit_a != unit_b):
                continue
            results = (a / b,) if quantity.unit == "倍" else (100 * a / b, 100 * abs(a - b) / b)
            if any(abs(result - value) <= half_step for result in results):
                return True
    return False
