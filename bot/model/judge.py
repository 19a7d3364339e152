"""A second reading of lines in words of their own: one call, and its evidence found by code.

A verdict counts only if it names the deciding words, if they stand in the line's own quotes, and if
their clauses alone bear the line out as far as code can tell. Without one a line gives way to its quotes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.lock.plaintext import neutralise
from bot.model.draft_lines import json_object, whole
from bot.model.llm import Allowance, PatientChat
from bot.model.sheet import as_data
from prompts import load
from retrieval.errors import ModelFailed

MAX_JUDGED = 12
MIN_SECONDS = 4.0
_MAX_TOKENS = 1200

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["verdicts"],
    "properties": {
        "verdicts": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["line", "holds", "words"],
                "properties": {
                    "line": {"type": "integer"},
                    "holds": {"type": "boolean"},
                    "words": {"type": "array", "items": {"type": "string"}},
                },
            },
        }
    },
}


@dataclass(frozen=True, slots=True)
class Case:
    """A line, the official words it is to be borne out by, and where in which reports they stand."""

    line: str
    quotes: tuple[str, ...]
    places: tuple[str, ...]
    decided_by: Callable[[Sequence[str]], bool]
    """Whether some words of the quotes, and their clauses, alone bear the line out."""


def approved(
    chat: PatientChat, cases: Sequence[Case], fence: str, allowance: Allowance
) -> frozenset[int]:
    """Return which of the cases (by position) hold; empty if the judge cannot be had."""
    if not cases or allowance.spent or allowance.seconds_left < MIN_SECONDS:
        return frozenset()
    blocks = [
        f"第{n}句：{neutralise(case.line)}\n出处：{_on_one_line(case.places)}\n"
        f"原文：{_on_one_line(case.quotes)}"
        for n, case in enumerate(cases[:MAX_JUDGED], start=1)
    ]
    messages = load("judge").messages(fence=fence, lines="\n\n".join(blocks))
    try:
        stream = chat.stream(messages, max_tokens=_MAX_TOKENS, allowance=allowance, schema=SCHEMA)
        reply = whole(stream)
    except ModelFailed:
        return frozenset()
    return frozenset(
        n - 1
        for n, words in _verdicts(reply).items()
        if 0 < n <= len(blocks) and cases[n - 1].decided_by(words)
    )


def _on_one_line(words: Sequence[str]) -> str:
    return " ".join(as_data(" ".join(dict.fromkeys(words))).split())


def _verdicts(reply: str) -> Mapping[int, Sequence[str]]:
    """Return the deciding words of each line that is said to hold, in one run or several."""
    try:
        rows = (json_object(reply) or {})["verdicts"]
        found = {int(row["line"]): row.get("words") for row in rows if row.get("holds") is True}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
    runs = {n: [words] if isinstance(words, str) else words for n, words in found.items()}
    return {
        n: words
        for n, words in runs.items()
        if isinstance(words, list) and all(isinstance(run, str) for run in words)
    }
