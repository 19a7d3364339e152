"""``python -m eval.replies``: play back a model's replies, and say how much of them is shown.

A reply names its quotes by words of theirs. The judge asked afterwards knows that every line is
right and points to the clauses of its quotes that hold its words; with ``--no-judge`` none
can be had. The replies were written by a developer: a hint, not a figure.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Unpack

from bot.assembly import open_library
from bot.assistant import Assistant
from bot.model.budget import Ceilings, DailyBudget
from bot.model.judge import SCHEMA as VERDICTS
from bot.model.llm import Message, PatientChat, Terms
from bot.model.replies import Usage
from bot.model.selection import SCHEMA as SELECTION
from bot.synthesis import Synthesis
from eval.libraries import prepare_library
from eval.lines.pointing import pointed
from retrieval.search.embedding import LocalEmbedder

REPLIES = Path(__file__).parent / "replies.jsonl"
REPORTS = Path(__file__).parent.parent / "reports"
_PIECE = re.compile(r"^\[(\d+)\] (.*)$", re.MULTILINE)
_CASE = re.compile(r"第(\d+)句：(.*?)\n出处：.*\n原文：(.*)")
_MUCH = 10**9


class Replayed:
    """A model that gives one reply, and approves of every line if it is asked to judge."""

    name = "replayed"

    def __init__(self, items: Sequence[dict[str, Any]], *, judges: bool) -> None:
        self._items = items
        self._judges = judges

    def stream(self, messages: Sequence[Message], **terms: Unpack[Terms]) -> Iterator[str]:
        """See ``ChatModel.stream``."""
        prompt = messages[-1]["content"]
        if on_usage := terms.get("on_usage"):
            on_usage(Usage(len(prompt), 1))
        schema = terms.get("schema")
        reply: object = {}
        if schema is SELECTION:
            reply = {"answerable": True, "items": list(self._selected(prompt)), "missing": []}
        elif schema is VERDICTS and self._judges:
            reply = {"verdicts": [_verdict(*found.groups()) for found in _CASE.finditer(prompt)]}
        yield json.dumps(reply, ensure_ascii=False)

    def _selected(self, prompt: str) -> Iterator[dict[str, object]]:
        pieces = _PIECE.findall(prompt)
        for item in self._items:
            numbers = [
                next((int(n) for n, piece in pieces if words in piece), 0)
                for words in item["quotes"]
            ]
            quotes = list(dict.fromkeys(n for n in numbers if n))
            yield {"label": "", "quotes": quotes, "say": item["say"], "infer": item["infer"]}


def _verdict(number: str, line: str, quotes: str) -> dict[str, object]:
    return {"line": int(number), "holds": True, "words": pointed(line, [quotes])}


def main() -> int:
    """Print each answer worded with a reply beside the extractive one, and what was shown."""
    parser = argparse.ArgumentParser(prog="python -m eval.replies", description=__doc__)
    parser.add_argument("--no-judge", action="store_true", help="no judge can be had")
    parser.add_argument("--show", action="store_true", help="print every pair of answers")
    options = parser.parse_args()
    files = [path for path in REPORTS.iterdir() if path.suffix == ".txt"]
    folder = prepare_library(files, LocalEmbedder(), lambda text: print(text, file=sys.stderr))
    counts: Counter[str] = Counter()
    with open_library(folder) as library:
        plain = Assistant(library)
        for row in map(json.loads, REPLIES.read_text("utf-8").splitlines()):
            chat = PatientChat(Replayed(row["items"], judges=not options.no_judge))
            budget = DailyBudget(Ceilings(_MUCH, _MUCH))
            synthesis = Synthesis(chat, budget, lambda: date(2024, 1, 1))
            answer = Assistant(library, synthesis=synthesis).ask(row["question"]).answer
            flat = re.sub(r"\s|\[\d+\]", "", answer.text)
            said = [re.sub(r"\s", "", item["say"]).rstrip("。") for item in row["items"]]
            counts["questions"] += 1
            counts["reached"] += answer.writer == "llm"
            counts["lines"] += len(said)
            counts["shown"] += sum(line in flat for line in said)
            if options.show:
                official = plain.ask(row["question"]).answer.text
                print(
                    f"##### {row['question']} [{answer.writer}]\n{answer.text}\n-----\n{official}"
                )
    print(
        f"worded by the model {counts['reached']} of {counts['questions']}, "
        f"lines shown {counts['shown']} of {counts['lines']}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
