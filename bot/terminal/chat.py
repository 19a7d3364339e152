"""The conversation in a terminal: the chats' own commands and answers, printed.

Everything said and kept is ``bot.chats``'; here are the keyboard and the screen. Buttons that do
something are numbered lines, pressed by their number. What is asked is kept for the arrow keys in
a file of the user's; the conversation itself ends with the program.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.chats.access import Access
from bot.chats.blocks import plain_text
from bot.chats.callbacks import Callbacks
from bot.chats.conversations import ConversationStore
from bot.chats.handlers import Desk, Handlers
from bot.chats.incoming import Incoming, command_of
from bot.chats.limits import Limits
from bot.chats.messages import Button, File, Reply
from bot.chats.views import COMMANDS, stored_answer, without_lines
from bot.chats.wire import Wire
from bot.chats.wording import said
from bot.formatting import to_terminal, wrap
from bot.terminal.screen import Waiting, columns
from bot.values import Answer
from retrieval.question.query import State
from retrieval.text.normalise import fold

if TYPE_CHECKING:
    from bot.assistant import Assistant

USER = 1
HISTORY_LINES = 500
LEAVE = frozenset({"退出", "/exit", "/quit", "exit", "quit"})
BEGIN_ANEW = frozenset({"新话题"})
NO_SUCH_NUMBER = "现在没有编号为 {0} 的选项；问一条的详情请写“第{0}条”"
GREETING = "请提问（“新话题”清除前面的范围，/help 看命令，“退出”或 Ctrl-D 结束）："
_PRESSED = ("q", "o", "t", "y", "r", "e")  # the buttons that make sense without a pointer


class TerminalWire(Wire):
    """The screen as a wire: it shows, and nothing shown can be taken back."""

    async def send(self, chat: int, part: Any, **_: Any) -> int:  # noqa: ARG002
        """Print a message."""
        for line in plain_text(part).split("\n"):
            print("\n".join(wrap(line, columns())))
        return 0

    async def send_file(self, chat: int, file: File, **_: Any) -> int:  # noqa: ARG002
        """Write a file into the current folder, beside those of the same name."""
        path = Path(file.name)
        numbered = (path.with_stem(f"{path.stem}-{n}") for n in itertools.count(2))
        while path.exists():
            path = next(numbered)
        path.write_bytes(file.data)
        print(f"已写入 {path}")
        return 0

    async def answer_press(self, callback_id: str, text: str = "", *, alert: bool = False) -> None:  # noqa: ARG002
        """Print what a press is answered with."""
        if text:
            print(text)


class TerminalChat:
    """One conversation; ``say`` takes a line and prints what comes of it."""

    def __init__(self, assistant: Assistant, store: ConversationStore) -> None:
        self._assistant = assistant
        self._store = store
        self._wire = TerminalWire()
        # whoever sits at the terminal may do everything, as often as they like
        access = Access(Limits(allow=frozenset({USER}), admins=frozenset({USER})), store)
        desk = Desk(assistant, State.from_json, store, access, self._wire, dict, "terminal")
        self._handlers = Handlers(desk)
        self._callbacks = Callbacks(desk, self._handlers)
        self._buttons: list[Button] = []
        self._numbers = itertools.count(1)

    @property
    def scope(self) -> str:
        """What the next question inherits, for people."""
        stored = self._store.conversation(USER, USER).state
        return self._assistant.scope_label(State.from_json(stored)) if stored else ""

    def say(self, line: str) -> None:
        """Answer a line: a question, a command, or the number of a button shown."""
        incoming = self._incoming(line)
        with Waiting("正在查阅报告"):
            press = incoming.kind == "callback"
            work = self._callbacks.press if press else self._handlers.handle
            reply = asyncio.run(work(incoming))
        asyncio.run(self._show(reply, pressed=press))

    def _incoming(self, line: str) -> Incoming:
        number = next(self._numbers)
        pressed = int(line) if line.isascii() and line.isdigit() and len(line) < 4 else 0
        if 0 < pressed <= len(self._buttons):
            data = self._buttons[pressed - 1].data
            return Incoming("callback", number, USER, True, USER, 0, 0, callback_id="-", data=data)
        command, text = command_of(line)
        bare = line.isascii() and line.isdigit() and len(line) < 4
        return Incoming(
            "message", number, USER, True, USER, number, int(time.time()),
            text=text, command=command, line=NO_SUCH_NUMBER.format(line) if bare else "",
        )  # fmt: skip

    async def _show(self, reply: Reply, *, pressed: bool) -> None:
        stored = self._store.answer(reply.answer) if reply.answer else None
        if stored is not None:
            answer = stored_answer(stored.payload)
            if pressed:  # the question stands nowhere on the screen yet
                print(said("asked", question=answer.question))
            asked = [b.text for row in reply.keyboard for b in row if b.data.startswith("q|")]
            print(to_terminal(_once(without_lines(answer, asked)), columns()))
        else:
            for part in self._wire.layout(reply.blocks, reply.name)[0]:
                await self._wire.send(USER, part)
        await self._wire.answer_press("-", reply.toast)
        for file in reply.files:
            if reply.answer is None or not file.is_picture:  # a table stands in the answer's lines
                await self._wire.send_file(USER, file)
        buttons = [b for row in reply.keyboard for b in row if b.data.split("|")[0] in _PRESSED]
        # what is unfolded stands on the screen already
        self._buttons = [b for b in buttons if stored is None or not b.data.startswith("e|")]
        for number, button in enumerate(self._buttons, 1):
            if button.text != str(number):  # those are numbered in the text above
                print(f"  {number}) {button.text}")
        print()


def _once(answer: Answer) -> Answer:
    """Return an answer whose sources quote only what its lines do not say word for word."""
    lines = fold("".join(s.text for s in answer.sentences))
    stands = [fold(c.quote).rstrip(".,;。；，") in lines for c in answer.citations]
    cited = zip(answer.citations, stands, strict=True)
    return replace(answer, citations=tuple(replace(c, quote="") if s else c for c, s in cited))


def converse(assistant: Assistant, *, history: Path | None) -> None:
    """Talk until told to leave; ``history`` is where the lines typed are kept for the arrow keys."""
    typed = sys.stdin.isatty()
    if typed:
        print(GREETING, file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="baogao-chat-") as folder, _line_editing(history):
        store = ConversationStore(Path(folder) / "chat.sqlite")
        try:
            chat = TerminalChat(assistant, store)
            while (line := _line(f"[{chat.scope}] > " if chat.scope else "> ", typed)) is not None:
                if line in LEAVE:
                    return
                if line in BEGIN_ANEW:
                    line = "/new"
                if line:
                    chat.say(line)
        finally:
            store.close()


def _line(prompt: str, typed: bool) -> str | None:
    """Return the next line without its blanks; None at the end of input."""
    try:
        return input(prompt if typed else "").strip()
    except EOFError:
        if typed:
            print()
        return None


@contextlib.contextmanager
def _line_editing(history: Path | None) -> Any:
    """Arrow keys, earlier lines and completion of commands, where there is a terminal for it."""
    try:
        import readline
    except ImportError:  # not on every system
        yield
        return
    if not sys.stdin.isatty():
        yield
        return
    readline.set_completer(_completed)
    readline.set_completer_delims(" ")
    readline.parse_and_bind("tab: complete")
    if history is not None:
        with contextlib.suppress(OSError):
            readline.read_history_file(history)
    try:
        yield
    finally:
        if history is not None:
            with contextlib.suppress(OSError):
                history.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(history, os.O_WRONLY | os.O_CREAT, 0o600))
                history.chmod(0o600)
                readline.set_history_length(HISTORY_LINES)
                readline.write_history_file(history)


def _completed(words: str, number: int) -> str | None:
    fitting = [f"/{name} " for name in COMMANDS if f"/{name}".startswith(words)]
    return fitting[number] if words.startswith("/") and number < len(fitting) else None
