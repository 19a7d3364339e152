"""The searches measured by themselves: made reports hold the gold, and the measures are as named."""

from __future__ import annotations

import pytest

from eval.search import HOLDERS, format_table, make, score
from retrieval.documents import Chunk, Hit


def hit(report: str, start: int, end: int) -> Hit:
    chunk = Chunk(f"{report}-{start}", report, 0, start, end, "x" * (end - start), "", (), "other")
    return Hit(chunk, 1.0)


def test_every_question_has_its_sentences_in_the_reports_and_names_no_county() -> None:
    made = make(60)
    texts = dict(made.reports)
    assert len(made.questions) >= 150
    for question in made.questions:
        assert 1 <= len(question.gold) <= HOLDERS
        assert all(sentence in texts[name] for name, sentence in question.gold)
    assert make(60) == made


def test_the_reports_are_of_many_places() -> None:
    made = make()
    assert len({text.splitlines()[0] for _, text in made.reports}) == len(made.reports) >= 200


@pytest.mark.parametrize(
    ("hits", "measured"),
    [
        ([hit("a", 0, 100), hit("b", 50, 150)], (1.0, 1.0, 1.0)),
        ([hit("c", 0, 100), hit("a", 0, 95)], (0.5, 0.5, 0.5)),
        ([hit("c", i, i + 1) for i in range(5)] + [hit("a", 0, 100)], (0.5, 0.0, 1 / 6)),
        ([hit("c", 0, 1_950), hit("a", 0, 100)], (0.0, 0.5, 0.5)),  # beyond the 2,000 characters
        ([hit("a", 0, 80)], (0.0, 0.0, 0.0)),  # most of the sentence must be there
    ],
)
def test_measures(hits: list[Hit], measured: tuple[float, ...]) -> None:
    assert score(hits, [("a", 0, 100), ("b", 50, 150)]) == pytest.approx(measured)


def test_the_table_has_all_questions_first() -> None:
    table = format_table({("everyday", "words"): (0.1, 0.2, 0.3), ("all", "words"): (1, 1, 1)})
    assert [row.split()[0] for row in table.splitlines()[2:]] == ["all", "everyday"]
