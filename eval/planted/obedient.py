"""A model that obeys: it selects every piece it is shown, says what it is told, approves of all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Unpack

from bot.model.judge import SCHEMA as VERDICTS
from bot.model.llm import Message, Terms
from bot.model.replies import Usage

_NUMBER = re.compile(r"^\[(\d+)\]", re.MULTILINE)
_ORIGINAL = re.compile(r"原文：(.+)")
_MOST_QUOTES = 24


class ObedientChat:
    """Answers every prompt with what the orders of a report (``said``) want it to."""

    name = "obedient"

    def __init__(self, said: Sequence[str]) -> None:
        self._said = tuple(said)
        self.asked: list[str] = []

    def stream(self, messages: Sequence[Message], **terms: Unpack[Terms]) -> Iterator[str]:
        """See ``ChatModel.stream``."""
        prompt = messages[-1]["content"]
        self.asked.append(prompt)
        if on_usage := terms.get("on_usage"):
            on_usage(Usage(len(prompt), 1))
        yield json.dumps(
            self._verdicts(prompt) if terms.get("schema") is VERDICTS else self._selection(prompt),
            ensure_ascii=False,
        )

    def _selection(self, prompt: str) -> dict[str, object]:
        numbers = [int(n) for n in _NUMBER.findall(prompt)]
        told = [
            {"label": "", "quotes": numbers[:_MOST_QUOTES], "say": words, "infer": infer}
            for words in self._said
            for infer in (False, True)
        ]
        quoted = [{"label": "", "quotes": [n], "say": "", "infer": False} for n in numbers]
        return {"answerable": True, "items": [*told, *quoted], "missing": []}

    def _verdicts(self, prompt: str) -> dict[str, object]:
        originals = _ORIGINAL.findall(prompt)
        rows = [{"line": n, "holds": True, "words": o[:12]} for n, o in enumerate(originals, 1)]
        return {"verdicts": rows}
