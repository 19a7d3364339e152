"""What others do, on the same reports and questions with the same embedder.

Three pipelines as one finds them in tutorials: fixed windows searched by meaning, the same
windows searched by words, and a recursive splitter over Chroma. None knows places, years,
sections or earlier questions, and none refuses. Each also answers: with the sentence of its first
passages that is nearest to the question.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.values import Answer, Citation, Scope, Sentence
from eval.metrics import Source
from retrieval.documents import Chunk, Hit, Span
from retrieval.library.vector_store import EmbeddedStore
from retrieval.parsing.chunking import split_sentences
from retrieval.search.dense import write_matrix
from retrieval.search.embedding import Embedder, Vectors
from retrieval.search.lexical import LexicalIndex, write_index

WINDOW_CHARS = 500
OVERLAP_CHARS = 50
READ_PASSAGES = 5
_SEPARATORS = ("\n\n", "\n", "。", "；", "，", "")

Splitter = Callable[[str], list[Span]]
Search = Callable[[str, Vectors, int], list[tuple[str, float]]]


@dataclass(frozen=True, slots=True)
class RivalReply:
    """A rival's answer; it keeps nothing for the next question."""

    answer: Answer
    state: None = None


class Rival:
    """A pipeline of chunks, one search and the nearest sentence as the answer."""

    def __init__(self, name: str, chunks: Sequence[Chunk], search: Search, reader: Reader) -> None:
        self.name = name
        self._chunks = {chunk.id: chunk for chunk in chunks}
        self._search, self._reader = search, reader

    def retrieve(self, question: str, k: int = 10, state: object = None) -> list[Hit]:  # noqa: ARG002
        """Return the best ``k`` chunks; the conversation so far is not looked at."""
        found = self._search(question, self._reader.embedder.embed_query(question), k)
        return [Hit(self._chunks[chunk], score) for chunk, score in found]

    def ask(self, question: str, state: object = None) -> RivalReply:
        """Answer with the sentence of the first passages that is nearest to the question."""
        hits = self.retrieve(question, READ_PASSAGES, state)
        return RivalReply(self._reader.answer(question, hits))


class Reader:
    """Picks the sentence nearest to the question; all sentences are embedded once."""

    def __init__(self, sources: Mapping[str, Source], embedder: Embedder) -> None:
        self.embedder = embedder
        self._sources = sources
        self._sentences = {
            source.report: split_sentences(source.text, 0, len(source.text))
            for source in sources.values()
        }
        self._vectors = {
            report: embedder.embed_documents(
                [sources[report].text[s.start : s.end] for s in sentences]
            )
            for report, sentences in self._sentences.items()
        }

    def answer(self, question: str, hits: Sequence[Hit]) -> Answer:
        """Return one claim that quotes the best sentence touched by ``hits``."""
        vector = self.embedder.embed_query(question)
        best: tuple[float, str, Span] | None = None
        for hit in hits:
            report = hit.chunk.report
            for row, span in enumerate(self._sentences[report]):
                if span.end <= hit.chunk.start or span.start >= hit.chunk.end:
                    continue
                nearness = float(self._vectors[report][row] @ vector)
                if best is None or nearness > best[0]:
                    best = (nearness, report, span)
        if best is None:
            return Answer("", question, "abstained", ())
        _, report, span = best
        source = self._sources[report]
        quote = source.text[span.start : span.end]
        cited = Citation(1, report, source.name, "", (), None, (), span.start, span.end, quote)
        claim = Sentence(quote, "claim", (1,))
        return Answer("", question, "answered", (claim,), (cited,), Scope())


def build_rivals(
    sources: Mapping[str, Source], embedder: Embedder, folder: Path
) -> Iterator[Rival]:
    """Yield the three rivals over ``sources``; their indexes go into ``folder`` (empty)."""
    reader = Reader(sources, embedder)
    windows = _cut(sources, split_windows)
    vectors = embedder.embed_documents([chunk.text for chunk in windows])
    yield Rival("dense", windows, _by_meaning(windows, vectors), reader)
    yield Rival("BM25", windows, _by_words(windows, folder / "lexical"), reader)
    parts = _cut(sources, split_recursively)
    part_vectors = embedder.embed_documents([chunk.text for chunk in parts])
    search = _by_chroma(parts, part_vectors, folder / "chroma")
    yield Rival("recursive+Chroma", parts, search, reader)


