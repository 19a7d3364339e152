"""What a writer has summed up: figures and words that one step of arithmetic on the quotes bears out.

A writer who sums up says 七成, 绝大多数, 最多, 还有7件 or 每份平均3条 where the quotes have other figures.
What is reckoned is a sum, a difference, a share, a mean or what was before a change, of figures of
one sentence, and only in the words that tell of it. Where it is borne out it is taken from the line
before its other words are held against the quotes; else it stays, and refuses the line. What is
compared by name (甲比乙多) is held to the names. Texts are levelled.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, partial
from itertools import combinations, pairwise, permutations

from bot.evidence.likeness import pairs_of
from bot.lock.arithmetic import alike, beside
from bot.lock.figure_contexts import COUNTED, FigureContext, figure_contexts
from bot.lock.rounded import Said, said_in
from bot.lock.stops import DEPENDENT, HARD_STOP, STOP, items
from bot.lock.wording import nearest
from retrieval.genre.lexicon import pattern
from retrieval.genre.quantities import Quantity, canonical, find_quantities, same_value
from retrieval.question.addressing import numeral
from retrieval.text.normalise import HAN_RUN

_SHARE_WORD = re.compile(
    "[约近占]*(?:(?P<nearly>几乎|绝大多数|绝大部分)|(?P<more>大多数?|大部分|多数|过半|一半以上)|(?P<half>一半|半数)|(?P<tenths>[二三四五六七八九])成"
    "|(?P<parts>[二三四五])分之(?P<of>[一二三四])|(?P<doubled>翻了?[一1]?[番倍]))(?P<over>以上|还?多)?(?:左右|上下)?(?:[都均]|全部)?"
)
_SUPERLATIVE = re.compile("最(?:[多高大]|(?P<least>[少低小]))")
_REST = re.compile("剩余?下?|[还尚仍]有|其余|[还尚]?(?:没有?|未能?)|不是")
_SAID = re.compile("(?:报告|原文|文中)?(?:里|中)?(?:说|写|讲|提)(?:的是|明)")
_THAN_BEFORE = "(?:一年比一年|(?<!得)更|(?<=比)[^,。;比]{0,4}[年月季期前])[都均也]?"
_RISEN = re.compile(f"{_THAN_BEFORE}[多高大]了?(?![0-9了])")
_FALLEN = re.compile(f"{_THAN_BEFORE}[少低小]了?(?![0-9了])")
_MORE_BY = re.compile("([比较][^,。;比]{1,6}?)[多高大]出?了?(?=[0-9])")
_LESS_BY = re.compile("([比较][^,。;比]{1,6}?)[少低小]了?(?=[0-9])")
_MORE_THAN = re.compile("[高多低少]于|[高多]出")  # what stands so is no change
_COUNTS_MEMBERS = re.compile(
    "(?<![第0-9一二三四五六七八九十百千万])(?P<number>[两二三四五六七八九几])(?=[个类项种样头家]|方面)(?!个?(?:工作日|小?时|月|百分点|季度))[个类项种样头家]?"
)
_MEMBER = re.compile("[、和与及]|以及")
_IS = re.compile("率?[约为是达]+$")
_BOUND = re.compile("[都均]?(?:(?P<above>超过|高于|多于|不低于)|低于|少于|不到|不足)")
_MEAN = re.compile("平均|人均|[每摊]")
_SHARE = re.compile("占|率|比例|比重|成")
_THAN = re.compile("(?<!占)比(?![例重率])")
_LIST = re.compile("[^,。;:、]{0,3}[、和及][^,。;:、]*|,[^,。;:、]{0,8}")
_COMPARED = re.compile(
    "(?P<whose>[^,。;]+?)(?<!占)比(?![例重率])(?P<whom>[^,。;]+?)的?(?:(?P<more>多|高)|少|低)[了出]?$"
)
_ALIKE = 2  # pairs of characters that two figures of one thing share
_COUNTS = ("number", "money")
_MOST = 12  # figures of a sentence that are reckoned with


def without_reckoned(text: str, quotes: Sequence[str]) -> str:
    """Return a line without what its sums tell that the figures of the quotes bear out."""
    said = [clause for quote in quotes for clause in items(quote)]
    sentences = tuple(s for quote in quotes for s in map(_sentence, HARD_STOP.split(quote)) if s)
    kept: list[str] = []
    position = 0
    before = ""
    framed = reckoned = False
    for stop in [*STOP.finditer(text), None]:
        end = stop.start() if stop else len(text)
        clause = _SAID.sub("", text[position:end])
        sums = _Sums(clause, before, text[:end], sentences, tuple(quotes))
        told = sums.without_figures()
        reckoned = reckoned or told != clause
        before, clause = clause, told
        if not any(pattern("whole").search(source) for source in nearest(clause, said)):
            clause = _SHARE_WORD.sub(sums.share_word, clause)  # no 大部分 where the quotes say 均
        clause = _COUNTS_MEMBERS.sub(sums.uncounted, clause)
        shown = find_quantities(f"{clause},{STOP.split(text[end + 1 :])[0]}")
        ranked = _SUPERLATIVE.sub(partial(sums.superlative, shown), clause)
        framed = framed or ranked != clause
        clause = ranked
        if not _MORE_THAN.search("".join(quotes)):
            clause = _LESS_BY.sub(r"\1下降", _MORE_BY.sub(r"\1上升", clause))
        clause = _FALLEN.sub("下降", _RISEN.sub("上升", clause))
        kept += [clause, stop[0] if stop else ""]
        position = stop.end() if stop else end
    line = "".join(kept)
    if framed:
        line = pattern("frame").sub("", line)
    return pattern("reckoning").sub("", line) if reckoned else line


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of the quotes with its counted figures."""

    text: str
    told: tuple[FigureContext, ...]


