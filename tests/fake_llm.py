"""A chat model that says what it is told to: for tests, demonstrations and attacks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Unpack

from bot.model.dialect import Schema
from bot.model.llm import Message, Terms
from bot.model.replies import Usage
from retrieval.errors import ModelFailed

Reply = str | ModelFailed | Sequence[str | ModelFailed]


@dataclass(frozen=True, slots=True)
class Call:
    """What a scripted model was asked."""

    messages: tuple[Message, ...]
    max_tokens: int
    deadline_s: float
    schema: Schema | None = None


class ScriptedChat:
    """Gives its replies in order, one a call; the last one again when they run out.

    A reply is a text (streamed in pieces of ``piece_chars``), an error to raise, or a sequence
    of both: an error inside a sequence cuts the stream there. ``calls`` keeps what was asked.
    ``pause`` is called before each piece. In a reply ``‹words›`` stands for the number of the
    piece of the sheet that holds the words.
    """

    def __init__(
        self,
        replies: Sequence[Reply],
        *,
        name: str = "scripted",
        piece_chars: int = 7,
        pause: Callable[[], None] | None = None,
    ) -> None:
        if not replies:
            raise ValueError("a scripted model needs at least one reply")
        self._replies = list(replies)
        self._name = name
        self._piece_chars = piece_chars
        self._pause = pause
        self.calls: list[Call] = []

    @property
    def name(self) -> str:
        """Name given at the start."""
        return self._name

    def stream(self, messages: Sequence[Message], **terms: Unpack[Terms]) -> Iterator[str]:
        """See ``ChatModel.stream``; usage is counted in characters."""
        reply = self._replies[min(len(self.calls), len(self._replies) - 1)]
        self.calls.append(
            Call(tuple(messages), terms["max_tokens"], terms["deadline_s"], terms.get("schema"))
        )
        said = 0
        for part in [reply] if isinstance(reply, (str, ModelFailed)) else reply:
            if isinstance(part, ModelFailed):
                raise part
            part = _numbered(part, messages)
            for start in range(0, len(part), self._piece_chars):
                if self._pause is not None:
                    self._pause()
                piece = part[start : start + self._piece_chars]
                said += len(piece)
                yield piece
        if on_usage := terms.get("on_usage"):
            on_usage(Usage(sum(len(m["content"]) for m in messages), said))


def _numbered(reply: str, messages: Sequence[Message]) -> str:
    """Put the numbers of pieces in the place of the words that name them; 0 where none does."""
    pieces = re.findall(r"^\[(\d+)\] (.*)$", messages[-1]["content"], re.M) if "‹" in reply else []
    return re.sub(
        "‹([^‹›]+)›", lambda m: next((n for n, text in pieces if m[1] in text), "0"), reply
    )
