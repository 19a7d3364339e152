"""The bot with the fake assistant in a process of its own, to be killed and measured.

    python tests/load/bot_process.py API_URL STATE_FILE [--delay S] [--users N] [--big]

It prints figures of itself to the file STATE_FILE.figures when it ends: memory, loop lag.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from fake_assistant import FakeAssistant, FakeLibrary, FakeState  # noqa: E402
from fake_telegram import TOKEN  # noqa: E402
from load.lag import BEAT_MS, Lags  # noqa: E402
from telegram_bench import TEXTS  # noqa: E402

from bot.telegram import app  # noqa: E402
from bot.telegram.settings import TelegramSettings  # noqa: E402


def rss_mb() -> float:
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * resource.getpagesize() / 1e6


def watch(figures: dict, lags: Lags, path: Path) -> None:
    """Write memory, open files and the loop's lag every half second."""
    while True:
        figures["lag"] = lags.figures()
        figures["rss_mb"].append(round(rss_mb(), 1))
        figures["files"].append(len(list(Path("/proc/self/fd").iterdir())))
        figures["threads"].append(threading.active_count())
        part = path.with_suffix(".part")
        part.write_text(json.dumps(figures))
        part.replace(path)
        time.sleep(0.5)


async def heartbeat(lags: Lags) -> None:
    """Measure how late the event loop is."""
    while True:
        began = time.monotonic()
        await asyncio.sleep(BEAT_MS / 1e3)
        lags.add(began)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("api")
    parser.add_argument("state", type=Path)
    parser.add_argument("--delay", type=float, default=0.0)
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--per-minute", type=int, default=1_000_000)
    parser.add_argument("--real", type=Path, help="a library to answer from, in place of the fake")
    args = parser.parse_args()
    settings = TelegramSettings(
        token=TOKEN,
        state_path=args.state,
        api=args.api,
        allow=frozenset(range(1, args.users + 1)),
        admins=frozenset({1}),
        per_minute=args.per_minute,
        per_day=10**9,
        per_day_all=10**9,
        poll_timeout_s=2,
        log_level="WARNING",
    )
    figures: dict = {"rss_mb": [], "files": [], "threads": []}
    lags = Lags()
    threading.Thread(
        target=watch, args=(figures, lags, Path(f"{args.state}.figures")), daemon=True
    ).start()
    serve = app.Bot._serve

    async def measured(self: app.Bot) -> None:
        beat = asyncio.get_running_loop().create_task(heartbeat(lags))
        try:
            await serve(self)
        finally:
            beat.cancel()

    app.Bot._serve = measured  # type: ignore[method-assign]
    if args.real:
        from bot.assembly import open_assistant

        return app.run(settings, lambda: open_assistant(args.real))
    return app.run(
        settings,
        lambda: FakeAssistant(FakeLibrary(TEXTS), delay_s=args.delay),
        restore=FakeState.from_json,
    )


if __name__ == "__main__":
    sys.exit(main())
