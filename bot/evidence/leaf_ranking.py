"""Which parts of a report tell of what an open question asks: its leaves, by fitted weights.

Each leaf of the section tree is told by named signs: how much of the question stands in its
opening, its headings and its lines; how near search finds its passages, by meaning and by words;
what part of the report it stands in, beside what is wished for. One set of weights orders the
leaves (a conditional logit over those of a report), another the sentences within a leaf. The first
sentences by both are then read beside the question, word by word; a logistic regression tells from
all this how likely each leaf answers, and a last set of weights which of its sentences are shown.
``eval/fits/leaves.py`` fits them on labelled questions.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray

from bot.evidence.likeness import RarePairs
from bot.evidence.pieces import FAR_BEHIND, WORK, Piece, leaves, on_theme
from bot.evidence.reading import Reading, read
from bot.evidence.selection import weigh
from bot.evidence.weights import Shipped
from retrieval.documents import Report, Role
from retrieval.question.query import Query
from retrieval.question.request import Content
from retrieval.question.terms import Term
from retrieval.search.nearness import Near, best_in
from retrieval.search.pair_reader import ReadPairs, reads_nothing

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
# how the best sentence of a leaf is read, beside those of the others
PAIRED = ("pair", "pair behind best", "best pair", "unread")
LINE_PAIRED = ("pair", "unread")
# so many sentences are read at the most, and of each of several reports, and none that is so much
# below the first: of 2,917 questions on a theme twelve hold one that answers in 0.96, those of them
# within 4 (seven) in 0.94, of eight 0.92 (six), of six 0.90 (five); of 808 of cases 0.98, 0.97, 0.97
READ, READ_OF_SEVERAL, MARGIN = 12, 6, 4.0
# the share of what is asked that a heading must hold to name it: then all under it answers
NAMES_IT = 0.75
_FAR_BEHIND = -6.0  # a leaf further behind the best is no worse than this


@dataclass(frozen=True, slots=True)
class Weights(Shipped):
    """``order`` of shape (signs,), ``answers`` of shape (ends + paired + told signs,) with its bias.

    ``lines``, of shape (line signs,), orders the sentences of a leaf, ``read_lines``, of shape (line
    signs + line paired,), those of one that were read. The best leaf answers from the probability
    ``least``, another from the ``beside``-th part of the best one's. ``unread`` and its bias are the
    weights where nothing is read.
    """

    FILE: ClassVar[str] = "leaves.json"
    order: Annotated[Floats, SIGNS]
    lines: Annotated[Floats, LINE_SIGNS]
    read_lines: Annotated[Floats, (*LINE_SIGNS, *LINE_PAIRED)]
    answers: Annotated[Floats, (*ENDS, *PAIRED, *TOLD)]
    bias: float
    unread: Annotated[Floats, (*ENDS, *PAIRED, *TOLD)]
    unread_bias: float
    least: float
    beside: float


def ranked(
    query: Query,
    report: Report,
    near: tuple[Near, ...],
    terms: Sequence[Term],
    roles: Collection[Role] | None = None,
    pairs: ReadPairs = reads_nothing,
    most: int = READ,
) -> list[Piece]:
    """Return the leaves that answer, most likely first, of ``roles`` only; empty where none does.

    Their ``fit`` is that probability. Where the heading over the best one names what is asked, all
    leaves under that heading are among them. ``pairs`` reads ``most`` sentences beside the question.
    Without vectors (``near`` is empty) the leaves are those that fit the words of the theme, ``terms``.
    """
    if not near:
        return on_theme(report, terms, roles)
    found = leaves(report, roles)
    if not found:
        return []
    weights = Weights.fitted()
    told = _Told(query, read(report), near)
    signs = np.array([told.signs(piece) for piece in found])
    line_signs = [told.line_signs(piece) for piece in found]
    scores = signs @ weights.order
    first = first_lines(scores, [lines @ weights.lines for lines in line_signs], most)
    read_ = pairs(query.said, [found[leaf].lines[at].folded for leaf, at in first])
    if not len(read_) and not told.stands:
        return []  # of words that stand nowhere in a report cosines alone tell nothing
    readings = by_leaf(first, read_, [len(piece.lines) for piece in found])
    chances = chances_of(signs, scores, readings, weights)
    best = int(chances.argmax())
    if chances[best] < weights.least:
        return []
    named = signs[best, SIGNS.index("own heading")] >= NAMES_IT
    fitting = []
    for piece, chance, lines, reading in zip(found, chances, line_signs, readings, strict=True):
        under = named and _over(piece) == _over(found[best])
        if under or chance >= chances[best] * weights.beside:
            worth = worth_of(lines, reading, weights)
            if under or _entitled(piece, lines):  # all that stands under it is asked for
                worth = np.maximum(worth, worth.max() - FAR_BEHIND)
            fitting.append(replace(piece, fit=float(chance), worth=tuple(worth.tolist())))
    return sorted(fitting, key=lambda p: (-p.fit, p.section.start))


def _over(piece: Piece) -> tuple[int, ...]:
    """Return the node of the heading right over a leaf; a body has that of its heading."""
    section = piece.section
    return section.node if section.kind == "body" else section.node[:-1]


def _entitled(piece: Piece, line_signs: Floats) -> bool:
    """Tell whether the title that opens a leaf names what is asked."""
    return piece.titled and bool(line_signs[0, LINE_SIGNS.index("line")] >= NAMES_IT)


def first_lines(scores: Floats, lines: Sequence[Floats], most: int = READ) -> list[tuple[int, int]]:
    """Return the sentences to read as (leaf, sentence), first ones first.

    ``scores`` are those of the leaves, ``lines`` those of the sentences of each.
    """
    told = [
        (-(score + value - values.max()), leaf, at)
        for leaf, (score, values) in enumerate(zip(scores, lines, strict=True))
        for at, value in enumerate(values)
    ]
    told = sorted(told)[:most]
    return [(leaf, at) for behind, leaf, at in told if behind <= told[0][0] + MARGIN]


def by_leaf(
    first: Sequence[tuple[int, int]], scores: NDArray[np.floating], sizes: Sequence[int]
) -> list[Floats]:
    """Return how each sentence of each leaf is read, NaN where it is not; no scores, nothing is."""
    found = [np.full(size, np.nan) for size in sizes]
    for (leaf, at), score in zip(first, scores, strict=False):
        found[leaf][at] = score
    return found


def chances_of(
    signs: Floats, scores: Floats, readings: Sequence[Floats], weights: Weights
) -> Floats:
    """Return how likely each leaf answers, of shape (leaves,)."""
    seen = seen_of(signs, scores, readings)
    by, bias = weights.answers, weights.bias
    if np.isnan(np.concatenate(readings)).all():
        by, bias = weights.unread, weights.unread_bias
    return np.asarray(1 / (1 + np.exp(-(seen @ by + bias))))


def seen_of(signs: Floats, scores: Floats, readings: Sequence[Floats]) -> Floats:
    """Return what tells how likely leaves answer, of shape (leaves, ends + paired + told signs)."""
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
    return np.concatenate([np.stack(ends, 1), _paired(readings), signs[:, : len(TOLD)]], 1)


def _paired(readings: Sequence[Floats]) -> Floats:
    """Return the signs ``PAIRED``: a leaf that is not read counts as the one read worst."""
    unread = np.array([bool(np.isnan(reading).all()) for reading in readings])
    if unread.all():
        return np.zeros((len(readings), len(PAIRED)))
    known = np.concatenate(readings)
    low, high = float(np.nanmin(known)), float(np.nanmax(known))
    best = np.array(
        [low if bare else np.nanmax(r) for r, bare in zip(readings, unread, strict=True)]
    )
    return np.stack([best, best - high, np.full(len(best), high), unread.astype(float)], 1)


def worth_of(line_signs: Floats, reading: Floats, weights: Weights) -> Floats:
    """Return how much each sentence of a leaf answers, as a logit, of shape (sentences,)."""
    if np.isnan(reading).all():
        return np.asarray(line_signs @ weights.lines)
    return np.asarray(read_line_signs(line_signs, reading) @ weights.read_lines)


def read_line_signs(line_signs: Floats, reading: Floats) -> Floats:
    """Return the signs of a leaf's sentences with how they are read; one at least is."""
    unread = np.isnan(reading)
    pair = np.where(unread, np.nanmin(reading), reading)
    return np.concatenate([line_signs, np.stack([pair, unread.astype(float)], 1)], 1)


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
        self.lines = reading.lines

    @property
    def stands(self) -> bool:
        """Tell whether a word of the question stands anywhere in the report."""
        return any(term.match(line.folded) for line in self.lines for term, _ in self.terms)

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
