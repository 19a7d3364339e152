"""Figures: what counts, where it stands, what it is worth, and what agrees with what."""

from __future__ import annotations

from decimal import Decimal

import cn2an
import pytest
from hostile import ENDS, FEW, line_of
from hypothesis import given
from hypothesis import strategies as st

from retrieval.genre.quantities import (
    Quantity,
    canonical,
    compare_numbers,
    find_quantities,
    same_value,
)

FIGURES = ("number", "percent", "points", "money")


def only(text: str) -> Quantity:
    found = find_quantities(text)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "figure", "value", "unit", "modifier", "kind"),
    [
        ("受理36件，", "36件", "36", "件", "", "number"),
        ("受理３６件，", "３６件", "36", "件", "", "number"),
        ("受理1,234件，", "1,234件", "1234", "件", "", "number"),
        ("受理1，", "1", "1", "", "", "number"),
        ("将全区8.84万个市场主体", "8.84万个", "8.84", "万个", "", "number"),
        ("金额89.1亿元，", "89.1亿元", "89.1", "亿元", "", "money"),
        ("金额111.04万元人民币。", "111.04万元人民币", "111.04", "万元人民币", "", "money"),
        ("损失9000余万元。", "9000余万元", "9000", "万元", "余", "money"),
        ("宣传单5万余张，", "5万余张", "5", "万张", "余", "number"),
        ("达到30余万次。", "30余万次", "30", "万次", "余", "number"),
        ("纠纷1600余起，", "1600余起", "1600", "起", "余", "number"),
        ("服务1万余人次。", "1万余人次", "1", "万人次", "余", "number"),
        ("意见60多条。", "60多条", "60", "条", "多", "number"),
        ("楼盘800多户业主", "800多户", "800", "户", "多", "number"),
        ("设备230余辆、", "230余辆", "230", "辆", "余", "number"),
        ("进行三轮巡察", "三轮", "3", "轮", "", "number"),
        ("法治建设八大机制", "八大", "8", "大", "", "number"),
        ("主要有四个方面", "四个", "4", "个", "", "number"),
        ("意见二十余件，", "二十余件", "20", "件", "余", "number"),
        ("举办了两期培训", "两期", "2", "期", "", "number"),
        ("为民十件实事", "十件", "10", "件", "", "number"),
        ("开展全面清理一次，", "一次", "1", "次", "", "number"),
        ("在一个工作日内办结", "一个工作日", "1", "个工作日", "", "number"),
        ("连续五年举行", "五年", "5", "年", "", "number"),
        ("金额二百一十五万元，", "二百一十五万元", "2150000", "元", "", "money"),
        ("占百分之九十五。", "百分之九十五", "95", "%", "", "percent"),
        ("占百分之95.5。", "百分之95.5", "95.5", "%", "", "percent"),
        ("控制在5%以下、", "5%", "5", "%", "以下", "percent"),
        ("保持９５．５％以上", "９５．５％", "95.5", "%", "以上", "percent"),
        ("上升24.2个百分点；", "24.2个百分点", "24.2", "个百分点", "", "points"),
        ("下降5成以上", "5成", "5", "成", "以上", "percent"),
        ("案件0败诉。", "0", "0", "", "", "number"),
        ("占地1000㎡的", "1000㎡", "1000", "㎡", "", "number"),
        ("检查657家次，", "657家次", "657", "家次", "", "number"),
        ("接待30人（次），", "30人（次）", "30", "人(次)", "", "number"),
        ("约20万人参与", "20万人", "20", "万人", "约", "number"),
        ("近900家企业", "900家", "900", "家", "近", "number"),
        ("召开三次会议", "三次", "3", "次", "", "number"),
        ("两年内完成", "两年", "2", "年", "", "number"),
        ("细分为七方面要点", "七方面", "7", "方面", "", "number"),
        ("最近3次会议", "3次", "3", "次", "", "number"),
        ("签约10家企业", "10家", "10", "家", "", "number"),
        ("不少于40学时的培训", "40学时", "40", "学时", "以上", "number"),
        ("约1/4的案件", "1/4", "0.25", "", "", "number"),
        ("15日内报送", "15日", "15", "日", "", "number"),
    ],
)
def test_figure(text: str, figure: str, value: str, unit: str, modifier: str, kind: str) -> None:
    found = only(text)
    assert (found.text, found.value, found.unit, found.modifier, found.kind) == (
        figure,
        Decimal(value),
        unit,
        modifier,
        kind,
    )
    assert text[found.start : found.end] == figure


