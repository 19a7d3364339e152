"""How much a piece of a report tells whoever reads one paragraph on it, by fitted weights.

A piece is told by named signs: its figures and what they are, names in quotes, what was won, what
is lacking, where in its sentence, its leaf and its report it stands, how long it is. For a theme
come how likely its leaf and its sentence answer. One set of weights orders the pieces of a whole
report, another those on a theme; both are conditional logits over what people marked
(``eval/fits/briefings.py``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from bot.evidence.reading import Line
from bot.evidence.weights import Shipped, read_fitted
from bot.evidence.whole_clauses import is_effect
from retrieval.documents import Report, Span
from retrieval.genre.lexicon import pattern, tells_an_honour
from retrieval.text.normalise import fold

Floats = NDArray[np.float64]
SIGNS = (
    "figures", "some figure", "percent", "money", "doubtful figure", "indicators",
    "common indicator", "indicator told apart", "names", "honour", "lack", "aim", "stage",
    "effects", "whole", "loose", "subject", "first line", "later line", "heading",
    "length", "short", "long", "preamble", "leadership",
)  # fmt: skip
OF_THEME = (
    "leaf", "behind best line", "theme words", "theme pairs", "indicator on theme",
    "under its name", "figure under its name",
    "among problems", "among plans",
)  # fmt: skip
_SUBJECT_CHARS = 8
_SHORT, _LONG = 20, 60
_UP_TO_A_FIGURE = re.compile("[^0-9]*")


@dataclass(frozen=True, slots=True)
class Weights(Shipped):
    """``whole`` of shape (signs,), ``theme`` of shape (signs + theme signs,), their least scores.

    A piece with a score under the least tells next to nothing.
    """

    FILE: ClassVar[str] = "briefings.json"
    whole: Annotated[Floats, SIGNS]
    theme: Annotated[Floats, (*SIGNS, *OF_THEME)]
    least: float
    least_on_theme: float


@lru_cache(maxsize=1)
def common_indicators() -> Mapping[str, float]:
    """Return the share of reports that give each indicator, of those that people marked."""
    return read_fitted("common_indicators.json")


def signs_of(
    report: Report,
    line: Line,
    span: Span,
    names: Sequence[str],
    apart: frozenset[str],
    *,
    loose: bool,
) -> list[float]:
    """Return the signs of a run of clauses of a sentence.

    ``names`` are the indicators of its figures, ``apart`` those that its sentence gives several
    times; ``loose`` tells that it starts in the midst of a sentence.
    """
    words = fold(report.text[span.start : span.end])
    clauses = [c for c in line.clauses if span.start <= c.span.start and c.span.end <= span.end]
    figures = [q for c in clauses for q in c.figures if q.kind != "date"]
    opens = span.start <= line.span.start + _SUBJECT_CHARS
    before = _UP_TO_A_FIGURE.match(words)
    subject = len(before.group()) if before and figures else _SUBJECT_CHARS
    first = line.lead == line.folded
    size = len(words)
    return [
        min(len(figures), 5) / 2,
        float(bool(figures)),
        float(any(q.kind == "percent" for q in figures)),
        float(any(q.kind == "money" for q in figures)),
        float(any(q.doubtful for q in figures)),
        min(len(set(names)), 3),
        max((common_indicators().get(n, 0.0) for n in names), default=0.0),
        float(any(n in apart for n in names)),
        min(sum(words.count(mark) for mark in "《“"), 2),
        float(tells_an_honour(words)),
        float(bool(pattern("lack").search(words))),
        float(bool(pattern("aim").search(words))),
        float(bool(pattern("stage").search(words))),
        sum(is_effect(c.folded) for c in clauses) / max(len(clauses), 1),
        float(opens and span.end >= line.span.end - 1),
        float(loose),
        min(subject, _SUBJECT_CHARS) / _SUBJECT_CHARS,
        float(first),
        float(not first),
        float(first and not figures and size < 30),
        size / 50,
        max(0, _SHORT - size) / 10,
        max(0, size - _LONG) / 30,
        float(line.role == "preamble"),
        float(line.role == "leadership"),
    ]
