"""The reports of a question that names no held place but something that only they tell of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.evidence.absence import in_search_form
from bot.evidence.opening import MAX_READ_REPORTS
from bot.holdings import MOST_SEARCHED, OF_ALL, known_issuers
from retrieval.documents import Note
from retrieval.library.library import Library
from retrieval.places.bureaus import KnownIssuers, bodies_called
from retrieval.places.gazetteer import Chain
from retrieval.places.places import PlaceIndex
from retrieval.places.subunits import unit_of
from retrieval.question.held_words import Naming, rare_names
from retrieval.question.query import Query, filled
from retrieval.question.request import Ask
from retrieval.question.scope import Holding, Resolved
from retrieval.search.exhaustive import search_words
from retrieval.text.normalise import fold


def naming(library: Library) -> Naming:
    """Return what tells which reports have some words; for words that many may have, those."""

    def named(words: str) -> frozenset[str]:
        may = library.reports_holding([fold(words)])
        if len(may) > MOST_SEARCHED:
            return frozenset(may)
        return frozenset(search_words(library, [words], may).by_report)

    return named


def of_the_only_place(
    library: Library,
    query: Query,
    holdings: Sequence[Holding],
    places: PlaceIndex,
    earlier: Query | None = None,
) -> Query:
    """Return a query that names no place as one of the only place whose reports have its words.

    Where its words tell none, it is of the place that ``earlier``, the part of the message before
    it, was told to be of.
    """
    asks_all = query.everywhere or query.kind in OF_ALL
    if query.places or query.unknown or query.excluded or query.issuers or asks_all:
        return query
    telling = naming(library)
    whose = {h.id: (h.meta.place, h.meta.issuer) for h in holdings}
    if len(set(whose.values())) < 2:
        return query
    if body := _office_first(query, known_issuers(library)):
        return _narrowed(query, replace(query.ask, theme=query.ask.theme[1:]), body, places)
    for theme in (query.ask.theme, query.ask.context):
        names = rare_names(theme, telling)
        tellers = [{whose[r] for r in telling(name) if r in whose} for name in names]
        told = {body for bodies in tellers if len(bodies) == 1 for body in bodies}
        if told:
            break
    if not told and earlier and earlier.places:
        issuer = earlier.issuers[0] if earlier.issuers else ""
        return _narrowed(query, query.ask, (earlier.places[0], issuer), places)
    if len(told) != 1:
        return query
    ask = replace(query.ask, theme=_as_held(query.ask.theme, names, telling))
    return _narrowed(query, ask, told.pop(), places)


def _office_first(query: Query, known: KnownIssuers) -> tuple[Chain, str] | None:
    """Return the one held office that a question begins with the everyday name of: 城管罚了多少."""
    theme = query.ask.theme
    if not theme or not query.question.startswith(theme[0]):
        return None
    called = bodies_called(theme[0], known)
    return called[0] if len(called) == 1 else None


def _narrowed(query: Query, ask: Ask, body: tuple[Chain, str], places: PlaceIndex) -> Query:
    """Return a query of one held body alone."""
    place, issuer = body
    if not place:
        return query
    own = not issuer or unit_of(place, issuer) or issuer.endswith("人民政府")
    bureau = () if own else (issuer,)
    return filled(
        replace(query, places=(place,), issuers=bureau, ask=_said_of(ask, place, bureau, places))
    )


def _as_held(theme: Sequence[str], names: Sequence[str], telling: Naming) -> tuple[str, ...]:
    """Return a theme in which a held name stands apart from what it was run together with."""
    parts: list[str] = []
    for word in theme:
        name = next((n for n in names if n in word and not telling(word)), word)
        before, _, after = word.partition(name)
        parts += (before, name, after)
    return tuple(part for part in parts if part)


def _said_of(ask: Ask, place: tuple[str, ...], bureau: tuple[str, ...], places: PlaceIndex) -> Ask:
    """Return an ask with the place as words, for the messages after it, where they mean it."""
    words = "".join(place)
    meant = places.resolve(words, [(0, len(words))]).held == (place,)
    return replace(ask, places=(words,), issuers=bureau) if meant else ask


def that_name_the_village(
    library: Library, query: Query, scope: Resolved
) -> tuple[Query, Resolved]:
    """Keep the reports that name the villages asked about; where none does, none is held."""
    if not query.villages or not scope.reports:
        return query, scope
    names = [fold(name) for name in query.villages]
    few = scope.reports[:MAX_READ_REPORTS]
    held = tuple(
        r for r in few if any(name in in_search_form(library.report(r).text) for name in names)
    )
    if held:
        return query, replace(scope, reports=held)
    missing = tuple(Note("not_held", {"name": name}) for name in query.villages)
    return replace(query, unknown=(*query.unknown, *query.villages)), Resolved((), missing)
