"""A message that may ask for a whole report is told it where nothing else was found; why is told
by the sentence that answers, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from answering import assistant_over

from bot.assistant import Assistant
from retrieval.question.request import Ask, FakeReader, Request, Tagged

TEXT = """青山县人民政府2023年度法治政府建设情况报告
一、主要举措和成效
(一)公正司法。全县一审行政诉讼案件19件,败诉5件,败诉原因是早年林权证四至不清、一地多证。
(二)执法规范。全年办理行政处罚案件120件。
二、存在的问题
(一)执法力量不足,一些乡镇没有专人。
(二)负责人出庭应诉率未达100%。
三、下一步打算
(一)加强执法培训。
"""
QUESTION = "三分钟读完青山县这份，妙语多少"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("whole"), {"青山县.txt": TEXT}) as opened:
        yield opened


def read_as(confidence: float, *operations: str) -> FakeReader:
    """Return a reader that takes the question for a list of its problems on 妙语, or for others."""
    end = len(QUESTION)
    ask = Ask("measures", "list", places=("青山县",), theme=("妙语",), span=(0, end))
    at = QUESTION.index("妙语")
    tags = (Tagged("place", 5, 8, "青山县"), Tagged("theme", at, at + 2, "妙语"))
    others = tuple(("report", operation, 0.2) for operation in operations)
    request = Request(QUESTION, "ask", (ask,), tags, confidence, alternatives=others)  # type: ignore[arg-type]
    return FakeReader([request])


@pytest.mark.parametrize(
    ("confidence", "operation", "status"),
    [(0.3, "overview", "answered"), (0.3, "verify", "clarify"), (0.9, "overview", "abstained")],
)
def test_a_message_hardly_read_is_told_the_whole_report(
    assistant: Assistant, confidence: float, operation: str, status: str
) -> None:
    library = assistant.library
    answer = Assistant(library, reader=read_as(confidence, operation)).ask(QUESTION).answer
    assert answer.status == status
    if status == "answered":
        assert answer.answerer == "overview"
        assert "执法力量不足" in answer.text
        assert "加强执法培训" in answer.text


def test_why_is_told_by_the_sentence_that_answers(assistant: Assistant) -> None:
    answer = assistant.ask("青山县行政诉讼为什么败诉").answer
    assert "四至不清" in answer.text
    assert "未达100%" not in answer.text
