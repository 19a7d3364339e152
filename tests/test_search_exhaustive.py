"""Exhaustive search finds what a search of the texts finds, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from answering import assistant_over

from retrieval.search.exhaustive import search_words
from retrieval.text.normalise import fold

WORDS = ["法律顾问", "行政复议", "2022年", "枫桥", "没有这个词", "法", "一网通办"]


@pytest.mark.parametrize("word", WORDS)
def test_every_occurrence_is_counted(tmp_path: Path, word: str) -> None:
    with assistant_over(tmp_path) as assistant:
        library = assistant.library.pinned()
        ids = [s.id for s in library.reports()]
        found = search_words(library, [word], ids, everything=True)
        texts = {i: library.report(i).text for i in ids}
        counts = {i: fold(text).count(fold(word)) for i, text in texts.items()}
        assert {i: len(found.by_report.get(i, ())) for i in ids} == counts
        for hit in found.occurrences:
            assert fold(texts[hit.report][hit.start : hit.end]) == fold(word)


def test_only_the_reports_in_scope_are_searched(tmp_path: Path) -> None:
    with assistant_over(tmp_path) as assistant:
        library = assistant.library.pinned()
        first = library.reports()[0].id
        assert set(search_words(library, ["行政"], [first]).by_report) == {first}
        assert search_words(library, ["", " "], [first]).occurrences == ()
