"""What a question has to do with a scope before it is answered: searching it and opening its reports.

Both cost time, and many answers need neither: a refusal, a list of what is held, a ranking from
the ledger. So a desk holds them unsearched and unopened, and whoever looks at them pays.

A report takes milliseconds to open and read, so of a large scope only some are. A question which
reports mention something is asked of every report that holds a word of it, found by a search of
all texts; of others the reports of the best hits are opened, and the answer says so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import overload

from retrieval.documents import Hit, Report
from retrieval.library.library import Library
from retrieval.search.exhaustive import search_words

MAX_READ_REPORTS = 60
MAX_HOLDING_READ = 400


@dataclass(frozen=True, slots=True)
class Opening:
    """Which reports of a scope are opened, in order, and what is known of the others.

    ``sure`` need not be opened to know that they say what is asked: its very phrase stands in
    them. ``unread`` may say it. In the rest no word of it stands.
    """

    opened: tuple[str, ...]
    unread: tuple[str, ...] = ()
    sure: tuple[str, ...] = ()


class Passages(Sequence[Hit]):
    """The best passages of a scope, searched for when first looked at."""

    def __init__(self, search: Callable[[], Sequence[Hit]]) -> None:
        """``search`` is called once at most."""
        # not a cached_property: in Python 3.11 that lets one thread search at a time
        self._hits = cache(search)

    @property
    def found(self) -> Sequence[Hit]:
        """What was found, none where nobody looked."""
        return self._hits() if self._hits.cache_info().currsize else ()

    @overload
    def __getitem__(self, at: int) -> Hit: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Hit]: ...
    def __getitem__(self, at: int | slice) -> Hit | Sequence[Hit]:
        """Return a passage, or several."""
        return self._hits()[at]

    def __len__(self) -> int:
        return len(self._hits())


class Opened(Sequence[Report]):
    """The reports of an opening, each opened when first looked at and kept as long as this is."""

    def __init__(self, library: Library, choose: Callable[[], Opening]) -> None:
        """``choose`` is called once at most."""
        self._library = library
        self._choose = cache(choose)
        self._reports: dict[str, Report] = {}

    @property
    def opening(self) -> Opening:
        """Which they are, and what is known of the others in scope."""
        return self._choose()

    @property
    def ids(self) -> tuple[str, ...]:
        """Their ids, in order."""
        return self.opening.opened

    @overload
    def __getitem__(self, at: int) -> Report: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Report]: ...
    def __getitem__(self, at: int | slice) -> Report | Sequence[Report]:
        """Return a report, or several."""
        if isinstance(at, slice):
            return tuple(self._open(report) for report in self.ids[at])
        return self._open(self.ids[at])

    def __len__(self) -> int:
        return len(self.ids)

    def _open(self, report: str) -> Report:
        if report not in self._reports:
            self._reports[report] = self._library.report(report)
        return self._reports[report]


def choose_opened(
    library: Library,
    scope: Sequence[str],
    hits: Sequence[Hit],
    words: Sequence[str] = (),
    phrases: Sequence[str] = (),
) -> Opening:
    """Return which reports of ``scope`` are opened.

    With ``words``, what is asked can stand only in reports that hold one of them: those are
    opened, and the others are neither opened nor unread. A report that holds one of ``phrases``
    says it for certain; of those only some are opened, to be shown.
    """
    if len(scope) <= MAX_READ_REPORTS:
        return Opening(tuple(scope))
    if not words:
        inside = set(scope)
        of_hits = [r for r in dict.fromkeys(hit.chunk.report for hit in hits) if r in inside]
        opened = set(of_hits)
        return Opening(tuple(of_hits), tuple(r for r in scope if r not in opened))
    everything = len(scope) == len(library.reports())
    found = search_words(library, words, scope, everything=everything).by_report
    told = set(phrases)
    sure = [
        r
        for r in scope
        if any(o.word in told and library.says_at(r, o.start, o.end) for o in found.get(r, ()))
    ]
    surely = set(sure)
    perhaps = [r for r in scope if r in found and r not in surely]
    shown, counted = sure[:MAX_READ_REPORTS], sure[MAX_READ_REPORTS:]
    room = max(0, MAX_HOLDING_READ - len(shown))
    if len(perhaps) > room:  # those of the best hits first
        likely = [r for r in dict.fromkeys(hit.chunk.report for hit in hits) if r in set(perhaps)]
        perhaps = list(dict.fromkeys([*likely, *perhaps]))
    opened = {*shown, *perhaps[:room]}
    return Opening(tuple(r for r in scope if r in opened), tuple(perhaps[room:]), tuple(counted))
