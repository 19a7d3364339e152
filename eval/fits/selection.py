"""Fit which sentence answers, and whether any does: ``python -m eval.fits.selection``.

Labels are the evidence of every case that asks one report, of all case files and of the blind sets
already run. The order of a report's clauses is a conditional logit over those in which evidence
stands; how likely the first clause answers at all is a random forest (Breiman 2001) over the cases
that have an answer, those that have none, and those that have one with its sentences taken out.
Printed are five folds by case, for bounds around the shipped one: how many questions with an answer
are answered right, answered wrong and left, and how many without one are answered.
``--write`` writes the weights and the trees.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier

import bot
from bot.answers.facts import asked_parts, beside, candidates
from bot.evidence import selection
from bot.evidence.likely import SEEN, first_of
from bot.evidence.reading import Clause, Line
from bot.evidence.signs import SIGNS, Told
from eval.fits.labels import Labelled, evidence_in, labelled
from eval.fits.logit import fit_logit

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]
DATA = Path(bot.__file__).parent / "data"
FOREST = DATA / "selection.npz"
# of 0.25 … 0.45: most answered rightly or left rightly, each set left out
LEAST = 0.3
FOLDS, PENALTY, ROUNDS = 5, 0.2, 150
TREES, LEAF = 100, 4  # twice the trees, or leaves of 8, are level
# what a made and a real question without an answer weigh: of 1, 2 and 3 best, each set left out
_TAKEN_OUT, _WITHOUT = 0.3, 2.0
_WORDED = 0.3  # what a question weighs as it is told without vectors


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing asked of one report: the signs of its clauses and which of them hold evidence."""

    case: str
    blind: bool
    worded: bool
    answerable: bool
    figure: bool
    signs: Floats
    asked: Floats
    lines: tuple[Line, ...]
    right: Truths

    @property
    def starts(self) -> tuple[int, ...]:
        """Where the sentence of each clause starts."""
        return tuple(line.span.start for line in self.lines)

    @property
    def both(self) -> Floats:
        """The signs for every question, and once more for those that want no figure."""
        return np.concatenate([self.signs, self.signs * (not self.figure)], axis=1)


Chooser = Callable[[Asked], Line]


def asked_of(told: Labelled, chooser: Chooser | None) -> Iterator[Asked]:
    """Yield what a case asks, and once more as it is told where there are no vectors (``worded``).

    Later parts stand beside the sentences chosen for those before.
    """
    desk, case = told.desk, told.case
    if len(desk.reports) != 1 or desk.query.kind != "fact":
        return
    report = desk.reports[0]
    evidence = evidence_in(report, case)
    if case.answerable and not evidence:
        return
    chosen: list[Line] = []
    for part in asked_parts(desk.query):
        here, spans = beside(part, candidates(desk, report), chosen)
        leaning = desk.spoken(report, spans)
        known = desk.ledger(report.id)
        made = []
        for near in (desk.near(report.id), ()):
            beside_it = Told(part, desk.reading(report), leaning, known, near)
            clauses, signs = beside_it.signs(here)
            if not clauses:
                continue
            asked = Asked(
                case.id,
                "blind" in told.suite,
                not near,
                case.answerable,
                selection.wants_figure(part),
                signs,
                beside_it.asked,
                tuple(line for line, _ in clauses),
                np.array([_holds(clause, evidence) for _, clause in clauses]),
            )
            made.append(asked)
        if not made:
            continue
        yield from made
        if chooser is None:
            break
        chosen.append(chooser(made[0]))


def _holds(clause: Clause, evidence: Sequence[tuple[int, int]]) -> bool:
    return any(clause.span.start < end and start < clause.span.end for start, end in evidence)


def questions(*, pairs: bool = False) -> list[Asked]:
    """Return everything asked: what stands alone first orders, then what is asked beside it."""
    cases = list(labelled(pairs=pairs))
    order = fit_order([q for told in cases for q in asked_of(told, None)])

    def chooser(asked: Asked) -> Line:
        return asked.lines[first(asked, order)[0]]

    return [q for told in cases for q in asked_of(told, chooser)]


def fit_order(asked: Sequence[Asked]) -> Floats:
    """Return the weights of a conditional logit over the clauses of each question."""
    rows = [(q.both, q.right) for q in asked if q.right.any() and q.answerable and not q.worded]
    return fit_logit(rows, PENALTY, ROUNDS)


def first(q: Asked, order: Floats, without: Truths | None = None) -> tuple[int, Floats]:
    """Return a question's first clause and what the forest sees of it."""
    scores = q.both @ order
    if without is not None:
        scores = np.where(without, -1e3, scores)
    best, ends = first_of(scores, q.starts)
    return best, np.concatenate([q.signs[best], ends, q.asked])


