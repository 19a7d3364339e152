"""Clauses as runs of tokens, for laying a claim beside its quotes.

A token is a character of Chinese, or one value (a figure, a day, a title) that is equal to
another whatever its form. Words that tell nothing apart are left out. Texts are levelled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from bot.lock.figure_contexts import COUNTED
from bot.lock.stops import HARD_STOP, STOP
from retrieval.genre.quantities import canonical, find_quantities
from retrieval.genre.quantity_values import Quantity
from retrieval.text.normalise import has_han

MAX_TOKENS = 160  # of a clause; longer ones are no clauses
_TITLE = re.compile(r"《[^《》\n]{2,60}》|“[^“”\n]{1,40}”")
_LATIN = re.compile(r"[a-z][a-z0-9]*")
_COMPARED = re.compile("(?:较|比|同|与|由|从|自|去年|上年)$")
_SHARED = "分别"
# Words passed over on both sides: they tell nothing apart, or (denials, plans, 部分, 有待)
# are held against the source elsewhere.
_LIGHT = re.compile(
    "根据|据|报告|显示|其中|此外|同时|并且|以及|分别|进行|开展|全年|年度|当年|今年以来|今年|一年来|以来|截至|目前|情况|方面|通过"
    "|同比|同期|[较比](?:上年|去年)|与上年相比|有待|亟待|亟需|急需|仍需|还需|尚需|部分|一些|个别|少数|有的|有些|没有|尚未|未能|未|没"
    "|合计|总计|累计|一共|总共|[全我本][县区市省镇乡]|达到|[一二三四五六七八九十]是|[共已达有了的在为是由被对等于和与及并还也则而均该其占、]"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A character of Chinese, or one value: ``key`` tells what it is equal to."""

    key: str
    text: str
    quantity: Quantity | None = None
    at: int = field(default=0, compare=False)

    @property
    def counted(self) -> bool:
        """Whether this is a figure, not a day or a number in a name."""
        return self.quantity is not None and self.quantity.kind in COUNTED

    @property
    def weight(self) -> float:
        """How much of its clause's meaning it carries."""
        if self.quantity is not None:
            return 4.0 if self.counted else 2.0
        return 2.0 if len(self.text) > 1 else 1.0


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with its place among those of its quote."""

    text: str
    tokens: tuple[Token, ...]
    index: int

    @property
    def keys(self) -> tuple[str, ...]:
        """What its tokens are equal to."""
        return tuple(token.key for token in self.tokens)

    @property
    def weight(self) -> float:
        """The weight of all its tokens."""
        return sum(token.weight for token in self.tokens)


class Covered:
    """Which characters of a clause its tokens stand for so far."""

    def __init__(self, chars: int) -> None:
        self._signs = bytearray(chars)

    def any(self, start: int, end: int) -> bool:
        """Tell whether one of these characters is covered."""
        return 1 in self._signs[start:end]

    def add(self, start: int, end: int) -> bool:
        """Cover these characters; tell whether none of them was."""
        free = not self.any(start, end)
        self._signs[start:end] = b"\1" * (end - start)
        return free


@lru_cache(maxsize=8192)
def entities(clause: Clause, kind: str) -> frozenset[str]:
    """Return the years or days that a clause names, those that it only compares with apart."""
    found = set()
    for token in clause.tokens:
        if token.quantity is not None and token.quantity.kind == kind:
            at = clause.text.find(token.text)
            if not _COMPARED.search(clause.text[max(0, at - 2) : at]):
                found.add(token.text.removesuffix("年") if kind == "year" else token.text)
    return frozenset(found)


@lru_cache(maxsize=1024)
def clauses_of(text: str, names: tuple[str, ...]) -> tuple[Clause, ...]:
    """Cut a text into clauses; a lone day goes with the clause after it."""
    for name in names:
        text = text.replace(name, " ")
    found: list[Clause] = []
    waiting = ""
    for part, hard in _parts(text):
        words = "".join(f"{waiting}{part}".split())
        tokens = _tokens(words)
        kinds = {t.quantity.kind if t.quantity else "" for t in tokens}
        if tokens and kinds <= {"year", "date"}:
            waiting = words
        else:
            waiting = ""
            for each in _told_apart(words):
                tokens = _tokens(each)
                if tokens:
                    found.append(Clause(each, tokens, len(found)))
        if hard:
            waiting = ""
    return tuple(found)


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the clauses of a text, and whether a sentence ends with them."""
    position = 0
    for match in STOP.finditer(text):
        yield text[position : match.start()], bool(HARD_STOP.match(match[0]))
        position = match.end()
    yield text[position:], True


def _told_apart(clause: str) -> tuple[str, ...]:
    """Cut a clause after each figure of a list; 甲、乙分别为3件、5件 is 甲为3件 and 乙为5件."""
    figures = [q for q in find_quantities(clause) if q.kind in COUNTED]
    members, shared, _rest = clause.partition(_SHARED)
    if shared:
        whose = re.split("[、和与及]", members)
        figures = [q for q in figures if q.start >= len(members)]
        if len(whose) == len(figures) > 1:
            verb = clause[len(members) + len(shared) : figures[0].start]
            return tuple(f"{who}{verb}{q.text}" for who, q in zip(whose, figures, strict=True))
        return (clause,)
    cuts = [q.end for q in figures if clause[q.end : q.end + 1] in tuple("、和与及")]
    return tuple(
        clause[a:b].lstrip("、和与及")
        for a, b in zip([0, *cuts], [*cuts, len(clause)], strict=True)
    )


@lru_cache(maxsize=8192)
def _tokens(clause: str) -> tuple[Token, ...]:
    """Return what a clause says as tokens, words that need no support left out."""
    found: list[tuple[int, Token]] = []
    covered = Covered(len(clause))
    for match in _TITLE.finditer(clause):
        if covered.add(*match.span()):
            found.append((match.start(), Token(match[0][1:-1], match[0], None, match.start())))
    for quantity in find_quantities(clause):
        if covered.add(quantity.start, quantity.end):
            value, _ = canonical(quantity)
            key = f"{value.normalize()}{'%' if quantity.kind in ('percent', 'points') else ''}"
            if quantity.kind in ("date", "year", "ordinal", "document"):
                key = quantity.text
            found.append((quantity.start, Token(key, quantity.text, quantity, quantity.start)))
    for match in _LIGHT.finditer(clause):
        if not covered.any(*match.span()):
            covered.add(*match.span())
    for at, sign in enumerate(clause):
        if has_han(sign) and not covered.any(at, at + 1):
            found.append((at, Token(sign, sign, None, at)))
    for match in _LATIN.finditer(clause):
        if covered.add(*match.span()):
            found.append((match.start(), Token(match[0], match[0], None, match.start())))
    found.sort(key=lambda entry: entry[0])
    return tuple(token for _, token in found[:MAX_TOKENS])
