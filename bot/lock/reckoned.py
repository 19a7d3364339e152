"""Words of a sum that code has reckoned: shares, multiples, the most and the least, totals and rests.

A writer who sums up says 七成, 绝大多数, 最多 or 还有7件 where the quotes have figures. Where the
figures bear such a word out it is taken from the line before its other words are held against
the quotes; where they do not it stays, and refuses the line. Texts are levelled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from bot.evidence.likeness import pairs_of
from bot.lock.figure_contexts import FigureContext, figure_contexts
from bot.lock.modality import WHOLE
from bot.lock.stops import STOP
from bot.lock.wording import clauses, nearest
from retrieval.genre.quantities import canonical, find_quantities

_SHARE = re.compile(
    "[约近占]*(?:(?P<nearly>几乎|绝大多数|绝大部分)|(?P<more>大多数?|大部分|多数|过半|一半以上)|(?P<half>一半|半数)|(?P<tenths>[二三四五六七八九])成"
    "|(?P<parts>[二三四五])分之(?P<of>[一二三四])|(?P<doubled>翻了?[一1]?[番倍]))(?P<over>以上|还?多)?(?:左右|上下)?(?:[都均]|全部)?"
)
_DIGITS = {sign: n for n, sign in enumerate("零一二三四五六七八九")}
_SUPERLATIVE = re.compile("最(?:[多高大]|(?P<least>[少低小]))")
_REST = re.compile("剩余?下?|[还尚仍]有|其余|[还尚]?(?:没有?|未能?)")
_SAID = re.compile("(?:报告|原文|文中)?(?:里|中)?并?(?:没有?|未)(?:说|写|提)[到过明]?([^,。;]*?)已经?")
_SAID = re.compile("(?:报告|原文|文中)?(?:里|中)?(?:说|写|讲|提)(?:的是|明)")
_RISEN = re.compile("(?:一年比一年|更|(?<=比)[^,。;比]{1,6}?)[都均也]?[多高大]了?(?![0-9])")
_FALLEN = re.compile("(?:一年比一年|更|(?<=比)[^,。;比]{1,6}?)[都均也]?[少低小]了?(?![0-9])")
_ALIKE = 2  # pairs of characters that two figures of one thing share
_LIST = re.compile("[^,。;:、]{0,3}[、和及][^,。;:、]*")


def without_reckoned(text: str, quotes: Sequence[str]) -> str:
    """Return a line without the words of its sums that the figures of the quotes bear out."""
    contexts = [figure_contexts(quote) for quote in quotes]
    said = [clause for quote in quotes for clause in clauses(quote)]
    kept: list[str] = []
    position = 0
    for stop in [*STOP.finditer(text), None]:
        end = stop.start() if stop else len(text)
        clause = _SAID.sub("", text[position:end])
        own = pairs_of(clause)
        clause = _without_counts(clause, own, quotes, contexts)
        close = nearest(clause, said)
        if not any(re.search(WHOLE, source) for source in close):  # 大部分 where the quotes say 均
            clause = _SHARE.sub(
                lambda m: "" if _bears(m, _shares(own, contexts)) else m[0], clause
            )
        clause = _SUPERLATIVE.sub(
            lambda m: "" if _is_most(own, quotes, contexts, least=bool(m["least"])) else m[0], clause
        )
        clause = _FALLEN.sub("下降", _RISEN.sub("上升", clause))
        kept += [clause, stop[0] if stop else ""]
        position = stop.end() if stop else end
    return "".join(kept)


def _tells(own: frozenset[str], context: FigureContext) -> bool:
    """Tell whether a figure is told of in words of a clause."""
    return bool(own & (context.near if len(context.near) > 1 else context.earlier))


def _shares(
    own: frozenset[str], contexts: Sequence[Sequence[FigureContext]]
) -> Iterator[Decimal]:
    """Yield the percentages told of what a clause speaks of: given, or of a count in its total."""
    for of_quote in contexts:
        for context in of_quote:
            if not _tells(own, context):
                continue
            value, unit = canonical(context.quantity)
            if context.quantity.kind == "percent":
                yield value
            elif context.quantity.kind == "number":
                counts = [c for c in of_quote if canonical(c.quantity)[1] == unit]
                for whole in counts[: counts.index(context)]:
                    if canonical(whole.quantity)[0] > value:
                        yield 100 * value / canonical(whole.quantity)[0]
                beside = [c for c in counts if len(c.near & context.near) >= _ALIKE]
                if len(beside) > 1 and value:
                    yield 100 * value / sum(canonical(c.quantity)[0] for c in beside)


def _bears(word: re.Match[str], shares: Iterator[Decimal]) -> bool:
    """Tell whether one of some percentages is what a word of a share says."""
    low, high = Decimal(45), Decimal(55)
    if word["nearly"]:
        low, high = Decimal(80), Decimal(100)
    elif word["more"]:
        low, high = Decimal(50), Decimal(100)
    elif word["doubled"]:
        low, high = Decimal(100 if word["over"] else 95), Decimal(200)
    elif word["tenths"]:
        tenths = 10 * _DIGITS[word["tenths"]]
        low, high = Decimal(tenths if word["over"] else tenths - 5), Decimal(tenths + 10)
    elif word["parts"]:
        share = Decimal(100 * _DIGITS[word["of"]]) / _DIGITS[word["parts"]]
        low, high = share - 3, share + 3
    return any(low <= value <= high and value != 100 for value in shares)


def _is_most(
    own: frozenset[str],
    quotes: Sequence[str],
    contexts: Sequence[Sequence[FigureContext]],
    *,
    least: bool,
) -> bool:
    """Tell whether what a clause speaks of has the greatest figure of its list in the quotes."""
    for group in _lists(quotes, contexts):
        ranked = sorted(group, key=lambda c: canonical(c.quantity)[0], reverse=not least)
        told = sorted(group, key=lambda c: -len(own & c.near))
        first, second = (len(own & c.near) for c in told[:2])
        if len(group) > 2 and first > second and told[0] is ranked[0]:
            return True
    return False


def _lists(
    quotes: Sequence[str], contexts: Sequence[Sequence[FigureContext]]
) -> Iterator[list[FigureContext]]:
    """Yield the figures that stand beside each other in lists of the quotes, two or more."""
    for quote, of_quote in zip(quotes, contexts, strict=True):
        group: list[FigureContext] = []
        for context in of_quote:
            between = quote[group[-1].quantity.end : context.quantity.start] if group else ""
            if group and not _LIST.fullmatch(between):
                if len(group) > 1:
                    yield group
                group = []
            group.append(context)
        if len(group) > 1:
            yield group


def _without_counts(
    clause: str,
    own: frozenset[str],
    quotes: Sequence[str],
    contexts: Sequence[Sequence[FigureContext]],
) -> str:
    """Return a clause without a count that is the sum of members of a list, or the rest of a whole."""
    for figure in find_quantities(clause):
        if figure.kind != "number" or any(figure.text in quote for quote in quotes):
            continue
        if _adds_up(canonical(figure), own, quotes, contexts):
            return clause.replace(figure.text, "", 1)
        if _REST.search(clause) and _is_left(canonical(figure), own, contexts):
            return _REST.sub("", clause.replace(figure.text, "", 1))
    return clause


def _adds_up(
    value: tuple[Decimal, str],
    own: frozenset[str],
    quotes: Sequence[str],
    contexts: Sequence[Sequence[FigureContext]],
) -> bool:
    for group in _lists(quotes, contexts):
        members = [canonical(c.quantity) for c in group if own & c.near]
        if len(members) > 1 and {unit for _, unit in members} == {value[1]}:
            if sum(number for number, _ in members) == value[0]:
                return True
    return False


def _is_left(
    value: tuple[Decimal, str],
    own: frozenset[str],
    contexts: Sequence[Sequence[FigureContext]],
) -> bool:
    for of_quote in contexts:
        for place, part in enumerate(of_quote):
            number, unit = canonical(part.quantity)
            wholes = [canonical(c.quantity) for c in of_quote[:place]]
            if own & part.near and unit == value[1] and (number + value[0], unit) in wholes:
                return True
    return False
