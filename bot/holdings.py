"""What a library holds, as questions see it: places, issuers and years of its reports."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.evidence.selection import KnownFact
from retrieval.documents import ReportMeta
from retrieval.library.catalogue import ReportSummary
from retrieval.library.library import Library
from retrieval.places.bureaus import KnownIssuers
from retrieval.places.gazetteer import Chain
from retrieval.places.place_mentions import SpeaksOf
from retrieval.places.places import PlaceIndex
from retrieval.places.subunits import territory
from retrieval.question.scope import Holdings, unify
from retrieval.question.trained import TrainedReader
from retrieval.text.normalise import level

MOST_SEARCHED = 60
# these are asked of all reports, whatever few of them tell
OF_ALL = frozenset({"which", "rank", "compare", "catalogue"})


@dataclass(frozen=True, slots=True)
class Holding:
    """A held report by id, with its place as questions name it."""

    id: str
    meta: ReportMeta


def list_holdings(library: Library) -> Holdings:
    """Return what is held, one county's place written one way, a unit below it its last level.

    Like all that is made of it below, it is kept as long as the generation is served.
    """

    def holdings() -> Holdings:
        summaries = library.reports()
        whole = unify(s.meta.place for s in summaries)
        places = {s.id: territory(whole[s.meta.place], s.meta.issuer) for s in summaries}

        def named(reports: Sequence[str]) -> dict[str, Holding]:
            metas = ((s.id, s.meta) for s in summaries_of(library, reports))
            return {r: Holding(r, replace(meta, place=places[r])) for r, meta in metas}

        known = library.kept_of_each("holding", list(places), named)
        # another report may have told more of a place
        known |= named([r for r, held in known.items() if held.meta.place != places[r]])
        return Holdings(known.values())

    return library.kept("holdings", holdings)


def summaries_of(library: Library, reports: Sequence[str]) -> tuple[ReportSummary, ...]:
    """Return the summaries of some reports, in their order."""
    by_id = library.kept("summaries by id", lambda: {s.id: s for s in library.reports()})
    return tuple(map(by_id.__getitem__, reports))


def known_issuers(library: Library) -> KnownIssuers:
    """Return the places and issuers of the held reports, each pair once."""

    def known() -> KnownIssuers:
        return _known_of(frozenset((h.meta.place, h.meta.issuer) for h in list_holdings(library)))

    return library.kept("known issuers", known)


def place_index(library: Library) -> PlaceIndex:
    """Return the place index of what a library holds."""
    return library.kept("place index", lambda: _index_of(known_issuers(library)))


def reader_of(library: Library) -> TrainedReader:
    """Return the trained reader that knows the names of the places a library holds."""
    return library.kept("reader", lambda: _reader_of(place_index(library)))


# Another report of a place and issuer that are held already changes nothing of these three.


@lru_cache(maxsize=2)
def _known_of(pairs: frozenset[tuple[Chain, str]]) -> KnownIssuers:
    return KnownIssuers(sorted(pairs))


@lru_cache(maxsize=2)
def _index_of(known: KnownIssuers) -> PlaceIndex:
    return PlaceIndex(known)


@lru_cache(maxsize=2)
def _reader_of(places: PlaceIndex) -> TrainedReader:
    return TrainedReader(places.own_names())


def speaks_within(library: Library, holdings: Holdings) -> SpeaksOf:
    """Return what tells whether the reports of a place use some words, blanks between aside."""

    def speaks_of(place: Chain, words: Sequence[str]) -> bool:
        named = re.compile("|".join("\\s*".join(map(re.escape, word)) for word in words))
        inside = [h.id for h in holdings.inside([place])[:MOST_SEARCHED]]
        return any(named.search(level(text)) for _, text in library.texts(inside))

    return speaks_of


def known_facts(library: Library, report: str) -> list[KnownFact]:
    """Return the figures of a report that the ledger knows by a canonical name."""
    return [
        KnownFact(fact.indicator, fact.start, fact.end, fact.period)
        for fact in library.facts(report)
        if fact.indicator
    ]
