"""Names of counties that are not held, asked bare in four forms: none may be answered from elsewhere.

``python -m eval`` asks a sample of them; ``python -m eval.unheld [--names 600]`` asks them over the
five real reports and prints each answer that was given all the same. Names are drawn from the
gazetteer with a fixed seed.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from typing import Protocol

from bot.assembly import open_assistant
from bot.assistant import Assistant, Reply
from eval.libraries import prepare_library
from eval.metrics import Ratio
from eval.suites import REAL
from retrieval.places.gazetteer import gazetteer, short_name
from retrieval.question.query import State
from retrieval.search.embedding import LocalEmbedder

FORMS = ("{}列出了哪些问题", "{}2022年审核了多少件行政规范性文件", "{}的下一步打算", "那{}呢")
BEFORE = "綦江列出了哪些问题"
SEED = 5
SAMPLE = 25


class Asked(Protocol):
    """What is asked: the assistant, or a fake of it."""

    def ask(self, question: str, state: State | None = None) -> Reply:
        """Answer one question."""
        ...


def unheld_names(count: int, held: Sequence[str]) -> list[str]:
    """Return ``count`` short names of counties none of which is in ``held``."""
    places = gazetteer()
    names = [short_name(c[-1]) for c in places.chains if places.rank(c) == 2]
    names = [name for name in dict.fromkeys(names) if name not in held]
    random.Random(SEED).shuffle(names)
    return names[:count]


def sample_unheld(assistant: Assistant, count: int = SAMPLE) -> list[Ratio]:
    """Return a 1 for each question on ``count`` unheld names that was answered, a 0 for others."""
    held = [short_name(part) for s in assistant.library.reports() for part in s.meta.place]
    names = unheld_names(count, held)
    answered = sum(1 for _ in answered_from_elsewhere(assistant, names))
    return [(float(n < answered), 1.0) for n in range(len(names) * len(FORMS))]


def answered_from_elsewhere(assistant: Asked, names: Sequence[str]) -> Iterator[str]:
    """Yield each question on an unheld name that was answered."""
    state = assistant.ask(BEFORE).state
    for name in names:
        for form in FORMS:
            question = form.format(name)
            follows = form.startswith("那")
            reply = assistant.ask(question, state) if follows else assistant.ask(question)
            if reply.answer.status == "answered":
                yield question


def main(argv: Sequence[str] | None = None) -> None:
    """Ask and print."""
    parser = argparse.ArgumentParser(prog="python -m eval.unheld", description=__doc__)
    parser.add_argument("--names", type=int, default=600)
    args = parser.parse_args(argv)
    folder = prepare_library(sorted(REAL.glob("*.txt")), LocalEmbedder(), print)
    assistant = open_assistant(folder, writer="extractive")
    held = [short_name(part) for s in assistant.library.reports() for part in s.meta.place]
    names = unheld_names(args.names, held)
    wrong = list(answered_from_elsewhere(assistant, names))
    for question in wrong:
        print(f"answered: {question}")
    print(f"{len(wrong)} of {len(names) * len(FORMS)} questions on unheld names were answered")


if __name__ == "__main__":
    main()
