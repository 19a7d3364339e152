"""The gate: the offline suites may not get worse, measure by measure and case by case.

A change that makes a right case fail, or a measure fall, must bring its own new floor with the
reason: ``python -m eval --writer extractive --update-baseline "why"``.
"""

from __future__ import annotations

import sys

import pytest

from eval.__main__ import BASELINES
from eval.baseline import find_losses, load_baseline
from eval.runner import run_suite, score_trees
from eval.suites import choose_suites, open_suite
from eval.unheld import sample_unheld

pytestmark = pytest.mark.slow

BASELINE = BASELINES / "extractive.json"


@pytest.mark.timeout(1200)  # a fresh clone embeds sixteen reports first
@pytest.mark.parametrize("name", ["real", "written"])
def test_no_measure_falls_and_no_right_case_fails(name: str) -> None:
    (suite,) = [suite for suite in choose_suites(None) if suite.name == name]
    opened = open_suite(suite, writer="extractive", library=None, tell=sys.stderr.write)
    extra = score_trees(opened.reports, opened.gold_trees)
    extra["unheld_answered"] = sample_unheld(opened.assistant)
    result = run_suite(suite, opened.assistant, opened.sources, tree=extra)
    losses = list(find_losses(result, load_baseline(BASELINE)[name]))
    assert not losses, "\n".join(losses)
