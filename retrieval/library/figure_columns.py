"""The named figures of a part's reports, those of one indicator beside each other.

The database keeps the facts of a report together, as a question on one report wants them; a
ranking of thousands wants one or two figures of each, and finding them there means reading all.
So a part brings a file that has them by indicator, written once and never changed. It is only
ever a second copy: where it is missing or damaged the database is asked.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import compress, repeat
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any, BinaryIO

from retrieval.genre.quantities import Quantity
from retrieval.library.stored_values import to_json
from retrieval.parsing.indicators import Change, Fact

FILE = "columns-{}.json"
_SAID = ("own", "value", "unit", "period", "year", "start", "end", "doubtful")
_AROUND = ("subject", "subject_start", "subject_end", "change", "path", "role")


# A named fact and its place among the report's facts.
Figure = tuple[int, Fact]


class FigureColumns:
    """The figures of one part. The first line of the file says where each indicator's stand.

    They are two lines of lists, one a field: what the figures are (``_SAID``, the fields of their
    quantities), then the words around them.
    """

    def __init__(self, path: Path) -> None:
        """Read the first line; raises ``OSError`` or ``ValueError``."""
        self._path = path
        with path.open("rb") as file:
            self._where: dict[str, tuple[int, int, int]] = json.loads(file.readline())
            self._start = file.tell()

    @property
    def indicators(self) -> Collection[str]:
        """The indicators of which there are figures."""
        return self._where.keys()

    def of(
        self, indicators: Collection[str], reports: Collection[str], *, brief: bool = False
    ) -> Iterator[tuple[str, tuple[Fact, ...]]]:
        """Yield each of some reports with its facts of some indicators, in the report's order.

        Where there is nothing to choose between, as a report tells the one indicator asked for
        once, ``brief`` leaves out the words around: ``subject``, ``change``, ``path``, ``role``.
        Raises ``OSError``, ``ValueError``, ``TypeError`` or ``ArithmeticError``.
        """
        wanted = set(reports)
        if brief and len(indicators) == 1:
            for report, fact in self._told_once(next(iter(indicators)), wanted):
                wanted.remove(report)
                yield report, (fact,)
        if wanted:
            for report, told in self._whole(indicators, wanted).items():
                yield report, tuple([fact for _, fact in told])

    def figures(self, reports: Collection[str]) -> dict[str, list[Figure]]:
        """Return all figures of each of some reports, in its order. Raises as ``of`` does."""
        return self._whole(self.indicators, reports)

    def _told_once(self, indicator: str, wanted: set[str]) -> Iterator[tuple[str, Fact]]:
        if indicator not in self._where:
            return iter(())
        start, middle, _ = self._where[indicator]
        with self._path.open("rb") as file:
            reports, *said = self._lists(file, start, middle)
        times = Counter(reports)
        some = [times[report] == 1 and report in wanted for report in reports]
        return zip(
            compress(reports, some),
            _facts(indicator, [list(compress(one, some)) for one in said], _NOTHING_AROUND),
            strict=True,
        )

    def _whole(
        self, indicators: Collection[str], wanted: Collection[str]
    ) -> dict[str, list[Figure]]:
        found: dict[str, list[Figure]] = {report: [] for report in wanted}
        names = [name for name in self._where if name in indicators]
        with self._path.open("rb") as file:
            for name in names:
                start, middle, stop = self._where[name]
                reports, *said = self._lists(file, start, middle)
                ordinals, *around = self._lists(file, middle, stop)
                some = [report in found for report in reports]
                facts = _facts(
                    name,
                    [list(compress(one, some)) for one in said],
                    _read_around([list(compress(one, some)) for one in around]),
                )
                told = zip(compress(ordinals, some), facts, strict=True)
                for report, figure in zip(compress(reports, some), told, strict=True):
                    found[report].append(figure)
        if len(names) > 1:
            for of_one in found.values():
                of_one.sort(key=itemgetter(0))
        return found

    def _lists(self, file: BinaryIO, start: int, stop: int) -> list[list[Any]]:
        file.seek(self._start + start)
        lists = json.loads(file.read(stop - start))
        if not isinstance(lists, list) or len({len(one) for one in lists}) != 1:
            raise ValueError("lists of different lengths")
        return lists


def write_columns(path: Path, named: Iterable[tuple[str, Sequence[Figure]]]) -> None:
    """Write the named facts of reports, given with their reports in order."""
    columns: defaultdict[str, list[tuple[str, int, Fact]]] = defaultdict(list)
    for report, figures in named:
        for ordinal, fact in figures:
            columns[fact.indicator or ""].append((report, ordinal, fact))
    # Of a fact the values alone are written: its names, ever the same, are half of what is stored.
    where, end, body = dict[str, tuple[int, int, int]](), 0, list[bytes]()
    for name, column in columns.items():
        said = zip(*[(r, *_said_by(fact), *fact.quantity) for r, _, fact in column], strict=True)
        around = zip(*[(n, *_around(fact)) for _, n, fact in column], strict=True)
        lines = [to_json(list(lists)).encode() + b"\n" for lists in (said, around)]
        middle, start = end + len(lines[0]), end
        end = middle + len(lines[1])
        where[name] = start, middle, end
        body += lines
    with path.open("wb") as file:
        file.write(to_json(where).encode() + b"\n")
        file.writelines(body)


_said_by, _around = attrgetter(*_SAID), attrgetter(*_AROUND)
_NOTHING_AROUND = (repeat(""), repeat(0), repeat(0), repeat(None), repeat(()), repeat("other"))


def _facts(
    indicator: str, said: Sequence[Iterable[Any]], around: Sequence[Iterable[Any]]
) -> Iterator[Fact]:
    """Make the facts of an indicator from lists of what their fields are."""
    own, value, unit, period, year, start, end, doubtful, *quantity = said
    subject, subject_start, subject_end, change, path, role = around
    return map(
        Fact, subject, own, subject_start, subject_end, value, _quantities(quantity), unit,
        change, period, year, path, role, start, end, repeat(indicator), doubtful,
    )  # fmt: skip


def _read_around(around: Sequence[list[Any]]) -> Sequence[Iterable[Any]]:
    subject, subject_start, subject_end, changes, paths, role = around
    return subject, subject_start, subject_end, map(_change, changes), map(tuple, paths), role


def _change(told: list[Any] | None) -> Change | None:
    if told is None:
        return None
    direction, quantity, start, end = told
    return Change(direction, next(_quantities([[field] for field in quantity])), start, end)


def _quantities(fields: Sequence[Iterable[Any]]) -> Iterator[Quantity]:
    start, end, text, value, unit, modifier, kind, low, high, doubtful = fields
    numbers = [map(_number, one) for one in (value, low, high)]
    return map(Quantity, start, end, text, numbers[0], unit, modifier, kind, *numbers[1:], doubtful)


def _number(written: str | None) -> Decimal | None:
    return None if written is None else Decimal(written)
