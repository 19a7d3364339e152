"""The places a question names: one mention of each, and all of a question together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from retrieval.documents import meet
from retrieval.places.gazetteer import Chain, contains

SpeaksOf = Callable[[Chain, Sequence[str]], bool]
How = Literal["exact", "short", "traditional", "pinyin", "typo", "unknown"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A place named at ``question[start:end]``.

    ``candidates`` are all places it may mean (none: it looks like a place nobody knows), ``held``
    those of them with a report of their own or inside them. ``wrong_parent`` is the province
    or city it is said to lie in and does not (江西 of 江西上虞区), empty otherwise. ``unit`` is
    the name of an unknown street, town or zone, and ``inside`` the mention of the place that it
    is said to be of or is named after: 玉山 of 玉山街道, 上虞 of 上虞崧厦街道.
    """

    text: str
    start: int
    end: int
    candidates: tuple[Chain, ...]
    held: tuple[Chain, ...]
    how: How
    wrong_parent: str = ""
    unit: str = ""
    inside: Mention | None = None

    @property
    def ambiguous(self) -> bool:
        """Several held places answer to it, or none is held and several places are so called."""
        return distinct(self.held) > 1 or (not self.held and distinct(self.candidates) > 1)


def distinct(chains: tuple[Chain, ...]) -> int:
    """Count the places; one stated with fewer levels (淮州市清溪县) is not another."""
    return sum(
        not any(other != chain and is_stated_shorter(chain, other) for other in chains)
        for chain in chains
    )


def is_stated_shorter(chain: Chain, other: Chain) -> bool:
    """Tell whether ``chain`` is ``other`` with levels left out: 湖南省清溪县 of 湖南省淮州市清溪县."""
    levels = iter(other)
    return chain[-1] == other[-1] and all(level in levels for level in chain)


@dataclass(frozen=True, slots=True)
class PlaceResolution:
    """All mentions of a question, in order and apart from one another."""

    mentions: tuple[Mention, ...] = ()

    @property
    def held(self) -> tuple[Chain, ...]:
        """The held places meant, each once."""
        return tuple(dict.fromkeys(chain for m in self.mentions for chain in m.held))

    @property
    def ambiguous(self) -> tuple[Mention, ...]:
        """Mentions to ask back about."""
        return tuple(mention for mention in self.mentions if mention.ambiguous)

    @property
    def missing(self) -> tuple[Mention, ...]:
        """Mentions the library holds nothing for."""
        return tuple(mention for mention in self.mentions if not mention.held)


@dataclass(frozen=True, slots=True)
class Name:
    """What a surface form stands for."""

    chains: tuple[Chain, ...]
    how: How


def mention_of(
    text: str, start: int, end: int, name: Name, held_chains: Collection[Chain]
) -> Mention:
    """Return the mention of ``name`` at ``text[start:end]``."""
    held = tuple(chain for chain in name.chains if chain in held_chains)
    return Mention(text[start:end], start, end, name.chains, outermost(held), name.how)


def outermost(chains: tuple[Chain, ...]) -> tuple[Chain, ...]:
    """Drop what lies inside another of the chains: 南昌 is the city before the county."""
    return tuple(
        chain
        for chain in chains
        if not any(other != chain and contains(other, chain) for other in chains)
    )


def overlaps(mention: Mention, others: Iterable[Mention]) -> bool:
    """Tell whether a mention stands on words that one of ``others`` stands on."""
    return any(meet(mention, other.start, other.end) for other in others)
