"""Figures of two years that count one thing: an indicator's name is a class, the words tell which.

That 调解跨省纠纷186件 and 调处矛盾纠纷3812件 bear one name makes them no two years of one count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

from bot.evidence.likeness import SAME_THING, likeness, pairs_of
from retrieval.parsing.indicators import Fact
from retrieval.question.terms import Term
from retrieval.text.normalise import fold

# 调解跨省纠纷 and 排查调处矛盾纠纷, which the question for one name may still both mean
UNLIKE = 0.2


def named(facts: Sequence[Fact]) -> dict[str, list[Fact]]:
    """Return the figures of a report's own year by the name of their indicator."""
    found: dict[str, list[Fact]] = {}
    for fact in facts:
        if fact.indicator and fact.period == "this" and not fact.doubtful:
            found.setdefault(fact.indicator, []).append(fact)
    return found


def same(
    earlier: Sequence[Fact],
    later: Sequence[Fact],
    asked: Sequence[Term] = (),
    least: float = SAME_THING,
) -> tuple[Fact, Fact] | None:
    """Return the two figures of one name that count one thing; None where no two do.

    Of those as alike as ``SAME_THING`` the pair that holds most of what is ``asked``, else the likest
    that is as alike as ``least``.
    """

    def worth(pair: tuple[Fact, Fact]) -> tuple[bool, float, float]:
        alike = _likeness(*pair)
        surely = alike >= SAME_THING
        return surely, _told(pair, asked) if surely else 0.0, alike

    best = max(product(earlier, later), key=worth, default=None)
    return best if best is not None and _likeness(*best) >= least else None


def narrowed(ledgers: Mapping[str, Sequence[Fact]], asked: Sequence[Term]) -> dict[str, list[Fact]]:
    """Return two ledgers in which each name that both have stands for one thing, or is gone.

    A name of which no two figures are at all alike is no ground to reckon on: what the report says
    of it is then told by its sentence.
    """
    earlier, later = (named(facts) for facts in ledgers.values())
    both = earlier.keys() & later.keys()
    pairs = {name: same(earlier[name], later[name], asked, UNLIKE) for name in both}
    return {
        report: [
            fact
            for fact in facts
            if fact.indicator not in pairs or fact in (pairs[fact.indicator] or ())
        ]
        for report, facts in ledgers.items()
    }


def _told(pair: tuple[Fact, Fact], asked: Sequence[Term]) -> float:
    words = [fold(f"{fact.subject} {' '.join(fact.path)}") for fact in pair]
    return round(sum(t.weight * min(map(t.match, words)) for t in asked), 3)


def _likeness(one: Fact, other: Fact) -> float:
    """Return the share of two figures' own words that both have, 0 to 1; 0 where the units differ."""
    if one.unit != other.unit:
        return 0.0
    return likeness(*(pairs_of(fold(fact.own or fact.subject)) for fact in (one, other)))
