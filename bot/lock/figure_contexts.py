"""The counted figures of a text, each with the words beside it that say what it counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from bot.evidence.likeness import pairs_of
from bot.lock.stops import HALF_STOP, HARD_STOP, clause_at
from retrieval.genre.quantities import Quantity, find_quantities
from retrieval.text.normalise import HAN_RUN
from retrieval.text.segmentation import tag

_JOINING = re.compile("[和与及并里中有]|以及|其中|当中|之中|里面")
_NEAR = 5  # characters beside a figure that name what it counts


COUNTED = ("number", "percent", "points", "money")
_ATTACHED = (*COUNTED, "ordinal")


@dataclass(frozen=True, slots=True)
class FigureContext:
    """A counted figure with the character pairs beside it, and those of its sentence before it.

    A figure with no words of its own (2021年全年9件) is ``bare`` and has those of its sentence.
    """

    quantity: Quantity
    near: frozenset[str]
    earlier: frozenset[str]
    bare: bool


@lru_cache(maxsize=2048)
def figure_contexts(text: str) -> tuple[FigureContext, ...]:
    """Return each counted figure with the words that say what it counts.

    What stands between two figures of one clause belongs to the second (由175件降至120件), up
    to a joining word to the first (36件投诉和12件举报, 65件申请里29件撤回).
    """
    figures = [q for q in find_quantities(text) if q.kind in _ATTACHED]
    found = []
    for place, quantity in enumerate(figures):
        previous = figures[place - 1].end if place else 0
        following = figures[place + 1].start if place + 1 < len(figures) else len(text)
        begin, _ = clause_at(text, quantity.start, quantity.start, HALF_STOP)
        before = text[max(previous, begin) : quantity.start]
        tail = re.split("[,:、(]", before)[-1]
        if tail == before and previous > begin:
            tail = tail[_joint(tail) :]
        rest = text[quantity.end : following]
        head = re.split(r"[,:、.。;!?\n]|(?<!\(.)(?<!\(..)\)", rest)[0]
        if head == rest and place + 1 < len(figures):
            head = head[:joined] if (joined := _joint(head)) else ""
        opening, _ = clause_at(text, quantity.start, quantity.start, HARD_STOP)
        earlier = pairs_of(_last_han(text[opening : quantity.start], None))
        if not pairs_of(_last_han(tail, None)) and not pairs_of(head):  # 行政复议申请,350件
            tail = re.split("[,:、(]", before.rstrip(",:、("))[-1]
        near = pairs_of(_last_han(tail, _NEAR * 2)) | pairs_of(_first_han(head, _NEAR))
        if not _last_han(tail, None) or rest[len(head) : len(head) + 1] == "、":
            # 3场“…”区级示范专场、: named by what follows, to its end
            near |= pairs_of(_last_han(head, _NEAR + 1))
        found.append(FigureContext(quantity, near or earlier, earlier, not near))
    return tuple(found)


def _joint(between: str) -> int:
    """Return where what stands between two figures passes to the second, 0 if nowhere."""
    at = 0
    for word, _ in tag(between):
        if _JOINING.fullmatch(word):
            return at
        at += len(word)
    return 0


def _last_han(text: str, count: int | None) -> str:
    han = "".join(HAN_RUN.findall(text)).replace("年", "")
    return han if count is None else han[-count:]


def _first_han(text: str, count: int) -> str:
    return "".join(HAN_RUN.findall(text)).replace("年", "")[:count]
