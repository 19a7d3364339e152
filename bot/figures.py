"""The figures of a claim: each stands in the quotes with its unit, belongs to the same words
there, or is recomputed here from figures of the same line that do.

``retrieval.quantities`` reads and compares; this module adds what a claim may get wrong beside
the value: a figure given to another subject (收案 41 件 for 审结 41 件), and arithmetic.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
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
_SENTENCE_END = re.compile(r"[。;!?\n]")
_HAN = re.compile(r"[\u3400-\u9fff]+")
_COMPUTED = re.compile(
    "差|多|少|高|低|合计|总计|共|总|占|比|增|减|倍|翻|平均|计算|more|fewer|less|total|combined|sum|differ|higher|lower|comput"
)
_COUNTED = ("number", "percent", "points", "money")
_NEAR = 5  # characters beside a figure that name what it counts
_MONTHS = {
    name: number
    for number, name in enumerate(
        [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
        start=1,
    )
}
_MONTH = "|".join(_MONTHS)
_ENGLISH_DATE = re.compile(
    rf"(?<![a-z])(?:(\d{{1,2}})(?:st|nd|rd|th)? (?:of )?)?({_MONTH})(?: (\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?(?:,? (?:of )?((?:19|20)\d\d))?(?![a-z])"
)
_SCALES = {"thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_SCALED = re.compile(r"(\d+(?:,\d{3})*(?:\.\d+)?) ?(thousand|million|billion|trillion)(?![a-z])")
_WORD_NUMBERS = {
    word: number
    for number, word in enumerate(
        [
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
            "twenty",
        ],
        start=2,
    )
}
_WORD_NUMBER = re.compile(rf"(?<![a-z-])({'|'.join(_WORD_NUMBERS)})(?![a-z])")


def in_chinese_figures(text: str) -> str:
    """Return a levelled English line with its figures in the forms that Chinese text uses."""

    def date(match: re.Match[str]) -> str:
        day = match[1] or match[3]
        if not day and not match[4] and match[2] in ("may", "march"):
            return match[0]
        year = f"{match[4]}年" if match[4] else ""
        return f"{year}{_MONTHS[match[2]]}月" + (f"{day}日" if day else "")

    def scaled(match: re.Match[str]) -> str:
        value = Decimal(match[1].replace(",", "")).scaleb(_SCALES[match[2]])
        return format(value.normalize(), "f")

    text = _ENGLISH_DATE.sub(date, text)
    text = _SCALED.sub(scaled, text)
    text = re.sub(r" ?percentage points?(?![a-z])", "个百分点", text)
    text = re.sub(r" ?per ?cent(?![a-z])", "%", text)
    return _WORD_NUMBER.sub(lambda m: str(_WORD_NUMBERS[m[1]]), text)


@dataclass(frozen=True, slots=True)
class FigureCheck:
    """Problems with the figures of a sentence; ``computed`` tells that code recomputed some."""

    problems: tuple[str, ...]
    computed: bool = False


def check_figures(
    sentence: str,
    quotes: Sequence[str],
    years: Collection[int] = (),
    *,
    english: bool = False,
) -> FigureCheck:
    """Check every figure of a levelled sentence against levelled quotes.

    ``years`` are given by the setting and need no quote.
    """
    source = "\n".join(quotes)
    verdict = compare_numbers(sentence, source, years=frozenset(years))
    found: list[str] = [f"“{q.text}”与原文的单位不同" for q in verdict.unit_mismatch]
    if not english:
        found += [
            f"“{q.text}”的约数与原文不同（余、约、近、以上…）" for q in verdict.modifier_mismatch
        ]
    excused: list[Quantity] = []
    for quantity in verdict.missing:
        if _is_paragraph_number(quantity, sentence, source):
            continue
        if _recomputed(quantity, sentence, source):
            excused.append(quantity)
        else:
            found.append(f"原文没有“{quantity.text}”")
    found += _stray_digits(sentence, source, years)
    if not found and not english:
        found += _misattached(sentence, quotes, excused)
    return FigureCheck(tuple(dict.fromkeys(found)), computed=bool(excused) and not found)


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


@lru_cache(maxsize=2048)
def _contexts(text: str) -> tuple[tuple[Quantity, frozenset[str], frozenset[str]], ...]:
    """Return each counted figure with the pairs beside it and the pairs of all words before it."""
    figures = [q for q in find_quantities(text) if q.kind in _COUNTED]
    found = []
    for place, quantity in enumerate(figures):
        previous = figures[place - 1].end if place else 0
        following = figures[place + 1].start if place + 1 < len(figures) else len(text)
        stops = [m.end() for m in _SENTENCE_END.finditer(text, 0, quantity.start)]
        begin = stops[-1] if stops else 0
        before = text[max(previous, begin) : quantity.start]
        tail = re.split("[,:、(]", before.rstrip(",:、("))[-1] or before
        head = re.split(r"[,:、.)。;!?\n]", text[quantity.end : following])[0]
        near = pairs(_last_han(tail, _NEAR * 2)) | pairs(_first_han(head, _NEAR))
        found.append((quantity, near, pairs(text[begin : quantity.start]) | near))
    return tuple(found)


def _last_han(text: str, count: int) -> str:
    return "".join(_HAN.findall(text))[-count:]


def _first_han(text: str, count: int) -> str:
    return "".join(_HAN.findall(text))[:count]


def _misattached(
    sentence: str, quotes: Sequence[str], excused: Sequence[Quantity]
) -> Iterator[str]:
    """Yield figures whose words go with another figure of the same unit in the quotes."""
    offered = [context for quote in quotes for context in _contexts(quote)]
    for quantity, near, far in _contexts(sentence):
        if any(quantity == other for other in excused):
            continue
        best_same = best_other = 0
        other_text = ""
        for other, other_near, other_far in offered:
            score = 2 * len(near & other_near) + len(far & other_far)
            if same_value(quantity, other):
                best_same = max(best_same, score)
            elif (
                score > best_other
                and canonical(quantity)[1] == canonical(other)[1]
                and near & other_near
            ):
                best_other, other_text = score, other.text
        if other_text and best_other >= best_same + 3:
            yield f"“{quantity.text}”在原文中说的是别的事，这里原文是“{other_text}”"


def _recomputed(quantity: Quantity, sentence: str, source: str) -> bool:
    """Tell whether a figure follows from figures of the same sentence that the source holds.

    Difference, sum, share, growth and multiple; the operands must be shown in the sentence.
    """
    if quantity.value is None or not _COMPUTED.search(sentence):
        return False
    offered = find_quantities(source)
    shown = [
        q
        for q in find_quantities(sentence)
        if q.kind in _COUNTED
        and (q.start, q.end) != (quantity.start, quantity.end)
        and q.value is not None
        and any(same_value(q, other) for other in offered)
    ]
    value, unit = canonical(quantity)
    if quantity.kind == "points":
        rates = [canonical(q)[0] for q in shown if q.kind == "percent"]
        return any(abs(a - b) == value for a in rates for b in rates)
    if quantity.kind == "percent" or quantity.unit == "倍":
        plain = [canonical(q) for q in shown if q.kind in ("number", "money")]
        step = Decimal(1).scaleb(Decimal(value).as_tuple().exponent or 0)  # type: ignore[arg-type]
        for (a, unit_a), (b, unit_b) in ((x, y) for x in plain for y in plain if x is not y):
            if not b or (unit_a and unit_b and unit_a != unit_b):
                continue
            wanted = (a / b,) if quantity.unit == "倍" else (100 * a / b, 100 * abs(a - b) / b)
            if any(abs(result - value) <= step / 2 for result in wanted):
                return True
        return False
    operands = [canonical(q)[0] for q in shown if canonical(q)[1] == unit or not unit]
    if len(operands) >= 2 and sum(operands) == value:
        return True
    return any(abs(a - b) == value for a in operands for b in operands)


_COMPARES = re.compile("(?:比|较|高于|低于|多于|少于|超过|不及|大于|小于)")
_MORE = re.compile("多|高|大|增|超过|领先|强")
_LESS = re.compile("少|低|小|减|不及|落后|弱|不如")


def comparison_problems(sentence: str, names: Mapping[str, str]) -> tuple[str, ...]:
    """Find comparisons between two reports' names that the line's own figures do not bear out.

    ``names`` maps each name to its report. ``甲 41 件，乙 23 件，甲比乙多 18 件`` is checked for
    its sign; a comparison whose figures are not shown in the line cannot be checked and fails.
    """
    mentions = _mentions(sentence, names)
    if len({report for _, _, report in mentions}) < 2:
        return ()
    found: list[str] = []
    for comparison in _COMPARES.finditer(sentence):
        clause_start = max(
            (m.end() for m in re.finditer(r"[,。;!?:]", sentence[: comparison.start()])), default=0
        )
        end = re.search(r"[,。;!?]", sentence[comparison.end() :])
        clause_end = comparison.end() + end.start() if end else len(sentence)
        left = [m for m in mentions if clause_start <= m[0] < comparison.start()]
        right = [m for m in mentions if comparison.end() <= m[0] < clause_end]
        if not left or not right or left[-1][2] == right[0][2]:
            continue
        words = comparison[0] + sentence[right[0][1] : clause_end]
        more, less = bool(_MORE.search(words)), bool(_LESS.search(words))
        ours = _figures_of(sentence, mentions, left[-1][2], clause_start, clause_end)
        theirs = _figures_of(sentence, mentions, right[0][2], clause_start, clause_end)
        signs = {a > b for a, unit in ours for b, other in theirs if unit == other and a != b}
        if more == less or signs != {more}:
            found.append(f"“{sentence[clause_start:clause_end]}”无法由句中数字核对")
    return tuple(found)


def _mentions(sentence: str, names: Mapping[str, str]) -> list[tuple[int, int, str]]:
    """Return where each report's names stand, in order, longer names first at one place."""
    taken: list[tuple[int, int, str]] = []
    for name in sorted(names, key=len, reverse=True):
        start = sentence.find(name)
        while name and start >= 0:
            end = start + len(name)
            if not any(a < end and start < b for a, b, _ in taken):
                taken.append((start, end, names[name]))
            start = sentence.find(name, end)
    return sorted(taken)


