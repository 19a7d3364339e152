"""Places and offices without a report of their own of which another report tells.

In a row of a table of their parent's, or in sentences that name them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.evidence.opening import MAX_READ_REPORTS
from bot.named_things import naming
from retrieval.library.library import Library
from retrieval.places.gazetteer import Chain, contains
from retrieval.places.places import PlaceIndex
from retrieval.question.query import Query
from retrieval.question.scope import Holding, Resolved
from retrieval.text.grids import find_grids
from retrieval.text.normalise import fold


def told_in_rows(
    library: Library, query: Query, scope: Resolved, holdings: Sequence[Holding]
) -> tuple[Query, Resolved]:
    """Return the scope of 丰源市河口县: the reports of 丰源市 with a row 河口县, where it has none itself."""
    if scope.reports or scope.nearby or query.places or len(query.unknown) != 1:
        return query, scope
    name = fold(query.unknown[0])
    by_parent = library.kept("holdings by parent", lambda: _by_parent(holdings))
    told = []
    for end in range(1, len(name)):
        for at in by_parent.get(name[:end], ()):
            if query.years and holdings[at].meta.year not in query.years:
                continue
            grids = find_grids(library.report(holdings[at].id).text)
            if any(fold(row.label) == name[end:] for grid in grids for row in grid.rows):
                told.append(at)
    found = [holdings[at] for at in sorted(told)]
    if not found:
        return query, scope
    query = replace(query, wrong_parents=())  # the report itself says where it lies
    return query, Resolved(tuple(h.id for h in found), scope.missing)


def told_by_name(
    library: Library,
    query: Query,
    scope: Resolved,
    holdings: Sequence[Holding],
    places: PlaceIndex,
    near: Sequence[Chain],
) -> tuple[Query, Resolved]:
    """Return the scope of 石佛镇那次泥石流: the reports that name 石佛镇, where it has none itself.

    Only its sentences answer (``Query.named``), and only what is no wish for a whole report. Of a
    place that the gazetteer knows only reports of what it lies in tell; ``near`` are the places
    the conversation is about, whose reports are meant where they name it.
    """
    of_a_sentence = query.ask.content in _CONTENTS and query.kind in _KINDS
    settled = scope.reports or scope.nearby or query.places or not query.unknown
    if settled or not of_a_sentence:
        return query, scope
    by_id, telling = {h.id: h for h in holdings}, naming(library)
    found: set[str] = set()
    names = []
    for name in query.unknown:
        meant = places.resolve(name, [(0, len(name))]).mentions
        known = [chain for mention in meant for chain in mention.candidates]
        tellers = {
            report
            for report in telling(name)
            if (not known or any(contains(by_id[report].meta.place, chain) for chain in known))
            and (not query.years or by_id[report].meta.year in query.years)
        }
        if len(name) > 1 and tellers:
            names.append(fold(name))
            found |= tellers
    spoken = {r for r in found if any(contains(place, by_id[r].meta.place) for place in near)}
    told = spoken or found
    if not told or len(told) > MAX_READ_REPORTS:
        return query, scope
    query = replace(query, kind="fact", role=None, named=tuple(names))
    return query, Resolved(tuple(h.id for h in holdings if h.id in told), scope.missing)


# what a sentence can answer; a report's problems or plans it cannot
_CONTENTS = frozenset(("figure", "measures", "causes", "honours", "meaning", "remedy"))
_KINDS = frozenset(("fact", "list", "compare"))


def _by_parent(holdings: Sequence[Holding]) -> Mapping[str, Sequence[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for at, holding in enumerate(holdings):
        if holding.meta.place:
            found[fold(holding.meta.place[-1])].append(at)
    return dict(found)
