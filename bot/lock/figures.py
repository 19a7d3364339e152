"""The figures of a claim: each stands in the quotes with its unit and belongs to the same words
there, or is recomputed from figures of the same line that do (``bot.lock.arithmetic``).

``retrieval.genre.quantities`` reads and compares; this module adds what a claim may get wrong beside
the value: a figure given to another subject (收案 41 件 for 审结 41 件) or year.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from bot.lock.arithmetic import derived_rates, held_figures, recomputed
from bot.lock.figure_contexts import COUNTED, FigureContext, figure_contexts
from bot.lock.stops import HALF_STOP, HARD_STOP, STOP, clause_at
from retrieval.genre.lexicon import one_meaning, pattern
from retrieval.genre.quantities import (
    Quantity,
    canonical,
    compare_numbers,
    find_quantities,
    same_value,
)
from retrieval.text.normalise import HAN_RUN

DIGITS = re.compile(r"\d+(?:\.\d+)?")
_GROUPED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_LINKING = re.compile("[了共的]|一共|总共|累计|合计|总计|分别|达到|截至目前|全年")
_MARK, _COLON = re.compile(r"(?<!\d)[,:]|[,:](?!\d)|[;。]"), re.compile("^[^,;。:]{0,12}:")
_SEMI, _COMMA, _JOINT = (
    re.compile(";"),
    re.compile(r"(?<!\d),|,(?!\d)"),
    re.compile("、|[和与及]|以及"),
)
_UP_TO = "[至到为](?:上一?年的|去年的)?"
_MOVED = re.compile(f"(?:{pattern('rise', 'fall').pattern})(?:[了达约近超]{{0,2}}|{_UP_TO})$")
_MOVES = re.compile("[升增高多涨扩降减少低落跌缩压]")
_REACHED = re.compile(f"{_UP_TO}$")  # 增至187项 tells what was reached, not by how much
_HEADS = ("人", "户", "家")
_SUMMED = re.compile("(?:合计|总计|加起来)[^,。;:]{0,6}$")
_OF_A_PART = re.compile("其中[^。;!?\n]*$")
_WIDEST = 3  # clauses that one of a line may join
_COUNTERS = frozenset("件份个项条宗起例部")


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
    context = tuple(around) or tuple(quotes)
    verdict = compare_numbers(sentence, source, years=frozenset(years))
    found: list[str] = [
        f"“{q.text}”与原文的单位不同"
        for q in verdict.unit_mismatch
        if not any(_same_but_for_times(q, o) for o in find_quantities(source))
    ]
    if not english:
        found += [
            f"“{q.text}”的约数与原文不同（余、约、近、以上…）"
            for q in verdict.modifier_mismatch
            if not _modified_apart(q, sentence, source)
        ]
    excused: list[Quantity] = []
    counting = [q for q in find_quantities(sentence) if _counts_its_list(q, sentence)]
    shown = held_figures(sentence, source) if verdict.missing else ()
    for quantity in verdict.missing:
        if _is_paragraph_number(quantity, sentence, source):
            continue
        if quantity in counting:
            continue
        if recomputed(quantity, sentence, shown, context):
            excused.append(quantity)
        else:
            found.append(f"原文没有“{quantity.text}”")
    if not english:
        found += _other_units(sentence, source)
        found += _changes(sentence, source, excused)
        found += _sums_of_parts(sentence, quotes)
    found += _stray_digits(sentence, source, years)
    if not found and not english:
        found += _misattached(
            _blanked(sentence, names),
            [_blanked(q, names) for q in context],
            (*excused, *(q for q in counting if q not in verdict.missing or _sums_up(q, sentence))),
        )
        found += _misdated(sentence, context)
    if found:
        return FigureCheck(tuple(dict.fromkeys(found)))
    derived = (*derived_rates(sentence, source, context), *(q.text for q in counting))
    return FigureCheck((), tuple(q.text for q in excused), derived)


def _modified_apart(quantity: Quantity, sentence: str, source: str) -> bool:
    """Tell whether a figure's modifier stands before it in its clause: 约有20万人."""
    clause = _MARK.split(sentence[: quantity.start])[-1]
    return not quantity.modifier and any(
        o.modifier and o.value == quantity.value and clause[-4:].count(o.modifier)
        for o in find_quantities(source)
    )


