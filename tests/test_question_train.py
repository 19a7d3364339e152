"""The one command that fits the reader, by the name it is known by."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from retrieval.question import train

ROOT = Path(__file__).parent.parent


@pytest.mark.slow
def test_the_fit_is_reached_by_its_name():
    done = subprocess.run(
        [sys.executable, "-m", "retrieval.question.train", "--help"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0
    assert "--measure" in done.stdout


def test_without_a_checkout_it_says_so(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(train, "find_spec", lambda _name: None)
    with pytest.raises(SystemExit, match="checkout"):
        train.main()
