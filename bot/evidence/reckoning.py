"""What code works out of two figures that were found: a share, a difference, a rate done again.

Only of figures in one unit, and always said to be worked out (（计算）); in doubt nothing is said.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from bot.notes import Note, note
from bot.values import DraftLine
from retrieval.genre.quantities import Quantity, canonical

COUNTED = ("number", "money")
_HUNDREDTH = Decimal("0.01")


def may_be_reckoned(one: Quantity, other: Quantity) -> bool:
    """Tell whether two figures count in one unit, each a single value that is not rounded (余, 约)."""
    sharp = all(q.value is not None and not q.modifier and not q.doubtful for q in (one, other))
    alike = one.kind == other.kind and canonical(one)[1] == canonical(other)[1]
    return sharp and alike and one.kind in (*COUNTED, "percent")


def share_of(part: Quantity, whole: Quantity) -> Decimal | None:
    """Return the percentage that a part is of a whole; None where it may not be worked out."""
    if not may_be_reckoned(part, whole) or part.kind not in COUNTED:
        return None
    mine, all_of_it = canonical(part)[0], canonical(whole)[0]
    return 100 * mine / all_of_it if 0 <= mine <= all_of_it and all_of_it else None


def share_note(part: Quantity, whole: Quantity) -> DraftLine | None:
    """Say which share a part is of a whole, None where that may not be worked out."""
    share = share_of(part, whole)
    if share is None:
        return None
    return note("share", part=shown(part), whole=shown(whole), share=f"{rounded(share)}%")


def gap_note(earlier: Quantity, later: Quantity) -> DraftLine | None:
    """Say by how much a later figure is more or less than an earlier one."""
    if not may_be_reckoned(earlier, later):
        return None
    gap = canonical(later)[0] - canonical(earlier)[0]
    amount = plain(abs(gap))
    if later.kind == "percent":
        way = "gap.points_higher" if gap > 0 else "gap.points_lower"
        told = Note(way, {"about": "", "amount": amount})
    else:
        unit = later.unit
        if canonical(later)[0] != later.value and later.value:  # told in 万, as the figures are
            amount = plain(abs(gap) * later.value / canonical(later)[0])
        told = Note(
            "gap.more" if gap > 0 else "gap.fewer", {"about": "", "amount": f"{amount}{unit}"}
        )
    if not gap:
        return None
    return note("step", earlier=shown(earlier), later=shown(later), gap=told)


def shown(quantity: Quantity) -> str:
    """Return a figure with its unit, as it stands in a sentence or in a cell of a table."""
    words = "".join(quantity.text.split())
    return words if words.endswith(quantity.unit) else words + quantity.unit


def rounded(value: Decimal) -> str:
    """Return a percentage with at most two decimals."""
    return plain(value.quantize(_HUNDREDTH, ROUND_HALF_UP))


def plain(number: Decimal) -> str:
    """Return a number without exponent and trailing zeros."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
