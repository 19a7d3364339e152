"""Keys, addresses and proxies as people paste them."""

from __future__ import annotations

import fake_openai as fake
import pytest

from bot.model.endpoints import Endpoint, clean_address, clean_key, spell_proxies
from bot.model.llm import OpenAIChat
from bot.settings import Settings
from retrieval.errors import ConfigurationError, ModelFailed

ASK = [{"role": "user", "content": "问"}]


def answer(chat: OpenAIChat) -> str:
    return "".join(chat.stream(ASK, max_tokens=50, deadline_s=10))


@pytest.mark.parametrize(
    "pasted",
    [
        "sk-abc123",
        ' "sk-abc123" ',
        "'sk-abc123'\n",
        "“sk-abc123”",
        "Bearer sk-abc123",
        "\ufeffsk-abc123\u200b",
        "OPENAI_API_KEY=sk-abc123",
    ],
)
def test_a_key_is_what_was_meant(pasted: str) -> None:
    assert clean_key(pasted) == "sk-abc123"


@pytest.mark.parametrize("pasted", ["sk-你的密钥", "sk-abc…", "sk abc", "sk-ab\nc"])
def test_what_cannot_be_a_key_is_named(pasted: str) -> None:
    with pytest.raises(ConfigurationError, match="OPENAI_API_KEY") as caught:
        clean_key(pasted)
    assert "sk" not in str(caught.value)


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        ("https://api.example.com/v1", "https://api.example.com/v1"),
        (" 'https://api.example.com/v1/' ", "https://api.example.com/v1"),
        ("https://api.example.com/v1/chat/completions", "https://api.example.com/v1"),
        ("https://api.example.com/v1/embeddings?x=1#y", "https://api.example.com/v1"),
        ("localhost:11434", "http://localhost:11434"),
        ("127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"),
        ("10.1.2.3:8000", "http://10.1.2.3:8000"),
        ("api.example.com", "https://api.example.com"),
        ("", ""),
    ],
)
def test_an_address_is_what_was_meant(pasted: str, meant: str) -> None:
    assert clean_address(pasted) == meant


@pytest.mark.parametrize(
    ("base", "tried"),
    [
        ("http://h:1", ["http://h:1/v1", "http://h:1"]),
        ("http://h/v1", ["http://h/v1"]),
        ("http://h/api/paas/v4", ["http://h/api/paas/v4"]),
        ("http://h/v1beta/openai", ["http://h/v1beta/openai"]),
        ("http://h/compatible-mode", ["http://h/compatible-mode", "http://h/compatible-mode/v1"]),
    ],
)
def test_addresses_are_tried_in_order(base: str, tried: list[str]) -> None:
    assert list(Endpoint("k", base).bases) == tried


@pytest.mark.parametrize("wrong", [fake.status(404, "<html>404</html>"), fake.status(405)])
@pytest.mark.parametrize("right", ["/chat/completions", "/v1/chat/completions"])
def test_an_address_without_v1_is_found_once(wrong: fake.Reply, right: str) -> None:
    reply = fake.picky((lambda h: h.path != right, wrong), then=fake.said("好。"))
    with fake.serving(reply) as server:
        chat = OpenAIChat.at("k", server.url.removesuffix("/v1"), "m")
        assert [answer(chat), answer(chat)] == ["好。", "好。"]
    paths = [r["path"] for r in server.requests]
    assert paths[-2:] == [right, right]
    assert len(paths) <= 3


def test_a_page_for_people_is_the_wrong_address() -> None:
    page = fake.body("text/html; charset=utf-8", b"<!doctype html><title>Chat</title>")
    reply = fake.picky((lambda h: not h.path.startswith("/api/v1/"), page), then=fake.said("好。"))
    with fake.serving(reply) as server:
        chat = OpenAIChat.at("k", server.url.replace("/v1", "/api"), "m")
        assert answer(chat) == "好。"
    with fake.serving(page) as server, pytest.raises(ModelFailed) as caught:
        answer(OpenAIChat.at("k", server.url.removesuffix("/v1"), "m"))
    assert (caught.value.reason, len(server.requests)) == ("no_address", 2)


