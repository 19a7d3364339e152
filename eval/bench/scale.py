"""``python -m eval.bench.scale``: what a question costs as a library grows, in one run.

Libraries of made-up reports of several sizes are built with the embedder of tests (its vectors
mean nothing, the searches cost the same); each kind of question is asked of each in turn, and
the medians are printed with their ratio to the size before. ``--keep DIR`` keeps the libraries
so that another version of the code can be measured on the same ones.
"""

from __future__ import annotations

import argparse
import re
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path

from bot.assistant import Assistant
from eval.bench.bars import tell
from eval.bench.made_reports import RARE_EVERY, RARE_PHRASE, made_reports, write_reports
from retrieval.library.library import Library
from retrieval.question.query import State
from retrieval.search.embedding import FakeEmbedder

SIZES = (5, 200)
ROUNDS = 7
Clock = Callable[[], float]


def questions(size: int) -> dict[str, str]:
    """Return a question of each kind on a library of ``size`` reports."""
    other, *_, place = (t.split("人民政府", 1)[0] for _, t in made_reports(min(size, 3)))
    return {
        "one place, a figure": f"{place}受理矛盾纠纷多少件",
        "one place, a list": f"{place}存在哪些问题",
        "a follow-up": f"{place}存在哪些问题 > 第二条呢",
        "a place not held": "桃花源县受理矛盾纠纷多少件",
        "two places compared": f"{place}和{other}受理矛盾纠纷数对比",
        "catalogue": "有哪些报告",
        "which mention": f"哪些报告提到了{RARE_PHRASE}",
        "ranking": "各地行政复议收案数排名",
        "no place, a figure": "组织培训多少期",
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.scale", description=__doc__)
    parser.add_argument(
        "--sizes", default=",".join(map(str, SIZES)), help="reports, e.g. 5,200,1000"
    )
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--keep", type=Path, help="where the libraries are kept between runs")
    parser.add_argument(
        "--cpu", action="store_true", help="count processor time: for a machine with others on it"
    )
    given = parser.parse_args(arguments)
    clock = time.process_time if given.cpu else time.perf_counter
    sizes = [int(size) for size in given.sizes.split(",")]
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        measured = {size: measure(folder, size, given.rounds, clock) for size in sizes}
    print(_table(measured))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\npeak memory of the process: {peak_mb:.0f} MB")
    _tell_bars(measured)
    tell(f"memory of a process that served {max(sizes):,} reports", peak_mb, 1_000, "MB")
    return 0


def measure(folder: Path, size: int, rounds: int, clock: Clock) -> dict[str, str]:
    """Build the library of ``size`` unless it is kept; return figures in words, times in ms."""
    where, files = folder / f"library-{size}", folder / f"reports-{size}"
    told: dict[str, str] = {}
    if not (where / "CURRENT").exists() and not (where / "baogao.sqlite3").exists():
        paths = write_reports(files, size)
        with Library.open(where, embedder=FakeEmbedder(), create=True) as library:
            told["ingest, a report"] = f"{_ms(lambda: library.ingest(paths), clock) / size:.1f}"
    for name, times in add_one(where, files, size, rounds, clock).items():
        told[name] = f"{statistics.median(times):.1f}"
    opening = clock()
    with Library.open(where, embedder=FakeEmbedder()) as library:
        told["open"] = f"{(clock() - opening) * 1000:.1f}"
        assistant = Assistant(library)
        for name, question in questions(size).items():
            *before, question = question.split(" > ")
            state = State()
            for earlier in before:
                state = assistant.ask(earlier, state).state

            def ask(question: str = question, state: State = state) -> None:
                assistant.ask(question, state)

            first = _ms(ask, clock)
            warm = [_ms(ask, clock) for _ in range(rounds)]
            told[name] = f"{statistics.median(warm):.1f}"
            told[f"{name}, first"] = f"{first:.1f}"
        told[COUNT] = _count_said(assistant, size)
    return told


COUNT = f"count said (true: {RARE_PHRASE} in every {RARE_EVERY}th)"
AFTER_ADDING = ("one place, a figure", "catalogue", "ranking")


def add_one(
    library: Path, files: Path, size: int, rounds: int, clock: Clock
) -> dict[str, list[float]]:
    """Return how long it takes to add one report after the other to a copy of a library, in ms.

    After each one question is asked, in turns: the first that meets the new report.
    """
    first, *made = islice(made_reports(size + 1 + rounds * len(AFTER_ADDING)), size, None)
    asked = questions(size)
    times: defaultdict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as scratch:
        copy = shutil.copytree(library, Path(scratch) / "copy")
        with Library.open(copy, embedder=FakeEmbedder()) as opened:
            assistant = Assistant(opened)

            def take(report: tuple[str, str], told: str) -> None:
                path = files.parent / report[0]
                path.write_text(report[1], "utf-8")
                times[told].append(_ms(lambda: opened.ingest([path]), clock))
                path.unlink()

            take(first, "add one report, first")
            for name in AFTER_ADDING:
                assistant.ask(asked[name])
            for report, name in zip(made, cycle(AFTER_ADDING), strict=False):
                take(report, "add one report")
                spent = _ms(lambda name=name: assistant.ask(asked[name]), clock)  # type: ignore[misc]
                times[f"{name}, after a new report"].append(spent)
    return times


def _tell_bars(measured: Mapping[int, Mapping[str, str]]) -> None:
    """Tell how the largest library stands to the bars and, in ratios, to those before it."""
    (small, least), *_ = measured.items()
    *_, (large, most) = measured.items()
    before = list(measured.items())[-2:-1]
    add = "add one report"
    for size, limit in ((1_000, 2), (10_000, 3)):
        if size in measured and size > small:
            ratio = float(measured[size][add]) / float(least[add])
            tell(f"{add} at {size:,} to {small}", ratio, limit, "×")
    for name in ("one place, a figure", "one place, a list", "a follow-up", "a place not held"):
        for size, told in before:
            ratio = float(most[name]) / float(told[name])
            tell(f"{name}, {large:,} to {size:,}", ratio, 1.5, "×")
    for name in ("catalogue", "catalogue, after a new report", "ranking", "ranking, first"):
        tell(f"{name} at {large:,}", float(most[name]), 300, "ms")
    counts = [told[COUNT].split(" / ") for told in measured.values()]
    wrong = sum(true not in re.findall("[0-9]+", said.replace(",", "")) for said, true in counts)
    tell("libraries of which the count of which mention is wrong", wrong, 0)
    first = float(most["open"]) + float(most["one place, a figure, first"])
    tell(f"open and first answer at {large:,}", first, 3_000, "ms")


def _count_said(assistant: Assistant, size: int) -> str:
    sentences = assistant.ask(questions(size)["which mention"]).answer.sentences
    said = next((s.text for s in sentences if "份" in s.text), "none")
    return f"{said[:24]} / {-(-size // RARE_EVERY)}"


def _ms(call: Callable[[], object], clock: Clock) -> float:
    started = clock()
    call()
    return (clock() - started) * 1000


def _table(measured: dict[int, dict[str, str]]) -> str:
    rows = list(dict.fromkeys(name for told in measured.values() for name in told))
    lines = ["ms" + " " * 38 + "".join(f"{f'{size} reports':>24}" for size in measured)]
    for name in rows:
        before: float | None = None
        line = f"{name:40}"
        for told in measured.values():
            value = told.get(name, "")
            now = float(value) if value.replace(".", "", 1).isdigit() else None
            ratio = f" (x{now / before:.1f})" if now and before else ""
            line += f"{value + ratio:>24}"
            before = now
        lines.append(line)
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
