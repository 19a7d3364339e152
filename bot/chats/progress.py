"""What is shown while an answer is being made: nothing at first, then checked lines by edits."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Any

from bot.chats import views
from bot.chats.blocks import runs
from bot.chats.incoming import Incoming
from bot.chats.wire import Wire, WireError
from bot.values import Sentence

FIRST_S = 2.5  # an answer sooner than this needs no message in between
EDIT_EVERY_S = 3.0
GROUP_EDIT_EVERY_S = 6.0  # a group takes 20 messages a minute, edits included
TYPING_EVERY_S = 4.5  # the mark fades after 5 s


@dataclass
class Progress:
    """Progress of one answer in one chat; a context manager around the work.

    ``message`` is the id of the message shown, if there was time for one: the answer should
    replace it.
    """

    wire: Wire
    incoming: Incoming
    stage: str
    message: int | None = None
    _lines: list[Sentence] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _loop: asyncio.AbstractEventLoop | None = None
    _shown: Any = None

    async def __aenter__(self) -> Progress:
        self._loop = asyncio.get_running_loop()
        self._tasks = [
            self._loop.create_task(self._show()),
            self._loop.create_task(self._type()),
        ]
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError, WireError):
                await task

    def line(self, sentence: Sentence) -> None:
        """Take a checked line; may be called from any thread."""
        self.wire.line(self.incoming, sentence)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._lines.append, sentence)

    def tell(self, stage: str) -> None:
        """Name what is being done now; may be called from any thread."""
        self.stage = stage

    async def _type(self) -> None:
        await self.wire.typing(self.incoming.chat, self.incoming.thread)
        while self.incoming.private:
            await asyncio.sleep(TYPING_EVERY_S)
            await self.wire.typing(self.incoming.chat, self.incoming.thread)

    async def _show(self) -> None:
        if not self.wire.edits:
            return
        pause_s = EDIT_EVERY_S if self.incoming.private else GROUP_EDIT_EVERY_S
        await asyncio.sleep(FIRST_S)
        while True:
            blocks = [views.sentence_block(sentence) for sentence in self._lines]
            part = self.wire.layout([*blocks, runs(self.stage, "i")], "")[0][0]
            if part != self._shown:
                if self.message is None:
                    # Not to be cut off between the server's copy and our knowing its id.
                    self.message = await asyncio.shield(self._send(part))
                else:
                    await self.wire.edit(self.incoming.chat, self.message, part)
                self._shown = part
            await asyncio.sleep(pause_s)

    async def _send(self, part: Any) -> int:
        self.message = await self.wire.send(
            self.incoming.chat,
            part,
            reply_to=self.incoming.message_id,
            thread=self.incoming.thread,
        )
        return self.message
