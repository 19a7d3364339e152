"""The conversation in a terminal, on a real pseudo-terminal and through a pipe."""

import os
import pty
import re
import select
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fake_assistant import FakeAssistant, FakeLibrary
from rich.cells import cell_len

from bot.chats.conversations import ConversationStore
from bot.terminal.chat import TerminalChat
from bot.terminal.screen import Waiting, columns

pytestmark = pytest.mark.slow

QUESTION = "乙市行政复议收案多少件"
TEXTS = {
    "甲.txt": "甲县2023年法治政府建设报告\n一、行政复议收案12件。\n二、存在的问题是人员不足。\n",
    "乙.txt": "乙市2022年法治政府建设报告\n一、行政复议收案34件。\n二、存在的问题是宣传不够。\n",
}
SCRIPT = """
import sys
from pathlib import Path
sys.path[:0] = {path!r}
from test_terminal_chat import TEXTS, Real
from bot.terminal.chat import converse
converse(Real(), history=Path(sys.argv[1]) if len(sys.argv) > 1 else None)
"""


class Real(FakeAssistant):
    """The fake with the real assistant's state, as the terminal stores it."""

    def __init__(self, **more) -> None:
        super().__init__(FakeLibrary(TEXTS), **more)

    def ask(self, question, state=None, **more):
        from dataclasses import replace

        from retrieval.question.query import State

        reply = super().ask(question, None, **more)
        return replace(reply, state=State(places=(("乙市",),), years=(2022,)))

    def scope_label(self, state) -> str:
        return " · ".join(("".join(state.places[0]), str(state.years[0]))) if state.places else ""


@pytest.fixture
def chat(tmp_path: Path):
    store = ConversationStore(tmp_path / "chat.sqlite")
    yield TerminalChat(Real(), store)  # type: ignore[arg-type]
    store.close()


def said(chat: TerminalChat, capsys, line: str) -> str:
    chat.say(line)
    return capsys.readouterr().out


def test_an_answer_shows_its_sources_and_sets_the_scope(chat: TerminalChat, capsys) -> None:
    assert chat.scope == ""
    out = said(chat, capsys, QUESTION)
    assert "一、行政复议收案34件。[1]" in out
    assert "出处" in out
    assert "乙.txt" in out
    assert chat.scope == "乙市 · 2022"
    said(chat, capsys, "/new")
    assert chat.scope == ""


