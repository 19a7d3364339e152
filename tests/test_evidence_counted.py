"""A figure of another thing is offered as near where the word for what is counted stands nowhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from answering import QINGSHAN, assistant_over, desk_of, talk

from bot.answers import facts
from bot.evidence.counted import counted
from bot.evidence.likely import ordered


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
    ("question", "chance", "near"),
    [
        ("青山县培训了多少名厨师", 0.4, True),
        ("青山县培训了多少名厨师", 0.6, False),
        ("青山县受理了多少件矛盾纠纷", 0.4, False),  # its word stands there
    ],
)
def test_of_an_unsure_figure_without_its_word_that_is_said_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, question: str, chance: float, near: bool
) -> None:
    said = "320人次" if "厨师" in question else "860件"

    def likely(query, reading, lines, spoken, known, near, pairs):
        held = [line for line in lines if said in line.folded]
        found = ordered(query, reading, held, known, near, 1)
        return replace(found[0], chance=chance)

    monkeypatch.setattr(facts, "likely", likely)
    with assistant_over(tmp_path, {"a.txt": QINGSHAN}) as assistant:
        answer = talk(assistant, question)
    assert said in answer.text
    assert answer.text.startswith("原文没有出现“厨师”，相近的是：") == near
