"""What comes in from a chat: a message or a pressed button by a person, whatever the messenger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["message", "callback", "migration"]
_ONLY_TOLD = frozenset({"edited", "via_bot", "foreign_command", "joined"})


@dataclass(frozen=True, slots=True)
class Attached:
    """A document sent to the bot; ``size`` in bytes (0 if not told)."""

    file_id: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Incoming:
    """A message or a pressed button by a person.

    ``addressed`` is true in private chats, and in groups when the bot was mentioned, replied
    to or commanded. ``command`` is the lower-case name without slash, ``text`` the words left
    after command and mention. For a button, ``message_id`` is the message it hangs on,
    ``data`` what it carries.

    ``odd`` names what the message is beside plain words: ``voice``, ``photo``…, ``edited`` or
    ``unknown`` (the keys ``odd.*`` of ``prompts/chats.zh.toml``); ``text`` is then its caption, if it has one. ``quoted`` are the words of the
    message replied to, ``album`` what several pictures sent together have in common. ``line``
    is settled before anything is asked: the whole reply.
    """

    kind: Kind
    update_id: int
    chat: int
    private: bool
    user: int
    message_id: int
    date: int
    text: str = ""
    command: str | None = None
    addressed: bool = True
    thread: int | None = None
    reply_to: int | None = None
    document: Attached | None = None
    callback_id: str = ""
    data: str = ""
    new_chat: int = 0
    odd: str = ""
    quoted: str = ""
    album: str = ""
    line: str = ""

    @property
    def only_told(self) -> bool:
        """Whether it is no message to work on: its sender is told what it is not."""
        wordless = bool(self.odd) and not self.text and self.command is None
        return wordless or self.odd in _ONLY_TOLD

    def to_json(self) -> dict[str, Any]:
        """Return plain values to store."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Incoming:
        """Restore what ``to_json`` gave."""
        document = values.get("document")
        return cls(**{**values, "document": Attached(**document) if document else None})


@dataclass(frozen=True, slots=True)
class Ignored:
    """An update the bot does not act on, and why (a short code for the counters)."""

    update_id: int
    reason: str


def command_of(line: str) -> tuple[str | None, str]:
    """Return the command of a typed line, if it is one, and the words left."""
    if not line.startswith(("/", "／")):
        return None, line.strip()
    name, _, text = line[1:].partition(" ")
    return name.lower(), text.strip()
