"""The reports a library holds, found by what a file may share with one of them.

Whoever takes in a file asks whether its words, its place on the disk, its name or what it claims
to be is held already. Each is a look-up, so that a file costs the same however many are held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator

from retrieval.documents import ReportMeta
from retrieval.library.stored_values import Entry

_Key = Callable[[Entry], Hashable]


def _of_content(entry: Entry) -> Hashable:
    return entry.content_key


def _of_origin(entry: Entry) -> Hashable:
    return entry.origin


def _of_source(entry: Entry) -> Hashable:
    return entry.source


def _of_year(entry: Entry) -> Hashable:
    return entry.meta.year


def _of_claim(entry: Entry) -> Hashable:
    return entry.meta.year, entry.meta.place[-1:]


_KEYS: tuple[_Key, ...] = (_of_content, _of_origin, _of_source, _of_year, _of_claim)


class HeldReports:
    """Entries, one a report, in the order in which the reports came."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        """Start from the entries of what is held."""
        self._entries: dict[str, Entry] = {}
        self._came: dict[str, int] = {}
        self._next = 0
        self._found: dict[_Key, defaultdict[Hashable, list[str]]] = {
            key: defaultdict(list) for key in _KEYS
        }
        for entry in entries:
            self.put(entry)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, report: str) -> bool:
        return report in self._entries

    def __getitem__(self, report: str) -> Entry:
        return self._entries[report]

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def put(self, entry: Entry) -> None:
        """Hold a report, or another version of one that is held, which keeps its place."""
        if entry.report in self._entries:
            self._forget(self._entries[entry.report])
        else:
            self._came[entry.report] = self._next
            self._next += 1
        self._entries[entry.report] = entry
        for key, found in self._found.items():
            found[key(entry)].append(entry.report)

    def drop(self, report: str) -> None:
        """Hold a report no longer; raises ``KeyError`` if it is not held."""
        self._forget(self._entries.pop(report))
        del self._came[report]

    def of_content(self, content_key: str) -> list[Entry]:
        """Return the reports whose words have that key, in order."""
        return self._by(_of_content, content_key)

    def of_origin(self, origin: str) -> list[Entry]:
        """Return the reports that were read from a place, in order."""
        return self._by(_of_origin, origin)

    def of_source(self, source: str) -> list[Entry]:
        """Return the reports that were read from a file of that name, in order."""
        return self._by(_of_source, source)

    def claiming(self, meta: ReportMeta) -> list[Entry]:
        """Return the reports of the very place and year of ``meta``, in order."""
        found = self._by(_of_claim, (meta.year, meta.place[-1:]))
        return [entry for entry in found if entry.meta.place == meta.place]

    def may_claim(self, meta: ReportMeta) -> list[Entry]:
        """Return the reports of its year whose place as read may be that of ``meta``, in order.

        The menu said the province, or no place was read.
        """
        year, place = meta.year, meta.place
        if not place:
            return self._by(_of_year, year)
        found = self._by(_of_claim, (year, place[-1:]), (year, ()))
        return [entry for entry in found if _ends_as(entry.meta.place, place)]

    def _by(self, key: _Key, *wanted: Hashable) -> list[Entry]:
        found = self._found[key]
        reports = [report for one in wanted for report in found.get(one, ())]
        return [self._entries[report] for report in sorted(reports, key=self._came.__getitem__)]

    def _forget(self, entry: Entry) -> None:
        for key, found in self._found.items():
            value = key(entry)
            found[value].remove(entry.report)
            if not found[value]:
                del found[value]


def _ends_as(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shorter = min(len(one), len(other))
    return not shorter or one[-shorter:] == other[-shorter:]
