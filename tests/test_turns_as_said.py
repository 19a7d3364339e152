"""What a message says of scope, bounds, form and items, over the five real reports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from answering import assistant_over, talk

from bot.assistant import Assistant


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("turns"), None) as made:
        yield made


def _places(assistant: Assistant, *said: str) -> set[str]:
    answer = talk(assistant, *said)
    return {assistant.library.report(r).meta.place[-1] for r in answer.scope.reports}


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("绍兴市各区规范性文件审核数排名", {"上虞区", "柯桥区"}),
        ("绍兴两个区规范性文件审核数谁多", {"上虞区", "柯桥区"}),
        ("绍兴市各区存在哪些问题", {"上虞区", "柯桥区"}),
        ("各地规范性文件审核数排名", {"上虞区", "柯桥区", "玉山县", "云城区", "綦江区"}),
    ],
)
def test_all_that_lies_in_a_place_is_asked_and_nothing_else(
    assistant: Assistant, question: str, places: set[str]
) -> None:
    assert _places(assistant, question) == places


@pytest.mark.parametrize(
    ("question", "note"),
    [
        ("玉山调解成功率达到99%以上了吗", "confirmed"),
        ("上虞的败诉率低于5%吗", "confirmed"),
        ("上虞的败诉率低于1%吗", "figure_wrong"),
        ("玉山调解成功率不低于98%对吧", "confirmed"),
    ],
)
def test_a_bound_is_held_against_the_figure(assistant: Assistant, question: str, note: str) -> None:
    assert note in {n.kind for n in talk(assistant, question).notes}


def test_a_bound_that_stands_nowhere_is_no_wrong_figure(assistant: Assistant) -> None:
    assert "70%这一数字" not in talk(assistant, "上虞行政复议调撤率超过70%了吗").text


def test_the_order_of_figures_shows_the_figures(assistant: Assistant) -> None:
    answer = talk(assistant, "各地的调解成功率是多少，哪里最高")
    assert answer.answerer == "table"
    assert "哪里最高最" not in answer.text


def test_the_government_of_a_place_is_the_place(assistant: Assistant) -> None:
    answer = talk(assistant, "綦江区政府2023年的报告有哪些不足")
    assert answer.answerer == "list"
    assert "区政府" not in answer.text.split("（摘自")[0]


def test_what_is_added_stands_beside_what_was_told(assistant: Assistant) -> None:
    said = ("写一段玉山行政复议的，150字", "加上信访积案化解")
    text = talk(assistant, *said).text
    assert "65件" in text
    assert "28件" in text
    assert _places(assistant, "玉山有哪些问题", "加上上虞的") == {"玉山县", "上虞区"}


def test_a_place_left_out_stays_out(assistant: Assistant) -> None:
    said = ("各地行政复议情况写一段，200字", "不要上虞了", "换个说法")
    answer = talk(assistant, *said)
    assert "上虞" not in answer.text.split("未提及")[0]
    assert "under.unchanged" in {n.kind for n in answer.notes}


def test_two_wishes_of_one_paragraph_are_one(assistant: Assistant) -> None:
    answer = talk(assistant, "写一段各地存在的问题和下一步打算，300字")
    assert answer.answerer == "brief"
    assert len(answer.text) < 600


def test_a_year_before_is_another_year_held_or_not(assistant: Assistant) -> None:
    answer = talk(assistant, "云城审核了多少份", "前年呢")
    assert answer.status == "abstained"


def test_what_was_told_is_told_in_less(assistant: Assistant) -> None:
    before = talk(assistant, "上虞行政复议收了多少件")
    after = talk(assistant, "上虞行政复议收了多少件", "短一点")
    assert after.answerer == "shorter"
    assert "350件" in after.text
    assert len(after.text) < len(before.text)


def test_an_item_is_pointed_at_by_its_words(assistant: Assistant) -> None:
    answer = talk(assistant, "上虞有哪些问题", "合法性审查那条具体怎么说")
    assert answer.answerer == "item"
    assert "合法性审查有待加强" in answer.text


def test_a_theme_that_stands_nowhere_is_no_overview(assistant: Assistant) -> None:
    assert talk(assistant, "柯桥行政复议").status == "abstained"


def test_no_absence_of_honours_is_proved_by_the_word(assistant: Assistant) -> None:
    assert "未提及荣誉" not in talk(assistant, "各地获得的荣誉汇总").text


def test_the_greeting_asks_what_is_answered(assistant: Assistant) -> None:
    asked = [line.strip("· ") for line in talk(assistant, "你好").text.split("\n")[1:]]
    assert len(asked) == 2
    assert {talk(assistant, question).status for question in asked} == {"answered"}
