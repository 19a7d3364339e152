"""What a library holds, as questions see it: places, issuers and years of its reports."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.evidence.selection import KnownFact
from retrieval.documents import ReportMeta
from retrieval.library.library import Library
from retrieval.places.gazetteer import Chain, contains
from retrieval.places.places import PlaceIndex, SpeaksOf
from retrieval.places.subunits import territory
from retrieval.question.scope import unify
from retrieval.question.trained import TrainedReader
from retrieval.text.normalise import level

MOST_SEARCHED = 60
_INDEXES: dict[tuple[tuple[tuple[str, ...], str], ...], PlaceIndex] = {}
_READERS: dict[tuple[tuple[tuple[str, ...], str], ...], TrainedReader] = {}


def place_index(known: tuple[tuple[tuple[str, ...], str], ...]) -> PlaceIndex:
    """Return the place index of what is held; the last one is kept, since it rarely changes."""
    index = _INDEXES.get(known)
    if index is None:
        index = PlaceIndex(known)
        _INDEXES.clear()
        _INDEXES[known] = index
    return index


def reader_of(library: Library) -> TrainedReader:
    """Return the trained reader that knows the names of the places a library holds."""
    known = tuple((h.meta.place, h.meta.issuer) for h in list_holdings(library))
    reader = _READERS.get(known)
    if reader is None:
        reader = TrainedReader(place_index(known).own_names())
        _READERS.clear()
        _READERS[known] = reader
    return reader


@dataclass(frozen=True, slots=True)
class Holding:
    """A held report by id, with its place as questions name it."""

    id: str
    meta: ReportMeta


def list_holdings(library: Library) -> list[Holding]:
    """Return what is held, one county's place written one way, a unit below it its last level."""
    summaries = library.reports()
    whole = unify(s.meta.place for s in summaries)
    return [
        Holding(s.id, replace(s.meta, place=territory(whole[s.meta.place], s.meta.issuer)))
        for s in summaries
    ]


def speaks_within(library: Library, holdings: Sequence[Holding]) -> SpeaksOf:
    """Return what tells whether the reports of a place use some words, blanks between aside."""

    def speaks_of(place: Chain, words: Sequence[str]) -> bool:
        named = re.compile("|".join("\\s*".join(map(re.escape, word)) for word in words))
        inside = [h for h in holdings if contains(place, h.meta.place)][:MOST_SEARCHED]
        return any(named.search(level(library.report(h.id).text)) for h in inside)

    return speaks_of


def known_facts(library: Library, report: str) -> list[KnownFact]:
    """Return the figures of a report that the ledger knows by a canonical name."""
    return [
        KnownFact(fact.indicator, fact.start, fact.end, fact.period)
        for fact in library.facts(report)
        if fact.indicator
    ]
