"""Fit how a leaf's fit to a theme is reckoned: ``python -m eval.fits.pieces``.

Labels are the evidence of every case that asks one report about a theme (no single figure): a
leaf is right if evidence stands in it. For each choice of weights and bounds the leaves that
``on_theme`` returns are held against the right ones; F1 over leaves, mean over questions, decides.
The shipped choice is printed beside the best one, and the same with each half of the questions
held out, so that a gain that is only luck shows.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.evidence import pieces
from bot.evidence.pieces import Where, on_theme
from eval.fits.labels import evidence_in, labelled
from retrieval.documents import Report
from retrieval.question.terms import Term, content_terms

_SHOWN = 3  # leaves that an answer shows of a theme
WEIGHTS = {
    "opening": (0.9, 1.0),
    "own_heading": (0.8, 0.95, 1.0),
    "heading_above": (0.5, 0.65, 0.8),
    "body": (0.4, 0.6, 0.8),
}
ENOUGH, BESIDE = (0.4, 0.5, 0.6), (0.5, 0.62, 0.75)


@dataclass(frozen=True, slots=True)
class Question:
    """One labelled question: its report, its theme's terms, and the starts of the right leaves."""

    report: Report
    terms: tuple[Term, ...]
    right: frozenset[int]


def questions() -> Iterator[Question]:
    """Yield the labelled questions of all case files and of the blind sets already run."""
    for label in labelled():
        case, query, reports = label.case, label.desk.query, label.desk.scope
        if not case.answerable or case.history or len(reports) != 1:
            continue
        if query.ask.content not in ("measures", "report", "remedy") or not query.ask.theme:
            continue
        report = label.library.report(reports[0])
        spans = evidence_in(report, case)
        right = frozenset(
            p.span.start
            for p in pieces.leaves(report)
            if any(p.span.start < end and start < p.span.end for start, end in spans)
        )
        terms = content_terms(" ".join(query.ask.theme))
        if right and terms:
            yield Question(report, terms, right)


def f1(found: Sequence[Question], where: Where, enough: float, beside: float) -> float:
    """Return the mean F1 of the leaves shown over the questions."""
    total = 0.0
    for q in found:
        shown = on_theme(q.report, q.terms, where=where, enough=enough, beside=beside)[:_SHOWN]
        hits = sum(p.span.start in q.right for p in shown)
        if hits:
            precision, recall = hits / len(shown), hits / min(len(q.right), _SHOWN)
            total += 2 * precision * recall / (precision + recall)
    return total / len(found) if found else 0.0


Choice = tuple[Where, float, float]


def choices() -> Iterator[Choice]:
    """Yield every choice of the grid."""
    for weights in itertools.product(*WEIGHTS.values()):
        for enough, beside in itertools.product(ENOUGH, BESIDE):
            yield Where(*weights), enough, beside


def fit(found: Sequence[Question]) -> tuple[float, Choice]:
    """Return the best choice on ``found`` and its F1; of equals the first."""
    return max(((f1(found, *c), c) for c in choices()), key=lambda scored: scored[0])


def main(argv: Sequence[str] | None = None) -> None:
    """Print the shipped choice, the best one, and what the best of each half does on the other."""
    argparse.ArgumentParser(prog="python -m eval.fits.pieces", description=__doc__).parse_args(argv)
    found = list(questions())
    shipped: Choice = (pieces.WHERE, pieces.ENOUGH, pieces.BESIDE_THE_BEST)
    print(f"{len(found)} questions on a theme of one report")
    print(f"shipped {_words(shipped)}: F1 {f1(found, *shipped):.3f}")
    score, best = fit(found)
    print(f"best    {_words(best)}: F1 {score:.3f}")
    for name, (train, test) in _halves(found).items():
        _, choice = fit(train)
        print(
            f"{name}: best of it {_words(choice)}, on the other half {f1(test, *choice):.3f},"
            f" shipped {f1(test, *shipped):.3f}"
        )


def _halves(found: Sequence[Question]) -> Mapping[str, tuple[list[Question], list[Question]]]:
    odd, even = list(found[1::2]), list(found[::2])
    return {"odd": (odd, even), "even": (even, odd)}


def _words(choice: Choice) -> str:
    where, enough, beside = choice
    return f"{where.opening}/{where.own_heading}/{where.heading_above}/{where.body} ≥{enough} ×{beside}"


if __name__ == "__main__":
    main()