def _counts_its_list(quantity: Quantity, sentence: str) -> bool:
    """Tell whether a small number counts what the line lists beside it: 甲、乙和丙三个方面."""
    if quantity.kind != "number" or quantity.value not in range(2, 11):
        return False
    before = _MARK.split(sentence[: quantity.start])[-1]
    if _sums_up(quantity, sentence):
        told = find_quantities(sentence)
        total = next((q for q in told if q.start > quantity.end), None)
        for beside in (
            [q for q in told if q.end <= quantity.start],
            [q for q in told if total and q.start > total.end],
        ):
            if len([q for q in beside if total and q.kind == total.kind]) == quantity.value:
                return True
    after = _COLON.split(sentence[quantity.end :], maxsplit=1)[1:]
    listed = after[0].rstrip("。") if after else ""
    return any(
        len(mark.split(words)) == quantity.value
        for words, marks in ((before, (_JOINT,)), (listed, (_SEMI, _COMMA, _JOINT)))
        for mark in marks
        if words
    )


def _sums_up(quantity: Quantity, sentence: str) -> bool:
    """Tell whether a total stands right behind a count: 三项共108件."""
    return bool(pattern("in_all").match(sentence, quantity.end))


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
    """Tell whether two figures differ only as 场 and 场次 do; 人 and 人次, 户 and 户次 count other things."""
    (value, one), (other_value, other) = canonical(a), canonical(b)
    shorter, longer = sorted((one, other), key=len)
    return value == other_value and shorter not in _HEADS and longer == shorter + "次" != "次"


def _changes(sentence: str, source: str, excused: Sequence[Quantity]) -> Iterator[str]:
    """Yield counts that the source gives and the sentence tells as a rise or a fall: 下降36件.

    What a rise or a fall reached is none, nor is the rise what was reached.
    """

    def moves(told: str, reached: bool) -> bool:
        clause = _MARK.split(told)[-1]
        return bool(_MOVES.search(clause)) and bool(_REACHED.search(clause)) == reached

    offered = [q for q in find_quantities(source) if q.kind in COUNTED]
    for quantity in find_quantities(sentence):
        if quantity in excused or not _MOVED.search(sentence[: quantity.start]):
            continue
        reached = bool(_REACHED.search(sentence[: quantity.start]))
        same = [o for o in offered if same_value(quantity, o)]
        if same and not any(moves(source[: o.start], reached) for o in same):
            yield f"原文没有说“{quantity.text}”是增减"


def _sums_of_parts(sentence: str, quotes: Sequence[str]) -> Iterator[str]:
    """Yield figures told as a sum (合计) that the quotes give of a part only: 其中最大的…10.5万元."""
    offered = [
        (q, bool(_OF_A_PART.search(quote[: q.start])))
        for quote in quotes
        for q in find_quantities(quote)
    ]
    for quantity in find_quantities(sentence):
        if quantity.kind in COUNTED and _SUMMED.search(sentence[: quantity.start]):
            same = [of_part for q, of_part in offered if same_value(quantity, q)]
            if same and all(same):
                yield f"原文没有说“{quantity.text}”是合计"


def _is_paragraph_number(quantity: Quantity, sentence: str, source: str) -> bool:
    """Tell whether digits are the number of a paragraph (``2.抓关键``) that the source shows."""
    mark = sentence[quantity.end : quantity.end + 1]
    return not quantity.unit and mark in (".", "、", ")") and quantity.text + mark in source


def _stray_digits(sentence: str, source: str, years: Collection[int]) -> Iterator[str]:
    """Yield digits that no figure accounts for and that the source does not show."""
    held = set(DIGITS.findall(_GROUPED.sub("", source))) | {str(year) for year in years}
    accounted = [(q.start, q.end) for q in find_quantities(sentence)]
    for match in DIGITS.finditer(sentence):
        inside = any(start <= match.start() < end for start, end in accounted)
        if not inside and match[0] not in held:
            yield f"原文没有“{match[0]}”"


