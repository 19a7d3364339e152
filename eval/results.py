"""A run as JSON: ``results.json``. The same library and code give the same file, timing aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eval.scoring import BY_NAME, CaseResult, Score, SuiteResult

_PASSING = ("id", "elapsed_ms")


def to_json(
    suites: Sequence[SuiteResult],
    about: dict[str, Any],
    rivals: Mapping[str, Mapping[str, SuiteResult]] | None = None,
) -> dict[str, Any]:
    """Return a run: ``about`` it, then suites with scores, kinds and every case; timings apart.

    ``rivals`` are scores by suite and rival.
    """
    return {
        "about": about,
        "rivals": {
            suite: {name: _scores(rival.scores) for name, rival in others.items()}
            for suite, others in (rivals or {}).items()
        },
        "suites": [_suite(suite) for suite in suites],
        "timing": {suite.name: _scores(suite.scores, timed=True) for suite in suites},
    }


def _suite(suite: SuiteResult) -> dict[str, Any]:
    return {
        "name": suite.name,
        "cases_total": len(suite.results),
        "cases_right": sum(r.passed for r in suite.results),
        "scores": _scores(suite.scores),
        "by_kind": {kind: _scores(scores) for kind, scores in suite.by_kind.items()},
        "cases": [_case(result) for result in suite.results],
    }


def _case(result: CaseResult) -> dict[str, Any]:
    return {
        "id": result.case.id,
        "kind": result.case.kind,
        "history": list(result.case.history),
        "question": result.case.question,
        "right": result.passed,
        "lost_at": result.lost_at,
        "missing": [list(group) for group in result.missing],
        "forbidden": list(result.forbidden),
        "ratios": {n: list(r) for n, r in result.ratios.items() if not BY_NAME[n].timed},
        "answer": {key: value for key, value in result.answer.items() if key not in _PASSING},
    }


def _scores(scores: Any, *, timed: bool = False) -> dict[str, Any]:
    return {name: _score(s) for name, s in scores.items() if BY_NAME[name].timed == timed}


def _score(score: Score) -> dict[str, Any]:
    return {"value": score.value, "scored": score.scored, "low": score.low, "high": score.high}
