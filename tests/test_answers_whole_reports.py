"""Reports as wholes beside each other: two years, two places, one year and what it says of the last."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from answering import assistant_over, talk

from bot.assistant import Assistant

BEFORE = """青山县人民政府2022年度法治政府建设情况报告
一、主要举措和成效
（一）化解争议。全年收到行政复议申请58件，败诉率12.5%。全年调处矛盾纠纷3812件。
二、存在的问题
（一）执法力量不足，持证人员仅11人。
（二）普法形式单一，短视频少。
"""
AFTER = """青山县人民政府2023年度法治政府建设情况报告
一、主要举措和成效
（一）化解争议。全年收到行政复议申请91件，同比增长56.9%，败诉率7.4%。推出视频调解，调解跨省纠纷186件。
二、存在的问题
（一）执法力量仍然不足，持证人员仅14人。
（二）复议人手紧张，专职人员只有2名。
"""
ELSEWHERE = AFTER.replace("青山县", "白水县").replace("91件，同比增长56.9%", "40件")


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    texts = {"a.txt": BEFORE, "b.txt": AFTER, "c.txt": ELSEWHERE}
    with assistant_over(tmp_path_factory.mktemp("whole"), texts) as opened:
        yield opened


def test_two_years_are_told_by_figures_that_count_one_thing(assistant: Assistant) -> None:
    text = talk(assistant, "青山县2023年和2022年相比有什么变化").text
    assert "2022年58件，2023年91件" in text
    assert "2022年12.5%，2023年7.4%" in text
    assert "3812件，2023年186件" not in text  # 调解跨省纠纷 is no 调处矛盾纠纷
    assert text.index("都提到的问题") < text.index("持证人员仅14人")


def test_two_places_stand_beside_each_other_with_their_problems(assistant: Assistant) -> None:
    answer = talk(assistant, "对比青山县2023年和白水县2023年的报告")
    assert len({c.report for c in answer.citations}) == 2
    assert "91件" in answer.text
    assert "40件" in answer.text
    assert answer.text.count("原文共2条") == 2


def test_that_no_change_was_recognised_is_said(assistant: Assistant) -> None:
    answer = talk(assistant, "白水县2023年比2022年有什么变化")
    assert answer.status == "abstained"
    assert "没有识别出与往年相比的增减" in "".join(answer.scope.missing)
    assert "58件" not in answer.text  # another place's year before


def test_rises_and_falls_of_the_only_year_held(tmp_path: Path) -> None:
    with assistant_over(tmp_path, {"b.txt": AFTER}) as opened:
        text = talk(opened, "青山县2023年比2022年有什么变化").text
    assert "增长56.9%" in text
    assert "自己写到的增减，这里列1处" in text
