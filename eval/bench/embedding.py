"""``python -m eval.bench.embedding``: the bundled model's speed, before and after, in one run.

The chunks of the five real reports, in an order of a fixed seed, are embedded in turns as the first
version did (the wheel's own engine, the context line with every chunk) and as the library does now.
CPU time is compared: other work on the machine disturbs it less than time by the clock. With
``--evidence`` the five reports are also stored with the vectors of each, and it is told how much
of the evidence of the evaluation's questions is found.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from bot.assistant import Assistant
from eval.bench.bars import tell
from eval.bench.engine import EngineEmbedder
from eval.bench.evidence import REPORTS, asked, found_by, found_by_meaning, share_found
from eval.cases import read_sources
from retrieval.documents import Chunk
from retrieval.library.chunk_vectors import ChunkEmbedder, chunk_words
from retrieval.library.ledger import indexed_text
from retrieval.library.library import Library
from retrieval.parsing.parsing import parse_report
from retrieval.search.embedding import Embedder, LocalEmbedder

SEED = 16
CHUNKS = 60
ROUNDS = 3
QUESTIONS = 15
QUESTION = "綦江区2023年法治政府建设存在哪些问题"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print texts a second, milliseconds a question and how near the vectors are; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.embedding", description=__doc__)
    parser.add_argument("--evidence", action="store_true", help="compare what is found, too")
    given = parser.parse_args(arguments)
    chunks = _chunks()
    before, after = EngineEmbedder(), LocalEmbedder()
    whole = [indexed_text(chunk.context, chunk.text) for chunk in chunks]
    words = [chunk_words(chunk.text, chunk.context, chunk.path) for chunk in chunks]
    old, new = before.embed_documents(whole[:8]), after.embed_documents(whole[:8])
    near = np.sum(old * new, axis=1)
    first = _speed(lambda: before.embed_documents(whole), len(chunks))
    same = _speed(lambda: after.embed_documents(whole), len(chunks))
    # A new one each time: what stands over the chunks is embedded again.
    now = _speed(lambda: ChunkEmbedder(after).embed(words), len(chunks))
    print(f"chunks a second of CPU, engine, whole     {first:8.1f}")
    print(f"  onnxruntime, the same texts             {same:8.1f}   × {same / first:.1f}")
    print(f"  onnxruntime, headings once (as stored)  {now:8.1f}   × {now / first:.1f}")
    tell("embedding, times the first version's speed", now / first, 5, "×", least=True)
    slow, quick = _question_ms(before), _question_ms(after)
    print(f"question, ms of CPU: engine {slow:.1f}, onnxruntime {quick:.1f}   × {slow / quick:.1f}")
    print(f"cosine to the engine's vectors: mean {near.mean():.4f}, least {near.min():.4f}")
    if given.evidence:
        _compare_evidence({"engine, floats": before, "onnxruntime, 8 bits": after})
    return 0


def _compare_evidence(embedders: Mapping[str, Embedder]) -> None:
    print(
        f"\nevidence in the first 2,000 characters, {len(asked())} questions:"
        " as answers search; by meaning alone, among all"
    )
    found = []
    for name, embedder in embedders.items():
        with (
            tempfile.TemporaryDirectory() as scratch,
            Library.open(Path(scratch, "library"), embedder=embedder, create=True) as library,
        ):
            library.ingest(sorted(REPORTS.glob("*.txt")))
            fused = share_found(partial(found_by, Assistant(library)))
            alone = share_found(partial(found_by_meaning, library))
        print(f"{name:24}{fused:8.4f}{alone:8.4f}")
        found.append(fused)
    tell("evidence in 2,000 characters lost by small integers", found[0] - found[1], 0.003)


def _chunks() -> Sequence[Chunk]:
    """Return some chunks of the real reports, neighbours together as an ingest sees them."""
    parsed = [
        parse_report(text, name, f"r{number}").chunks
        for number, (name, text) in enumerate(sorted(read_sources(REPORTS).items()))
    ]
    random.Random(SEED).shuffle(parsed)
    share = CHUNKS // len(parsed)
    return [chunk for chunks in parsed for chunk in chunks[:share]]


def _speed(work: Callable[[], object], count: int) -> float:
    return count / min(_cpu_s(work) for _ in range(ROUNDS))


def _question_ms(embedder: Embedder) -> float:
    embedder.embed_query(QUESTION)
    times = [_cpu_s(lambda: embedder.embed_query(QUESTION)) for _ in range(QUESTIONS)]
    return statistics.median(times) * 1000


def _cpu_s(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    sys.exit(main())
