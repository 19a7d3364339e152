"""The gate: what a run must not fall below, kept in ``eval/baselines`` with the reason."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.scoring import BY_NAME, SuiteResult

TOLERANCE = 1e-9
# The last digits of a cosine are the processor's own, so that two passages may change places: the
# same version gave recall@10 of 0.9769 and 0.9765 on two of them. A case less found is 0.002.
RANKED = frozenset(("evidence_recall", "recall_1", "recall_5", "recall_10", "mrr"))
RANKED_TOLERANCE = 0.001


@dataclass(frozen=True, slots=True)
class Floor:
    """What one suite reached: value by measure, and the ids of the cases that were right."""

    scores: Mapping[str, float]
    right: frozenset[str]


def load_baseline(file: Path) -> dict[str, Floor]:
    """Return the floor of each suite in a baseline file; empty if there is no such file."""
    if not file.exists():
        return {}
    raw: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return {
        name: Floor(suite["scores"], frozenset(suite["right"]))
        for name, suite in raw["suites"].items()
    }


def save_baseline(file: Path, suites: Sequence[SuiteResult], reason: str) -> None:
    """Write what ``suites`` reached and why it is the new floor.

    Suites of the file that were not run keep their floor. Raises ``ValueError`` without a reason.
    """
    if not reason.strip():
        raise ValueError("a baseline is changed with a reason")
    kept = {} if not file.exists() else json.loads(file.read_text(encoding="utf-8"))["suites"]
    for suite in suites:
        kept[suite.name] = {
            "scores": {
                name: score.value for name, score in suite.scores.items() if not BY_NAME[name].timed
            },
            "right": sorted(r.case.id for r in suite.results if r.passed),
        }
    file.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"reason": reason.strip(), "suites": kept}, ensure_ascii=False, indent=1)
    file.write_text(text + "\n", encoding="utf-8")


def find_losses(suite: SuiteResult, floor: Floor) -> Iterator[str]:
    """Yield a sentence for each measure below its floor and each case that was right and is not."""
    for name, before in floor.scores.items():
        measure, score = BY_NAME[name], suite.scores.get(name)
        if score is None:
            yield f"{suite.name}: {measure.title} is no longer measured (was {before:.4f})"
        elif (score.value - before) * measure.better < -_tolerance(name):
            yield f"{suite.name}: {measure.title} was {before:.4f} and is {score.value:.4f}"
    now = {result.case.id: result for result in suite.results}
    for case_id in sorted(floor.right):
        if case_id not in now:
            yield f"{suite.name}: case {case_id} was right and is gone"
        elif not now[case_id].passed:
            yield f"{suite.name}: case {case_id} was right and fails ({now[case_id].lost_at})"


def _tolerance(name: str) -> float:
    return RANKED_TOLERANCE if name in RANKED else TOLERANCE
