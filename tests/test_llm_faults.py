"""Rows L01-L12, L15 and L16 of the fault matrix, against a server on loopback."""

from __future__ import annotations

import email.utils
import json
import logging
import random
import socket
import threading
import time
from collections.abc import Callable

import fake_openai as fake
import pytest

from bot.model.llm import Allowance, Breaker, OpenAIChat, PatientChat
from retrieval.errors import ModelFailed

pytestmark = pytest.mark.slow

KEY = "sk-test-0123456789abcdef"
ASK = [{"role": "user", "content": "问题原文甲乙丙"}]


class Outcome:
    """What one question got: its text, or why there is none."""

    def __init__(self, text: str, reason: str | None) -> None:
        self.text, self.reason = text, reason


def ask(
    url: str,
    *,
    deadline_s: float = 5.0,
    breaker: Breaker | None = None,
    sleep: Callable[[float], None] = lambda s: None,
    model: OpenAIChat | None = None,
) -> Outcome:
    chat = PatientChat(model or OpenAIChat.at(KEY, url, "m"), breaker=breaker, sleep=sleep)
    said, failure = "", None
    try:
        for piece in chat.stream(ASK, max_tokens=50, allowance=Allowance(seconds=deadline_s)):
            said += piece
    except ModelFailed as error:
        failure = error
    assert KEY not in repr(failure)
    return Outcome(said, failure and failure.reason)


@pytest.mark.parametrize("code", [500, 502, 503, 529])
def test_l01_a_dead_server_is_called_three_times(code):
    with fake.serving(fake.status(code, "<html>bad gateway</html>")) as server:
        outcome = ask(server.url)
    assert (outcome.reason, len(server.requests)) == (f"http_{code}", 3)


def test_l02_one_failure_is_repaired_by_the_second_call():
    with fake.serving(fake.status(500), fake.said("好的，全文。")) as server:
        outcome = ask(server.url)
    assert (outcome.text, outcome.reason, len(server.requests)) == ("好的，全文。", None, 2)


@pytest.mark.parametrize(
    ("header", "waits", "calls"),
    [
        ("1", 1.0, 2),
        ("20", 20.0, 2),
        ("300", None, 1),
        ("abc", 0.5, 2),
        ("date", 4.0, 2),
    ],
)
def test_l03_retry_after_is_obeyed_within_the_deadline(header, waits, calls):
    value = email.utils.formatdate(time.time() + 5, usegmt=True) if header == "date" else header
    waited: list[float] = []
    script = (fake.status(429, retry_after=value), fake.said("好。"))
    with fake.serving(*script) as server:
        outcome = ask(server.url, deadline_s=45, sleep=waited.append)
    assert len(server.requests) == calls
    if waits is None:
        assert (outcome.reason, waited) == ("busy", [])
    else:
        assert outcome.text == "好。"
        assert waited[0] == pytest.approx(waits, abs=1.1 if header == "date" else 0.01)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (fake.status(429, '{"error":{"code":"insufficient_quota","message":"x"}}'), "quota"),
        (fake.status(429, '{"error":{"type":"insufficient_quota"}}'), "quota"),
        (fake.status(401, f'{{"error":{{"message":"Incorrect API key {KEY}"}}}}'), "refused"),
        (fake.status(403), "refused"),
        (fake.status(404, '{"error":{"code":"model_not_found"}}'), "not_found"),
        (fake.status(404, "<html>not found</html>"), "no_address"),
        (fake.status(402, '{"error":{"message":"Insufficient Balance"}}'), "quota"),
        (fake.status(400), "http_400"),
    ],
)
def test_l04_a_hopeless_answer_is_asked_for_once_and_opens_the_breaker(reply, reason, caplog):
    breaker = Breaker()
    caplog.set_level(logging.DEBUG)
    with fake.serving(reply) as server:
        outcome = ask(server.url, breaker=breaker)
        again = ask(server.url, breaker=breaker)
    assert (outcome.reason, len(server.requests)) == (reason, 1)
    assert (again.reason, breaker.is_open) == ("breaker", True)
    assert KEY not in caplog.text
    assert ASK[0]["content"] not in caplog.text


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("kind", ["refused", "dns", "tls"])
def test_l05_no_connection(kind):
    with fake.serving(fake.said("好。")) as server:
        url = {
            "refused": f"http://127.0.0.1:{closed_port()}/v1",
            "dns": "http://no-such-host.invalid/v1",
            "tls": server.url.replace("http:", "https:"),
        }[kind]
        outcome = ask(url, deadline_s=20)
    assert outcome.reason in ("connection", "timeout", "cut")


def test_l05_reset_before_a_word_is_retried():
    with fake.serving(fake.cut(), fake.cut(), fake.said("好。")) as server:
        outcome = ask(server.url)
    assert (outcome.text, len(server.requests)) == ("好。", 3)


def test_l06_a_silent_server_is_left_at_the_deadline():
    gone = threading.Event()
    with fake.serving(fake.silent(gone)) as server:
        outcome = ask(server.url, deadline_s=1.0)
        assert not gone.is_set()
        gone.set()
    assert outcome.reason in ("deadline", "timeout")


def test_l07_a_dripping_server_is_left_at_the_deadline():
    data = fake.event("很长的回答") * 50
    with fake.serving(fake.dripping(data, 0.1)) as server:
        outcome = ask(server.url, deadline_s=1.2)
    assert outcome.reason == "deadline"
    assert outcome.text.count("很长的回答") < 50
    assert len(server.requests) == 1


def test_l08_a_stream_that_ends_before_its_first_word_is_asked_for_again():
    with fake.serving(fake.said("", finish=None), fake.said("好。")) as server:
        outcome = ask(server.url)
    assert (outcome.text, len(server.requests)) == ("好。", 2)


