"""What a message asks: an act and, in order, the asks in it.

These values are what a reader of questions returns and what everything after it works from.
A field holds the words as typed (``Tagged``) where scope or search has still to settle them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Act = Literal["ask", "same", "rework", "item", "source", "undo", "chat", "off"]
Content = Literal[
    "figure", "problems", "plans", "measures", "causes", "honours", "remedy", "meaning",
    "report", "holdings",
]  # fmt: skip
Operation = Literal[
    "tell", "list", "count", "verify", "compare", "rank", "which", "common", "change",
    "overview", "brief", "judge",
]  # fmt: skip
Tag = Literal[
    "place", "office", "excluded", "scope", "year", "theme", "form", "item", "claim"
]  # fmt: skip
ReaderName = Literal["trained", "model"]

ACTS: tuple[Act, ...] = Act.__args__  # type: ignore[attr-defined]
CONTENTS: tuple[Content, ...] = Content.__args__  # type: ignore[attr-defined]
OPERATIONS: tuple[Operation, ...] = Operation.__args__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Tagged:
    """A span of the message, half-open, and what kind of words it holds."""

    tag: Tag
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Form:
    """The form an answer is wanted in; what was not said is None or False.

    ``chars`` is a range of lengths in characters, ``points`` a number of points.
    """

    chars: tuple[int, int] | None = None
    points: int | None = None
    table: bool = False
    paragraph: bool = False
    english: bool = False
    short: bool = False
    plain: bool = False
    audience: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return only what was said."""
        said: dict[str, Any] = {}
        for name in self.__slots__:
            value = getattr(self, name)
            if value:
                said[name] = list(value) if isinstance(value, tuple) else value
        return said


@dataclass(frozen=True, slots=True)
class Ask:
    """One wish. ``places``, ``excluded``, ``issuers`` and ``theme`` are words as typed.

    ``years`` are numbers of the common era as said or implied (去年), ``everywhere`` that a
    scope word widened it, ``item`` the item meant (from 1, or back from -1), ``about`` words that
    name an item instead, ``context`` themes spoken of just before, ``words`` the ask as typed without
    its place, year, scope and form, ``confidence`` the probability that content and operation are right.
    ``span`` is the part of the message that holds this wish.
    """

    content: Content
    operation: Operation
    places: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    everywhere: bool = False
    theme: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    item: int | None = None
    about: str = ""
    context: tuple[str, ...] = ()
    words: str = ""
    form: Form = Form()
    confidence: float = 1.0
    span: tuple[int, int] = (0, 0)

    def to_json(self) -> dict[str, Any]:
        """Return the shape of the contract."""
        return {
            "content": self.content,
            "operation": self.operation,
            "places": list(self.places),
            "excluded": list(self.excluded),
            "issuers": list(self.issuers),
            "years": list(self.years),
            "everywhere": self.everywhere,
            "theme": list(self.theme),
            "indicators": list(self.indicators),
            "claims": list(self.claims),
            "item": self.item if self.item is not None else (self.about or None),
            "form": self.form.to_json(),
            "confidence": round(self.confidence, 3),
        }


@dataclass(frozen=True, slots=True)
class Request:
    """A message as understood. ``asks`` is empty for acts that wish for nothing of their own.

    ``tags`` are the spans that were found, in order; ``alternatives`` other readings of the
    first ask (content, operation, probability), best first, for asking back. ``typed`` is the
    message as typed where ``question``, in which the tags stand, is another form of it (pinyin).
    """

    question: str
    act: Act
    asks: tuple[Ask, ...] = ()
    tags: tuple[Tagged, ...] = ()
    confidence: float = 1.0
    reader: ReaderName = "trained"
    alternatives: tuple[tuple[Content, Operation, float], ...] = field(default=())
    typed: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the shape of the contract."""
        return {
            "act": self.act,
            "asks": [ask.to_json() for ask in self.asks],
            "reader": self.reader,
            "confidence": round(self.confidence, 3),
        }


class Reader(Protocol):
    """The seam: a message, and the earlier request of its conversation if any, to a request."""

    def read(self, question: str, before: Request | None = None) -> Request:
        """Return how ``question`` is understood; never raises for what people type."""
        ...


@dataclass(frozen=True, slots=True)
class FakeReader:
    """A reader for tests: returns what it was given for a question, else an ask for a report."""

    known: Sequence[Request] = ()

    def read(self, question: str, before: Request | None = None) -> Request:  # noqa: ARG002
        """Return the known request of ``question``."""
        for request in self.known:
            if request.question == question:
                return request
        return Request(question, "ask", (Ask("report", "overview"),))
