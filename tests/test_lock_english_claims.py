"""English lines over Chinese quotes: denial, direction, plan or deed, number words, whose a figure is."""

from __future__ import annotations

from random import Random

import pytest
from english_lines import english_passages
from near_misses import Trial

from bot.lock.citations import Checker, Failure
from bot.lock.english_figures import in_chinese_figures
from bot.values import DraftLine, Passage

NAMES = {"r": ("上虞区", "上虞", "玉山县", "玉山", "2022", "2023")}


def is_left_to_a_judge(line: str, text: str) -> bool:
    """Tell whether code finds nothing against an English line; shown by code alone it never is."""
    passage = Passage(1, "r", 0, len(text), text, "上虞区 2022")
    checker = Checker((passage,), lambda _: text, NAMES, language="en")
    outcome = checker.check_line(DraftLine(f"{line} [1]", "claim"))
    assert isinstance(outcome, Failure)
    return outcome.waiting == line


@pytest.mark.slow
def test_made_up_facts_told_in_english():
    made = list(english_passages(Random(7), 140))
    near = [Trial(m.text, kind, line) for m in made for kind, line in m.wrong]
    true = [Trial(m.text, kind, line) for m in made for kind, line in m.right]
    assert len(near) >= 600
    assert len(true) >= 400
    left = [t for t in near if is_left_to_a_judge(t.line, t.passage)]
    assert len(left) <= 0.01 * len(near), [(t.kind, t.line) for t in left]
    refused = [t for t in true if not is_left_to_a_judge(t.line, t.passage)]
    assert len(refused) <= 0.03 * len(true), [(t.kind, t.line) for t in refused]


REVIEW = (
    "发挥行政复议主渠道作用，2022年全区累计收到行政复议申请350件，同期增长75%；受理审结160件，同期下降8.6%；"
    "调撤案件258件，调撤率达到70.7%，同比上升24.2个百分点；纠错案件28件，纠错率为17.5%，同比下降21.4个百分点；"
    "复议后起诉率7.2%，复议后无败诉案件。"
)
YUSHAN = (
    "今年以来，我县共收到行政复议案件65件，受理前协调处理29件，受理行政复议案件36件，已审结30件。"
)
PETITIONS = "全区信访形势稳中有降，2022年全年总量409件，2021年全年456件，同比下降10.31%。"
STAFF = "专业法制人员队伍力量不足，部分执法人员未取得执法资格。"
MEDIATION = "全县各级调解组织共受理民间纠纷1171件，调解成功1165件，调解成功率为99%。"
CLEARING = "对466件行政规范性文件进行全面清理，经审查，继续有效330件、停止执行122件、修改14件。"
PLAN = "下一步，将加强执法监督，推进队伍建设。"
ONLINE = "政务服务事项2980项，实现网上可办率99.90%，掌上可办率99.26%。"
# Written by hand, as a person would put it.
RIGHT = [
    ("In 2022 the district received 350 applications for administrative reconsideration, 75% more than a year earlier.", REVIEW),
    ("A total of 160 cases were accepted and concluded, down 8.6%.", REVIEW),
    ("258 cases were settled or withdrawn, a rate of 70.7%, up 24.2 percentage points.", REVIEW),
    ("The correction rate of 17.5% was 21.4 percentage points lower than the year before.", REVIEW),
    ("None of the reviewed cases was lost in court afterwards.", REVIEW),
    ("The correction rate fell by 21.4 percentage points to 17.5%.", REVIEW),
    ("Yushan received 65 reconsideration cases, of which 29 were handled by coordination before acceptance and 36 were accepted.", YUSHAN),
    ("So far 30 cases have been concluded.", YUSHAN),
    ("Thirty of the thirty-six accepted cases have been concluded.", YUSHAN),
    ("Petitions fell to 409 in 2022 from 456 in 2021, a drop of 10.31%.", PETITIONS),
    ("There were 456 petitions in 2021.", PETITIONS),
    ("Some law enforcement officers have not obtained a law enforcement licence.", STAFF),
    ("The district does not have enough professional legal staff.", STAFF),
    ("Professional legal staff are insufficient.", STAFF),
    ("Mediation organisations at all levels accepted 1,171 civil disputes and settled 1,165 of them, a success rate of 99%.", MEDIATION),
    ("1,165 of 1,171 disputes were successfully mediated.", MEDIATION),
    ("Of 466 normative documents reviewed, 330 remain in force, 122 were discontinued and 14 were amended.", CLEARING),
    ("Fourteen normative documents were amended.", CLEARING),
    ("Next, supervision of law enforcement will be strengthened.", PLAN),
    ("The district plans to step up supervision of law enforcement.", PLAN),
    ("99.26% of services can be handled on a mobile phone.", ONLINE),
    ("There are 2,980 government service items, and 99.90% can be handled online.", ONLINE),
]  # fmt: skip
WRONG = [
    ("In 2022 the district received 160 applications for administrative reconsideration.", REVIEW),
    ("It concluded 350 cases.", REVIEW),
    ("Applications fell by 75% to 350.", REVIEW),
    (
        "The correction rate of 17.5% was 21.4 percentage points higher than the year before.",
        REVIEW,
    ),
    ("The settlement rate was 17.5%.", REVIEW),
    ("Some of the reviewed cases were lost in court afterwards.", REVIEW),
    ("Three hundred applications were received.", REVIEW),
    ("Applications more than doubled to 350.", REVIEW),
    ("Yushan accepted 65 reconsideration cases.", YUSHAN),
    ("Thirty-six cases have been concluded.", YUSHAN),
    ("Only 30 cases have been concluded.", YUSHAN),
    ("The 36 accepted cases have not been concluded.", YUSHAN),
    ("Petitions rose by 10.31% in 2022.", PETITIONS),
    ("Law enforcement officers have obtained their law enforcement qualification.", STAFF),
    ("The professional legal staff are sufficient.", STAFF),
    ("All law enforcement officers have not obtained a law enforcement licence.", STAFF),
    ("1,171 disputes were successfully mediated.", MEDIATION),
    ("Mediation organisations failed to settle 1,165 disputes.", MEDIATION),
    ("122 normative documents remain in force.", CLEARING),
    ("Supervision of law enforcement has been strengthened.", PLAN),
    ("The district strengthened supervision of law enforcement.", PLAN),
    ("Nearly half of the services can be handled online.", ONLINE),
]


@pytest.mark.parametrize(("line", "text"), RIGHT)
def test_a_right_line_is_left_to_a_judge(line, text):
    assert is_left_to_a_judge(line, text)


@pytest.mark.parametrize(("line", "text"), WRONG)
def test_a_wrong_line_is_refused(line, text):
    assert not is_left_to_a_judge(line, text)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("three hundred and twelve cases", "312 cases"),
        ("twenty-five officers and thirty judges", "25 officers and 30 judges"),
        ("1.2 million people", "1200000 people"),
        ("ten thousand copies", "10000 copies"),
        ("a hundred and one", "101"),
        ("two dozen rooms", "24 rooms"),
        ("one of them", "one of them"),
        ("seventy-five per cent", "75%"),
        ("on august 28, 2022", "on 2022年8月28日"),
        ("it may rise", "it may rise"),
        ("one thousand two hundred", "1200"),
    ],
)
def test_number_words(english, chinese):
    assert in_chinese_figures(english) == chinese
