"""The corpus of labelled utterances: one line, one message, as ``corpus/RULES.md`` says.

A line has four fields parted by tabs: act, wishes (``content/operation`` joined by ``+``), the
message with its spans marked (``{P:綦江}列出了哪些问题``, ``|`` before a further wish), and the
earlier messages of its conversation (parted by `` || ``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from retrieval.question.request import (
    ACTS,
    CONTENTS,
    OPERATIONS,
    Act,
    Content,
    Operation,
    Tag,
    Tagged,
)

MARKS: Mapping[str, Tag] = {
    "P": "place", "O": "office", "X": "excluded", "S": "scope", "Y": "year",
    "T": "theme", "F": "form", "I": "item", "C": "claim",
}  # fmt: skip
_PIECE = re.compile(r"\{([POXSYTFIC]):([^{}]*)\}|(\|)|([^{}|]+|[{}])")


@dataclass(frozen=True, slots=True)
class Utterance:
    """A labelled message. ``starts`` are where its wishes begin, the first always at 0."""

    text: str
    act: Act
    wishes: tuple[tuple[Content, Operation], ...]
    tags: tuple[Tagged, ...]
    starts: tuple[int, ...]
    history: tuple[str, ...]
    writer: str

    @property
    def frame(self) -> str:
        """The message with its spans replaced by their kinds: what splits must not share."""
        parts, at = [], 0
        for tagged in self.tags:
            parts += [self.text[at : tagged.start], f"<{tagged.tag}>"]
            at = tagged.end
        return "".join((*parts, self.text[at:]))


def parse_line(line: str, writer: str) -> Utterance:
    """Return the utterance of one line; raises ``ValueError`` that says what is wrong with it."""
    fields = line.rstrip("\n").split("\t")
    if len(fields) not in (3, 4):
        raise ValueError(f"{len(fields)} fields, not 4: {line!r}")
    act, wished, marked = fields[:3]
    if act not in ACTS:
        raise ValueError(f"no act {act!r}: {line!r}")
    wishes = tuple(_wish(pair, line) for pair in wished.split("+") if pair != "-")
    text, tags, starts = _unmark(marked)
    if len(wishes) != len(starts) and not (not wishes and len(starts) == 1):
        raise ValueError(f"{len(wishes)} wishes, {len(starts)} parts: {line!r}")
    if act == "ask" and not wishes:
        raise ValueError(f"asks for nothing: {line!r}")
    history = tuple(q.strip() for q in fields[3].split("||") if q.strip()) if fields[3:] else ()
    return Utterance(text, act, wishes, tags, starts, history, writer)


def _wish(pair: str, line: str) -> tuple[Content, Operation]:
    content, _, operation = pair.partition("/")
    if content not in CONTENTS or operation not in OPERATIONS:
        raise ValueError(f"no wish {pair!r}: {line!r}")
    return content, operation


def _unmark(marked: str) -> tuple[str, tuple[Tagged, ...], tuple[int, ...]]:
    text, tags, starts = "", [], [0]
    for mark, words, bar, plain in _PIECE.findall(marked):
        if mark and words:
            tags.append(Tagged(MARKS[mark], len(text), len(text) + len(words), words))
            text += words
        elif bar:
            starts.append(len(text))
        else:
            text += plain
    return text, tuple(tags), tuple(starts)


def read_corpus() -> tuple[Utterance, ...]:
    """Return every utterance of the corpus, file by file (a file is a writer)."""
    return tuple(_read_files(_files()))


def read_file(path: Path) -> tuple[Utterance, ...]:
    """Return the utterances of a file outside of the corpus; raises ``ValueError`` for a bad line."""
    return tuple(_read_files([(path.name, path.read_text("utf-8"))]))


def _files() -> list[tuple[str, str]]:
    folder = resources.files("retrieval.question").joinpath("corpus")
    files = [(f.name, f.read_text("utf-8")) for f in folder.iterdir() if f.name.endswith(".tsv")]
    return sorted(files)


def _read_files(files: Iterable[tuple[str, str]]) -> Iterator[Utterance]:
    for name, content in files:
        for number, line in enumerate(content.splitlines(), start=1):
            if not line.strip() or line.startswith("#"):
                continue
            try:
                yield parse_line(line, name.removesuffix(".tsv"))
            except ValueError as error:
                raise ValueError(f"{name}:{number}: {error}") from None


def corpus_hash() -> str:
    """Return a digest of the corpus; the shipped models name the one they were fitted on."""
    digest = hashlib.sha256()
    for name, content in _files():
        digest.update(f"{name}\0{content}\0".encode())
    return digest.hexdigest()[:16]
