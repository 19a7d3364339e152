"""``python -m eval.bench.dense``: an exact scan and embedded Chroma over the same rows, in one run.

Vectors as long as the product's lie about centres of a fixed seed, as texts of one kind do. Each
engine is opened and asked in a process of its own, so that its first answer and its memory are
its own; both are asked for the rows nearest to vectors that are not among them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from retrieval.library.vector_store import FOLDER, EmbeddedStore
from retrieval.search.dense import DenseMatrix, write_matrix
from retrieval.search.embedding import Vectors, unit_length

DIMENSION, SEED = 384, 1
ROWS_OF_ONE = 66  # a real report's
CENTRE_ROWS, SPREAD = 40, 0.6
ASKED, K = 50, 10


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.dense", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--scan-only", action="store_true", help="Chroma takes long to build")
    parser.add_argument("--child", nargs=2, metavar=("ENGINE", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.child:
        return _child(given.child[0], Path(given.child[1]))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        vectors = _vectors(given.rows + ASKED)
        np.save(folder / "asked.npy", vectors[given.rows :])
        names = [(f"{i:016x}", f"r{i // ROWS_OF_ONE:06}") for i in range(given.rows)]
        write_matrix(folder, names, iter(vectors[: given.rows]), DIMENSION)
        _told("scan", folder, given.rows, _size(folder, beside=FOLDER), 0.0)
        if not given.scan_only:
            started = time.perf_counter()
            EmbeddedStore().build(folder, None, ())
            built = time.perf_counter() - started
            _told("Chroma", folder, given.rows, _size(folder / FOLDER), built)
    return 0


def _vectors(count: int) -> Vectors:
    random = np.random.default_rng(SEED)
    shape = (count // CENTRE_ROWS + 1, DIMENSION)
    centres = random.standard_normal(shape, np.float32)
    chosen = centres[random.integers(0, len(centres), count)]
    chosen += SPREAD * random.standard_normal(chosen.shape, np.float32)
    return unit_length(chosen)


def _size(folder: Path, beside: str = "") -> int:
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "asked.npy"]
    return sum(path.stat().st_size for path in files if beside not in path.parts or not beside)


def _told(engine: str, folder: Path, rows: int, size: int, built_s: float) -> None:
    command = [sys.executable, "-m", "eval.bench.dense", "--child", engine, str(folder)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    print(
        f"{engine:7} {rows:,} rows: built in {built_s:.0f} s, {size / rows * ROWS_OF_ONE / 1000:.0f} kB"
        f" a report of {ROWS_OF_ONE}; first answer {told['first_ms']:.0f} ms, then {told['warm_ms']:.1f} ms"
        f" ({told['cpu_ms']:.1f} of processor); memory +{told['memory_mb']:.0f} MB;"
        f" {told['right']:.3f} of the nearest {K}"
    )


def _child(engine: str, folder: Path) -> int:
    asked = np.load(folder / "asked.npy")
    before_mb, started = _memory_mb(), time.perf_counter()
    search = _opened(engine, folder)
    found = [search(asked[0])]
    first_ms = (time.perf_counter() - started) * 1000
    times, used = [], time.process_time()
    for vector in asked[1:]:
        started = time.perf_counter()
        found.append(search(vector))
        times.append((time.perf_counter() - started) * 1000)
    cpu_ms = (time.process_time() - used) * 1000 / len(times)
    memory_mb = _memory_mb() - before_mb
    exact = _opened("scan", folder)
    right = [len(set(ids) & set(exact(v))) / K for ids, v in zip(found, asked, strict=True)]
    told = {
        "first_ms": first_ms, "warm_ms": statistics.median(times), "cpu_ms": cpu_ms,
        "memory_mb": memory_mb, "right": statistics.mean(right),
    }  # fmt: skip
    print(json.dumps(told))
    return 0


def _opened(engine: str, folder: Path) -> Callable[[Vectors], list[str]]:
    if engine == "scan":
        matrix = DenseMatrix(folder)
        return lambda vector: [chunk for chunk, _ in matrix.search(vector, K)]
    store = EmbeddedStore()
    return lambda vector: [chunk for chunk, _ in store.search(folder, vector, K)]


def _memory_mb() -> float:
    """Return what the process holds of its own: pages of files that are mapped can be let go."""
    import psutil  # type: ignore[import-untyped]

    held = psutil.Process().memory_info()
    return float(held.rss - held.shared) / 1_000_000


if __name__ == "__main__":
    sys.exit(main())
