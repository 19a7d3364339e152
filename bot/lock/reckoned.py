"""Words of a sum that code has reckoned: shares, multiples, the most and the least, not all.

A writer who sums up says 七成, 绝大多数, 最多 or 并未全部 where the quotes have figures. Where the
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
    "[约近占]*(?:(?P<most>绝大多数|绝大部分)|(?P<more>大多数?|大部分|多数|过半|一半以上)|(?P<half>一半|半数)|(?P<tenths>[二三四五六七八九])成"
    "|(?P<parts>[二三四五])分之(?P<of>[一二三四])|(?P<doubled>翻了?[一1]?[番倍]))(?P<over>以上|还?多)?(?:左右|上下)?"
)
_DIGITS = {sign: n for n, sign in enumerate("零一二三四五六七八九")}
_SUPERLATIVE = re.compile("最(?:[多高大]|(?P<least>[少低小]))")
_NOT_ALL = re.compile("(?:还|并|尚|仍)?(?:没有?|未|不是|未能)(?:全部|全都|完全|都|均)")
_PART = re.compile("基本|部分|剩余|个别|少数|多数|未")
_REST = re.compile("剩余?下?|[还尚仍]有|其余|[还尚]?(?:没有?|未能?)")
_NOT_SAID = re.compile("(?:报告|原文|文中)?(?:里|中)?并?(?:没有?|未)(?:说|写|提)[到过明]?([^,。;]*?)已经?")
_SAID = re.compile("(?:报告|原文|文中)?(?:里|中)?(?:说|写|讲|提)(?:的是|明)")
_RISEN = re.compile("(?:一年比一年|更|(?<=比)[^,。;比]{1,6}?)[都均也]?[多高大]了?(?![0-9])")
_FALLEN = re.compile("(?:一年比一年|更|(?<=比)[^,。;比]{1,6}?)[都均也]?[少低小]了?(?![0-9])")
_LIST = re.compile("[^,。;:、]{0,3}[、和及][^,。;:、]*")


def without_reckoned(text: str, quotes: Sequence[str]) -> str:
    """Return a line without the words of its sums that the figures of the quotes bear out."""
    contexts = [figure_contexts(quote) for quote in quotes]
    kept: list[str] = []
    position = 0
    for stop in [*STOP.finditer(text), None]:
        end = stop.start() if stop else len(text)
        clause = _SAID.sub("", _NOT_SAID.sub(r"\1将", text[position:end]))
        own = pairs_of(clause)
        clause = _without_counts(clause, own, quotes, contexts)
        clause = _SHARE.sub(lambda m: "" if _bears(m, _shares(own, contexts)) else m[0], clause)
        clause = _SUPERLATIVE.sub(
            lambda m: "" if _is_most(own, quotes, contexts, least=bool(m["least"])) else m[0], clause
        )
        if _NOT_ALL.search(clause) and _is_partial(own, clause, text, quotes, contexts):
            clause = _NOT_ALL.sub("", clause)
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
        for place, context in enumerate(of_quote):
            if not _tells(own, context):
                continue
            value, unit = canonical(context.quantity)
            if context.quantity.kind == "percent":
                yield value
            elif context.quantity.kind == "number":
                for whole in of_quote[:place]:
                    total, other = canonical(whole.quantity)
                    if whole.quantity.kind == "number" and other == unit and total > value:
                        yield 100 * value / total


def _bears(word: re.Match[str], shares: Iterator[Decimal]) -> bool:
    """Tell whether one of some percentages is what a word of a share says."""
    low, high = Decimal(45), Decimal(55)
    if word["most"]:
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
    return any(low <= value <= high for value in shares)


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


def _is_partial(
    own: frozenset[str],
    clause: str,
    text: str,
    quotes: Sequence[str],
    contexts: Sequence[Sequence[FigureContext]],
) -> bool:
    """Tell whether the quotes, in words or figures, say that something is so only in part."""
    close = nearest(_NOT_ALL.sub("", clause), [c for quote in quotes for c in clauses(quote)])
    if any(re.search(WHOLE, other) for other in close):
        return False
    if any(own & pairs_of(c) and _PART.search(c) for quote in quotes for c in STOP.split(quote)):
        return True
    if any(value < 100 for value in _shares(own, contexts)):
        return True
    told = [canonical(q) for q in find_quantities(text) if q.kind in ("number", "money")]
    return any(a > b and unit == other for a, unit in told for b, other in told)
