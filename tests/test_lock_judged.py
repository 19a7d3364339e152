"""What a judge may decide of a line, and what code decides though a judge says yes."""

from __future__ import annotations

import pytest

from bot.lock.citations import Checker, Failure
from bot.lock.figures import check_figures
from bot.values import DraftLine, Passage

TEXT = (
    "优选9名律师组建区政府法律顾问团,固定列席区政府常务会议。35件积案已化解28件。发现问题16处,要求整改。"
    "部分单位领导对依法行政的重视不够。全年执法办案50余次。"
)
NAMES = {"r": ("某区", "2023")}


def left_to_a_judge(line: str, text: str = TEXT, role: str = "measures") -> bool:
    passage = Passage(1, "r", 0, len(text), text, "某区 2023", role=role)
    outcome = Checker([passage], {"r": text}.__getitem__, NAMES).check_line(
        DraftLine(f"{line}[1]", "claim")
    )
    return isinstance(outcome, Failure) and outcome.rewords


@pytest.mark.parametrize(
    "line",
    [
        "挑了9名律师组建区政府法律顾问团。",
        "问题16处是查出来的，已要求整改。",
        "报告没有说单位领导都不重视依法行政，说的是部分单位领导重视不够。",
        "35件积案没有全部化解，已化解28件。",
        "绝大多数积案已化解。",
        "区政府的法律顾问团，是挑9名律师组建起来的。",  # other order, other words
        "报告没有说16处问题已经整改到位，只说要求整改。",
        "查找出问题16处，要求整改。",  # another word of a deed that the quotes tell
    ],
)
def test_other_words_for_what_the_quotes_say_are_left_to_a_judge(line):
    assert left_to_a_judge(line)


@pytest.mark.parametrize(
    "line",
    [
        "挑了9名教授组建区政府法律顾问团。",  # another body
        "挑了9名律师组建市政府法律顾问团。",  # another level
        "挑了9名律师组建区政府法律顾问团，律师们交口称赞。",  # a tail
        "查出问题61处，要求整改。",  # another figure
        "查出问题16处，均已整改。",  # another extent, a requirement told as done
        "35件积案全部没有化解，看来难办。",  # none is not: not all
        "单位领导压根不重视依法行政，因为他们不称职。",  # a cause
        "碰上35件积案，审结28件。",  # another stage
        "碰上35件积案，接到28件。",
    ],
)
def test_facts_of_its_own_are_not(line):
    assert not left_to_a_judge(line)


CASES = "受理民间纠纷1171件,调解成功1165件。一审案件18件,败诉2件。甲院调解594件,同比上升77.3%;乙局结案572宗,同比上升50%。"


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("受理的1171件民间纠纷里有1165件谈拢了。", True),  # 纠纷 is of the whole
        ("受理的1165件民间纠纷里有1171件谈拢了。", False),
        ("一审案件18件,输了2件。", True),  # no words of its own: the figure before it tells
        ("甲院有594件、涨了77.3%。", True),
        ("甲院有594件、涨了50%。", False),
    ],
)
def test_a_figure_is_of_what_stands_with_it(line, right):
    assert (check_figures(line, [CASES]).problems == ()) is right


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("告知承诺事项增至187项", True),
        ("告知承诺事项增加到187项", True),
        ("告知承诺事项增加了187项", False),
        ("积案减少721件", True),
        ("积案减至721件", False),
        ("积案降至517件", True),
    ],
)
def test_what_a_rise_reached_is_not_by_how_much_it_rose(line, right):
    source = "告知承诺事项增至187项,积案减少721件,降至517件"
    assert (check_figures(line, [source]).problems == ()) is right


def test_a_change_is_of_the_figure_before_it_in_other_words_too():
    assert left_to_a_judge("甲院调停594件，比上年多了77.3%。", CASES)
    assert not left_to_a_judge("甲院调停594件，比上年多了50%。", CASES)


