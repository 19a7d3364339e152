"""A process that is killed, told to stop, or started in an odd environment."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fake_telegram import TOKEN, FakeTelegram
from load.kill_rounds import run as kill_rounds
from load.kill_rounds import start, written

pytestmark = pytest.mark.slow

BOT = Path(__file__).parent / "load" / "bot_process.py"


def ready(fake: FakeTelegram) -> None:
    fake.wait(lambda f: f.number_of("getUpdates"), 60)


def test_t09_killed_under_load_nothing_is_lost() -> None:
    result = kill_rounds(3, 5, seed=3)
    assert result["lost"] == 0
    assert result["asked_to_resend"] == 0
    assert result["answered_twice"] <= 1
    assert result["violations"] == 0
    assert result["stop_code"] == 0


def stop_with_three_in_flight(fake: FakeTelegram, state: Path, answer_takes_s: float) -> str:
    """Ask three questions, send SIGTERM while they are answered, return what stood on stderr."""
    process = start(fake.url, state, answer_takes_s)
    try:
        ready(fake)
        for user in (1, 2, 3):
            fake.say("乙市行政复议收案多少件", user)
        fake.wait(lambda f: f.number_of("sendChatAction") >= 3, 20)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=15)
    finally:
        process.kill()
    assert process.returncode == 0
    return written(state)


def test_t10_told_to_stop_it_finishes_what_is_in_flight(tmp_path: Path) -> None:
    with FakeTelegram() as fake:
        errors = stop_with_three_in_flight(fake, tmp_path / "s.sqlite", 2.0)
        assert sorted(s.chat for s in fake.messages() if "34" in s.text) == [1, 2, 3]
        assert TOKEN not in errors


def test_t10_what_cannot_be_finished_is_told_and_answered_after_the_restart(
    tmp_path: Path,
) -> None:
    with FakeTelegram() as fake:
        stop_with_three_in_flight(fake, tmp_path / "s.sqlite", 30.0)
        assert sum("重启后会继续回答" in s.text for s in fake.messages()) == 3
        process = start(fake.url, tmp_path / "s.sqlite", 0.0)
        try:
            answers = fake.wait(lambda f: len([s for s in f.messages() if "34" in s.text]) == 3, 60)
            assert answers
            process.terminate()
            assert process.wait(15) == 0
        finally:
            process.kill()


@pytest.mark.parametrize(
    "env",
    [{"TZ": "America/New_York", "LANG": "C", "LC_ALL": "C", "PYTHONIOENCODING": "ascii:strict"},
     {"LANG": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}],
)  # fmt: skip
def test_c09_locale_and_timezone_change_nothing(tmp_path: Path, env: dict) -> None:
    with FakeTelegram() as fake:
        process = subprocess.Popen(
            [sys.executable, str(BOT), fake.url, str(tmp_path / "数据.sqlite")],
            env={**{k: v for k, v in os.environ.items() if not k.startswith("LC_")}, **env},
            stderr=subprocess.PIPE,
        )
        try:
            ready(fake)
            fake.say("乙市行政复议收案多少件", 1)
            assert fake.wait_messages(1)[0].text.startswith("一、行政复议收案34件。[1]")
            fake.say("/export", 1)
            file = fake.wait(lambda f: f.messages(method="sendDocument"))[0].file
            assert "（北京时间）" in file[1].decode()
        finally:
            process.terminate()
            errors = process.communicate(timeout=20)[1]
        assert process.returncode == 0
        assert b"UnicodeEncodeError" not in errors
