"""A proposed reading is held to the message: what was said stands, what was not said stays out."""

from __future__ import annotations

from typing import Any

import pytest

from retrieval.question.proposed import CONFIDENCE, MAX_WORDS, held_to
from retrieval.question.request import Ask, Request, Tagged
from retrieval.question.trained import TrainedReader

PLACES = {"綦江", "玉山", "青山县", "柯桥"}


def row(**more: Any) -> dict[str, Any]:
    plain = {
        "part": "", "content": "figure", "operation": "tell", "places": [], "years": [],
        "everywhere": False, "theme": [], "words": [],
    }  # fmt: skip
    return plain | more


def proposed(question: str, *rows: dict[str, Any], act: str = "ask", **more: Any):
    trained = more.pop("trained", None) or Request(
        question, "ask", (Ask("report", "overview", confidence=0.2),), confidence=0.2
    )
    answer = {"act": act, "asks": list(rows)}
    return held_to(answer, trained, more.pop("before", None), PLACES.__contains__)


def test_what_stands_in_the_message_is_taken() -> None:
    found = proposed(
        "綦江2023年老百姓告政府的多不多",
        row(places=["綦江"], years=[2023], theme=["老百姓告政府"], words=["行政诉讼", "应诉"]),
    )
    assert found is not None
    (ask,) = found.request.asks
    assert (ask.content, ask.operation) == ("figure", "tell")
    assert (ask.places, ask.years, ask.theme) == (("綦江",), (2023,), ("老百姓告政府",))
    assert found.words == ("行政诉讼", "应诉")
    assert (found.request.reader, found.request.confidence) == ("model", CONFIDENCE)
    text = found.request.question
    assert all(t.text == text[t.start : t.end] for t in found.request.tags)


@pytest.mark.parametrize(
    ("more", "slot"),
    [
        ({"places": ["柯桥"]}, "places"),  # nobody said so
        ({"places": ["某某地"]}, "places"),  # stands there and is no place
        ({"years": [2021]}, "years"),
        ({"years": ["2023", True, 23]}, "years"),
    ],
)
def test_what_was_not_said_stays_out(more: dict[str, Any], slot: str) -> None:
    found = proposed("某某地官司多吗", row(**more))
    assert found is not None
    assert getattr(found.request.asks[0], slot) == ()


def test_what_the_trained_reader_found_stands() -> None:
    question = "玉山2022年比綦江2023年怎样"
    tags = (Tagged("place", 0, 2, "玉山"), Tagged("year", 2, 7, "2022年"))
    trained = Request(question, "ask", (Ask("report", "overview"),), tags, 0.2)
    found = proposed(
        question,
        row(places=["綦江"], years=[2023], everywhere=True),
        trained=trained,
    )
    assert found is not None
    (ask,) = found.request.asks
    assert (ask.places, ask.years, ask.everywhere) == (("玉山",), (2022,), False)


def test_exclusions_and_forms_stand() -> None:
    trained = TrainedReader(PLACES).read("除了綦江，各地用三点说说问题")
    found = proposed(trained.question, row(content="problems", places=["綦江"]), trained=trained)
    assert found is not None
    assert found.request.asks[0].excluded == trained.asks[0].excluded == ("綦江",)
    assert found.request.asks[0].form == trained.asks[0].form
    assert found.request.asks[0].places == ()


def test_several_wishes_have_their_parts() -> None:
    found = proposed(
        "短板在哪，打算怎么补",
        row(part="短板在哪", content="problems", operation="list"),
        row(part="打算怎么补", content="plans", operation="list"),
    )
    assert found is not None
    assert [(a.content, a.span) for a in found.request.asks] == [
        ("problems", (0, 5)),
        ("plans", (5, 10)),
    ]


def test_acts_that_change_something_need_something_before() -> None:
    assert proposed("那玉山呢", row(), act="same").request.act == "ask"
    before = Request("綦江有哪些问题", "ask", (Ask("problems", "list"),))
    found = proposed("那玉山呢", row(places=["玉山"]), act="same", before=before)
    assert found is not None
    assert (found.request.act, found.request.asks[0].content) == ("same", "problems")
    assert found.request.asks[0].places == ("玉山",)


def test_small_talk_is_none_that_names_a_place_or_year() -> None:
    trained = Request("2023年讲讲", "ask", (Ask("report", "overview"),), (Tagged("year", 0, 5, "2023年"),), 0.2)  # fmt: skip
    assert proposed(trained.question, act="off", trained=trained) is None
    found = proposed("给我写首诗", act="off")
    assert found is not None
    assert (found.request.act, found.request.asks) == ("off", ())


def test_words_are_words() -> None:
    found = proposed(
        "官司多吗",
        row(words=["行政诉讼", "41件", "綦江", "http://x.test", "官司", "", 7, *"甲乙丙丁", *(f"词语{c}" for c in "甲乙丙丁戊己庚")]),
    )  # fmt: skip
    assert found is not None
    assert found.words[0] == "行政诉讼"
    assert len(found.words) == MAX_WORDS
    assert not {"41件", "綦江", "官司", "甲"} & set(found.words)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "ask",
        {},
        {"act": "ask", "asks": []},
        {"act": "ask", "asks": [{}, None, 3]},
        {"act": "ask", "asks": [{"content": "weather", "operation": "tell"}]},
        {"act": "dance", "asks": {"content": "figure"}},
    ],
)
def test_what_is_no_request_is_refused(answer: object) -> None:
    trained = Request("问题", "ask", (Ask("report", "overview"),), confidence=0.1)
    assert held_to(answer, trained, None, PLACES.__contains__) is None


def test_an_unknown_act_leaves_the_act() -> None:
    assert proposed("官司多吗", row(), act="dance").request.act == "ask"
