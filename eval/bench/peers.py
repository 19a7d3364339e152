"""``python -m eval.bench.peers``: beside LangChain over Chroma and LlamaIndex, same embedder, one run.

``pip install llama-index-core langchain-chroma langchain-text-splitters`` first, in an environment
of its own if need be. Each gets the same reports and is asked the same questions: as in their
tutorials, a recursive splitter of 500 characters over a Chroma on disk, and a ``VectorStoreIndex``
with all its defaults, which is on disk once it is persisted. Adding one report and searching are
timed on made-up reports, with vectors that cost nothing, so that it is their own work that is
compared; what is found is compared on the five real reports, with the embedder of the product.
Ours is also timed answering, which the others need a model for.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

try:
    from langchain_chroma import Chroma
    from langchain_text_splitters import RecursiveCharacterTextSplitter
    from llama_index.core import Document, VectorStoreIndex
    from llama_index.core.embeddings import BaseEmbedding
except ImportError as error:
    sys.exit(
        f"{error.name} is missing: pip install llama-index-core langchain-chroma langchain-text-splitters"
    )

from bot.assistant import Assistant
from eval.bench.bars import tell
from eval.bench.evidence import REPORTS, asked, found_by, share_found
from eval.bench.ingest import copies
from eval.bench.made_reports import made_reports
from eval.bench.scale import questions
from eval.cases import read_sources
from eval.metrics import Place
from retrieval.library.library import Library
from retrieval.search.embedding import Advance, Embedder, FakeEmbedder, LocalEmbedder, Vectors

DIMENSION = 384
ADDED = 5
SEPARATORS = ["\n\n", "\n", "。", "；", "，", ""]
Text = tuple[str, str]  # a report's file name and words


class Late:
    """Vectors that cost nothing while a library is filled, and the product's once ``real`` is set."""

    name = "late"
    dimension = DIMENSION

    def __init__(self) -> None:
        self._free, self._product = FakeEmbedder(DIMENSION), LocalEmbedder()
        self.real = False

    def embed_query(self, text: str) -> Vectors:
        """Return the vector of a question."""
        return (self._product if self.real else self._free).embed_query(text)

    def embed_documents(self, texts: Sequence[str], progress: Advance | None = None) -> Vectors:
        """Return the vectors of texts."""
        return (self._product if self.real else self._free).embed_documents(texts, progress)


class Peer(Protocol):
    """What takes reports in and finds passages of them."""

    name: str
    folder: Path

    def take(self, reports: Sequence[Text]) -> None:
        """Take reports in; they are on the disk when this returns."""
        ...

    def search(self, question: str, k: int) -> list[Place]:
        """Return the spans of the best ``k`` passages, each with its report's file name."""
        ...


class Ours:
    """The library, its folder and a folder of files beside it."""

    name = "baogao"

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._files = folder / "files"
        self._files.mkdir(parents=True)
        self.folder = folder / "library"
        self._library = Library.open(self.folder, embedder=embedder, create=True)
        self.assistant = Assistant(self._library)

    def take(self, reports: Sequence[Text]) -> None:
        """Ingest files; the others are given the texts, so that writing them is not counted."""
        paths = [self._files / name for name, _ in reports]
        results = self._library.ingest(paths)
        assert all(result.status == "added" for result in results)

    def write(self, reports: Iterable[Text]) -> None:
        """Write the files that ``take`` reads."""
        for name, text in reports:
            (self._files / name).write_text(text, "utf-8")

    def search(self, question: str, k: int) -> list[Place]:
        """Retrieve; a place or year that the question names is understood, as in an answer."""
        return found_by(self.assistant, question, k)


class LangChain:
    """A recursive splitter, told the marks of Chinese, over Chroma."""

    name = "LangChain + Chroma"

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self._splitter = RecursiveCharacterTextSplitter(
            chunk_size=500, chunk_overlap=50, add_start_index=True, separators=SEPARATORS
        )
        self._store = Chroma("peers", _Lists(embedder), persist_directory=str(folder))

    def take(self, reports: Sequence[Text]) -> None:
        """Split and add, a thousand pieces at a time: Chroma takes no more than some thousands."""
        names = [{"source": name} for name, _ in reports]
        pieces = self._splitter.create_documents([text for _, text in reports], names)
        for start in range(0, len(pieces), 1_000):
            self._store.add_documents(pieces[start : start + 1_000])

    def search(self, question: str, k: int) -> list[Place]:
        """Search by similarity."""
        found = self._store.similarity_search(question, k)
        starts = [(p.metadata["source"], p.metadata["start_index"], p.page_content) for p in found]
        return [(name, start, start + len(words)) for name, start, words in starts]


