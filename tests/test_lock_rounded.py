"""A figure that a line rounds is put as the quotes have it."""

from __future__ import annotations

import pytest

from bot.lock.lock import judge
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
