"""Fit which sentence answers, and whether any does: ``python -m eval.fits.selection``.

Labels are the evidence of every case that asks one report, of all case files and of the blind sets
already run, and the pairs. The order of a report's clauses is a conditional logit over those in
which evidence stands (of cases alone: the pairs have wordings of their own); another one orders the
first lines by that and by how they read beside the question, as a reader told that was not trained on
the reports asked (``pair_scores.npz``). How likely the first clause answers at all is a random
forest (Breiman 2001) over the questions that have an answer, those that have none, and those that
have one with its sentences taken out. Printed are five folds by folder of reports, for bounds around
the shipped one: how many questions with an answer are answered right, answered wrong and left, and
how many without one are answered. ``--write`` writes the weights and the trees.
"""

from __future__ import annotations

import argparse
import json
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier

import bot
from bot.answers.facts import asked_parts, beside, candidates
from bot.evidence import selection
from bot.evidence.likely import SEEN, first_of, leaders
from bot.evidence.reading import Clause, Line
from bot.evidence.signs import SIGNS, Told
from eval.fits.labels import OPEN, Labelled, evidence_in, folder_of, is_pair, labelled
from eval.fits.logit import fit_logit

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]
DATA = Path(bot.__file__).parent / "data"
FOREST = DATA / "selection.npz"
SCORES = Path(__file__).parent / "pair_scores.npz"
# of 0.25 … 0.45: most answered rightly or left rightly, each set left out
LEAST = 0.3
# of 66 questions of blind sets from 0.3 to 0.4 whose words the report holds less than half of 25
# are told rightly, 14 wrongly, 27 have no answer; of 447 pairs 155, 98 and 194
LEAST_UNHELD = 0.4
# by words alone, beside 0.3: 81 of 1,945 right ones fewer, 48 of 195 wrong ones and 34 of 274
# answered without an answer
LEAST_UNREAD = 0.35
FOLDS, PENALTY, ROUNDS = 5, 0.2, 150
TREES, LEAF = 100, 4  # twice the trees, or leaves of 8, are level
# what a made and a real question without an answer weigh: of 1, 2 and 3 best, each set left out
_TAKEN_OUT, _WITHOUT = 0.3, 2.0
_PAIR = 0.5  # what a pair weighs beside a case
_WORDED = 0.3  # what a question weighs as it is told without vectors, or unread


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing asked of one report: the signs of its clauses and which of them hold evidence.

    ``read`` is how the line of each clause reads beside the question, NaN where that is not known.
    """

    case: str
    folder: str
    blind: bool
    worded: bool
    answerable: bool
    figure: bool
    signs: Floats
    asked: Floats
    lines: tuple[Line, ...]
    right: Truths
    words: str
    read: Floats

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
    if len(desk.reports) != 1 or desk.query.kind != "fact" or case.kind == OPEN:
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
            tellers = tuple(line for line, _ in clauses)
            asked = Asked(
                case.id,
                folder_of(told.suite),
                "blind" in told.suite,
                not near,
                case.answerable,
                selection.wants_figure(part),
                signs,
                beside_it.asked,
                tellers,
                np.array([_holds(clause, evidence) for _, clause in clauses]),
                part.said,
                scores_of(part.said, [line.folded for line in tellers])
                if near
                else np.full(len(tellers), np.nan),
            )
            made.append(asked)
        if not made:
            continue
        yield from made
        if chooser is None:
            break
        chosen.append(chooser(made[0]))


def scores_of(words: str, lines: Sequence[str]) -> Floats:
    """Return the stored score of each line beside the words, NaN where it has none."""
    return np.array([known_scores().get(pair_key(words, line), np.nan) for line in lines])


@cache
def known_scores() -> dict[int, float]:
    """Return the stored scores by key."""
    if not SCORES.exists():
        return {}
    with np.load(SCORES) as arrays:
        return dict(zip(arrays["keys"].tolist(), arrays["scores"].tolist(), strict=True))


def pair_key(words: str, line: str) -> int:
    """Return what a pair is stored under."""
    return int.from_bytes(blake2b(f"{words}\n{line}".encode(), digest_size=8).digest(), "little")


def _holds(clause: Clause, evidence: Sequence[tuple[int, int]]) -> bool:
    return any(clause.span.start < end and start < clause.span.end for start, end in evidence)


def questions() -> list[Asked]:
    """Return everything asked: what stands alone first orders, then what is asked beside it."""
    alone: list[Asked] = []
    several: list[Labelled] = []
    for told in labelled(pairs=True):
        alone += asked_of(told, None)
        if len(asked_parts(told.desk.query)) > 1:
            several.append(told)
    order = fit_order(alone)

    def chooser(asked: Asked) -> Line:
        return asked.lines[int((asked.both @ order).argmax())]

    firsts = {(q.case, q.words) for q in alone}
    further = [q for told in several for q in asked_of(told, chooser)]
    return alone + [q for q in further if (q.case, q.words) not in firsts]


def fit_order(asked: Sequence[Asked]) -> Floats:
    """Return the weights of a conditional logit over the clauses of each question of the cases."""
    rows = [
        (q.both, q.right)
        for q in asked
        if q.right.any() and q.answerable and not q.worded and not is_pair(q.case)
    ]
    return fit_logit(rows, PENALTY, ROUNDS)


def fit_pair(asked: Sequence[Asked], order: Floats) -> float:
    """Return what the score of a line read beside the question weighs beside the order's."""
    rows = []
    for q in asked:
        lead, scores, read = led(q, order)
        right = q.right[lead]
        if q.answerable and right.any() and len(read):
            rows.append((np.stack([scores, read], axis=1), right))
    own, other = fit_logit(rows, PENALTY, ROUNDS)
    return float(other / own)


