"""Telegram through a proxy: set for us or for all programs, HTTP or SOCKS, and not where told not to."""

from pathlib import Path

import pytest
from fake_telegram import TOKEN, FakeTelegram
from proxies import HttpProxy, SocksProxy
from telegram_bench import bench

from bot.telegram.app import run
from bot.telegram.settings import TelegramSettings
from retrieval.errors import ConfigurationError

pytestmark = pytest.mark.slow

OURS = "BAOGAO_TELEGRAM_PROXY"


def proxy_of(**env: str) -> str | None:
    values = {"TELEGRAM_BOT_TOKEN": "1:x", **env}
    return TelegramSettings.from_variables(values).proxy


@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
def test_everything_goes_through_the_proxy(
    tmp_path: Path, fake: FakeTelegram, kind: type[HttpProxy]
) -> None:
    fake.poll_hold_s = 0.2
    with kind() as proxy, bench(tmp_path, fake, proxy=proxy.url) as b:
        fake.say("乙市行政复议收案多少件")
        assert "34" in fake.wait_messages(1)[0].text
        assert proxy.carried >= 2
        assert b.bot.figures()["failures"] == 0


@pytest.mark.parametrize(
    ("env", "proxy"),
    [
        ({}, None),
        ({"https_proxy": "http://10.0.0.1:8080"}, "http://10.0.0.1:8080"),
        ({"HTTPS_PROXY": "http://10.0.0.1:8080"}, "http://10.0.0.1:8080"),
        ({"https_proxy": "10.0.0.1:8080"}, "http://10.0.0.1:8080"),
        ({"all_proxy": "socks5://u:p@10.0.0.1:1080"}, "socks5://u:p@10.0.0.1:1080"),
        ({"ALL_PROXY": "socks://10.0.0.1:1080/"}, "socks5://10.0.0.1:1080/"),
        ({"https_proxy": "http://a:1", "all_proxy": "socks5://b:2"}, "http://a:1"),
        ({"https_proxy": "http://a:1", OURS: "socks5h://b:2"}, "socks5h://b:2"),
        ({"https_proxy": "http://a:1", OURS: "none"}, None),
        ({"https_proxy": "http://a:1", "no_proxy": "x.cn, .telegram.org"}, None),
        ({"https_proxy": "http://a:1", "no_proxy": "*"}, None),
        ({"https_proxy": "http://a:1", "no_proxy": "gram.org"}, "http://a:1"),
        ({"https_proxy": "http://a:1", "BAOGAO_TELEGRAM_API": "http://10.0.0.2"}, None),
        ({"http_proxy": "http://a:1"}, None),
        ({"https_proxy": " "}, None),
    ],
)  # fmt: skip
def test_which_proxy_is_used(env: dict[str, str], proxy: str | None) -> None:
    assert proxy_of(**env) == proxy


@pytest.mark.parametrize(
    "words", ["ftp://x:1", "socks4://x:1", "http:///x", "http://x:port", "x y"]
)
@pytest.mark.parametrize("name", [OURS, "https_proxy"])
def test_a_proxy_that_is_none_is_named_and_not_shown(name: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=name) as caught:
        proxy_of(**{name: words})
    assert words not in str(caught.value)


def test_the_roots_of_an_office_are_trusted(tmp_path: Path) -> None:
    import ssl

    from bot.telegram.requests import StrictRequest

    roots = ssl.get_default_verify_paths()
    file = next((p for p in (roots.cafile, roots.openssl_cafile) if p and Path(p).exists()), None)
    if file is None:
        pytest.skip("no certificates on this machine")
    values = {"TELEGRAM_BOT_TOKEN": "1:x", "SSL_CERT_FILE": file}
    settings = TelegramSettings.from_variables(values)
    assert settings.certificates == file
    context = StrictRequest(certificates=file)._client_kwargs["verify"]
    assert context.verify_mode == ssl.CERT_REQUIRED
    with pytest.raises(ConfigurationError, match="SSL_CERT_FILE"):
        TelegramSettings.from_variables({**values, "SSL_CERT_FILE": "/none.pem"})
    (tmp_path / "no.pem").write_text("不是证书")
    with pytest.raises(ConfigurationError, match="SSL_CERT_FILE"):
        StrictRequest(certificates=str(tmp_path / "no.pem"))


def test_a_dead_proxy_is_one_sentence(tmp_path: Path, capfd, monkeypatch) -> None:
    monkeypatch.setattr("bot.telegram.app.STARTS_WAIT_S", (0.05,))
    settings = TelegramSettings(
        token=TOKEN, state_path=tmp_path / "x.sqlite", proxy="socks5://127.0.0.1:9"
    )
    assert run(settings, lambda: None) == 1  # type: ignore[arg-type,return-value]
    errors = capfd.readouterr().err
    assert "代理" in errors
    assert "Traceback" not in errors
