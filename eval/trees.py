"""Section trees against gold: coverage, headings, inline items and roles of whole reports.

A gold file beside the reports, ``gold/<file stem>.sections.jsonl``, has one heading or inline
item a line: ``{"text","start","end","path","role","kind"}``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.metrics import Ratio
from retrieval.documents import Section

SHOWN_CHARS = 30


@dataclass(frozen=True, slots=True)
class GoldHead:
    """Where a heading or item really begins, and the role of the section it opens."""

    start: int
    kind: str
    role: str


def read_gold(file: Path) -> tuple[GoldHead, ...]:
    """Return the gold headings and items of one report, in order."""
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line]
    return tuple(GoldHead(row["start"], row["kind"], row["role"]) for row in rows)


def coverage(text: str, sections: Iterable[Section]) -> Ratio:
    """``(characters in exactly one leaf, characters)``; 1.0 means leaves, concatenated, are the text."""
    times = bytearray(len(text))
    for leaf in sections:
        for at in range(leaf.start, min(leaf.end, len(text))):
            times[at] = min(2, times[at] + 1)
    return times.count(1), len(text)


def score_tree(
    text: str, sections: Sequence[Section], gold: Sequence[GoldHead]
) -> dict[str, Ratio]:
    """Compare a parsed tree with the gold one.

    A heading is right if a gold heading begins at the same character (blanks before it aside);
    an inline item is found if a gold item begins where a leaf of kind item, or a heading, does.
    Roles are compared where a heading or item of the tree meets one of gold.
    """
    heads = _heads(text, sections)
    headings = {at for at, leaf in heads.items() if leaf.kind == "heading"}
    gold_headings = {g.start for g in gold if g.kind == "heading"}
    gold_items = {g.start for g in gold if g.kind == "item"}
    met = [(heads[g.start].role, g.role) for g in gold if g.start in heads]
    ratios: dict[str, Ratio] = {}
    if headings:
        # A numbered paragraph without a title of its own is an item in gold: either is right.
        right = headings & (gold_headings | gold_items)
        ratios["heading_precision"] = (len(right), len(headings))
    if gold_headings:
        ratios["heading_recall"] = (len(headings & gold_headings), len(gold_headings))
    if gold_items:
        ratios["item_recall"] = (len(gold_items & heads.keys()), len(gold_items))
    if met:
        ratios["role_accuracy"] = (sum(ours == theirs for ours, theirs in met), len(met))
    return ratios


def list_differences(
    text: str, sections: Sequence[Section], gold: Sequence[GoldHead]
) -> Iterator[str]:
    """Yield a line for each heading or item missed, invented, or in another role than gold says."""
    heads = _heads(text, sections)
    for head in gold:
        words = _first_line(text, head.start)
        found = heads.get(head.start)
        if found is None or (head.kind == "heading" and found.kind != "heading"):
            yield f"missed {head.kind} at {head.start}: {words}"
        elif found.role != head.role:
            yield f"role {found.role}, not {head.role}, at {head.start}: {words}"
    known = {head.start for head in gold}
    for start, leaf in heads.items():
        if leaf.kind == "heading" and start not in known:
            yield f"invented heading at {start}: {_first_line(text, start)}"


def _first_line(text: str, start: int) -> str:
    return text[start : start + SHOWN_CHARS].split("\n", 1)[0]


def _heads(text: str, sections: Sequence[Section]) -> Mapping[int, Section]:
    """Return where each heading and each item of the tree begins, its first leaf."""
    heads: dict[int, Section] = {}
    items: set[tuple[int, ...]] = set()
    for leaf in sections:
        if not leaf.path or leaf.kind == "body" or (leaf.kind == "item" and leaf.node in items):
            continue
        if leaf.kind == "item":
            items.add(leaf.node)
        words = text[leaf.start : leaf.end]
        heads[leaf.start + len(words) - len(words.lstrip())] = leaf
    return heads
