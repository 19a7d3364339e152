"""Fit which parts of a report answer an open question: ``python -m eval.fits.leaves``.

Labels are the evidence of every case that asks one report an open question (a theme, a remedy, a
cause, an honour, a meaning, a report at large): a leaf is right if evidence stands in it. The order
of a report's leaves is a conditional logit over the right ones; how likely each of them answers is
a logistic regression on orders of questions left out, which also sees each question with its right
leaves taken out, and asked of reports in which no topical word of it stands; the sentences within
a right leaf are ordered by a third set. Printed is what the
weights do on reports they were not fitted on: how often the first leaf is right, F1 of the three
shown, and how many leaves are shown where nothing answers; beside it what ``on_theme`` does, the
fit of words alone. ``--write`` writes the weights.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

import bot
from bot.evidence.absence import holds, words_of
from bot.evidence.leaf_ranking import (
    ENDS,
    LINE_SIGNS,
    SIGNS,
    TOLD,
    WISHES,
    Floats,
    Weights,
    chances_of,
    line_signs_of,
    seen_of,
    signs_of,
)
from bot.evidence.pieces import WORK, leaves, on_theme
from eval.fits.labels import Labelled, evidence_in, labelled
from eval.fits.logit import fit_logit
from retrieval.documents import Report, Span
from retrieval.question.terms import is_theme, is_topical
from retrieval.search.nearness import Nearness

FILE = Path(bot.__file__).parent / "data" / "leaves.json"
PENALTY, LINE_PENALTY, STRENGTH = 3.0, 1.0, 1.0
# the least chance at which the best leaf is shown, and the part of it at which another one is
LEAST, BESIDE = 0.25, 0.25
SHOWN = 3
MADE_EACH = 2  # reports without its words that each question is also asked of
_TAKEN_OUT = 0.5  # what a question without its right leaves weighs


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of one report: its leaves' signs, which are right, and what words alone choose."""

    suite: str
    signs: Floats
    right: NDArray[np.bool_]
    by_words: tuple[int, ...]
    lines: tuple[tuple[Floats, NDArray[np.bool_]], ...]


def questions() -> tuple[list[Asked], list[Asked]]:
    """Return the labelled questions, and questions asked of reports without their words."""
    found: list[tuple[Labelled, Report, Asked]] = []
    reports: dict[str, tuple[Labelled, Report]] = {}
    for told in labelled():
        ask = told.desk.query.ask
        if told.suite not in {t.suite for t, _ in reports.values()}:
            for summary in told.library.reports():
                reports[summary.id] = told, told.library.report(summary.id)
        open_wish = ask.content in WISHES and ask.operation not in ("compare", "rank", "change")
        if len(told.desk.reports) != 1 or not open_wish or not told.case.answerable:
            continue
        report = told.desk.reports[0]
        asked = _asked(told, report, told)
        if asked is not None and asked.right.any():
            found.append((told, report, asked))
    held = sorted(reports.items())
    made: list[Asked] = []
    for n, (told, report, _) in enumerate(found):
        words = [words_of((t,)) for t in told.desk.query.terms if is_topical(t)]
        others = [
            (there, other)
            for i, (name, (there, other)) in enumerate(held)
            if (i + n) % 3 == 0
            and name != report.id
            and words
            and not any(holds(other, w) for w in words)
        ]
        for there, other in others[:MADE_EACH]:
            asked = _asked(told, other, there)
            if asked is not None:
                made.append(replace(asked, suite=there.suite, right=asked.right & False))
    return [asked for _, _, asked in found], made


def _asked(told: Labelled, report: Report, there: Labelled) -> Asked | None:
    """Return a question beside a report that ``there`` holds; None if it has no terms."""
    query = told.desk.query
    if not query.terms:
        return None
    near = Nearness(there.library, query).of(report.id)
    found = leaves(report)
    spans = evidence_in(report, told.case)
    roles = {"measures": WORK, "causes": ("problems", "causes")}.get(query.ask.content)
    theme = [t for t in query.terms if is_theme(t)] or query.terms
    chosen = [p.span.start for p in on_theme(report, theme, roles)][:SHOWN]
    starts = [p.span.start for p in found]
    lines = []
    for piece in found:
        right = np.array([_holds(line.span, spans) for line in piece.lines])
        if right.any() and not right.all():
            lines.append((line_signs_of(query, piece, near), right))
    return Asked(
        told.suite,
        signs_of(query, report, found, near),
        np.array([_holds(p.span, spans) for p in found]),
        tuple(starts.index(start) for start in chosen),
        tuple(lines),
    )


