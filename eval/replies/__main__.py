"""``python -m eval.replies``: play back a model's replies, and say what becomes of them.

A reply names its quotes by words of theirs. The judge asked afterwards knows that every line is
right and points to the clauses of its quotes that hold its words; with ``--no-judge`` none
can be had. The 45 replies of ``replies.jsonl`` were written by a developer: a hint, not a figure.
Those of ``blind.jsonl`` (``--blind``) are a capable model's, written from the prompts alone, to
questions of five blind sets: how many are right without and with them.
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
from bot.assistant import Assistant, Reply
from bot.model.budget import Ceilings, DailyBudget
from bot.model.judge import SCHEMA as VERDICTS
from bot.model.llm import Message, PatientChat, Terms
from bot.model.replies import Usage
from bot.model.selection import SCHEMA as SELECTION
from bot.synthesis import Synthesis
from eval.libraries import prepare_library
from eval.lines.pointing import pointed
from eval.runner import run_case
from eval.suites import choose_suites, open_suite
from retrieval.documents import Hit
from retrieval.library.library import Library
from retrieval.question.query import State
from retrieval.search.embedding import LocalEmbedder

REPLIES = Path(__file__).parent / "replies.jsonl"
BLIND = Path(__file__).parent / "blind.jsonl"
SETS = Path(__file__).parent.parent / "blind"
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
            items = list(self._selected(prompt))
            reply = {"answerable": bool(self._items), "items": items, "missing": []}
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
    parser.add_argument("--blind", action="store_true", help="questions of the blind sets")
    options = parser.parse_args()
    if options.blind:
        return _ask_blind(judges=not options.no_judge)
    files = [path for path in REPORTS.iterdir() if path.suffix == ".txt"]
    folder = prepare_library(files, LocalEmbedder(), lambda text: print(text, file=sys.stderr))
    counts: Counter[str] = Counter()
    with open_library(folder) as library:
        plain = Assistant(library)
        for row in map(json.loads, REPLIES.read_text("utf-8").splitlines()):
            worded = _worded(library, row["items"], judges=not options.no_judge)
            answer = worded.ask(row["question"]).answer
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


def _worded(library: Library, items: Sequence[dict[str, Any]], *, judges: bool) -> Assistant:
    """Return an assistant whose model replies with some items."""
    chat = PatientChat(Replayed(items, judges=judges))
    synthesis = Synthesis(chat, DailyBudget(Ceilings(_MUCH, _MUCH)), lambda: date(2024, 1, 1))
    return Assistant(library, synthesis=synthesis)


class _AfterItsHistory:
    """Answers what was said before without a model, and the question itself with one."""

    def __init__(self, plain: Assistant, worded: Assistant, before: int) -> None:
        self._plain, self._worded, self._before = plain, worded, before

    def ask(self, question: str, state: State | None = None) -> Reply:
        """See ``Respondent.ask``."""
        self._before -= 1
        return (self._plain if self._before >= 0 else self._worded).ask(question, state)

    def retrieve(self, question: str, k: int = 10, state: State | None = None) -> list[Hit]:
        """See ``Respondent.retrieve``."""
        return self._plain.retrieve(question, k, state)


def _ask_blind(*, judges: bool) -> int:
    replies = {
        (row["set"], row["id"]): row["items"]
        for row in map(json.loads, BLIND.read_text("utf-8").splitlines())
    }
    counts: Counter[str] = Counter()
    for name in sorted({name for name, _ in replies}):
        folder = SETS / name
        (suite,) = choose_suites([folder / "cases.jsonl"], folder / "reports")
        opened = open_suite(suite, writer="extractive", library=None, tell=lambda _: None)
        for case in suite.cases:
            items = replies.get((name, case.id))
            if items is None:
                continue
            plain = opened.assistant
            worded = _worded(plain.library, items, judges=judges)
            asked = _AfterItsHistory(plain, worded, len(case.history))
            without = run_case(case, plain, opened.sources).passed
            told = run_case(case, asked, opened.sources)
            counts["asked"] += 1
            counts["without"] += without
            counts["with"] += told.passed
            counts["worded"] += told.answer["writer"] == "llm"
            counts["won"] += told.passed and not without
            counts["lost"] += without and not told.passed
    print(
        "asked {asked}; right without a model {without}, with one {with} "
        "(won {won}, lost {lost}); worded by it {worded}".format_map(counts)
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
