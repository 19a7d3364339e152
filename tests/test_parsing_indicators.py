"""Facts of a report and their canonical names, measured on figures marked by hand."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hostile import ENDS, FEW, line_of
from hypothesis import given
from hypothesis import strategies as st

from retrieval.documents import Section
from retrieval.genre.quantities import find_quantities
from retrieval.parsing.indicators import Fact, find_facts, indicators, lookup

EVAL = Path(__file__).parents[1] / "eval"
GOLD = sorted((EVAL / "gold_figures").glob("*.jsonl"))
DATA = Path(__file__).parent / "data"
DIRTY_GOLD = sorted((DATA / "figures").glob("*.jsonl"))
KINDS = ("number", "percent", "points", "money")


def read_report(stem: str) -> str:
    return (EVAL / "reports" / f"{stem}.txt").read_bytes().decode("utf-8")


def read_gold(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def names(text: str) -> list[tuple[str, str | None]]:
    return [(fact.value, fact.indicator) for fact in find_facts(text)]


def one(text: str, value: str) -> Fact:
    return next(fact for fact in find_facts(text) if fact.value == value)


# ---- the gold set ----------------------------------------------------------------------


def test_the_gold_set_is_exact() -> None:
    assert len(GOLD) == 2
    known = {indicator.name for indicator in indicators()}
    for path in GOLD:
        text = read_report(path.stem)
        for row in read_gold(path):
            assert text[row["start"] : row["end"]] == row["text"]
            assert row["indicator"] is None or row["indicator"] in known


def test_figures_of_the_gold_set() -> None:
    found, gold = set(), set()
    for path in GOLD:
        found |= {
            (path.stem, q.start, q.end, str(q.value), q.unit)
            for q in find_quantities(read_report(path.stem))
            if q.kind in KINDS
        }
        gold |= {(path.stem, r["start"], r["end"], r["value"], r["unit"]) for r in read_gold(path)}
    assert len(found & gold) / len(found) >= 0.98
    assert len(found & gold) / len(gold) >= 0.95


def test_names_of_the_gold_set() -> None:
    right = named = wrongly = unnamed = 0
    for path in GOLD:
        facts = {f.quantity.start: f.indicator for f in find_facts(read_report(path.stem))}
        for row in read_gold(path):
            name = facts.get(int(str(row["start"])))
            if row["indicator"] is None:
                unnamed += 1
                wrongly += name is not None
            else:
                named += 1
                right += name == row["indicator"]
    assert right / named >= 0.90
    assert wrongly / unnamed <= 0.05


@pytest.mark.parametrize("path", DIRTY_GOLD, ids=lambda p: p.stem)
def test_figures_of_dirty_pages_marked_before_the_ledger_was_read(path: Path) -> None:
    text = (DATA / f"{path.stem}.txt").read_text(encoding="utf-8")
    facts = {
        (f.quantity.start, f.quantity.end, str(f.quantity.value), f.unit): f.indicator
        for f in find_facts(text)
    }
    gold = {(r["start"], r["end"], r["value"], r["unit"]): r for r in read_gold(path)}
    assert gold.keys() <= facts.keys()
    assert len(facts.keys() - gold.keys()) <= 2  # “十减15条” and 三大领域 are names
    named = [key for key, row in gold.items() if "indicator" in row]  # without: either will do
    right = sum(facts[key] == gold[key]["indicator"] for key in named)
    assert right / len(named) >= 0.9


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("罚款 202.6 万元。", "202.6", "万元"),
        ("全年依法办理各类行政处罚案件合计1,236\n件，其中交通领域", "1236", "件"),
        ("平均浓度 27 微克/立方米。", "27", "微克/立方米"),
        ("- **3.** 普法方式比较单一，有18件案件", "18", "件"),
        ("共 12\n个部门", "12", ""),  # a short line: what follows is another matter
        ("二、\n3\n项目建设", "3", ""),
    ],
)
def test_a_blank_or_a_wrapped_line_parts_no_unit(text: str, value: str, unit: str) -> None:
    found = [q for q in find_quantities(text) if q.kind in KINDS]
    assert [(str(q.value), q.unit) for q in found][:1] == [(value, unit)]


# ---- names -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "全年共收到行政复议申请128件，受理105件，不予受理11件，审结98件，综合纠错率为8.2%。",
            [
                ("128件", "行政复议收到件数"),
                ("105件", "行政复议受理件数"),
                ("11件", None),
                ("98件", "行政复议审结件数"),
                ("8.2%", "行政复议纠错率"),
            ],
        ),
        (
            "全市法院新收一审行政案件1,234件，审结1,200件，行政机关败诉56件，败诉率4.5%。",
            [
                ("1,234件", "行政诉讼一审新收件数"),
                ("1,200件", "行政诉讼结案件数"),
                ("56件", "行政诉讼败诉件数"),
                ("4.5%", "行政诉讼败诉率"),
            ],
        ),
        (
            "行政机关负责人应出庭案件86件，实际出庭85件，出庭率98.8%。",
            [
                ("86件", None),
                ("85件", "行政机关负责人出庭应诉件数"),
                ("98.8%", "行政机关负责人出庭应诉率"),
            ],
        ),
        (
            "梳理行政处罚事项419项；全年行政复议被申请案件9件；纠正不当罚款1.9万元。",
            [("419项", None), ("9件", None), ("1.9万元", None)],
        ),
        (
            "清理规范性文件1024件，决定保留860件、废止98件、宣布失效40件、拟修改26件。",
            [
                ("1024件", "规范性文件清理件数"),
                ("860件", "规范性文件继续有效件数"),
                ("98件", "规范性文件废止件数"),
                ("40件", "规范性文件废止件数"),
                ("26件", "规范性文件修改件数"),
            ],
        ),
        (
            "合法性审查重大行政决策20件、规范性文件15件、政府合同88份。",
            [
                ("20件", "重大行政决策审核件数"),
                ("15件", "规范性文件审核件数"),
                ("88份", "合同审查件数"),
            ],
        ),
        (
            "对12个部门的行政处罚案卷120卷进行评查，发现问题32个。",
            [("12个", None), ("120卷", "行政执法案卷评查件数"), ("32个", "案卷评查发现问题数")],
        ),
        (
            "各级人民调解组织排查矛盾纠纷5678次，调解纠纷3456件，调解成功3421件，成功率99%。",
            [
                ("5678次", "矛盾纠纷排查次数"),
                ("3456件", "矛盾纠纷调解受理件数"),
                ("3421件", "矛盾纠纷调解成功件数"),
                ("99%", "调解成功率"),
            ],
        ),
        (
            "办理人大代表建议78件、政协委员提案102件，办结率100%，满意率99.2%。",
            [
                ("78件", "建议提案办理件数"),
                ("102件", "建议提案办理件数"),
                ("100%", "建议提案办结率"),
                ("99.2%", "建议提案满意率"),
            ],
        ),
        (
            "创建省级民主法治示范村（社区）12个、国家级2个。",
            [("12个", "民主法治示范村数"), ("2个", "民主法治示范村数")],
        ),
        (
            "办理行政处罚案件三十六件，罚没款二百一十五万元，其中不予处罚5件。",
            [
                ("三十六件", "行政处罚案件数"),
                ("二百一十五万元", "罚没金额"),
                ("5件", "免罚减罚案件数"),
            ],
        ),
        ("行政许可事项清单447项，其中即办件432项，占比96.64%。",
         [("447项", "行政许可事项数"), ("432项", "即办事项数"), ("96.64%", "即办率")]),
        ("区法院审结各类合同纠纷2687件。", [("2687件", None)]),
        ("配备取证设备850余个、防护设备325余套。", [("850余个", None), ("325余套", None)]),
    ],
)  # fmt: skip
def test_names(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize("unit", ["件", "宗", "起", "份", "个"])
def test_units_of_cases_are_interchangeable(unit: str) -> None:
    assert names(f"受理行政复议案件36{unit}。") == [(f"36{unit}", "行政复议受理件数")]


def test_there_are_indicators_enough_and_each_is_whole() -> None:
    table = [indicator for indicator in indicators() if indicator.ask]
    assert len(table) >= 60
    assert len({i.id for i in table}) == len({i.name for i in table}) == len(table)
    assert all(i.english and i.units and i.own for i in table)


# ---- facts -----------------------------------------------------------------------------


def test_elliptical_clauses_carry_the_governing_words() -> None:
    text = "全县共办理执法证件920本，其中新办理执法证97本。审核规范性文件31份，提出意见186条。"
    assert "执法证件" in one(text, "97本").subject
    assert "规范性文件" in one(text, "186条").subject


def test_a_change_belongs_to_its_figure() -> None:
    text = (
        "收到申请350件，同期增长75%；调撤率达到70.7%，同比上升24.2个百分点；"
        "实现数据共享734项，较2021年增加543项。"
    )
    facts = find_facts(text)
    assert [f.value for f in facts] == ["350件", "70.7%", "734项"]
    changes = [(f.change.direction, f.change.quantity.text) for f in facts if f.change]
    assert changes == [("up", "75%"), ("up", "24.2个百分点"), ("up", "543项")]


def test_a_change_skips_the_figure_of_last_year() -> None:
    text = "2022年，信访总量409件，2021年全年456件，同比下降10.31%。2022年工作如下。"
    now, before = find_facts(text)
    assert (now.period, before.period) == ("this", "last")
    assert now.change is not None
    assert (now.change.direction, now.change.quantity.value) == ("down", Decimal("10.31"))
    assert before.change is None


def test_the_year_reported_on_may_be_given() -> None:
    text = "2021年，受理行政复议案件36件。"
    assert [f.period for f in find_facts(text)] == ["this"]
    assert [f.period for f in find_facts(text, year=2022)] == ["last"]


def test_plans_that_name_the_next_year_often_do_not_age_the_report() -> None:
    text = "2022年法治政府建设情况\n2022年，受理行政复议案件36件。\n2023年，强化……2023年……2023年……"
    assert [f.period for f in find_facts(text)] == ["this"]


def test_a_change_without_its_level_is_no_indicator() -> None:
    (fact,) = find_facts("案卷评查案件数量同比上升32.6%。")
    assert fact.indicator is None
    assert fact.change is not None
    assert fact.change.quantity == fact.quantity


def test_a_second_change_of_a_figure_stands_for_itself() -> None:
    level, second = find_facts("收到行政复议申请120件，同比增加12件，增长11%。")
    assert level.change is not None
    assert (level.change.quantity.text, level.indicator) == ("12件", "行政复议收到件数")
    assert (second.value, second.indicator) == ("11%", None)


def test_a_level_reached_is_no_change() -> None:
    (fact,) = find_facts("调解成功率提高到98%。")
    assert (fact.change, fact.indicator) == (None, "调解成功率")


@pytest.mark.parametrize(
    "text",
    ["力争败诉率控制在5%以内。", "一审败诉率控制在5%以下、协调撤诉率保持45%以上。"],
)
def test_goals_are_targets(text: str) -> None:
    assert {fact.period for fact in find_facts(text)} == {"target"}


def test_figures_of_plans_are_targets_and_know_their_section() -> None:
    text = "二、计划\n培训执法人员300人次。"
    plan = ("二、计划",)
    sections = (
        Section(plan, (1,), "plans", "heading", 0, 5),
        Section(plan, (1,), "plans", "body", 5, len(text)),
    )
    (fact,) = find_facts(text, sections)
    assert (fact.period, fact.role, fact.path) == ("target", "plans", plan)


def test_damaged_figures_are_doubtful() -> None:
    text = (
        "全程网办率达99.75%41项政务服务跑一次。县法院企业法官工作室82处,搭建平台。建成调解室24个。"
    )
    assert [f.value for f in find_facts(text) if f.doubtful] == ["41项", "82处"]


def test_dates_years_and_ordinals_are_no_facts() -> None:
    assert find_facts("2023年8月28日，召开第五次会议，印发〔2024〕3号文件。") == ()


@given(st.text("受理行政复议案件审结率同比上升下降较，。；、（）12%36件个百分点\n", max_size=80))
def test_spans_of_facts_hold_their_figures(text: str) -> None:
    for fact in find_facts(text):
        assert fact.start <= fact.quantity.start < fact.quantity.end <= fact.end
        assert text[fact.quantity.start : fact.quantity.end] == fact.value
        assert 0 <= fact.subject_start <= fact.subject_end <= len(text)


@ENDS
@pytest.mark.slow
@pytest.mark.parametrize("unit", ["1件", "、1件", "行政复议收到1件，", "《", "同比上升1%，", "一"])
def test_facts_take_linear_time(unit: str) -> None:
    line = line_of(unit, FEW)
    assert all(fact.end <= len(line) for fact in find_facts(line))


# ---- questions -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("去年收到多少件行政复议申请？", "行政复议收到件数"),
        ("行政复议受理了多少件", "行政复议受理件数"),
        ("行政复议审结几件", "行政复议审结件数"),
        ("复议纠错率是多少", "行政复议纠错率"),
        ("打官司输了几件", "行政诉讼败诉件数"),
        ("败诉率哪里最高", "行政诉讼败诉率"),
        ("负责人出庭率各是多少", "行政机关负责人出庭应诉率"),
        ("一把手出庭应诉率哪里最高", "行政机关负责人出庭应诉率"),
        ("各地规范性文件审核数对比", "规范性文件审核件数"),
        ("把关了多少份红头文件", "规范性文件审核件数"),
        ("新办执法证多少本", "行政执法证件新办数"),
        ("持证率", "行政执法持证率"),
        ("调解成功率是多少", "调解成功率"),
        ("普法活动搞了多少场", "普法宣传活动场次"),
        ("信访积案化解了多少", "信访积案化解件数"),
        ("how many reconsideration applications were received", "行政复议收到件数"),
        ("What was the loss rate in administrative litigation?", "行政诉讼败诉率"),
    ],
)
def test_lookup(question: str, name: str) -> None:
    found = lookup(question)
    assert found[0][0].name == name
    assert found[0][1] == 1.0


def test_lookup_of_an_open_question_returns_the_candidates() -> None:
    found = {indicator.name for indicator, _ in lookup("行政复议案件有多少")}
    assert {"行政复议收到件数", "行政复议受理件数"} <= found


@pytest.mark.parametrize(
    "question",
    [
        "存在哪些问题？",
        "明年的打算是什么",
        "主要举措和成效",
        "组织领导方面做了哪些工作",
        "你好",
        "",
    ],
)
def test_lookup_of_no_indicator(question: str) -> None:
    assert lookup(question) == ()
