"""Places without a report of their own that a report of their parent tells of in a table's row."""

from __future__ import annotations

from collections.abc import Sequence
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
    found = []
    for holding in holdings:
        parent = fold(holding.meta.place[-1]) if holding.meta.place else ""
        of_year = not query.years or holding.meta.year in query.years
        if not of_year or not parent or not name.startswith(parent) or name == parent:
            continue
        rest = name[len(parent) :]
        grids = find_grids(library.report(holding.id).text)
        if any(fold(row.label) == rest for grid in grids for row in grid.rows):
            found.append(holding)
    if not found:
        return query, scope
    query = replace(query, wrong_parents=())  # the report itself says where it lies
    return query, Resolved(tuple(h.id for h in found), scope.missing)
