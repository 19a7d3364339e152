"""The values of an answer, from draft to what a person reads.

A draft is unchecked; an answer is checked. A sentence is a ``claim`` (it cites) or a
``note`` (counts, scope, refusals: computed by code).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from retrieval.documents import Note, Role, meet

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The time of these reports and of whoever asks."""

Status = Literal["answered", "abstained", "clarify"]
SentenceKind = Literal["claim", "note"]
Way = Literal["quoted", "compressed", "reworded", "inferred"]
LEFT_OUT = "……"
"""What stands between two runs of a report's words in one line of an answer."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of a stored report shown to a writer as ``[n]``; ``context`` names where it stands.

    ``role`` is that of its section, ``head`` where the heading stands that is right over it.
    """

    n: int
    report: str
    start: int
    end: int
    text: str
    context: str
    role: Role | None = None
    head: Cited | None = None


class Cited(NamedTuple):
    """The address of a quotation: a half-open span of one report."""

    report: str
    start: int
    end: int


def meets(some: Sequence[Cited], others: Sequence[Cited]) -> bool:
    """Tell whether some spans and others share characters."""
    return any(a.report == b.report and meet(a, b.start, b.end) for a in some for b in others)


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One unchecked line. A writer gives either ``cites`` or ``[n]`` markers inside ``text``.

    A note has no words yet: ``note`` says what it is.
    """

    text: str
    kind: SentenceKind
    cites: tuple[Cited, ...] = ()
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A checked claim of a model, with what it cites and how its words came from there."""

    text: str
    cites: tuple[Cited, ...]
    way: Way = "reworded"


@dataclass(frozen=True, slots=True)
class Citation:
    """A resolved citation; ``quote`` is read from the stored text, never from a writer."""

    n: int
    report: str
    source: str
    title: str
    place: tuple[str, ...]
    year: int | None
    section_path: tuple[str, ...]
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A checked sentence, without markers; ``citations`` are the numbers of its citations.

    ``note`` is what a note was worded from.
    """

    text: str
    kind: SentenceKind
    citations: tuple[int, ...] = ()
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """The reports a question is about (ids), and what was asked for but is not held."""

    reports: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A checked answer. With ``paragraph`` its body reads as one paragraph.

    ``answerer`` names the part that wrote the draft, whoever worded it; ``notes`` are what the
    notes among the sentences and the warnings say, as values.
    """

    id: str
    question: str
    status: Status
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...] = ()
    scope: Scope = Scope()
    warnings: tuple[str, ...] = ()
    writer: str = "extractive"
    answerer: str = ""
    notes: tuple[Note, ...] = ()
    prompt: str = ""
    model: str | None = None
    usage: Mapping[str, int] = field(default_factory=dict)
    elapsed_ms: int = 0
    checks_failed: tuple[str, ...] = ()
    paragraph: bool = False

    @property
    def body(self) -> tuple[Sentence, ...]:
        """The sentences up to the last claim: a briefing without the notes under it."""
        last = max((i for i, s in enumerate(self.sentences) if s.kind == "claim"), default=-1)
        return self.sentences[: last + 1]

    @property
    def text(self) -> str:
        """The sentences in order with their markers: one a line, or a paragraph with notes under it."""
        marked = [s.text + "".join(f"[{n}]" for n in s.citations) for s in self.sentences]
        if self.paragraph:
            whole = len(self.body)
            marked = ["".join(marked[:whole]), *marked[whole:]] if whole else marked
        return "\n".join(marked)

    def to_json(self) -> dict[str, Any]:
        """Return the shape of the contract: plain dicts, lists, strings and numbers."""
        return {
            "id": self.id,
            "question": self.question,
            "status": self.status,
            "answer": self.text,
            "sentences": [
                {"text": s.text, "kind": s.kind, "citations": list(s.citations)}
                for s in self.sentences
            ],
            "citations": [
                {
                    "n": c.n,
                    "report": c.report,
                    "source": c.source,
                    "title": c.title,
                    "place": list(c.place),
                    "year": c.year,
                    "section_path": list(c.section_path),
                    "start": c.start,
                    "end": c.end,
                    "quote": c.quote,
                }
                for c in self.citations
            ],
            "scope": {"reports": list(self.scope.reports), "missing": list(self.scope.missing)},
            "warnings": list(self.warnings),
            "writer": self.writer,
            "answerer": self.answerer,
            "notes": [note.to_json() for note in self.notes],
            "prompt": self.prompt,
            "model": self.model,
            "usage": dict(self.usage),
            "elapsed_ms": self.elapsed_ms,
        }
