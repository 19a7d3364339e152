"""The sentence that answers, by fitted weights; None where none is likely enough.

One set of weights orders the clauses of a report by their signs, a conditional logit. The first
lines are then read beside the question, word by word, and ordered by both; a forest of trees tells
how likely the first of them answers at all. ``eval/fits/selection.py`` fits all this on labelled
questions, ``eval/fits/pair_reader.py`` what reads.
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
from retrieval.search.pair_reader import ReadPairs, reads_nothing

Floats = NDArray[np.float64]
# how a first clause stands over those of other lines, by its signs and as read beside the question
ENDS = (
    "share", "lead", "score", "score beside best", "read", "pair", "pair beside next", "pair best",
)  # fmt: skip
# so many lines are read at the most, and none whose score is so much lower than the best: of 6,128
# labelled questions with an answer as many have the right line first as if all eight were read, and
# half of them have one line to read
LEADERS, MARGIN = 8, 3.0
HELD = 0.5  # the share of a question's words, rare ones weighing more, that a report holds
SEEN = (*SIGNS, *ENDS, *ASKED)  # what the forest sees of it


@dataclass(frozen=True, slots=True)
class Weights(Shipped):
    """Weights of shape (signs,) for questions that want a figure and for others, and the forest.

    ``pair`` is what the score of a line read beside the question weighs. Nothing is told that is
    less likely than ``least``, ``least_unheld`` where the report holds less than ``HELD`` of the
    question's words, or ``least_unread`` where nothing is read.
    """

    FILE: ClassVar[str] = "selection.json"
    figure: Annotated[Floats, SIGNS]
    text: Annotated[Floats, SIGNS]
    answers: Annotated[Forest, SEEN]
    pair: float
    least: float
    least_unheld: float
    least_unread: float


def likely(
    query: Query,
    reading: Reading,
    lines: Sequence[Line],
    spoken: Spoken,
    known: Sequence[KnownFact],
    near: Sequence[Near],
    pairs: ReadPairs = reads_nothing,
    least: float | None = None,
) -> Evidence | None:
    """Return the clause that answers ``query`` most likely; None where that is not likely enough.

    ``least`` is how likely it must be, by default what the fit has found best. ``spoken`` is what it
    leans on, ``known`` the figures of the report whose indicator is known,
    ``near`` its passages beside the question, nearest first. ``pairs`` reads lines beside it.
    """
    told = Told(query, reading, spoken, known, near)
    found = most_likely(told, lines, pairs, 1, least)
    return found[0] if found else None


def most_likely(
    told: Told,
    lines: Sequence[Line],
    pairs: ReadPairs,
    most: int,
    least: float | None = None,
    unread: float | None = None,
) -> list[Evidence]:
    """Return the clauses of the ``most`` lines that answer most likely, as ``likely`` does the first.

    None where the first is not likely enough: ``least``, or ``unread`` where nothing can be read, by
    default the same. ``chance`` is that of the first.
    """
    query = told.query
    clauses, signs = told.signs(lines)
    if not clauses:
        return []
    shipped, scores = Weights.fitted(), signs @ _order(query)
    lead = leaders(scores, [line.span.start for line, _ in clauses])
    read = pairs(query.said, [clauses[i][0].folded for i in lead])
    both = weighed(scores[lead], read, shipped.pair)
    at, ends = first_of(scores[lead], read, shipped.pair)
    chance = shipped.answers(np.concatenate([signs[lead[at]], ends, told.asked]))
    if least is None:
        # a Chinese report holds no English word
        held = query.english or signs[lead[at]][SIGNS.index("held")] >= HELD
        least = shipped.least if held else shipped.least_unheld
        unread = shipped.least_unread
    if not len(read) and unread is not None:
        least = unread
    if chance < least:
        return []
    return [
        replace(_evidence(told, clauses[i], signs[i]), chance=float(chance))
        for i in (lead[place] for place in np.argsort(-both, kind="stable")[:most])
    ]


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


def leaders(scores: Floats, starts: Sequence[int], margin: float = MARGIN) -> list[int]:
    """Return the best clause of each of the first lines, best first; ``starts`` tell lines apart."""
    found: dict[int, int] = {}
    for i in np.argsort(-scores, kind="stable"):
        if len(found) == LEADERS or scores[i] < scores.max() - margin:
            break
        found.setdefault(starts[i], int(i))
    return list(found.values())


def weighed(scores: Floats, read: NDArray[np.floating], pair: float) -> Floats:
    """Return the scores of leaders with how they read, of the same shape or empty: not read."""
    return scores + pair * read if len(read) else scores


def first_of(scores: Floats, read: NDArray[np.floating], pair: float) -> tuple[int, Floats]:
    """Return which leader is first by score and reading, and how it stands over the others.

    ``scores`` are in falling order; ``read``, of the same shape, is empty where nothing is read.
    """
    both = weighed(scores, read, pair)
    best = int(both.argmax())
    weights = np.exp(both - both.max())
    lead = _beside_next(both, best)
    ends = [weights[best] / weights.sum(), min(lead, 5.0), scores[best] / 5]
    ends += [scores[best] - scores[0], bool(len(read)), 0.0, 0.0, 0.0]
    if len(read):
        ends[-3:] = [read[best], _beside_next(read, best), read.max()]
    return best, np.array(ends, np.float64)


def _beside_next(values: NDArray[np.floating], best: int) -> float:
    """Return how far one value is above the highest of the others."""
    others = np.delete(values, best)
    return float(values[best] - others.max()) if len(others) else 5.0