@pytest.mark.parametrize(
    "reply",
    [
        fake.cut("前半句"),
        fake.said("前半句", finish=None, done=True),
        fake.said("前半句", finish=None, done=False),
    ],
)
def test_l09_a_cut_reply_fails_and_is_not_repeated(reply):
    with fake.serving(reply, fake.said("好。")) as server:
        outcome = ask(server.url)
    assert outcome.reason == "cut"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("finish", "reason"),
    [("length", "length"), ("content_filter", "filtered"), ("tool_calls", "malformed")],
)
def test_l10_a_reply_that_did_not_stop_by_itself_fails(finish, reason):
    with fake.serving(fake.said("一句话。", finish=finish)) as server:
        assert ask(server.url).reason == reason


def completion(content: object, finish: str | None = "stop") -> bytes:
    choice = {"index": 0, "message": {"content": content}, "finish_reason": finish}
    return json.dumps({"choices": [choice]}).encode()


@pytest.mark.parametrize(
    "reply",
    [
        fake.body("application/json", b"{}"),
        fake.body("application/json", b"[]"),
        fake.body("application/json", b'{"error":{"message":"x"}}'),
        fake.body("application/json", b'{"choices":[]}'),
        fake.body("application/json", completion(None)),
        fake.body("application/json", completion([{"type": "text", "text": 3}])),
        fake.body("application/json", completion("半句", "length")),
        fake.body("text/event-stream", b'data: {"error":{"message":"x"}}\n\n'),
        fake.body("text/event-stream", b"data: [1]\n\n"),
        fake.body("text/event-stream", b'data: {"choices":[{"delta":{"content":["x"]}}]}\n\n'),
        fake.body("text/event-stream", b'data: {"choices":[{}]}\n\ndata: [DONE]\n\n'),
        fake.body("text/event-stream", fake.event(None, "stop")),
    ],
)
def test_l11_what_is_no_reply_is_refused(reply):
    with fake.serving(reply) as server:
        outcome = ask(server.url)
    assert outcome.text == ""
    assert outcome.reason in ("malformed", "error_event", "cut", "empty", "length")
    assert len(server.requests) <= 3


def test_l11_a_web_page_is_no_reply():
    with fake.serving(fake.body("text/html", b"<html><body>login</body></html>")) as server:
        outcome = ask(server.url)
    assert (outcome.text, outcome.reason, len(server.requests)) == ("", "no_address", 1)


def test_l11_a_whole_reply_in_one_body_is_taken():
    with fake.serving(fake.body("application/json", completion("整段回答。"))) as server:
        assert ask(server.url).text == "整段回答。"


@pytest.mark.parametrize(
    "data",
    [b'data: {"choices":[{"delta":{"con', b"data: \xff\xfe\x00{\n\n", b"data: nonsense\n\n"],
)
def test_l12_a_body_that_cannot_be_read_is_refused(data):
    with fake.serving(fake.body("text/event-stream", data)) as server:
        outcome = ask(server.url)
    assert (outcome.text, outcome.reason) == ("", "malformed")


def test_l12_a_huge_body_is_capped():
    flood = b": " + b"x" * 50_000_000 + b"\n\n"
    with fake.serving(fake.body("text/event-stream", flood)) as server:
        outcome = ask(server.url, deadline_s=20)
    assert outcome.reason == "too_large"


def test_l12_a_compressed_body_is_refused():
    def reply(handler: fake.Handler) -> None:
        handler.start("text/event-stream", 200, b"\x1f\x8b", {"content_encoding": "gzip"})

    with fake.serving(reply) as server:
        assert ask(server.url).reason == "compressed"
    assert server.requests[0]["headers"]["accept-encoding"] == "identity"


def test_l15_the_breaker_opens_probes_once_and_recovers():
    now = [0.0]
    breaker = Breaker(clock=lambda: now[0])
    script = [fake.status(500)] * 6 + [fake.said("好。")]
    with fake.serving(*script) as server:
        ask(server.url, breaker=breaker)
        ask(server.url, breaker=breaker)
        assert (breaker.is_open, len(server.requests)) == (True, 5)
        for _ in range(10):
            assert ask(server.url, breaker=breaker).reason == "breaker"
        assert len(server.requests) == 5
        now[0] = 31
        assert ask(server.url, breaker=breaker).reason == "breaker"  # the probe failed
        assert len(server.requests) == 6
        now[0] = 62
        assert ask(server.url, breaker=breaker).text == "好。"
        assert (breaker.is_open, len(server.requests)) == (False, 7)


def test_l16_mixed_faults_never_give_a_silently_cut_answer():
    chance = random.Random(7)
    whole = "行政复议收案41件。\n"
    faults = [
        fake.status(500),
        fake.status(503),
        fake.status(429),
        fake.cut(),
        fake.cut("行政"),
        fake.said("行政复议", finish=None),
        fake.said("行政", finish="length"),
        fake.body("text/html", b"<html>"),
        fake.body("application/json", b"{}"),
    ]
    script = [
        chance.choice(faults) if chance.random() < 0.3 else fake.said(whole) for _ in range(1600)
    ]
    wholes, reasons = 0, set()
    with fake.serving(*script) as server:
        breaker, model = Breaker(in_a_row=99, window=10_000), OpenAIChat.at(KEY, server.url, "m")
        for _ in range(500):
            before = len(server.requests)
            outcome = ask(server.url, breaker=breaker, model=model)
            assert len(server.requests) - before <= 3
            assert outcome.text == whole or outcome.reason is not None
            wholes += outcome.reason is None
            reasons.add(outcome.reason)
    assert wholes >= 350
    assert reasons >= {None, "cut", "length", "malformed"}
