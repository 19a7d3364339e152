"""Text → vectors. One seam, ``Embedder``; the bundled model and a fake live here.

Every vector is float32 of length 1, so that a dot product is the cosine.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder.e5_graph import GRAPH_VERSION
from retrieval.encoder.e5_tokens import engine_text
from retrieval.errors import EmbeddingFailed
from retrieval.search.pair_reader import UpperLayers
from retrieval.text.normalise import normalise

if TYPE_CHECKING:
    from retrieval.encoder.e5_encoder import E5Encoder
    from retrieval.encoder.query_layers import QueryLayers

Vectors = NDArray[np.float32]
Advance = Callable[[int], None]
Opened = TypeVar("Opened")


class Embedder(Protocol):
    """Turns questions and documents into vectors of one space.

    ``name`` identifies the space: vectors of two names are never compared. Both methods raise
    ``EmbeddingFailed`` when no vector can be had, and so may ``dimension`` before the first one.
    """

    @property
    def name(self) -> str:
        """Name of model and revision."""
        ...

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        ...

    def embed_query(self, text: str) -> Vectors:
        """Return the vector of a question, shape ``[dimension]``."""
        ...

    def embed_documents(self, texts: Sequence[str], progress: Advance | None = None) -> Vectors:
        """Return the vectors of ``texts``, shape ``[len(texts), dimension]``, in order.

        ``progress`` is called with the number of texts done so far.
        """
        ...


class LocalEmbedder:
    """The model inside the wheel: multilingual-e5-small, 384 dimensions, run in small integers.

    Loaded at first use. A question is embedded on the thread that asks; documents on ``workers``
    threads, texts of like length together.
    """

    name = f"multilingual-e5-small/int8-{GRAPH_VERSION}"
    dimension = 384

    def __init__(self, workers: int = 0, query_layers: bytes | None = None) -> None:
        """``query_layers`` are what makes questions' vectors, by default what is shipped."""
        self._workers = workers or max(1, min(8, os.cpu_count() or 1))
        self._encoder: E5Encoder | None = None
        self._upper: UpperLayers | None = None
        self._queries: QueryLayers | None = None
        self._query_layers = query_layers
        self._loading = threading.Lock()
        self._embedding = threading.Lock()
        self._failure: str | None = None

    def embed_query(self, text: str) -> Vectors:
        """Return the vector of a question, shape ``[384]``: near what answers it.

        It is the mean of those of the trained layers and of the model as it comes, which knows
        better what whole reports are about (decision 29).
        """
        encoder = self._loaded()
        with self._loading:
            if self._queries is None:
                from retrieval.encoder.query_layers import QueryLayers

                self._queries = _opened(lambda: QueryLayers(self._query_layers))
        read = engine_text(text)
        trained = unit_length(self._queries.vector(encoder, read)[np.newaxis])
        return unit_length(trained + unit_length(encoder.encode([read], "query"))).reshape(-1)

    def embed_documents(self, texts: Sequence[str], progress: Advance | None = None) -> Vectors:
        """Return the vectors of ``texts``, shape ``[len(texts), 384]``."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        total = 0

        def advance(done: int) -> None:
            nonlocal total
            total += done
            if progress and done:
                progress(total)

        encoder = self._loaded()
        with self._embedding:
            read = [engine_text(text) for text in texts]
            vectors = encoder.encode(read, "passage", workers=self._workers, done=advance)
        return unit_length(vectors)

    def read_pairs(self, question: str, passages: Sequence[str]) -> Vectors:
        """Return how well each passage answers, as log odds, shape ``[len(passages)]``."""
        encoder = self._loaded()
        with self._loading:
            self._upper = self._upper or _opened(UpperLayers)
        texts = [engine_text(text) for text in passages]
        return self._upper.read(encoder, engine_text(question), texts, self._workers)

    def _loaded(self) -> E5Encoder:
        with self._loading:
            if self._failure:
                raise EmbeddingFailed(self._failure)
            if self._encoder is None:
                try:
                    from retrieval.encoder.e5_encoder import bundled_encoder

                    self._encoder = bundled_encoder()
                except (ImportError, OSError, ValueError, RuntimeError) as error:
                    self._failure = not_loaded(error)
                    raise EmbeddingFailed(self._failure) from error
            return self._encoder


class FakeEmbedder:
    """Vectors of hashed character pairs: no model, the same on every machine, checkable by eye.

    Texts that share pairs of characters are near; good enough for tests and for trying things
    out without the model's seconds.
    """

    def __init__(self, dimension: int = 64) -> None:
        self.dimension = dimension
        self.name = f"fake/character-pairs-{dimension}"

    def embed_query(self, text: str) -> Vectors:
        """Return the vector of ``text``, shape ``[dimension]``."""
        vector = np.zeros(self.dimension, dtype=np.float32)
        characters = normalise(text)
        pairs = [characters[i : i + 2] for i in range(max(1, len(characters) - 1))]
        for pair in pairs:
            digest = hashlib.blake2b(pair.encode("utf-8"), digest_size=8).digest()
            vector[int.from_bytes(digest, "big") % self.dimension] += 1.0
        return unit_length(vector[np.newaxis]).reshape(-1)

    def embed_documents(self, texts: Sequence[str], progress: Advance | None = None) -> Vectors:
        """Return the vectors of ``texts``, shape ``[len(texts), dimension]``."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self.embed_query(text)
            if progress:
                progress(row + 1)
        return vectors


def _opened(make: Callable[[], Opened]) -> Opened:
    """Return trained layers, opened; raise ``EmbeddingFailed`` where they cannot be."""
    try:
        return make()
    except (OSError, ValueError, RuntimeError) as error:
        raise EmbeddingFailed(not_loaded(error)) from error


def unit_length(vectors: Vectors) -> Vectors:
    """Return ``vectors`` ``[n, d]`` scaled to length 1; raise ``EmbeddingFailed`` if one cannot be."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not (lengths > 0).all():
        raise EmbeddingFailed("向量模型返回了无效的向量，请检查模型设置")
    return np.asarray(vectors / lengths, dtype=np.float32)


def not_loaded(error: Exception) -> str:
    """Return the sentence for a bundled model that cannot be loaded here."""
    return (
        f"内置向量模型在这台机器上无法加载（{error}），"
        "只能按字词检索；可设 BAOGAO_EMBEDDER=openai 改用接口"
    )
