"""What a follow-up keeps, changes and reckons from what was spoken of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from answering import CUT, assistant_over, talk

from bot.assistant import Assistant
from retrieval.question.conversation import completed
from retrieval.question.request import Ask, Request, Tag, Tagged
from retrieval.question.scope import sets_for_a_year

BEFORE = Ask(
    "figure", "tell", places=("上虞",), years=(2022,), theme=("纠错率",), words="复议的纠错率多高",
    context=("复议",),
)  # fmt: skip


def following(words: str, ask: Ask, *said: tuple[Tag, str], act: str = "ask") -> tuple[Ask, ...]:
    """Return the asks of a message of one ask, so tagged, after ``BEFORE``."""
    tags = tuple(Tagged(tag, words.index(w), words.index(w) + len(w), w) for tag, w in said)
    ask = replace(ask, span=(0, len(words)), words=ask.words or words)
    return completed(Request(words, act, (ask,), tags), [BEFORE])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "operation", "said", "years"),
    [
        ("那前一年是多少", "tell", [("year", "前一年")], (2021,)),
        ("那前一年是多少", "tell", [], (2021,)),
        ("比上一年多了几个", "change", [("year", "上一年")], (2022,)),
        ("后一年是多少", "tell", [("year", "后一年")], (2023,)),
        ("当年培训了几次", "tell", [("year", "当年")], (2022,)),
        ("这两年一共多少", "tell", [("year", "这两年")], ()),
        ("一共多少", "tell", [], (2022,)),
    ],
)
def test_years_are_reckoned_from_the_one_spoken_of(
    words: str, operation: str, said: list[tuple[Tag, str]], years: tuple[int, ...]
) -> None:
    ask = Ask("figure", operation)  # type: ignore[arg-type]
    assert following(words, ask, *said)[0].years == years


@pytest.mark.parametrize(
    ("words", "content", "places"),
    [
        ("哪些已经解决了", "problems", ("上虞",)),
        ("哪些报告提到了首违不罚", "report", ()),
        ("哪里提到了首违不罚", "report", ()),
    ],
)
def test_which_without_a_noun_points_at_the_items_that_were_listed(
    words: str, content: str, places: tuple[str, ...]
) -> None:
    listed = Ask("problems", "list", places=("上虞",), years=(2022,), words="存在哪些问题")
    asked = Ask("report", "which", words=words, span=(0, len(words)))
    (ask,) = completed(Request(words, "ask", (asked,)), [listed])
    assert (ask.content, ask.places) == (content, places)
    (across,) = completed(Request(words, "ask", (asked,)), [replace(listed, places=())])
    assert across.operation == "which"


def test_the_same_year_is_meant_of_another_place() -> None:
    there = Ask("figure", "tell", places=("綦江",))
    (ask,) = following("綦江同年呢", there, ("place", "綦江"), ("year", "同年"), act="same")
    assert (ask.places, ask.years, ask.theme) == (("綦江",), (2022,), ("纠错率",))
    (ask,) = following("綦江呢", there, ("place", "綦江"), act="same")
    assert ask.years == ()


@pytest.mark.parametrize(
    ("words", "operation", "repeated"),
    [
        ("这个指标划的线是多少", "tell", True),
        ("这两个数能放一块比吗", "compare", True),
        ("是好了还是坏了", "change", True),
        ("改了多少", "tell", False),
        ("那目标是多少", "tell", False),
        ("收了多少线索", "tell", False),
    ],
)
def test_what_is_pointed_at_is_what_was_asked(words: str, operation: str, repeated: bool) -> None:
    (ask,) = following(words, Ask("figure", operation))  # type: ignore[arg-type]
    assert ask.theme == ("纠错率",)
    assert (ask.words == BEFORE.words) is repeated


def test_a_noun_of_its_own_is_the_theme_beside_what_was_spoken_of() -> None:
    (ask,) = following("同样的整治什么时候做的", Ask("measures", "list"))
    assert (ask.theme, ask.context) == (("整治",), ("纠错率", "复议"))
    (ask,) = following("针对这个他们做了什么改进，效果如何", Ask("remedy", "list"))
    assert ask.theme == ("纠错率",)


def test_an_untagged_noun_is_another_theme() -> None:
    (ask,) = following("红树林呢", Ask("figure", "tell"), act="same")
    assert ask.theme == ("红树林",)
    (ask,) = following("那呢", Ask("figure", "tell"), act="same")
    assert ask.theme == ("纠错率",)


def test_a_paragraph_is_on_the_theme_that_it_says_again() -> None:
    (ask,) = following("把复议情况写成一段", Ask("report", "brief"))
    assert ask.theme == ("复议",)
    (ask,) = following("写成一段", Ask("report", "brief"))
    assert ask.theme == ()


def test_one_place_beside_another_keeps_both_with_their_years() -> None:
    words = "跟玉山2023年比差多少"
    other = Ask("figure", "change", places=("玉山",), years=(2023,))
    (ask,) = following(words, other, ("place", "玉山"), ("year", "2023年"))
    assert (ask.operation, ask.places, ask.years) == ("compare", ("上虞", "玉山"), (2022, 2023))


def test_a_year_measured_against_stands_beside_the_one_spoken_of() -> None:
    earlier = Ask("figure", "change", years=(2021,))
    (ask,) = following("跟2021年比涨了多少", earlier, ("year", "2021年"))
    assert ask.years == (2022, 2021)
    (ask,) = following("2021年涨了多少", earlier, ("year", "2021年"))
    assert ask.years == (2021,)


def test_a_theme_changes_the_last_of_two_figures_and_a_place_both() -> None:
    two = (BEFORE, replace(BEFORE, theme=("办结",), words="办结多少"))
    theme = Ask("figure", "tell", theme=("调解",))
    place = Ask("figure", "tell", places=("玉山",))
    assert len(completed(Request("其中调解的呢", "same", (theme,)), two)) == 1
    assert len(completed(Request("玉山呢", "same", (place,)), two)) == 2


NORTH = """北山县人民政府{year}年度法治政府建设情况报告
{year}年，北山县推进法治政府建设，现将情况报告如下：
一、主要举措和成效
（一）化解矛盾纠纷。受理矛盾纠纷{disputes}件，调解成功率98%。
二、存在的问题
一是执法力量不足。
"""
SOUTH = NORTH.replace("北山", "南水")


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    texts = {
        "north22.txt": NORTH.format(year=2022, disputes=411),
        "north23.txt": NORTH.format(year=2023, disputes=522),
        "south22.txt": SOUTH.format(year=2022, disputes=633),
        "south23.txt": SOUTH.format(year=2023, disputes=744),
        "red.txt": CUT,
    }
    with assistant_over(tmp_path_factory.mktemp("talked"), texts) as opened:
        yield opened


@pytest.mark.parametrize(
    ("turns", "told", "not_told"),
    [
        (("北山县2023年受理矛盾纠纷多少件", "前一年呢"), "411", "522"),
        (("北山县2022年受理矛盾纠纷多少件", "南水县呢"), "633", "744"),
        (("北山县2023年受理矛盾纠纷多少件", "南水县呢", "前一年呢"), "633", "411"),
        (("北山县2023年受理矛盾纠纷多少件", "南水县呢", "这两家谁多"), "744", "530"),
        (("北山县2023年受理矛盾纠纷多少件", "南水县呢", "那两地调解成功率呢"), "南水", "红岩"),
        (("北山县存在哪些问题", "第一条展开"), "执法力量不足", "没有查到"),
        (("北山县2023年受理矛盾纠纷多少件", "有没有提到月球", "南水县呢"), "月球", "744"),
        (("北山县2023年受理矛盾纠纷多少件", "泰山县呢", "南水县呢"), "744", "522"),
    ],
)
def test_a_conversation_changes_one_thing(
    assistant: Assistant, turns: tuple[str, ...], told: str, not_told: str
) -> None:
    answer = talk(assistant, *turns).text
    assert told in answer
    assert not_told not in answer


@pytest.mark.parametrize(
    ("question", "set_for"),
    [
        ("上虞2023年行政诉讼要达到的几个指标", True),
        ("他们给2023年划的线是多少", True),
        ("上虞2023年主要抓了哪几件", False),
        ("上虞2023年败诉率是多少", False),
        ("上虞2023年想跟省里争多少钱", True),
        ("那个不让进厂的日子2024年会拉长吗", True),
        ("上虞2023年常务会研究了几次", False),
        ("上虞2023年需要整改的几件", False),
    ],
)
def test_what_is_set_for_a_year_stands_in_the_report_before(question: str, set_for: bool) -> None:
    assert sets_for_a_year(question) is set_for


def test_an_office_none_is_held_of_is_asked_for_in_the_report_spoken_of(tmp_path: Path) -> None:
    text = (
        "青山县人民政府2023年度法治政府建设情况报告\n一、主要举措\n"
        "建立协作机制。向公安机关移送线索6条，公安机关立案2起。\n"
    )
    with assistant_over(tmp_path, {"a.txt": text}) as assistant:
        first = assistant.ask("青山县2023年移送线索多少条")
        second = assistant.ask("那公安机关立案几起", first.state)
    assert "2起" in second.answer.text
    assert "未收录" not in second.answer.text
