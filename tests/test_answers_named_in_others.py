"""Places and offices without a report of their own: only the sentences that name them answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from answering import assistant_over, talk

from bot.assistant import Assistant

COUNTY = """松涛县人民政府2023年度法治政府建设情况报告
一、主要举措和成效
(一)化解矛盾纠纷。石桥镇调解纠纷37件,成功36件。全县调解纠纷912件,成功率98.1%。
(二)规范行政执法。县自然资源局败诉案件由6件减到2件。全县罚款120万元。与天河区签订协作协议3份。石桥镇、桥南镇联合巡查12次。
二、存在的问题
(一)石桥镇执法力量不足。
三、下一步打算
(一)加强执法培训。
"""
OTHER = """柳塘县人民政府2023年度法治政府建设情况报告
一、主要举措和成效
(一)化解矛盾纠纷。全县调解纠纷455件。
二、存在的问题
(一)执法力量不足。
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    texts = {"songtao.txt": COUNTY, "liutang.txt": OTHER}
    with assistant_over(tmp_path_factory.mktemp("named"), texts) as opened:
        yield opened


def test_the_sentence_that_names_a_town_answers_and_its_report_is_said_to_lack(
    assistant: Assistant,
) -> None:
    answer = talk(assistant, "石桥镇调解纠纷多少件")
    assert "石桥镇调解纠纷37件" in answer.text
    assert "912" not in answer.text
    assert "未收录石桥镇的报告" in answer.text


@pytest.mark.parametrize(
    "question", ["石桥镇罚款多少万元", "石桥镇有哪些问题", "天河区罚款多少", "白云镇调解纠纷多少件"]
)
def test_what_no_sentence_says_of_it_is_refused(assistant: Assistant, question: str) -> None:
    answer = talk(assistant, question)
    assert answer.status == "abstained"
    assert "未收录" in answer.text
    assert "120万元" not in answer.text


def test_a_place_the_gazetteer_knows_is_not_answered_from_where_it_is_only_named(
    assistant: Assistant,
) -> None:
    answer = talk(assistant, "天河区调解纠纷多少件")
    assert answer.status == "abstained"
    assert not answer.citations


def test_an_office_is_one_of_the_place_spoken_of(assistant: Assistant) -> None:
    answer = talk(assistant, "松涛县2023年罚款多少", "自然资源局败诉多少件")
    assert "由6件减到2件" in answer.text


def test_a_sentence_that_names_two_of_them_is_told_once(assistant: Assistant) -> None:
    answer = talk(assistant, "石桥镇、桥南镇各联合巡查多少次")
    assert answer.text.count("联合巡查12次") == 1


CITY = """云沣市人民政府2023年度法治政府建设情况报告
一、主要举措和成效
(一)化解矛盾纠纷。全市行政诉讼败诉率8.1%。雾杉县等地败诉率长期高于全市平均水平。
二、存在的问题
(一)执法力量不足。
"""


@pytest.mark.parametrize(
    "question", ["云沣雾杉县败诉率是多少", "云沣市雾杉县败诉率是多少", "云沣市武平县败诉率是多少"]
)
def test_a_county_right_behind_its_city_is_not_answered_with_the_citys(
    tmp_path: Path, question: str
) -> None:
    with assistant_over(tmp_path, {"yunfeng.txt": CITY}) as opened:
        answer = talk(opened, question)
    assert "8.1%" not in answer.text
    assert "未收录" in answer.text


def test_a_city_whose_report_does_not_name_its_province_is_not_said_to_lie_elsewhere(
    tmp_path: Path,
) -> None:
    with assistant_over(tmp_path, {"yunfeng.txt": CITY}) as opened:
        answer = talk(opened, "贵州云沣败诉率是多少")
    assert "8.1%" in answer.text
    assert "不属" not in answer.text
