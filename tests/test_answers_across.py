"""What is said of reports that do not tell what others tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from answering import assistant_over

from bot.answers.across import not_saying
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
