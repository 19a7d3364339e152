"""What a question takes for granted is affirmed only when true, and corrected when false."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest
from hostile import ENDS, FEW, line_of
from reading import understand
from reporting_fakes import REAL, desk, made, parsed

from bot.answers.facts import one_report
from bot.evidence.binding import Placed, comparable, placed_figures
from bot.evidence.likely import ordered
from bot.evidence.premises import judge_premises
from bot.evidence.reading import read
from bot.notes import text_of
from retrieval.documents import Report
from retrieval.genre.quantities import canonical
from retrieval.places.places import PlaceIndex
from retrieval.question.query import Query, State

YES = "是的，原文如此："
TEXT = """松川县2023年法治政府建设年度报告
一、主要举措和成效
(一)化解矛盾纠纷。全年共收到行政复议案件65件，受理行政复议案件36件，已审结30件，同比下降12.5%。县法院一审新收202件，同比增长1个百分点，一审结案200件。排查梳理一类案件15件，二类案件20件，共35件。
(二)优化服务。网上可办率99.90%，掌上可办率99.26%，即办率96.41%。中介超市平均缩短办结时间37.8%，降低收费20%。配备执法车辆230辆、通讯设备370台。信访总量409件，2022年全年456件，同比下降10.31%。
(三)加强领导。8月，县委书记沈明江主持召开全面依法治县委员会第一次会议，县长赵如海部署法治政府建设。县法院设立企业法官工作室82处。“后事智办”应用荣获全市“数字法治好应用”。
(四)规范执法。审核重大决策40件，提出审查意见73条。出台制度6个，审核文件168件，提出修改建议393条。调解成功率达到98.5%。
二、存在问题
行政执法力量不足。
三、下一步工作计划
力争行政复议案件审结率达到95%。
"""


@pytest.fixture(scope="module")
def report() -> Report:
    return made(TEXT)[0]


def asked(question: str, report: Report) -> Query:
    known = ((report.meta.place, report.meta.issuer),)
    return understand(question, State(), PlaceIndex(known), known)


def noted(question: str, report: Report) -> str:
    query = asked(question, report)
    reading = read(report)
    found = ordered(query, reading, reading.lines, (), (), 1)
    return "".join(text_of(n) for n in judge_premises(query, found, report).notes)


@pytest.mark.parametrize(
    "question",
    [
        "松川县收到行政复议案件65件，对吗",
        "松川县一审结案200件是吗",
        "松川县网上可办率是99.90%吧",
        "松川县调解成功率超过98%了吗",
        "松川县调解成功率不足99%吗",
        "松川县二类案件20件，没错吧",
        "松川县即办率约96%是吗",
    ],
)
def test_what_is_so_is_affirmed(question: str, report: Report) -> None:
    assert noted(question, report) == YES


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ("松川县受理行政复议65件是吗", "65件"),
        ("松川县受理行政复议65件，怎么这么多", "65件"),
        ("松川县一审结案202件、新收200件，是吗", "202件"),
        ("松川县掌上可办率是99.90%吧", "99.90%"),
        ("松川县一类案件高达20件？", "20件"),
        ("松川县通讯设备230台吗", "230台"),
        ("松川县调解成功率不到98%吧", "98%"),
        ("松川县行政复议案件审结了3000件，对不对", "3000件"),
        ("松川县即办率没到96%吧", "96%"),
    ],
)
def test_a_figure_of_another_subject_is_corrected(
    question: str, wrong: str, report: Report
) -> None:
    note = noted(question, report)
    assert wrong in note
    assert re.search("与原文不符|原文没有", note)


@pytest.mark.parametrize(
    "question",
    [
        "松川县审核40件重大决策，提了多少意见",
        "松川县65件行政复议里受理了多少件",
        "松川县收到65件复议案件，审结几件",
        "松川县三大机制是什么",
        "松川县12月做了什么",
        "松川县行政复议是65件还是36件",
        "松川县35件案件里一类案件多少",
        "松川县文件发布之日起是15日吧",
    ],
)
def test_true_figures_counts_and_choices_are_left_alone(question: str, report: Report) -> None:
    assert noted(question, report) == ""


@pytest.mark.parametrize(
    ("question", "note"),
    [
        ("松川县审结30件，同比上升12.5%，为什么", "原文说的是下降："),
        ("松川县一审新收202件，同比下降1个百分点吧", "原文说的是上升："),
        ("松川县信访总量不降反升，为什么", "原文说的是下降："),
        ("松川县信访总量是上升还是下降", ""),
        ("松川县信访总量同比下降10.31%，原因是什么", ""),
    ],
)
def test_the_way_it_went(question: str, note: str, report: Report) -> None:
    assert noted(question, report) == note


@pytest.mark.parametrize(
    ("question", "note"),
    [
        ("松川县县长沈明江部署了什么", "原文中沈明江的职务是县委书记："),
        ("松川县县长赵如海主持了全面依法治县委员会第一次会议？", "原文说的不是赵如海，而是："),
        ("松川县检察院设立了多少企业法官工作室", "原文说的不是检察院，而是："),
        ("松川县“民情智访”应用荣获数字法治好应用了吗", "报告中没有“民情智访”的说法，相关原文是："),
        ("松川县法院设立了多少处企业法官工作室", ""),
        ("松川县县委书记沈明江主持了什么会议", ""),
    ],
)
def test_names(question: str, note: str, report: Report) -> None:
    assert noted(question, report) == note


def test_the_correction_cites_the_clause_that_holds_the_figure(report: Report) -> None:
    query = asked("松川县通讯设备230台吗", report)
    judged = judge_premises(query, (), report)
    assert judged.settled
    assert any("370台" in report.text[s.start : s.end] for s in judged.extra)


def test_a_figure_joined_to_what_it_does_not_count_is_shown_in_its_place(report: Report) -> None:
    query = asked("松川县提出修改建议73条，对吗", report)
    judged = judge_premises(query, (), report)
    assert YES not in text_of(judged.notes[0])
    assert "73条" in text_of(judged.notes[0])


def test_the_answer_of_a_real_report_starts_with_the_correction() -> None:
    prefix = next(p.name for p in REAL if "受访满意率" in p.read_text("utf-8"))
    draft = one_report(desk("綦江区司法局2023年受访满意率98%是吗", prefix))
    assert [line.kind for line in draft.before + draft.lines][:2] == ["note", "claim"]
    assert "与原文不符" in text_of(draft.before[0])
    assert "95%" in draft.lines[0].text


def _subject(placed: Placed) -> str:
    own = re.split("[，,、；;。]", placed.before)[-1]
    return re.sub("(?:达到|达|为|共|近|约|了|均)+$", "", own)


def _swaps() -> Iterator[tuple[str, str, str, Report]]:
    """True statements of the real reports, each with the figure of a neighbour in its place."""
    chance = random.Random(7)
    for path in REAL:
        report = parsed(path)[0]
        figures = [
            p for p in placed_figures(read(report))
            if p.quantity.unit and not (p.change or p.shared or p.former) and p.line.role == "measures"
        ]  # fmt: skip
        for one in figures:
            subject = _subject(one)
            others = [
                o.quantity.text for o in figures
                if o.line is one.line and comparable(one.quantity, o.quantity)
                and canonical(o.quantity)[0] != canonical(one.quantity)[0]
            ]  # fmt: skip
            if 4 <= len(subject) <= 16 and not re.search("[0-9]", subject) and others:
                place = report.meta.place[-1]
                form = chance.choice(["{}{}{}，对吗", "{}{}是{}吧", "{}{}{}吗"])
                yield (
                    form.format(place, subject, one.quantity.text),
                    form.format(place, subject, chance.choice(others)),
                    subject,
                    report,
                )


@pytest.mark.slow
def test_no_swapped_figure_of_a_real_report_is_affirmed_and_no_true_one_corrected() -> None:
    swaps = list(_swaps())
    assert len(swaps) >= 60
    affirmed = corrected = 0
    wronged = []
    for true, false, _, report in swaps:
        note = noted(false, report)
        affirmed += "是的" in note
        corrected += bool(re.search("不符|原文没有|原文的", note))
        if "不符" in noted(true, report):
            wronged.append(true)
    assert affirmed == 0
    assert corrected >= 0.75 * len(swaps)
    assert len(wronged) <= 0.02 * len(swaps), wronged


@ENDS
def test_a_long_hostile_line_is_judged_in_linear_time() -> None:
    line = line_of("办理", FEW) + line_of("案件3件，", 12_000) + "。"
    hostile = made(TEXT.replace("行政执法力量不足。", line))[0]
    assert noted("松川县办理案件5件吗", hostile) != YES
