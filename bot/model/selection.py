"""What a model selects from a sheet, read field by field: whatever is not as agreed is left out."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.lock.plaintext import plain_line
from bot.model.draft_lines import json_object

MAX_ITEMS = 40
MAX_QUOTES = 24  # of one item
MAX_SAID_CHARS = 400
_BEGUN = re.compile(
    r'\s*(?:```(?:json)?\s*)?\{\s*"answerable"\s*:\s*true\s*,\s*"items"\s*:\s*\[', re.IGNORECASE
)
_NEXT = re.compile(r"[\s,]*")
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["answerable", "items", "missing"],
    "properties": {
        "answerable": {"type": "boolean"},
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["label", "quotes", "say", "infer"],
                "properties": {
                    "label": {"type": "string"},
                    "quotes": {"type": "array", "items": {"type": "integer"}},
                    "say": {"type": "string"},
                    "infer": {"type": "boolean"},
                },
            },
        },
        "missing": {"type": "array", "items": {"type": "string"}},
    },
}


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that answers: the numbers of its pieces, and how the model would put them."""

    label: str
    quotes: tuple[int, ...]
    say: str = ""
    infer: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """What answers a question, or that nothing does; ``missing`` is the model's, unproved."""

    answerable: bool
    items: tuple[Item, ...]
    missing: tuple[str, ...] = ()


def read_selection(reply: str, numbers: Collection[int]) -> Selection | None:
    """Return the selection of a reply, or None where it is no JSON object of this kind.

    ``numbers`` are those of the sheet; an item with none of them is left out.
    """
    value = json_object(reply)
    if value is None or not ({"items", "answerable"} & value.keys()):
        return None
    rows = value.get("items")
    items = [_item(row, numbers) for row in rows[:MAX_ITEMS]] if isinstance(rows, list) else []
    missing = value.get("missing")
    missing = [missing] if isinstance(missing, str) else missing
    answerable = value.get("answerable")
    return Selection(
        answerable is not False and str(answerable).lower() not in ("false", "no", "否"),
        tuple(item for item in items if item is not None),
        tuple(_words(m, 60) for m in missing[:8] if isinstance(m, str) and m.strip())
        if isinstance(missing, list)
        else (),
    )


def items_begun(reply: str, numbers: Collection[int]) -> list[Item]:
    """Return the finished items of a reply that is not whole yet, if it keeps to the form."""
    begun = _BEGUN.match(reply)
    found: list[Item] = []
    at = begun.end() if begun else len(reply)
    while len(found) < MAX_ITEMS:
        try:
            row, at = json.JSONDecoder().raw_decode(reply, _NEXT.match(reply, at).end())  # type: ignore[union-attr]
        except (ValueError, RecursionError):
            break
        if (item := _item(row, numbers)) is not None:
            found.append(item)
    return found


def _item(row: object, numbers: Collection[int]) -> Item | None:
    if not isinstance(row, dict):
        return None
    quotes = row.get("quotes")
    found = quotes if isinstance(quotes, list) else [quotes]
    known = [n for value in found if (n := _number(value)) in numbers]
    if not known:
        return None
    return Item(
        _words(row.get("label"), 40),
        tuple(dict.fromkeys(known))[:MAX_QUOTES],
        _words(row.get("say"), MAX_SAID_CHARS + 1),
        row.get("infer") is True,
    )


def _number(value: object) -> int:
    if isinstance(value, bool):
        return 0
    digits = re.fullmatch(r"\s*\[?(\d{1,4})\]?\s*", str(value))
    return int(digits[1]) if digits else 0


def _words(value: object, most: int) -> str:
    return plain_line(value[:most]) if isinstance(value, str) else ""
