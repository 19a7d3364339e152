"""The lock on five hundred right and wrong lines: what is shown, and what is left to a judge."""

from __future__ import annotations

import pytest

from eval.lines.lines import LINES, REPORTS, judge_lines, read_lines, table

pytestmark = pytest.mark.slow

SHOWN, WRONG, DOUBTED = 0.75, 0.02, 0.03


def test_right_lines_are_shown_and_wrong_ones_are_not():
    lines = read_lines(LINES)
    assert len({line.id for line in lines}) == len(lines) >= 500
    for line in lines:
        for name, quote in line.passages:
            assert any(quote in (folder / name).read_text("utf-8") for folder in REPORTS[:1])
    judged = judge_lines(lines)
    for held in (False, True):
        right = [j for j in judged if j.right and j.held >= held]
        wrong = [j for j in judged if not j.right and j.held >= held]
        assert sum(j.shown for j in right) >= (SHOWN - 0.05 * held) * len(right), table(judged)
        assert sum(j.shown for j in wrong) <= WRONG * len(wrong), table(judged)
        assert sum(j.judged for j in wrong) <= DOUBTED * len(wrong), table(judged)
