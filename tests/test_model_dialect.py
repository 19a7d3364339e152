"""Servers as they are: what one refuses is left out, once; what it says otherwise is understood."""

from __future__ import annotations

import json
from collections.abc import Iterator

import fake_openai as fake
import pytest

from bot.model.dialect import Dialect, Refusal
from bot.model.llm import Allowance, OpenAIChat, PatientChat
from bot.model.replies import Reply, end_of
from bot.model.trouble import MODEL_UNAVAILABLE, unavailable
from bot.notes import words
from retrieval.errors import ModelFailed

ASK = [{"role": "system", "content": "规则"}, {"role": "user", "content": "问"}]
SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}


def chat_at(server: fake.FakeServer, thought_tokens: int = 4000) -> OpenAIChat:
    return OpenAIChat.at("k", server.url, "m", thought_tokens=thought_tokens)


def answer(chat: OpenAIChat, **more: object) -> str:
    return "".join(chat.stream(ASK, max_tokens=50, deadline_s=10, **more))


def streams(handler: fake.Handler) -> bool:
    return bool(handler.asked.get("stream"))


OTHERS = {
    "tokens": (
        fake.has("max_tokens"),
        fake.error(
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
            param="max_tokens",
            code="unsupported_parameter",
        ),
    ),
    "tokens, not told what instead": (
        fake.has("max_tokens"),
        fake.error("Unsupported parameter: 'max_tokens'.", param="max_tokens"),
    ),
    "temperature": (
        fake.has("temperature"),
        fake.error(
            "Unsupported value: 'temperature' does not support 0 with this model. "
            "Only the default (1) value is supported.",
            param="temperature",
            code="unsupported_value",
        ),
    ),
    "usage": (
        fake.has("stream_options"),
        fake.error("Unrecognized request argument supplied: stream_options"),
    ),
    "usage, by a validator": (
        fake.has("stream_options"),
        fake.status(
            422,
            '{"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]}',
        ),
    ),
    "usage, by a crash": (
        fake.has("stream_options"),
        fake.error("create() got an unexpected keyword argument 'stream_options'", 500),
    ),
    "stream": (
        streams,
        fake.error(
            "Your organization must be verified to stream this model.",
            param="stream",
            code="unsupported_value",
        ),
    ),
    "system": (
        lambda h: h.asked["messages"][0]["role"] == "system",
        fake.error(
            "Unsupported value: 'messages[0].role' does not support 'system' with this model.",
            param="messages[0].role",
        ),
    ),
    "system, by a template": (
        lambda h: h.asked["messages"][0]["role"] == "system",
        fake.error("System role not supported"),
    ),
    "too many": (
        lambda h: h.asked.get("max_tokens", 0) > 40,
        fake.error("Range of max_tokens should be [1, 40]"),
    ),
}


def whole(text: str) -> fake.Reply:
    message = {"index": 0, "message": {"content": text}, "finish_reason": "stop"}
    return fake.body("application/json", json.dumps({"choices": [message]}).encode())


@pytest.mark.parametrize("name", OTHERS)
def test_what_a_server_refuses_is_learnt_once(name: str) -> None:
    then = fake.picky((streams, fake.said("好。")), then=whole("好。"))
    with fake.serving(fake.picky(OTHERS[name], then=then)) as server:
        chat = chat_at(server)
        assert [answer(chat) for _ in range(3)] == ["好。"] * 3
    assert len(server.requests) == 4, [r["body"] for r in server.requests]


def test_all_that_the_newest_models_refuse_is_learnt_in_one_question() -> None:
    rules = [OTHERS[name] for name in ("tokens", "temperature", "usage", "stream", "system")]
    with fake.serving(fake.picky(*rules, then=whole("好。"))) as server:
        chat = PatientChat(chat_at(server))
        allowance = Allowance()
        said = "".join(chat.stream(ASK, max_tokens=50, allowance=allowance))
    assert said == "好。"
    assert allowance.calls_left == 2
    last = server.requests[-1]["body"]
    assert last == {
        "model": "m",
        "messages": [{"role": "user", "content": "规则\n\n问"}],
        "max_completion_tokens": 4050,
    }


