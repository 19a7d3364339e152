"""What a judge may decide of a line, and what code decides though a judge says yes."""

from __future__ import annotations

import pytest

from bot.lock.citations import Checker, Failure
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
    ],
)
def test_facts_of_its_own_are_not(line):
    assert not left_to_a_judge(line)


def test_a_plan_told_as_done_is_not():
    text = "加强执法队伍建设,组建一支高素质的执法队伍。"
    assert not left_to_a_judge("高素质的执法队伍搭起来了。", text, "plans")
