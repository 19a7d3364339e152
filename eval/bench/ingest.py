"""``python -m eval.bench.ingest``: what taking a report in costs, stage by stage, embedding apart.

The real reports are copied under the names of other counties, so that no two are one paper, and
ingested into a new library with an embedder that costs nothing. Processor time is counted: other
work on the machine disturbs it less than time by the clock.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from eval.bench.bars import tell
from eval.cases import read_sources
from retrieval.library import generations, ingestion
from retrieval.library.ledger import Ledger
from retrieval.library.library import Library
from retrieval.parsing import parsing
from retrieval.parsing.metadata import read_metadata
from retrieval.places.gazetteer import gazetteer
from retrieval.search.embedding import Embedder, Vectors

REPORTS = Path(__file__).parents[1] / "reports"
BAR = 40
DISK_KB = 300
_STAGES: Sequence[tuple[str, Any, str]] = (
    ("reading", ingestion, "read_met"),
    ("parsing: metadata", parsing, "read_metadata"),
    ("parsing: sections", parsing, "parse_sections"),
    ("parsing: chunks", parsing, "chunk_report"),
    ("facts", parsing, "find_facts"),
    ("facts of tables", parsing, "with_table_facts"),
    ("twins", ingestion.Writer, "_twin"),
    ("ledger: report", Ledger, "add"),
    ("ledger: vectors", Ledger, "put_vectors"),
    ("words", generations, "_write_lexical"),
    ("vectors", generations, "_write_vectors"),
    ("check", generations, "check_generation"),
)


class _Costless(Embedder):
    """Vectors that cost nothing and mean nothing."""

    name = "costless"
    dimension = 384

    def embed_query(self, text: str) -> Vectors:
        found: Vectors = self.embed_documents([text])[0]
        return found

    def embed_documents(self, texts: Sequence[str], progress: Any = None) -> Vectors:
        del progress
        made: Vectors = np.ones((len(texts), self.dimension), np.float32)
        return made / np.float32(self.dimension**0.5)


def copies(count: int) -> Iterator[tuple[str, str]]:
    """Yield so many names and texts of reports of real length, each of another county."""
    counties = (chain[-1] for chain in gazetteer().chains if len(chain) == 3)
    sources = cycle(sorted(read_sources(REPORTS).items()))
    for n, ((name, text), county) in enumerate(islice(zip(sources, counties, strict=False), count)):
        place = read_metadata(text, name, gazetteer()).meta.place[-1]
        yield f"{n:04}.txt", text.replace(place, county).replace(place[:-1], county[:-1])


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the milliseconds of each stage and the reports a second and core; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.ingest", description=__doc__)
    parser.add_argument("--reports", type=int, default=100)
    count = parser.parse_args(arguments).reports
    spent: defaultdict[str, float] = defaultdict(float)
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as timed:
        folder = Path(scratch, "reports")
        folder.mkdir()
        chars = 0
        for name, text in copies(count):
            (folder / name).write_text(text, "utf-8")
            chars += len(text)
        with Library.open(Path(scratch, "warm"), embedder=_Costless(), create=True) as library:
            library.ingest([folder / "0000.txt"])  # word lists and tables are loaded
        for name, home, function in _STAGES:
            timed.enter_context(
                mock.patch.object(home, function, _timed(getattr(home, function), name, spent))
            )
        with Library.open(Path(scratch, "library"), embedder=_Costless(), create=True) as library:
            started, children = time.process_time(), _of_children()
            results = library.ingest([folder])
            spent["other processes"] = _of_children() - children
            whole = time.process_time() - started + spent["other processes"]
            served = library.generation
        taken = sum(result.status == "added" for result in results)
        # The generation before is kept some minutes for who may be reading it.
        size = sum(
            file.stat().st_size
            for file in Path(scratch, "library").rglob("*")
            if file.is_file() and ("generations" not in file.parts or served in file.parts)
        )
    print(
        f"{taken} of {count} reports of {chars // count:,} characters, ms of processor time a report"
    )
    for name, seconds in spent.items():
        print(f"{name:20}{seconds / count * 1000:8.2f}")
    print(f"{'all else':20}{(whole - sum(spent.values())) / count * 1000:8.2f}")
    print(f"{'together':20}{whole / count * 1000:8.2f}")
    tell("ingest without embedding", count / whole, BAR, "/s·core", least=True)
    tell("disk, a report", size / count / 1_000, DISK_KB, "kB")
    return 0


def _of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _timed(call: Callable[..., Any], name: str, spent: dict[str, float]) -> Callable[..., Any]:
    """Return ``call`` with its own time added up, what it calls itself of other stages taken off."""

    def timing(*args: Any, **kwargs: Any) -> Any:
        with _counted(name, spent):
            made = call(*args, **kwargs)
            return list(made) if isinstance(made, Iterator) else made

    return timing


_INSIDE: list[float] = []


@contextmanager
def _counted(name: str, spent: dict[str, float]) -> Iterator[None]:
    started = time.process_time()
    _INSIDE.append(0.0)
    try:
        yield
    finally:
        took = time.process_time() - started
        spent[name] += took - _INSIDE.pop()
        if _INSIDE:
            _INSIDE[-1] += took


if __name__ == "__main__":
    sys.exit(main())
