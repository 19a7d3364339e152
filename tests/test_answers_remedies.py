"""A problem stands beside the plan nearest to it in meaning, where no words join the two."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from answering import assistant_over, desk_of

from bot.answers.remedies import remedies
from bot.assistant import Assistant
from retrieval.documents import Chunk
from retrieval.search.nearness import Near, nothing_near

REPORT = """柳河县人民政府关于2023年度法治政府建设情况的报告
柳河县人民政府现将2023年度法治政府建设情况报告如下：
一、主要举措和成效
（一）法律援助。办理法律援助286件。
二、存在的问题
（一）部门之间各管一摊，群众办事要反复交材料。
三、下一步打算
（一）充实队伍。面向高校招录法学毕业生20名。
（二）数字赋能。打通壁垒，年内建成政务平台。
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("remedies"), {"a.txt": REPORT}) as made:
        yield made


def told(assistant: Assistant, nearest: str) -> list[str]:
    """Return the lines, and the kinds of the notes, where ``nearest`` is the plan nearest by vectors."""
    desk = desk_of(assistant, "柳河县的问题打算怎么解决")
    report = desk.reports[0]
    at = report.text.find(nearest)
    chunk = Chunk("c", report.id, 0, at, at + len(nearest), nearest, "", (), "plans")

    def near_to(_report: str, _words: str) -> tuple[Near, ...]:
        return (Near(chunk, 0.9, 0.0),)

    made = remedies(replace(desk, near_to=near_to if nearest else nothing_near))
    assert made is not None
    return [line.note.kind if line.note else line.text for line in made.lines]


@pytest.mark.parametrize("nearest", ["打通壁垒", "招录法学"])
def test_the_nearest_plan_is_told_as_the_nearest(assistant: Assistant, nearest: str) -> None:
    lines = told(assistant, nearest)
    head = lines.index("near_plan_head")
    assert nearest in lines[head + 1]


def test_without_vectors_nothing_is_called_near(assistant: Assistant) -> None:
    assert "near_plan_head" not in told(assistant, "")
