"""Figures that the quotes yield: what is rounded is put as they have it, what is reckoned goes."""

from __future__ import annotations

import pytest

from bot.lock.lock import judge
from bot.lock.reckoned import without_reckoned
from bot.lock.rounded import as_quoted

FINES = "不予处罚案件2973件,免罚金额1872万元"
SHARES = "优秀率44.7%,正职出庭比例38.2%"


@pytest.mark.parametrize(
    ("line", "quote", "put"),
    [
        ("近3000件没有处罚", FINES, "2973件没有处罚"),
        ("将近三千件没有处罚", FINES, "2973件没有处罚"),
        ("2900余件没有处罚", FINES, "2973件没有处罚"),
        ("免罚约1870万元", FINES, "免罚1872万元"),
        ("免罚逾1800万元", FINES, "免罚1872万元"),
        ("优秀的四成多", SHARES, "优秀的44.7%"),
        ("正职的不到四成", SHARES, "正职的38.2%"),
        # beyond the bound, or the wrong way
        ("近4000件没有处罚", FINES, "近4000件没有处罚"),
        ("近2900件没有处罚", FINES, "近2900件没有处罚"),
        ("3000余件没有处罚", FINES, "3000余件没有处罚"),
        ("免罚约1860万元", FINES, "免罚约1860万元"),
        ("优秀的五成多", SHARES, "优秀的五成多"),
        # of another unit, exact, or a bound of several
        ("近3000人没有处罚", FINES, "近3000人没有处罚"),
        ("3000件没有处罚", FINES, "3000件没有处罚"),
        ("各项都超过38%", SHARES, "各项都超过38%"),
        # of two that fit nobody can tell which is meant
        ("近3000件", "甲2973件,乙2980件", "近3000件"),
        ("", FINES, ""),
    ],
)
def test_a_rounded_figure_is_put_as_the_quotes_have_it(line, quote, put):
    assert as_quoted(line, [quote]) == put


REVIEWS = "审查合同133份,提出修改意见402条"
MEETINGS = "专题研究议题17次,其中市政府常务会议11次"
RATE = "全市优秀率41.2%,比上年提高6.8个百分点"
CHECKED = "抽查案卷420宗,其中优秀案卷133宗,不合格案卷17宗"
WATER = "水质合格率由94.1%提升到99.6%"
TWO_RATES = "代表满意率98.4%,委员满意率97.9%"
CENTRES = "县司法局有专职人员5人。2024年专职人员增至8人"
AID = "受理案件514件,其中农民工案件231件、老年人案件147件;设立工作站36个"


@pytest.mark.parametrize(
    ("line", "quote", "left"),
    [
        ("每份平均提出约3条修改意见", REVIEWS, "每份提出修改意见"),
        ("每份平均提出约4条修改意见", REVIEWS, "每份平均提出约4条修改意见"),
        ("研究17次,扣掉市政府常务会议的11次是6次", MEETINGS, "研究17次,市政府常务会议的11次"),
        ("研究17次,扣掉市政府常务会议的11次是5次", MEETINGS, None),
        ("优秀率上一年是34.4%", RATE, "优秀率上一年"),
        ("优秀率上一年是48%", RATE, None),
        ("优秀率是34.4%", RATE, None),
        ("抽查的420宗,不合格的约4%", CHECKED, "抽查的420宗,不合格的"),
        ("抽查的420宗,不合格的约8%", CHECKED, None),
        ("水质合格率抬高了5.5个百分点", WATER, "水质合格率"),
        ("水质合格率低了5.5个百分点", WATER, None),
        ("水质合格率抬高了5.5%", WATER, None),
        ("委员满意率比代表满意率低0.5个百分点", TWO_RATES, ""),
        ("委员满意率比代表满意率高0.5个百分点", TWO_RATES, "委员满意率比代表满意率上升0.5个百分点"),
        ("专职人员5人,再添3人", CENTRES, "专职人员5人,"),
        ("专职人员5人,再添4人", CENTRES, None),
        ("农民工和老年人案件,加起来378件", AID, "农民工和老年人案件,"),
        ("农民工和老年人案件,加起来745件", AID, None),
    ],
)
def test_a_figure_that_one_step_yields_is_taken_from_a_line(line, quote, left):
    assert without_reckoned(line, [quote]) == (line if left is None else left)


@pytest.mark.parametrize(
    ("line", "quote", "right"),
    [
        ("不予处罚案件近3000件。", FINES, True),
        ("免罚金额近3000件。", FINES, False),
        (
            "检查药店立案23件,合计罚款10.5万元。",
            "检查药店391家次,立案23件,其中最大的为某诊所案,罚款10.5万元。",
            False,
        ),
        (
            "检查药店立案23件,合计罚款10.5万元。",
            "检查药店391家次,立案23件,合计罚款10.5万元。",
            True,
        ),
        (
            "把我市评为示范市的,是省委依法治省办公室。",
            "我市被省委依法治省办公室评为示范市,项目获评省司法厅优秀案例。",
            True,
        ),
        (
            "把我市评为示范市的,是省司法厅。",
            "我市被省委依法治省办公室评为示范市,项目获评省司法厅优秀案例。",
            False,
        ),
    ],
)
def test_code_alone_shows_what_is_rounded_and_no_part_as_a_sum(line, quote, right):
    assert (not judge(line, [quote]).problems) is right
