"""A model's lines and the rules' draft put into one answer: order and count are the draft's.

A list, a comparison and a ranking keep every line of the draft, with its heads and its count; a
model's line stands in for an official one that it says nearly all of, and what it found besides
comes after. Other answers are the model's lines, and what they leave out of the draft's figures.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.evidence.drafting import Draft
from bot.lock.citations import head_of, without_number
from bot.lock.wording import pairs
from bot.notes import note
from bot.values import Cited, DraftLine, Told
from retrieval.genre.quantities import find_quantities
from retrieval.genre.quantity_values import same_number
from retrieval.text.normalise import level

KEPT = 0.6
"""Least share of an official line's character pairs in the model's line that stands in for it."""

Line = DraftLine | Told


def united(draft: Draft, told: Sequence[Told], *, adds: bool = True) -> tuple[Line, ...]:
    """Return the draft's lines, the model's in the place of those they say; then what is new.

    Without ``adds`` nothing comes after but in words that say what it is to the question.
    """
    claims = [line for line in draft.lines if line.kind == "claim"]
    left = list(told)
    lines: list[Line] = []
    for line in draft.lines:
        stand_in = next((t for t in left if line.kind == "claim" and _says(t, line, claims)), None)
        if stand_in is None:
            lines.append(line)
            continue
        left.remove(stand_in)
        head = head_of(line.text, ())
        lines.append(_headed(stand_in, head))
    new = [
        t
        for t in left
        if (adds or is_worded(t)) and not any(_meets(t.cites, line.cites) for line in claims)
    ]
    if new:
        lines += [note("also_told"), *sorted(new, key=lambda t: _order(t, draft))]
    return tuple(lines)


def completed(draft: Draft, told: Sequence[Told]) -> tuple[Line, ...]:
    """Return the model's lines, and after them the draft's lines whose figures they leave out."""
    said = [figure for t in told for figure in find_quantities(t.text)]
    missing = [f for f in draft.figures if not any(same_number(f, q) for q in said)]
    kept = [
        line
        for line in draft.lines
        if line.kind == "claim"
        and any(same_number(f, q) for f in missing for q in find_quantities(line.text))
    ]
    return (*told, *kept)


def _says(told: Told, line: DraftLine, claims: Sequence[DraftLine]) -> bool:
    """Tell whether a model's line says one official line, its figures and most of its words."""
    met = [c for c in claims if _meets(told.cites, c.cites)]
    if met != [line] or told.way in ("inferred", "quoted"):
        return False
    said = find_quantities(told.text)
    if not all(any(same_number(f, q) for q in said) for f in find_quantities(line.text)):
        return False
    official = pairs(level(without_number(line.text)))
    return not official or len(official & pairs(level(told.text))) >= KEPT * len(official)


def _headed(told: Told, head: str) -> Told:
    """Return a line under the number that the official one has in its list."""
    if not head:
        return told
    return Told(head + without_number(told.text), told.cites, told.way)


def _meets(some: Sequence[Cited], others: Sequence[Cited]) -> bool:
    return any(
        a.report == b.report and a.start < b.end and b.start < a.end for a in some for b in others
    )


def _order(told: Told, draft: Draft) -> tuple[int, int]:
    """Return the place of a line: its report's in the draft, then that in the text."""
    reports = list(dict.fromkeys(c.report for line in draft.lines for c in line.cites))
    first = told.cites[0]
    return (reports.index(first.report) if first.report in reports else len(reports), first.start)


def is_worded(line: Line) -> bool:
    """Tell whether a line is in a model's words."""
    return isinstance(line, Told) and line.way != "quoted"
