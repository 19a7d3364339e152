"""A messenger in memory: what is sent stays in a list, what people say is handed in.

It is to ``Wire`` what a notebook is to a post office: enough to try everything of a chat with,
and the shortest example of what a second messenger has to bring.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.chats.blocks import Block, plain_text
from bot.chats.incoming import Incoming
from bot.chats.messages import File, Keyboard
from bot.chats.wire import Undeliverable, Unreachable
from bot.values import Sentence


@dataclass
class Shown:
    """One message in a chat, as people see it now."""

    chat: int
    text: str
    keyboard: Keyboard = ()
    reply_to: int | None = None
    file: File | None = None


@dataclass
class MemoryWire:
    """Keeps messages by their ids; ``most`` blocks fit in one.

    The next ``fail_next`` sends cannot be delivered, the next ``away`` find nobody there.
    """

    most: int = 1_000
    fail_next: int = 0
    away: int = 0
    shown: dict[int, Shown] = field(default_factory=dict)
    toasts: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def edits(self) -> bool:
        """Messages can be replaced."""
        return True

    def layout(
        self,
        blocks: Sequence[Block],
        name: str,
    ) -> tuple[Sequence[str], tuple[File, ...]]:
        """Return ``most`` blocks a message, as plain words."""
        starts = range(0, len(blocks), self.most)
        return [plain_text(blocks[at : at + self.most]) for at in starts], ()

    async def send(
        self,
        chat: int,
        part: str,
        *,
        keyboard: Keyboard = (),
        reply_to: int | None = None,
        thread: int | None = None,
        ask_reply: bool = False,
        mark: str = "",
        copy: bool = False,
        answer: str = "",
    ) -> int:
        """Show a message."""
        self._fail()
        words = f"{part}\n{mark}" if copy and mark else part
        return self._show(Shown(chat, words, keyboard, reply_to))

    def line(self, incoming: Incoming, sentence: Sentence) -> None:
        """Show nothing before the answer."""

    async def send_file(
        self,
        chat: int,
        file: File,
        *,
        reply_to: int | None = None,
        thread: int | None = None,
    ) -> int:
        """Show a file."""
        self._fail()
        return self._show(Shown(chat, file.name, (), reply_to, file))

    async def edit(
        self, chat: int, message: int, part: str | None, keyboard: Keyboard = ()
    ) -> bool:
        """Replace a message's words or, with none, its buttons."""
        shown = self.shown.get(message)
        if shown is None or shown.chat != chat:
            return False
        shown.keyboard = keyboard
        if part is not None:
            shown.text = part
        return True

    async def delete(self, chat: int, message: int) -> bool:
        """Take a message away."""
        shown = self.shown.get(message)
        if shown is None or shown.chat != chat:
            return False
        del self.shown[message]
        return True

    async def typing(self, chat: int, thread: int | None = None) -> None:
        """Show nothing."""

    async def answer_press(self, callback_id: str, text: str = "", *, alert: bool = False) -> None:
        """Keep what a press is answered with."""
        self.toasts.append(text)

    async def download(self, file_id: str, path: Path) -> None:
        """Write a file of ``files``."""
        if file_id not in self.files:
            raise Unreachable("no such file")
        path.write_bytes(self.files[file_id])

    def _fail(self) -> None:
        if self.away:
            self.away -= 1
            raise Unreachable("away")
        if self.fail_next:
            self.fail_next -= 1
            raise Undeliverable("told to fail")

    def _show(self, shown: Shown) -> int:
        number = max(self.shown, default=0) + 1
        self.shown[number] = shown
        return number
