"""Vectors from an OpenAI-compatible endpoint, in place of the local embedder."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from bot.model.endpoints import Endpoint
from bot.model.llm import Allowance, Breaker, retrying
from bot.model.openai_client import OpenAIEndpoint
from bot.model.trouble import why
from bot.model.turns import ANSWERING
from bot.notes import words
from retrieval.errors import EmbeddingFailed, ModelFailed

_BATCH = 64
_DOCUMENTS_S, _QUERY_S = 120.0, 10.0
_CALLS = 3

Vectors = npt.NDArray[np.float32]


class OpenAIEmbedder:
    """An ``Embedder`` behind ``/embeddings``; vectors come back with length 1.

    The dimension is learnt from the first vector and held from then on: another one means
    another model behind the same name, and raises ``EmbeddingFailed`` like every failure.
    """

    def __init__(
        self,
        endpoint: OpenAIEndpoint,
        model: str,
        *,
        dimension: int | None = None,
        sleep: Callable[[float], None] | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._model = model
        self._dimension = dimension
        self._sleep = sleep
        self._lock = threading.Lock()
        # a dead endpoint costs one wait, not one a question
        self._breaker = breaker or Breaker(in_a_row=1)

    @classmethod
    def at(cls, api_key: str, base_url: str, model: str) -> OpenAIEmbedder:
        """Return the embedding model ``model`` as served at ``base_url``."""
        return cls(OpenAIEndpoint(Endpoint(api_key, base_url)), model)

    @property
    def name(self) -> str:
        """``openai:`` and the model's name."""
        return f"openai:{self._model}"

    @property
    def dimension(self) -> int:
        """Length of every vector; asks the endpoint once if nothing was embedded yet."""
        if self._dimension is None:
            self.embed_query("维度")
        assert self._dimension is not None
        return self._dimension

    def embed_query(self, text: str) -> Vectors:
        """Return the vector of a question, shape ``[dimension]``."""
        vector: Vectors = self._embed([text], _QUERY_S)[0]
        return vector

    def embed_documents(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> Vectors:
        """Return the vectors of ``texts``, shape ``[len(texts), dimension]``, in order."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        batches = []
        for start in range(0, len(texts), _BATCH):
            batches.append(self._embed(texts[start : start + _BATCH], _DOCUMENTS_S))
            if progress is not None:
                progress(min(start + _BATCH, len(texts)))
        return np.concatenate(batches)

    def _embed(self, texts: Sequence[str], seconds: float) -> Vectors:
        allowance = Allowance(calls_left=_CALLS, seconds=seconds)
        filled = [
            text if text.strip() else "。" for text in texts
        ]  # empty input is refused by most

        def call() -> list[list[float]]:
            allowance.calls_left -= 1
            return self._endpoint.embed(self._model, filled, deadline_s=allowance.seconds_left)

        try:
            if not self._breaker.may_call():
                cause = self._breaker.cause
                raise ModelFailed("向量接口暂停使用。", reason="breaker", retry=False, cause=cause)
            with ANSWERING.lent():
                if self._sleep is None:
                    rows = retrying(call, allowance)
                else:
                    rows = retrying(call, allowance, self._sleep)
            vectors = np.asarray(rows, dtype=np.float32)
        except ModelFailed as error:
            if error.reason != "breaker":
                self._breaker.failed(error.reason)
            reason = why(error)
            told = words(reason) if reason else (error.cause or error.reason)
            raise EmbeddingFailed(f"向量接口没有给出向量（{told}）") from None
        except ValueError:
            raise EmbeddingFailed("向量接口返回了长短不一的向量。") from None
        self._breaker.succeeded()
        self._must_fit(vectors, len(texts))
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32)

    def _must_fit(self, vectors: Vectors, count: int) -> None:
        if vectors.ndim != 2 or len(vectors) != count or vectors.shape[1] == 0:
            raise EmbeddingFailed("向量接口返回的不是向量。")
        if not np.isfinite(vectors).all():
            raise EmbeddingFailed("向量接口返回了无效的数值。")
        with self._lock:
            if self._dimension is None:
                self._dimension = vectors.shape[1]
            elif self._dimension != vectors.shape[1]:
                raise EmbeddingFailed(
                    f"向量维度变了：原为{self._dimension}，现为{vectors.shape[1]}；"
                    "接口换了模型时，请运行 baogao rebuild。"
                )
