"""The values of a comparison: a table whose every cell is a figure or a phrase with its quote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from bot.values import Cited
from retrieval.documents import Note

NOT_SAID = "未查到"
CellStatus = Literal["said", "silent"]


@dataclass(frozen=True, slots=True)
class Cell:
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


@dataclass(frozen=True, slots=True)
class Row:
    """One report of the table and its cells, in the order of the columns."""

    report: str
    label: str
    place: str
    year: int | None
    cells: tuple[Cell, ...]


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
        return not any(cell.claims for row in self.rows for cell in row.cells)

    def column(self, index: int) -> Iterator[tuple[Row, Cell]]:
        """Yield each row with its cell under one column."""
        for row in self.rows:
            yield row, row.cells[index]
