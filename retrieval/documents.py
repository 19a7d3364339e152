"""The values that flow from a file to a passage.

All positions are half-open character offsets into ``Report.text``, the decoded
source, which is never edited. A hit wraps a chunk; nothing writes into a chunk.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

Role = Literal[
    "leadership", "measures", "problems", "causes", "plans", "preamble", "furniture", "other"
]
Kind = Literal["heading", "body", "item"]
Level = Literal["government", "department", "unknown"]


class Stretch(Protocol):
    """What stands from a first character to a last one."""

    @property
    def start(self) -> int:
        """Its first character."""

    @property
    def end(self) -> int:
        """Behind its last character."""


def meet(one: Stretch, start: int, end: int) -> bool:
    """Tell whether a stretch of a text shares characters with those from ``start`` to ``end``."""
    return one.start < end and start < one.end


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters of one report's text."""

    start: int
    end: int

    def __contains__(self, position: int) -> bool:
        return self.start <= position < self.end

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Section:
    """A leaf of the section tree: a heading, the body under it, or an inline item.

    ``path`` holds the headings down to this leaf, its own included (for an inline item
    its marker, as in ``("三、…", "一是")``). ``node`` is the same path as ordinals among
    siblings: two headings damaged into the same words still differ there. Leaves in order
    cover every character of the report exactly once.
    """

    path: tuple[str, ...]
    node: tuple[int, ...]
    role: Role
    kind: Kind
    start: int
    end: int

    @property
    def level(self) -> int:
        """Depth of the leaf: 0 for title, preamble and furniture, 1 under 一、 and so on."""
        return len(self.path)


@dataclass(frozen=True, slots=True)
class ReportMeta:
    """What a report says of itself; ``found`` tells how each field was learnt.

    ``place`` runs from province to county, as in ``("重庆市", "綦江区")``; empty if unknown.
    ``year`` is the year reported on, ``published`` an ISO date. Values of ``found`` are
    ``title``, ``furniture``, ``text``, ``signature``, ``filename``, ``inferred`` or ``mention`` (a
    place that the text only names: doubtful).
    """

    title: str
    place: tuple[str, ...]
    issuer: str
    level: Level
    year: int | None
    published: str | None
    document_number: str | None
    source: str
    found: Mapping[str, str] = field(default_factory=dict)


HEADINGS_JOINED = " > "


@dataclass(frozen=True, slots=True)
class Chunk:
    """The indexed unit: an exact span of one report, a sentence or two long.

    ``context`` (place, year, issuer, and the section path joined by ``HEADINGS_JOINED``) is
    indexed with the text but kept apart from it, so that ``text == report.text[start:end]`` always holds.
    """

    id: str
    report: str
    ordinal: int
    start: int
    end: int
    text: str
    context: str
    path: tuple[str, ...]
    role: Role


NoteValue: TypeAlias = "str | int | Note | tuple[str | int | Note, ...]"


@dataclass(frozen=True, slots=True)
class Note:
    """Something that code has found out (what is missing, doubtful, counted), not yet in words.

    ``values`` are what the words of its ``kind`` need: words of reports, numbers, other notes.
    """

    kind: str
    values: Mapping[str, NoteValue] = field(default_factory=dict)

    def __hash__(self) -> int:
        """Hash by kind and values, so that notes can be told apart in sets."""
        return hash((self.kind, tuple(sorted(self.values.items(), key=lambda item: item[0]))))

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {"kind": self.kind, "values": {k: _plain(v) for k, v in self.values.items()}}

    @classmethod
    def from_json(cls, stored: Any) -> Note:
        """Return the note of plain values."""
        return cls(stored["kind"], {k: _valued(v) for k, v in stored["values"].items()})


def _plain(value: NoteValue) -> Any:
    if isinstance(value, Note):
        return value.to_json()
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


def _valued(stored: Any) -> Any:
    if isinstance(stored, dict):
        return Note.from_json(stored)
    return tuple(_valued(part) for part in stored) if isinstance(stored, list) else stored


@dataclass(frozen=True, slots=True)
class Report:
    """A stored report: its metadata, its text as decoded, its tree and its chunks."""

    id: str
    meta: ReportMeta
    text: str
    sections: tuple[Section, ...]
    chunks: tuple[Chunk, ...]
    warnings: tuple[Note, ...] = ()

    def quote(self, start: int, end: int) -> str:
        """Return the stored words of a span."""
        return self.text[start:end]


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk with the ranks (from 1; None if not found there) that brought it."""

    chunk: Chunk
    score: float
    lexical_rank: int | None = None
    dense_rank: int | None = None