def _blanked(text: str, names: Collection[str]) -> str:
    """Return ``text`` of the same length with names and linking words blanked."""
    for name in sorted(names, key=len, reverse=True):
        if not name.isdigit():
            text = text.replace(name, " " * len(name))
    return _LINKING.sub(lambda match: " " * len(match[0]), text)


def _misattached(
    sentence: str, quotes: Sequence[str], excused: Sequence[Quantity]
) -> Iterator[str]:
    """Yield figures whose words go with another figure of the same unit in the quotes.

    Told by the words that stand beside one of the two only: the sentence has some of the other
    figure's, and either none of those of the figure it gives or most of those that its sentence
    in the quotes does not hold so far.
    """
    offered = [context for quote in quotes for context in figure_contexts(quote)]
    mine = figure_contexts(sentence)
    for place, said in enumerate(mine):
        if any(said.quantity == other for other in excused):
            continue
        beside = _told_beside(mine[:place], said, quotes) if said.bare else []
        if any(same_value(said.quantity, q) for q in beside):
            continue
        if beside:
            yield f"“{said.quantity.text}”在原文中说的是别的事，这里原文是“{beside[-1].text}”"
            continue
        if _stands_whole(said.quantity, sentence, quotes):
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


def _told_beside(
    before: Sequence[FigureContext], bare: FigureContext, quotes: Sequence[str]
) -> list[Quantity]:
    """Return what is told next to the figures before one without words of its own.

    Quotes that do not hold it are of another report or thing, and are passed over.
    """
    told = [c.quantity for c in before]
    return [
        near
        for quote in quotes
        if any(same_value(bare.quantity, c.quantity) for c in figure_contexts(quote))
        for sentence in HALF_STOP.split(quote)
        for pair in pairwise(c.quantity for c in figure_contexts(sentence))
        for one, near in (pair, pair[::-1])
        if any(same_value(q, one) for q in told) and _count_alike(bare.quantity, near)
    ]


def _stands_whole(quantity: Quantity, sentence: str, quotes: Sequence[str]) -> bool:
    """Tell whether all of a figure's clause is told by clauses with no other figure of its kind."""
    begin, end = clause_at(sentence, quantity.start, quantity.end)
    said = "".join(HAN_RUN.findall(one_meaning(sentence[begin:end])))
    parts = (one_meaning(part) for quote in quotes for part in HARD_STOP.split(quote))
    for clauses in map(STOP.split, parts):
        for width in range(1, _WIDEST + 1):
            for at in range(len(clauses) - width + 1):
                told = ",".join(clauses[at : at + width])
                alike = [q for q in find_quantities(told) if _count_alike(quantity, q)]
                if len(alike) != 1 or not same_value(alike[0], quantity):
                    continue
                own = next(c for c in clauses[at : at + width] if alike[0].text in c)
                beside = "".join(HAN_RUN.findall(own.replace(alike[0].text, " ")))
                if width > 1 and beside and not set(beside) & set(said):
                    continue  # 兑现581户 of 再造兑现流程,申报581户
                signs = iter(told)  # moved within a clause, in order in several
                if (
                    (Counter(said) <= Counter(told))
                    if width == 1
                    else all(s in signs for s in said)
                ):
                    return True
    return False


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
            and not re.search(r"[,。;!?:\n]|分别", text[year.end : quantity.start])
        ):
            yield quantity, year.value


def _misdated(sentence: str, quotes: Sequence[str]) -> Iterator[str]:
    """Yield figures that the quotes give for another year only."""
    offered = [pair for quote in quotes for pair in _dated(quote)]
    for quantity, year in _dated(sentence):
        others = [other_year for other, other_year in offered if same_value(quantity, other)]
        if others and year not in others:
            yield f"“{quantity.text}”在原文中是{others[0]}年的"
