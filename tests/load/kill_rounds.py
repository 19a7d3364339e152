"""T09 and G10: kill -9 the bot again and again under load; count what is lost or doubled.

python tests/load/kill_rounds.py [--rounds 100] [--questions 5]
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

from fake_telegram import FakeTelegram  # noqa: E402

STARTS_WITHIN_S = 600.0
_ASKED = re.compile(r"题(\d+)号")


def start(api: str, state: Path, delay_s: float, *more: str) -> subprocess.Popen:
    """Start the bot; what it writes goes to ``<state>.log``, since a pipe nobody reads holds it up."""
    return subprocess.Popen(
        [sys.executable, str(HERE / "bot_process.py"), api, str(state), "--delay", str(delay_s),
         *more],
        stdout=subprocess.DEVNULL,
        stderr=Path(f"{state}.log").open("ab"),
    )  # fmt: skip


def await_polling(fake: FakeTelegram, process: subprocess.Popen, state: Path, polls: int) -> None:
    """Wait until the bot polls, as long as it lives: on a busy machine a start takes its time."""
    fake.wait(
        lambda f: f.number_of("getUpdates") > polls or process.poll() is not None, STARTS_WITHIN_S
    )
    if process.poll() is not None:
        raise AssertionError(f"ended with {process.returncode}: {written(state)[-2000:]}")


def written(state: Path) -> str:
    """Return what the bot has written to stderr."""
    return Path(f"{state}.log").read_text("utf-8", "replace")


def run(rounds: int, questions: int, *, seed: int = 1, delay_s: float = 0.3) -> dict[str, float]:
    """Kill ``rounds`` times with ``questions`` new ones each; return the counts."""
    rng = random.Random(seed)
    asked: dict[int, int] = {}
    with tempfile.TemporaryDirectory() as folder, FakeTelegram() as fake:
        state = Path(folder) / "chats.sqlite"
        number = 0
        for _ in range(rounds):
            process = start(fake.url, state, delay_s)
            try:
                await_polling(fake, process, state, fake.number_of("getUpdates"))
                for _ in range(questions):
                    number += 1
                    asked[fake.say(f"题{number}号：乙市行政复议收案多少件", rng.randint(1, 8))] = (
                        number
                    )
                    time.sleep(rng.uniform(0, 0.1))
                time.sleep(rng.uniform(0, 1.2))
            finally:
                process.kill()
                process.wait()
        process = start(fake.url, state, 0.0)
        try:
            await_polling(fake, process, state, fake.number_of("getUpdates"))
            fake.wait(lambda f: answered(f, asked) >= set(asked), 120)
            time.sleep(2)  # anything said twice would come now
        except AssertionError:
            pass
        finally:
            process.terminate()
            process.wait(20)
        replies = Counter(
            s.reply_to for s in fake.messages() if s.reply_to in asked and "34" in s.text
        )
        told = answered(fake, asked)
        return {
            "kills": rounds,
            "questions": len(asked),
            "lost": len(set(asked) - told),
            "answered_twice": sum(1 for n in replies.values() if n > 1),
            "asked_to_resend": len(told - set(replies)),
            "violations": len(fake.violations),
            "stop_code": process.returncode,
        }


def answered(fake: FakeTelegram, asked: dict[int, int]) -> set[int]:
    """Questions that got an answer, or the line that asks to send them again."""
    return {
        s.reply_to
        for s in fake.messages()
        if s.reply_to in asked and ("34" in s.text or "请重发" in s.text)
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--questions", type=int, default=5)
    options = parser.parse_args()
    begun = time.monotonic()
    result = run(options.rounds, options.questions)
    print({**result, "seconds": round(time.monotonic() - begun)})
    sys.exit(result["lost"] > 0 or result["answered_twice"] > 0.01 * result["questions"])
