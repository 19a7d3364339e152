"""Which reports mention what is asked: numbered meetings, and lacks in any words."""

from __future__ import annotations

import pytest
from reporting_fakes import desk

from bot.answers.across import which

ALL = ("000_", "001_", "002_", "003_", "004_")


def reports_of(question: str) -> set[str]:
    draft = which(desk(question, *ALL))
    return {c.report[:3] for line in draft.lines for c in line.cites}


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("哪几个地方开了依法治区（县）委员会第五次会议？", {"001", "003", "004"}),
        ("哪些地方开了依法治区委员会第一次会议？", {"002"}),
        ("哪些地方说法制审核人员力量不够？", {"000", "001", "004"}),
        ("哪些地方提到了府院联动", {"001", "004"}),
    ],
)
def test_the_reports_that_say_it(question: str, told: set[str]) -> None:
    assert reports_of(question) == told
