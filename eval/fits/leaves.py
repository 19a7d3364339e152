"""Fit which parts of a report answer an open question: ``python -m eval.fits.leaves``.

Labels are the evidence of every case that asks one report an open question (a theme, a remedy, a
cause, an honour, a meaning, a report at large), and the open pairs, which have all the sentences that
answer, in reports that say it and reports that do not: a leaf is right if evidence stands in it. The
order of a report's leaves is a conditional logit over the right ones, that of the sentences of a right
leaf another. The first sentences by both are read beside the question, by a reader that was not
trained on the reports asked (``pair_scores.npz``); how likely a leaf answers is a logistic regression
on all this, on orders of questions left out, and one more where nothing is read. The sentences of a
leaf that was read have weights of their own.

Printed is what the weights do on folders of reports they were not fitted on: how often the first leaf
is right, F1 of the four shown, how many questions are refused, and of how many reports without an
answer a leaf is shown. ``--write`` writes the weights.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

import bot
from bot.evidence.leaf_ranking import (
    ENDS,
    LINE_PAIRED,
    LINE_SIGNS,
    PAIRED,
    SIGNS,
    TOLD,
    WISHES,
    Floats,
    Weights,
    by_leaf,
    chances_of,
    first_lines,
    line_signs_of,
    read_line_signs,
    seen_of,
    signs_of,
)
from bot.evidence.pieces import leaves
from eval.fits.labels import OPEN, Labelled, evidence_in, folder_of, labelled
from eval.fits.logit import fit_logit
from eval.fits.selection import scores_of
from retrieval.documents import Span
from retrieval.search.nearness import Nearness

FILE = Path(bot.__file__).parent / "data" / "leaves.json"
PENALTY, LINE_PENALTY, STRENGTH, FOLDS = 3.0, 1.0, 1.0, 4
# the least chance at which the best leaf is shown, and the part of it at which another one is
LEAST, BESIDE = 0.25, 0.25
SHOWN = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of one report: its leaves' signs, which are right, and so for their sentences."""

    folder: str
    paired: bool
    words: str
    signs: Floats
    right: NDArray[np.bool_]
    lines: tuple[Floats, ...]
    right_lines: tuple[NDArray[np.bool_], ...]
    texts: tuple[tuple[str, ...], ...]

    def first(self, order: Floats, by_line: Floats) -> list[tuple[int, int]]:
        """Return the sentences that are read, as (leaf, sentence)."""
        return first_lines(self.signs @ order, [lines @ by_line for lines in self.lines])

    def readings(self, order: Floats, by_line: Floats) -> list[Floats]:
        """Return how the sentences of each leaf are read."""
        first = self.first(order, by_line)
        told = scores_of(self.words, [self.texts[leaf][at] for leaf, at in first])
        return by_leaf(first, told, [len(texts) for texts in self.texts])


def questions() -> list[Asked]:
    """Return the labelled questions."""
    found = []
    for told in labelled(pairs=True):
        ask, case = told.desk.query.ask, told.case
        wished = ask.content in WISHES and ask.operation not in ("compare", "rank", "change")
        of_case = wished and case.answerable and not case.id.startswith("pair ")
        if len(told.desk.reports) != 1 or not (of_case or case.kind == OPEN):
            continue
        asked = asked_of(told)
        if asked is not None and (case.kind == OPEN or asked.right.any()):
            found.append(asked)
    return found


def asked_of(told: Labelled) -> Asked | None:
    """Return what a case asks of its one report; None without terms or without its evidence."""
    query, report = told.desk.query, told.desk.reports[0]
    found = leaves(report)
    if not query.terms or not found:
        return None
    near = Nearness(told.library, query).of(report.id)
    spans = evidence_in(report, told.case)
    if told.case.answerable and not spans:
        return None
    return Asked(
        folder_of(told.suite),
        told.case.kind == OPEN,
        query.said,
        signs_of(query, report, found, near),
        np.array([_holds(piece.span, spans) for piece in found]),
        tuple(line_signs_of(query, piece, near) for piece in found),
        tuple(np.array([_holds(line.span, spans) for line in piece.lines]) for piece in found),
        tuple(tuple(line.folded for line in piece.lines) for piece in found),
    )


def _holds(span: Span, evidence: Sequence[tuple[int, int]]) -> bool:
    return any(span.start < end and start < span.end for start, end in evidence)


def fit_order(asked: Sequence[Asked]) -> Floats:
    """Return the weights that order leaves."""
    return fit_logit([(q.signs, q.right) for q in asked if q.right.any()], PENALTY)


def fit_lines(asked: Sequence[Asked]) -> Floats:
    """Return the weights that order the sentences of a leaf."""
    choices = [
        (signs, right)
        for q in asked
        for signs, right in zip(q.lines, q.right_lines, strict=True)
        if right.any() and not right.all()
    ]
    return fit_logit(choices, LINE_PENALTY)


