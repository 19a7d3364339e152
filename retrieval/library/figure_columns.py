"""The named figures of a part's reports, those of one indicator beside each other.

The database keeps the facts of a report together, as a question on one report wants them; a
ranking of thousands wants one or two figures of each, and finding them there means reading all.
So a part brings a file that has them by indicator, written once and never changed. It is only
ever a second copy: where it is missing or damaged the database is asked.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from operator import itemgetter
from pathlib import Path
from typing import Any

from retrieval.genre.quantities import Quantity
from retrieval.library.stored_values import to_json
from retrieval.parsing.indicators import Change, Fact

FILE = "figures-{}.json"


# A named fact and its place among the report's facts.
Figure = tuple[int, Fact]


class FigureColumns:
    """The figures of one part. The first line of the file says where each indicator's stand."""

    def __init__(self, path: Path) -> None:
        """Read the first line; raises ``OSError`` or ``ValueError``."""
        self._path = path
        with path.open("rb") as file:
            self._where: dict[str, tuple[int, int]] = json.loads(file.readline())
            self._start = file.tell()

    @property
    def indicators(self) -> Collection[str]:
        """The indicators of which there are figures."""
        return self._where.keys()

    def of(
        self, indicators: Collection[str], reports: Collection[str]
    ) -> Iterator[tuple[str, tuple[Fact, ...]]]:
        """Yield each of some reports with its facts of some indicators, in the report's order.

        They are made one report at a time. Raises ``OSError``, ``ValueError`` or ``TypeError``.
        """
        for report, told in self._stored(indicators, reports).items():
            yield report, tuple([_fact(fields) for _, fields in told])

    def figures(self, reports: Collection[str]) -> dict[str, list[Figure]]:
        """Return all figures of each of some reports, in its order. Raises as ``of`` does."""
        stored = self._stored(self.indicators, reports)
        return {r: [(ordinal, _fact(fields)) for ordinal, fields in stored[r]] for r in stored}

    def _stored(
        self, indicators: Collection[str], reports: Collection[str]
    ) -> dict[str, list[tuple[int, list[Any]]]]:
        found: dict[str, list[tuple[int, list[Any]]]] = {report: [] for report in reports}
        wanted = [name for name in self._where if name in indicators]
        with self._path.open("rb") as file:
            for name in wanted:
                start, stop = self._where[name]
                file.seek(self._start + start)
                for report, ordinal, fields in json.loads(file.read(stop - start)):
                    if report in found:
                        found[report].append((ordinal, fields))
        if len(wanted) > 1:
            for told in found.values():
                told.sort(key=itemgetter(0))
        return found


def write_columns(path: Path, named: Iterable[tuple[str, Sequence[Figure]]]) -> None:
    """Write the named facts of reports, given with their reports in order."""
    columns: defaultdict[str, list[tuple[str, int, Fact]]] = defaultdict(list)
    for report, figures in named:
        for ordinal, fact in figures:
            columns[fact.indicator or ""].append((report, ordinal, fact))
    # Of a fact the values alone are written: its names, ever the same, are half of what is stored.
    body = {name: to_json(column).encode() for name, column in columns.items()}
    where, end = dict[str, tuple[int, int]](), 0
    for name, column in body.items():
        where[name] = (end, end + len(column))
        end += len(column)
    with path.open("wb") as file:
        file.write(to_json(where).encode() + b"\n")
        file.writelines(body.values())


_QUANTITY, _CHANGE, _PATH = map(Fact._fields.index, ("quantity", "change", "path"))
_NUMBERS = tuple(map(Quantity._fields.index, ("value", "low", "high")))


def _fact(fields: list[Any]) -> Fact:
    fields[_QUANTITY] = _quantity(fields[_QUANTITY])
    fields[_PATH] = tuple(fields[_PATH])
    if fields[_CHANGE] is not None:
        direction, quantity, start, end = fields[_CHANGE]
        fields[_CHANGE] = Change(direction, _quantity(quantity), start, end)
    return Fact._make(fields)


def _quantity(fields: list[Any]) -> Quantity:
    for at in _NUMBERS:
        if fields[at] is not None:
            fields[at] = Decimal(fields[at])
    return Quantity._make(fields)
