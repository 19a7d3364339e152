"""Our values as the database keeps them, and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from retrieval.documents import Chunk, Note, ReportMeta, Section
from retrieval.genre.quantities import Quantity
from retrieval.parsing.indicators import Change, Fact

ENTRY_COLUMNS = (
    "report, version, source, origin, content_key, chars, chunks, meta, warnings, added_at"
)
CHUNK_COLUMNS = 'id, report, ordinal, start, "end", text, context, path, role'


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored version of a report, without its bulk. ``origin`` is the path it was read from."""

    report: str
    version: int
    source: str
    origin: str
    content_key: str
    chars: int
    chunks: int
    meta: ReportMeta
    warnings: tuple[Note, ...]
    added_at: str


def to_chunk(row: Sequence[Any]) -> Chunk:
    """Return the chunk of a row of ``CHUNK_COLUMNS``."""
    chunk_id, report, ordinal, start, end, text, context, path, role = row
    return Chunk(
        chunk_id, report, ordinal, start, end, text, context, tuple(json.loads(path)), role
    )


def to_section(values: Sequence[Any]) -> Section:
    """Return the leaf of a stored list."""
    path, node, role, kind, start, end = values
    return Section(tuple(path), tuple(node), role, kind, start, end)


def to_meta(stored: str) -> ReportMeta:
    """Return the metadata of stored JSON."""
    values = json.loads(stored)
    values["place"] = tuple(values["place"])
    return ReportMeta(**values)


def to_entry(row: Sequence[Any]) -> Entry:
    """Return the entry of a row of ``ENTRY_COLUMNS``."""
    report, version, source, origin, content_key, chars, chunks, meta, warnings, added_at = row
    return Entry(
        report,
        version,
        source,
        origin,
        content_key,
        chars,
        chunks,
        to_meta(meta),
        to_warnings(warnings),
        added_at,
    )


def to_warnings(stored: str) -> tuple[Note, ...]:
    """Return the warnings of stored JSON; those of an older version were kept in words."""
    if stored == "[]":  # as of most
        return ()
    return tuple(
        Note("plainly", {"words": kept}) if isinstance(kept, str) else Note.from_json(kept)
        for kept in json.loads(stored)
    )


def to_fact(values: dict[str, Any]) -> Fact:
    """Return the fact of stored values."""
    change = values["change"]
    if change is not None:
        change = Change(**{**change, "quantity": _quantity(change["quantity"])})
    quantity, path = _quantity(values["quantity"]), tuple(values["path"])
    return Fact(**{**values, "quantity": quantity, "change": change, "path": path})


def fact_values(fact: Fact) -> dict[str, Any]:
    """Return a fact as it is stored."""
    values = fact._asdict()
    values["quantity"] = fact.quantity._asdict()
    if fact.change is not None:
        values["change"] = {**fact.change._asdict(), "quantity": fact.change.quantity._asdict()}
    return values


def _quantity(values: dict[str, Any]) -> Quantity:
    numbers = {
        key: None if values[key] is None else Decimal(values[key])
        for key in ("value", "low", "high")
    }
    return Quantity(**{**values, **numbers})


def _plain(value: object) -> Any:
    """Return what JSON has no form for: a decimal number as it is written, a note."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Note):
        return value.to_json()
    raise TypeError(f"cannot store a {type(value).__name__}")


def to_json(value: Any) -> str:
    """Return ``value`` as it is stored."""
    return json.dumps(value, ensure_ascii=False, default=_plain)
