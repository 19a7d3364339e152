"""Every occurrence of some words in every report in scope, counted: the footing of every absence.

The word index names the reports that can hold the words; their stored text is then read for
the words themselves, blanks and line ends inside them aside. So the count is that of a text
search, at a fraction of its cost, and "not found" means that nothing is there.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from retrieval.genre.synonyms import synonyms
from retrieval.text.normalise import fold, level


class Shelf(Protocol):
    """What an exhaustive search reads: which reports may hold words, and their texts."""

    def reports_holding(
        self, words: Sequence[str], reports: Collection[str] | None = None
    ) -> list[str]:
        """Return the ids of reports whose index has every part of any of ``words``, in order."""
        ...

    def texts(self, reports: Sequence[str]) -> Iterable[tuple[str, str]]:
        """Yield (id, stored text) of each report."""
        ...


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One place where a word stands: a half-open span of a report's stored text."""

    report: str
    start: int
    end: int
    word: str


@dataclass(frozen=True, slots=True)
class Found:
    """What was searched and where it stands. ``words`` are those looked for."""

    words: tuple[str, ...]
    occurrences: tuple[Occurrence, ...]

    @property
    def by_report(self) -> Mapping[str, tuple[Occurrence, ...]]:
        """The occurrences of each report that has any, in order."""
        groups: dict[str, list[Occurrence]] = {}
        for occurrence in self.occurrences:
            groups.setdefault(occurrence.report, []).append(occurrence)
        return {report: tuple(found) for report, found in groups.items()}


def search_words(
    shelf: Shelf,
    words: Sequence[str],
    reports: Sequence[str],
    *,
    everything: bool = False,
    with_synonyms: bool = False,
) -> Found:
    """Return every occurrence of any of ``words`` in ``reports``; of two that overlap the longer.

    ``everything`` says that ``reports`` are all that are held, which spares the index a filter.
    """
    asked = [fold(word) for word in words if fold(word)]
    if with_synonyms:
        asked += [other for word in asked for other in synonyms(word)]
    wanted = tuple(dict.fromkeys(word for word in asked if len(word) > 1 or word.isalnum()))
    if not wanted:
        return Found((), ())
    if min(map(len, wanted)) == 1:  # the index has pairs of characters: one alone is in any of them
        holding = list(reports)
    else:
        holding = shelf.reports_holding(wanted, None if everything else reports)
    pattern = re.compile("|".join(map(re.escape, sorted(wanted, key=len, reverse=True))))
    found: list[Occurrence] = []
    for report, text in shelf.texts(holding):
        squeezed, breaks = _squeezed(report, text)
        for match in pattern.finditer(squeezed):
            start, end = _place(breaks, match.start()), _place(breaks, match.end() - 1) + 1
            found.append(Occurrence(report, start, end, match.group()))
    return Found(wanted, tuple(found))


# Positions: each run of text between blanks is one entry, (start without blanks, start in text).
_Breaks = tuple[tuple[int, ...], tuple[int, ...]]
_KEPT: OrderedDict[str, tuple[str, str, _Breaks]] = OrderedDict()
_KEPT_MOST = 4096


def _squeezed(report: str, text: str) -> tuple[str, _Breaks]:
    """Return a text levelled and without blanks, and where its runs stood; kept for the last ones."""
    kept = _KEPT.get(report)
    if kept is not None and kept[0] is text:
        return kept[1], kept[2]
    runs = [(m.group(), m.start()) for m in re.finditer(r"\S+", level(text))]
    starts, at = [], 0
    for run, _ in runs:
        starts.append(at)
        at += len(run)
    squeezed = "".join(run for run, _ in runs)
    breaks = (tuple(starts), tuple(start for _, start in runs))
    _KEPT[report] = (text, squeezed, breaks)
    while len(_KEPT) > _KEPT_MOST:
        _KEPT.popitem(last=False)
    return squeezed, breaks


def _place(breaks: _Breaks, at: int) -> int:
    i = bisect_right(breaks[0], at) - 1
    return breaks[1][i] + at - breaks[0][i]
