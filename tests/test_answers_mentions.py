"""Which reports mention what is asked: numbered meetings, and lacks in any words."""

from __future__ import annotations

from pathlib import Path

import pytest
from answering import assistant_over, talk
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


def test_a_word_that_few_reports_hold_tells_them_apart(tmp_path: Path) -> None:
    texts = {
        f"{i}.txt": f"{name}人民政府关于2023年度法治政府建设情况的报告\n一、主要举措和成效\n"
        f"（一）普法宣传。{deed}，受众3万人次。\n（二）执法。组织执法培训{i + 3}期。\n"
        for i, (name, deed) in enumerate(
            [("柳河县", "用皮影演出普法剧"), ("松岭县", "开展普法活动"), ("白沙县", "组织普法宣讲")]
        )
    }
    with assistant_over(tmp_path, texts) as assistant:
        answer = talk(assistant, "哪家拿皮影搞普法")
        assert "共1份报告" in answer.text
        assert [c.source for c in answer.citations] == ["0.txt"]
        assert "未提及“皮影”" in answer.text
        every = talk(assistant, "哪些报告提到了普法")
        assert "共3份报告" in every.text
