"""Places without a report of their own that a report of their parent tells of in a table's row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from retrieval.library.library import Library
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


def _by_parent(holdings: Sequence[Holding]) -> Mapping[str, Sequence[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for at, holding in enumerate(holdings):
        if holding.meta.place:
            found[fold(holding.meta.place[-1])].append(at)
    return dict(found)
