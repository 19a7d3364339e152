"""Shares, rates and steps are worked out of two figures of one sentence, and say so."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from answering import QINGSHI, TABLED, assistant_over, talk

from bot.assistant import Assistant
from bot.evidence.reckoning import gap_note, may_be_reckoned, share_note, share_of
from bot.notes import words
from retrieval.genre.quantities import find_quantities

LAND = """青沟县自然资源局2023年法治政府建设情况报告
一、主要举措和成效
（一）执法。下发图斑320个，判定违法45个，占地80亩，其中耕地30亩，立案27件。
（二）复议。收到行政复议申请60件，受理50件，调解和解20件。
"""
TEXTS = {"qingshi.txt": QINGSHI, "tabled.txt": TABLED, "land.txt": LAND}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("reckoned"), TEXTS) as made:
        yield made


def figures(text: str):
    return find_quantities(text)


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("其中30亩，共80亩", Decimal("37.5")),
        ("其中30亩，共80件", None),
        ("其中90亩，共80亩", None),
        ("其中30亩，共80余亩", None),
        ("其中5%，共80%", None),
    ],
)
def test_a_share_is_of_two_figures_in_one_unit(text, share):
    part, whole = figures(text)
    assert share_of(part, whole) == share
    assert (share_note(part, whole) is None) == (share is None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("由325名增加到410名", "由325名到410名，多85名（计算）"),
        ("由2.5万元降到1万元", "由2.5万元到1万元，少1.5万元（计算）"),
        ("由9.5%降到8.4%", "由9.5%到8.4%，低1.1个百分点（计算）"),
    ],
)
def test_a_step_is_told_in_the_unit_of_its_figures(text, said):
    one, other = figures(text)
    line = gap_note(one, other)
    assert line is not None
    assert line.note is not None
    assert words(line.note) == said


def test_figures_of_other_units_are_not_put_together():
    one, other = figures("325名，410件")
    assert not may_be_reckoned(one, other)
    assert gap_note(one, other) is None


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("青沟县耕地占违法占地的几成", "30亩占80亩的37.5%（计算）"),
        ("青沟县按受理数算，行政复议调解和解的占比是多少", "20件占50件的40%（计算）"),
        ("银杏县法律明白人比上年多了几名", "由325名到410名，多85名（计算）"),
        ("青石县560件调成551件，报告写98.4%，算下来对吗", "551件除以560件为98.39%（计算）"),
    ],
)
def test_what_is_worked_out_says_so(assistant, question, said):
    assert said in talk(assistant, question).text


def test_a_share_of_what_the_message_has_just_asked(assistant):
    asked = "青沟县违法占地合计多少亩?里头耕地多少?顺手算下占比"
    assert "30亩占80亩的37.5%（计算）" in talk(assistant, asked).text


def test_a_rate_as_the_report_rounds_it_is_no_contradiction(assistant):
    answer = talk(assistant, "青石县560件调成551件，报告写98.4%，我算是98.39，用哪个")
    assert "取整相符" in answer.text
    assert "没有" not in answer.text


def test_no_share_is_made_of_figures_that_two_sentences_tell(assistant):
    assert "占" not in talk(assistant, "青沟县立案的占行政复议的几成").text.replace("占地", "")


MARK = """白塔县人民政府2023年度法治政府建设情况报告
一、主要举措和成效
（一）应诉。行政诉讼22件，负责人出庭18件，出庭率81.8%；败诉2件，败诉率9.1%。
（二）复议。收到行政复议申请31件，纠错率12.1%，调撤率70.7%。
二、存在的问题
一是出庭率没有达到市里90%的考核线。
"""


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("marked"), {"mark.txt": MARK}) as made:
        yield made


def test_a_mark_that_was_missed_is_said_so_with_what_was_reached(marked):
    answer = talk(marked, "白塔县出庭率过了市里90%的考核线吧")
    assert "没有达到" in answer.text
    assert "81.8%" in answer.text
    assert "said_otherwise" in {n.kind for n in answer.notes}


@pytest.mark.parametrize("question", ["白塔县没达到90%的出庭考核线吧", "白塔县出庭率没到90%吧"])
def test_a_mark_said_to_be_missed_is_not_corrected(marked, question):
    kinds = {n.kind for n in talk(marked, question).notes}
    assert "confirmed" in kinds
    assert not kinds & {"said_otherwise", "figure_wrong", "no_such_figure"}


@pytest.mark.parametrize(
    "question", ["白塔县复议调撤率为什么是70.7", "白塔县调撤率是70.7吗", "白塔县纠错率12.1对不对"]
)
def test_a_number_without_its_unit_is_not_said_to_be_absent_or_wrong(marked, question):
    kinds = {n.kind for n in talk(marked, question).notes}
    assert not kinds & {"no_such_figure", "figure_wrong", "figure_elsewhere", "none_of_it"}


def test_a_figure_of_something_else_is_named_with_what_it_counts(marked):
    answer = talk(marked, "白塔县败诉率12.1%，这个水平怎么样")
    assert "原文的12.1%是“纠错率12.1%”" in answer.text
    assert "9.1%" in answer.text
