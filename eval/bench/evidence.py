"""How much of the evidence of the evaluation's questions stands in the first passages found."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from bot.assistant import Assistant
from eval.cases import load_cases, read_sources
from eval.metrics import Place, Source, evidence_recall, locate
from retrieval.documents import Chunk
from retrieval.library.library import Library

HERE = Path(__file__).parents[1]
REPORTS = HERE / "reports"
HITS = 60


@lru_cache(maxsize=1)
def asked() -> list[tuple[str, list[list[Place]]]]:
    """Return the questions on the five real reports that need no conversation, with their evidence."""
    texts = read_sources(REPORTS)
    sources = [Source(name, name, text) for name, text in texts.items()]
    files = [f for f in (HERE / "cases").glob("*.jsonl") if not f.name.startswith("written")]
    return [
        (case.question, gold)
        for case in load_cases(sorted(files), dict(texts))
        if not case.history and (gold := [locate(piece, sources) for piece in case.evidence])
        if all(gold)
    ]


def share_found(search: Callable[[str, int], Sequence[Place]]) -> float:
    """Return the mean share of the evidence in the first 2,000 characters that ``search`` finds."""
    found = [evidence_recall(gold, search(words, HITS)) for words, gold in asked()]
    return statistics.mean(share for share, _ in filter(None, found))


def found_by(assistant: Assistant, question: str, k: int) -> list[Place]:
    """Search as for an answer: a place or year that the question names is understood."""
    return _places(assistant.library, [hit.chunk for hit in assistant.retrieve(question, k)])


def found_by_meaning(library: Library, question: str, k: int) -> list[Place]:
    """Search the vectors of all reports and nothing else."""
    vector = library.embed_query(question)
    assert vector is not None
    return _places(library, [library.chunk(name) for name, _ in library.search_dense(vector, k)])


def _places(library: Library, chunks: Sequence[Chunk]) -> list[Place]:
    return [(library.report(c.report).meta.source, c.start, c.end) for c in chunks]
