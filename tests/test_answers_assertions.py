"""Who asserts something and asks whether it is so is told what stands; without an assertion it is refused."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from answering import assistant_over

from bot.assistant import Assistant
from bot.notes import CORRECTING

TEXT = """青山县人民政府2023年度法治政府建设情况报告
一、主要举措和成效
(一)化解纠纷。全年败诉案件中5件涉及违法强制拆除,2件涉及不履行法定职责,1件涉及政府信息公开。
(二)信访工作。全年登记信访事项137件,其中初次信访112件、重复信访25件。
(三)放权赋能。对67项赋权事项逐项评估使用频率,收回21项,保留46项。
二、下一步工作安排
(一)充实执法力量。计划从县直部门选派执法人员60名到乡镇跟班执法。
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("asserted"), {"2023.txt": TEXT}) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "stands"),
    [
        ("青山县把给镇里的67项权力全收回去了，是吗", "收回21项,保留46项"),
        ("青山县信访137件都是重复的没错吧", "重复信访25件"),
    ],
)
def test_an_assertion_is_met_by_what_stands(
    assistant: Assistant, question: str, stands: str
) -> None:
    answer = assistant.ask(question).answer
    assert answer.status == "answered"
    assert "not_so_found" in {note.kind for note in answer.notes}
    assert any(stands in citation.quote for citation in answer.citations)


def test_what_corrects_more_exactly_stands_alone(assistant: Assistant) -> None:
    answer = assistant.ask("青山县2023年败诉的八件都是强拆引起的，对吧").answer
    kinds = [note.kind for note in answer.notes]
    assert "no_such_figure" in kinds
    assert "not_so_found" not in kinds


def test_nothing_asserted_is_refused(assistant: Assistant) -> None:
    answer = assistant.ask("青山县强拆引起的官司有没有").answer
    assert answer.status == "abstained"


@pytest.mark.parametrize(
    ("question", "borne_out"),
    [
        ("青山县已经从县直部门选派执法人员60名到乡镇跟班执法了，是吗", False),
        ("青山县计划选派60名执法人员到乡镇跟班执法，是吗", True),
    ],
)
def test_a_plan_does_not_bear_out_what_is_asserted_as_done(
    assistant: Assistant, question: str, borne_out: bool
) -> None:
    answer = assistant.ask(question).answer
    assert ("confirmed" in {note.kind for note in answer.notes}) is borne_out
    assert any("60名" in citation.quote for citation in answer.citations)


@pytest.mark.parametrize("said", [130, 137])
def test_a_correction_stands_over_words_that_another_part_has_told(
    assistant: Assistant, said: int
) -> None:
    answer = assistant.ask(f"青山县登记信访多少件？初次信访是{said}件吗").answer
    kinds = [(s.kind, s.note.kind if s.note else "") for s in answer.sentences]
    corrections = [at for at, (_, kind) in enumerate(kinds) if kind in CORRECTING]
    assert corrections
    assert all(kinds[at + 1][0] == "claim" for at in corrections)
