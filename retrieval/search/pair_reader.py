"""How well a passage answers a question, read word by word: the bundled pair reader and a fake.

A vector tells what a passage is about, not whether what is asked stands there. The pair reader lets
every token of a question look at every token of a passage, in the last layers of the bundled encoder
as ``eval/fits/pair_reader.py`` has trained them on labelled questions and sentences: twice, each time
on half of the reports.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from retrieval.search.e5_graph import LENGTHS
from retrieval.search.pair_graph import PASSAGES, QUESTION, SCORES, pair_graph

if TYPE_CHECKING:
    from retrieval.search.e5_encoder import E5Encoder

Floats = NDArray[np.float32]
ReadPairs = Callable[[str, Sequence[str]], Floats]

# a question is seldom longer; what a longer sentence says behind them is not read
QUESTION_TOKENS, PASSAGE_TOKENS = 40, 80
FILE = "pair_reader.npz"


@runtime_checkable
class PairReader(Protocol):
    """Reads a question beside passages."""

    def read_pairs(self, question: str, passages: Sequence[str]) -> Floats:
        """Return for each passage how well it answers, as log odds, shape ``[len(passages)]``.

        Raises ``EmbeddingFailed`` where the model is not to be had.
        """
        ...


def reads_nothing(_question: str, _passages: Sequence[str]) -> Floats:
    """Stand in where there is no pair reader."""
    return np.zeros(0, np.float32)


def read_once(read: ReadPairs) -> ReadPairs:
    """Return a reader that reads the same words once: an answer and a refusal ask it alike."""
    kept = cache(lambda question, passages: read(question, passages))
    return lambda question, passages: kept(question, tuple(passages))


class FakePairReader:
    """Scores by the share of the question's characters that a passage holds: no model, no surprise."""

    def read_pairs(self, question: str, passages: Sequence[str]) -> Floats:
        """Return 8 · share - 4 for each passage."""
        asked = set(question)
        shares = [len(asked & set(passage)) / max(len(asked), 1) for passage in passages]
        return np.array([8 * share - 4 for share in shares], np.float32)


class UpperLayers:
    """The trained layers, loaded. Safe to use from several threads."""

    def __init__(self) -> None:
        """Load them; raises ``OSError``, ``ValueError`` or ``RuntimeError`` where that fails."""
        from retrieval.search.e5_encoder import open_graph

        self._session = open_graph(pair_graph(read_layers()))

    def read(
        self, encoder: E5Encoder, question: str, passages: Sequence[str], workers: int = 1
    ) -> Floats:
        """Return the score of each passage, shape ``[len(passages)]``."""
        asked = encoder.entering([question], "query", QUESTION_TOKENS)[0][0]
        entering = encoder.entering(passages, "passage", PASSAGE_TOKENS, workers=workers)
        longest = max(len(states[0]) for states in entering)
        told = np.zeros((len(PASSAGES), len(passages), longest, asked.shape[1]), np.float32)
        for row, states in enumerate(entering):
            for layer, state in enumerate(states):
                told[layer, row, : len(state)] = state
        lengths = np.array([len(asked) + len(states[0]) for states in entering], np.int32)
        inputs: dict[str, Any] = dict(zip(PASSAGES, told, strict=True))
        inputs[QUESTION] = np.repeat(asked[np.newaxis], len(passages), axis=0)
        inputs[LENGTHS] = lengths
        scores: Floats = self._session.run([SCORES], inputs)[0][:, 0]
        return scores


@dataclass(frozen=True, slots=True)
class StoredLayers:
    """The tensors of the trained layers by name; matrices in small integers with a scale a row."""

    tensors: Mapping[str, NDArray[Any]]
    heads: int = 12
    epsilon: float = 1e-12

    def vector(self, name: str) -> Floats:
        """Return a bias, a norm, or what marks a passage's tokens."""
        return self.tensors[name].astype(np.float32)

    def matrix(self, name: str) -> Floats:
        """Return a matrix ``[outputs, inputs]``."""
        scales = self.tensors[f"{name}.scales"].astype(np.float32)
        return self.tensors[name].astype(np.float32) * scales[:, np.newaxis]


def read_layers() -> StoredLayers:
    """Return what ``eval/fits/pair_reader.py`` wrote."""
    with np.load(io.BytesIO(_file()), allow_pickle=False) as arrays:
        return StoredLayers({name: arrays[name] for name in arrays.files})


@cache
def layers_hash() -> str:
    """Return what tells one training from another."""
    return hashlib.sha256(_file()).hexdigest()[:16]


def _file() -> bytes:
    return resources.files("retrieval").joinpath("data", FILE).read_bytes()