def split_windows(text: str) -> list[Span]:
    """Return windows of 500 characters, each repeating the last 50 of the one before."""
    step = WINDOW_CHARS - OVERLAP_CHARS
    starts = range(0, max(1, len(text) - OVERLAP_CHARS), step)
    return [Span(start, min(len(text), start + WINDOW_CHARS)) for start in starts]


def split_recursively(text: str) -> list[Span]:
    """Return pieces of at most 500 characters, cut at the coarsest separator that will do.

    Paragraphs first, then lines, sentences, clauses, characters; small neighbours are joined,
    and a piece repeats up to 50 characters of whole units of the one before.
    """
    pieces: list[Span] = []
    units = list(_units(text, 0, len(text), _SEPARATORS))
    first = 0
    while first < len(units):
        last = first
        while last + 1 < len(units) and units[last + 1].end - units[first].start <= WINDOW_CHARS:
            last += 1
        pieces.append(Span(units[first].start, units[last].end))
        following = last + 1
        while (
            following - 1 > first
            and following < len(units)
            and units[last].end - units[following - 1].start <= OVERLAP_CHARS
        ):
            following -= 1
        first = following
    return pieces


def _units(text: str, start: int, end: int, separators: Sequence[str]) -> Iterator[Span]:
    """Yield the parts of ``text[start:end]``, each at most a window long, in order."""
    if end - start <= WINDOW_CHARS:
        if start < end:
            yield Span(start, end)
        return
    separator, finer = separators[0], separators[1:]
    if not separator:
        for at in range(start, end, WINDOW_CHARS):
            yield Span(at, min(end, at + WINDOW_CHARS))
        return
    at = start
    while at < end:
        found = text.find(separator, at, end)
        stop = end if found < 0 else found + len(separator)
        yield from _units(text, at, stop, finer)
        at = stop


def _cut(sources: Mapping[str, Source], split: Splitter) -> list[Chunk]:
    chunks = []
    for report, source in sorted(sources.items()):
        for ordinal, span in enumerate(split(source.text)):
            words = source.text[span.start : span.end]
            key = hashlib.sha256(f"{report}:{span.start}:{span.end}".encode()).hexdigest()[:16]
            chunks.append(Chunk(key, report, ordinal, span.start, span.end, words, "", (), "other"))
    return [chunk for chunk in chunks if chunk.text.strip()]


def _by_meaning(chunks: Sequence[Chunk], vectors: Vectors) -> Search:
    def search(question: str, vector: Vectors, k: int) -> list[tuple[str, float]]:  # noqa: ARG001
        scores = vectors @ vector
        order = np.argsort(-scores, kind="stable")[:k]
        return [(chunks[int(row)].id, float(scores[int(row)])) for row in order]

    return search


def _by_words(chunks: Sequence[Chunk], folder: Path) -> Search:
    write_index(folder, ((chunk.id, chunk.report, chunk.text) for chunk in chunks))
    index = LexicalIndex(folder)

    def search(question: str, vector: Vectors, k: int) -> list[tuple[str, float]]:  # noqa: ARG001
        return index.search(question, k)

    return search


def _by_chroma(chunks: Sequence[Chunk], vectors: Vectors, folder: Path) -> Search:
    folder.mkdir(parents=True)
    rows = [(chunk.id, chunk.report) for chunk in chunks]
    write_matrix(folder, rows, iter(vectors), vectors.shape[1])
    store = EmbeddedStore()
    store.build(folder, None, ())

    def search(question: str, vector: Vectors, k: int) -> list[tuple[str, float]]:  # noqa: ARG001
        return store.search(folder, vector, min(k, len(rows)))

    return search