HONOURS = "甲应用入选省委政法委优秀案例;乙应用列入省司法厅试点清单;丙应用在全市推广。"
WAYS = "采取网上征求意见方式较多,座谈会、论证会等方式较少,导致意见针对性不强。"
AUDITS = "全年完成审计项目15个,被采纳审计建议38条,促进被审计单位制定整改措施109项。"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("乙应用被列进省司法厅的试点清单。", HONOURS),
        ("座谈会、论证会开得较少，网上征求意见的方式较多。", WAYS),
        ("因网上征求意见方式较多，意见针对性不强。", WAYS),
        ("109项整改措施是审计促使被审计单位制定的。", AUDITS),
    ],
)
def test_a_closed_word_that_stays_with_its_own_is_left_to_a_judge(line, text):
    assert left_to_a_judge(line, text)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("甲应用入选省司法厅优秀案例。", HONOURS),  # the body of another clause
        ("甲应用获评国家级优秀案例。", HONOURS),  # a level of its own
        ("甲应用在全市推广。", HONOURS),  # the level of another thing
        ("座谈会、论证会方式较多。", WAYS),  # the degree of another thing
        ("审计促使被审计单位完成整改109项。", AUDITS),  # the stage of another thing
        ("因人手少，完成审计项目15个。", AUDITS),  # a cause where the quotes tell none
    ],
)
def test_a_closed_word_of_another_thing_is_not(line, text):
    assert not left_to_a_judge(line, text)


@pytest.mark.parametrize(
    ("line", "words", "decides"),
    [
        ("省司法厅把乙应用列进试点清单。", ["乙应用列入省司法厅试点清单"], True),
        ("省司法厅把乙应用列进试点清单。", ["列入省司法厅"], True),  # its clause is meant
        ("省司法厅把乙应用列进试点清单。", ["丙应用在全市推广"], False),  # not the body
        ("省司法厅把乙应用列进试点清单。", [HONOURS + WAYS], False),  # all of it decides nothing
        ("省司法厅把乙应用列进试点清单。", ["列入省司法厅", "名单"], False),  # not the quotes'
        ("省司法厅把乙应用列进试点清单。", [], False),
    ],
)
def test_the_words_that_decide_hold_the_closed_words_of_a_line(line, words, decides):
    text = HONOURS + WAYS
    passage = Passage(1, "r", 0, len(text), text, "某区 2023", role="measures")
    checker = Checker([passage], {"r": text}.__getitem__, NAMES)
    assert checker.bears_out(line, words, [passage]) is decides


def test_the_words_that_decide_hold_the_figures_of_a_line():
    passage = Passage(1, "r", 0, len(AUDITS), AUDITS, "某区 2023", role="measures")
    checker = Checker([passage], {"r": AUDITS}.__getitem__, NAMES)
    line = "审计建议38条、整改措施109项。"
    assert checker.bears_out(line, ["被采纳审计建议38条", "制定整改措施109项"], [passage])
    assert not checker.bears_out(line, ["被采纳审计建议38条"], [passage])


def test_a_plan_told_as_done_is_not():
    text = "加强执法队伍建设,组建一支高素质的执法队伍。"
    assert not left_to_a_judge("高素质的执法队伍搭起来了。", text, "plans")


BODIES = "甲所被国家市场监督管理总局评为五星所;戴某被省市场监督管理局评为办案能手。"
FEW = "复议人员5人。清理结果公开。"


@pytest.mark.parametrize(
    ("line", "text", "left"),
    [
        ("评戴某为办案能手的则是省局。", BODIES, True),
        ("评戴某为办案能手的则是县局。", BODIES, False),
        ("评戴某为办案能手的则是省局。", f"{BODIES}省水利局评了甲所。", False),  # one of two
        ("复议人员只有5人。", FEW, True),  # whether that is little
        ("只有复议人员公开。", FEW, False),
    ],
)
def test_a_shortened_name_and_a_few(line, text, left):
    assert left_to_a_judge(line, text) is left


PLANNED = "制定养犬管理条例。"


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("养犬管理条例的安排是制定。", True),
        ("某区想把养犬管理条例制定出来。", True),
        ("养犬管理条例制定了。", False),
    ],
)
def test_a_plan_by_its_words(line, left):
    assert left_to_a_judge(line, PLANNED, role="plans") is left
