"""Which parts of a report tell of what an open question asks: its leaves, by fitted weights.

Each leaf of the section tree is told by named signs: how much of the question stands in its
opening, its headings and its lines; how near search finds its passages, by meaning and by words;
what part of the report it stands in, beside what is wished for. One set of weights orders the
leaves (a conditional logit over those of a report); a second tells how likely each one answers; a
third orders the sentences within a leaf.
``eval/fits/leaves.py`` fits them on labelled questions.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from bot.evidence.likeness import RarePairs
from bot.evidence.pieces import WORK, Piece, leaves, on_theme
from bot.evidence.reading import Reading, read
from bot.evidence.selection import weigh
from bot.evidence.weights import Shipped
from retrieval.documents import Report, Role
from retrieval.question.query import Query
from retrieval.question.request import Content
from retrieval.question.terms import Term
from retrieval.search.nearness import Near, best_in

Floats = NDArray[np.float64]
PARTS: dict[str, frozenset[Role]] = {
    "work": WORK,
    "problems": frozenset(("problems", "causes")),
    "plans": frozenset(("plans",)),
}
WISHES: tuple[Content, ...] = ("measures", "report", "remedy", "causes", "meaning", "honours")
TOLD = (
    "opening", "own heading", "heading above", "body", "leaf", "line",
    "pairs", "pairs in line", "pairs in heading", "cosine", "beside best", "words",
)  # fmt: skip
SIGNS = (
    *TOLD,
    *PARTS,
    "preamble",
    "leadership",
    *(f"{part} for {wish}" for wish in WISHES for part in PARTS),
)
LINE_SIGNS = (
    "line", "pairs", "beside best", "words", "figures", "names", "opening",
)  # fmt: skip
ENDS = ("score", "behind best", "share", "best score", "best share")
# the share of what is asked that a heading must hold to name it: then all under it answers
NAMES_IT = 0.75
_FAR_BEHIND = -6.0  # a leaf further behind the best is no worse than this


@dataclass(frozen=True, slots=True)
class Weights(Shipped):
    """``order`` of shape (signs,), ``answers`` of shape (ends + told signs,) with its bias.

    ``lines``, of shape (line signs,), orders the sentences of a leaf. The best leaf answers from the
    probability ``least``, another from the ``beside``-th part of the best one's.
    """

    FILE: ClassVar[str] = "leaves.json"
    order: Annotated[Floats, SIGNS]
    lines: Annotated[Floats, LINE_SIGNS]
    answers: Annotated[Floats, (*ENDS, *TOLD)]
    bias: float
    least: float
    beside: float


def ranked(
    query: Query,
    report: Report,
    near: tuple[Near, ...],
    terms: Sequence[Term],
    roles: Collection[Role] | None = None,
) -> list[Piece]:
    """Return the leaves that answer, most likely first, of ``roles`` only; empty where none does.

    Their ``fit`` is that probability. Where the heading over the best one names what is asked, all
    leaves under that heading are among them. Without vectors (``near`` is empty) the leaves are those
    that fit the words of the theme, ``terms``.
    """
    if not near:
        return on_theme(report, terms, roles)
    found = leaves(report, roles)
    if not found or not query.terms:
        return []
    weights = Weights.fitted()
    told = _Told(query, read(report), near)
    signs = np.array([told.signs(piece) for piece in found])
    chances = chances_of(signs, weights)
    best = int(chances.argmax())
    if chances[best] < weights.least:
        return []
    named = signs[best, SIGNS.index("own heading")] >= NAMES_IT
    fitting = [
        replace(
            piece, fit=float(chance), worth=tuple((told.line_signs(piece) @ weights.lines).tolist())
        )
        for piece, chance in zip(found, chances, strict=True)
        if chance >= chances[best] * weights.beside
        or (named and _over(piece) == _over(found[best]))
    ]
    return sorted(fitting, key=lambda p: (-p.fit, p.section.start))


def _over(piece: Piece) -> tuple[int, ...]:
    """Return the node of the heading right over a leaf; a body has that of its heading."""
    section = piece.section
    return section.node if section.kind == "body" else section.node[:-1]


def chances_of(signs: Floats, weights: Weights) -> Floats:
    """Return how likely each leaf answers, of shape (leaves,)."""
    seen = seen_of(signs, signs @ weights.order)
    return np.asarray(1 / (1 + np.exp(-(seen @ weights.answers + weights.bias))))


def seen_of(signs: Floats, scores: Floats) -> Floats:
    """Return what the second weights see of each leaf, of shape (leaves, ends + told signs)."""
    behind = scores - scores.max()
    shares = np.exp(behind) / np.exp(behind).sum()
    ones = np.ones(len(scores))
    ends = (
        scores / 5,
        np.maximum(behind, _FAR_BEHIND),
        shares,
        ones * scores.max() / 5,
        ones * shares.max(),
    )
    return np.concatenate([np.stack(ends, 1), signs[:, : len(TOLD)]], 1)


def signs_of(
    query: Query, report: Report, found: Sequence[Piece], near: tuple[Near, ...]
) -> Floats:
    """Return the signs of leaves, of shape (leaves, ``len(SIGNS)``)."""
    told = _Told(query, read(report), near)
    return np.array([told.signs(piece) for piece in found], np.float64)


def line_signs_of(query: Query, piece: Piece, near: tuple[Near, ...]) -> Floats:
    """Return the signs of a leaf's sentences, of shape (sentences, ``len(LINE_SIGNS)``)."""
    return _Told(query, read(piece.report), near).line_signs(piece)