def _sentence(text: str) -> _Sentence | None:
    told = [c for c in figure_contexts(text) if c.quantity.kind in COUNTED][:_MOST]
    return _Sentence(text, tuple(told)) if text.strip() else None


@dataclass(frozen=True)
class _Sums:
    """What the figures of the quotes yield in the words of one ``clause`` of a line.

    ``before`` is the clause before it, ``line`` what the line says up to its end.
    """

    clause: str
    before: str
    line: str
    sentences: tuple[_Sentence, ...]
    quotes: tuple[str, ...]

    @cached_property
    def own(self) -> frozenset[str]:
        """The pairs of characters of the clause."""
        return pairs_of(self.clause)

    @cached_property
    def spoken(self) -> frozenset[str]:
        """The pairs of characters of the clause and the one before it."""
        return pairs_of(f"{self.before},{self.clause}")

    def without_figures(self) -> str:
        """Return the clause without the figures that the quotes yield, and what tells of them."""
        clause = self.clause
        for said in reversed([*said_in(clause)]):
            figures = find_quantities(self.clause[said.start : said.end])
            given = (c.quantity for s in self.sentences for c in s.told)
            if any(same_value(q, o) for o in given for q in figures):
                continue
            head, tail = clause[: said.start], clause[said.end :]
            if figures and self._bounds(said):
                clause = _BOUND.sub("", clause.replace(figures[0].text, "", 1))
            elif self._adds_up(said):
                clause = head + tail
            elif compared := _COMPARED.search(head):
                if self._differ_by(said, compared):
                    return ""
            elif self._leaves(said):
                clause = _REST.sub("", head + tail)
            elif self._yields(said):
                clause = _IS.sub("", pattern("by_how_much").sub("", head)) + tail
        return clause

    def share_word(self, word: re.Match[str]) -> str:
        """Return a word of a share, or nothing if one of the shares told of is what it says."""
        low, high = Decimal(45), Decimal(55)
        if word["nearly"]:
            low, high = Decimal(80), Decimal(100)
        elif word["more"]:
            low, high = Decimal(50), Decimal(100)
        elif word["doubled"]:
            low, high = Decimal(100 if word["over"] else 95), Decimal(200)
        elif word["tenths"]:
            tenths = 10 * (numeral(word["tenths"]) or 0)
            low, high = (
                Decimal(tenths if word["over"] else tenths - 5),
                Decimal(tenths + 10),
            )
        elif word["parts"]:
            share = Decimal(100 * (numeral(word["of"]) or 0)) / (numeral(word["parts"]) or 1)
            low, high = share - 3, share + 3
        borne = any(low <= value <= high and value != 100 for value in self._shares())
        return "" if borne else word[0]

    def uncounted(self, word: re.Match[str]) -> str:
        """Return a small count in words, or what it counts alone if the quotes list so many."""
        number = numeral(word["number"]) or 0
        for sentence in self.sentences:
            sizes = {len(_MEMBER.split(clause)) for clause in STOP.split(sentence.text)}
            units = Counter(canonical(c.quantity)[1] for c in sentence.told)
            if number in sizes | set(units.values()) or (not number and max(sizes, default=0) > 1):
                return ""
        return word[0]

    def superlative(self, shown: Sequence[Quantity], word: re.Match[str]) -> str:
        """Return 最多 and the like, or nothing if the figure spoken of is that of its sentence.

        ``shown`` are the figures told with it; else it is the one told in most of the clause's
        words that are told of no other.
        """
        for group in self._alike():
            best = (min if word["least"] else max)(group, key=lambda c: canonical(c.quantity)[0])
            if any(same_value(best.quantity, q) for q in shown):
                return ""
            counts = Counter(pair for c in group for pair in self.own & c.near)
            told = [sum(1 for p in self.own & c.near if counts[p] == 1) for c in group]
            ranked = sorted(told, reverse=True)
            if len(group) > 2 and ranked[0] > ranked[1] and told[group.index(best)] == ranked[0]:
                return ""
        return word[0]

    def _alike(self) -> Iterator[list[FigureContext]]:
        """Yield the figures that may be ranked: of a list, of one unit of a sentence, of one kind."""
        for quote in self.quotes:
            yield from _lists(quote)
        for sentence in self.sentences:
            for of in (lambda q: canonical(q)[1], lambda q: q.kind):
                groups: dict[str, list[FigureContext]] = {}
                for context in sentence.told:
                    groups.setdefault(of(context.quantity), []).append(context)
                yield from (group for group in groups.values() if len(group) > 1)

    def _bounds(self, said: Said) -> bool:
        """Tell whether all figures of a kind that a sentence gives lie beyond a bound: 都超过96%."""
        bound = _BOUND.search(self.clause)
        if bound is None:
            return False
        for sentence in self.sentences:
            values = [v for v, unit in map(_value, sentence.told) if unit == said.unit]
            if len(values) > 1:
                return all(v > said.low if bound["above"] else v < said.high for v in values)
        return False

    def _adds_up(self, said: Said) -> bool:
        """Tell whether a count is the sum of the members of a list that the clause speaks of.

        Where it says that it sums up, of a whole list, or of all that is told in its words.
        """
        lists = [group for quote in self.quotes for group in _lists(quote)]
        for group in lists:
            told = [c for c in group if self.own & c.near]
            if _makes_up(said, told) and all(
                beside(a.quantity, b.quantity, self.quotes) for a, b in pairwise(told)
            ):
                return True
        if not pattern("in_all").search(self.clause):
            return False
        contexts = [c for sentence in self.sentences for c in sentence.told]
        told_alike = [[c for c in contexts if pair in c.near] for pair in self.own]
        return any(_makes_up(said, group) for group in (*lists, *told_alike))

    def _differ_by(self, said: Said, compared: re.Match[str]) -> bool:
        """Tell whether a count is by how much one thing of the quotes, named, is more than another."""
        whose, whom = pairs_of(compared["whose"]), pairs_of(compared["whom"])
        named = pattern("glue").sub("", compared["whose"] + compared["whom"])
        unit = "%" if said.kind == "points" else said.unit
        for quote in self.quotes:
            of_unit = [c for c in figure_contexts(quote) if _value(c)[1] == unit]
            if len(of_unit) < 2 or not set("".join(HAN_RUN.findall(named))) <= set(quote):
                continue
            one = max(of_unit, key=lambda c: len((whose - whom) & c.near))
            other = max(of_unit, key=lambda c: len((whom - whose) & c.near))
            more = _value(one)[0] - _value(other)[0]
            if said.holds(more if compared["more"] else -more):
                return bool((whose - whom) & one.near and (whom - whose) & other.near)
        return False

    def _leaves(self, said: Said) -> bool:
        """Tell whether a count is what a part, spoken of, leaves of a whole told before it."""
        return bool(_REST.search(self.clause)) and any(
            bool(self.spoken & part.near)
            and _value(part)[1] == _value(whole)[1] == said.unit
            and said.holds(_value(whole)[0] - _value(part)[0])
            for quote in self.quotes
            for whole, part in combinations(figure_contexts(quote), 2)
        )

    def _yields(self, said: Said) -> bool:
        """Tell whether figures of one sentence that the clause speaks of yield a figure."""
        spoken = [
            s for s in self.sentences if any(self.spoken & (c.near | c.earlier) for c in s.told)
        ]
        return self._lies_between(said, spoken) or any(
            self._is_quotient(said, sentence.told) or self._was_before(said, sentence)
            for sentence in spoken
        )

    def _lies_between(self, said: Said, spoken: Sequence[_Sentence]) -> bool:
        """Tell whether a figure is told as the difference of two of one sentence, or of one thing.

        Of two sentences the line shows one of the two. Of what is named the names are held
        against the quotes instead (``_differ_by``).
        """
        told = f"{self.before},{self.clause}"
        if not pattern("differing").search(told) or _THAN.search(self.clause):
            return False
        for sentence in spoken:
            for one, other in combinations(sentence.told, 2):
                change = _value(other)[0] - _value(one)[0]
                between = sentence.text[one.quantity.end : other.quantity.start]
                right = not re.search("[至到为]", between) or _goes(told, change)
                if right and _of_one_kind(said, one, other) and said.holds(abs(change)):
                    return True
        shown = find_quantities(self.line)
        contexts = [c for sentence in self.sentences for c in sentence.told][: 2 * _MOST]
        return any(
            _of_one_kind(said, a, b)
            and said.holds(abs(_value(a)[0] - _value(b)[0]))
            and alike(a, b)
            and any(same_value(q, c.quantity) for q in shown for c in (a, b))
            for a, b in combinations(contexts, 2)
        )

    def _is_quotient(self, said: Said, told: Sequence[FigureContext]) -> bool:
        """Tell whether a figure is told as a share of a whole, or as a mean, of two counts."""
        words = f"{self.before},{self.clause}"
        shown = [q for q in find_quantities(words) if q.kind == "number"]
        for one, other in permutations([c for c in told if c.quantity.kind in _COUNTS], 2):
            (a, unit), (b, whole) = _value(one), _value(other)
            of_whole = _SHARE.search(words) or any(same_value(other.quantity, q) for q in shown)
            share = said.kind == "percent" and unit == whole and a < b and of_whole
            mean = said.kind in _COUNTS and unit in (said.unit, "") and unit != whole and b > 0
            if share and said.divided().holds(100 * a / b):
                return True
            if mean and _MEAN.search(words) and said.divided().holds(a / b):
                return True
        return False

    def _was_before(self, said: Said, sentence: _Sentence) -> bool:
        """Tell whether a figure is that of before, reckoned back from what stands after a change."""
        if not pattern("earlier").search(self.line):
            return False
        for now, change in pairwise(sentence.told):
            (value, unit), (by, of) = _value(now), _value(change)
            between = sentence.text[now.quantity.end : change.quantity.start]
            points = now.quantity.kind == "percent" and change.quantity.kind == "points"
            if now.quantity.kind != said.kind or unit != said.unit or not (points or of == unit):
                continue
            rose, fell = (bool(pattern(way).search(between)) for way in ("rise", "fall"))
            if rose != fell and said.holds(value - by if rose else value + by):
                return bool(pairs_of(self.line) & now.near)
        return False

    def _shares(self) -> Iterator[Decimal]:
        """Yield the percentages of what the clause speaks of: given, or of a count in its total."""
        for quote in self.quotes:
            of_quote = figure_contexts(quote)
            for context in of_quote:
                changes = DEPENDENT.match(STOP.split(quote[: context.quantity.end])[-1])
                own = len(context.near) > 1 and not changes  # a change is of what it follows
                if not self.own & (context.near if own else context.earlier):
                    continue
                value, unit = _value(context)
                if context.quantity.kind == "percent":
                    yield value
                elif context.quantity.kind == "number" and value:
                    counts = [c for c in of_quote if _value(c)[1] == unit]
                    before = [_value(c)[0] for c in counts[: counts.index(context)]]
                    if before and max(before) > value:
                        yield 100 * value / max(before)
                    beside = [c for c in counts if len(c.near & context.near) >= _ALIKE]
                    if len(beside) > 1:
                        yield 100 * value / sum(_value(c)[0] for c in beside)


