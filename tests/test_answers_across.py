"""What is said of reports that do not tell what others tell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from answering import assistant_over, desk_of, talk

from bot.answers.across import not_saying
from bot.answers.lists import list_in
from bot.values import DraftLine
from retrieval.question.terms import content_terms

TEXT = """青山县人民政府2023年度法治政府建设情况报告
一、主要举措
开展宣传活动120场次。
"""


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ("受理行政复议案件43件", "not_mentioned"),  # the word stands there, and here nowhere
        ("不向企业重复要材料", "nothing_found_in"),  # it is told in other words
    ],
)
def test_a_word_that_no_answer_uses_proves_no_absence(tmp_path: Path, told: str, kind: str):
    with assistant_over(tmp_path, {"a.txt": TEXT}) as assistant:
        library = assistant.library
        report = library.report(library.reports()[0].id)
        lines = not_saying([report], content_terms("行政复议"), [DraftLine(told, "claim")])
    assert [line.note.kind for line in lines if line.note] == [kind]


LIST = """{place}人民政府2023年度法治政府建设情况报告
一、主要举措
{told}
二、存在的问题
一是执法力量不足；二是宣传形式单一。
"""


def test_where_causes_are_not_told_each_report_is_answered_from_itself(tmp_path: Path):
    """What is nearest to a cause that no report tells stood under the names of all of them."""
    texts = {
        "a.txt": LIST.format(place="青山县", told="开展宣传活动120场次。"),
        "b.txt": LIST.format(
            place="白水县", told="行政诉讼案件1件，为某砂场不服行政处罚案，一审判决驳回其诉讼请求。"
        ),
    }
    with assistant_over(tmp_path, texts) as assistant:
        desk = desk_of(assistant, "各县行政诉讼案件的原因是什么")
        desk = replace(desk, query=replace(desk.query, role="causes", yes_no=False))
        drafts = [(report, list_in(desk, report)) for report in desk.reports]
    assert len(drafts) == 2
    for report, draft in drafts:
        assert {cite.report for line in draft.lines for cite in line.cites} <= {report.id}


def test_a_lack_that_is_not_among_those_listed_is_said_not_to_be(tmp_path: Path):
    text = LIST.format(place="青山县", told="全年受理矛盾纠纷860件，调解成功率98%。")
    with assistant_over(tmp_path, {"a.txt": text}) as assistant:
        answer = talk(assistant, "青山县矛盾纠纷方面存在哪些问题")
    assert answer.notes[0].kind == "not_among"
    assert "860件" in answer.text