class LlamaIndex:
    """Its sentence splitter and vector store as they come."""

    name = "LlamaIndex"

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self.folder = folder
        self._index = VectorStoreIndex([], embed_model=_Embedding(inner=embedder))

    def take(self, reports: Sequence[Text]) -> None:
        """Insert, and persist: without that nothing is on the disk."""
        for name, text in reports:
            self._index.insert(Document(text=text, id_=name, metadata={"source": name}))
        self._index.storage_context.persist(self.folder)

    def search(self, question: str, k: int) -> list[Place]:
        """Search by similarity."""
        found = self._index.as_retriever(similarity_top_k=k).retrieve(question)
        nodes = [hit.node for hit in found]
        return [(n.metadata["source"], n.start_char_idx, n.end_char_idx) for n in nodes]


class _Lists:
    """An embedder whose vectors are lists, as LangChain's are."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner

    def embed_query(self, text: str) -> list[float]:
        made: list[float] = self._inner.embed_query(text).tolist()
        return made

    def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        made: list[list[float]] = self._inner.embed_documents(texts).tolist()
        return made


class _Embedding(BaseEmbedding):  # type: ignore[misc]
    """An embedder as LlamaIndex takes it."""

    inner: Any

    def _get_query_embedding(self, query: str) -> list[float]:
        return _Lists(self.inner).embed_query(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return _Lists(self.inner).embed_documents(texts)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


PEERS: tuple[Callable[[Path, Embedder], Peer], ...] = (Ours, LangChain, LlamaIndex)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; returns 0."""
    parser = argparse.ArgumentParser(prog="python -m eval.bench.peers", description=__doc__)
    parser.add_argument("--sizes", default="5,200", help="reports, e.g. 5,1000,10000")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-evidence", action="store_true", help="leave out the real reports")
    given = parser.parse_args(arguments)
    print(
        "ms, clock / processor       add one report   its vectors made"
        "            search            answer   kB a report"
    )
    for size in map(int, given.sizes.split(",")):
        added: dict[str, tuple[float, float]] = {}
        for make in PEERS:
            with tempfile.TemporaryDirectory() as scratch:
                embedder = Late()
                peer = make(Path(scratch) / "it", embedder)
                told, added[peer.name] = _timed(peer, embedder, size, given.rounds)
                print(told, flush=True)
        for at, counted in enumerate(("by the clock", "of processor")):
            ratio = added[Ours.name][at] / added[LangChain.name][at]
            tell(f"add one at {size:,} to {LangChain.name}'s, {counted}", ratio, 1, "×")
    if not given.no_evidence:
        _compare_evidence()
    return 0


def _timed(peer: Peer, embedder: Late, size: int, rounds: int) -> tuple[str, tuple[float, float]]:
    """Return a line of the table, and what adding one report costs, its vectors made."""
    made = list(made_reports(size + 2 * rounds + 1))
    if isinstance(peer, Ours):
        peer.write(made)
    peer.take(made[:size])
    files = [file for file in peer.folder.rglob("*") if file.is_file()]
    kilobytes = sum({f.stat().st_ino: f.stat().st_size for f in files}.values()) / size / 1_000
    added = [_spent(partial(peer.take, [one])) for one in made[size : size + rounds]]
    figure = questions(size)["one place, a figure"]
    searched = _warm(lambda: peer.search(figure, 10), rounds)
    answered = ""
    if isinstance(peer, Ours):
        ask = peer.assistant.ask
        answered = _warm(lambda: ask(figure), rounds)
    embedder.real = True
    _, *whole = [_spent(partial(peer.take, [one])) for one in made[size + rounds :]]
    return (
        f"{size:6} {peer.name:18}{_median(added)}{_median(whole)}{searched}{answered:18}"
        f"{kilobytes:8.0f}",
        _medians(whole),
    )


def _warm(call: Callable[[], object], rounds: int) -> str:
    call()
    return _median([_spent(call) for _ in range(rounds)])


def _spent(call: Callable[[], object]) -> tuple[float, float]:
    clock, processor = time.perf_counter(), time.process_time()
    call()
    return (time.perf_counter() - clock) * 1000, (time.process_time() - processor) * 1000


def _medians(spent: Sequence[tuple[float, float]]) -> tuple[float, float]:
    clock, processor = (statistics.median(each) for each in zip(*spent, strict=True))
    return clock, processor


def _median(spent: Sequence[tuple[float, float]]) -> str:
    clock, processor = _medians(spent)
    return f"{clock:9.1f} /{processor:7.1f}"


def _compare_evidence() -> None:
    """Print how much of the evidence is in the first 2,000 characters that each finds."""
    texts = list(read_sources(REPORTS).items())
    print(
        f"\nfive real reports: evidence in the first 2,000 characters ({len(asked())} questions);"
        " adding one more, its vectors made, ms by the clock / of processor"
    )
    embedder, more = LocalEmbedder(), [(f"more-{n}", text) for n, text in copies(ADDED)]
    for make in PEERS:
        with tempfile.TemporaryDirectory() as scratch:
            peer = make(Path(scratch) / "it", embedder)
            if isinstance(peer, Ours):
                peer.write([*texts, *more])
            peer.take(texts)
            share = share_found(peer.search)
            added = [_spent(partial(peer.take, [one])) for one in more]
        print(f"{peer.name:20}{share:8.3f}{_median(added)}")


if __name__ == "__main__":
    sys.exit(main())
