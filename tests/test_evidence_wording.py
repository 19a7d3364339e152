"""A theme is looked for as the reports have it: turned back, or whole."""

import pytest
from reading import understand

from bot.evidence.wording import anchored, respelled
from retrieval.places.places import PlaceIndex
from retrieval.question.query import State

TEXT = "全区即办率96.41%，行政争议实质化解率82%。"


@pytest.mark.parametrize(
    ("question", "theme"),
    [
        ("办即率是多少", "即办率"),
        ("行政争议实化质解率是多少", "行政争议实质化解率"),
        ("即办率是多少", "即办率"),
        ("好评率是多少", "好评率"),
    ],
)
def test_a_turned_theme(question: str, theme: str) -> None:
    query = understand(question, State(), PlaceIndex([]))
    meant = respelled(query, [TEXT])
    assert "".join(meant.ask.theme) == theme
    assert theme in meant.topic


def test_a_rare_theme_that_stands_is_a_word_of_its_own() -> None:
    query = understand("企业宁静日是怎么做的", State(), PlaceIndex([]))
    assert anchored(query, ["落实“企业宁静日”制度"]).terms[0].word == "企业宁静日"
    assert anchored(query, ["企业宁静日" * 9]).terms == query.terms
    assert anchored(query, ["别的"]).terms == query.terms
