"""The sentence that most likely answers, by fitted weights, where the rules are sure of none.

Every clause is told by named signs (how much of the question stands in it and around it, the kind
and unit of its figure, its part of the report, how search ranks it). One set of weights orders the
clauses, a conditional logit over those of a report; another tells how likely the first answers at
all. ``eval/fits/selection.py`` fits both on labelled questions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.evidence import selection
from bot.evidence.likeness import pairs_of
from bot.evidence.reading import Clause, Line, Reading
from bot.evidence.selection import Evidence, KnownFact, claim_span, weigh
from bot.evidence.units import unit_fit
from bot.evidence.weights import by_sign, read_fitted
from retrieval.documents import Hit
from retrieval.question.query import Query
from retrieval.question.terms import Term, is_topical
from retrieval.search.nearness import Near, best_in
from retrieval.text.normalise import fold

Floats = NDArray[np.float64]
SIGNS = (
    "clause", "near", "line", "path", "before", "topical clause", "pairs", "pairs around",
    "dense", "rank", "cosine", "beside best", "bm25", "held",
    "foreign", "foreign beside best", "carried", "carried around", "focus",
    "figure", "no figure", "unit same", "unit alike", "unit other", "after the words",
    "change as asked", "change not asked", "change lacking", "named", "denies", "unreached",
    "plan not asked", "plan asked", "problem", "heading", "contrast",
)  # fmt: skip
FIRST_RANKS = 12  # a passage that dense search ranks lower is no sign
_ENDS = ("share", "lead", "score")  # what the second weights see beside the signs


@dataclass(frozen=True, slots=True)
class Weights:
    """Fitted weights: ``order`` of shape (signs,), ``answers`` of shape (signs + 3,), and a bias."""

    order: Floats
    answers: Floats
    bias: float


@dataclass(frozen=True, slots=True)
class Fitted:
    """The weights of questions for a figure and of others, and the least probability to answer."""

    figure: Weights
    text: Weights
    least: float


@lru_cache(maxsize=1)
def fitted() -> Fitted:
    """Return the weights of this installation, read once."""
    data = read_fitted("selection.json")
    sets = {}
    for name in ("figure", "text"):
        told = data[name]
        order = by_sign(told["order"], SIGNS)
        answers = by_sign(told["answers"], (*SIGNS, *_ENDS))
        sets[name] = Weights(order, answers, told["bias"])
    return Fitted(sets["figure"], sets["text"], data["least"])


def likely(
    query: Query,
    reading: Reading,
    lines: Sequence[Line],
    hits: Sequence[Hit],
    focus: Sequence[tuple[str, int, int]],
    known: Sequence[KnownFact],
    near: Sequence[Near],
) -> Evidence | None:
    """Return the clause that answers ``query`` most likely; None where that is not likely enough."""
    told = _Told(query, reading, hits, focus, known, near)
    clauses, signs = told.signs(lines)
    if not clauses:
        return None
    weights = fitted().figure if selection.wants_figure(query) else fitted().text
    best, ends = first_of(signs @ weights.order, [line.span.start for line, _ in clauses])
    logit = float(np.concatenate([signs[best], ends]) @ weights.answers) + weights.bias
    if 1 / (1 + math.exp(-logit)) < fitted().least:
        return None
    line, clause = clauses[best]
    terms = [term for term, _ in told.weighted]
    figure = selection.figure_of(query, clause, terms)
    span = claim_span(line, clause, terms)
    return Evidence(reading.report.id, line, span, 1.0, 1.0, figure, clause)


def first_of(scores: Floats, starts: Sequence[int]) -> tuple[int, Floats]:
    """Return the first clause, with its line's share, its lead over other lines, and its score."""
    best = int(scores.argmax())
    weights = np.exp(scores - scores.max())
    same = np.array([start == starts[best] for start in starts])
    second = scores[~same].max() if (~same).any() else scores[best] - 5
    share = weights[same].sum() / weights.sum()
    return best, np.array([share, min(scores[best] - second, 5.0), scores[best] / 5])


def signs_of(
    query: Query,
    reading: Reading,
    lines: Sequence[Line],
    hits: Sequence[Hit],
    focus: Sequence[tuple[str, int, int]],
    known: Sequence[KnownFact],
    near: Sequence[Near],
) -> tuple[list[tuple[Line, Clause]], Floats]:
    """Return the clauses that may answer and their signs, of shape (clauses, ``len(SIGNS)``)."""
    return _Told(query, reading, hits, focus, known, near).signs(lines)


