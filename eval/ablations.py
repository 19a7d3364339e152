"""What each part brings: the suite again with one part of retrieval switched off or changed.

Parts of the search are switched off in the assistant; what is indexed is changed by parsing the
same reports into other chunks, in a library of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.answers.choose import ANSWERERS
from bot.assistant import Assistant, Reply
from retrieval.documents import Chunk, Hit
from retrieval.library.library import Library, Parser
from retrieval.parsing.parsing import Parsed, parse_report
from retrieval.question.query import Query, State
from retrieval.question.request import Request
from retrieval.question.scope import Resolved
from retrieval.readers.values import NO_CONTAINER, Container
from retrieval.search.embedding import Embedder
from retrieval.search.retriever import Options

CHUNK_SIZES = (250, 400)
SEARCHES = ("dense", "lexical", "pairs", "scope", "history")


@dataclass(frozen=True, slots=True)
class Ablation:
    """A name for the table and the assistant that lacks the part."""

    name: str
    assistant: Assistant


class Unscoped(Assistant):
    """Searches and reads all reports whatever the question is about."""

    def _settled(
        self, request: Request, state: State, library: Library
    ) -> list[tuple[Query, Resolved]]:
        every = tuple(s.id for s in library.reports())
        asked = super()._settled(request, state, library)
        return [(query, replace(scope, reports=every)) for query, scope in asked]


class Forgetful(Assistant):
    """Asks and retrieves every question as if it were the first of its conversation."""

    def ask(self, question: str, state: State | None = None, **rest: Any) -> Reply:  # noqa: ARG002
        """Answer without what was said before."""
        return super().ask(question, None, **rest)

    def retrieve(self, question: str, k: int = 10, state: State | None = None) -> list[Hit]:  # noqa: ARG002
        """Retrieve without what was said before."""
        return super().retrieve(question, k, None)


def without(part: str, library: Library) -> Assistant:
    """Return an assistant that lacks one of ``SEARCHES`` or an answerer."""
    if part == "scope":
        return Unscoped(library)
    if part == "history":
        return Forgetful(library)
    if part in SEARCHES:
        return Assistant(library, options=replace(Options(), **{part: False}))
    return Assistant(library, answerers=[a for a in ANSWERERS if a.name != part])


def list_ablations(
    library: Library, files: Sequence[Path], embedder: Embedder, folder: Path
) -> Iterator[Ablation]:
    """Yield the ablations of ``library``, which holds ``files``; new libraries go into ``folder``."""
    yield Ablation("as it is", Assistant(library))
    yield Ablation("no dense", Assistant(library, options=Options(dense=False)))
    yield Ablation("no lexical", Assistant(library, options=Options(lexical=False)))
    yield Ablation("no scope", Unscoped(library))
    yield Ablation("no history", Forgetful(library))
    variants: list[tuple[str, Parser]] = [("no context line", _without_context)]
    variants += [(f"chunks to {size}", _in_chunks_of(size)) for size in CHUNK_SIZES]
    for number, (name, parse) in enumerate(variants):
        with Library.open(
            folder / str(number), embedder=embedder, parse=parse, parser_version=1, create=True
        ) as other:
            other.ingest(list(files))
            yield Ablation(name, Assistant(other))


def _without_context(
    text: str, source: str, report: str, container: Container = NO_CONTAINER, /
) -> Parsed:
    parsed = parse_report(text, source, report, container)
    return replace(parsed, chunks=tuple(replace(chunk, context="") for chunk in parsed.chunks))


def _in_chunks_of(size: int) -> Parser:
    def parse(
        text: str, source: str, report: str, container: Container = NO_CONTAINER, /
    ) -> Parsed:
        parsed = parse_report(text, source, report, container)
        return replace(parsed, chunks=merge_chunks(text, parsed.chunks, size))

    return parse


def merge_chunks(text: str, chunks: Sequence[Chunk], max_chars: int) -> tuple[Chunk, ...]:
    """Join neighbours of one role until ``max_chars``; a joined chunk keeps its first one's id."""
    merged: list[Chunk] = []
    for chunk in chunks:
        last = merged[-1] if merged else None
        if last and last.role == chunk.role and chunk.end - last.start <= max_chars:
            words = text[last.start : chunk.end]
            merged[-1] = replace(last, end=chunk.end, text=words)
        else:
            merged.append(replace(chunk, ordinal=len(merged)))
    return tuple(merged)
