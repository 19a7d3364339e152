"""What a report says on a theme, from its section tree: the leaves that fit, each told with its facts.

A leaf fits by its headings, by the sentence that opens it and by its other words, each term of
the theme counted where it stands best. What is shown of a leaf is never its heading alone: its
opening and the sentences that hold a figure, a name in quotes or the theme itself.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from bot.evidence.reading import Line, read
from bot.evidence.selection import weigh
from retrieval.documents import Report, Role, Section, Span
from retrieval.parsing.chunking import trim
from retrieval.question.terms import Term
from retrieval.text.normalise import fold
from retrieval.text.numbering import inline_markers


@dataclass(frozen=True, slots=True)
class Where:
    """How much a term counts by where in a leaf it stands (0..1)."""

    opening: float
    own_heading: float
    heading_above: float
    body: float


# fitted with the two bounds below by eval/fits/pieces.py
WHERE = Where(0.9, 1.0, 0.5, 0.8)
ENOUGH = 0.4
# beside a leaf that fits this well, one that only mentions the theme is left out
BESIDE_THE_BEST = 0.75
WORK: frozenset[Role] = frozenset(("measures", "leadership", "preamble", "other"))
LONG_LEAF, RUN = 400, 200
_LEAST_CHARS = 8
_TITLE_CHARS = 40
# a sentence of a leaf that is this far behind its best is not shown: those within 3 hold 0.94 and
# 0.96 of the evidence of cases and open pairs (eval/fits/leaves.py), and of 2,132 answers told by leaves
# seven lack a part that those within 4 tell; within 5 none more is whole
FAR_BEHIND = 4.0
NAMES_IT = 0.9  # the share of a theme's words that a heading must have to be its own


@dataclass(frozen=True, slots=True)
class Piece:
    """One leaf of a report on a theme: how well it fits (0..1), and its sentences.

    ``worth`` tells, where it is known, how much each sentence answers, as a logit.
    """

    report: Report
    section: Section
    lines: tuple[Line, ...]
    fit: float
    worth: tuple[float, ...] = ()

    @property
    def span(self) -> Span:
        """All of the leaf's sentences."""
        return Span(self.lines[0].span.start, self.lines[-1].span.end)

    @property
    def titled(self) -> bool:
        """Whether a leaf of several sentences opens with one short enough to be its own title."""
        return len(self.lines) > 1 and len(self.lines[0].span) <= _TITLE_CHARS

    @property
    def headings(self) -> tuple[list[str], list[str]]:
        """The heading right over it, if any, and those above, outermost first, in search form."""
        path = [fold(label) for label in self.section.path]
        if self.section.kind == "item":  # an item's own label is 一是: its heading is the one above
            return path[-2:-1], path[:-2]
        return path[-1:], path[:-1]


def leaves(report: Report, roles: Collection[Role] | None = None) -> list[Piece]:
    """Return every leaf that holds sentences, in order, those of ``roles`` only; their fit is 0."""
    grouped: dict[int, list[Line]] = {}
    for line in read(report).lines:
        grouped.setdefault(line.section, []).append(line)
    found = []
    for index, lines in sorted(grouped.items()):
        section = report.sections[index]
        told = not _heads_others(report, index) and len(lines[-1].folded) + lines[-1].span.start > 0
        if told and section.role != "furniture" and (roles is None or section.role in roles):
            found += [Piece(report, section, tuple(run), 0.0) for run in _in_runs(lines)]
    return found


def _heads_others(report: Report, index: int) -> bool:
    """Tell whether a section is a heading with something under it: （二）机制不畅； alone is an item."""
    section, after = report.sections[index], report.sections[index + 1 : index + 2]
    depth = len(section.node)
    return section.kind == "heading" and (
        not depth or any(s.node[:depth] == section.node for s in after)
    )


def _in_runs(lines: Sequence[Line]) -> list[list[Line]]:
    """Return a leaf's sentences, a long leaf's in runs that each can tell of one thing."""
    if sum(len(line.span) for line in lines) <= LONG_LEAF:
        return [list(lines)]
    runs: list[list[Line]] = []
    for line in lines:
        if runs and line.span.end - runs[-1][0].span.start <= RUN:
            runs[-1].append(line)
        else:
            runs.append([line])
    return runs


def on_theme(
    report: Report,
    terms: Sequence[Term],
    roles: Collection[Role] | None = None,
    *,
    where: Where = WHERE,
    enough: float = ENOUGH,
    beside: float = BESIDE_THE_BEST,
) -> list[Piece]:
    """Return the leaves that fit a theme by ``enough``, best first; empty where none does."""
    if not terms:
        return []
    weighted = weigh(terms, read(report))  # the rare words of a theme tell its leaf
    weighed = [
        Piece(p.report, p.section, p.lines, fit)
        for p in leaves(report, roles)
        if (fit := _fit(p, weighted, where)) >= enough
    ]
    best = max((p.fit for p in weighed), default=0.0)
    kept = [p for p in weighed if p.fit >= best * beside]
    return sorted(kept, key=lambda p: (-p.fit, p.section.start))


def under_heading(
    report: Report, terms: Sequence[Term], roles: Collection[Role]
) -> list[list[Piece]]:
    """Return the parts under the one heading that names the theme whole, each as its leaves.

    Empty where no heading does, or where its parts have no headings of their own.
    """
    total = sum(t.weight for t in terms)
    best: tuple[float, tuple[int, ...]] | None = None
    for section in report.sections:
        if section.kind != "heading" or not section.path or section.role not in roles:
            continue
        words = fold(section.path[-1])
        share = sum(t.weight * t.match(words) for t in terms) / total if total else 0.0
        if share >= NAMES_IT and (best is None or share > best[0]):
            best = (share, section.node)
    if best is None:
        return []
    depth = len(best[1])
    parts: dict[tuple[int, ...], list[Piece]] = {}
    for piece in leaves(report, roles):
        node = piece.section.node
        if node[:depth] == best[1] and len(node) > depth:
            parts.setdefault(node[: depth + 1], []).append(piece)
    headed = [s.node for s in report.sections if s.kind == "heading"]
    return list(parts.values()) if sum(n in headed for n in parts) > 1 else []


