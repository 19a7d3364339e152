"""Which reports of a scope are opened for a question, and what is known of those that are not.

A report takes milliseconds to open and read, so of a large scope only some are. A question which
reports mention something is asked of every report that holds a word of it, found by a search of
all texts; of others the reports of the best hits are opened, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.documents import Hit
from retrieval.library.library import Library
from retrieval.search.exhaustive import search_words

MAX_READ_REPORTS = 60
MAX_HOLDING_READ = 400


@dataclass(frozen=True, slots=True)
class Opening:
    """The reports to open, in order, and those left ``unread`` that may say what is asked."""

    opened: tuple[str, ...]
    unread: tuple[str, ...] = ()


def choose_opened(
    library: Library, scope: Sequence[str], hits: Sequence[Hit], words: Sequence[str] = ()
) -> Opening:
    """Return which reports of ``scope`` are opened.

    With ``words``, what is asked can stand only in reports that hold one of them: those are
    opened, the ones of the best hits first, and the others are neither opened nor unread.
    """
    if len(scope) <= MAX_READ_REPORTS:
        return Opening(tuple(scope))
    inside = set(scope)
    of_hits = [r for r in dict.fromkeys(hit.chunk.report for hit in hits) if r in inside]
    if not words:
        opened = set(of_hits)
        return Opening(tuple(of_hits), tuple(r for r in scope if r not in opened))
    everything = len(scope) == len(library.reports())
    found = search_words(library, words, scope, everything=everything).by_report
    holding = [r for r in scope if r in found]
    if len(holding) <= MAX_HOLDING_READ:
        return Opening(tuple(holding))
    ordered = list(dict.fromkeys([*(r for r in of_hits if r in found), *holding]))
    return Opening(tuple(ordered[:MAX_HOLDING_READ]), tuple(ordered[MAX_HOLDING_READ:]))
