"""What a message wishes for: its act, and content and operation of each wish.

Multinomial logistic regressions over sparse signs of a part's masked words, held as one
matrix; temperatures fitted on held-out writers make the probabilities mean what they say.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from retrieval.question.request import Content, Operation

Floats = NDArray[np.float32]
HEADS = ("act", "content", "operation", "pair")
# how much the head over whole pairs counts beside the two heads: best on held-out writers
PAIR_WEIGHT = 0.5


Wished = tuple[Content, Operation]
Told = TypeVar("Told", str, Wished)


def likeliest(readings: Sequence[Mapping[Told, float]]) -> list[tuple[Told, float]]:
    """Return what several readers tell together, likeliest first, with its probability.

    Each gives a log probability to the same readings; their means, made to sum to one, are what
    counts.
    """
    names = list(readings[0])
    log = np.mean([[reading[name] for name in names] for reading in readings], axis=0)
    shares = np.exp(log - log.max())
    shares /= shares.sum()
    return [(names[i], float(shares[i])) for i in np.argsort(-shares, kind="stable")]


class WishModel:
    """Fitted heads over signs and a vector.

    ``weights`` is of shape (signs + numbers of the vector + 1, outputs), the last row the bias.
    """

    def __init__(
        self,
        vocabulary: Sequence[str],
        classes: Mapping[str, Sequence[str]],
        weights: Floats,
        temperatures: Mapping[str, float],
    ) -> None:
        self._index = {word: i for i, word in enumerate(vocabulary)}
        self.classes = {head: tuple(classes[head]) for head in HEADS}
        self._weights = weights.astype(np.float32)
        self._temperatures = dict(temperatures)
        edges = np.cumsum([0, *(len(self.classes[head]) for head in HEADS)])
        self._columns = {
            head: slice(int(a), int(b)) for head, a, b in zip(HEADS, edges, edges[1:], strict=False)
        }
        pairs = [pair.split("/") for pair in self.classes["pair"]]
        self._pairs = [cast(Wished, tuple(pair)) for pair in pairs]
        self._pair_content = [self.classes["content"].index(c) for c, _ in pairs]
        self._pair_operation = [self.classes["operation"].index(o) for _, o in pairs]

    def _scores(self, signs: Sequence[str], vector: Floats) -> Floats:
        rows = sorted({self._index[f] for f in signs if f in self._index})
        total = self._weights[-1] + vector @ self._weights[len(self._index) : -1]
        if rows:
            total += self._weights[rows].sum(axis=0) / np.sqrt(len(rows))
        return cast(Floats, total)

    def _log_probabilities(self, scores: Floats, head: str) -> Floats:
        x = scores[self._columns[head]] / self._temperatures.get(head, 1.0)
        x = x - x.max()
        return cast(Floats, x - np.log(np.exp(x).sum()))

    def acts(self, signs: Sequence[str], vector: Floats) -> Mapping[str, float]:
        """Return the log probability of each act."""
        log = self._log_probabilities(self._scores(signs, vector), "act")
        return dict(zip(self.classes["act"], log.tolist(), strict=True))

    def wishes(self, signs: Sequence[str], vector: Floats) -> Mapping[Wished, float]:
        """Return the log probability of each reading of a part, content and operation."""
        scores = self._scores(signs, vector)
        content = self._log_probabilities(scores, "content")
        operation = self._log_probabilities(scores, "operation")
        pair = self._log_probabilities(scores, "pair")
        both = content[self._pair_content] + operation[self._pair_operation]
        mixed = (1 - PAIR_WEIGHT) * both + PAIR_WEIGHT * pair
        mixed = mixed / self._temperatures.get("wish", 1.0)
        mixed -= mixed.max()
        mixed -= np.log(np.exp(mixed).sum())
        return dict(zip(self._pairs, mixed.tolist(), strict=True))

    def to_bytes(self) -> bytes:
        """Return the model as one compressed file."""
        words = sorted(self._index, key=self._index.__getitem__)
        head = json.dumps(
            {"classes": self.classes, "temperatures": self._temperatures}, ensure_ascii=False
        )
        # one signed byte a weight, with a step a column: 4 times smaller than float32, same answers
        step = np.abs(self._weights).max(axis=0) / 127 + 1e-12
        small = np.round(self._weights / step).astype(np.int8)
        file = io.BytesIO()
        np.savez_compressed(
            file,
            weights=small,
            step=step.astype(np.float32),
            words=np.frombuffer("\n".join(words).encode(), np.uint8),
            head=np.frombuffer(head.encode(), np.uint8),
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> WishModel:
        """Return the model that ``to_bytes`` wrote."""
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            head = json.loads(file["head"].tobytes().decode())
            words = file["words"].tobytes().decode().split("\n")
            weights = file["weights"].astype(np.float32) * file["step"]
        return cls(words, head["classes"], weights, head["temperatures"])