def heading_of(report: Report, piece: Piece) -> Span | None:
    """Return the words of the heading right over a leaf, without its number."""
    over = [
        s
        for s in report.sections
        if s.kind == "heading" and s.path and piece.section.node[: len(s.node)] == s.node
    ]
    if not over:
        return None
    last = over[-1]
    return _unnumbered(report, trim(report.text, last.start, last.end))


def _fit(piece: Piece, terms: Sequence[tuple[Term, float]], where: Where) -> float:
    own, above = piece.headings
    opening = piece.lines[0].folded
    body = [line.folded for line in piece.lines[1:]]
    total = reached = 0.0
    for term, term_weight in terms:
        places = (
            (where.opening, [opening]),
            (where.own_heading, own),
            (where.heading_above, above[1:]),
            (where.body, body),
        )
        best = max(
            (weight * max(map(term.match, words)) for weight, words in places if words), default=0.0
        )
        total += term_weight
        reached += term_weight * best
    return reached / total if total else 0.0


def told(
    piece: Piece, terms: Sequence[Term], most_chars: int, *, titled: bool = True
) -> list[Span]:
    """Return what to show of a leaf within ``most_chars``: runs of whole sentences, in order.

    They are those that answer the question; where that is not known, its opening comes first,
    then what holds a figure, a quoted name or the theme. With ``titled`` its own title is shown, too,
    else only where it says what the sentences leave out.
    """
    if piece.worth:
        runs = _runs(piece.lines, _answering(piece, terms, most_chars))
        if not titled and runs[0] == [0] and len(runs) > 1:
            rest = "".join(piece.lines[i].folded for run in runs[1:] for i in run)
            opening = piece.lines[0].folded
            if all(t.match(rest) >= t.match(opening) for t in terms):
                runs = runs[1:]
        return [
            _unnumbered(piece.report, Span(run[0].span.start, run[-1].span.end))
            for run in ([piece.lines[i] for i in r] for r in runs)
        ]
    lines = [line for line in piece.lines if len(line.span) >= _LEAST_CHARS] or list(piece.lines)
    whole = Span(lines[0].span.start, lines[-1].span.end)
    if len(whole) <= most_chars:
        return [_unnumbered(piece.report, whole)]
    ranked = sorted(
        range(1, len(lines)), key=lambda i: (-_worth(lines[i], terms), lines[i].span.start)
    )
    chosen, used = {0}, len(lines[0].span)
    for i in ranked:
        if used + len(lines[i].span) <= most_chars and _worth(lines[i], terms) > 0:
            chosen.add(i)
            used += len(lines[i].span)
    if len(chosen) == 1 and ranked and _worth(lines[0], terms) < 1:
        chosen.add(ranked[0])  # an opening alone is a heading: the next best says what was done
    return [
        _unnumbered(piece.report, Span(lines[run[0]].span.start, lines[run[-1]].span.end))
        for run in _runs(lines, sorted(chosen))
    ]


def _answering(piece: Piece, terms: Sequence[Term], most_chars: int) -> list[int]:
    """Return which sentences answer, in order: the best, and those not far behind that have room.

    A leaf's own title comes before them; where its opening answers best it is about what is asked,
    and none is too far behind. Of the rows of a table only those answer that hold most of the terms.
    """
    held = {
        i: sum(t.weight * t.match(line.folded) for t in terms)
        for i, line in enumerate(piece.lines)
        if line.row is not None
    }
    others = {i for i, share in held.items() if share < max(held.values())}
    least = max(piece.worth) - FAR_BEHIND if max(piece.worth) > piece.worth[0] else -math.inf
    opening = piece.lines[0]
    title = [0] if piece.titled and not any(clause.figures for clause in opening.clauses) else []
    chosen, used = list(title), len(opening.span) if title else 0
    for i in sorted(range(len(piece.lines)), key=lambda i: (-piece.worth[i], i)):
        size = len(piece.lines[i].span)
        if i in chosen or i in others:
            continue
        if chosen == title or (piece.worth[i] >= least and used + size <= most_chars):
            chosen.append(i)
            used += size
    return sorted(chosen)


def _worth(line: Line, terms: Sequence[Term]) -> float:
    figures = sum(len(clause.figures) for clause in line.clauses)
    named = sum(line.folded.count(mark) for mark in "《“")
    theme = sum(term.weight for term in terms if term.match(line.folded) >= 1)
    return min(figures, 3) + 0.5 * min(named, 2) + theme


def _runs(lines: Sequence[Line], indexes: Iterable[int]) -> list[list[int]]:
    """Return indexes of sentences, those that follow each other together; a row stands by itself."""
    runs: list[list[int]] = []
    for i in indexes:
        apart = lines[i].row is not None or lines[i - 1].row is not None
        if runs and runs[-1][-1] == i - 1 and not apart:
            runs[-1].append(i)
        else:
            runs.append([i])
    return runs


def _unnumbered(report: Report, span: Span) -> Span:
    """Leave the number of an item (一是, （二）) off its words."""
    for marker in inline_markers(report.text, span.start, min(span.end, span.start + 12)):
        if marker.start == span.start:
            start = marker.end
            while start < span.end and report.text[start] in " 　、.．:：，,\r\n":
                start += 1
            return Span(start, span.end) if span.end - start >= _LEAST_CHARS else span
    return span