@pytest.mark.parametrize(
    ("refused", "form"),
    [
        ((), {"type": "json_schema"}),
        (("json_schema",), {"type": "json_object"}),
        (("json_schema", "json_object"), {}),
    ],
)
def test_a_schema_gives_way_to_what_a_server_knows(refused: tuple[str, ...], form: dict) -> None:
    def refuses(handler: fake.Handler) -> bool:
        return handler.asked.get("response_format", {}).get("type") in refused

    unknown = fake.error("This response_format type is unavailable now")
    with fake.serving(fake.picky((refuses, unknown), then=fake.said("{}"))) as server:
        chat = chat_at(server)
        assert answer(chat, schema=SCHEMA) == "{}"
        assert answer(chat) == "{}"
    *_, with_schema, without = [r["body"].get("response_format", {}) for r in server.requests]
    assert {k: with_schema[k] for k in form} == form
    assert without == {}


def test_what_nobody_can_mend_is_refused_at_once() -> None:
    with (
        fake.serving(fake.error("The messages are no good")) as server,
        pytest.raises(ModelFailed) as caught,
    ):
        answer(chat_at(server))
    assert (caught.value.reason, len(server.requests)) == ("http_400", 1)


def test_a_server_that_refuses_everything_ends() -> None:
    rules = [OTHERS[name] for name in ("tokens", "temperature", "usage")]
    never = fake.error("max_completion_tokens is not supported", param="max_completion_tokens")
    with fake.serving(fake.picky(*rules, then=never)) as server, pytest.raises(ModelFailed):
        answer(chat_at(server))
    assert len(server.requests) <= 8


@pytest.mark.parametrize(
    "said",
    [
        "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens "
        "(8000 in the messages, 1000 in the completion).",
        "'max_tokens' is too large: 1400. This model's maximum context length is 2048 tokens",
    ],
)
def test_words_too_many_are_no_matter_of_form(said: str) -> None:
    with (
        fake.serving(fake.error(said, code="context_length_exceeded")) as server,
        pytest.raises(ModelFailed) as caught,
    ):
        answer(chat_at(server))
    assert (caught.value.reason, len(server.requests)) == ("too_long", 1)


def test_a_refusal_of_a_model_is_none_of_its_form() -> None:
    missing = Refusal(404, "model 'stream_options' not found")
    assert Dialect().after(missing, {"stream_options": {}}) is None


# ---- ends -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "end"),
    [
        *[(w, "stop") for w in ("stop", "eos", "EOS_TOKEN", "end_turn", "STOP", "stop_sequence", "normal", "COMPLETE")],
        *[(w, "length") for w in ("length", "MAX_TOKENS", "max_output_tokens", "token_limit")],
        *[(w, "filtered") for w in ("content_filter", "SAFETY", "sensitive", "RECITATION")],
        *[(w, "cut") for w in ("abort", "error", "network_error", "insufficient_system_resource")],
        *[(w, "other") for w in ("tool_calls", "function_call")],
    ],
)  # fmt: skip
def test_a_server_has_many_words_for_the_end(word: str, end: str) -> None:
    assert end_of(word) == end
    with fake.serving(fake.said("一句话。", finish=word)) as server:
        if end == "stop":
            assert answer(chat_at(server)) == "一句话。"
        else:
            with pytest.raises(ModelFailed):
                answer(chat_at(server))


# ---- thoughts -------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_thought_has_an_allowance_of_its_own(field: str) -> None:
    reply = fake.thinking("想一想", "好。", needs=1000, field=field)
    with fake.serving(reply) as server:
        chat = chat_at(server)
        assert [answer(chat), answer(chat)] == ["好。", "好。"]
    assert [r["body"]["max_tokens"] for r in server.requests] == [50, 4050, 4050]


