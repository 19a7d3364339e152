"""The pairs that a fit may learn from: their quotes stand in their reports, word for word."""

from __future__ import annotations

import json
from functools import lru_cache

from eval.cases import read_sources
from eval.fits.labels import PAIRS, reports_of


@lru_cache
def sources(folder: str) -> dict[str, str]:
    return read_sources(reports_of(folder))


def test_quotes_stand_in_their_reports_and_a_third_of_the_questions_have_none() -> None:
    pairs = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    for pair in pairs:
        folder, _, name = pair["doc"].partition("/")
        text = sources(folder)[name]
        assert [quote for quote in pair["quotes"] if quote not in text] == [], pair["question"]
    answered = sum(bool(pair["quotes"]) for pair in pairs)
    assert 0.4 < answered / len(pairs) < 2 / 3