def test_the_chats_commands_work_here_too(
    chat: TerminalChat, capsys, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said(chat, capsys, QUESTION)
    assert "写法：摘自原文" in said(chat, capsys, "/why")
    assert "已写入 baogao-" in said(chat, capsys, "/export")
    said(chat, capsys, "/export")
    assert len(list(tmp_path.glob("baogao-*.md"))) == 2
    assert "没有这个命令" in said(chat, capsys, "/nonsense")
    assert "请写明" in said(chat, capsys, "/compare")
    assert "34" in said(chat, capsys, f"/ask {QUESTION}")


def test_buttons_are_pressed_by_their_numbers(chat: TerminalChat, capsys) -> None:
    listed = said(chat, capsys, "/reports")
    assert "1. 乙市 2022" in listed
    opened = said(chat, capsys, "1")
    assert "来源：乙.txt" in opened
    assert "收案34件" in said(chat, capsys, "2")  # its second part
    offered = said(chat, capsys, "/help")
    number = re.search(r"(\d)\) .县", offered)
    assert number is not None
    assert "出处" in said(chat, capsys, number[1])
    assert "没有编号为 34" in said(chat, capsys, "34")  # no such button


def test_what_may_be_meant_is_numbered(tmp_path: Path, capsys) -> None:
    store = ConversationStore(tmp_path / "chat.sqlite")
    assistant = Real(suggestions=("乙市存在哪些问题", "甲县存在哪些问题"))
    chat = TerminalChat(assistant, store)  # type: ignore[arg-type]
    assert "  2) 甲县存在哪些问题" in said(chat, capsys, "问题呢")
    said(chat, capsys, "2")
    assert assistant.asked == ["问题呢", "甲县存在哪些问题"]
    store.close()


def arguments(*more: str) -> list[str]:
    root = Path(__file__).parent.parent
    path = [str(root), str(root / "tests")]
    return [sys.executable, "-c", SCRIPT.format(path=path), *more]


def test_an_empty_line_does_not_end_it_and_nothing_is_prompted_in_a_pipe() -> None:
    done = subprocess.run(
        arguments(),
        input=f"\n\n{QUESTION}\n   \n新话题\n退出\n{QUESTION}\n",
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    assert done.stdout.count("一、行政复议收案34件。[1]") == 1
    assert ">" not in done.stdout
    assert done.stdout.startswith("一、")
    assert "已忘掉前文" in done.stdout


def read_until(handle: int, words: str, timeout_s: float = 30, after: str = "") -> str:
    text, end = b"", time.monotonic() + timeout_s
    while time.monotonic() < end:
        if select.select([handle], [], [], 0.1)[0]:
            try:
                text += os.read(handle, 65_536)
            except OSError:
                break
            if words in text.decode("utf-8", "replace").rpartition(after or "\0")[2]:
                break
    shown = text.decode("utf-8", "replace")
    assert words in shown, shown
    return shown


def test_arrow_keys_bring_back_what_was_typed_and_history_is_private(tmp_path: Path) -> None:
    pytest.importorskip("readline")
    history = tmp_path / "data" / "chat_history"
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "60", "LC_ALL": "C.UTF-8"}
    process = subprocess.Popen(
        arguments(str(history)), stdin=slave, stdout=slave, stderr=slave, env=environment
    )
    os.close(slave)
    try:
        read_until(master, "> ")
        os.write(master, f"{QUESTION}\n".encode())
        read_until(master, "[乙市 · 2022] > ")
        os.write(master, b"\n")  # an empty line
        read_until(master, "[乙市 · 2022] > ")
        os.write(master, b"\x1b[A\n")  # the line before
        shown = read_until(master, "[乙市 · 2022] > ", after="[1]")
        assert "一、行政复议收案34件。[1]" in shown
        os.write(master, b"\x04")  # Ctrl-D
        assert process.wait(20) == 0
    finally:
        process.kill()
        os.close(master)
    assert QUESTION in history.read_text("utf-8")
    assert stat.S_IMODE(history.stat().st_mode) == 0o600


class Screen:
    """A stream that says it is a terminal."""

    def __init__(self, terminal: bool) -> None:
        self.terminal = terminal
        self.written = ""

    def isatty(self) -> bool:
        return self.terminal

    def write(self, words: str) -> int:
        self.written += words
        return len(words)

    def flush(self) -> None:
        pass


def test_output_takes_the_terminals_width_and_none_in_files(monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "132")
    assert columns(Screen(True)) == 132  # type: ignore[arg-type]
    assert columns(Screen(False)) is None  # type: ignore[arg-type]
    monkeypatch.setenv("COLUMNS", "3")
    assert columns(Screen(True)) == 20  # type: ignore[arg-type]


@pytest.mark.parametrize("terminal", [True, False])
def test_what_takes_long_says_what_it_does(monkeypatch, terminal: bool) -> None:
    monkeypatch.setattr("bot.terminal.screen.PATIENCE_S", 0.05)
    screen = Screen(terminal)
    with Waiting("正在查阅报告", screen):  # type: ignore[arg-type]
        time.sleep(0.3)
    assert "正在查阅报告…" in screen.written
    assert screen.written.endswith("\r\x1b[2K" if terminal else "正在查阅报告…\n")
    assert screen.written.count("\n") == (0 if terminal else 1)


def test_what_is_quick_says_nothing() -> None:
    screen = Screen(True)
    with Waiting("正在查阅报告", screen):  # type: ignore[arg-type]
        pass
    assert screen.written == ""


def test_a_line_is_cut_to_the_terminal_and_whole_in_a_file() -> None:
    from bot.formatting import cut, wrap

    text = "法治政府建设 and so on" * 9
    assert cut(text, None) == text
    assert cut("短", 20) == "短"
    for width in range(5, 60):
        assert cell_len(cut(text, width)) <= width
        assert max(map(cell_len, wrap(text, width))) <= max(width, 4)
    assert wrap(text, None) == [text]
