"""Which held reports each ask of a message is about: names resolved, follow-ups completed."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.answers.follow_through import with_the_other_year
from bot.doubles import counted_once
from bot.evidence.likeness import pairs_of
from bot.holdings import known_issuers, list_holdings, place_index, speaks_within
from bot.named_things import naming, of_the_only_place, that_name_the_village
from bot.row_places import told_by_name, told_in_rows
from retrieval.library.library import Library
from retrieval.question.conversation import completed
from retrieval.question.held_words import as_spoken_of, mended
from retrieval.question.query import Query, State, filled, kind_of, settle
from retrieval.question.request import Request
from retrieval.question.scope import Holdings, Resolved, resolve, sets_for_a_year
from retrieval.question.spoken_of import in_its_conversation
from retrieval.text.normalise import fold

_POINTING = re.compile("[这那](?:一?[条项点]|个(?:问题|方面))")


def settled(request: Request, state: State, library: Library) -> list[tuple[Query, Resolved]]:
    """Return each ask of a message, complete, with the reports it is about."""
    holdings = list_holdings(library)
    known, places = known_issuers(library), place_index(library)
    speaks_of = speaks_within(library, holdings)
    asked: list[tuple[Query, Resolved]] = []
    request = mended(request, places, naming(library))
    if state.places:
        request = as_spoken_of(request, known)
    for ask in completed(request, state.asks):
        query = settle(ask, request, places, known, speaks_of, near=state.places)
        earlier = asked[-1][0] if asked else None
        query = of_the_only_place(library, query, holdings, places, earlier)
        query = in_its_conversation(query, request, state, holdings)
        query = _pointed_at(query, request, state, library)
        named = that_name_the_village(library, *_with_scope(query, holdings))
        in_rows = told_in_rows(library, *named, holdings)
        query, scope = told_by_name(library, *in_rows, holdings, places, state.places)
        scope = with_the_other_year(query, scope, holdings)
        asked.append((query, counted_once(library, query, scope)))
    return asked


def _pointed_at(query: Query, request: Request, state: State, library: Library) -> Query:
    """Take 单车那条 for the item of the list told last that says most of its words."""
    tagged = [tag.text for tag in request.tags if tag.tag == "item"]
    said = fold("".join(tagged) or request.question)
    points = _POINTING.search(said)
    if query.item is not None or not points or not state.items:
        return query
    words = pairs_of(said[: points.start()])
    held = {summary.id for summary in library.reports()}
    told = [
        len(words & pairs_of(fold(library.report(report).text[start:end]))) if report in held else 0
        for report, start, end in state.items
    ]
    best = max(told, default=0)
    if not best or told.count(best) > 1:
        return query
    ask = replace(query.ask, item=told.index(best) + 1, theme=())
    return filled(replace(query, ask=ask, kind=kind_of(ask)))


def _with_scope(query: Query, holdings: Holdings) -> tuple[Query, Resolved]:
    """Settle the reports an ask is about; two years compared are both asked where both are held."""
    if query.compared and query.kind in ("fact", "compare") and query.places:
        # 2023年比2022年多多少 is answered from both reports, where both are held
        both = replace(query, years=(*query.years, *query.compared), kind="compare")
        scope = resolve(both, holdings)
        if len(scope.reports) > 1 and not scope.missing:
            return both, scope
    scope = resolve(query, holdings)
    content = query.ask.content
    at_large = content in ("measures", "report") and not query.ask.theme
    told = content in ("measures", "report") and sets_for_a_year(query.question)
    if not scope.reports and scope.nearby and (at_large or told):
        # 2024年要抓哪几件事 asks for the plans in the report on 2023
        ask = replace(query.ask, content="plans")
        ahead = filled(replace(query, ask=ask, kind=kind_of(ask)))
        settled = resolve(ahead, holdings)
        if settled.reports:
            return ahead, settled
    return query, scope
