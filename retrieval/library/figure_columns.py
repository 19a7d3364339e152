"""The named figures of a part's reports, those of one indicator beside each other.

The database keeps the facts of a report together, as a question on one report wants them; a
ranking of thousands wants one or two figures of each, and finding them there means reading all.
So a part brings a file that has them by indicator, written once and never changed. It is only
ever a second copy: where it is missing or damaged the database is asked.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from retrieval.genre.quantities import Quantity
from retrieval.parsing.indicators import Change, Fact

FILE = "figures-{}.json"


class Figure(NamedTuple):
    """A named fact of a report, as stored: its place among the report's facts and its fields."""

    report: str
    ordinal: int
    fields: Sequence[Any]


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

    def of(self, indicators: Collection[str]) -> list[Figure]:
        """Return the figures of some indicators, by report, in the report's order.

        Raises ``OSError`` or ``ValueError``.
        """
        found: list[Figure] = []
        wanted = [name for name in self._where if name in indicators]
        with self._path.open("rb") as file:
            for name in wanted:
                start, stop = self._where[name]
                file.seek(self._start + start)
                found += map(Figure._make, json.loads(file.read(stop - start)))
        return sorted(found, key=lambda figure: figure[:2]) if len(wanted) > 1 else found


def write_columns(path: Path, facts: Iterable[tuple[str, Sequence[dict[str, Any]]]]) -> None:
    """Write the named ones of reports' stored facts, given with their reports in order."""
    columns: defaultdict[str, list[Figure]] = defaultdict(list)
    for report, stored in facts:
        for figure in figures_in(report, stored):
            columns[figure.fields[_INDICATOR]].append(figure)
    body = {
        name: json.dumps(column, ensure_ascii=False, separators=(",", ":")).encode()
        for name, column in columns.items()
    }
    where, end = dict[str, tuple[int, int]](), 0
    for name, column in body.items():
        where[name] = (end, end + len(column))
        end += len(column)
    with path.open("wb") as file:
        file.write(json.dumps(where, ensure_ascii=False).encode() + b"\n")
        file.writelines(body.values())


def figures_in(report: str, stored: Sequence[dict[str, Any]]) -> list[Figure]:
    """Return the named ones of a report's stored facts, as a file of columns has them."""
    return [
        Figure(report, ordinal, _fields(values))
        for ordinal, values in enumerate(stored)
        if values["indicator"]
    ]


def fact_of(fields: Sequence[Any]) -> Fact:
    """Return the fact of a figure's fields."""
    values = list(fields)
    values[_QUANTITY] = _quantity(values[_QUANTITY])
    values[_PATH] = tuple(values[_PATH])
    if values[_CHANGE] is not None:
        direction, quantity, start, end = values[_CHANGE]
        values[_CHANGE] = Change(direction, _quantity(quantity), start, end)
    return Fact(*values)


_NAMES, _OF_CHANGE, _OF_QUANTITY = (tuple(of.__slots__) for of in (Fact, Change, Quantity))
_QUANTITY, _CHANGE, _PATH, _INDICATOR = map(
    _NAMES.index, ("quantity", "change", "path", "indicator")
)
_NUMBERS = tuple(map(_OF_QUANTITY.index, ("value", "low", "high")))


def _fields(stored: dict[str, Any]) -> list[Any]:
    """Return the values alone: the names, the same for every fact, are half of what is stored."""
    fields = [stored[name] for name in _NAMES]
    fields[_QUANTITY] = [stored["quantity"][name] for name in _OF_QUANTITY]
    if stored["change"] is not None:
        change = [stored["change"][name] for name in _OF_CHANGE]
        change[1] = [change[1][name] for name in _OF_QUANTITY]
        fields[_CHANGE] = change
    return fields


def _quantity(fields: Sequence[Any]) -> Quantity:
    values = list(fields)
    for at in _NUMBERS:
        if values[at] is not None:
            values[at] = Decimal(values[at])
    return Quantity(*values)
