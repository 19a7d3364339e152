"""How near every passage of a report is to a question, by meaning and by words.

Search ranks passages over a whole scope and cuts the ranking off. Whoever weighs the parts of one
report against each other needs all of them, with figures that can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from retrieval.documents import Chunk
from retrieval.question.query import Query
from retrieval.search.retriever import Indexes, meaning_text, search_text

MAX_PASSAGES = 1000  # of one report
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Near:
    """A passage with its cosine to the question (-1..1) and its BM25 beside the best one's (0..1)."""

    chunk: Chunk
    cosine: float
    words: float


class Nearness:
    """The passages of reports told by how near they are to one question; reckoned when asked for."""

    def __init__(self, indexes: Indexes, query: Query) -> None:
        """``indexes`` are pinned for the question."""
        self._indexes = indexes
        self._query = query
        # not a cached_property: in Python 3.11 that lets one thread embed at a time
        self._vector = cache(lambda: indexes.embed_query(meaning_text(query)))
        self._known: dict[str, tuple[Near, ...]] = {}

    def of(self, report: str) -> tuple[Near, ...]:
        """Return the passages of a report; none where it has no vectors or no embedder is to be had."""
        if report not in self._known:
            self._known[report] = self._reckon(report)
        return self._known[report]

    def to(self, report: str, words: str) -> tuple[Near, ...]:
        """Return the passages of a report by how near they are in meaning to other ``words``.

        Nothing is searched for by words: their share is 0.
        """
        if not self._indexes.has_vectors_of([report]):
            return ()
        return self._beside(report, self._indexes.embed_query(words))

    def _reckon(self, report: str) -> tuple[Near, ...]:
        vector = self._vector() if self._indexes.has_vectors_of([report]) else None
        return self._beside(report, vector, search_text(self._query))

    def _beside(self, report: str, vector: Vector | None, text: str = "") -> tuple[Near, ...]:
        if vector is None:
            return ()
        cosines = self._indexes.search_dense(vector, MAX_PASSAGES, [report])
        words = dict(self._indexes.search_lexical(text, MAX_PASSAGES, [report]) if text else ())
        most = max(words.values(), default=0.0) or 1.0
        return tuple(
            Near(self._indexes.chunk(name), cosine, words.get(name, 0.0) / most)
            for name, cosine in cosines
        )


NearnessOf = Callable[[str], tuple[Near, ...]]
NearnessTo = Callable[[str, str], tuple[Near, ...]]


def nothing_near(_report: str, _words: str = "") -> tuple[Near, ...]:
    """Stand in where nothing is indexed."""
    return ()


def nearest(near: Sequence[Near], most: int) -> list[Near]:
    """Return the ``most`` passages of the highest ``cosine``, best first."""
    return sorted(near, key=lambda passage: -passage.cosine)[:most]


def best_in(near: Sequence[Near], start: int, end: int) -> Mapping[str, float]:
    """Return the highest ``cosine`` and ``words`` of the passages that overlap a span, else 0."""
    over = [n for n in near if start < n.chunk.end and n.chunk.start < end]
    return {
        "cosine": max((n.cosine for n in over), default=0.0),
        "words": max((n.words for n in over), default=0.0),
    }
