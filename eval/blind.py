"""Blind sets: questions by someone who has not read the code; only the first run counts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.cases import BadCase
from eval.scoring import SuiteResult


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


@dataclass(frozen=True, slots=True)
class Today:
    """How a set is answered today: ``right`` of ``of`` cases.

    What is longer holds more of what is asked, so beside it ``chars``, the mean length of what is
    answered, and ``evidence``, the share of the cited spans that is evidence of the case.
    """

    right: int
    of: int
    chars: float = 0.0
    evidence: float = 0.0


def today(result: SuiteResult) -> Today:
    """Return how a blind set that was asked is answered."""
    answered = [r for r in result.results if r.answer["status"] == "answered"]
    chars = sum(len(r.answer["answer"]) for r in answered)
    evidence = result.scores.get("citation_precision")
    return Today(
        sum(r.passed for r in result.results),
        len(result.results),
        chars / max(len(answered), 1),
        evidence.value if evidence else 0.0,
    )


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


def format_cards(rows: Sequence[tuple[Card, Today]]) -> str:
    """Return a table of the sets: the first run's figure, then today's."""
    head = f"{'blind set':<26}{'first run':>13}{'today':>13}{'chars':>8}{'evidence':>10}"
    lines = [f"{head}  writer; knowledge", "-" * 100]
    for card, now in rows:
        first = "not yet" if card.right is None or not card.of else _share(card.right, card.of)
        told = f"{_share(now.right, now.of):>13}{now.chars:>8.0f}{now.evidence:>10.2f}"
        lines.append(f"{card.name:<26}{first:>13}{told}  {card.writer}; {card.knowledge}")
    return "\n".join(lines)


def _share(right: int, of: int) -> str:
    return f"{right}/{of} {right / of:.2f}" if of else "–"
