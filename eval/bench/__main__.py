"""``make bench``: how long and how much, and retrieval beside a naive pipeline in the same run.

Each bar is told with what was measured and whether it is met, all of them once more at the end.
``--full`` measures those of size too: a thousand and ten thousand reports, many users, the peers
(which want packages of their own, see ``eval.bench.peers``). That takes an hour.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bot.assembly import open_assistant
from eval.bench.bars import MARK, tell

HERE = Path(__file__).parents[1]
REPORTS = HERE / "reports"
CASES = sorted((HERE / "cases").glob("*.jsonl"))
WARM_ROUNDS = 2


_SIZES = ("--sizes", "5,1000,10000")
_QUICK: Sequence[Sequence[str]] = (["ingest"], ["embedding"])
_FULL: Sequence[Sequence[str]] = (
    ["ingest"], ["embedding", "--evidence"], ["scale", "--cpu", *_SIZES], ["concurrency"],
    ["peers", "--sizes", "5,1000"],
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures of the product's bars; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="the bars of size, too: an hour")
    parser.add_argument("--own", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.own:
        with tempfile.TemporaryDirectory() as folder:
            library = Path(folder) / "library"
            _ingest(library)
            _warm(library)
            _cold(library)
        return 0
    told = _told("eval.bench", "--own")
    for name, *options in _FULL if given.full else _QUICK:
        told += _told(f"eval.bench.{name}", *options)
    _naive()
    print("", *told, sep="\n")
    return 0


def _told(module: str, *options: str) -> list[str]:
    """Run a bench in a process of its own, show what it prints and return its bars' lines."""
    command = [sys.executable, "-m", module, *options]
    bars = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bench:
        assert bench.stdout is not None
        for line in bench.stdout:
            print(line, end="", flush=True)
            if line.startswith(MARK):
                bars.append(line.rstrip())
    return bars if not bench.returncode else [*bars, f"{MARK} {module} failed"]


def _ingest(library: Path) -> None:
    started = time.perf_counter()
    assistant = open_assistant(library, writer="extractive", create=True)
    results = assistant.library.ingest(sorted(REPORTS.glob("*.txt")))
    elapsed = time.perf_counter() - started
    tell(f"ingest of {len(results)} reports", elapsed, 90, "s")
    assistant.library.close()


def _warm(library: Path) -> None:
    assistant = open_assistant(library, writer="extractive")
    rows = (
        json.loads(line)
        for path in CASES
        if not path.name.startswith("written")
        for line in path.read_text("utf-8").splitlines()
    )
    questions = [row["question"] for row in rows if not row["history"]]
    times: list[float] = []
    spent: list[float] = []
    for round_number in range(WARM_ROUNDS):
        for question in questions:
            started, used = time.perf_counter(), time.process_time()
            assistant.ask(question)
            if round_number:
                times.append((time.perf_counter() - started) * 1000)
                spent.append((time.process_time() - used) * 1000)
    times.sort()
    p50, p95 = statistics.median(times), times[int(len(times) * 0.95)]
    tell(f"warm answer, {len(times)} questions: p50 by the clock", p50, 25, "ms")
    tell("warm answer: p50 of processor", statistics.median(spent), 25, "ms")
    tell("warm answer: p95 by the clock", p95, 150, "ms")
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    tell("memory of the process", peak_mb, 800, "MB")
    assistant.library.close()


def _cold(library: Path) -> None:
    ask = [sys.executable, "-m", "bot", "ask", "綦江列出了哪些问题", "--library", str(library)]
    rows = (
        ("baogao --help", [sys.executable, "-m", "bot", "--help"], 0.3),
        ("cold baogao ask", ask, 3.0),
    )
    for name, command, bar in rows:
        times = []
        for _ in range(5):
            started = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True)
            times.append(time.perf_counter() - started)
        tell(name, statistics.median(times), bar, "s")


def _naive() -> None:
    """Run the rivals beside ours on the same questions and embedder; their table is printed."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "eval", "--rivals", "--out", folder]
        subprocess.run(command, check=False, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