def led(
    q: Asked, order: Floats, without: Truths | None = None, *, unread: bool = False
) -> tuple[list[int], Floats, Floats]:
    """Return the leaders of a question, their scores, and how they read; nothing where unread."""
    scores = q.both @ order
    if without is not None:
        scores = np.where(without, -1e3, scores)
    if unread or np.isnan(q.read).all():
        lead = leaders(scores, q.starts)
        return lead, scores[lead], np.zeros(0)
    # what was not among the first when the reader was trained has no score
    lead = leaders(np.where(np.isnan(q.read), -1e4, scores), q.starts)
    lead = [i for i in lead if not np.isnan(q.read[i])]
    return lead, scores[lead], q.read[lead]


def first(
    q: Asked, order: Floats, pair: float, without: Truths | None = None, *, unread: bool = False
) -> tuple[int, Floats]:
    """Return a question's first clause and what the forest sees of it."""
    lead, scores, read = led(q, order, without, unread=unread)
    at, ends = first_of(scores, read, pair)
    return lead[at], np.concatenate([q.signs[lead[at]], ends, q.asked])


def fit_answers(asked: Sequence[Asked], order: Floats, pair: float) -> RandomForestClassifier:
    """Return the trees that tell how likely the first clause answers."""
    rows, right, weights = [], [], []

    def learn(q: Asked, weight: float, *, unread: bool = False) -> None:
        best, seen = first(q, order, pair, unread=unread)
        rows.append(seen)
        right.append(_hits(q, best))
        weights.append(weight * (_PAIR if is_pair(q.case) else 1.0 if q.answerable else _WITHOUT))
        taken = np.isin(q.starts, np.array(q.starts)[q.right])
        if q.answerable and q.right.any() and not taken.all() and not is_pair(q.case):
            rows.append(first(q, order, pair, taken, unread=unread)[1])
            right.append(False)
            weights.append(weight * _TAKEN_OUT)

    for q in asked:
        learn(q, _WORDED if q.worded else 1.0)
        if not np.isnan(q.read).all():
            learn(q, _WORDED, unread=True)
    forest = RandomForestClassifier(TREES, min_samples_leaf=LEAF, random_state=0, n_jobs=-1)
    return forest.fit(np.array(rows), right, weights)


def _hits(q: Asked, best: int) -> bool:
    lines = {start for start, right in zip(q.starts, q.right, strict=True) if right}
    return q.answerable and q.starts[best] in lines


def folds(asked: Sequence[Asked]) -> None:
    """Print what the fitted weights do with questions they were not fitted on."""
    folder = sorted({q.folder for q in asked}, key=lambda name: zlib.crc32(name.encode()))
    told: list[tuple[Asked, bool, float]] = []
    for fold in range(FOLDS):
        held_out = set(folder[fold::FOLDS])
        out = [q for q in asked if q.folder in held_out]
        rest = [q for q in asked if q.folder not in held_out]
        order = fit_order(rest)
        pair = fit_pair(rest, order)
        forest = fit_answers(rest, order, pair)
        firsts = [first(q, order, pair) for q in out]
        chances = forest.predict_proba(np.array([seen for _, seen in firsts]))[:, 1]
        told += [
            (q, _hits(q, best), float(chance))
            for q, (best, _), chance in zip(out, firsts, chances, strict=True)
        ]
    worded = [t for t in told if t[0].worded and not is_pair(t[0].case)]
    told = [t for t in told if not t[0].worded]
    cases = [t for t in told if not is_pair(t[0].case)]
    blind = [t for t in cases if t[0].blind]
    pairs = [t for t in told if is_pair(t[0].case)]
    kinds = (("cases", cases), ("blind sets", blind), ("pairs", pairs), ("by words alone", worded))
    for name, chosen in kinds:
        having = [(hit, chance) for q, hit, chance in chosen if q.answerable]
        lacking = [chance for q, _, chance in chosen if not q.answerable]
        print(f"{name}: first sentence right in {sum(h for h, _ in having)} of {len(having)}")
        for least in sorted({0.25, 0.3, 0.35, 0.4, 0.45, 0.5, LEAST}):
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
    pair = fit_pair(asked, order)
    shipped = {
        "least": LEAST,
        "least_unheld": LEAST_UNHELD,
        "least_unread": LEAST_UNREAD,
        "pair": round(pair, 4),
        "answers": FOREST.name,
        **named,
    }
    text = json.dumps(shipped, ensure_ascii=False, indent=1)
    (DATA / "selection.json").write_text(text + "\n", "utf-8")
    trees = [tree.tree_ for tree in fit_answers(asked, order, pair).estimators_]
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
    args = parser.parse_args(argv)
    asked = questions()
    folds(asked)
    if args.write:
        write(asked)


if __name__ == "__main__":
    main()
