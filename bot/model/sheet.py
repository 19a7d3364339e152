"""The sheet that a model reads: reports as numbered pieces, each once, within a budget of tokens.

What the rules found comes first, then the passages that the search found and the nearest of each
report, the sections they stand in and the parts the question is about, then the rest, by how near
it is; what is shown is in the order of the reports.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.evidence.drafting import Desk, Draft
from bot.evidence.passages import numbered
from bot.evidence.reading import Line
from bot.lock.figure_contexts import COUNTED
from bot.lock.plaintext import neutralise
from bot.lock.planted import masked, planted_spans
from bot.values import Cited, Passage, meets
from retrieval.documents import Report
from retrieval.genre.quantities import find_quantities
from retrieval.search.nearness import best_in, nearest
from retrieval.text.grids import row_at

_SEMICOLON = re.compile(r"[；;]")
_SAYS_MORE = 16  # characters of a heading that says what stands under it as well
_LEAST_CHARS = 14  # a shorter piece stays with the one before
_MOST_PIECES = 600
_NEAREST = 4  # passages of each report, so that none is cut away for those before it
_HEAD_TOKENS = 24  # what the headings over a piece may cost besides


@dataclass(frozen=True, slots=True)
class _Piece:
    cite: Cited
    text: str
    path: str
    role: str


def sheet(
    desk: Desk, draft: Draft, budget_tokens: int, count: Callable[[str], int]
) -> tuple[Passage, ...]:
    """Return the pieces of the reports at hand that fit the budget, numbered in their order."""
    pieces = [piece for report in desk.reports for piece in _pieces(desk, report)]
    kept: set[Cited] = set()
    left = budget_tokens
    for piece in _by_worth(desk, draft, pieces):
        cost = count(piece.text) + 6
        heads = {p.path for p in pieces if p.cite in kept}
        cost += 0 if piece.path in heads else _HEAD_TOKENS
        if cost > left or len(kept) >= _MOST_PIECES:
            break
        left -= cost
        kept.add(piece.cite)
    told = numbered(desk.reports, [p.cite for p in pieces if p.cite in kept])
    texts = {report.id: report.text for report in desk.reports}
    return tuple(_under_its_head(p, texts[p.report]) for p in told)


def _under_its_head(passage: Passage, text: str) -> Passage:
    """Return a row of a table with the words over its columns among its headings."""
    found = row_at(text, passage.start)
    if found is None:
        return passage
    grid, _ = found
    head = " ".join(text[slice(*grid.head)].split())
    unit = f" 单位：{grid.unit}" if grid.unit else ""
    return replace(passage, context=f"{passage.context}（表头：{head}{unit}）")


def shown(passages: Sequence[Passage]) -> str:
    """Return the sheet's text: headings once, under them the pieces with their numbers."""
    blocks: list[str] = []
    context = ""
    for passage in passages:
        if passage.context != context:
            context = passage.context
            blocks.append(f"\n{as_data(context)}")
        blocks.append(f"[{passage.n}] {' '.join(as_data(passage.text).split())}")
    return "\n".join(blocks).strip()


def as_data(text: str) -> str:
    """Return words of a report without anything that could be taken for the frame around them."""
    return masked(neutralise(text)).replace("<<", "《").replace(">>", "》").replace("=== ", "")


def _by_worth(desk: Desk, draft: Draft, pieces: Sequence[_Piece]) -> list[_Piece]:
    """Return the pieces, those nearest to what was asked first."""
    cites = [c for line in draft.lines for c in line.cites]
    paths = {p.path for p in pieces if meets((p.cite,), cites)}
    hits = [Cited(h.chunk.report, h.chunk.start, h.chunk.end) for h in desk.hits]
    role = desk.query.role
    near = {report.id: desk.near(report.id) for report in desk.reports}
    closest = [
        Cited(n.chunk.report, n.chunk.start, n.chunk.end)
        for found in near.values()
        for n in nearest(found, _NEAREST)
    ]

    def worth(piece: _Piece) -> tuple[int, float]:
        if meets((piece.cite,), cites):
            return 0, 0.0
        if meets((piece.cite,), hits[:8]) or meets((piece.cite,), closest):
            return 1, 0.0
        if piece.path in paths or (role is not None and piece.role == role):
            return 2, 0.0
        found = best_in(near[piece.cite.report], piece.cite.start, piece.cite.end)
        return 3, -found["cosine"]

    return sorted(pieces, key=worth)  # stable: in the order of the reports within each


def _pieces(desk: Desk, report: Report) -> Iterator[_Piece]:
    """Yield the sentences of a report, long ones cut at semicolons.

    Furniture, doubles, what only announces (headings, which stand over the pieces, and 如下：)
    and what was planted are left out: what is not shown cannot be selected.
    """
    seen: set[str] = set()
    planted = planted_spans(report.text)
    for line in desk.reading(report).lines:
        words = report.text[line.span.start : line.span.end].strip()
        heads = report.sections[line.section].kind == "heading" and len(words) < _SAYS_MORE
        announces = heads or words.endswith(("：", ":"))
        if line.role == "furniture" or (
            announces and all(q.kind not in COUNTED for q in find_quantities(words))
        ):
            continue
        for start, end in _cut(report.text, line):
            words = report.text[start:end].strip()
            key = "".join(words.split())
            if len(key) < 2 or key in seen or any(a < end and start < b for a, b in planted):
                continue
            seen.add(key)
            yield _Piece(Cited(report.id, start, end), words, f"{report.id}{line.path}", line.role)


def _cut(text: str, line: Line) -> Iterator[tuple[int, int]]:
    start, end = line.span.start, line.span.end
    if not line.is_table:
        for mark in _SEMICOLON.finditer(text, start, end):
            if mark.end() - start >= _LEAST_CHARS and end - mark.end() >= _LEAST_CHARS:
                yield start, mark.end()
                start = mark.end()
                while start < end and text[start].isspace():
                    start += 1
    yield start, end
