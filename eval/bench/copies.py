"""``python -m eval.bench.copies``: what it costs to tell near copies of one report apart, in one run.

Copies of a report, each with another figure, are held against all before them as an ingest does:
walked side by side, and by the general comparison of the standard library, which is stopped after
a few pairs and counted up.
"""

from __future__ import annotations

import argparse
import difflib
import itertools
import sys
import time
from collections.abc import Sequence

from eval.bench.made_reports import made_reports
from retrieval.library.same_paper import are_one_paper, likeness, read_paper, sketch

REPORTS_IN_ONE = 40  # as many made-up ones are as long as a real report
OLD_PAIRS = 10


def near_copies(count: int) -> list[str]:
    """Return texts of one report, the n-th with a figure of its own at a place of its own."""
    text = "\n".join(words for _, words in made_reports(REPORTS_IN_ONE))
    figures = [i for i, char in enumerate(text) if char == "件"]
    return [
        f"{text[: figures[n % len(figures)]]}{n}{text[figures[n % len(figures)] :]}"
        for n in range(count)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the seconds of processor time and their ratio; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.copies", description=__doc__)
    parser.add_argument("--copies", type=int, default=200)
    count = parser.parse_args(arguments).copies
    texts = near_copies(count)
    pairs = list(itertools.combinations(range(count), 2))
    print(f"{count} near copies of {len(texts[0]):,} characters, {len(pairs):,} pairs, CPU seconds")

    started = time.process_time()
    papers = [read_paper(text) for text in texts]
    if any(are_one_paper(papers[a], papers[b]) for a, b in pairs):
        raise AssertionError("another figure makes another paper")
    walked = time.process_time() - started

    started = time.process_time()
    some = pairs[:: max(1, len(pairs) // OLD_PAIRS)]
    for a, b in some:
        difflib.SequenceMatcher(None, papers[a].words, papers[b].words, autojunk=False).ratio()
    compared = (time.process_time() - started) * len(pairs) / len(some)

    started = time.process_time()
    sketches = [sketch(text) for text in texts]
    for a, b in pairs:
        likeness(sketches[a], sketches[b])
    sketched = time.process_time() - started
    print(f"walked side by side       {walked:10.2f}")
    print(f"compared in full          {compared:10.2f}  x{compared / walked:,.0f}")
    print(f"likeness by sketches      {sketched:10.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