class _Told:
    """A question beside a report: what every line's signs are reckoned from."""

    def __init__(
        self,
        query: Query,
        reading: Reading,
        hits: Sequence[Hit],
        focus: Sequence[tuple[str, int, int]],
        known: Sequence[KnownFact],
        near: Sequence[Near],
    ) -> None:
        report = reading.report
        self.near = near
        self.foreign = query.english
        self.best = max((n.cosine for n in near), default=0.0)
        self.query = query
        self.weighted = weigh(query.terms, reading)
        self.carried = weigh(query.carried, reading)
        self.topical = [(t, w) for t, w in self.weighted if is_topical(t)]
        whole = [line.folded for line in reading.lines]
        self.held = self._share(
            [max((t.match(words) for words in whole), default=0.0) for t, _ in self.weighted]
        )
        pairs = pairs_of(fold(query.topic))
        size = len(reading.lines)
        self.pairs = {
            pair: math.log(1 + size / (1 + sum(pair in ln.folded for ln in reading.lines)))
            for pair in pairs
        }
        own = [(i, h) for i, h in enumerate(hits, 1) if h.chunk.report == report.id]
        self.ranks: dict[int, tuple[int, int]] = {}
        for line in reading.lines:
            over = [
                (h.dense_rank or 99, i)
                for i, h in own
                if line.span.start < h.chunk.end and h.chunk.start < line.span.end
            ]
            if over:
                self.ranks[line.span.start] = min(d for d, _ in over), min(i for _, i in over)
        self.focus = [(a, b) for name, a, b in focus if name == report.id]
        ahead = report.meta.year is not None and query.years == (report.meta.year + 1,)
        self.ahead = query.role == "plans" or ahead
        self.named = selection.asked_facts(query, known)

    def signs(self, lines: Sequence[Line]) -> tuple[list[tuple[Line, Clause]], Floats]:
        """Return the clauses of the lines that may answer, and their signs."""
        clauses, rows = [], []
        for line in lines:
            if self.may_answer(line):
                for row, clause in self.rows(line):
                    clauses.append((line, clause))
                    rows.append([row.get(sign, 0.0) for sign in SIGNS])
        return clauses, np.array(rows, np.float64).reshape(len(rows), len(SIGNS))

    def may_answer(self, line: Line) -> bool:
        """Tell whether anything asked stands in a line or around it, or search ranks it."""
        around = (line.folded, line.lead, line.path, line.before)
        standing = any(t.match(words) for words in around if words for t, _ in self.weighted)
        start = line.span.start
        return standing or bool(self.carried) or start in self.ranks or self._in_focus(line)

    def _in_focus(self, line: Line) -> bool:
        return any(line.span.start < b and a < line.span.end for a, b in self.focus)

    def rows(self, line: Line) -> list[tuple[Mapping[str, float], Clause]]:
        """Return the signs of each clause of a line."""
        query = self.query
        in_line = [t.match(line.folded) for t, _ in self.weighted]
        in_path = [t.match(line.path) for t, _ in self.weighted]
        in_before = [t.match(line.before) if line.before else 0.0 for t, _ in self.weighted]
        around = line.folded + line.lead + line.path
        dense, rank = self.ranks.get(line.span.start, (99, 0))
        plan = line.role == "plans"
        close = best_in(self.near, line.span.start, line.span.end)
        shared = {
            # cosines of one report differ in the second digit
            "cosine": 10 * close["cosine"],
            "beside best": 20 * (close["cosine"] - self.best) if self.near else 0.0,
            "bm25": close["words"],
            "held": self.held,
            "foreign": float(self.foreign),
            "foreign beside best": self.foreign * 20 * (close["cosine"] - self.best),
            "line": self._share(in_line),
            "path": self._share([max(a, b) for a, b in zip(in_line, in_path, strict=True)]),
            "before": self._share([max(a, b) for a, b in zip(in_line, in_before, strict=True)]),
            "pairs": self._pairs_in(line.folded),
            "pairs around": self._pairs_in(around),
            "dense": max(0.0, 1 - (dense - 1) / FIRST_RANKS),
            "rank": 1 / rank if rank else 0.0,
            "carried around": _share(self.carried, around),
            "focus": float(self._in_focus(line)),
            "plan not asked": float(plan and not self.ahead),
            "plan asked": float(plan and self.ahead),
            "problem": float(line.role in ("problems", "causes") and query.role is None),
        }
        rows: list[tuple[Mapping[str, float], Clause]] = []
        for i, clause in enumerate(line.clauses):
            near = line.clauses[i - 1].folded if i else ""
            inside = [t.match(clause.folded) for t, _ in self.weighted]
            beside = [
                max(m, t.match(near) if near else 0.0)
                for m, (t, _) in zip(inside, self.weighted, strict=True)
            ]
            rows.append(
                (
                    {
                        **shared,
                        "clause": self._share(inside),
                        "near": self._share(beside),
                        "topical clause": _share(self.topical, clause.folded),
                        "carried": _share(self.carried, clause.folded),
                        "heading": float(
                            len(line.span) < selection.HEADING_CHARS and not clause.figures
                        ),
                        "contrast": float(selection.contrasts(self.weighted, line, clause)),
                        **self._of_figures(clause),
                    },
                    clause,
                )
            )
        return rows

    def _of_figures(self, clause: Clause) -> dict[str, float]:
        query = self.query
        changes = selection.is_change(clause)
        signs = {
            "change as asked": float(changes and query.change),
            "change not asked": float(changes and not query.change),
            "change lacking": float(query.change and not changes),
            "named": float(any(clause.span.start <= f.start < clause.span.end for f in self.named)),
            "unreached": float(query.role != "plans" and selection.is_unreached(clause)),
        }
        if not selection.wants_figure(query):
            return signs
        figures = selection.figures_of(query, clause)
        signs["figure"], signs["no figure"] = float(bool(figures)), float(not figures)
        signs["denies"] = float(
            query.wants == "number" and not figures and selection.denies(clause, self.weighted)
        )
        if figures and query.unit:
            fits = {unit_fit(query.unit, q.unit) for q in figures}
            best = "same" if "same" in fits else "alike" if "alike" in fits else "other"
            signs[f"unit {best}"] = 1.0
        if figures:
            words = clause.folded[: max(figures[0].start, 1)]
            signs["after the words"] = float(any(t.word in words for t, _ in self.weighted))
        return signs

    def _share(self, matches: Sequence[float]) -> float:
        total = sum(w for _, w in self.weighted) or 1.0
        return sum(w * m for (_, w), m in zip(self.weighted, matches, strict=True)) / total

    def _pairs_in(self, words: str) -> float:
        total = sum(self.pairs.values()) or 1.0
        return sum(weight for pair, weight in self.pairs.items() if pair in words) / total


def _share(weighted: Sequence[tuple[Term, float]], words: str) -> float:
    total = sum(w for _, w in weighted)
    return sum(w * t.match(words) for t, w in weighted) / total if total else 0.0
