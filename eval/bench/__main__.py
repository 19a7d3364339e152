"""``make bench``: how long and how much, and retrieval beside a naive pipeline in the same run."""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bot.assembly import open_assistant

HERE = Path(__file__).parents[1]
REPORTS = HERE / "reports"
CASES = sorted((HERE / "cases").glob("*.jsonl"))
WARM_ROUNDS = 2


def main() -> int:
    """Print the figures of the product's bars; returns 0."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "library"
        _ingest(library)
        _warm(library)
        _cold(library)
    _naive()
    return 0


def _ingest(library: Path) -> None:
    started = time.perf_counter()
    assistant = open_assistant(library, writer="extractive", create=True)
    results = assistant.library.ingest(sorted(REPORTS.glob("*.txt")))
    elapsed = time.perf_counter() - started
    print(f"ingest of {len(results)} reports        {elapsed:8.1f} s      (bar 90 s)")
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
    for round_number in range(WARM_ROUNDS):
        for question in questions:
            started = time.perf_counter()
            assistant.ask(question)
            if round_number:
                times.append((time.perf_counter() - started) * 1000)
    times.sort()
    p50, p95 = statistics.median(times), times[int(len(times) * 0.95)]
    print(f"warm answer, {len(times)} questions   p50 {p50:6.1f} ms     (bar 60 ms)")
    print(f"                              p95 {p95:6.1f} ms     (bar 150 ms)")
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"process memory, peak          {peak_mb:8.0f} MB     (bar 800 MB)")
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
        print(f"{name:28}{statistics.median(times):10.2f} s      (bar {bar} s)")


def _naive() -> None:
    """Run the rivals beside ours on the same questions and embedder; their table is printed."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "eval", "--rivals", "--out", folder]
        subprocess.run(command, check=False, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
