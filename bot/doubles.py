"""Two texts of one report, a few words apart: both are kept, neither is counted beside the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from bot.holdings import OF_ALL, summaries_of
from retrieval.documents import Note
from retrieval.library.catalogue import RIVALS, ReportSummary, claimed_identity
from retrieval.library.library import Library
from retrieval.library.same_paper import NEARLY_ONE, likeness, sketch
from retrieval.question.query import Query
from retrieval.question.scope import Resolved


def counted_once(library: Library, query: Query, scope: Resolved) -> Resolved:
    """Return a scope in which a report stands once where reports are counted or compared.

    A question about one report alone keeps both texts, so that their difference shows.
    """
    if len(scope.reports) < 2:
        return scope
    standing = doubles_of(library)
    told = [r for r in scope.reports if standing.get(r, r) != r and standing[r] in scope.reports]
    if not told:
        return scope
    others = {claimed_identity(s.meta) for s in summaries_of(library, scope.reports)}
    if len(others) < 2 and query.kind not in OF_ALL:
        return scope
    named = {
        s.id: s.meta.source for s in summaries_of(library, (*told, *(standing[r] for r in told)))
    }
    notes = [Note("counted_once", {"source": named[r], "other": named[standing[r]]}) for r in told]
    kept = tuple(r for r in scope.reports if r not in told)
    return replace(scope, reports=kept, missing=(*scope.missing, *notes))


def doubles_of(library: Library) -> Mapping[str, str]:
    """Return for each report that nearly repeats another the one that stands for both: the later."""

    def found() -> dict[str, str]:
        rivals: defaultdict[object, list[ReportSummary]] = defaultdict(list)
        for summary in library.reports():
            if any(warning.kind == RIVALS for warning in summary.warnings):
                rivals[claimed_identity(summary.meta)].append(summary)
        standing: dict[str, str] = {}
        for group in rivals.values():
            latest_first = sorted(
                group, key=lambda s: (s.meta.published or "", s.added_at, s.id), reverse=True
            )
            sketches = {r: sketch(text) for r, text in library.texts([s.id for s in group])}
            for at, summary in enumerate(latest_first):
                for later in latest_first[:at]:
                    if later.id not in standing and (
                        likeness(sketches[later.id], sketches[summary.id]) >= NEARLY_ONE
                    ):
                        standing[summary.id] = later.id
                        break
        return standing

    return library.kept("doubles", found)
