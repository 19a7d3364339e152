"""What is said where nothing was found: only what stands nowhere is called absent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from answering import assistant_over

from bot.assistant import Assistant

TEXT = """青山县人民政府2023年度法治政府建设情况报告
一、主要举措和成效
(一)普法宣传有声有色。开设新媒体普法栏目法治蒲公英,以短视频讲法,浏览总量达到30余万次。
(二)执法规范有力有序。全年办理行政处罚案件120件。
二、存在的问题
(一)执法力量不足。
三、下一步打算
(一)加强执法培训。
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("silence"), {"青山县.txt": TEXT}) as opened:
        yield opened


def test_a_word_that_stands_is_never_called_absent(assistant: Assistant) -> None:
    answer = assistant.ask("青山县的法治蒲公英花了多少钱").answer
    assert answer.status == "abstained"
    assert "没有找到关于" not in answer.text
    assert "写到了“蒲公英”" in answer.text


def test_the_nearest_words_are_shown_as_near(assistant: Assistant) -> None:
    answer = assistant.ask("青山县的法治蒲公英花了多少钱").answer
    assert "未必就是所问的" in answer.text
    assert "浏览总量达到30余万次" in answer.text


def test_a_word_that_stands_nowhere_is_called_absent(assistant: Assistant) -> None:
    answer = assistant.ask("青山县的养老机构有多少家").answer
    assert answer.status == "abstained"
    assert "没有找到关于“养老" in answer.text
    assert not answer.citations
