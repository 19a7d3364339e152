"""A numbered place of a report ((五), 第三部分的第五条), found in its section tree and shown."""

from __future__ import annotations

from collections.abc import Sequence

from bot.evidence import listing
from bot.evidence.drafting import Draft, claim
from bot.evidence.reading import read, section_words
from bot.notes import Note
from bot.values import Cited, DraftLine
from retrieval.documents import Report, Role, Section, Span
from retrieval.question.addressing import Step
from retrieval.text.marks import SENTENCE_END
from retrieval.text.numbering import Marker, chinese_numeral, marker_at

Node = tuple[int, ...]

MAX_LINES_PER_PLACE = 12
_STYLES = {"part": ("part", "formal", "cn", "plain"), "paren": ("cn_paren",)}


def numbered_place(report: Report, steps: Sequence[Step], role: Role | None) -> Draft:
    """Show what stands at ``steps``; a number that the report skips or lacks is said to be absent.

    A number that several parts have ((五) of the measures and of the plans) shows each, unless
    ``role`` says which.
    """
    nodes: list[Node] = [()]
    for step in steps:
        below = [node for parent in nodes for node in _below(report, parent, step)]
        if not below:
            return _absent(report, nodes, step)
        nodes = below
    if role is not None:
        nodes = [n for n in nodes if any(s.role == role for s in _leaves(report, n))] or nodes
    lines: list[DraftLine] = []
    cites: list[Cited] = []
    for node in nodes:
        shown, items = _shown(report, _leaves(report, node))
        lines += shown
        cites += items
    return Draft(tuple(lines), items=tuple(cites), focus=tuple(cites))


def _leaves(report: Report, node: Node) -> list[Section]:
    return [s for s in report.sections if s.node and s.node[: len(node)] == node]


def _marker(report: Report, node: Node) -> Marker | None:
    """Return the number that a node's heading or item is written with."""
    first = next((s for s in report.sections if s.node[: len(node)] == node), None)
    if first is None or len(first.path) < len(node):
        return None
    return marker_at(first.path[len(node) - 1].strip(), 0)


def _children(report: Report, parent: Node) -> list[Node]:
    depth = len(parent) + 1
    return list(
        dict.fromkeys(s.node[:depth] for s in _leaves(report, parent) if len(s.node) >= depth)
    )


def _below(report: Report, parent: Node, step: Step) -> list[Node]:
    """Return the nodes that ``step`` leads to from ``parent``: at most one for each parent."""
    children = _children(report, parent)
    if step.style == "point":
        numbered = [n for n in children if _number(report, n) == step.number]
        if not numbered and all(_number(report, n) is None for n in children):
            numbered = children[step.number - 1 : step.number]  # 一是, 二是: places, no headings
        if not numbered and len(children) == 1:
            return _below(report, children[0], step)
        return numbered[:1]
    found = [n for n in children if _is(report, n, step)]
    if not found and step.style == "part" and not parent:
        found = _plain_parts(report, children)[step.number - 1 : step.number]
    if found or step.style == "part":
        return found[:1]
    return [n for child in children for n in _below(report, child, step)]


def _is(report: Report, node: Node, step: Step) -> bool:
    marker = _marker(report, node)
    if marker is None or marker.style not in _STYLES[step.style]:
        return False
    return _number(report, node) == step.number


def _plain_parts(report: Report, children: Sequence[Node]) -> list[Node]:
    """Return the top parts of a report that does not number them."""
    numbered = any(_marker(report, n) is not None for n in children)
    return [] if numbered else list(children)


def _number(report: Report, node: Node) -> int | None:
    """Return a node's number; a damaged one ()深入推进) counts by its place among its siblings."""
    marker = _marker(report, node)
    if marker is None:
        return None
    return marker.number or _children(report, node[:-1]).index(node) + 1


def _absent(report: Report, parents: Sequence[Node], step: Step) -> Draft:
    """Say that there is no such number, and which there are."""
    name = {
        "part": f"第{chinese_numeral(step.number)}部分",
        "paren": f"({chinese_numeral(step.number)})",
        "point": f"第{chinese_numeral(step.number)}条",
    }[step.style]
    if step.style == "part":
        count = len(_children(report, ()))
        gap = Note("numbered_part_absent", {"count": count, "name": name})
        return Draft(status="abstained", gap=(gap, *report.warnings))
    gaps = []
    for parent in parents if parents != [()] else _children(report, ()):
        numbers = [
            f"({chinese_numeral(_number(report, n) or 0)})" if m.style == "cn_paren" else m.text
            for n in _children(report, parent)
            if (m := _marker(report, n))
        ]
        if numbers:
            held = {"heading": _title(report, parent), "numbers": "".join(numbers)}
            gaps.append(Note("numbers_under", held))
    gap = Note("number_absent", {"name": name})
    gap = Note("and_so", {"clauses": (gap, *gaps)}) if gaps else gap
    return Draft(status="abstained", gap=(gap, *report.warnings))


def _title(report: Report, node: Node) -> str:
    first = _leaves(report, node)[0]
    words = first.path[len(node) - 1] if node and len(first.path) >= len(node) else ""
    return SENTENCE_END.split(words.strip())[0][:24]


def _shown(report: Report, leaves: Sequence[Section]) -> tuple[list[DraftLine], list[Cited]]:
    """Return a place's lines (its heading, then its items or sentences) and its items."""
    head = [s for s in leaves[:1] if s.kind == "heading"]
    lines = [claim(report, section_words(report.text, s)) for s in head]
    body = [s for s in leaves if s not in head]
    items = listing.group_items(report, leaves) if len({s.node for s in leaves}) > 1 else []
    if len(items) >= 2:
        shown = [claim(report, listing.shown(i)) for i in items]
        return lines + shown, [Cited(report.id, i.span.start, i.span.end) for i in items]
    spans = _sentences(report, body)
    cites = [Cited(report.id, s.start, s.end) for s in spans]
    return lines + [claim(report, s) for s in spans], cites


def _sentences(report: Report, body: Sequence[Section]) -> list[Span]:
    if not body:
        return []
    start, end = body[0].start, body[-1].end
    inside = [ln.span for ln in read(report).lines if start <= ln.span.start < end]
    return inside[:MAX_LINES_PER_PLACE]
