"""Whether two texts are one paper: the same words but for a page's menus, widths and line breaks.

Each text is folded and cut into lines once (``Paper``); two of them are then walked side by side.
Where they part, only a whole line that says nothing may be left out, so that of two papers which
differ in a figure no more is looked at than what stands before it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from retrieval.text.furniture import is_date_line, is_furniture
from retrieval.text.marks import CLAUSE_END
from retrieval.text.normalise import fold, normalise
from retrieval.text.numbering import marker_at

NEARLY_ONE = 0.8
"""From which likeness on two texts of one body and year are one report."""
_RUN_CHARS = 8
_SKETCH_RUNS = 512
_FIRST_RUNS = 32
_SKETCHED_CHARS = 40_000
_MAX_EXTRA = 0.25
_SHORT_CHARS = 30
_MENU_CHARS = 12  # no title of a report is as short
_AGREED_BY_CHANCE = 8
_MAX_STEPS = 4_000
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_ENTITY = re.compile("&[a-z]{2,6};")  # left in a text that was a page's source


@dataclass(frozen=True, slots=True)
class Paper:
    """A text in its search form without blanks, line by line.

    ``starts`` are the lines' positions, ``prose`` the lines from the first sentence to the last.
    """

    words: str
    lines: tuple[str, ...]
    starts: tuple[int, ...]
    prose: range

    def line_at(self, position: int) -> int:
        """Return the line that the character at a position stands in."""
        return bisect_right(self.starts, position) - 1

    def end_of(self, line: int) -> int:
        """Return where a line ends."""
        return self.starts[line + 1] if line + 1 < len(self.starts) else len(self.words)


def read_paper(text: str) -> Paper:
    """Return the form of ``text`` in which it is compared with others."""
    raw = _ENTITY.sub(lambda left: " " * len(left[0]), text)
    folded = ["".join(line.split()) for line in normalise(raw).split("\n")]
    lines, starts, position = [], [], 0
    for line, words in zip(raw.split("\n"), folded, strict=True):
        if words:
            lines.append(line.strip())
            starts.append(position)
            position += len(words)
    said = [
        i for i, line in enumerate(lines) if len(line) > _SHORT_CHARS and CLAUSE_END.search(line)
    ]
    prose = range(said[0], said[-1] + 1) if said else range(len(lines))
    return Paper("".join(folded), tuple(lines), tuple(starts), prose)


def are_one_paper(a: Paper, b: Paper) -> bool:
    """Tell whether ``a`` and ``b`` differ in nothing that either of them says.

    A changed word or figure, or a paragraph more, makes two papers; a menu line, a page number
    or a running head more does not. Lines that might be a table's cells or headings may be more
    in one of the two only: in both they are what was changed.
    """
    if a.words == b.words:
        return True
    shorter, longer = sorted((len(a.words), len(b.words)))
    if longer - shorter > longer * _MAX_EXTRA:
        return False
    return _agreed_words(a, b) >= NEARLY_ONE * shorter


@dataclass(frozen=True, slots=True)
class _Step:
    """Up to ``at`` the two share ``agreed`` characters; ``longer`` is the one that has lines more."""

    at: tuple[int, int]
    agreed: int = 0
    longer: int | None = None


def _agreed_words(a: Paper, b: Paper) -> int:
    """Walk both texts and leave out lines that say nothing wherever they part.

    Return how many characters they share if they come to their ends so, else 0.
    """
    papers = (a, b)
    steps: list[_Step] = [_Step((0, 0))]
    seen: set[_Step] = set()
    while steps and len(seen) < _MAX_STEPS:
        step = steps.pop()
        agreed = _agreed(a.words, step.at[0], b.words, step.at[1])
        at = (step.at[0] + agreed, step.at[1] + agreed)
        if at == (len(a.words), len(b.words)):
            return step.agreed + agreed
        for side, paper in enumerate(papers):
            for line in _lines_before(paper, at[side], step.at[side]):
                again = at[side] - paper.starts[line]
                weight = _weight(paper, line)
                if weight is None or (weight and step.longer == 1 - side):
                    continue
                ends = [at[0] - again, at[1] - again]
                ends[side] = paper.end_of(line)
                longer = side if weight else step.longer
                after = _Step((ends[0], ends[1]), step.agreed + agreed - again, longer)
                if after not in seen:
                    seen.add(after)
                    steps.append(after)
    return 0


def _lines_before(paper: Paper, position: int, since: int) -> list[int]:
    """Return the lines that may have come in where the texts part, the likeliest last.

    A line may begin with what stands in the other text, too, so that they part in it or after.
    """
    line = paper.line_at(position) if position < len(paper.words) else len(paper.lines) - 1
    found = []
    while line >= 0 and paper.starts[line] >= since:
        if paper.end_of(line) < position - _AGREED_BY_CHANCE:
            break
        found.append(line)
        line -= 1
    return found[::-1]


def _weight(paper: Paper, line: int) -> bool | None:
    """Return None for a line that says something, True for one that may be a cell or heading."""
    words = paper.lines[line]
    if is_furniture(words) or is_date_line(words):
        return False
    if len(words) > _SHORT_CHARS or CLAUSE_END.search(words) or marker_at(words, 0) is not None:
        return None
    return line in paper.prose or len(words) > _MENU_CHARS


def _agreed(a: str, i: int, b: str, j: int) -> int:
    """Return how many characters the two have in common from ``i`` and ``j`` on."""
    agreed, step = 0, 4096
    while step:
        one = a[i + agreed : i + agreed + step]
        if one and one == b[j + agreed : j + agreed + step]:
            agreed += len(one)
        else:
            step //= 2
    return agreed


@dataclass(frozen=True, slots=True)
class Sketch:
    """Which runs of characters a text has: how many, and those whose hashes come first."""

    chars: int
    count: int
    runs: npt.NDArray[np.uint64]


def sketch(text: str) -> Sketch:
    """Return what is kept of ``text`` to tell how alike it is to others."""
    return _sketched(fold(text[:_SKETCHED_CHARS]))


def likeness(a: Sketch, b: Sketch) -> float:
    """Return how much two texts have in common, from 0 to 1; 0 where one says much more."""
    shorter, longer = sorted((a.chars, b.chars))
    return 0.0 if longer - shorter > longer * _MAX_EXTRA else _alike(a, b)


def _sketched(words: str) -> Sketch:
    """Hash every run of ``_RUN_CHARS`` characters; equal runs have equal hashes in every process."""
    codes = np.frombuffer(words.encode("utf-32-le", "replace"), "<u4").astype(np.uint64)
    count = max(0, len(codes) - _RUN_CHARS + 1)
    hashes = np.zeros(count, np.uint64)
    for offset in range(_RUN_CHARS):
        hashes = hashes * _FACTOR + codes[offset : offset + count]
    hashes ^= hashes >> np.uint64(33)
    hashes *= _FACTOR  # so that which hashes come first says nothing of which runs they are
    runs = np.sort(hashes ^ (hashes >> np.uint64(29)))
    runs = runs[np.append(True, runs[1:] != runs[:-1])[: len(runs)]]  # ``np.unique`` takes thrice
    return Sketch(len(words), len(runs), runs[:_SKETCH_RUNS].copy())


def first_runs(paper: Paper) -> frozenset[int]:
    """Return the few runs of a text whose hashes come first: enough to tell most others apart."""
    return frozenset(_sketched(paper.words[:_SKETCHED_CHARS]).runs[:_FIRST_RUNS].tolist())


def may_be_one_paper(a: frozenset[int], b: frozenset[int]) -> bool:
    """Tell by their first runs whether two texts are worth a look.

    Of texts that share seven runs of ten, 22 of 32 are common, and fewer than 8 once in 10^8 pairs.
    """
    return len(a & b) * 4 >= max(len(a), len(b))


def _alike(a: Sketch, b: Sketch) -> float:
    """Return the share of the shorter text's runs that the other has; estimated for long ones.

    Of the first hashes of both together, as many are in both as of all runs (bottom-k MinHash).
    """
    if max(a.count, b.count) <= _SKETCH_RUNS:
        common = float(len(np.intersect1d(a.runs, b.runs)))
    else:
        first = np.union1d(a.runs, b.runs)[:_SKETCH_RUNS]
        in_both = np.isin(first, a.runs) & np.isin(first, b.runs)
        of_all = float(in_both.mean())
        common = of_all / (1 + of_all) * (a.count + b.count)
    return common / max(1, min(a.count, b.count))