def _figures_of(
    sentence: str, mentions: Sequence[tuple[int, int, str]], report: str, skip: int, until: int
) -> list[tuple[Decimal, str]]:
    """Return the figures between a report's names and the next name, the comparison left out."""
    found = []
    for place, (_, end, owner) in enumerate(mentions):
        following = mentions[place + 1][0] if place + 1 < len(mentions) else len(sentence)
        if owner != report:
            continue
        found += [
            canonical(q)
            for q in find_quantities(sentence)
            if end <= q.start < following and q.kind in _COUNTED and not skip <= q.start < until
        ]
    return found


def owned_parts(sentence: str, names: Mapping[str, str]) -> tuple[tuple[str, frozenset[str]], ...]:
    """Split a sentence at the names of reports; each part with the reports that it is about.

    Names joined without a figure between them (甲、乙两县均…) own the words together; the words
    before the first name belong to all. ``甲、乙分别为 41 件和 23 件`` gives each its figure.
    """
    mentions = _mentions(sentence, names)
    everyone = frozenset(names.values())
    if len({report for _, _, report in mentions}) < 2:
        owners = frozenset({mentions[0][2]}) if mentions else everyone
        return ((sentence, owners),)
    parts: list[tuple[str, frozenset[str]]] = []
    group: list[tuple[int, int, str]] = []
    for place, mention in enumerate(mentions):
        group.append(mention)
        following = mentions[place + 1][0] if place + 1 < len(mentions) else len(sentence)
        body = sentence[mention[1] : following]
        if place + 1 < len(mentions) and not _DIGITS.search(body) and len(body) <= 4:
            continue
        part = sentence[group[0][0] : following]
        own = [report for _, _, report in group]
        figures = [q for q in find_quantities(body) if q.kind in _COUNTED]
        if "分别" in body and len(figures) == len(own) > 1:
            cuts = [0, *(q.end for q in figures[:-1]), len(body)]
            for begin, end, owner in zip(cuts, cuts[1:], own, strict=False):
                parts.append((body[begin:end], frozenset({owner})))
        else:
            parts.append((part, frozenset(own)))
        group = []
    if mentions[0][0] > 0:
        parts.insert(0, (sentence[: mentions[0][0]], everyone))
    return tuple(parts)