@pytest.mark.parametrize(
    ("text", "figure", "kind", "value"),
    [
        ("2023年8月28日，", "2023年8月28日", "date", 20230828),
        ("8月，对全县", "8月", "date", 800),
        ("9月份，开展", "9月份", "date", 900),
        ("2月1日召开", "2月1日", "date", 201),
        ("日期:2023-02-02", "2023-02-02", "date", 20230202),
        ("二〇二三年八月二十八日", "二〇二三年八月二十八日", "date", 20230828),
        ("2021年以来", "2021年", "year", 2021),
        ("组织编制2023版清单", "2023", "year", 2023),
        ("第五次会议", "五次", "ordinal", 5),
        ("第32次常务会议", "32次", "ordinal", 32),
        ("第三十二条规定", "三十二条", "ordinal", 32),
        ("监管一件事2.0”", "2.0", "ordinal", 2),
        ("开展3+X常态化监督", "3+X", "ordinal", None),
        ("“1+5”工作方案", "1+5", "ordinal", None),
        ("拨打12345热线", "12345", "ordinal", 12345),
        ("实施规范V7版改造", "7", "document", None),
        ("浙政发〔2024〕3号文件", "〔2024〕3号", "document", None),
        ("电话：0578-2091234，", "0578-2091234", "document", None),
        ("索引号 000000000/2024-52017 ", "000000000/2024-52017", "document", None),
    ],
)
def test_numbers_that_date_order_or_name(
    text: str, figure: str, kind: str, value: int | None
) -> None:
    found = only(text)
    assert (found.text, found.kind) == (figure, kind)
    assert found.value == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    "text",
    [
        "一是加强领导，二是压实责任",
        "第一责任人职责",
        "实现一窗通办、一网通办",
        "落实三项制度",
        "建立“三大机制”，",
        "统筹“一规划两纲要”",
        "党的二十大精神",
        "二十届二中全会",
        "双随机、一公开",
        "“一件事一次办”",
        "最多跑一次",
        "“八五”普法规划",
        "两法衔接、两降一升",
        "重点信访二类案件",
        "1.抓重点，",
        "（2）率先建立",
        "三是构建广覆盖体系",
        "四部门联合发文",
        "跑零次率",
        "三门县人民政府",
        "五台县、三台县、七台河市",
        "五大连池市",
        "区十七届人大三次会议",
        "数十件案件",
        "三年行动计划",
    ],
)
def test_names_markers_and_articles_are_no_figures(text: str) -> None:
    assert find_quantities(text) == ()


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("培训3-5件，", 3, 5, "件"),
        ("培训200—300人次，", 200, 300, "人次"),
        ("占20%-30%。", 20, 30, "%"),
        ("培训3至5场次，", 3, 5, "场次"),
        ("有两三件，", 2, 3, "件"),
    ],
)
def test_range(text: str, low: int, high: int, unit: str) -> None:
    found = only(text)
    assert (found.value, found.low, found.high, found.unit) == (None, low, high, unit)


def test_years_joined_are_two_years_and_no_range() -> None:
    found = find_quantities("《纲要（2021-2025年）》")
    assert [(q.kind, q.value) for q in found] == [("year", 2021), ("year", 2025)]


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("重要依据。828日,召开", "828日"),
        ("网办率达99.75%41项政务服务", "41项"),
        ("变相许可事项清单285,按照", "285"),
        ("2022共召开法律论证会", "2022"),
        ("13月，对全县", "13月"),
    ],
)
def test_damaged_figures_stay_and_are_doubtful(text: str, figure: str) -> None:
    assert [q.text for q in find_quantities(text) if q.doubtful] == [figure]


def test_adjacent_figures_are_two() -> None:
    found = find_quantities("已入驻12类187家中介机构")
    assert [(q.text, q.doubtful) for q in found] == [("12类", False), ("187家", False)]


def test_a_marker_before_a_year() -> None:
    assert [q.text for q in find_quantities("\n1.2023年，受理5件")] == ["2023年", "5件"]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("89.1亿元", "8910000000", "元"),
        ("8564.48万元人民币", "85644800", "元"),
        ("5万余张", "50000", "张"),
        ("5万人", "50000", "人"),
        ("1000㎡", "1000", "平方米"),
        ("5成以上", "50", "%"),
        ("4名", "4", "人"),
    ],
)
def test_canonical(text: str, value: str, unit: str) -> None:
    assert canonical(only(text)) == (Decimal(value), unit)


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("2.5万件", "25000件", True),
        ("25000件", "两万五千件", True),
        ("５０件", "50件", True),
        ("二十件", "20件", True),
        ("50%", "50件", False),
        ("50%", "50个百分点", False),
        ("36件", "36宗", False),
        ("5成", "50%", True),
        ("3-5件", "5件", False),
        ("3-5件", "3至5件", True),
        ("2023年8月28日", "8月28日", True),
        ("2023年8月28日", "8月29日", False),
        ("10万元", "100000元", True),
    ],
)
def test_same_value(a: str, b: str, same: bool) -> None:
    assert same_value(only(a), only(b)) is same
    assert same_value(only(b), only(a)) is same


