import json
import socket
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from fake_telegram import FakeTelegram
from telegram_bench import Bench, bench

from bot.telegram.settings import Webhook

pytestmark = pytest.mark.slow

SECRET = "s" * 40
QUESTION = "乙市行政复议收案多少件"


@pytest.fixture
def hooked(tmp_path: Path):
    webhook = Webhook("https://bot.example/telegram", "127.0.0.1", 0, SECRET)
    with FakeTelegram() as fake, bench(tmp_path, fake, webhook=webhook) as b:
        fake.wait(lambda f: f.webhook)
        yield b


def request(
    b: Bench, body: bytes | None, *, path: str = "/telegram", secret: str | None = SECRET,
    kind: str = "application/json", method: str | None = None,
) -> tuple[int, dict]:  # fmt: skip
    headers = {"Content-Type": kind}
    if secret is not None:
        headers["X-Telegram-Bot-Api-Secret-Token"] = secret
    url = f"http://127.0.0.1:{b.bot.ports['webhook']}{path}"
    call = urllib.request.Request(url, body, headers, method=method)
    try:
        with urllib.request.urlopen(call, timeout=10) as reply:
            return reply.status, json.loads(reply.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def update(b: Bench) -> bytes:
    return json.dumps({"update_id": 1, "message": b.fake.message(QUESTION)}).encode()


def test_a_pushed_update_is_answered_once(hooked: Bench) -> None:
    assert hooked.fake.webhook["secret_token"] == SECRET
    assert json.loads(hooked.fake.webhook["allowed_updates"]) == [
        "message",
        "edited_message",
        "callback_query",
    ]
    body = update(hooked)
    assert request(hooked, body) == (200, {"ok": True})
    assert hooked.store.seen(1)  # stored before it was confirmed
    assert "34" in hooked.fake.wait_messages(1)[0].text
    assert request(hooked, body)[0] == 200
    assert hooked.bot.figures()["duplicates"] == 1
    assert hooked.fake.number_of("getUpdates") == 0


@pytest.mark.parametrize(
    "secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", "秘".encode().decode("latin-1")]
)
def test_x18_without_the_secret_nothing_is_heard(hooked: Bench, secret: str | None) -> None:
    assert request(hooked, update(hooked), secret=secret)[0] == 403
    assert not hooked.store.seen(1)
    assert QUESTION not in hooked.log.getvalue()


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [(b"{", "application/json", 400), (b"[" * 50_000, "application/json", 400),
     (b"{}", "text/plain", 415), (b"\xff\xfe", "application/json", 400)],
)  # fmt: skip
def test_x18_bad_bodies(hooked: Bench, body: bytes, kind: str, status: int) -> None:
    assert request(hooked, body, kind=kind)[0] == status
    assert request(hooked, b"[1]")[0] == 200  # odd but whole: taken, and passed over


def raw(b: Bench, data: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", b.bot.ports["webhook"]), 5) as connection:
        connection.sendall(data)
        return connection.recv(100)


@pytest.mark.parametrize(
    ("head", "status"),
    [(b"POST /telegram HTTP/1.1\r\nContent-Length: 10000000\r\n\r\n", b"413"),
     (b"POST /telegram HTTP/1.1\r\nContent-Length: -5\r\n\r\n", b"411"),
     (b"POST /telegram HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
     (b"PUT /telegram HTTP/1.1\r\n\r\n", b"405"),
     (b"GET /telegram HTTP/1.1\r\n\r\n", b"405"),
     (b"GET /secret HTTP/1.1\r\n\r\n", b"404"),
     (b"rubbish\r\n\r\n", b"400"),
     (b"GET /healthz HTTP/1.1\r\nX: " + b"a" * 20_000 + b"\r\n\r\n", b"413")],
)  # fmt: skip
def test_x18_bad_requests(hooked: Bench, head: bytes, status: bytes) -> None:
    assert raw(hooked, head).split(b" ")[1] == status


def test_health_and_readiness(hooked: Bench) -> None:
    assert request(hooked, None, path="/healthz")[0] == 200
    status, values = request(hooked, None, path="/readyz")
    assert status == 200
    assert values["waiting"] == 0


def test_readiness_while_polling_depends_on_polls(tmp_path: Path, monkeypatch) -> None:
    with FakeTelegram() as fake, bench(tmp_path, fake, health="127.0.0.1:0") as b:
        fake.wait(lambda f: f.number_of("getUpdates") > 1)
        url = f"http://127.0.0.1:{b.bot.ports['health']}/readyz"
        with urllib.request.urlopen(url, timeout=5) as reply:
            assert json.loads(reply.read())["polling"] is True
        b.bot._poller.last_ok -= 1_000
        monkeypatch.setattr("bot.telegram.app.POLL_FRESH_S", -1.0)
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(url, timeout=5)
        assert caught.value.code == 503
