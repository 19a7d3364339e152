"""Computed notes have an English form; official wording is left alone."""

from __future__ import annotations

import pytest

from bot.answers.english import english_note


@pytest.mark.parametrize(
    ("note", "english"),
    [
        ("存在问题，原文共3条：", "Problems — 3 listed in the original (原文共3条):"),
        ("未收录诸暨市的报告。", "No report is held for 诸暨市."),
        (
            "未收录上虞区2021年度的报告（现有2022年度）。",
            "No report is held for 上虞区2021年度 (held: 2022).",
        ),
        ("是的，原文如此：", "Yes; the report says:"),
        ("绍兴市上虞区（2022年度）：", "绍兴市上虞区（2022年度）："),
        ("", ""),
    ],
)
def test_notes(note: str, english: str) -> None:
    assert english_note(note) == english