def _holds(span: Span, evidence: Sequence[tuple[int, int]]) -> bool:
    return any(span.start < end and start < span.end for start, end in evidence)


def fit(asked: Sequence[Asked], made: Sequence[Asked]) -> Weights:
    """Return both sets of weights; the second is fitted on orders of questions left out."""
    seen, right, weights = [], [], []

    def add(signs: Floats, truth: NDArray[np.bool_], order: Floats, weight: float) -> None:
        seen.append(seen_of(signs, signs @ order))
        right.append(truth)
        weights.append(np.full(len(truth), weight))

    for fold in range(4):
        order = _order([q for i, q in enumerate(asked) if i % 4 != fold])
        for q in asked[fold::4]:
            add(q.signs, q.right, order, 1.0)
            if not q.right.all():
                add(q.signs[~q.right], q.right[~q.right], order, _TAKEN_OUT)
        for q in made[fold::4]:
            add(q.signs, q.right, order, 1.0)
    x = np.concatenate(seen)
    scale = np.abs(x).max(axis=0) + 1e-6
    model = LogisticRegression(C=STRENGTH, max_iter=5000)
    model.fit(x / scale, np.concatenate(right), np.concatenate(weights))
    return Weights(
        _order(asked),
        fit_logit([choice for q in asked for choice in q.lines], LINE_PENALTY),
        model.coef_[0] / scale,
        float(model.intercept_[0]),
        LEAST,
        BESIDE,
    )


def _order(asked: Sequence[Asked]) -> Floats:
    return fit_logit([(q.signs, q.right) for q in asked], PENALTY)


def f1(shown: Sequence[int], q: Asked) -> float:
    """Return the F1 of the leaves shown for a question."""
    hits = int(q.right[list(shown)].sum())
    if not hits:
        return 0.0
    precision, recall = hits / len(shown), hits / min(int(q.right.sum()), SHOWN)
    return 2 * precision * recall / (precision + recall)


def held_out(asked: Sequence[Asked], made: Sequence[Asked]) -> None:
    """Print what the weights do on the reports of suites they were not fitted on."""
    told: list[tuple[Asked, Floats]] = []
    for suite in sorted({q.suite for q in asked}):
        weights = fit([q for q in asked if q.suite != suite], [q for q in made if q.suite != suite])
        for q in (*asked, *made):
            if q.suite == suite:
                told.append((q, chances_of(q.signs, weights)))
    real = [(q, chances) for q, chances in told if q.right.any()]
    none = [chances for q, chances in told if not q.right.any()]
    first = np.mean([q.right[chances.argmax()] for q, chances in real])
    by_words = np.mean([f1(q.by_words, q) if q.by_words else 0.0 for q, _ in real])
    print(f"{len(real)} questions, {len(none)} asked of reports without their words")
    print(f"words alone: F1 {by_words:.3f}; fitted: first leaf right {first:.3f}")
    for least in (0.15, 0.2, LEAST, 0.3, 0.35, 0.4, 0.5):
        for beside in (0.2, BESIDE, 0.35, 0.5):
            scores = [
                f1([i for i in np.argsort(-c)[:SHOWN] if c[i] >= beside * c.max()], q)
                if c.max() >= least
                else 0.0
                for q, c in real
            ]
            refused = sum(c.max() < least for _, c in real)
            shown = sum(c.max() >= least for c in none)
            print(
                f"  from {least}, beside {beside}: F1 {np.mean(scores):.3f}, refused {refused},"
                f" shown where nothing answers {shown}"
            )


def main(argv: Sequence[str] | None = None) -> None:
    """Print what the fit does on reports left out; with ``--write`` write the weights."""
    parser = argparse.ArgumentParser(prog="python -m eval.fits.leaves", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write bot/data/leaves.json")
    args = parser.parse_args(argv)
    asked, made = questions()
    held_out(asked, made)
    if args.write:
        weights = fit(asked, made)
        data = {
            "least": weights.least,
            "beside": weights.beside,
            "order": dict(zip(SIGNS, weights.order.round(4).tolist(), strict=True)),
            "lines": dict(zip(LINE_SIGNS, weights.lines.round(4).tolist(), strict=True)),
            "bias": round(weights.bias, 4),
            "answers": dict(zip((*ENDS, *TOLD), weights.answers.round(4).tolist(), strict=True)),
        }
        FILE.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