def fit_answers(asked: Sequence[Asked], order: Floats) -> RandomForestClassifier:
    """Return the trees that tell how likely the first clause answers."""
    rows, right, weights = [], [], []
    for q in asked:
        best, seen = first(q, order)
        rows.append(seen)
        right.append(_hits(q, best))
        seldom = _WORDED if q.worded else 1.0
        weights.append(seldom if q.answerable else seldom * _WITHOUT)
        taken = np.isin(q.starts, np.array(q.starts)[q.right])
        if q.answerable and q.right.any() and not taken.all():
            rows.append(first(q, order, taken)[1])
            right.append(False)
            weights.append(seldom * _TAKEN_OUT)
    forest = RandomForestClassifier(TREES, min_samples_leaf=LEAF, random_state=0)
    return forest.fit(np.array(rows), right, weights)


def _hits(q: Asked, best: int) -> bool:
    lines = {start for start, right in zip(q.starts, q.right, strict=True) if right}
    return q.answerable and q.starts[best] in lines


def folds(asked: Sequence[Asked]) -> None:
    """Print what the fitted weights do with questions they were not fitted on."""
    told: list[tuple[Asked, bool, float]] = []
    for fold in range(FOLDS):
        out = [q for q in asked if zlib.crc32(q.case.encode()) % FOLDS == fold]
        rest = [q for q in asked if zlib.crc32(q.case.encode()) % FOLDS != fold]
        order = fit_order(rest)
        forest = fit_answers(rest, order)
        firsts = [first(q, order) for q in out]
        chances = forest.predict_proba(np.array([seen for _, seen in firsts]))[:, 1]
        told += [
            (q, _hits(q, best), float(chance))
            for q, (best, _), chance in zip(out, firsts, chances, strict=True)
        ]
    worded = [t for t in told if t[0].worded]
    told = [t for t in told if not t[0].worded]
    blind = [t for t in told if t[0].blind]
    for name, chosen in (("all", told), ("blind sets", blind), ("by words alone", worded)):
        having = [(hit, chance) for q, hit, chance in chosen if q.answerable]
        lacking = [chance for q, _, chance in chosen if not q.answerable]
        print(f"{name}: first sentence right in {sum(h for h, _ in having)} of {len(having)}")
        for least in sorted({0.3, 0.35, 0.4, 0.45, 0.5, LEAST}):
            print(
                f"  from {least}: {sum(h and c >= least for h, c in having)} right, "
                f"{sum(not h and c >= least for h, c in having)} wrong, "
                f"{sum(c < least for _, c in having)} left; of {len(lacking)} without an answer "
                f"{sum(c >= least for c in lacking)} answered"
            )


def write(asked: Sequence[Asked]) -> None:
    """Write the weights and the trees fitted on everything, as they are shipped."""
    order = fit_order(asked)
    size = len(SIGNS)
    named = {
        kind: {sign: round(float(v), 4) for sign, v in zip(SIGNS, weights, strict=True)}
        for kind, weights in (("figure", order[:size]), ("text", order[:size] + order[size:]))
    }
    shipped = {"least": LEAST, "answers": FOREST.name, **named}
    text = json.dumps(shipped, ensure_ascii=False, indent=1)
    (DATA / "selection.json").write_text(text + "\n", "utf-8")
    trees = [tree.tree_ for tree in fit_answers(asked, order).estimators_]
    starts = np.cumsum([0, *(tree.node_count for tree in trees)])[:-1]

    def children(name: str) -> NDArray[np.int32]:
        """Node numbers counted over all trees; a leaf is its own child."""
        made = []
        for tree, start in zip(trees, starts, strict=True):
            child = getattr(tree, name)
            made.append(np.where(child < 0, np.arange(tree.node_count), child) + start)
        return np.concatenate(made).astype(np.int32)

    shares = [tree.value[:, 0, 1] / tree.value[:, 0].sum(axis=1) for tree in trees]
    np.savez_compressed(
        FOREST,
        signs=np.array(SEEN),
        roots=starts.astype(np.int32),
        feature=np.maximum(np.concatenate([t.feature for t in trees]), 0).astype(np.int16),
        threshold=np.concatenate([t.threshold for t in trees]).astype(np.float32),
        left=children("children_left"),
        right=children("children_right"),
        value=np.concatenate(shares).astype(np.float32),
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Print the folds; with ``--write`` also write what is fitted on all."""
    parser = argparse.ArgumentParser(prog="python -m eval.fits.selection", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write selection.json and .npz")
    parser.add_argument(
        "--pairs", action="store_true", help="learn from pairs.jsonl, too (decision 24)"
    )
    args = parser.parse_args(argv)
    asked = questions(pairs=args.pairs)
    folds(asked)
    if args.write:
        write(asked)


if __name__ == "__main__":
    main()
