"""``web`` and its accounts, ``mcp`` and ``baogao`` alone, as a user meets them."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from test_terminal_cli import baogao

pytestmark = pytest.mark.slow


def test_alone_it_says_three_things_to_do_next(tmp_path: Path) -> None:
    done = baogao(BAOGAO_LIBRARY=str(tmp_path / "none"))
    assert done.returncode == 0
    for word in ("1. ", "baogao ingest", "2. ", "baogao web", "3. ", "baogao ask"):
        assert word in done.stdout


def test_its_version_is_the_distribution_s() -> None:
    done = baogao("--version")
    assert done.returncode == 0
    assert re.fullmatch(r"baogao \d+\.\d+\.\d+\n", done.stdout)


def test_windows_is_refused_with_a_sentence() -> None:
    """Nothing is met before it that Windows lacks: the modules of POSIX cannot be imported there."""
    lacked = "fcntl", "resource", "pwd", "grp", "termios", "tty"
    code = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({lacked}))\n"
        "import bot.terminal.cli as cli\n"
        "sys.platform = 'win32'\n"
        "cli.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "WSL" in done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_others_need_an_account(tmp_path: Path, host: str) -> None:
    done = baogao("web", "--host", host, "--library", tmp_path)
    assert done.returncode == 1
    assert "baogao web user add" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = baogao("web", "--port", str(port), "--library", tmp_path / "lib")
    assert done.returncode == 1
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_accounts_are_managed_in_the_terminal(tmp_path: Path) -> None:
    def user(*words: str, password: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bot", "web", "user", *words, "--library", str(tmp_path)]
        return subprocess.run(
            command, input=f"{password}\n", capture_output=True, encoding="utf-8", check=False
        )

    short = user("add", "张三", password="short")
    assert short.returncode == 1
    assert "密码要有" in short.stderr
    assert user("add", "张三", "--role", "add", password="long enough").returncode == 0
    assert user("add", "张三", password="long enough").returncode == 1
    assert user("role", "张三", "admin").returncode == 0
    assert user("list").stdout == "张三\tadmin\n"
    assert user("password", "张三", password="another one").returncode == 0
    assert user("remove", "张三").returncode == 0
    assert user("remove", "张三").returncode == 1
    assert user("list").stdout == ""
