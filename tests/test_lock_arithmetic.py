"""Arithmetic of a model's own: shown as computed where code can do it from fit operands, else refused."""

from __future__ import annotations

from random import Random

import pytest

from bot.lock.citations import COMPUTED, Checker, Failure
from bot.values import DraftLine, Passage, Sentence

TEXT = (
    "甲县收到行政复议申请350件，受理160件，纠错28件。罚款120万元，培训执法人员350人次。纠错率为17.5%，败诉率为5.2%，"
    "信访总量2022年为409件、2021年为456件。审查合同12件、协议9件。"
)
OTHER = "乙县收到行政复议申请120件。乙县培训村干部90件。"
TEXTS = {"a": TEXT, "b": OTHER}
NAMES = {"a": ("甲县", "2022"), "b": ("乙县", "2022")}


def shown(line: str, marker: str = "[1]") -> str:
    """Return a line as it is shown, in English by a judge's leave; empty if it is refused."""
    passages = tuple(
        Passage(n, r, 0, len(t), t, r) for n, (r, t) in enumerate(TEXTS.items(), start=1)
    )
    english = sum(c.isascii() for c in line) > len(line) / 2
    checker = Checker(passages, TEXTS.__getitem__, NAMES, language="en" if english else "zh")
    outcome = checker.check_line(DraftLine(f"{line}{marker}", "claim"))
    if english and isinstance(outcome, Failure):
        return outcome.waiting
    return outcome.text if isinstance(outcome, Sentence) else ""


@pytest.mark.parametrize(
    "line",
    [
        "收到行政复议申请350件，受理160件，相差190件。",
        "收到申请350件，比受理的160件多190件。",
        "受理160件，比收到申请350件少190件。",
        "受理160件，占收到申请350件的45.7%。",
        "信访总量2022年为409件，比2021年的456件减少47件。",
        "信访总量2022年为409件，2021年为456件，减少10.3%。",
        "纠错率17.5%，比败诉率5.2%高12.3个百分点。",
        "2021年、2022年信访总量分别为456件、409件，合计865件。",
        "审查合同12件、协议9件，合计21件。",
        "The county received 350 applications and accepted 160, a difference of 190.",
    ],
)
def test_what_code_can_reckon_is_shown_as_computed(line):
    assert COMPUTED in shown(line)


@pytest.mark.parametrize(
    "line",
    [
        "收到申请350件，受理160件，相差200件。",  # wrong
        "收到申请350件，培训执法人员350人次，合计700件。",  # two units
        "收到行政复议申请350件，罚款120万元，相差230件。",
        "收到申请350件，受理160件，合计510件。",  # a whole and its part
        "收到申请350件，受理160件，纠错28件，合计538件。",
        "收到申请350件，信访总量2022年为409件，相差59件。",  # two things
        "受理160件，占信访总量409件的39.1%。",
        "受理160件，占培训350人次的45.7%。",
        "纠错28件，占收到申请350件的17.5%。",  # 17.5% is of another whole
        "受理160件，比收到申请350件多190件。",  # the other way
        "信访总量2022年为409件，比2021年的456件增加47件。",
        "信访总量2022年为409件，2021年为456件，增加10.3%。",
        "信访总量2022年为409件，2021年为456件，减少11.5%。",  # of the wrong base
        "纠错率17.5%，比败诉率5.2%低12.3个百分点。",
        "收到申请160件，受理350件，相差190件。",  # operands turned
        "受理160件，相差190件。",  # an operand not shown
        "收到申请350件是受理160件的3.2倍。",
        "The county received 350 applications and accepted 160, a difference of 200.",
        "The county received 350 applications and accepted 160, 510 in total.",
    ],
)
def test_what_does_not_follow_is_refused(line):
    assert shown(line) == ""


def test_figures_of_two_places_are_compared_only_if_of_one_thing():
    line = "甲县收到行政复议申请350件，乙县收到行政复议申请120件，甲县比乙县多230件。"
    assert COMPUTED in shown(line, "[1][2]")
    assert shown(line.replace("多230件", "少230件"), "[1][2]") == ""
    assert shown(line.replace("多230件", "多220件"), "[1][2]") == ""
    assert shown("甲县收到行政复议申请350件，乙县培训村干部90件，相差260件。", "[1][2]") == ""


@pytest.mark.slow
def test_wrong_results_are_refused_whatever_the_figures():
    chance = Random(5)
    for _ in range(60):
        a, b = sorted(chance.sample(range(20, 900), 2), reverse=True)
        text = f"全年受理案件{a}件，审结{b}件。"
        passage = Passage(1, "r", 0, len(text), text, "")
        for said, right in ((a - b, True), (a - b + chance.randint(1, 9), False), (a + b, False)):
            if said in (a, b):
                continue
            checker = Checker((passage,), lambda _, t=text: t, {"r": ()})
            line = f"受理案件{a}件，审结{b}件，相差{said}件。[1]"
            outcome = checker.check_line(DraftLine(line, "claim"))
            assert isinstance(outcome, Sentence) is right, line
