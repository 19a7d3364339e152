"""From single cases to a table: which measures there are, their bars, means and intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from eval import metrics
from eval.cases import Case
from eval.metrics import Json, Place, Ratio, Source

Statistic = Literal["mean", "sum", "median", "p95"]
RESAMPLES = 1_000
SEED = 20_230_401


@dataclass(frozen=True, slots=True)
class Measure:
    """One line of the table.

    ``mean`` is the sum of numerators over the sum of denominators of the cases that could be
    scored. ``better`` is +1 if more is better, -1 if less is. ``timed`` measures change from run
    to run and are no part of a baseline.
    """

    name: str
    title: str
    better: int
    bar: float | None = None
    statistic: Statistic = "mean"
    timed: bool = False


MEASURES: tuple[Measure, ...] = (
    Measure("evidence_recall", "evidence recall in 2,000 chars", 1, 0.97),
    Measure("recall_1", "recall@1", 1),
    Measure("recall_5", "recall@5", 1),
    Measure("recall_10", "recall@10", 1),
    Measure("mrr", "MRR", 1),
    Measure("facts", "facts answered right", 1, 0.95),
    Measure("list_recall", "list items: recall", 1, 0.98),
    Measure("invented_items", "list items: invented", -1, 0, "sum"),
    Measure("cells", "comparison cells right", 1, 0.97),
    Measure("citation_precision", "citation precision", 1, 0.97),
    Measure("citation_recall", "citation recall", 1, 0.95),
    Measure("quotes_resolved", "quotes resolved", 1, 1),
    Measure("claims_cited", "claim sentences cited", 1, 1),
    Measure("numbers_locked", "numbers in cited quotes", 1, 1),
    Measure("wrong_report", "wrong-report citations", -1, 0, "sum"),
    Measure("abstention_recall", "abstention recall", 1, 0.95),
    Measure("abstention_precision", "abstention precision", 1),
    Measure("over_refusal", "over-refusal", -1, 0.03),
    Measure("false_premises", "false premises corrected", 1, 0.90),
    Measure("false_absences", "absences stated falsely", -1, 0, "sum"),
    Measure("unheld_answered", "answered on places not held", -1, 0, "sum"),
    Measure("tree_coverage", "section tree: characters covered", 1, 1),
    Measure("heading_precision", "section tree: heading precision", 1),
    Measure("heading_recall", "section tree: heading recall", 1, 0.97),
    Measure("item_recall", "section tree: inline items found", 1),
    Measure("role_accuracy", "section tree: roles right", 1),
    Measure("length_median", "fact answer, characters, median", -1, 120, "median"),
    Measure("length_p95", "fact answer, characters, p95", -1, 300, "p95"),
    Measure("latency_median", "answer, ms, p50", -1, 60, "median", True),
    Measure("latency_p95", "answer, ms, p95", -1, 150, "p95", True),
    Measure("tokens", "tokens a question", -1),
)
BY_NAME = {measure.name: measure for measure in MEASURES}


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What came of one case: the answer, the hits in order, and each measure's ratio."""

    case: Case
    answer: Json
    hits: tuple[Place, ...]
    gold: tuple[tuple[Place, ...], ...]
    ratios: Mapping[str, Ratio]
    passed: bool
    lost_at: str
    missing: tuple[tuple[str, ...], ...]
    forbidden: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """A measure's value over ``scored`` cases with its 95% interval (None if not resampled)."""

    value: float
    scored: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """A suite's cases and scores; ``extra`` holds ratios of whole reports (section trees)."""

    name: str
    results: tuple[CaseResult, ...]
    scores: Mapping[str, Score]
    by_kind: Mapping[str, Mapping[str, Score]]
    sources: Mapping[str, Source]
    extra: Mapping[str, Sequence[Ratio]] = field(default_factory=dict)


