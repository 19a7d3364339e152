"""Embedding on the workers of a Dask cluster, for a first ingest of very many reports.

Making vectors is nearly all of an ingest's time, and the same words have the same vector wherever
it is made: so it is what is sent out. Reading, recognising doubles and writing stay with the one
writer, and a worker that dies costs its texts another try, never a report or a second one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from retrieval.errors import ConfigurationError, EmbeddingFailed
from retrieval.search.embedding import Advance, Embedder, Vectors

TEXTS_A_TASK = 64
TASKS_A_THREAD = 4
CONNECT_WAIT_S = 10
Make = Callable[[], Embedder]
"""Opens the embedder where it is called: a function of a module, which workers import."""


class SpreadEmbedder:
    """The embedder that ``make`` opens here, its documents embedded by those it opens there."""

    def __init__(self, address: str, make: Make) -> None:
        """Connect to the scheduler at ``address``; raises ``ConfigurationError``."""
        self._make, self._own = make, make()
        self._client = _connected(address)

    def close(self) -> None:
        """Leave the cluster; its workers stay."""
        self._client.close()

    @property
    def name(self) -> str:
        """Name of model and revision."""
        return self._own.name

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        return self._own.dimension

    @property
    def batch(self) -> int:
        """How many texts at once keep all workers at work."""
        threads = int(sum(self._client.nthreads().values()))
        return max(1, threads) * TASKS_A_THREAD * TEXTS_A_TASK

    def embed_query(self, text: str) -> Vectors:
        """Return the vector of a question, made here."""
        return self._own.embed_query(text)

    def embed_documents(self, texts: Sequence[str], progress: Advance | None = None) -> Vectors:
        """Return the vectors of ``texts`` in order; what a lost worker had is given to another."""
        from distributed import as_completed

        # Long ones together, so that a task is no longer than its longest text makes it.
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        pieces = [order[i : i + TEXTS_A_TASK] for i in range(0, len(order), TEXTS_A_TASK)]
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        tasks = {
            self._client.submit(_embed, self._make, [texts[at] for at in piece], pure=False): piece
            for piece in pieces
        }
        done = 0
        finished: Any = as_completed(  # type: ignore[no-untyped-call]
            list(tasks), loop=self._client.loop, with_results=True, raise_errors=False
        )
        for task, result in finished:
            if task.status != "finished":
                self._client.cancel(list(tasks))
                raise EmbeddingFailed(
                    f"Dask 的工作进程没有算出向量（{_reason(result)}），各工作进程要装同一版本的 baogao"
                )
            name, made = result
            if name != self.name or made.shape != (len(tasks[task]), self.dimension):
                raise EmbeddingFailed(f"Dask 的工作进程用的向量模型是 {name}，这里是 {self.name}")
            vectors[tasks[task]] = made
            done += len(tasks[task])
            if progress:
                progress(done)
        return vectors


def _embed(make: Make, texts: Sequence[str]) -> tuple[str, Vectors]:
    embedder = _opened(make)
    return embedder.name, embedder.embed_documents(texts)


@cache
def _opened(make: Make) -> Embedder:
    return make()


def _reason(result: Any) -> str:
    error = result[1] if isinstance(result, tuple) and len(result) > 1 else result
    return type(error).__name__


def _connected(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError as error:
        raise ConfigurationError("用 --dask 还要安装：pip install 'baogao[dask]'") from error
    try:
        return Client(address, timeout=CONNECT_WAIT_S, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"连不上 Dask 的调度器 {address}，请检查地址（如 tcp://主机:8786）和集群"
        ) from error