class _Told:
    """A question beside a report: what every leaf's signs are reckoned from."""

    def __init__(self, query: Query, reading: Reading, near: tuple[Near, ...]) -> None:
        self.wish = query.ask.content
        self.terms = weigh(query.terms, reading)
        self.near = near
        self.best = max((n.cosine for n in near), default=0.0)
        self.pairs = RarePairs(query.topic, [line.folded for line in reading.lines])

    def signs(self, piece: Piece) -> list[float]:
        role = piece.section.role
        parts = [float(role in roles) for roles in PARTS.values()]
        wished = [p * (wish == self.wish) for wish in WISHES for p in parts]
        return [
            *self._told(piece),
            *parts,
            float(role == "preamble"),
            float(role == "leadership"),
            *wished,
        ]

    def _told(self, piece: Piece) -> list[float]:
        own, above = piece.headings
        lines = [line.folded for line in piece.lines]
        whole = "".join(lines)
        close = best_in(self.near, piece.span.start, piece.span.end)
        return [
            self._share(lines[:1]),
            self._share(own),
            self._share(above[1:]),
            self._share(lines[1:]),
            self._share([*lines, *own]),
            max(self._share([line]) for line in lines),
            self.pairs.share_in(whole),
            max(self.pairs.share_in(line) for line in lines),
            self.pairs.share_in("".join(own)),
            # cosines of one report differ in the second digit
            10 * close["cosine"],
            20 * (close["cosine"] - self.best),
            close["words"],
        ]

    def line_signs(self, piece: Piece) -> Floats:
        """Return the signs of a leaf's sentences."""
        rows = []
        for i, line in enumerate(piece.lines):
            close = best_in(self.near, line.span.start, line.span.end)
            rows.append(
                [
                    self._share([line.folded]),
                    self.pairs.share_in(line.folded),
                    20 * (close["cosine"] - self.best),
                    close["words"],
                    min(sum(len(clause.figures) for clause in line.clauses), 3),
                    min(sum(line.folded.count(mark) for mark in "《“"), 2),
                    float(i == 0),
                ]
            )
        return np.array(rows, np.float64)

    def _share(self, texts: Sequence[str]) -> float:
        total = sum(weight for _, weight in self.terms)
        if not total or not texts:
            return 0.0
        return sum(w * max(map(term.match, texts)) for term, w in self.terms) / total
