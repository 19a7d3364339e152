"""Things named after places, names cut wrong, and names that only one place's reports have."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from answering import assistant_over, talk

from bot.assistant import Assistant
from retrieval.places.places import PlaceIndex
from retrieval.question.held_words import mended, rare_names
from retrieval.question.request import Ask, Content, Request, Tag, Tagged

QINNAN = """钦州市钦南区2024年法治政府建设情况报告
2024年，钦南区推进法治政府建设，现将情况报告如下：
一、主要举措和成效
（一）护航运河。组建平陆运河征迁法律服务专班，抽调干部33人，调处征迁纠纷164宗。
（二）经略海洋。海上综合执法专班出海巡查146航次。对茅尾海违规蚝排实行分类处置，清理312张。
（三）审核行政规范性文件8件。
二、存在的问题
（一）海上执法“多头并管”。
"""
SANTAIZI = """沈阳市皇姑区三台子街道办事处2023年法治政府建设情况报告
2023年，三台子街道推进法治建设，现将情况报告如下：
一、主要举措和成效
（一）整治占道。松山路早市划线后处罚摊位6个。执法队办理案件61件。
（二）审核行政规范性文件3件。
二、存在的问题
（一）执法人员偏少。
"""
KNOWN = [
    (("广西壮族自治区", "钦州市", "钦南区"), "钦南区人民政府"),
    (("辽宁省", "沈阳市", "皇姑区"), "皇姑区三台子街道办事处"),
]


def naming(words: str) -> list[str]:
    texts = {"q": QINNAN, "s": SANTAIZI}
    return [name for name, text in texts.items() if words in text]


def tagged(words: str, *tags: tuple[Tag, str]) -> tuple[Tagged, ...]:
    return tuple(
        Tagged(tag, words.index(said), words.index(said) + len(said), said) for tag, said in tags
    )


def asked(words: str, content: Content, *tags: tuple[Tag, str]) -> Ask:
    """Return the one ask of a message so tagged, put right."""
    found = tagged(words, *tags)
    ask = Ask(
        content,
        "tell",
        places=tuple(t.text for t in found if t.tag == "place"),
        theme=tuple(t.text for t in found if t.tag == "theme"),
        span=(0, len(words)),
    )
    return mended(Request(words, "ask", (ask,), found), PlaceIndex(KNOWN), naming).asks[0]


@pytest.mark.parametrize(
    ("words", "tags", "places", "theme"),
    [
        (
            "平陆运河征迁专班抽了多少人",
            [("place", "平陆"), ("theme", "运河征迁")],
            (),
            ("平陆运河征迁",),
        ),
        ("松山路早市罚了几个", [("place", "松山路早市")], (), ("松山路早市",)),
        ("违规蚝排清了几张", [("place", "规蚝")], (), ("违规蚝排",)),
        ("平陆审核了多少件", [("place", "平陆")], ("平陆",), ()),
        ("平陆运河司法所有几个人", [("place", "平陆")], (), ("平陆运河",)),
        ("大同运河征迁多少人", [("place", "大同")], ("大同",), ()),
        (
            "钦南海上治理出海多少次",
            [("place", "钦南海"), ("theme", "上治理")],
            ("钦南",),
            ("海上治理",),
        ),
        ("钦南区海上巡查多少次", [("place", "钦南区"), ("theme", "海上巡查")], ("钦南区",), ("海上巡查",)),
        ("平陆双河村那个纠纷几件", [("place", "双河"), ("theme", "纠纷")], ("双河村",), ("纠纷",)),
    ],
)  # fmt: skip
def test_what_is_held_puts_a_place_right(
    words: str, tags: list[tuple[Tag, str]], places: tuple[str, ...], theme: tuple[str, ...]
) -> None:
    ask = asked(words, "figure", *tags)
    assert (ask.places, ask.theme) == (places, theme)


def test_the_problems_of_a_place_are_of_no_thing() -> None:
    assert asked("平陆运河的问题", "problems", ("place", "平陆")).places == ("平陆",)


def test_a_name_is_taken_as_a_report_has_it() -> None:
    assert rare_names(["茅尾海清蚝"], naming) == ("茅尾海",)
    assert rare_names(["月球基地"], naming) == ()


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    texts = {"qinnan.txt": QINNAN, "santaizi.txt": SANTAIZI}
    with assistant_over(tmp_path_factory.mktemp("named"), texts) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("平陆运河征迁专班抽了多少人", "33人"),
        ("茅尾海的蚝排清理了多少张", "312张"),
        ("松山路早市处罚了几个摊位", "6个"),
    ],
)
def test_a_name_of_one_report_is_that_reports(
    assistant: Assistant, question: str, told: str
) -> None:
    answer = talk(assistant, question)
    assert answer.status == "answered"
    assert told in answer.text
    assert len({c.report for c in answer.citations}) == 1


@pytest.mark.parametrize(
    "form", ["{}列出了哪些问题", "{}审核了多少件行政规范性文件", "{}的下一步打算", "{}的运河有几条"]
)
def test_a_county_that_a_thing_is_named_after_is_not_held(assistant: Assistant, form: str) -> None:
    answer = talk(assistant, form.format("平陆"))
    assert answer.status != "answered"
    assert "平陆" in answer.text


def test_what_follows_stays_with_the_report_of_the_name(assistant: Assistant) -> None:
    answer = talk(assistant, "平陆运河征迁专班抽了多少人", "审核了多少件行政规范性文件")
    assert "8件" in answer.text
    assert "3件" not in answer.text
