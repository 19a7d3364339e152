"""What systemd hears, on a real datagram socket."""

import asyncio
import contextlib
import socket
import sys
import time
from pathlib import Path

import pytest
from fake_telegram import FakeTelegram
from telegram_bench import USER, bench

from bot.telegram.supervision import Supervisor

pytestmark = pytest.mark.slow

QUESTION = "乙市行政复议收案多少件"


@pytest.fixture
def manager(tmp_path: Path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "n"))
        listening.settimeout(5)
        yield listening


def heard(manager: socket.socket) -> str:
    return manager.recv(1024).decode()


def test_ready_then_alive_then_stopping(
    tmp_path: Path, fake: FakeTelegram, manager: socket.socket, monkeypatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", manager.getsockname())
    monkeypatch.setenv("WATCHDOG_USEC", "400000")
    with bench(tmp_path, fake) as b:
        first = {heard(manager) for _ in range(2)}
        assert first == {"READY=1", "WATCHDOG=1"}
        assert [heard(manager) for _ in range(3)] == ["WATCHDOG=1"] * 3
        assert b.stop() == 0
        while (message := heard(manager)) == "WATCHDOG=1":
            pass
        assert message == "STOPPING=1"


def test_not_ready_before_telegram_accepts_the_token(
    tmp_path: Path, fake: FakeTelegram, manager: socket.socket, monkeypatch
) -> None:
    from fake_telegram import Fault

    monkeypatch.setenv("NOTIFY_SOCKET", manager.getsockname())
    monkeypatch.setattr("bot.telegram.app.STARTS_WAIT_S", (0.3, 0.3))
    fake.faults["getMe"].append(Fault(502, html=True))
    with bench(tmp_path, fake):
        assert heard(manager) == "READY=1"
        assert fake.number_of("getMe") == 2


def test_a_loop_that_stands_still_is_not_told_alive(
    tmp_path: Path, fake: FakeTelegram, manager: socket.socket, monkeypatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", manager.getsockname())
    monkeypatch.setenv("WATCHDOG_USEC", "200000")
    with bench(tmp_path, fake) as b:
        {heard(manager) for _ in range(2)}
        b.bot._loop.call_soon_threadsafe(time.sleep, 1.0)
        time.sleep(0.3)
        manager.settimeout(0)
        with contextlib.suppress(BlockingIOError):
            while heard(manager):
                pass
        time.sleep(0.4)
        with pytest.raises(BlockingIOError):
            heard(manager)
        manager.settimeout(5)
        assert heard(manager) == "WATCHDOG=1"


@pytest.mark.parametrize("address", ["", "/nowhere/at/all"])
def test_without_a_manager_the_bot_runs(
    tmp_path: Path, fake: FakeTelegram, monkeypatch, address: str
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    monkeypatch.setenv("WATCHDOG_USEC", "100000")
    with bench(tmp_path, fake) as b:
        b.fake.say(QUESTION, USER)
        assert b.fake.wait_messages(1)


@pytest.mark.skipif(sys.platform != "linux", reason="abstract addresses are Linux's")
def test_an_abstract_address() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0baogao-test-notify")
        listening.settimeout(5)
        Supervisor({"NOTIFY_SOCKET": "@baogao-test-notify"}).tell("READY=1")
        assert heard(listening) == "READY=1"


@pytest.mark.parametrize(
    ("env", "seconds"),
    [({}, 0), ({"WATCHDOG_USEC": "60000000"}, 60), ({"WATCHDOG_USEC": "soon"}, 0),
     ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "41"}, 60),
     ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "42"}, 0)],
)  # fmt: skip
def test_the_watchdog_is_for_this_process_alone(env: dict, seconds: float) -> None:
    assert Supervisor(env, pid=41).watchdog_s == seconds


def test_a_manager_that_does_not_listen_holds_up_nothing(manager: socket.socket) -> None:
    supervisor = Supervisor({"NOTIFY_SOCKET": manager.getsockname()})
    for _ in range(2_000):  # more than any buffer takes: who waited for it would wait for ever
        supervisor.tell("WATCHDOG=1")


def test_alive_is_said_twice_in_each_watchdog_time(
    manager: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    naps: list[float] = []

    async def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 4:
            raise asyncio.CancelledError

    monkeypatch.setattr("bot.telegram.supervision.asyncio.sleep", nap)
    settings = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "400000"}
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(Supervisor(settings).watch())
    assert [heard(manager) for _ in naps] == ["WATCHDOG=1"] * 4
    assert naps == [0.2] * 4
