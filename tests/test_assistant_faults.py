"""G1: with a model that fails often, every question is answered whole and no call is wasted."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from bot.assistant import Assistant
from bot.model.budget import Ceilings, DailyBudget
from bot.model.fake_llm import Reply, ScriptedChat
from bot.model.llm import Breaker, PatientChat
from bot.model.trouble import MODEL_UNAVAILABLE
from bot.synthesis import OVER_BUDGET, Synthesis
from retrieval.errors import ModelFailed
from retrieval.library.library import Library
from retrieval.search.embedding import FakeEmbedder

REPORT = """青石县2023年法治政府建设情况报告
一、主要举措和成效
（一）依法决策。全年审核规范性文件12件，提出意见34条。
（二）化解纠纷。受理民间纠纷560件，调解成功551件，调解成功率98.4%。
二、存在问题
一是执法人员偏少。二是普法形式单一。
三、下一步打算
（一）充实执法队伍。（二）丰富普法形式。
"""
QUESTIONS = (
    ("青石县审核了多少件规范性文件", "12件"),
    ("青石县调解成功率是多少", "98.4%"),
    ("青石县列出了哪些问题", "普法形式单一"),
    ("青石县下一步打算做什么", "丰富普法形式"),
)
RIGHT = (
    "全年审核规范性文件12件，提出意见34条。[‹34条›]\n受理民间纠纷560件，调解成功551件，调解成功率98.4%。[‹98.4%›]\n"
    "一是执法人员偏少。[‹人员偏少›]\n二是普法形式单一。[‹形式单一›]"
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("faults")
    (folder / "r.txt").write_text(REPORT, "utf-8")
    with Library.open(folder / "lib", embedder=FakeEmbedder(), create=True) as held:
        held.ingest([Path(folder / "r.txt")])
        yield held


def faulty(seed: int, rounds: int) -> Sequence[Reply]:
    """30% of replies fail: before the first word, in the middle, for good, or with nothing in them."""
    chance = random.Random(seed)
    faults: tuple[Reply, ...] = (
        ModelFailed("busy", reason="http_500", retry=True),
        ("全年审核规范", ModelFailed("cut", reason="cut", retry=False)),
        ModelFailed("quota", reason="quota", retry=False),
        "",
    )
    return [chance.choice(faults) if chance.random() < 0.3 else RIGHT for _ in range(rounds)]


def test_every_question_is_answered_whole(library: Library) -> None:
    chat = ScriptedChat(faulty(7, 2000))
    patient = PatientChat(chat, breaker=Breaker(), sleep=lambda _: None)
    assistant = Assistant(
        library,
        synthesis=Synthesis(patient, DailyBudget(Ceilings(10**9, 10**9)), lambda: date(2024, 1, 1)),
    )
    for number in range(500):
        question, needed = QUESTIONS[number % len(QUESTIONS)]
        before = len(chat.calls)
        answer = assistant.ask(question).answer
        assert answer.status == "answered"
        assert needed in answer.text, (number, answer.text)
        assert len(chat.calls) - before <= 3
        if answer.writer == "extractive":
            assert answer.model is None


def test_over_budget_the_extract_is_given_without_a_call(library: Library) -> None:
    chat = ScriptedChat([RIGHT])
    synthesis = Synthesis(
        PatientChat(chat), DailyBudget(Ceilings(10, 10)), lambda: date(2024, 1, 1)
    )
    answer = Assistant(library, synthesis=synthesis).ask(QUESTIONS[0][0]).answer
    assert answer.sentences[0].note == OVER_BUDGET
    assert "12件" in answer.text
    assert not chat.calls


def test_a_dead_model_is_said_once_and_does_not_stop_the_answer(library: Library) -> None:
    chat = ScriptedChat([ModelFailed("no", reason="auth", retry=False)])
    synthesis = Synthesis(PatientChat(chat), DailyBudget(), lambda: date(2024, 1, 1))
    answer = Assistant(library, synthesis=synthesis).ask(QUESTIONS[1][0]).answer
    assert [s.note for s in answer.sentences].count(MODEL_UNAVAILABLE) == 1
    assert "98.4%" in answer.text
    assert len(chat.calls) == 1
