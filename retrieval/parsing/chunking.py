"""Section tree → chunks: a sentence or two each, exact spans, with a context line apart.

Small units with their context line were the best to search (evidence found in the first
2,000 characters: 0.95 at 120 characters, 0.93 at 250 and 400); whoever shows a hit adds its
neighbours.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

from retrieval.documents import HEADINGS_JOINED, Chunk, ReportMeta, Section, Span
from retrieval.text.grids import row_at
from retrieval.text.wrapping import unwrap

MAX_CHARS = 120
HARD_MAX_CHARS = 240
_BLANKS = "".join(filter(str.isspace, map(chr, range(0x3001))))
_INVISIBLE = _BLANKS + "\u200b\u200c\u200d\u2060\ufeff"
_MARKS = "#*" + _INVISIBLE
_SENTENCE = re.compile(r"[^。！？!?\r\n]*(?:[。！？!?]+[”’\"）)】]*|[\r\n]+|\Z)")
# a comma between digits groups thousands (1,036.8万元) and ends no clause
_CLAUSE = re.compile(r"(?:[^；;，,]|(?<=[0-9]),(?=[0-9]{3}(?![0-9])))*(?:[；;，,]+|\Z)")


def split_sentences(text: str, start: int, end: int) -> list[Span]:
    """Return the sentences of ``text[start:end]`` without blanks around them.

    A line end ends one unless the page only wrapped its lines there, or it stands inside the row
    of a table.
    """
    spans: list[Span] = []
    for match in _SENTENCE.finditer(unwrap(text), start, end):
        span = trim(text, match.start(), match.end())
        if not len(span):
            continue
        placed = row_at(text, span.start) if spans else None
        if placed is not None and placed[1].start <= spans[-1].start:
            span = Span(spans.pop().start, span.end)
        spans.append(span)
    return spans


def split_clauses(text: str, start: int, end: int) -> list[Span]:
    """Return the clauses (up to a comma or semicolon, its mark included) of ``text[start:end]``."""
    spans = (trim(text, m.start(), m.end()) for m in _CLAUSE.finditer(text, start, end))
    return [span for span in spans if len(span)]


def trim(text: str, start: int, end: int) -> Span:
    """Return the span without what is no word at its ends (empty at ``start`` if nothing is left).

    That is blanks, and at the end the marks (``##``, ``**``, ``&nbsp;``) that belong to the
    line to come.
    """
    words = text[start:end].rstrip(_MARKS)
    while words.endswith("&nbsp;"):
        words = words.removesuffix("&nbsp;").rstrip(_MARKS)
    first = start + len(words) - len(words.lstrip(_INVISIBLE))
    return Span(first, start + len(words))


def context_line(meta: ReportMeta, path: Sequence[str]) -> str:
    """Return what is indexed with a chunk but is not its text: place, year, issuer, headings."""
    year = f"{meta.year}年" if meta.year else ""
    parts = ["".join(meta.place), year, meta.issuer, HEADINGS_JOINED.join(path)]
    return " ".join(part for part in parts if part)


def chunk_report(
    report_id: str, meta: ReportMeta, text: str, sections: Sequence[Section]
) -> tuple[Chunk, ...]:
    """Return the chunks of everything but furniture, in order; ids derive from content.

    A heading is chunked with the words that follow it, so that it is found with its text.
    Chunks are at most ``MAX_CHARS`` unless one sentence is longer; never over
    ``HARD_MAX_CHARS`` (a sentence without any mark is cut there).
    """
    chunks = []
    for ordinal, (span, leaf) in enumerate(_spans(text, sections)):
        words = text[span.start : span.end]
        digest = hashlib.sha256(f"{report_id}\0{span.start}\0{words}".encode("utf-8", "replace"))
        context = context_line(meta, leaf.path)
        chunks.append(
            Chunk(
                digest.hexdigest()[:20], report_id, ordinal, span.start, span.end, words,
                context, leaf.path, leaf.role,
            )
        )  # fmt: skip
    return tuple(chunks)


def _spans(text: str, sections: Sequence[Section]) -> Iterator[tuple[Span, Section]]:
    """Pack sentences of neighbouring leaves; a heading waits for the words it announces."""
    heading: tuple[Span, Section] | None = None
    for leaf in sections:
        if leaf.role == "furniture":
            if heading:  # never join words across the page's own
                yield heading
                heading = None
            continue
        if leaf.kind == "heading":
            if heading:
                yield heading
            span = trim(text, leaf.start, leaf.end)
            heading = (span, leaf) if len(span) else None
            continue
        for span in _pack(text, leaf, heading[0].start if heading else None):
            yield span, leaf
        heading = None
    if heading:
        yield heading


def _pack(text: str, leaf: Section, heading_start: int | None) -> Iterator[Span]:
    pieces = [p for s in split_sentences(text, leaf.start, leaf.end) for p in _cut(text, s)]
    if not pieces:
        if heading_start is not None:
            yield trim(text, heading_start, leaf.end)
        return
    start = pieces[0].start if heading_start is None else heading_start
    end = pieces[0].end
    for piece in pieces[1:]:
        if piece.end - start > MAX_CHARS:
            yield Span(start, end)
            start = piece.start
        end = piece.end
    yield Span(start, end)


def _cut(text: str, sentence: Span) -> Iterator[Span]:
    """Yield a long sentence in runs of clauses of at most ``MAX_CHARS``, hard-cut at the limit."""
    if len(sentence) <= MAX_CHARS:
        yield sentence
        return
    start, end = sentence.start, sentence.start
    for clause in split_clauses(text, sentence.start, sentence.end):
        if clause.end - start > MAX_CHARS and end > start:
            yield Span(start, end)
            start = clause.start
        while clause.end - start > HARD_MAX_CHARS:
            yield Span(start, start + HARD_MAX_CHARS)
            start += HARD_MAX_CHARS
        end = clause.end
    if end > start:
        yield Span(start, end)