def test_thought_that_never_ends_names_the_setting() -> None:
    with (
        fake.serving(fake.thinking("想", "好。", needs=10_000)) as server,
        pytest.raises(ModelFailed) as caught,
    ):
        answer(chat_at(server, thought_tokens=100))
    assert caught.value.reason == "thought"
    assert "BAOGAO_THOUGHT_TOKENS" in words(unavailable(caught.value))
    assert [r["body"]["max_tokens"] for r in server.requests] == [50, 150]


@pytest.mark.parametrize("size", [1, 3, 500])
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<think>先想[1]。</think>\n答。[1]", "答。[1]"),
        ("  <thinking>a\nb</thinking>答。", "答。"),
        ("<think></think><think>再想</think>答。", "答。"),
        ("<b>答</b>。", "<b>答</b>。"),
        ("a<think>b", "a<think>b"),  # in the middle of an answer it is for the writer to judge
        ("<", "<"),
    ],
)
def test_thoughts_before_an_answer_are_kept_back(text: str, shown: str, size: int) -> None:
    with fake.serving(fake.said(text, size=size)) as server:
        assert answer(chat_at(server)) == shown


def test_thoughts_that_use_all_tokens_give_no_word() -> None:
    with fake.serving(fake.said("<think>想个不停", finish="length"), fake.said("好。")) as server:
        assert answer(chat_at(server)) == "好。"
    assert [r["body"]["max_tokens"] for r in server.requests] == [50, 4050]


def test_thoughts_without_an_opening_tag_are_kept_back_from_the_second_time() -> None:
    with fake.serving(fake.said("先想一想\n</think>\n好。"), fake.said("再想。</think>好。"), fake.said("好。")) as server:  # fmt: skip
        chat = chat_at(server)
        assert [answer(chat) for _ in range(3)] == ["先想一想\n</think>\n好。", "好。", "好。"]


def test_thoughts_in_parts_are_kept_back() -> None:
    parts = [{"type": "thinking", "thinking": [{"type": "text", "text": "想"}]}, {"type": "text", "text": "好。"}]  # fmt: skip
    body = json.dumps({"choices": [{"message": {"content": parts}, "finish_reason": "stop"}]})
    with fake.serving(fake.body("application/json", body.encode())) as server:
        chat = chat_at(server)
        assert answer(chat) == "好。"
        assert chat.endpoint.dialect("m").thinks


def test_pieces_of_an_answer_are_not_held_back() -> None:
    said: list[str] = []
    reply = Reply(said.append)
    for piece in ("行政", "复议", "收案"):
        reply.take({"content": piece})
    assert said == ["行政", "复议", "收案"]


# ---- what is told ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "named"),
    [
        (fake.status(401), "OPENAI_API_KEY"),
        (fake.error("The model `m` does not exist", 404), "BAOGAO_MODEL"),
        (fake.status(404, "not here"), "OPENAI_BASE_URL"),
        (fake.status(402), "额度"),
        (fake.error("bad"), "baogao model --check"),
        (fake.error("context length exceeded"), "上下文"),
    ],
)
def test_the_sentence_names_what_to_set_also_while_the_model_rests(
    reply: fake.Reply, named: str
) -> None:
    with fake.serving(reply) as server:
        chat = PatientChat(chat_at(server), sleep=lambda s: None)
        told = list(sentences(chat))
    assert all(named in sentence for sentence in told), told
    assert len(server.requests) <= 2


def sentences(chat: PatientChat) -> Iterator[str]:
    for _ in range(2):
        try:
            list(chat.stream(ASK, max_tokens=50, allowance=Allowance()))
        except ModelFailed as error:
            yield words(unavailable(error))


def test_what_passes_by_itself_names_no_setting() -> None:
    for reason in ("busy", "http_503", "timeout", "cut", "breaker"):
        assert unavailable(ModelFailed("x", reason=reason, retry=True)) == MODEL_UNAVAILABLE
