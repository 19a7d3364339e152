"""Which row and which columns of a table everyday words name: 交通局 is the row of 区交通运输局.

Names are told apart by their characters. Of the columns those are named of which the words hold
a pair of characters that no other column has; of the rows those that a run of the words shortens:
it begins where the name begins and ends where it ends (交通局), is the name's beginning, or two of
its characters (城管).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from bot.evidence.likeness import pairs_of
from retrieval.question.terms import SYNONYM_MATCH, content_terms, is_theme
from retrieval.text.grids import Grid, GridRow
from retrieval.text.marks import PART_END
from retrieval.text.normalise import fold

_BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
_LEVEL = re.compile("^[省市县区州旗]")
_SHORTEST = 2


def bare(name: str) -> str:
    """Return the name of a row or column in search form, without what stands in brackets."""
    return fold(_BRACKETS.sub("", name))


def columns_of(grid: Grid) -> list[str]:
    """Return the names of the columns that hold values, in order."""
    return list(dict.fromkeys(cell.column for row in grid.rows for cell in row.cells))


def columns_named(words: str, grid: Grid) -> list[str]:
    """Return the columns that the words name, in the order of the table.

    A word of the same meaning names a column where no column is named by its own characters.
    """
    columns = columns_of(grid)
    pairs = {name: pairs_of(bare(name)) for name in columns}
    shared = Counter(pair for own in pairs.values() for pair in own)
    plain = fold(words)
    said = pairs_of(plain)
    named = [c for c in columns if any(shared[p] == 1 and p in said for p in pairs[c])]
    if named:
        return named
    terms = [t for t in content_terms(words) if len(t.word) > 1]
    alike = [c for c in columns if any(t.match(bare(c)) >= SYNONYM_MATCH for t in terms)]
    return alike if len(alike) == 1 else []


def column_nearest(words: str, position: int, grid: Grid) -> str | None:
    """Return the column named in the clause around ``position``, or else in those before it."""
    bounds = [0, *(m.end() for m in PART_END.finditer(words)), len(words)]
    clauses = [words[a:b] for a, b in pairwise(bounds) if a <= position]
    for clause in reversed(clauses):
        named = columns_named(clause, grid)
        if named:
            return named[0] if len(named) == 1 else None
    return None


def rows_named(words: str, grid: Grid) -> list[GridRow]:
    """Return the rows that the words name; none where a run of them fits two rows alike."""
    plain = fold(words)
    runs = {i: _run(plain, bare(row.label)) for i, row in enumerate(grid.rows) if not row.is_total}
    said = {i: run for i, run in runs.items() if run is not None}
    kept = {
        i: run
        for i, run in said.items()
        if not any(
            j != i and other[0] < run[1] and run[0] < other[1] and _long(other) >= _long(run)
            for j, other in said.items()
        )
    }
    return [grid.rows[i] for i in kept]


def _long(run: tuple[int, int]) -> int:
    return run[1] - run[0]


def _run(words: str, name: str) -> tuple[int, int] | None:
    """Return where the longest run of words stands that is short for a name; None if none is."""
    core = _LEVEL.sub("", name)
    best: tuple[int, int] | None = None
    for start in range(len(words)):
        if not core or words[start] != core[0]:
            continue
        for end in range(len(words), start + _SHORTEST - 1, -1):
            if best and end - start <= _long(best):
                break
            if _shortens(words[start:end], core):
                best = (start, end)
                break
    return best


def _shortens(run: str, name: str) -> bool:
    """Tell whether a run is a name, its beginning, or leaves some of its inner characters out."""
    if name.startswith(run):
        return True
    if run[-1] != name[-1] and len(run) > _SHORTEST:
        return False
    rest = iter(name)
    return all(character in rest for character in run)


def covered(themes: Sequence[str], grid: Grid, around: str) -> bool:
    """Tell whether each theme of a question has characters in common with the table's words.

    ``around`` are the words over the table and those of its head.
    """
    words = fold("".join((*columns_of(grid), *(row.label for row in grid.rows), around)))
    held = pairs_of(words)
    named = [theme for theme in themes if any(is_theme(t) for t in content_terms(theme))]
    return all(
        pairs_of(fold(theme)) & held
        or any(t.match(words) >= SYNONYM_MATCH for t in content_terms(theme))
        or rows_named(theme, grid)
        for theme in named
    )