def score_case(
    case: Case,
    answer: Json,
    hits: Sequence[Place],
    sources: Mapping[str, Source],
    elapsed_ms: float | None = None,
) -> CaseResult:
    """Score one answer and its hits. ``elapsed_ms`` is the time the answer took, if measured."""
    gold = tuple(tuple(metrics.locate(piece, sources.values())) for piece in case.evidence)
    length = metrics.answer_length(case, answer)
    usage = sum(int(v) for k, v in answer["usage"].items() if k.endswith("_tokens"))
    measured: dict[str, Ratio | None] = {
        "evidence_recall": metrics.evidence_recall(gold, hits),
        "recall_1": metrics.recall_at(gold, hits, 1),
        "recall_5": metrics.recall_at(gold, hits, 5),
        "recall_10": metrics.recall_at(gold, hits, 10),
        "mrr": metrics.reciprocal_rank(gold, hits),
        "facts": metrics.fact_recall(case, answer),
        "list_recall": metrics.list_recall(case, answer),
        "invented_items": metrics.invented_items(case, answer, gold),
        "cells": metrics.comparison_cells(case, answer, gold),
        "citation_precision": metrics.citation_precision(case, answer, gold),
        "citation_recall": metrics.citation_recall(case, answer, gold),
        "quotes_resolved": metrics.quotes_resolved(answer, sources),
        "claims_cited": metrics.claims_cited(answer),
        "numbers_locked": metrics.numbers_locked(answer),
        "wrong_report": metrics.wrong_report_citations(case, answer, sources),
        "abstention_recall": metrics.abstention_recall(case, answer),
        "abstention_precision": metrics.abstention_precision(case, answer),
        "over_refusal": metrics.over_refusal(case, answer),
        "false_premises": metrics.false_premise_corrected(case, answer),
        "false_absences": metrics.absence_stated_falsely(case, answer),
        "length_median": None if length is None else (length, 1),
        "length_p95": None if length is None else (length, 1),
        "latency_median": None if elapsed_ms is None else (elapsed_ms, 1),
        "latency_p95": None if elapsed_ms is None else (elapsed_ms, 1),
        "tokens": (usage, 1) if answer["model"] else None,
    }
    right = metrics.passed(case, answer)
    docs = {s.report for s in sources.values() if s.name.startswith(case.docs or ("\0",))}
    return CaseResult(
        case,
        answer,
        tuple(hits),
        gold,
        {name: ratio for name, ratio in measured.items() if ratio is not None},
        right,
        "" if right else metrics.lost_at(case, answer, gold, hits, docs),
        metrics.missing_facts(case, answer),
        metrics.forbidden_words(case, answer),
    )


def summarise(
    results: Sequence[CaseResult], extra: Mapping[str, Sequence[Ratio]] | None = None
) -> dict[str, Score]:
    """Return each measure's score over the cases; a measure nobody scored is absent."""
    scores = {}
    for measure in MEASURES:
        ratios = [r.ratios[measure.name] for r in results if measure.name in r.ratios]
        ratios.extend((extra or {}).get(measure.name, ()))
        if ratios:
            scores[measure.name] = _score(measure, ratios)
    return scores


def summarise_suite(
    name: str,
    results: Sequence[CaseResult],
    sources: Mapping[str, Source],
    extra: Mapping[str, Sequence[Ratio]] | None = None,
) -> SuiteResult:
    """Return the scores of a suite over all its cases and kind by kind."""
    kinds = sorted({result.case.kind for result in results})
    by_kind = {kind: summarise([r for r in results if r.case.kind == kind]) for kind in kinds}
    return SuiteResult(
        name, tuple(results), summarise(results, extra), by_kind, sources, extra or {}
    )


def _score(measure: Measure, ratios: Sequence[Ratio]) -> Score:
    pairs = np.asarray(ratios, dtype=np.float64)
    statistic = _STATISTICS[measure.statistic]
    value = float(statistic(pairs[np.newaxis])[0])
    if measure.statistic == "sum" or measure.timed or len(pairs) < 2:
        return Score(value, len(pairs))
    rows = np.random.default_rng(SEED).integers(0, len(pairs), size=(RESAMPLES, len(pairs)))
    low, high = np.percentile(statistic(pairs[rows]), [2.5, 97.5])
    return Score(value, len(pairs), float(low), float(high))


_Pairs = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def _mean(samples: _Pairs) -> _Pairs:
    of: _Pairs = samples[..., 1].sum(axis=1)
    shares: _Pairs = np.divide(samples[..., 0].sum(axis=1), of, out=np.zeros_like(of), where=of > 0)
    return shares


# Each takes samples of ratios, shape [samples, cases, 2], and returns one value a sample.
_STATISTICS: Mapping[Statistic, Callable[[_Pairs], _Pairs]] = {
    "mean": _mean,
    "sum": lambda samples: samples[..., 0].sum(axis=1),
    "median": lambda samples: np.median(samples[..., 0], axis=1),
    "p95": lambda samples: np.percentile(samples[..., 0], 95, axis=1),
}