def test_a_local_server_needs_no_key() -> None:
    with fake.serving(fake.said("好。")) as server:
        assert answer(OpenAIChat.at("", server.url, "m")) == "好。"
    assert "authorization" not in server.requests[0]["headers"]
    with fake.serving(fake.status(401)) as server, pytest.raises(ModelFailed) as caught:
        answer(OpenAIChat.at("", server.url, "m"))
    assert caught.value.reason == "no_key"


def test_a_key_is_sent_without_what_stood_around_it() -> None:
    with fake.serving(fake.said("好。")) as server:
        answer(OpenAIChat.at(' "sk-abc" \n', f" '{server.url}/chat/completions' ", "m"))
    (request,) = server.requests
    assert request["headers"]["authorization"] == "Bearer sk-abc"
    assert request["path"] == "/v1/chat/completions"


def test_settings_lose_their_quotes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", " 'sk-abc' ")
    monkeypatch.setenv("OPENAI_BASE_URL", '"http://h/v1" ')
    monkeypatch.setenv("BAOGAO_MODEL", "“qwen-plus”")
    found = Settings(_env_file=None)
    assert (found.openai_api_key, found.openai_base_url, found.model) == (
        "sk-abc",
        "http://h/v1",
        "qwen-plus",
    )


# ---- proxies --------------------------------------------------------------------------------


@pytest.fixture
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


def test_an_http_proxy_is_used(no_proxies: pytest.MonkeyPatch) -> None:
    with fake.serving(fake.said("好。")) as proxy:
        no_proxies.setenv("HTTP_PROXY", proxy.url.removesuffix("/v1"))
        assert answer(OpenAIChat.at("k", "http://model.example/v1", "m")) == "好。"
    assert proxy.requests[0]["path"] == "http://model.example/v1/chat/completions"


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks"])
def test_a_socks_proxy_is_used(no_proxies: pytest.MonkeyPatch, scheme: str) -> None:
    with (
        fake.serving(fake.said("好。")) as server,
        fake.socks_proxy(server.server_address[1]) as proxy,
    ):
        environment = {"ALL_PROXY": f"{scheme}://{proxy.address}/"}
        spell_proxies(environment)
        no_proxies.setenv("ALL_PROXY", environment["ALL_PROXY"])
        assert answer(OpenAIChat.at("k", "http://model.example/v1", "m")) == "好。"
        assert proxy.names == ["model.example"]


def test_proxies_of_the_env_file_are_put_where_clients_look() -> None:
    environment = {"ALL_PROXY": "http://own:1"}
    spell_proxies(environment, {"ALL_PROXY": "http://other:2", "HTTPS_PROXY": "socks://h:3"})
    assert environment == {"ALL_PROXY": "http://own:1", "HTTPS_PROXY": "socks5://h:3"}


def test_no_proxy_leads_to_this_machine(no_proxies: pytest.MonkeyPatch) -> None:
    no_proxies.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with fake.serving(fake.said("好。")) as server:
        assert answer(OpenAIChat.at("k", server.url, "m")) == "好。"


@pytest.mark.parametrize(
    "proxy", ["ftp://127.0.0.1:9", "http://127.0.0.1:9", "socks5://127.0.0.1:9", "nonsense://"]
)
def test_a_proxy_that_cannot_be_used_is_named(no_proxies: pytest.MonkeyPatch, proxy: str) -> None:
    no_proxies.setenv("ALL_PROXY", proxy)
    with pytest.raises(ModelFailed, match="HTTPS_PROXY") as caught:
        answer(OpenAIChat.at("k", "http://model.example/v1", "m"))
    assert caught.value.reason == "proxy"
