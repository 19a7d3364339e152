"""What a messenger has to offer: one protocol, and how it says that something did not go out.

A second messenger is an implementation of ``Wire``, a parser of what comes in to ``Incoming``
and a loop that feeds ``Intake``; everything else of a chat knows no wire.
"""

# ruff: noqa: ARG002 - defaults look at nothing they are given

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from bot.chats.blocks import Block
from bot.chats.incoming import Incoming
from bot.chats.messages import File, Keyboard
from bot.values import Sentence


class WireError(Exception):
    """Something the messenger refused; the text is a short code, never the server's words."""


class Unreachable(WireError):
    """No use to be had of the server just now."""


class Undeliverable(WireError):
    """This message cannot be delivered; trying again makes no sense."""


class Wire(Protocol):
    """One messenger's connection. What it sends as one message is a part, opaque to others.

    What is not asked of every messenger has a default: nothing is shown before an answer, nothing
    shown is changed or taken back, and no files come in.
    """

    @property
    def edits(self) -> bool:
        """Whether messages can be replaced; without, nothing is shown before an answer."""
        return False

    def layout(
        self,
        blocks: Sequence[Block],
        name: str,
    ) -> tuple[Sequence[Any], tuple[File, ...]]:
        """Return blocks as parts, the same for the same blocks, and as a file what is too long."""
        return ([tuple(blocks)] if blocks else []), ()

    async def send(
        self,
        chat: int,
        part: Any,
        *,
        keyboard: Keyboard = (),
        reply_to: int | None = None,
        thread: int | None = None,
        ask_reply: bool = False,
        mark: str = "",
        copy: bool = False,
        answer: str = "",
    ) -> int:
        """Send a part and return the message's id; a possible ``copy`` shows the ``mark``.

        ``answer`` is the key of the stored answer it shows, for who can show more than blocks.
        """
        ...

    def line(self, incoming: Incoming, sentence: Sentence) -> None:
        """Show a checked line at once, where that costs nothing; called from any thread."""
        return

    async def send_file(
        self, chat: int, file: File, *, reply_to: int | None = None, thread: int | None = None
    ) -> int:
        """Send a file and return the message's id."""
        ...

    async def edit(
        self,
        chat: int,
        message: int,
        part: Any | None,
        keyboard: Keyboard = (),
    ) -> bool:
        """Replace a message (with no part, its buttons); False if that failed."""
        return False

    async def delete(self, chat: int, message: int) -> bool:
        """Remove a message of ours; False if that failed."""
        return False

    async def typing(self, chat: int, thread: int | None = None) -> None:
        """Show that something is being done; nobody minds if that fails."""
        return

    async def answer_press(self, callback_id: str, text: str = "", *, alert: bool = False) -> None:
        """End the waiting mark on a pressed button."""
        ...

    async def download(self, file_id: str, path: Path) -> None:
        """Fetch a document that was sent in; raise ``Unreachable``."""
        raise Unreachable("no files")
