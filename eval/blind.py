"""Blind sets: questions by someone who has not read the code; only the first run counts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.cases import BadCase


@dataclass(frozen=True, slots=True)
class Card:
    """What is known of a blind set: who wrote it knowing what, and how its first run went.

    ``right`` of ``of`` cases at the first run; None before it.
    """

    name: str
    cases: Path
    reports: tuple[Path, ...]
    writer: str
    knowledge: str
    first_run: str = ""
    right: int | None = None
    of: int | None = None


def read_cards(folder: Path, known: dict[str, Path]) -> list[Card]:
    """Return the cards of the sets in ``folder``, by name; ``known`` are folders of reports by name.

    Raises ``BadCase`` saying which card lacks what.
    """
    cards = []
    for path in sorted(folder.glob("*/card.json")):
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            first = raw.get("first_run") or {}
            told = raw["reports"]
            folders = [told] if isinstance(told, str) else [str(name) for name in told]
            cards.append(
                Card(
                    path.parent.name,
                    path.parent / "cases.jsonl",
                    tuple(known.get(name, path.parent / name) for name in folders),
                    str(raw["writer"]),
                    str(raw["knowledge"]),
                    str(first.get("date", "")),
                    first.get("right"),
                    first.get("of"),
                )
            )
        except (ValueError, KeyError, AttributeError) as error:
            raise BadCase(f"{path.parent.name}/card.json: {error!r}") from error
    return cards


def format_cards(rows: Sequence[tuple[Card, int, int]]) -> str:
    """Return a table of the sets: the first run's figure, then today's ``right`` of ``of``."""
    lines = [f"{'blind set':<16}{'first run':>16}{'today':>16}  writer; knowledge", "-" * 80]
    for card, right, of in rows:
        first = "not yet" if card.right is None or not card.of else _share(card.right, card.of)
        lines.append(
            f"{card.name:<16}{first:>16}{_share(right, of):>16}  {card.writer}; {card.knowledge}"
        )
    return "\n".join(lines)


def _share(right: int, of: int) -> str:
    return f"{right}/{of} {right / of:.2f}" if of else "–"
