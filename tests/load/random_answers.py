"""G11: random answers through the splitter; every part must be one that Telegram accepts.

python tests/load/random_answers.py [--number 10000]
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

from test_telegram_rendering import check_parts, random_blocks  # noqa: E402

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--number", type=int, default=10_000)
    number = parser.parse_args().number
    begun = time.monotonic()
    for seed in range(number):
        check_parts(random_blocks(random.Random(seed)))
    print({"answers": number, "failed": 0, "seconds": round(time.monotonic() - begun)})
