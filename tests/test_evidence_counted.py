"""A figure of another thing is offered as near where the word for what is counted stands nowhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from answering import QINGSHAN, assistant_over, desk_of, talk

from bot.answers import facts
from bot.evidence.counted import counted


@pytest.mark.parametrize(
    ("question", "thing"),
    [
        ("青山县开了多少场法治讲座", "讲座"),
        ("青山县矛盾纠纷案件有多少件", "案件"),
        ("青山县乡镇真正在上班的有多少人", None),  # a verb says how, not what
        ("青山县存在哪些问题", None),
    ],
)
def test_the_noun_counted_stands_behind_the_unit_or_before(
    tmp_path: Path, question: str, thing: str | None
) -> None:
    with assistant_over(tmp_path, {"a.txt": QINGSHAN}) as assistant:
        found = counted(desk_of(assistant, question).query)
    assert (found.word if found else None) == thing


@pytest.mark.parametrize(
    ("question", "chance", "status"),
    [
        ("青山县培训了多少名村官", 0.4, "abstained"),
        ("青山县培训了多少名村官", 0.6, "answered"),
        ("青山县受理了多少件矛盾纠纷", 0.4, "answered"),  # its word stands there
    ],
)
def test_only_an_unsure_figure_without_its_word_is_near(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, question: str, chance: float, status: str
) -> None:
    said = "320人次" if "村官" in question else "860件"

    def answer_in(desk, report):
        lines = [ln for ln in desk.reading(report).lines if said in ln.folded]
        found = facts.ordered(desk.query, desk.reading(report), lines, (), (), 1)
        return [replace(e, chance=chance) for e in found]

    monkeypatch.setattr(facts, "answer_in", answer_in)
    with assistant_over(tmp_path, {"a.txt": QINGSHAN}) as assistant:
        answer = talk(assistant, question)
    assert answer.status == status
    assert said in answer.text
    assert ("没有找到关于“村官”的内容" in answer.text) == (status == "abstained")
