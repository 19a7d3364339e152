"""Figures that a writer worked out: recomputed here from figures of the same line, or refused.

A difference, sum, share, growth or multiple stands only if its operands are shown in the line,
stand in the quotes, may be reckoned together, and lie the way the line's words say (多, 少).
What may be reckoned together is told by the quotes: one thing at two times or places, or a whole
and its part within one sentence; a sum wants things beside each other, no stages of one case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations, pairwise, permutations

from bot.lock.figure_contexts import COUNTED, FigureContext, figure_contexts
from bot.lock.stops import STOP, clause_at
from retrieval.genre.lexicon import pattern
from retrieval.genre.quantities import Quantity, canonical, find_quantities, same_value

# What stands right before a figure that a writer worked out, by the sum that it is.
_DIFFERENCE = re.compile(
    r"(?:相差|差距|差|多|多出|少|高|高出|低|增加|减少|增|减|上升|下降)(?:了|为|达|有)?约?$"
)
_AFTER_SUM = 6  # characters between 合计 and its figure
_SHARE = re.compile(r"(?:占|占比|比例|比重)[^,。;]{0,12}$")
_GROWTH = re.compile(r"(?:增长|下降|上升|降幅|增幅|减少|增加)[^,。;]{0,6}$")
_MULTIPLE = re.compile(r"(?:是|为|相当于|约)[^,。;]{0,8}$")
_ENGLISH_SUMS = re.compile(
    r"(?<![a-z])(?:more|fewer|less|total|combined|sum|differ|higher|lower|comput|times|account)"
)
_ENGLISH_TOTAL = re.compile(r"(?<![a-z])(?:total|combined|sum|altogether|together)")
_MORE = re.compile("多|高|增|升|超|more|higher|increas|rose|rise|grew|up(?![a-z])")
_LESS = re.compile("少|低|减|降|fewer|less|lower|decreas|fell|fall|declin|drop|down(?![a-z])")
_THAN = re.compile("比|较|than")
_NAMED = re.compile(
    "([\u4e00-\u9fff]{2,12})比([\u4e00-\u9fff]{2,12}?)(?:多|少|高|低|增|减)"
    "|^((?!比|较)[\u4e00-\u9fff]{2,12}?)(?:多|少|高|低)"
)
_LISTED = re.compile(r"[^,。;:、]{0,4}[和与及][^,。;:、]{0,20}|[^,。;:、]{0,30}、[^,。;:、]{0,20}")
_PART = re.compile("其中|共")
_EARLIER = re.compile(r"上年|去年|前一年|20\d\d年")
_COUNTERS = frozenset("件份个项条宗起例部家")
_MAX_OPERANDS = 12  # more figures than these in one sentence are no sum
_GENERAL = frozenset(["案件", "全县", "全区", "全市", "全年", "工作"])


def held_figures(sentence: str, source: str) -> tuple[Quantity, ...]:
    """Return the figures of a sentence that the source holds: the operands of its arithmetic."""
    offered = find_quantities(source)
    found = [
        q
        for q in find_quantities(sentence)
        if q.kind in COUNTED and q.value is not None and any(same_value(q, o) for o in offered)
    ]
    return tuple(found[:_MAX_OPERANDS])


def recomputed(
    quantity: Quantity, sentence: str, held: Sequence[Quantity], quotes: Sequence[str]
) -> bool:
    """Tell whether a figure follows from figures of the same sentence that the quotes hold.

    Each kind of sum only with its word before the figure (``多18件``, ``合计64件``); the operands,
    ``held``, must be shown in the sentence.
    """
    if quantity.value is None or quantity.kind not in COUNTED:
        return False
    shown = [q for q in held if q.start != quantity.start]
    before = sentence[max(0, quantity.start - 18) : quantity.start]
    english = bool(_ENGLISH_SUMS.search(sentence))
    value, unit = canonical(quantity)

    def lies_right(one: Quantity, other: Quantity) -> bool:
        return _lies_right(quantity, one, other, sentence) and _related(one, other, quotes)

    if quantity.kind == "percent" or quantity.unit == "倍":
        return _is_ratio(quantity, shown, sentence, quotes, english=english)
    wanted = ("percent",) if quantity.kind == "points" else ("number", "money")
    of_kind = [q for q in shown if q.kind in wanted]
    operands = [
        q for q in of_kind if quantity.kind == "points" or canonical(q)[1] == unit or not unit
    ]
    added = _ENGLISH_TOTAL.search(sentence) if english else _sums_up(before)
    if added and any(_is_sum(value, group, quotes) for group in _groups(quantity, of_kind)):
        return True
    if _is_earlier(quantity, before, operands, quotes):
        return True
    if not (english or _DIFFERENCE.search(before)):
        return False
    return any(
        abs(canonical(a)[0] - canonical(b)[0]) == value and lies_right(a, b)
        for a, b in combinations(operands, 2)
    )


def derived_rates(sentence: str, source: str, quotes: Sequence[str]) -> tuple[str, ...]:
    """Return the rates of a sentence that its other figures yield, told as such (占…的17.5%)."""
    rates = [q for q in find_quantities(sentence) if q.kind == "percent"]
    held = held_figures(sentence, source) if rates else ()
    return tuple(q.text for q in rates if recomputed(q, sentence, held, quotes))


def _sums_up(before: str) -> bool:
    """Tell whether words that a figure follows say that it is a sum: 合计, 修改的文件共."""
    clause = STOP.split(before)[-1]
    return any(len(clause) - m.end() <= _AFTER_SUM for m in pattern("in_all").finditer(clause))


def _groups(total: Quantity, shown: Sequence[Quantity]) -> Iterator[list[Quantity]]:
    """Yield the runs of figures of one unit that end before a total or begin after it."""
    unit = canonical(total)[1]
    alike = _COUNTERS if unit in _COUNTERS else frozenset([unit])
    fitting = [q for q in shown if not unit or canonical(q)[1] in alike]
    ordered = sorted(fitting, key=lambda q: q.start)
    before = [q for q in ordered if q.start < total.start]
    after = [q for q in ordered if q.start > total.start]
    yield ordered
    for count in range(2, len(ordered) + 1):
        yield before[-count:]
        yield after[:count]


def _is_sum(value: Decimal, operands: Sequence[Quantity], quotes: Sequence[str]) -> bool:
    """Tell whether figures of one unit, each told beside the one before it, make up a value."""
    if len(operands) < 2 or sum(canonical(q)[0] for q in operands) != value:
        return False
    if len({canonical(q)[1] for q in operands}) > 1:
        return False
    return all(beside(a, b, quotes) for a, b in pairwise(operands))


def _is_earlier(
    quantity: Quantity, before: str, operands: Sequence[Quantity], quotes: Sequence[str]
) -> bool:
    """Tell whether a figure is that of the year before, reckoned back from a change that is told.

    The figure and its change (9114件,较2021年增加2857件) must both be shown, and the year.
    """
    said = {m[0] for m in _EARLIER.finditer(before)}
    if not said:
        return False
    for quote in quotes:
        for a, b in pairwise(figure_contexts(quote)):
            between = quote[a.quantity.end : b.quantity.start]
            told = {m[0] for m in _EARLIER.finditer(between)}
            if not re.match(r"[,;(]", between) or not _THAN.search(between) or not said & told:
                continue
            grew = bool(_MORE.search(between))
            if grew == bool(_LESS.search(between)):
                continue
            pair = [any(same_value(q, c.quantity) for q in operands) for c in (a, b)]
            change = canonical(b.quantity)[0] * (-1 if grew else 1)
            if all(pair) and canonical(a.quantity)[0] + change == canonical(quantity)[0]:
                return True
    return False


def _is_ratio(
    quantity: Quantity,
    shown: Sequence[Quantity],
    sentence: str,
    quotes: Sequence[str],
    *,
    english: bool,
) -> bool:
    """Tell whether a percentage or multiple is that of two figures shown, as rounded."""
    value = quantity.value or Decimal(0)
    exponent = value.as_tuple().exponent
    half_step = Decimal(5).scaleb((exponent if isinstance(exponent, int) else 0) - 1)
    before = sentence[max(0, quantity.start - 18) : quantity.start]
    multiple = quantity.unit == "倍"
    share = english or bool((_MULTIPLE if multiple else _SHARE).search(before))
    growth = not multiple and (english or bool(_GROWTH.search(before)))
    for one, other in permutations([q for q in shown if q.kind in ("number", "money")], 2):
        (a, unit), (b, other_unit) = canonical(one), canonical(other)
        if not b or a == b or (unit and other_unit and unit != other_unit):
            continue
        if not _related(one, other, quotes):
            continue
        ratio = a / b if multiple else 100 * a / b
        if share and abs(ratio - value) <= half_step:
            return True
        from_measure = growth and _in_order(one, other, sentence)[1] is other
        if from_measure and abs(100 * abs(a - b) / b - value) <= half_step:
            return _lies_right(quantity, one, other, sentence)
    return False


def _lies_right(quantity: Quantity, one: Quantity, other: Quantity, sentence: str) -> bool:
    """Tell whether a difference goes the way that the words beside it say; 相差 says none."""
    begin, end = clause_at(sentence, quantity.start, quantity.end)
    right = sentence[quantity.end : end]
    words = sentence[begin : quantity.start] + (right if right.isascii() else "")
    for q in (one, other):
        words = words.replace(q.text, "")
    more, less = bool(_MORE.search(words)), bool(_LESS.search(words))
    if more == less:
        return not more  # no way said; both ways said cannot be checked
    ordered = _named_order(words, one, other, sentence) or _in_order(one, other, sentence)
    subject, measure = ordered
    return (canonical(subject)[0] > canonical(measure)[0]) is more


def _named_order(
    words: str, one: Quantity, other: Quantity, sentence: str
) -> tuple[Quantity, Quantity] | None:
    """Return which figure is held against which in 甲41件,乙23件,甲(比乙)多18件; None if not so told."""
    compared = _NAMED.search(words)
    if not compared:
        return None

    def is_told_of(quantity: Quantity, name: str) -> bool:
        begin, _ = clause_at(sentence, quantity.start, quantity.end)
        return name in sentence[begin : quantity.start]

    for subject, measure in ((one, other), (other, one)):
        whose, whom = compared[1] or compared[3], compared[2]
        held = is_told_of(measure, whom) if whom else not is_told_of(measure, whose)
        if held and is_told_of(subject, whose):
            return subject, measure
    return None


def _in_order(one: Quantity, other: Quantity, sentence: str) -> tuple[Quantity, Quantity]:
    """Return which of two figures is held against which.

    ``甲41件，比乙23件多18件``: the figure after 比 is the measure. Without it the later year is held
    against the earlier, or else the second figure against the first (由456件降至409件).
    """
    first, second = sorted((one, other), key=lambda q: q.start)
    if _THAN.search(sentence, first.end, second.start):
        return first, second
    year, next_year = _year_of(first, sentence), _year_of(second, sentence)
    if year is not None and next_year is not None and year > next_year:
        return first, second
    return second, first


def _year_of(quantity: Quantity, sentence: str) -> int | None:
    """Return the last year that a clause or the one before it names up to a figure."""
    found = re.findall(r"(?<!\d)((?:19|20)\d\d)年?(?!\d)", sentence[: quantity.start])
    return int(found[-1]) if found else None


def _contexts_of(
    quantity: Quantity, quotes: Sequence[str]
) -> Iterator[tuple[int, int, FigureContext]]:
    """Yield where in the quotes a figure stands (quote, position) with the words beside it."""
    for number, quote in enumerate(quotes):
        for context in figure_contexts(quote):
            if same_value(quantity, context.quantity):
                yield number, context.quantity.start, context


def _related(one: Quantity, other: Quantity, quotes: Sequence[str]) -> bool:
    """Tell whether two figures may be compared: of one thing, or in one sentence of the quotes."""
    for number, at, a in _contexts_of(one, quotes):
        for other_number, other_at, b in _contexts_of(other, quotes):
            low, high = sorted((at, other_at))
            same_sentence = number == other_number and not re.search(
                "[。!?\n]", quotes[number][low:high]
            )
            if same_sentence or alike(a, b):
                return True
    return False


def alike(a: FigureContext, b: FigureContext) -> bool:
    """Tell whether two figures are told of in mostly the same words."""
    one, other = a.near - _GENERAL, b.near - _GENERAL
    smaller = min(len(one), len(other))
    return smaller > 0 and 2 * len(one & other) >= smaller


def beside(one: Quantity, other: Quantity, quotes: Sequence[str]) -> bool:
    """Tell whether two figures may be added: told side by side in a list, or of one thing.

    Stages of one case (收到 and 受理), a whole and its part would count the same things twice.
    """
    for number, at, a in _contexts_of(one, quotes):
        for other_number, other_at, b in _contexts_of(other, quotes):
            if number != other_number:
                if alike(a, b):
                    return True
                continue
            quote = quotes[number]
            first, second = (a, b) if at < other_at else (b, a)
            between = quote[first.quantity.end : second.quantity.start]
            start, _ = clause_at(quote, first.quantity.start, first.quantity.end)
            head = quote[start : first.quantity.start].removeprefix("其中")
            tail = STOP.split(between)[-1]
            earlier, later = (
                set(pattern("stage_of_a_case").findall(pattern("outcome").sub("", words)))
                for words in (head, tail)
            )
            if _LISTED.fullmatch(between) and not _PART.search(between):
                return True
            if earlier == later and (alike(a, b) or _are_outcomes(head, between)):
                return True
    return False


def _are_outcomes(head: str, between: str) -> bool:
    """Tell whether two figures that follow each other are told of two outcomes of one thing."""
    one, other = (
        {m[0] for m in pattern("outcome").finditer(words)}
        for words in (head, between.lstrip(",、"))
    )
    return bool(one and other) and not one & other and "," not in between.lstrip(",、")
