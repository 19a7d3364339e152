"""The values of a comparison: a table whose every cell is a figure or a phrase with its quote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple, Protocol

from bot.values import Cited
from retrieval.documents import Note

NOT_SAID = "未查到"
CellStatus = Literal["said", "silent"]


class Cell(NamedTuple):
    """What one report says under one column.

    ``text`` is shown; ``claims`` are the report's own sentences that say it, each with its
    place; none where the report is silent. ``value`` is the figure in ``unit``, the column's base unit (元 for 万元); None for a phrase or
    a range. ``measure`` is the canonical indicator of the figure, empty if none is known;
    ``doubt`` says in Chinese why a figure is not to be compared (约数, 疑有缺漏).
    """

    text: str = NOT_SAID
    claims: tuple[tuple[str, Cited], ...] = ()
    value: Decimal | None = None
    unit: str = ""
    measure: str = ""
    doubt: str = ""

    @property
    def cite(self) -> Cited | None:
        """The first place that says it, None where the report is silent."""
        return self.claims[0][1] if self.claims else None

    @property
    def status(self) -> CellStatus:
        """Whether the report says it."""
        return "said" if self.claims else "silent"


class Naming(Protocol):
    """What a row is called."""

    @property
    def label(self) -> str:
        """The row's name as it is shown, with its year if there is one."""
        ...

    @property
    def place(self) -> str:
        """The name without the year, the same for rows of one body."""
        ...


class Named(NamedTuple):
    """A name that is there already."""

    label: str
    place: str


class Row(NamedTuple):
    """One report of the table and its cells, in the order of the columns.

    What it is called is worked out when it is asked for: of ten thousand rows few are shown.
    """

    report: str
    name: Naming
    year: int | None
    cells: tuple[Cell, ...]

    @property
    def label(self) -> str:
        """The name as it is shown."""
        return self.name.label

    @property
    def place(self) -> str:
        """The name without the year."""
        return self.name.place

    @property
    def said(self) -> bool:
        """Whether the report says anything of what was asked."""
        return any(cell.claims for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Column:
    """What is compared: its name, whether its cells are figures, and of which indicator first."""

    name: str
    numeric: bool = False
    measure: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A comparison. ``notes`` are what code computed of the cells."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[Note, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether no report says anything of what was asked."""
        return not any(row.said for row in self.rows)

    def column(self, index: int) -> Iterator[tuple[Row, Cell]]:
        """Yield each row with its cell under one column."""
        for row in self.rows:
            yield row, row.cells[index]
