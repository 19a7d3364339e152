"""Words of a sum that code has reckoned: shares, multiples, the most and the least, totals and rests.

A writer who sums up says 七成, 绝大多数, 最多 or 还有7件 where the quotes have figures. Where the
figures bear such a word out it is taken from the line before its other words are held against
the quotes; where they do not it stays, and refuses the line. Texts are levelled.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import pairwise

from bot.evidence.likeness import pairs_of
from bot.lexicon import pattern
from bot.lock.arithmetic import beside
from bot.lock.derived import said_in, yielded
from bot.lock.figure_contexts import FigureContext, figure_contexts
from bot.lock.modality import WHOLE
from bot.lock.stops import DEPENDENT, STOP
from bot.lock.wording import clauses, nearest
from retrieval.genre.quantities import Quantity, canonical, find_quantities, same_value
from retrieval.text.normalise import HAN_RUN

_SHARE = re.compile(
    "[约近占]*(?:(?P<nearly>几乎|绝大多数|绝大部分)|(?P<more>大多数?|大部分|多数|过半|一半以上)|(?P<half>一半|半数)|(?P<tenths>[二三四五六七八九])成"
    "|(?P<parts>[二三四五])分之(?P<of>[一二三四])|(?P<doubled>翻了?[一1]?[番倍]))(?P<over>以上|还?多)?(?:左右|上下)?(?:[都均]|全部)?"
)
_DIGITS = {sign: n for n, sign in enumerate("零一二三四五六七八九")}
_SUPERLATIVE = re.compile("最(?:[多高大]|(?P<least>[少低小]))")
_REST = re.compile("剩余?下?|[还尚仍]有|其余|[还尚]?(?:没有?|未能?)|不是")
_SAID = re.compile("(?:报告|原文|文中)?(?:里|中)?(?:说|写|讲|提)(?:的是|明)")
_RISEN = re.compile(
    "(?:一年比一年|(?<!得)更|(?<=比)[^,。;比]{0,4}[年月季期前])[都均也]?[多高大]了?(?![0-9了])"
)
_FALLEN = re.compile(
    "(?:一年比一年|(?<!得)更|(?<=比)[^,。;比]{0,4}[年月季期前])[都均也]?[少低小]了?(?![0-9了])"
)
_MORE_BY = re.compile("([比较][^,。;比]{1,6}?)[多高大]出?了?(?=[0-9])")
_LESS_BY = re.compile("([比较][^,。;比]{1,6}?)[少低小]了?(?=[0-9])")
_MORE_THAN = re.compile("[高多低少]于|[高多]出")  # what stands so is no change
_COUNTS_MEMBERS = re.compile(
    "(?<![第0-9一二三四五六七八九十百千万])(?P<number>[两二三四五六七八九几])(?=[个类项种样头家]|方面)(?!个?(?:工作日|小?时|月|百分点|季度))[个类项种样头家]?"
)
_MEMBER = re.compile("[、和与及]|以及")
_IS = re.compile("[约为是达]+$")
_BOUND = re.compile("[都均]?(?:(?P<above>超过|高于|多于|不低于)|低于|少于|不到|不足)")
_RATIO = re.compile("率?[约为是达]*$")
_ALIKE = 2  # pairs of characters that two figures of one thing share
_LIST = re.compile("[^,。;:、]{0,3}[、和及][^,。;:、]*|,[^,。;:、]{0,8}")
_COMPARED = re.compile(
    "(?P<whose>[^,。;]+?)(?<!占)比(?![例重率])(?P<whom>[^,。;]+?)的?(?:(?P<more>多|高)|少|低)[了出]?$"
)


def without_reckoned(text: str, quotes: Sequence[str]) -> str:
    """Return a line without the words of its sums that the figures of the quotes bear out."""
    said = [clause for quote in quotes for clause in clauses(quote)]
    kept: list[str] = []
    position = 0
    before = ""
    ranks = derives = False
    for stop in [*STOP.finditer(text), None]:
        end = stop.start() if stop else len(text)
        clause = _SAID.sub("", text[position:end])
        figures = _Figures(pairs_of(clause), tuple(quotes))
        told = _without_counts(clause, figures, before)
        told = _without_derived(told, before, text[:end], quotes)
        derives = derives or told != clause
        before, clause = clause, told
        if not any(re.search(WHOLE, source) for source in nearest(clause, said)):
            clause = _SHARE.sub(figures.unborne_share, clause)  # no 大部分 where the quotes say 均
        clause = _COUNTS_MEMBERS.sub(figures.uncounted, clause)
        shown = find_quantities(f"{clause},{STOP.split(text[end + 1 :])[0]}")
        ranked = _SUPERLATIVE.sub(partial(figures.unborne_superlative, shown), clause)
        ranks = ranks or ranked != clause
        clause = ranked
        if not _MORE_THAN.search("".join(quotes)):
            clause = _LESS_BY.sub(r"\1下降", _MORE_BY.sub(r"\1上升", clause))
        clause = _FALLEN.sub("下降", _RISEN.sub("上升", clause))
        kept += [clause, stop[0] if stop else ""]
        position = stop.end() if stop else end
    line = "".join(kept)
    if ranks:
        line = pattern("frame").sub("", line)
    return pattern("reckoning").sub("", line) if derives else line


def _without_derived(clause: str, before: str, line: str, quotes: Sequence[str]) -> str:
    """Return a clause without the figures that those of the quotes yield, and what tells of them.

    ``line`` is what the line says up to the end of the clause, ``before`` the clause before it.
    """
    derived = clause
    for said in reversed([*said_in(clause)]):
        stands = any(
            same_value(q, o)
            for q in find_quantities(clause[said.start : said.end])
            for quote in quotes
            for o in find_quantities(quote)
        )
        if not stands and yielded(said, f"{before},{clause}", line, quotes):
            head = pattern("by_how_much").sub("", derived[: said.start])
            head = (_RATIO if said.kind == "percent" else _IS).sub("", head)
            derived = head + derived[said.end :]
    return derived


def _without_counts(clause: str, figures: _Figures, before: str) -> str:
    """Return a clause without a count that is the sum of members of a list, or the rest of a whole.

    ``before`` is the clause before it, which may say of what the rest is left.
    """
    for count in find_quantities(clause):
        if count.kind == "percent" and figures.bounded_by(count, clause):
            return _BOUND.sub("", clause.replace(count.text, "", 1))
        if count.kind not in ("number", "points") or any(count.text in q for q in figures.quotes):
            continue
        if figures.adds_up_to(count, clause):
            return clause.replace(count.text, "", 1)
        if figures.differ_by(count, clause):
            return ""
        if figures.bounded_by(count, clause):
            return _BOUND.sub("", clause.replace(count.text, "", 1))
        if _REST.search(clause) and figures.leaves(count, pairs_of(f"{before}{clause}")):
            return _REST.sub("", clause.replace(count.text, "", 1))
    return clause


@dataclass(frozen=True, slots=True)
class _Figures:
    """The figures of the quotes as told in the words of one clause (``own`` pairs of characters)."""

    own: frozenset[str]
    quotes: tuple[str, ...]

    def unborne_share(self, word: re.Match[str]) -> str:
        """Return a word of a share, or nothing if one of the percentages is what it says."""
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
        borne = any(low <= value <= high and value != 100 for value in self._shares())
        return "" if borne else word[0]

    def uncounted(self, word: re.Match[str]) -> str:
        """Return a small count in words, or what it counts alone if the quotes list so many."""
        number = _DIGITS.get(word["number"].replace("两", "二"), 0)
        parts = (p for q in self.quotes for p in re.split("[。!?\n]", q))
        for part in parts:
            sizes = {len(_MEMBER.split(clause)) for clause in STOP.split(part)}
            units = Counter(canonical(c.quantity)[1] for c in figure_contexts(part))
            if number in sizes | set(units.values()) or (not number and max(sizes, default=0) > 1):
                return ""
        return word[0]

    def bounded_by(self, count: Quantity, clause: str) -> bool:
        """Tell whether all figures of a kind that a sentence gives lie beyond a bound: 都超过96%."""
        bound = _BOUND.search(clause)
        if bound is None or any(count.text in quote for quote in self.quotes):
            return False
        value, unit = canonical(count)
        for quote in self.quotes:
            told = [canonical(c.quantity) for c in figure_contexts(quote)]
            alike = [number for number, other in told if other == unit]
            if len(alike) > 1:
                return all(n > value if bound["above"] else n < value for n in alike)
        return False

    def unborne_superlative(self, shown: Sequence[Quantity], word: re.Match[str]) -> str:
        """Return 最多 and the like, or nothing if the figure spoken of is that of its list.

        ``shown`` are the figures told with it: one of them may be the most of its sentence.
        """
        for quote in self.quotes:
            given = [c.quantity for c in figure_contexts(quote)]
            for mine in shown:
                alike = [canonical(q)[0] for q in given if q.kind == mine.kind]
                if len(alike) > 1 and canonical(mine)[0] == (min if word["least"] else max)(alike):
                    return ""
        for group in self._lists():
            ranked = sorted(
                group, key=lambda c: canonical(c.quantity)[0], reverse=not word["least"]
            )
            told = sorted(group, key=lambda c: -len(self.own & c.near))
            first, second = (len(self.own & c.near) for c in told[:2])
            if len(group) > 2 and first > second and told[0] is ranked[0]:
                return ""
        return word[0]

    def adds_up_to(self, count: Quantity, clause: str) -> bool:
        """Tell whether a count is the sum of the members of a list that the clause speaks of.

        Where it says that it sums up, of a whole list, or of all that is told in its words.
        """
        for group in self._lists():
            told = [c for c in group if self.own & c.near]
            if _makes_up(count, told) and all(
                beside(a.quantity, b.quantity, self.quotes) for a, b in pairwise(told)
            ):
                return True
        if not pattern("in_all").search(clause):
            return False
        contexts = [c for quote in self.quotes for c in figure_contexts(quote)]
        alike = [[c for c in contexts if pair in c.near] for pair in self.own]
        return any(_makes_up(count, group) for group in (*self._lists(), *alike))

    def differ_by(self, count: Quantity, clause: str) -> bool:
        """Tell whether a count is by how much one thing of the quotes, named, is more than another."""
        compared = _COMPARED.search(clause[: count.start])
        if compared is None:
            return False
        whose, whom = pairs_of(compared["whose"]), pairs_of(compared["whom"])
        for quote in self.quotes:
            named = pattern("glue").sub("", compared["whose"] + compared["whom"])
            if not set("".join(HAN_RUN.findall(named))) <= set(quote):
                continue
            unit = "%" if count.kind == "points" else canonical(count)[1]
            of_unit = [c for c in figure_contexts(quote) if canonical(c.quantity)[1] == unit]
            if len(of_unit) < 2:
                continue
            one = _told_most(whose - whom, of_unit)
            other = _told_most(whom - whose, of_unit)
            more = canonical(one.quantity)[0] - canonical(other.quantity)[0]
            if more * (1 if compared["more"] else -1) == canonical(count)[0]:
                return bool((whose - whom) & one.near and (whom - whose) & other.near)
        return False

    def leaves(self, count: Quantity, spoken: frozenset[str]) -> bool:
        """Tell whether a count is what a part, spoken of, leaves of a whole told before it."""
        value, unit = canonical(count)
        for of_quote in map(figure_contexts, self.quotes):
            for place, part in enumerate(of_quote):
                number, other = canonical(part.quantity)
                wholes = [canonical(c.quantity) for c in of_quote[:place]]
                if spoken & part.near and unit == other and (number + value, unit) in wholes:
                    return True
        return False

    def _tells(self, quote: str, context: FigureContext) -> bool:
        """Tell whether a figure is told of in words of the clause; a change is of what it follows."""
        clause = STOP.split(quote[: context.quantity.end])[-1]
        told = len(context.near) > 1 and not DEPENDENT.match(clause)
        return bool(self.own & (context.near if told else context.earlier))

    def _shares(self) -> Iterator[Decimal]:
        """Yield the percentages of what the clause speaks of: given, or of a count in its total."""
        for quote in self.quotes:
            of_quote = figure_contexts(quote)
            for context in (c for c in of_quote if self._tells(quote, c)):
                value, unit = canonical(context.quantity)
                if context.quantity.kind == "percent":
                    yield value
                elif context.quantity.kind == "number" and value:
                    counts = [c for c in of_quote if canonical(c.quantity)[1] == unit]
                    before = [canonical(c.quantity)[0] for c in counts[: counts.index(context)]]
                    if before and max(before) > value:
                        yield 100 * value / max(before)
                    beside = [c for c in counts if len(c.near & context.near) >= _ALIKE]
                    if len(beside) > 1:
                        yield 100 * value / sum(canonical(c.quantity)[0] for c in beside)

    def _lists(self) -> Iterator[list[FigureContext]]:
        """Yield the figures that stand beside each other in lists of the quotes, two or more."""
        for quote in self.quotes:
            group: list[FigureContext] = []
            for context in figure_contexts(quote):
                between = quote[group[-1].quantity.end : context.quantity.start] if group else ""
                listed = _LIST.fullmatch(between) and "其中" not in between
                if group and not (listed and _of_one_unit(group[-1], context)):
                    if len(group) > 1:
                        yield group
                    group = []
                group.append(context)
            if len(group) > 1:
                yield group


def _makes_up(total: Quantity, parts: Sequence[FigureContext]) -> bool:
    """Tell whether two or more figures of a total's unit add up to it."""
    members = [canonical(c.quantity) for c in parts]
    return (
        len(members) > 1
        and {unit for _, unit in members} == {canonical(total)[1]}
        and sum(number for number, _ in members) == canonical(total)[0]
    )


def _of_one_unit(a: FigureContext, b: FigureContext) -> bool:
    return canonical(a.quantity)[1] == canonical(b.quantity)[1]


def _told_most(words: frozenset[str], of: Sequence[FigureContext]) -> FigureContext:
    """Return the figure that stands beside most of some pairs of characters."""
    return max(of, key=lambda context: len(words & context.near))
