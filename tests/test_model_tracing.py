"""Traces tell how an answer came about, never what was said; off, they cost next to nothing."""

from __future__ import annotations

import builtins
import logging
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from answering import QINGSHI, library_over
from fake_llm import Reply, ScriptedChat

from bot.assistant import Assistant
from bot.model import tracing
from bot.model.budget import DailyBudget
from bot.model.llm import PatientChat
from bot.synthesis import Synthesis
from retrieval.errors import ModelFailed
from retrieval.library.library import Library

QUESTION = "青石县审核了多少件规范性文件"
LINE = "全年审核规范性文件12件，提出意见34条。[‹34条›]"
KEY = "sk-test-0123456789abcdef"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with library_over(tmp_path_factory.mktemp("traced"), {"r.txt": QINGSHI}) as held:
        yield held


@pytest.fixture
def spans() -> Iterator[Any]:
    pytest.importorskip("opentelemetry.sdk")
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    assert tracing.start(exporter=exporter)
    yield exporter
    tracing.stop()


def assistant(library: Library, replies: list[Reply], name: str = "qwen-plus") -> Assistant:
    patient = PatientChat(ScriptedChat(replies, name=name), sleep=lambda _: None)
    return Assistant(library, synthesis=Synthesis(patient, DailyBudget(), lambda: date(2024, 1, 1)))


def test_a_question_is_traced_by_its_stages(library: Library, spans: Any) -> None:
    answer = assistant(library, [LINE]).ask(QUESTION).answer
    assert answer.writer == "llm"
    found = {span.name: span for span in spans.get_finished_spans()}
    assert set(found) == {
        "answer", "understand", "retrieval", "write", "synthesis", "check", "chat qwen-plus",
    }  # fmt: skip
    root = found["answer"]
    assert root.parent is None
    for name in ("understand", "write", "synthesis", "check"):
        assert found[name].parent.span_id == root.context.span_id
    # nothing is searched before someone looks at what was found: a fact is chosen without
    assert found["retrieval"].parent.span_id == found["synthesis"].context.span_id
    chat = found["chat qwen-plus"]
    assert chat.parent.span_id == found["synthesis"].context.span_id
    assert chat.kind.name == "CLIENT"
    assert dict(chat.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "qwen-plus",
        "gen_ai.request.max_tokens": chat.attributes["gen_ai.request.max_tokens"],
        "gen_ai.request.stream": True,
        "gen_ai.usage.input_tokens": answer.usage["prompt_tokens"],
        "gen_ai.usage.output_tokens": answer.usage["completion_tokens"],
        "baogao.messages": 2,
        "baogao.calls": 1,
    }
    assert found["retrieval"].attributes["gen_ai.operation.name"] == "retrieval"
    assert found["retrieval"].attributes["baogao.passages"] > 0
    told = dict(root.attributes)
    assert (told["baogao.kind"], told["baogao.language"]) == ("fact", "zh")
    assert (told["baogao.status"], told["baogao.writer"]) == ("answered", "llm")
    assert (told["baogao.scope.reports"], told["baogao.citations"]) == (1, 1)


def test_nothing_that_was_said_is_traced(library: Library, spans: Any) -> None:
    cut = ModelFailed(f"拒绝了{KEY}：{QUESTION}", reason="refused", retry=False)
    for replies, name in (
        ([LINE], "qwen-plus"), ([cut], KEY), ([["全年审核", cut]], "青石模型"), (["编造的话。[1]"], "m"),
    ):  # fmt: skip
        assistant(library, replies, name).ask(QUESTION)
    with pytest.raises(ValueError, match="青石"), tracing.span("write", note=QUESTION, key=KEY):
        raise ValueError(QINGSHI)
    told = "\n".join(span.to_json() for span in spans.get_finished_spans())
    assert "error.type" in told
    assert "refused" in told
    assert KEY not in told
    for words in (QUESTION, LINE, *QINGSHI.split("\n")):
        for at in range(len(words) - 3):
            piece = words[at : at + 4]
            assert not any("一" <= c <= "鿿" for c in piece) or piece not in told, piece
    assert not any("一" <= c <= "鿿" for c in told)


@pytest.mark.parametrize(
    ("value", "safe"),
    [(3, True), (0.5, True), (True, True), ("fact", True), ("gpt-4o-mini", True), ("qwen/qwen3:8b", True),
     ("青石县", False), ("how many documents", False), (KEY, False), ("", False), (None, False), (["a"], False),
     ("a" * 40, False), ("a\nb", False)],
)  # fmt: skip
def test_what_may_stand_in_a_trace(value: object, safe: bool) -> None:
    assert tracing.is_safe(value) is safe


def test_a_failed_model_is_an_error_of_its_span_only(library: Library, spans: Any) -> None:
    down = ModelFailed("down", reason="http_500", retry=True)
    assistant(library, [down, down, down]).ask(QUESTION)
    found = {span.name: span for span in spans.get_finished_spans()}
    chat = found["chat qwen-plus"]
    assert chat.attributes["error.type"] == "http_500"
    assert chat.attributes["baogao.calls"] == 3
    assert chat.status.status_code.name == "ERROR"
    assert chat.status.description is None
    assert not chat.events
    assert found["answer"].status.status_code.name == "UNSET"


def test_off_a_span_costs_next_to_nothing() -> None:
    tracing.stop()
    calls = []
    sys.setprofile(lambda frame, event, _: calls.append(frame.f_code.co_name))
    try:
        with tracing.span("retrieval", baogao__passages=3) as traced:
            traced.set(baogao__kind="fact")
    finally:
        sys.setprofile(None)
    named = set(calls) - {"test_off_a_span_costs_next_to_nothing"}
    assert named <= {"span", "__enter__", "set", "__exit__"}
    assert len(calls) <= 12, calls


def test_without_the_extra_it_stays_off_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = builtins.__import__

    def absent(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("opentelemetry"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    tracing.stop()
    monkeypatch.setattr(builtins, "__import__", absent)
    with caplog.at_level(logging.WARNING):
        assert not tracing.start()
    assert "baogao[otel]" in caplog.text
    with tracing.span("answer") as traced:
        traced.set(baogao__kind="fact")
