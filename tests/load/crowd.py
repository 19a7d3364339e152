"""C01, C02, C04, C05, G12: many people ask at once; how long they wait, and what it costs.

python tests/load/crowd.py [--users 50] [--questions 10] [--delay 2.0]
python tests/load/crowd.py --users 50 --questions 200 --delay 0      # the soak: 10,000
python tests/load/crowd.py --library DIR --ingest FILE...            # the real one, G12
"""

from __future__ import annotations

import argparse
import json
import queue
import random
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
NICE = ("nice", "-n", "10")  # as deploy/README.md has it: who answers goes before who ingests
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

from fake_telegram import FakeTelegram, Sent  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--questions", type=int, default=10)
    parser.add_argument("--delay", type=float, default=2.0, help="seconds an answer takes")
    parser.add_argument("--think", type=float, default=1.0, help="mean pause of a person, seconds")
    parser.add_argument("--library", type=Path, help="answer from a copy of this library")
    parser.add_argument("--ask", type=Path, help="a file of questions, one a line")
    parser.add_argument("--ingest", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    questions = (
        options.ask.read_text("utf-8").split("\n")
        if options.ask
        else ["乙市行政复议收案多少件", "甲县存在的问题是什么", "乙市下一步"]
    )
    questions = [q for q in questions if q.strip()]
    with tempfile.TemporaryDirectory() as folder, FakeTelegram() as fake:
        state = Path(folder) / "chats.sqlite"
        command = [sys.executable, str(HERE / "bot_process.py"), fake.url, str(state),
                   "--delay", str(options.delay), "--users", str(options.users)]  # fmt: skip
        if options.library:
            library = Path(folder) / "library"
            shutil.copytree(options.library, library)
            command += ["--real", str(library)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE)
        fake.wait(lambda f: f.number_of("getUpdates") or process.poll() is not None, 120)
        assert process.poll() is None, "the bot did not start"
        ingest = None
        if options.ingest:
            files = map(str, options.ingest)
            ingest = subprocess.Popen(
                [*NICE, sys.executable, "-m", "bot", "ingest", "--library", str(library), *files],
                cwd=HERE.parents[1],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        idle = subprocess.Popen(
            [sys.executable, str(HERE / "lag.py"), "30"], stdout=subprocess.PIPE
        )
        begun = time.monotonic()
        waits, problems = ask_all(fake, options, questions)
        lasted = time.monotonic() - begun
        ingest_code = ingest.wait() if ingest else None
        figures = json.loads(Path(f"{state}.figures").read_text())
        with sqlite3.connect(state) as chats:
            made = [
                row[0]
                for row in chats.execute(
                    "SELECT payload ->> '$.elapsed_ms' FROM answers ORDER BY 1"
                )
            ]
        process.send_signal(signal.SIGTERM)
        errors = process.communicate(timeout=30)[1]
    waits.sort()
    warm = len(figures["rss_mb"]) // 10 + 1
    print(
        json.dumps(
            {
                "asked": options.users * options.questions,
                "answered": len(waits),
                "problems": problems[:5],
                "violations": fake.violations[:5],
                "wait_s_p50": round(statistics.median(waits), 2),
                "wait_s_p95": round(waits[int(0.95 * len(waits))], 2),
                "wait_s_max": round(waits[-1], 2),
                "answer_made_ms_p95": made[int(0.95 * len(made))],
                "per_second": round(len(waits) / lasted, 1),
                "loop_lag": figures["lag"],
                "idle_process_lag": json.loads(idle.communicate()[0]),
                "rss_mb_first_tenth": figures["rss_mb"][warm],
                "rss_mb_last": figures["rss_mb"][-1],
                "files_max": max(figures["files"]),
                "threads_max": max(figures["threads"]),
                "stop_code": process.returncode,
                "ingest_code": ingest_code,
                "stderr_lines": len(errors.splitlines()),
            },
            ensure_ascii=False,
            indent=1,
        )
    )
    return int(len(waits) != options.users * options.questions or bool(fake.violations))


def ask_all(
    fake: FakeTelegram, options: argparse.Namespace, questions: list[str]
) -> tuple[list[float], list[str]]:
    """Let every user ask one question after the other; return the waits and the odd replies."""
    waits: list[float] = []
    problems: list[str] = []
    inboxes: dict[int, queue.Queue[Sent]] = {n + 1: queue.Queue() for n in range(options.users)}
    fake.on_sent = lambda sent: inboxes[sent.chat].put(sent)

    def person(user: int) -> None:
        rng = random.Random(user)
        for _ in range(options.questions):
            time.sleep(rng.expovariate(1 / options.think) if options.think else 0)
            start = time.monotonic()
            number = fake.say(rng.choice(questions), user)
            try:
                reply = final_reply(inboxes[user], number)
            except queue.Empty:
                problems.append("no answer")
                continue
            waits.append(time.monotonic() - start)
            if "（编号" in reply or "提问过于频繁" in reply:
                problems.append(reply)

    people = [threading.Thread(target=person, args=(n + 1,)) for n in range(options.users)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    return waits, problems


def final_reply(inbox: queue.Queue[Sent], number: int, timeout_s: float = 120) -> str:
    """Wait for the answer to a message: the reply, or the edit that finishes it."""
    end = time.monotonic() + timeout_s
    while True:
        sent = inbox.get(timeout=max(0.01, end - time.monotonic()))
        final = sent.buttons or "编号" in sent.text or "频繁" in sent.text
        if final and (sent.reply_to == number or sent.method == "editMessageText"):
            return sent.text


if __name__ == "__main__":
    sys.exit(main())
