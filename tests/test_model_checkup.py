"""``baogao model --check`` against servers that can more or less."""

from __future__ import annotations

import json

import fake_openai as fake
import pytest
from typer.testing import CliRunner

from bot.model.checkup import Finding, check_chat, check_embedder, told_settings
from bot.model.llm import OpenAIChat
from bot.terminal.cli import app
from retrieval.errors import EmbeddingFailed
from retrieval.search.embedding import FakeEmbedder

RIGHT = "收案41件，审结38件。[1]"
JSON = '{"place":"青山县","year":2023}'


def wants_json(handler: fake.Handler) -> bool:
    return "JSON" in handler.asked["messages"][0]["content"]


def listing(*names: str) -> fake.Reply:
    return fake.body(
        "application/json", json.dumps({"data": [{"id": name} for name in names]}).encode()
    )


def is_list(handler: fake.Handler) -> bool:
    return handler.path.endswith("/models")


def a_server(*rules: tuple[object, fake.Reply]) -> fake.Reply:
    return fake.picky(
        (is_list, listing("m", "other")),
        *rules,  # type: ignore[arg-type]
        (wants_json, fake.said(JSON)),
        then=fake.said(RIGHT),
    )


def check(reply: fake.Reply, **more: object) -> dict[str, Finding]:
    with fake.serving(reply) as server:
        chat = OpenAIChat.at("k", server.url, "m")
        options = {"deadline_s": 10.0, "sleep": lambda s: None, **more}
        return {f.name: f for f in check_chat(chat, **options)}  # type: ignore[arg-type]


def test_a_good_server_is_found_good() -> None:
    found = check(a_server())
    assert [(f.name, f.verdict) for f in found.values()] == [
        ("对话", "ok"),
        ("流式", "ok"),
        ("实际地址", "told"),
        ("JSON", "ok"),
    ]
    assert found["JSON"].facts == {"structure": "json_schema", "fits": True}


def test_what_a_server_lacks_is_told_and_lived_with() -> None:
    found = check(
        a_server(
            (fake.has("max_tokens"), fake.error("Use 'max_completion_tokens'", param="max_tokens")),
            (fake.has("temperature"), fake.error("no", param="temperature")),
            (fake.has("stream_options"), fake.error("unknown stream_options")),
            (fake.has("response_format"), fake.error("response_format unavailable")),
        )
    )
    assert (
        found["习惯"].text == "用 max_completion_tokens，不接受 temperature、stream_options；已照办"
    )
    assert found["思考"].verdict == "ok"
    assert found["JSON"].facts == {"structure": "words", "fits": True}
    assert "failed" not in {f.verdict for f in found.values()}


def test_a_name_that_is_not_served_is_answered_with_those_that_are() -> None:
    missing = fake.error("The model `m` does not exist", 404)
    found = check(fake.picky((is_list, listing("qwen3:8b", "llama")), then=missing))
    assert found["对话"].verdict == "failed"
    assert "BAOGAO_MODEL" in found["对话"].text
    assert "qwen3:8b、llama" in found["对话"].text


def test_slow_and_careless_models_are_told() -> None:
    times = iter(range(0, 10_000, 3))
    found = check(a_server(), clock=lambda: float(next(times)), deadline_s=45.0)
    assert found["对话"].verdict == "slow"
    assert "BAOGAO_MODEL_DEADLINE" in found["对话"].text
    found = check(fake.picky((is_list, fake.status(404)), then=fake.said("收案很多。")))
    assert found["内容"].verdict == "slow"
    assert found["JSON"].verdict == "told"


def test_a_stream_in_one_body_is_told() -> None:
    message = {"index": 0, "message": {"content": RIGHT}, "finish_reason": "stop"}
    whole = fake.body("application/json", json.dumps({"choices": [message]}).encode())
    found = check(fake.picky((is_list, fake.status(404)), then=whole))
    assert (found["流式"].verdict, found["流式"].facts) == ("told", {"stream": False})


def test_settings_are_told_without_secrets() -> None:
    found = list(told_settings("sk-0123456789abcdef", "http://h:1", "m"))
    assert [f.name for f in found] == ["地址", "密钥", "模型"]
    assert "0123456789" not in " ".join(f.text for f in found)
    (only,) = told_settings("密钥", "http://h:1", "m")
    assert (only.verdict, "OPENAI_API_KEY" in only.text) == ("failed", True)


def test_embedders_are_tried() -> None:
    found = check_embedder(FakeEmbedder())
    assert (found.verdict, found.facts["dimension"]) == ("ok", 64)

    class Broken(FakeEmbedder):
        def embed_query(self, text: str):  # type: ignore[no-untyped-def]
            raise EmbeddingFailed("引擎无法加载")

    assert check_embedder(Broken()).verdict == "failed"


# ---- the command ----------------------------------------------------------------------------


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # no .env
    monkeypatch.setenv("BAOGAO_EMBEDDER", "openai")
    monkeypatch.setenv("BAOGAO_EMBED_MODEL", "e")

    def run(server: fake.FakeServer, *arguments: str):
        monkeypatch.setenv("OPENAI_BASE_URL", server.url.removesuffix("/v1"))
        monkeypatch.setenv("BAOGAO_MODEL", "m")
        library = ["--library", str(tmp_path / "library")]
        return CliRunner().invoke(app, ["model", *library, *arguments])

    return run


def test_the_command_says_what_it_found(command) -> None:
    def embeds(handler: fake.Handler) -> bool:
        return handler.path.endswith("/embeddings")

    with fake.serving(a_server((embeds, fake.vectors(5)))) as server:
        done = command(server, "--check")
        rows = [
            json.loads(line) for line in command(server, "--check", "--json").stdout.splitlines()
        ]
    assert done.exit_code == 0, done.stdout
    assert done.stdout.endswith("可以使用。\n")
    assert "✓ 向量：openai:e，5 维" in done.stdout
    assert {row["name"] for row in rows} >= {"地址", "密钥", "模型", "对话", "流式", "JSON", "向量"}
    with fake.serving(a_server((embeds, fake.status(501, "no embeddings")))) as server:
        done = command(server, "--check")
    assert done.exit_code == 1
    assert "✗ 向量" in done.stdout


def test_without_check_nobody_is_called(command) -> None:
    with fake.serving(a_server()) as server:
        done = command(server)
    assert (done.exit_code, server.requests) == (0, [])
    assert "没有设置，不带密钥调用" in done.stdout


def test_the_help_teaches() -> None:
    told = CliRunner().invoke(app, ["model", "--help"]).stdout
    for name in ("OPENAI_BASE_URL", "BAOGAO_MODEL", "Ollama", "ALL_PROXY", "SSL_CERT_FILE"):
        assert name in told
