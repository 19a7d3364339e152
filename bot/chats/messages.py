"""What is sent into a chat, as values that can be stored before they go out."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.chats.blocks import Block, Run, blocks_from, runs

MAX_DATA_BYTES = 64


@dataclass(frozen=True, slots=True)
class Button:
    """A button under a message: what it says, and the id it carries (≤ 64 bytes)."""

    text: str
    data: str

    def __post_init__(self) -> None:
        if not 0 < len(self.data.encode()) <= MAX_DATA_BYTES:
            raise ValueError("a button carries 1 to 64 bytes")


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file to send: UTF-8 text or, with ``base64``, any bytes so written."""

    name: str
    text: str
    base64: bool = False

    @property
    def data(self) -> bytes:
        """The bytes to send."""
        return b64decode(self.text) if self.base64 else self.text.encode()

    @property
    def is_picture(self) -> bool:
        """Whether it is to be seen in the chat, not fetched first."""
        return self.name.endswith(".png")

    @classmethod
    def of(cls, name: str, data: bytes) -> File:
        """Make a file of bytes."""
        return cls(name, b64encode(data).decode(), base64=True)


@dataclass(frozen=True, slots=True)
class Reply:
    """Everything that answers one message or press.

    ``blocks`` are sent in as many messages as the messenger needs, the keyboard under the last,
    then ``files``; with ``edit`` the first replaces that message. ``toast`` is shown for a
    pressed button (``alert`` in a window). With ``remark_on`` a reply to the message sent is a
    remark on that answer. ``buttons_only`` changes just the keyboard of ``edit``; ``delete``
    removes that message. ``name`` is what blocks too long for messages are called as a file.
    ``answer`` is the key of the stored answer that the blocks show.
    """

    blocks: tuple[Block, ...] = ()
    keyboard: Keyboard = ()
    files: tuple[File, ...] = ()
    edit: int | None = None
    toast: str = ""
    alert: bool = False
    remark_on: str | None = None
    buttons_only: bool = False
    delete: int | None = None
    mark: str = ""
    name: str = "回答"
    answer: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain values to store."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Reply:
        """Restore what ``to_json`` gave."""
        return cls(
            **{
                **values,
                "blocks": blocks_from(values["blocks"]),
                "keyboard": tuple(
                    tuple(Button(**button) for button in row) for row in values["keyboard"]
                ),
                "files": tuple(File(**file) for file in values["files"]),
            }
        )


def say(text: str, keyboard: Keyboard = (), **more: Any) -> Reply:
    """Return a reply of plain words, one line a block."""
    return Reply(tuple(runs(line) for line in text.split("\n")), keyboard, **more)


def say_own(text: str, keyboard: Keyboard = (), **more: Any) -> Reply:
    """Return a reply of words that are ours alone: their /commands may be tapped."""
    return Reply(tuple((Run(line),) for line in text.split("\n")), keyboard, **more)


def compose(blocks: Iterable[Block], keyboard: Keyboard = (), **more: Any) -> Reply:
    """Make a reply of blocks."""
    return Reply(tuple(blocks), keyboard, **more)


def rows(buttons: Sequence[Button], width: int) -> Keyboard:
    """Arrange buttons in rows."""
    return tuple(tuple(buttons[i : i + width]) for i in range(0, len(buttons), width))
