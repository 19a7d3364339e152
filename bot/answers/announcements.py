"""Sentences that only announce (第二，加强知识产权保护。) and what follows them in their paragraph."""

from __future__ import annotations

import re

from bot.evidence.reading import Line, Reading
from bot.values import Cited
from retrieval.documents import Span

MAX_ANNOUNCING_CHARS = 32
MAX_SENTENCES, MAX_CHARS = 5, 400
_OPENS = re.compile(
    r"(?:第[一二三四五六七八九十][，,、]|[一二三四五六七八九十]{1,2}(?:是|、|要)|其[一二三四五六]|首先|其次|再次|最后|同时|"
    r"[(（]?[一二三四五六七八九十0-9]{1,2}[)）.．、]|[①-⑳●•■◆])"
)


def announced(reading: Reading, cite: Cited) -> list[Span]:
    """Return the sentences that a cited announcement opens, up to the next; none if it is none.

    An announcement is short, opens with a number word and has no figure of its own; at most
    ``MAX_SENTENCES`` sentences and ``MAX_CHARS`` characters follow.
    """
    lines = reading.lines
    at = next((i for i, line in enumerate(lines) if line.span.start == cite.start), None)
    if at is None or cite.end < lines[at].span.end:
        return []
    if not _announces(lines[at]):
        return []
    found: list[Span] = []
    for line in lines[at + 1 : at + 1 + MAX_SENTENCES]:
        other_place = line.section != lines[at].section and line.path != lines[at].path
        if _OPENS.match(line.folded) or other_place or line.role != lines[at].role:
            break
        if found and line.span.end - found[0].start > MAX_CHARS:
            break
        found.append(line.span)
    return found


def _announces(line: Line) -> bool:
    short = len(line.span) <= MAX_ANNOUNCING_CHARS and line.folded.endswith(("。", "："))
    return short and bool(_OPENS.match(line.folded)) and not any(c.figures for c in line.clauses)
