"""Vectors of single words: what lets 毛病 be read as 短板 though no utterance says so.

Each word of a vocabulary was embedded once by the bundled embedder; the vectors, centred and
turned to their main axes, are shipped as bytes. A message's vector is the mean of its words',
rare ones weighing more, beside their largest value in each direction; so it costs a look-up
where embedding the message would cost ten milliseconds (on held-out frames of the first writer:
contents 0.734 without, 0.801 with these, 0.822 with the embedded message).
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from retrieval.text.segmentation import tag

Floats = NDArray[np.float32]
AXES = 64
# the share of the vector beside the signs: best on held-out frames of 0.5, 0.8, 1, 2
SCALE = 0.5


class WordVectors:
    """A vocabulary with a vector and a weight (inverse document frequency) for each word."""

    def __init__(self, words: Sequence[str], vectors: Floats, weights: Floats) -> None:
        self._index = {word: i for i, word in enumerate(words)}
        self._vectors = vectors
        self._weights = weights

    def pool(self, text: str) -> Floats:
        """Return the vector of a text, of ``2 * AXES`` numbers: zeros where no word is known."""
        rows = [self._index[word] for word, _ in tag(text) if word in self._index]
        if not rows:
            return np.zeros(2 * AXES, np.float32)
        vectors, weights = self._vectors[rows], self._weights[rows][:, None]
        mean = (vectors * weights).sum(axis=0) / np.sqrt((weights**2).sum() + 1e-9)
        return cast(Floats, SCALE * np.concatenate([mean, vectors.max(axis=0)]).astype(np.float32))

    def to_bytes(self) -> bytes:
        """Return the vectors as one compressed file, a signed byte a number."""
        words = sorted(self._index, key=self._index.__getitem__)
        file = io.BytesIO()
        np.savez_compressed(
            file,
            vectors=np.round(self._vectors * 127).astype(np.int8),
            weights=self._weights.astype(np.float16),
            words=np.frombuffer(json.dumps(words, ensure_ascii=False).encode(), np.uint8),
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> WordVectors:
        """Return what ``to_bytes`` wrote."""
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            words = json.loads(file["words"].tobytes().decode())
            vectors = file["vectors"].astype(np.float32) / 127
            weights = file["weights"].astype(np.float32)
        return cls(words, vectors, weights)
