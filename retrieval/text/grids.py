"""Tables of figures in a text: rows and columns, whatever parts the cells.

Cells are parted by tabs (as our readers write them), bars, several blanks, a single blank, or
stand one a line.
A text is never edited: a cell is a span of it. What a table says of a cell are the words of its
row and of its column; both may stand over several cells, in merged ones as well.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from retrieval.documents import meet
from retrieval.text.grid_columns import extents, place
from retrieval.text.grid_lines import LINE, TOTAL, YEAR, find_cell_runs
from retrieval.text.grid_numbers import is_empty, is_figure, settled, ways_to_part
from retrieval.text.marks import SENTENCE_END

Bounds = tuple[int, int]
"""A half-open range of the text."""

BETWEEN_CELLS = "；"
MAX_ROW_CHARS = 400
MAX_COLUMNS = 40
_MAX_HEADS = 3
_LINES = "lines"
_MARKED = ("tabs", "bars", _LINES)
"""What parts cells so that an empty one can be told."""
_TABS = re.compile(r"[^\t]+")
_BARS = re.compile(r"[^|｜]+")
_WIDE = re.compile(r"[^ \u3000\xa0\t]+(?:[ \xa0][^ \u3000\xa0\t]+)*")
_SINGLE = re.compile(r"[^ \u3000\xa0\t]+")
_RULE = re.compile(r"[|｜:\-—─━+ \t]+")
_CAPTION = re.compile(r"[（(]?\s*(?:计量)?单位\s*[:：]\s*([^）)\s]{1,12})\s*[）)]?\s*$")
_BRACKETED = re.compile(r"[（(【]")


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell that holds a value: its place, and the words of its row and column."""

    start: int
    end: int
    text: str
    label: str
    column: str


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row: its place, what it is about, its cells with a value; a total sums up the others."""

    start: int
    end: int
    label: str
    cells: tuple[GridCell, ...]
    is_total: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: where its head stands, its rows, and the unit said over it, if one is."""

    start: int
    end: int
    head: Bounds
    rows: tuple[GridRow, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    cells: tuple[Bounds, ...]
    by: str  # what parts its cells


@lru_cache(maxsize=32)
def find_grids(text: str) -> tuple[Grid, ...]:
    """Return the tables of figures in ``text``, in order. Linear time."""
    grids: list[Grid] = []
    block: list[_Line] = []
    before = ""
    caption = ""
    for match in LINE.finditer(text):
        words = match.group()
        stripped = words.strip()
        if not stripped:
            continue
        line = _line(words, match.start())
        if line is not None and (not block or line.by == block[-1].by):
            if not block:
                caption = before
            block.append(line)
        else:
            grids += _grids(text, block, caption)
            block = [line] if line is not None else []
            caption = before
        if line is None or not _RULE.fullmatch(stripped):
            before = stripped
    grids += _grids(text, block, caption)
    return tuple(sorted([*grids, *_of_single_cells(text, grids)], key=lambda grid: grid.start))


def _of_single_cells(text: str, found: Sequence[Grid]) -> list[Grid]:
    """Return the tables with a cell a line that overlap none of those found."""
    grids = []
    for run in find_cell_runs(text):
        lines = [
            _Line(cells[0][0], cells[-1][1], cells, _LINES) for cells in (*run.heads, *run.rows)
        ]
        if any(meet(g, lines[0].start, lines[-1].end) for g in found):
            continue
        grid = _grid(text, lines, _unit(run.before))
        if grid is not None:
            grids.append(grid)
    return grids


def row_at(text: str, position: int) -> tuple[Grid, GridRow] | None:
    """Return the row that holds ``position``, with its table."""
    for grid in find_grids(text):
        if grid.start <= position < grid.end:
            return next(((grid, r) for r in grid.rows if r.start <= position < r.end), None)
    return None


def is_in_grid(text: str, start: int, end: int) -> bool:
    """Tell whether a line stands in a table, its head included."""
    return any(meet(grid, start, end) for grid in find_grids(text))


def tell(cells: Sequence[GridCell]) -> str:
    """Return what cells of one row say, with the words of their row and columns."""
    told = [
        f"{c.label}，{c.column}：{c.text}" if c.column else f"{c.label}：{c.text}" for c in cells
    ]
    return BETWEEN_CELLS.join(told)


def _line(words: str, at: int) -> _Line | None:
    """Return a line that may be a row; None for prose and for what has one cell only."""
    if len(words) > MAX_ROW_CHARS or SENTENCE_END.search(words):
        return None
    lead = len(words) - len(words.lstrip())
    inside = words.strip()
    if inside[0] in "|｜":
        by, pattern = "bars", _BARS
    elif "\t" in inside:
        by, pattern = "tabs", _TABS
    elif re.search(r"[ \u3000\xa0]{2}|\u3000", inside):
        by, pattern = "wide", _WIDE
    else:
        by, pattern = "single", _SINGLE
    if by in ("bars", "tabs"):
        cells = _parted(words, "\t" if by == "tabs" else "|", at)
    else:
        cells = [(at + lead + m.start(), at + lead + m.end()) for m in pattern.finditer(inside)]
        cells = _respaced(words, at, cells)
    if not 2 <= len(cells) <= MAX_COLUMNS or (by == "single" and "，" in words):
        return None
    return _Line(at, at + len(words), tuple(cells), by)


def _respaced(words: str, at: int, cells: Sequence[Bounds]) -> list[Bounds]:
    """Join the first cells where they are single characters set apart: 类  别, 合 计."""
    first = 0
    while first < len(cells) and _is_lone(words[cells[first][0] - at : cells[first][1] - at]):
        first += 1
    return [(cells[0][0], cells[first - 1][1]), *cells[first:]] if first > 1 else list(cells)


def _is_lone(words: str) -> bool:
    return len(words) == 1 and "\u3400" <= words <= "\u9fff"


def _parted(words: str, mark: str, at: int) -> list[Bounds]:
    """Return the cells between marks, empty ones too; bars also stand at both ends."""
    cells, start = [], 0
    for end in [
        *(i for i, c in enumerate(words) if c == mark or (mark == "|" and c == "｜")),
        len(words),
    ]:
        inside = words[start:end]
        first = start + len(inside) - len(inside.lstrip(" \u3000\xa0"))
        last = max(first, start + len(inside.rstrip(" \u3000\xa0\r")))
        cells.append((at + first, at + last))
        start = end + 1
    if mark == "|":
        cells = cells[1:] if cells and cells[0][0] == cells[0][1] else cells
        cells = cells[:-1] if cells and cells[-1][0] == cells[-1][1] else cells
    return cells


def _grids(text: str, block: Sequence[_Line], before: str) -> list[Grid]:
    """Return the table in a run of lines parted alike, if it is one."""
    lines = [x for x in block if not _RULE.fullmatch(text[x.start : x.end].strip())]
    while len(lines) > 1:
        grid = _grid(text, lines, _unit(before))
        if grid is not None:
            return [grid]
        lines = lines[1:]  # a line of the page may stand before the head
    return []


def _unit(words: str) -> str:
    caption = _CAPTION.search(words)
    return caption[1] if caption and not re.search("[、,，/]", caption[1]) else ""


def _grid(text: str, lines: Sequence[_Line], unit: str) -> Grid | None:
    """Return the table of lines whose first is the head; None if they make none."""
    heads = 0
    while heads < min(_MAX_HEADS, len(lines) - 1) and _is_head(text, lines[heads], heads):
        heads += 1
    if not heads:
        return None
    rows = lines[heads:]
    cut = next((i for i, x in enumerate(rows) if _is_head(text, x, 1)), len(rows))
    rows = rows[:cut]
    width = _width(text, lines[:heads], rows)
    if width < 2:
        return None
    settled_rows = _settled(text, rows, width, lines[heads - 1])
    if len(settled_rows) < (1 if lines[0].by in _MARKED else 2):
        return None
    labels = _label_columns(text, settled_rows, width)
    columns = _columns(text, lines[:heads], width, labels)
    if columns is None or labels >= width:
        return None
    made, last = [], [""] * labels
    for line, cells in settled_rows:
        own = [text[a:b].strip() for a, b in cells[:labels]]
        # a blank before the last name is a merged cell's, which stands above
        filled = max((i for i, words in enumerate(own) if words), default=labels)
        own = [w or (last[i] if i < filled else "") for i, w in enumerate(own)]
        last = own
        named = [
            w
            for w, c in zip(own, columns, strict=False)
            if not (is_empty(w) or (w.isdecimal() and not YEAR.fullmatch(w) and "年" not in c))
        ]
        label = _joined(named) or own[0]
        values = tuple(
            GridCell(a, b, text[a:b], label, column)
            for (a, b), column in zip(cells[labels:], columns[labels:], strict=True)
            if b > a and not is_empty(text[a:b])
        )
        made.append(GridRow(line.start, line.end, label, values, bool(TOTAL.match(label))))
    figures = [any(is_figure(c.text) for c in row.cells) for row in made]
    if sum(figures) * 2 < len(made) or not any(figures):
        return None
    head = (lines[0].start, lines[heads - 1].end)
    return Grid(lines[0].start, settled_rows[-1][0].end, head, tuple(made), unit)


def _is_head(text: str, line: _Line, above: int) -> bool:
    """Tell whether a line names columns: none of its cells is a figure; years may be, in the first."""
    words = [text[a:b].strip() for a, b in line.cells]
    if above and any(TOTAL.match(w) for w in words[:1]):
        return False
    filled = [w for w in words[1:] if w]
    plain = not any(is_figure(w) for w in filled)
    years = (
        above <= 1 and bool(filled) and all(YEAR.fullmatch(w) or not is_figure(w) for w in filled)
    )
    named = not words[0] or not is_figure(words[0]) or bool(YEAR.fullmatch(words[0]))
    return named and (plain or years) and not all(is_empty(w) for w in filled)


def _width(text: str, heads: Sequence[_Line], rows: Sequence[_Line]) -> int:
    """Return the number of columns that head and rows agree on; 0 if they do not."""
    counts = Counter(len(row.cells) for row in rows)
    widest = max((len(x.cells) for x in (*heads, *rows)), default=0)
    if heads[0].by in _MARKED:
        return widest
    last = len(_head_cells(text, heads[-1]))
    choices = [last, last + 1, last + 2] if len(heads) > 1 else [last]
    choices += [len(_head_cells(text, heads[0]))] if len(heads) > 1 else []
    if heads[0].by == "wide":
        best = max(choices, key=lambda w: counts[w])
        return best if counts[best] and max(counts) == best else 0
    fits = {w: sum(bool(_ways(text, row, w)) for row in rows) for w in choices}
    best = max(choices, key=lambda w: fits[w], default=0)
    return best if best and fits[best] * 2 > len(rows) else 0


def _head_cells(text: str, line: _Line) -> list[Bounds]:
    """Return a head's cells, a unit in brackets joined to the name before it."""
    cells: list[Bounds] = []
    for start, end in line.cells:
        if cells and line.by in ("single", "wide") and _BRACKETED.match(text, start):
            cells[-1] = (cells[-1][0], end)
        else:
            cells.append((start, end))
    return cells


def _ways(text: str, line: _Line, width: int) -> list[tuple[Bounds, ...]]:
    return ways_to_part(text, line.cells, width)


def _settled(
    text: str, rows: Sequence[_Line], width: int, head: _Line
) -> list[tuple[_Line, tuple[Bounds, ...]]]:
    """Return the rows with exactly ``width`` cells each; what does not fit ends the table.

    Between wide blanks an empty cell is told by where the others stand, if all are aligned.
    """
    whole = [(x.start, cells) for x in (head, *rows) if len(cells := _head_cells(text, x)) == width]
    columns = extents(text, whole) if head.by == "wide" else []
    fitting: list[tuple[_Line, list[tuple[Bounds, ...]]]] = []
    for row in rows:
        if row.by in _MARKED:
            spare = ((row.end, row.end),) * (width - len(row.cells))
            fitting.append((row, [(*row.cells, *spare)]))
            continue
        ways = _ways(text, row, width)
        if not ways:
            placed = place(text, row.start, row.cells, columns) if columns else ()
            if row.by != "wide":
                break
            if not placed:
                continue  # a blank cell cannot be told from a gap
            ways = [placed]
        fitting.append((row, ways))
    totals = [
        i for i, (row, _) in enumerate(fitting) if TOTAL.match(text[row.start : row.end].strip())
    ]
    chosen = settled(text, [ways for _, ways in fitting], totals)
    return [(row, cells) for (row, _), cells in zip(fitting, chosen, strict=True)]


def _label_columns(text: str, rows: Sequence[tuple[_Line, tuple[Bounds, ...]]], width: int) -> int:
    """Return how many columns at the left say what a row is about: those without figures.

    A column of running numbers before them is one of them.
    """
    labels = 0
    for column in range(width):
        words = [text[slice(*cells[column])].strip() for _, cells in rows]
        words = [w for w in words if w and not is_empty(w)]
        numbered = [w for w in words if w.isdecimal()]
        serial = (
            labels == 0
            and len(numbered) * 3 >= len(words) * 2
            and [int(w) for w in numbered] == list(range(1, len(numbered) + 1))
        )
        years = labels == 0 and words and all(YEAR.fullmatch(w) for w in words)
        if serial or years or not any(is_figure(w) for w in words):
            labels += 1
            if years:
                break
        else:
            break
    return max(labels, 1)


def _columns(text: str, heads: Sequence[_Line], width: int, labels: int) -> list[str] | None:
    """Return the words of each column, those of merged cells spread over what they span."""
    spread = []
    named = any(len(_head_cells(text, head)) == width for head in heads)
    for index, head in enumerate(heads):
        cells = [text[a:b].strip() for a, b in _head_cells(text, head)]
        if head.by in _MARKED:
            cells += [""] * (width - len(cells))
        lower = index < len(heads) - 1
        padded = head.by in _MARKED
        row = _spread(cells, width, labels, lower=lower, padded=padded, named=named)
        if row is None:
            return None
        spread.append(row)
    names = []
    for column in range(width):
        words = list(dict.fromkeys(row[column] for row in spread if row[column]))
        names.append(_joined(words))
    return names


def _spread(
    cells: Sequence[str], width: int, labels: int, *, lower: bool, padded: bool, named: bool
) -> list[str] | None:
    """Return a head over ``width`` columns; ``lower`` heads stand under it.

    ``named`` tells that a head names every column, so that none else names those of labels.
    """
    if padded:
        filled, last = [], ""
        for index, words in enumerate(cells[:width]):
            last = words or (last if lower and index >= labels else "")
            filled.append(last)
        return filled
    if len(cells) == width:
        return list(cells)
    for before in (0, labels) if named else (labels, 0):
        # over the columns of labels stands a cell, or none
        groups = len(cells) - before
        if groups > 0 and (width - labels) % groups == 0:
            times = (width - labels) // groups
            spread = [c for c in cells[before:] for _ in range(times)]
            return [*(cells[:before] or [""] * labels), *spread]
    return None


def _joined(words: Sequence[str]) -> str:
    """Return words side by side, blanks only where letters or digits would run together."""
    joined = ""
    for part in words:
        bare = re.sub(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])", "", part)
        if bare and bare != joined:
            gap = joined and joined[-1].isalnum() and joined[-1].isascii() and bare[0].isalnum()
            joined += (" " if gap else "") + bare
    return joined
