"""G1: with a model that fails often, every question is answered whole and no call is wasted."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date

import pytest
from answering import QINGSHI, library_over
from fake_llm import Reply, ScriptedChat

from bot.assistant import Assistant
from bot.model.budget import Ceilings, DailyBudget
from bot.model.llm import Allowance, Breaker, PatientChat
from bot.model.trouble import MODEL_UNAVAILABLE
from bot.synthesis import OVER_BUDGET, Synthesis
from bot.values import Answer
from retrieval.errors import ModelFailed
from retrieval.library.library import Library

pytestmark = pytest.mark.slow

REPORT = f"""{QINGSHI}三、下一步打算
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
    with library_over(tmp_path_factory.mktemp("faults"), {"r.txt": REPORT}) as held:
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


MESSAGES = (
    *QUESTIONS,
    ("青石县审核了多少件规范性文件，调解成功率是多少", "98.4%"),  # two asks, worded in one call
    ("青石那边普法上有啥毛病没", ""),  # read anew where the trained reader is unsure
    ("青石县有没有搞数字门牌", ""),  # nothing is found
    ("Which problems does Qingshi County list?", "普法形式单一"),
)


def declined(answer: Answer) -> bool:
    return any(s.note is not None and "declined" in str(s.note) for s in answer.sentences)


class Clock:
    """Time that passes while a model speaks."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def tick(self, seconds: float) -> None:
        self.now += seconds


class Timed(ScriptedChat):
    """Keeps to the deadline it is given, as the endpoint does, on a clock of its own."""

    def __init__(self, replies: Sequence[Reply], clock: Clock, chance: random.Random) -> None:
        super().__init__(replies)
        self._clock, self._chance = clock, chance

    def stream(self, messages, *, deadline_s, **more):  # type: ignore[no-untyped-def]
        until = self._clock.now + deadline_s
        for piece in super().stream(messages, deadline_s=deadline_s, **more):
            self._clock.tick(self._chance.choice((0.0, 0.1, 1.0)))
            if self._clock.now > until:
                self._clock.now = until
                raise ModelFailed("late", reason="deadline", retry=False)
            yield piece


def test_no_fault_costs_an_answer_a_fourth_call_or_the_deadline(library: Library) -> None:
    """Readings, selections and judgements fail alike: cut, empty, no JSON, not as agreed, slow."""
    chance, clock = random.Random(14), Clock()
    odd: tuple[Reply, ...] = (
        "{", "没有看懂", '{"answerable": true, "items": [{"quotes": [999], "say": "全省第一"}]}',
        '{"answerable": false, "items": []}', '{"verdicts": 3}', "<think>嗯", "null",
        '{"act": "ask", "asks": "x"}', '{"items": [{"quotes": "‹34条›", "say": {"a": 1}}]}',
    )  # fmt: skip
    replies = [chance.choice(odd) if chance.random() < 0.2 else reply for reply in faulty(15, 3000)]
    chat = Timed(replies, clock, chance)
    patient = PatientChat(chat, breaker=Breaker(clock=clock), sleep=clock.tick)
    synthesis = Synthesis(patient, DailyBudget(Ceilings(10**9, 10**9)), lambda: date(2024, 1, 1))
    synthesis.allowance = lambda: Allowance(clock=clock)  # type: ignore[method-assign]
    assistant = Assistant(library, synthesis=synthesis)
    for number in range(500):
        question, needed = MESSAGES[number % len(MESSAGES)]
        calls, started = len(chat.calls), clock.now
        answer = assistant.ask(question).answer
        assert answer.text
        assert answer.status == "answered" or not needed or declined(answer), (number, answer.text)
        assert needed in answer.text, (number, answer.text)  # what was declined is shown as nearest
        assert "全省第一" not in answer.text
        assert len(chat.calls) - calls <= 3
        assert clock.now - started <= Allowance().seconds + 1
        clock.tick(10)
    assert sum(s.schema is not None for s in chat.calls) > 100


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


def test_what_one_message_asks_is_worded_in_one_call(library: Library) -> None:
    reply = '{"answerable": true, "items": [{"label": "", "quotes": [‹34条›], "say": "青石县全年审核规范性文件12件，提出意见34条。", "infer": false}]}'
    chat = ScriptedChat([reply])
    synthesis = Synthesis(PatientChat(chat), DailyBudget(), lambda: date(2024, 1, 1))
    answer = Assistant(library, synthesis=synthesis).ask(MESSAGES[4][0]).answer
    assert "青石县全年审核规范性文件12件" in answer.text
    assert "98.4%" in answer.text
    assert (answer.writer, len(chat.calls)) == ("llm", 1)
