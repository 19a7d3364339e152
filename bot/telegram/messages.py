"""What the bot sends, as values that can be stored before they go out."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.telegram import rendering
from bot.telegram.rendering import Block, Part

MAX_PARTS = 3
MAX_DATA_BYTES = 64


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button: what it says, and the id it carries (≤ 64 bytes)."""

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
    """Everything that answers one update.

    ``parts`` are sent in order, the keyboard under the last, then ``files``; with ``edit`` the first replaces
    that message. ``toast`` is shown for a pressed button (``alert`` in a window). With
    ``remark_on`` a reply to the message sent is a remark on that answer. ``buttons_only``
    changes just the keyboard of ``edit``; ``delete`` removes that message.
    """

    parts: tuple[Part, ...] = ()
    keyboard: Keyboard = ()
    files: tuple[File, ...] = ()
    edit: int | None = None
    toast: str = ""
    alert: bool = False
    remark_on: str | None = None
    buttons_only: bool = False
    delete: int | None = None
    mark: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain values to store."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Reply:
        """Restore what ``to_json`` gave."""
        return cls(
            **{
                **values,
                "parts": tuple(Part(**part) for part in values["parts"]),
                "keyboard": tuple(
                    tuple(Button(**button) for button in row) for row in values["keyboard"]
                ),
                "files": tuple(File(**file) for file in values["files"]),
            }
        )


def say(text: str, keyboard: Keyboard = (), **more: Any) -> Reply:
    """Return a reply of plain words, one line a block."""
    return compose([rendering.runs(line) for line in text.split("\n")], keyboard, **more)


def say_own(text: str, keyboard: Keyboard = ()) -> Reply:
    """Return a reply of words that are ours alone: their /commands may be tapped."""
    return compose([(rendering.Run(line),) for line in text.split("\n")], keyboard)


def compose(
    blocks: Iterable[Block], keyboard: Keyboard = (), *, name: str = "回答", **more: Any
) -> Reply:
    """Make a reply of blocks; more than three parts come as a document after the first."""
    blocks = list(blocks)
    parts = rendering.split(blocks)
    if len(parts) <= MAX_PARTS:
        return Reply(tuple(rendering.label(parts)), keyboard, **more)
    note = (rendering.Run("……", ""), rendering.Run("（全文较长，见附件）", "i"))
    first = rendering.split([*_leading(blocks), note])
    whole = File(f"{name}.md", rendering.plain_text(blocks) + "\n")
    return Reply((first[0],) if len(first) == 1 else (parts[0],), keyboard, (whole,), **more)


def _leading(blocks: Sequence[Block], max_units: int = 3_000) -> list[Block]:
    kept: list[Block] = []
    units = 0
    for block in blocks:
        units += sum(rendering.utf16_units(rendering.escape(run.text)) + 12 for run in block) + 1
        if units > max_units or len(kept) > 60:
            break
        kept.append(block)
    return kept


def rows(buttons: Sequence[Button], width: int) -> Keyboard:
    """Arrange buttons in rows."""
    return tuple(tuple(buttons[i : i + width]) for i in range(0, len(buttons), width))
