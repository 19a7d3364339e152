"""A theme with two characters turned round is looked for as the reports spell it."""

import pytest
from reading import understand

from bot.evidence.respelling import respelled
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