@pytest.mark.parametrize(
    ("text", "source", "missing", "units", "modifiers"),
    [
        ("受理36件。", "受理行政复议案件36件，", [], [], []),
        ("受理65件。", "受理行政复议案件36件，", ["65件"], [], []),
        ("受理36宗。", "受理行政复议案件36件，", [], ["36宗"], []),
        ("发放5万张。", "发放宣传单5万余张，", [], [], ["5万张"]),
        ("发放5万多张。", "发放宣传单5万余张，", [], [], []),
        ("占50。", "占50%。", ["50"], [], []),
        ("建立3项制度。", "落实“三项制度”", [], [], []),
        ("8月召开。", "2023年8月28日召开", [], [], []),
        ("2023年8月召开。", "8月28日召开", [], [], []),
        ("2022年召开。", "8月28日召开", ["2022年"], [], []),
    ],
)
def test_compare_numbers(
    text: str, source: str, missing: list[str], units: list[str], modifiers: list[str]
) -> None:
    check = compare_numbers(text, source)
    assert [[q.text for q in part] for part in check] == [missing, units, modifiers]


def test_given_years_need_no_source() -> None:
    assert compare_numbers("2023年受理36件。", "受理36件", years=frozenset({2023})).missing == ()


# ---- properties ------------------------------------------------------------------------

UNITS = st.sampled_from(["件", "宗", "起", "份", "个", "人次", "场次", "万元", "元", "项", "户"])


@given(st.integers(0, 10**7 - 1), UNITS)
def test_every_style_of_an_integer_reads_back(number: int, unit: str) -> None:
    full = str(number).translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)})
    for words in (str(number), f"{number:,}", full):
        found = only(f"共受理{words}{unit}，")
        assert (found.text, found.value, found.unit) == (words + unit, Decimal(number), unit)


@given(st.integers(3, 10**6), st.sampled_from(["件", "项", "人次", "场次"]))
def test_chinese_numerals_read_back(number: int, unit: str) -> None:
    words = cn2an.an2cn(str(number))
    found = only(f"共受理{words}{unit}，")
    assert (found.text, found.value) == (words + unit, Decimal(number))


@given(st.decimals(0, 9999, places=2), st.sampled_from(["", "万", "亿"]))
def test_decimals_and_multipliers_read_back(number: Decimal, multiplier: str) -> None:
    power = {"": 0, "万": 4, "亿": 8}[multiplier]
    found = only(f"涉及金额{number}{multiplier}元。")
    assert canonical(found) == (number.scaleb(power), "元")


@given(st.text("0123456789,.%、，。（()）一二三十百万余多年月日第件个项-—+/ \nA“”", max_size=60))
def test_spans_are_exact_ordered_and_apart(text: str) -> None:
    end = 0
    for found in find_quantities(text):
        assert end <= found.start < found.end
        assert text[found.start : found.end] == found.text
        end = found.end


@given(st.text("0123456789,.%，。一二三十百万余件个项-", max_size=40))
def test_a_text_supports_its_own_numbers(text: str) -> None:
    assert compare_numbers(text, text).missing == ()


@ENDS
@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    ["1", "一", "十", "a", "《", " ", "1,111", "1,", "1.", "1-", "1/", "abc/", "1件", "十件", "百分之",
     "〔2024", "2020年"],
)  # fmt: skip
def test_hostile_lines_take_linear_time(unit: str) -> None:
    line = line_of(unit, FEW)
    assert all(found.end <= len(line) for found in find_quantities(line))


@pytest.mark.parametrize("run", ["十十一", "百百", "万亿十", "零零", "一十百"])
def test_a_run_that_is_no_numeral_raises_nothing(run: str) -> None:
    assert isinstance(find_quantities(f"审核{run}件"), tuple)


@pytest.mark.parametrize("text", ["降了四成多", "涨了两倍多", "是上年的3倍多"])
def test_some_more_stands_behind_shares_and_multiples(text: str) -> None:
    (told,) = find_quantities(text)
    assert told.modifier == "多"
    assert told.text == text.removesuffix("多")[-2:]
