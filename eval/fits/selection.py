"""Fit which sentence answers, and whether any does: ``python -m eval.fits.selection``.

Labels are the evidence of every case that asks one report, of all case files and of the blind sets
already run. The order of a report's clauses is a conditional logit over those in which evidence
stands; how likely the first clause answers at all is a logistic regression over the cases that have
an answer, those that have none, and those that have one with its sentences taken out. Printed are
five folds by case: of the questions that the rules leave unanswered how many are then answered
right, answered wrong, and answered though the report holds no answer. ``--write`` writes the
weights.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

import bot
from bot.answers.facts import candidates, sure_of
from bot.evidence import selection
from bot.evidence.likely import SIGNS, first_of, signs_of
from eval.fits.labels import evidence_in, labelled
from eval.fits.logit import fit_logit
from retrieval.question.query import parts

Floats = NDArray[np.float64]
FILE = Path(bot.__file__).parent / "data" / "selection.json"
ENDS = ("share", "lead", "score")
LEAST = 0.4  # of 0.3 … 0.8: below it about as many more go wrong as right
FOLDS, PENALTY, STRENGTH, ROUNDS = 5, 0.2, 3.0, 150
_TAKEN_OUT, _WITHOUT = 0.3, 3.0  # what a made and a real question without an answer weigh


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of one report: the signs of its clauses and which of them hold evidence."""

    case: str
    answerable: bool
    figure: bool
    signs: Floats
    starts: tuple[int, ...]
    right: NDArray[np.bool_]
    sure: bool

    @property
    def both(self) -> Floats:
        """The signs for every question, and once more for those that want no figure."""
        return np.concatenate([self.signs, self.signs * (not self.figure)], axis=1)


def questions() -> Iterator[Asked]:
    """Yield the labelled questions."""
    for told in labelled():
        desk, case = told.desk, told.case
        ask = desk.query.ask
        if len(desk.reports) != 1 or ask.operation not in (
            "tell", "verify", "change", "list", "count",
        ):  # fmt: skip
            continue
        if ask.content not in ("figure", "measures", "report", "meaning", "honours", "plans"):
            continue
        report = desk.reports[0]
        reading, lines = desk.reading(report), candidates(desk, report)
        known = desk.ledger(report.id)
        evidence = evidence_in(report, case)
        if case.answerable and not evidence:
            continue
        for part in parts(desk.query):
            clauses, signs = signs_of(
                part, reading, lines, desk.hits, desk.state.focus, known, desk.near(report.id)
            )
            if not clauses:
                continue
            ranked = selection.select(part, reading, lines, desk.boosts(report), known=known)
            yield Asked(
                case.id,
                case.answerable,
                selection.wants_figure(part),
                signs,
                tuple(line.span.start for line, _ in clauses),
                np.array(
                    [
                        any(c.span.start < b and a < c.span.end for a, b in evidence)
                        for _, c in clauses
                    ]
                ),
                any(sure_of(part, e) for e in ranked),
            )


def fit_order(asked: Sequence[Asked]) -> Floats:
    """Return the weights of a conditional logit over the clauses of each question."""
    rows = [(q.both, q.right) for q in asked if q.answerable and q.right.any()]
    return fit_logit(rows, PENALTY, ROUNDS)


def first(q: Asked, order: Floats, without: NDArray[np.bool_] | None = None) -> tuple[int, Floats]:
    """Return a question's first clause and what the second model sees of it."""
    scores = q.both @ order
    if without is not None:
        scores = np.where(without, -1e3, scores)
    best, ends = first_of(scores, q.starts)
    seen = np.concatenate([q.signs[best], ends])
    return best, np.concatenate([seen, [not q.figure], q.signs[best] * (not q.figure)])


def fit_answers(asked: Sequence[Asked], order: Floats) -> tuple[Floats, float]:
    """Return weights and bias of how likely the first clause answers."""
    rows, right, weights = [], [], []
    for q in asked:
        best, seen = first(q, order)
        rows.append(seen)
        right.append(_hits(q, best))
        weights.append(1.0 if q.answerable else _WITHOUT)
        taken = np.isin(q.starts, np.array(q.starts)[q.right])
        if q.answerable and q.right.any() and not taken.all():
            rows.append(first(q, order, taken)[1])
            right.append(False)
            weights.append(_TAKEN_OUT)
    x = np.array(rows)
    scale = np.abs(x).max(axis=0) + 1e-6
    model = LogisticRegression(C=STRENGTH, max_iter=3000).fit(x / scale, right, weights)
    return model.coef_[0] / scale, float(model.intercept_[0])


def _hits(q: Asked, best: int) -> bool:
    lines = {start for start, right in zip(q.starts, q.right, strict=True) if right}
    return q.answerable and q.starts[best] in lines


def folds(asked: Sequence[Asked]) -> None:
    """Print what the fitted weights do with questions they were not fitted on."""
    left: list[tuple[bool, bool, float]] = []
    order_right = answerable = 0
    for fold in range(FOLDS):
        out = [q for q in asked if zlib.crc32(q.case.encode()) % FOLDS == fold]
        rest = [q for q in asked if zlib.crc32(q.case.encode()) % FOLDS != fold]
        order = fit_order(rest)
        answers, bias = fit_answers(rest, order)
        for q in out:
            best, seen = first(q, order)
            order_right += _hits(q, best)
            answerable += q.answerable
            if not q.sure:
                chance = 1 / (1 + np.exp(-(seen @ answers + bias)))
                left.append((q.answerable, _hits(q, best), float(chance)))
    print(f"{len(asked)} questions; first sentence right in {order_right} of {answerable}")
    print(f"left by the rules: {sum(a for a, _, _ in left)} with an answer, "
          f"{sum(not a for a, _, _ in left)} without")  # fmt: skip
    for least in (0.3, 0.4, 0.5, LEAST, 0.7, 0.8):
        told = [(a, hit) for a, hit, chance in left if chance >= least]
        print(
            f"  from {least}: {sum(a and hit for a, hit in told)} right,"
            f" {sum(a and not hit for a, hit in told)} wrong,"
            f" {sum(not a for a, _ in told)} though there is no answer"
        )


def weights_of(asked: Sequence[Asked]) -> Mapping[str, Any]:
    """Return the weights fitted on all questions, as they are shipped."""
    order = fit_order(asked)
    answers, bias = fit_answers(asked, order)
    size, ends = len(SIGNS), len(SIGNS) + len(ENDS)
    text_order = order[:size] + order[size:]
    text_answers = answers[:ends].copy()
    text_answers[:size] += answers[ends + 1 :]

    def named(names: Sequence[str], values: Floats) -> dict[str, float]:
        return {n: round(float(v), 4) for n, v in zip(names, values, strict=True)}

    return {
        "least": LEAST,
        "figure": {
            "order": named(SIGNS, order[:size]),
            "answers": named((*SIGNS, *ENDS), answers[:ends]),
            "bias": round(bias, 4),
        },
        "text": {
            "order": named(SIGNS, text_order),
            "answers": named((*SIGNS, *ENDS), text_answers),
            "bias": round(bias + float(answers[ends]), 4),
        },
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Print the folds; with ``--write`` also write the weights fitted on all."""
    parser = argparse.ArgumentParser(prog="python -m eval.fits.selection", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {FILE.name}")
    args = parser.parse_args(argv)
    asked = list(questions())
    folds(asked)
    if args.write:
        text = json.dumps(weights_of(asked), ensure_ascii=False, indent=1)
        FILE.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
