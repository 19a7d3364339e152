"""A report prepared for picking words from it: sentences with their clauses and what governs them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from retrieval.documents import Report, Role, Section, Span
from retrieval.genre.cell_figures import cell_clause
from retrieval.genre.quantities import Quantity, find_quantities
from retrieval.parsing.chunking import split_clauses, split_sentences, trim
from retrieval.text.grids import GridRow, is_in_grid, row_at
from retrieval.text.normalise import fold
from retrieval.text.wrapping import words_of

_MARKS = str.maketrans("", "", "“”\"'‘’《》「」")
MAX_CELL_CHARS = 24
MIN_CELLS = 6
MAX_TABLE_CHARS = 800


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a sentence: its span, its words in search form, its figures."""

    span: Span
    folded: str
    figures: tuple[Quantity, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with what a reader carries into it.

    ``lead`` is the first sentence of its item or paragraph and ``path`` its headings, both in
    search form; ``before`` is the sentence that precedes it in the same leaf. A row of a table
    has its cells for clauses, each with the words of its row and column; ``row`` is where it stands,
    and the line over its table stands before it.
    """

    span: Span
    folded: str
    clauses: tuple[Clause, ...]
    lead: str
    path: str
    before: str
    section: int
    role: Role
    is_table: bool = False
    row: GridRow | None = None

    def names(self, words: Sequence[str]) -> bool:
        """Tell whether one of some words in search form stands in the line or in what is over it."""
        return any(word in self.folded or word in self.path for word in words)


@dataclass(frozen=True, slots=True)
class Reading:
    """A report with its lines, in order."""

    report: Report
    lines: tuple[Line, ...]


_KEPT: OrderedDict[tuple[str, str], Reading] = OrderedDict()
_KEPT_MOST = 256


def read(report: Report) -> Reading:
    """Return the reading of a report; kept for the reports asked about last."""
    key = (report.id, report.text)
    reading = _KEPT.get(key)
    if reading is None:
        reading = Reading(report, tuple(_lines(report.text, report.sections)))
        _KEPT[key] = reading
        while len(_KEPT) > _KEPT_MOST:
            _KEPT.popitem(last=False)
    return reading


def section_words(text: str, section: Section) -> Span:
    """Return a leaf's span without the blanks around it."""
    return trim(text, section.start, section.end)


def _lines(text: str, sections: Sequence[Section]) -> list[Line]:
    lines: list[Line] = []
    for index, section in enumerate(sections):
        if section.role == "furniture" or section.kind == "heading":
            continue
        path = fold(" ".join(section.path))
        lead = before = ""
        for span, is_table in _sentences(text, section):
            placed = row_at(text, span.start)
            if placed is None and is_in_grid(text, span.start, span.end):
                continue  # the names of columns are told with their cells
            if placed is not None:
                grid, row = placed
                told = [cell_clause(grid, cell) for cell in row.cells]
                clauses = tuple(
                    Clause(Span(cell.start, cell.end), fold(words), find_quantities(words))
                    for cell, words in zip(row.cells, told, strict=True)
                )
                folded, over = fold("，".join(told)), _line_over(text, grid.start)
                line = Line(span, folded, clauses, lead, path, over, index, section.role, row=row)
                lines.append(line)
                continue
            folded, clauses = _prose(text, span)
            lead = lead or folded
            line = Line(span, folded, clauses, lead, path, before, index, section.role, is_table)
            lines.append(line)
            before = folded
    # a heading that is a sentence with a figure (3.全年审核文件31件。) is read as a line, too
    for index, section in enumerate(sections):
        if section.kind == "heading" and section.path:
            span = section_words(text, section)
            folded, clauses = _prose(text, span)
            above = fold(" ".join(section.path[:-1]))
            lines.append(Line(span, folded, clauses, folded, above, "", index, section.role))
    lines.sort(key=lambda line: line.span.start)
    return lines


def _prose(text: str, span: Span) -> tuple[str, tuple[Clause, ...]]:
    clauses = split_clauses(text, span.start, span.end)
    return fold(text[span.start : span.end]), tuple(_clause(text, clause) for clause in clauses)


@lru_cache(maxsize=1)  # the rows of a table come one after another
def _line_over(text: str, start: int) -> str:
    """Return the line over a table, in search form."""
    return fold(text[:start].rstrip().rpartition("\n")[2])


def _sentences(text: str, section: Section) -> Iterator[tuple[Span, bool]]:
    """Yield the sentences of a leaf; a table that lost its grid (a run of cells) is one of them."""
    cells: list[Span] = []
    for span in split_sentences(text, section.start, section.end):
        words = text[span.start : span.end]
        if row_at(text, span.start) is not None:
            yield from _rows(cells)
            cells = []
            yield span, False
            continue
        if len(span) <= MAX_CELL_CHARS and words[-1] not in "。！？!?；;：:，,":
            cells.append(span)
            continue
        yield from _rows(cells)
        cells = []
        yield span, False
    yield from _rows(cells)


def _rows(cells: Sequence[Span]) -> Iterator[tuple[Span, bool]]:
    whole = Span(cells[0].start, cells[-1].end) if cells else Span(0, 0)
    if len(cells) >= MIN_CELLS and len(whole) <= MAX_TABLE_CHARS:
        yield whole, True
    else:
        yield from ((cell, False) for cell in cells)


def _clause(text: str, span: Span) -> Clause:
    words = words_of(text, span.start, span.end)
    return Clause(span, fold(words), find_quantities(words))


def unquoted(words: str) -> str:
    """Return words in search form without quotation marks."""
    return fold(words).translate(_MARKS)
