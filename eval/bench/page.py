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
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import uvicorn

from bot.assembly import open_assistant
from bot.web.app import create_app
from bot.web.settings import WebSettings
from eval.bench.concurrency import questions

REPORTS = Path(__file__).parents[1] / "reports"
BAR_MS = 300


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; returns 0, 1 if the slowest twentieth of warm first lines is over the bar."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.page", description=__doc__)
    parser.add_argument("--questions", type=int, default=60)
    asked = questions()[: parser.parse_args(arguments).questions]
    with tempfile.TemporaryDirectory() as folder:
        assistant = open_assistant(Path(folder) / "library", writer="extractive", create=True)
        assistant.library.ingest(sorted(REPORTS.glob("*.txt")))
        app = create_app(assistant, WebSettings(questions_per_minute=1_000_000))
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            _tell("after the start", [_ask(port, question) for question in asked])
            warm = _tell("warm", [_ask(port, question) for question in asked])
        finally:
            server.should_exit = True
            thread.join()
            assistant.library.close()
    return 0 if warm <= BAR_MS else 1


def _ask(port: int, question: str) -> tuple[float, float]:
    """Return the milliseconds to the first line and to the end of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    started = time.perf_counter()
    body = json.dumps({"question": question, "stream": True})
    connection.request("POST", "/api/ask", body, {"Content-Type": "application/json"})
    reply = connection.getresponse()
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
