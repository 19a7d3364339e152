"""Figures of one thing that differ are shown side by side, within a report and over two years."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from answering import TABLED, assistant_over, talk

from bot.assistant import Assistant

EARLIER = """竹溪县人民政府2022年度法治政府建设情况报告
一、主要举措和成效
（一）普法。培养“法律明白人”360名。全年收到行政复议申请31件，受理27件。
二、存在的问题
一是复议力量不足。
"""
LATER = """竹溪县人民政府2023年度法治政府建设情况报告
一、主要举措和成效
（一）普法。“法律明白人”由去年的340名增加到410名。全年收到行政复议申请58件，受理51件。
二、存在的问题
一是复议力量不足。
"""
TEXTS = {"tabled.txt": TABLED, "earlier.txt": EARLIER, "later.txt": LATER}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("agreement"), TEXTS) as made:
        yield made


def kinds(answer) -> set[str]:
    return {note.kind for note in answer.notes}


def test_two_figures_of_one_report_are_both_shown(assistant):
    answer = talk(assistant, "银杏县行政复议收案前后对得上吗")
    assert "figures_differ" in kinds(answer)
    assert {"52件", "55件"} <= {f for f in ("52件", "55件") if f in answer.text}


def test_they_are_told_where_only_the_figure_is_asked(assistant):
    answer = talk(assistant, "银杏县收到行政复议申请多少件")
    assert "two_figures" in kinds(answer)
    assert "52件" in answer.text
    assert "55件" in answer.text


def test_stages_of_one_case_do_not_contradict_one_another(assistant):
    answer = talk(assistant, "竹溪县2023年收到行政复议申请多少件")
    assert not kinds(answer) & {"two_figures", "figures_differ"}


def test_the_year_before_as_its_own_report_told_it(assistant):
    answer = talk(assistant, "竹溪县2023年法律明白人比上年多了几名")
    assert "多70名（计算）" in answer.text
    assert "360名，两份报告不一致" in answer.text


def test_two_reports_of_one_office_are_asked_whether_they_agree(assistant):
    answer = talk(assistant, "竹溪县2023年法律明白人比上年多了几名", "两份报告写的是同一个数吗")
    assert "figures_differ" in kinds(answer)
