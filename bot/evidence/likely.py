"""The sentence that answers, by fitted weights; None where none is likely enough.

One set of weights orders the clauses of a report by their signs, a conditional logit; a forest of
trees tells how likely the first of them answers at all. ``eval/fits/selection.py`` fits both on
labelled questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from bot.evidence import selection
from bot.evidence.forest import Forest
from bot.evidence.reading import Clause, Line, Reading
from bot.evidence.selection import Evidence, KnownFact, claim_span
from bot.evidence.signs import ASKED, NOTHING_SPOKEN, SIGNS, Spoken, Told
from bot.evidence.table_rows import meant_span
from bot.evidence.weights import Shipped
from retrieval.question.query import Query
from retrieval.search.nearness import Near

Floats = NDArray[np.float64]
ENDS = ("share", "lead", "score")  # how a first clause stands over the others
SEEN = (*SIGNS, *ENDS, *ASKED)  # what the forest sees of it


@dataclass(frozen=True, slots=True)
class Weights(Shipped):
    """Weights of shape (signs,) for questions that want a figure and for others, and the forest.

    Nothing is told that is less likely than ``least``.
    """

    FILE: ClassVar[str] = "selection.json"
    figure: Annotated[Floats, SIGNS]
    text: Annotated[Floats, SIGNS]
    answers: Annotated[Forest, SEEN]
    least: float


def likely(
    query: Query,
    reading: Reading,
    lines: Sequence[Line],
    spoken: Spoken,
    known: Sequence[KnownFact],
    near: Sequence[Near],
    least: float | None = None,
) -> Evidence | None:
    """Return the clause that answers ``query`` most likely; None where that is not likely enough.

    ``least`` is how likely it must be, by default what the fit has found best. ``spoken`` is what it
    leans on, ``known`` the figures of the report whose indicator is known,
    ``near`` its passages beside the question, nearest first.
    """
    told = Told(query, reading, spoken, known, near)
    clauses, signs = told.signs(lines)
    if not clauses:
        return None
    best, ends = first_of(signs @ _order(query), [line.span.start for line, _ in clauses])
    chance = Weights.fitted().answers(np.concatenate([signs[best], ends, told.asked]))
    if chance < (Weights.fitted().least if least is None else least):
        return None
    return replace(_evidence(told, clauses[best], signs[best]), chance=float(chance))


def ordered(
    query: Query,
    reading: Reading,
    lines: Sequence[Line],
    known: Sequence[KnownFact],
    near: Sequence[Near],
    most: int,
) -> list[Evidence]:
    """Return the best clause of each of the ``most`` first lines, best first, likely or not."""
    told = Told(query, reading, NOTHING_SPOKEN, known, near)
    clauses, signs = told.signs(lines)
    found: dict[int, Evidence] = {}
    for i in np.argsort(-(signs @ _order(query)), kind="stable"):
        line = clauses[i][0]
        if len(found) == most:
            break
        if line.span.start not in found:
            found[line.span.start] = _evidence(told, clauses[i], signs[i])
    return list(found.values())


def _order(query: Query) -> Floats:
    shipped = Weights.fitted()
    return shipped.figure if selection.wants_figure(query) else shipped.text


def _evidence(told: Told, chosen: tuple[Line, Clause], signs: Floats) -> Evidence:
    line, clause = chosen
    terms = [term for term, _ in told.weighted]
    figure = selection.figure_of(told.query, clause, terms)
    coverage = float(signs[SIGNS.index("path")])
    report, span = told.reading.report, claim_span(line, clause, terms)
    if line.row is not None:
        span = meant_span(told.query, report, line.row, span)
    return Evidence(report.id, line, span, coverage, figure, clause)


def first_of(scores: Floats, starts: Sequence[int]) -> tuple[int, Floats]:
    """Return the first clause, with its line's share, its lead over other lines, and its score."""
    best = int(scores.argmax())
    weights = np.exp(scores - scores.max())
    same = np.array([start == starts[best] for start in starts])
    second = scores[~same].max() if (~same).any() else scores[best] - 5
    share = weights[same].sum() / weights.sum()
    return best, np.array([share, min(scores[best] - second, 5.0), scores[best] / 5])
