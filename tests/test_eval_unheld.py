"""Unheld names: drawn without the held ones, and found out where they are answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from answering import assistant_over

from eval.unheld import FORMS, answered_from_elsewhere, sample_unheld, unheld_names


def test_names_are_drawn_alike_and_without_the_held() -> None:
    names = unheld_names(50, ["玉山"])
    assert names == unheld_names(50, ["玉山"])
    assert len(set(names)) == 50
    assert "玉山" not in unheld_names(3000, ["玉山"])


@pytest.mark.parametrize("names", [["大足", "平和", "开化", "渝中", "鼓楼"]])
def test_word_like_names_are_not_answered_from_elsewhere(tmp_path: Path, names: list[str]) -> None:
    with assistant_over(tmp_path) as assistant:
        assert list(answered_from_elsewhere(assistant, names)) == []
        sample = sample_unheld(assistant, 3)
        assert sample == [(0.0, 1.0)] * 3 * len(FORMS)
