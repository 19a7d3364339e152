"""What a conversation has settled on, beside what a message says: the places compared, the year."""

from __future__ import annotations

import re
from dataclasses import replace

from retrieval.documents import meet
from retrieval.question.addressing import numeral
from retrieval.question.query import Query, State, filled, kind_of
from retrieval.question.request import Request
from retrieval.question.scope import Holdings

_OF_THEM = re.compile(
    "这?(?P<count>[两二三四五六])(?:地|家|边|个地方|个?[县区市]|(?P<reports>份报告))|[这他它]?(?P<both>俩)"
)


def in_its_conversation(query: Query, request: Request, state: State, holdings: Holdings) -> Query:
    """Return the query of an ask with the places and the year that its conversation means."""
    return _in_its_year(_among_recent(query, request, state, holdings), request, state, holdings)


def _among_recent(query: Query, request: Request, state: State, holdings: Holdings) -> Query:
    """Take 两家 for the last two places spoken of, and all of them for 谁更高, 这两个数能比吗.

    After one place with several reports 两份报告 are that place's.
    """
    start, end = query.ask.span if query.ask.span != (0, 0) else (0, len(request.question))
    here = [t for t in request.tags if meet(t, start, end)]
    if any(t.tag in ("place", "office", "excluded") for t in here) or not state.recent:
        return query
    said = _OF_THEM.search(request.question, start, end)
    count = numeral(said["count"] or "两") or 0 if said else 0
    reports = len(holdings.inside(state.recent)) if said and said["reports"] else 0
    of_one = reports > 1 and len(state.recent) == 1
    compares = (
        query.inherited
        and len(state.recent) > 1
        and (query.kind in ("rank", "compare") or query.ask.operation in ("rank", "compare"))
    )
    if (of_one or 1 < count <= len(state.recent)) and (query.inherited or query.everywhere):
        places = state.recent[-count:]
        words = said.group() if said else ""
        theme = tuple(rest for word in query.ask.theme if (rest := word.replace(words, "")))
        query = replace(
            query, topic=query.topic.replace(words, ""), ask=replace(query.ask, theme=theme)
        )
    elif compares:
        places = state.recent
    else:
        return query
    names = tuple("".join(place) for place in places)
    years = query.years or (state.years if of_one else ())  # the other report's are beside it
    ask = replace(query.ask, places=names, issuers=(), everywhere=False, years=years)
    query = replace(query, places=places, issuers=(), everywhere=False, years=years)
    return filled(replace(query, ask=ask, kind=kind_of(ask)))


def _in_its_year(query: Query, request: Request, state: State, holdings: Holdings) -> Query:
    """Take 那庄浪呢 for the year spoken of, where a report of that place is on it.

    前年呢 is of the year two before the one told, whether a report is held on it or not.
    """
    back = (query.relative or 0) < 0
    if request.act == "same" and back and not query.years and len(query.places) == 1:
        told = [h.meta.year for h in holdings.inside(query.places) if h.meta.year]
        newest = max(told, default=0)
        if newest and state.places == query.places:
            before = (newest + (query.relative or 0),)
            return replace(query, years=before, ask=replace(query.ask, years=before))
    dated = query.years or any(t.tag == "year" for t in request.tags)
    if request.act != "same" or dated or not query.places:
        return query
    held = {holding.meta.year for holding in holdings.inside(query.places)}
    years = tuple(year for year in state.years if year in held)
    return replace(query, years=years, ask=replace(query.ask, years=years)) if years else query
