"""A change asked of one year's report is told with the figure of the other year, where both are held."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from answering import assistant_over, talk

from bot.assistant import Assistant


def report(year: int, cases: int, rate: str) -> str:
    return f"""柳河县人民政府关于{year}年度法治政府建设情况的报告
柳河县人民政府现将{year}年度法治政府建设情况报告如下：
一、主要举措和成效
（一）法律援助。办理法律援助{cases}件，帮助群众挽回损失120万元。
（二）化解矛盾纠纷。调解成功率{rate}。
（三）其他。{"开展案卷评查3次。" if year == 2022 else "建成法治公园1个。"}
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    texts = {"a.txt": report(2022, 286, "97.1%"), "b.txt": report(2023, 351, "98.0%")}
    with assistant_over(tmp_path_factory.mktemp("years"), texts) as made:
        yield made


@pytest.mark.parametrize(
    ("questions", "told"),
    [
        (("柳河县2023年办了多少件法律援助", "比上一年多了多少"), "由286件到351件，多65件"),
        (("柳河县2022年办了多少件法律援助", "那2023年呢，多了还是少了"), "由286件到351件，多65件"),
        (("柳河县2023年调解成功率是多少", "比上年高了多少"), "高0.9个百分点"),
    ],
)
def test_both_years_and_the_difference_are_told(
    assistant: Assistant, questions: tuple[str, ...], told: str
) -> None:
    answer = talk(assistant, *questions)
    assert told in answer.text
    assert len({c.report for c in answer.citations}) == 2


@pytest.mark.parametrize(
    "questions",
    [
        ("柳河县2022年办了多少件法律援助", "比上一年多了多少"),  # 2021 is not held
        ("柳河县2023年建成几个法治公园", "比上一年多了多少"),  # 2022 says nothing of it
    ],
)
def test_without_two_figures_of_one_thing_nothing_is_reckoned(
    assistant: Assistant, questions: tuple[str, ...]
) -> None:
    answer = talk(assistant, *questions)
    assert "计算" not in answer.text
    assert len({c.report for c in answer.citations}) == 1