def _value(context: FigureContext) -> tuple[Decimal, str]:
    return canonical(context.quantity)


def _lists(quote: str) -> Iterator[list[FigureContext]]:
    """Yield the figures that stand beside each other in lists of a quote, two or more."""
    group: list[FigureContext] = []
    for context in figure_contexts(quote):
        between = quote[group[-1].quantity.end : context.quantity.start] if group else ""
        listed = _LIST.fullmatch(between) and "其中" not in between
        if group and not (listed and _value(group[-1])[1] == _value(context)[1]):
            if len(group) > 1:
                yield group
            group = []
        group.append(context)
    if len(group) > 1:
        yield group


def _makes_up(total: Said, parts: Sequence[FigureContext]) -> bool:
    """Tell whether two or more figures of a total's unit add up to it."""
    members = [_value(c) for c in parts]
    return (
        len(members) > 1
        and {unit for _, unit in members} == {total.unit}
        and total.holds(sum((number for number, _ in members), Decimal(0)))
    )


def _of_one_kind(said: Said, one: FigureContext, other: FigureContext) -> bool:
    """Tell whether two figures have a difference of the kind and unit of a third."""
    a, b = one.quantity, other.quantity
    if canonical(a)[1] != canonical(b)[1] or a.kind != b.kind:
        return False
    if a.kind == "percent":
        return said.kind == "points"
    return a.kind == said.kind and canonical(a)[1] == said.unit


def _goes(told: str, change: Decimal) -> bool:
    """Tell whether a change goes the way that words say, if they say one."""
    more, less = (bool(pattern(way).search(told)) for way in ("more", "fewer"))
    return more == less or more == (change > 0)
