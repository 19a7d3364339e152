"""The list of answerers: each answers its examples and leaves the others' alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from answering import (
    BAISHUI,
    CUT,
    QINGSHAN,
    QINGSHI,
    RED_ROCK_AFTER,
    RED_ROCK_BEFORE,
    TABLED,
    assistant_over,
    talk,
)

from bot.answers.choose import ANSWERERS
from bot.assistant import Assistant

TEXTS = {
    "qingshan.txt": QINGSHAN,
    "baishui.txt": BAISHUI,
    "qingshi.txt": QINGSHI,
    "tabled.txt": TABLED,
    "before.txt": RED_ROCK_BEFORE,
    "after.txt": RED_ROCK_AFTER,
    "cut.txt": CUT.replace("红岩县", "枫林县"),
    "songtao.txt": "松涛县人民政府2023年法治政府建设情况报告\n一、主要举措\n石桥镇调解纠纷37件。全县调解900件。\n",
}
EXAMPLES = [(a.name, words) for a in ANSWERERS for words in a.examples]
OTHERS = [(a.name, words) for a in ANSWERERS for words in a.others]


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("choose"), TEXTS) as made:
        yield made


@pytest.mark.parametrize(("name", "words"), EXAMPLES)
def test_it_answers_its_examples(assistant: Assistant, name: str, words: str) -> None:
    assert talk(assistant, *words.split(" > ")).answerer == name


@pytest.mark.parametrize(("name", "words"), OTHERS)
def test_it_leaves_other_questions_alone(assistant: Assistant, name: str, words: str) -> None:
    assert talk(assistant, *words.split(" > ")).answerer != name


def test_names_are_told_apart_and_each_has_an_example_and_a_counter_example() -> None:
    assert max(Counter(a.name for a in ANSWERERS).values()) == 1
    assert [a.name for a in ANSWERERS if not a.examples or not a.others] == []