def fit(asked: Sequence[Asked]) -> Weights:
    """Return all weights; how likely a leaf answers is fitted on orders of folders left out."""
    seen, unread, right = [], [], []
    choices = []
    for rest, out in folds(asked):
        order, by_line = fit_order(rest), fit_lines(rest)
        for q in out:
            scores, readings = q.signs @ order, q.readings(order, by_line)
            seen.append(seen_of(q.signs, scores, readings))
            unread.append(seen_of(q.signs, scores, [np.full(len(r), np.nan) for r in readings]))
            right.append(q.right)
            for lines, truth, reading in zip(q.lines, q.right_lines, readings, strict=True):
                if truth.any() and not truth.all() and not np.isnan(reading).all():
                    choices.append((read_line_signs(lines, reading), truth))
    truths = np.concatenate(right)
    answers, bias = _logistic(np.concatenate(seen), truths)
    without, without_bias = _logistic(np.concatenate(unread), truths)
    return Weights(
        fit_order(asked),
        fit_lines(asked),
        fit_logit(choices, LINE_PENALTY),
        answers,
        bias,
        without,
        without_bias,
        LEAST,
        BESIDE,
    )


def folds(asked: Sequence[Asked]) -> list[tuple[list[Asked], list[Asked]]]:
    """Return what is fitted on and what is left out, by folder."""
    names = sorted({q.folder for q in asked}, key=lambda name: zlib.crc32(name.encode()))
    told = []
    for fold in range(FOLDS):
        out = set(names[fold::FOLDS])
        told.append(
            ([q for q in asked if q.folder not in out], [q for q in asked if q.folder in out])
        )
    return told


def _logistic(x: Floats, right: NDArray[np.bool_]) -> tuple[Floats, float]:
    scale = np.abs(x).max(axis=0) + 1e-6
    model = LogisticRegression(C=STRENGTH, max_iter=5000).fit(x / scale, right)
    return model.coef_[0] / scale, float(model.intercept_[0])


def f1(shown: Sequence[int], q: Asked) -> float:
    """Return the F1 of the leaves shown for a question."""
    hits = int(q.right[list(shown)].sum())
    if not hits:
        return 0.0
    precision, recall = hits / len(shown), hits / min(int(q.right.sum()), SHOWN)
    return 2 * precision * recall / (precision + recall)


def held_out(asked: Sequence[Asked]) -> None:
    """Print what the weights do on the reports of folders they were not fitted on."""
    told: dict[str, list[tuple[Asked, Floats]]] = {}
    for rest, out in folds(asked):
        weights = fit(rest)
        for q in out:
            scores, readings = q.signs @ weights.order, q.readings(weights.order, weights.lines)
            bare = [np.full(len(r), np.nan) for r in readings]
            for how, known in (("read", readings), ("unread", bare)):
                chances = chances_of(q.signs, scores, known, weights)
                name = f"{'pairs' if q.paired else 'cases'}, {how}"
                told.setdefault(name, []).append((q, chances))
    for name, answers in told.items():
        _print(name, answers)


def _print(name: str, answers: Sequence[tuple[Asked, Floats]]) -> None:
    having = [(q, c) for q, c in answers if q.right.any()]
    lacking = [c for q, c in answers if not q.right.any()]
    first = np.mean([q.right[c.argmax()] for q, c in having])
    print(f"{name}: {len(having)} and {len(lacking)}; first leaf right {first:.3f}")
    for least in (0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5):
        for beside in (0.25, 0.35, 0.5):
            scores = [
                f1([i for i in np.argsort(-c)[:SHOWN] if c[i] >= beside * c.max()], q)
                if c.max() >= least
                else 0.0
                for q, c in having
            ]
            print(
                f"  from {least}, beside {beside}: F1 {np.mean(scores):.3f}, refused"
                f" {sum(c.max() < least for _, c in having)}, shown where nothing answers"
                f" {sum(c.max() >= least for c in lacking)}"
            )


def write(weights: Weights) -> None:
    """Write the weights under the names of their signs."""

    def named(signs: Sequence[str], values: Floats) -> dict[str, float]:
        return dict(zip(signs, values.round(4).tolist(), strict=True))

    likely = (*ENDS, *PAIRED, *TOLD)
    data = {
        "least": weights.least,
        "beside": weights.beside,
        "order": named(SIGNS, weights.order),
        "lines": named(LINE_SIGNS, weights.lines),
        "read_lines": named((*LINE_SIGNS, *LINE_PAIRED), weights.read_lines),
        "bias": round(weights.bias, 4),
        "answers": named(likely, weights.answers),
        "unread_bias": round(weights.unread_bias, 4),
        "unread": named(likely, weights.unread),
    }
    FILE.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main(argv: Sequence[str] | None = None) -> None:
    """Print what the fit does on reports left out; with ``--write`` write the weights."""
    parser = argparse.ArgumentParser(prog="python -m eval.fits.leaves", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write bot/data/leaves.json")
    args = parser.parse_args(argv)
    asked = questions()
    held_out(asked)
    if args.write:
        write(fit(asked))


if __name__ == "__main__":
    main()
