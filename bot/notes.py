"""Notes: what code says beside the reports' words, made as values and worded once, here.

A ``Note`` is a kind and its values; the words of every kind stand in ``prompts/notes.zh.toml``
and ``prompts/notes.en.toml``. Code that asks what a note says asks its kind, never its words.
In a template ``{name}`` is a value: a word or number as it is, a note in its own words, several
of them joined by the separator after the colon (``{places:、}``, by default a pause mark or comma).
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from bot.values import DraftLine
from prompts import load_words
from retrieval.documents import Note, NoteValue

__all__ = ["Note", "among", "counts", "kinds", "note", "text_of", "worded", "words"]

Language = Literal["zh", "en"]
_JOINED: Mapping[Language, str] = {"zh": "、", "en": ", "}


def note(kind: str, **values: NoteValue) -> DraftLine:
    """Return a draft's line that is a note."""
    return DraftLine("", "note", note=Note(kind, values))


def among(names: Sequence[str], count: int) -> Note:
    """Return the names of the first of ``count`` reports, and how many there are if more."""
    kind = "names_and_more" if count > len(names) else "names"
    return Note(kind, {"names": tuple(names), "count": count})


def counts(line: DraftLine) -> bool:
    """Tell whether a draft's line is a note that says how many there are of what it heads."""
    return line.note is not None and "count" in line.note.values


def corrects(line: DraftLine) -> bool:
    """Tell whether a draft's line is a note that says what a question gets wrong."""
    return line.note is not None and line.note.kind in CORRECTING


def words(note: Note, language: Language = "zh") -> str:
    """Return a note in words; raises ``KeyError`` for a kind or value the catalogue lacks."""
    return _Filler(language).vformat(kinds(language)[note.kind], (), note.values)


def worded(notes: Iterable[Note], language: Language = "zh") -> list[str]:
    """Return several notes in words."""
    return [words(note, language) for note in notes]


def text_of(line: DraftLine, language: Language = "zh") -> str:
    """Return the words of a draft's line, be it a claim or a note."""
    return line.text if line.note is None else words(line.note, language)


@lru_cache(maxsize=2)
def kinds(language: Language) -> Mapping[str, str]:
    """Return the template of every kind in a language."""
    return load_words("notes", language)


class _Filler(string.Formatter):
    """Fills a template; what is no string is put into words first."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Note):
            return words(value, self._language)
        if isinstance(value, tuple):
            joint = format_spec or _JOINED[self._language]
            return joint.join(self.format_field(part, "") for part in value)
        return str(value)


CORRECTING = frozenset(
    {"figure_wrong", "figure_elsewhere", "no_such_figure", "figures_are", "went",
     "other_body", "body_absent", "office_of", "phrase_absent", "not_first", "misplaced",
     "not_all", "none_of_it", "said_otherwise"}
)  # fmt: skip
"""Kinds of note that say what a question gets wrong."""
