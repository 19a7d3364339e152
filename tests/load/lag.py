"""How late somebody is served who comes every 50 ms: by an event loop, or by an idle process.

    python tests/load/lag.py SECONDS

prints the lag of a process that does nothing else: what the machine owes, not the program.
"""

from __future__ import annotations

import json
import sys
import time

BEAT_MS = 50


class Lags:
    """Beats 50 ms apart and by how much each was late."""

    def __init__(self) -> None:
        self._late_ms: list[int] = []

    def add(self, began: float) -> None:
        """Note a beat that was to be 50 ms after ``began`` (monotonic).

        Who would have come while all stood still waits for what is left: a stop of a second
        counts for twenty, as often as it would be met, not once.
        """
        late = round((time.monotonic() - began) * 1e3) - BEAT_MS
        self._late_ms.extend(range(max(late, 0), -1, -BEAT_MS))

    def figures(self) -> dict[str, int]:
        ordered = sorted(self._late_ms) or [0]
        return {"p99_ms": ordered[int(0.99 * len(ordered))], "max_ms": ordered[-1]}


if __name__ == "__main__":
    lags, end = Lags(), time.monotonic() + float(sys.argv[1])
    while time.monotonic() < end:
        began = time.monotonic()
        time.sleep(BEAT_MS / 1e3)
        lags.add(began)
    print(json.dumps(lags.figures()))
