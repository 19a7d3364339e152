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
(二)推行柔性执法,行政处罚败诉率控制在3%以下。
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("silence"), {"青山县.txt": TEXT}) as opened:
        yield opened


def test_a_word_that_stands_is_never_called_absent(assistant: Assistant) -> None:
    answer = assistant.ask("青山县的法治蒲公英花了多少钱").answer
    assert answer.status == "abstained"
    assert "没有出现" not in answer.text
    assert "写到了“蒲公英”" in answer.text


def test_the_nearest_words_are_shown_as_near(assistant: Assistant) -> None:
    answer = assistant.ask("青山县的法治蒲公英花了多少钱").answer
    assert "未必就是所问的" in answer.text
    assert "浏览总量达到30余万次" in answer.text


def test_a_word_that_stands_nowhere_is_called_absent(assistant: Assistant) -> None:
    answer = assistant.ask("青山县的养老机构有多少家").answer
    assert answer.status == "abstained"
    assert "没有出现“养老" in answer.text
    assert not answer.citations


def test_a_plan_for_a_year_that_is_not_held_is_told_as_a_plan(assistant: Assistant) -> None:
    answer = assistant.ask("青山县2024年败诉率是多少").answer
    assert answer.status == "abstained"
    assert "未收录青山县2024年度的报告" in answer.text
    assert "2023年度报告对2024年的打算是（做没做到，其中没有写）" in answer.text
    assert "控制在3%以下" in answer.text


def test_a_plan_answers_a_question_for_what_is_aimed_at(assistant: Assistant) -> None:
    answer = assistant.ask("青山县2024年打算把败诉率控制在多少").answer
    assert answer.status == "answered"
    assert "控制在3%以下" in answer.text


def test_words_alone_do_not_show_what_is_near_in_meaning(assistant: Assistant) -> None:
    answer = assistant.ask("青山县的养老机构有多少家").answer
    assert "最接近的原文" not in answer.text


def test_what_is_near_a_refused_part_is_still_told_where_it_answers_the_next(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("青山县的法治蒲公英花了多少钱？法治蒲公英的浏览总量达到多少？").answer
    assert answer.status == "answered"
    assert "没有找到有把握的回答" in answer.text
    assert "浏览总量达到30余万次" in answer.text


def test_an_english_word_is_not_said_to_be_absent_from_a_chinese_report(
    assistant: Assistant,
) -> None:
    answer = assistant.ask("How many herders are there in Qingshan County (青山县)?").answer
    assert "herders" in answer.text
    assert "do not stand in the report" not in answer.text
    assert "does not stand in the report" not in answer.text


def test_of_a_year_not_held_no_word_is_called_absent_that_stands(assistant: Assistant) -> None:
    answer = assistant.ask("青山县2022年办理行政处罚案件多少件").answer
    assert answer.status == "abstained"
    assert "没有出现" not in answer.text + "".join(answer.scope.missing)
    assert "未收录青山县2022年度的报告" in "".join(answer.scope.missing) + answer.text


def test_half_a_sentence_is_not_said_to_stand_nowhere(assistant: Assistant) -> None:
    answer = assistant.ask("有没有哪里清掉过偏本地人、挤外来户的条条框框?都说说").answer
    assert answer.status == "abstained"
    assert "没有出现" not in answer.text


def test_the_only_word_asked_for_is_said_to_stand_nowhere(assistant: Assistant) -> None:
    answer = assistant.ask("青山县的人口").answer
    assert answer.status == "abstained"
    assert "没有出现“人口”" in answer.text


def test_a_question_in_pinyin_keeps_its_words(assistant: Assistant) -> None:
    answer = assistant.ask("qingshan xian 2023 nian xingzheng chufa duoshao jian").answer
    assert "120件" in answer.text
