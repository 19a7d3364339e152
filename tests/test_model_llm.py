"""Retries, allowance, breaker, and the lines of a stream: with a scripted model, no network."""

from __future__ import annotations

import subprocess
import sys

import pytest
from fake_llm import ScriptedChat

from bot.model.draft_lines import MAX_REPLY_CHARS, draft_lines
from bot.model.endpoints import Endpoint
from bot.model.llm import Allowance, Breaker, PatientChat
from bot.model.openai_client import OpenAIEndpoint, longest_pause, retry_after
from retrieval.errors import ConfigurationError, ModelFailed

ASK = [{"role": "user", "content": "问"}]


def down(reason: str = "busy", *, retry: bool = True, wait_s: float = 0) -> ModelFailed:
    return ModelFailed("忙", reason=reason, retry=retry, retry_after_s=wait_s)


def said(chat: PatientChat, allowance: Allowance) -> str:
    return "".join(chat.stream(ASK, max_tokens=9, allowance=allowance))


def test_a_question_never_costs_more_than_its_calls():
    model = ScriptedChat([down()])
    chat = PatientChat(model, sleep=lambda s: None)
    allowance = Allowance()
    for _ in range(3):
        with pytest.raises(ModelFailed):
            said(chat, allowance)
    assert len(model.calls) == 3
    assert allowance.spent


def test_calls_of_one_question_share_its_deadline():
    now = [0.0]
    model = ScriptedChat(["好"])
    chat = PatientChat(model)
    allowance = Allowance(seconds=45, clock=lambda: now[0])
    said(chat, allowance)
    now[0] = 40
    said(chat, allowance)
    assert [round(c.deadline_s) for c in model.calls] == [45, 5]
    now[0] = 45
    with pytest.raises(ModelFailed) as failure:
        said(chat, allowance)
    assert (failure.value.reason, len(model.calls)) == ("deadline", 2)


def test_waits_grow_and_the_servers_wish_comes_first():
    waits: list[float] = []
    model = ScriptedChat([down(wait_s=7), down(), "好"])
    assert said(PatientChat(model, sleep=waits.append), Allowance()) == "好"
    assert waits == [7, 1.0]


def test_no_other_call_once_text_was_given():
    model = ScriptedChat([["半", down("cut")], "好"])
    with pytest.raises(ModelFailed, match="忙"):
        said(PatientChat(model, sleep=lambda s: None), Allowance())
    assert len(model.calls) == 1


def test_half_of_the_last_twenty_failures_open_the_breaker():
    breaker = Breaker()
    for turn in range(19):
        breaker.failed("x") if turn % 2 else breaker.succeeded()
        assert breaker.may_call()
    breaker.failed("x")
    assert not breaker.may_call()


def test_only_one_caller_probes_and_a_lost_probe_is_replaced():
    now = [0.0]
    breaker = Breaker(clock=lambda: now[0])
    breaker.failed("refused", hopeless=True)
    now[0] = 30
    assert [breaker.may_call() for _ in range(5)] == [True, False, False, False, False]
    now[0] = 61  # the probe never reported
    assert breaker.may_call()
    breaker.succeeded()
    assert breaker.may_call()
    assert not breaker.is_open


def test_a_refused_answer_is_no_fault_of_the_endpoint():
    breaker = Breaker(in_a_row=1)
    with pytest.raises(ModelFailed):
        said(
            PatientChat(ScriptedChat([down("filtered", retry=False)]), breaker=breaker), Allowance()
        )
    assert not breaker.is_open


def test_l18_without_a_key_there_is_no_endpoint():
    with pytest.raises(ConfigurationError, match="OPENAI_API_KEY"):
        OpenAIEndpoint(Endpoint(""))
    assert "sk-" not in repr(Endpoint("sk-abcdefgh"))


@pytest.mark.parametrize("url", ["http://[bad", "ftp://x/v1", "http://", "你的地址 /v1"])
def test_a_bad_address_is_named(url):
    with pytest.raises(ConfigurationError, match="OPENAI_BASE_URL"):
        OpenAIEndpoint(Endpoint("sk-abcdefgh", url))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"retry-after": "3"}, 3),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "nan"}, 0),
        ({"retry-after": "soon"}, 0),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Thu, 01 Jan 1970 00:01:40 GMT"}, 90),
    ],
)
def test_retry_after_is_read(headers, seconds):
    assert retry_after(headers, now=10.0) == seconds


@pytest.mark.slow
def test_the_sdk_is_loaded_only_when_a_model_is_called():
    program = "import sys, bot.model.writers_llm; print({'openai','tenacity','tiktoken'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "set()"


# ---- lines of a stream -------------------------------------------------------------------------


def lines(text: str, size: int = 3) -> list[str]:
    pieces = [text[i : i + size] for i in range(0, len(text), size)]
    return [line.text for line in draft_lines(pieces)]


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("甲。[1]\n乙。[2]", ["甲。[1]", "乙。[2]"]),
        ("甲[1]。乙[2]。", ["甲[1]。", "乙[2]。"]),
        ("甲。[1] [2] 乙。[3]\n\n", ["甲。[1] [2]", "乙。[3]"]),
        ("甲。乙。[1]", ["甲。[1]", "乙。[1]"]),
        ("甲。乙。[1]丙。", ["甲。[1]", "乙。[1]", "丙。"]),
        ("甲\n[1]\n", ["甲"]),
        ("<think>想[1]。\n再想</think>甲。[1]\n", ["甲。[1]"]),
        ("甲。[1]\n<thinking>没完", ["甲。[1]"]),
        ("纠错率为17.5%[1]", ["纠错率为17.5%[1]"]),
    ],
)
def test_lines_are_cut_the_same_however_the_stream_is(text, expected, size):
    assert lines(text, size) == expected


def test_an_endless_line_and_an_endless_reply_are_bounded():
    found = lines("好" * 20_000 + "\n甲。[1]", 500)
    assert found[-1] == "甲。[1]"
    assert max(map(len, found)) < 3_000
    taken = 0

    def endless():
        nonlocal taken
        while True:
            taken += 100
            yield "甲。[1]\n" * 20

    assert list(draft_lines(endless()))
    assert taken <= MAX_REPLY_CHARS + 200


# ---- search terms ------------------------------------------------------------------------------


def test_a_long_deadline_lets_a_slow_model_read_its_prompt():
    assert longest_pause(45) == 30
    assert longest_pause(10) == 10
    assert longest_pause(300) == 200
