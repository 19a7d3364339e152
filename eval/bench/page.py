"""``python -m eval.bench.page``: the page's answers over a socket, from the question to its lines.

The five real reports, no model; questions of the evaluation, each in a conversation of its own,
as the page asks them. Told are the first line (bar 300 ms) and the end of the answer, right after
the start and warm. What a page weighs, its errors and its keyboard are held by tests.
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bot.assembly import open_assistant
from eval.bench.concurrency import questions

REPORTS = Path(__file__).parents[1] / "reports"
BAR_MS = 300
OPENED_S = 3.0  # nobody opens a page and asks within the second
ASKED = 30  # twice that is what the page takes from one person in a minute


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; returns 0, 1 if a round's slowest twentieth of first lines is over the bar."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.page", description=__doc__)
    parser.parse_args(arguments)
    asked = questions()[:ASKED]
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "library"
        assistant = open_assistant(library, writer="extractive", create=True)
        assistant.library.ingest(sorted(REPORTS.glob("*.txt")))
        assistant.library.close()
        command = [sys.executable, "-m", "bot", "web", "--port", "0", "--writer", "extractive"]
        with subprocess.Popen(
            [*command, "--library", str(library)], stderr=subprocess.PIPE, text=True
        ) as server:
            assert server.stderr is not None
            port = int(server.stderr.readline().rpartition(":")[2])
            time.sleep(OPENED_S)
            try:
                first = _tell("after the start", [_ask(port, question) for question in asked])
                warm = _tell("warm", [_ask(port, question) for question in asked])
            finally:
                server.terminate()
    return 0 if max(first, warm) <= BAR_MS else 1


def _ask(port: int, question: str) -> tuple[float, float]:
    """Return the milliseconds to the first line and to the end of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    started = time.perf_counter()
    body = json.dumps({"question": question, "stream": True})
    connection.request("POST", "/api/ask", body, {"Content-Type": "application/json"})
    reply = connection.getresponse()
    assert reply.status == 200, reply.status
    reply.readline()
    first = time.perf_counter()
    reply.read()
    done = time.perf_counter()
    connection.close()
    return (first - started) * 1000, (done - started) * 1000


def _tell(when: str, times: list[tuple[float, float]]) -> float:
    """Print the figures of a round; return the first line's p95."""
    worst = {}
    for name, column in (("first line", 0), ("whole answer", 1)):
        taken = sorted(row[column] for row in times)
        worst[name] = taken[int(len(taken) * 0.95)]
        print(
            f"{when}: {name} p50 {statistics.median(taken):.0f} ms,"
            f" p95 {worst[name]:.0f}, slowest {taken[-1]:.0f}"
        )
    return worst["first line"]


if __name__ == "__main__":
    raise SystemExit(main())
