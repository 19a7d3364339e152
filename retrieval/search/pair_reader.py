"""How well a passage answers a question, read word by word: the bundled pair reader and a fake.

A vector tells what a passage is about, not whether what is asked stands there. The pair reader lets
every token of a question look at every token of a passage, in the last layers of the bundled encoder
as ``eval/fits/pair_reader.py`` has trained them on labelled questions and sentences: twice, each time
on half of the reports.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder.e5_graph import LENGTHS
from retrieval.encoder.stored_layers import stored_layers, version_of
from retrieval.search.pair_graph import PASSAGES, QUESTION, SCORES, pair_graph
from retrieval.shipped import data_file

if TYPE_CHECKING:
    from retrieval.encoder.e5_encoder import Use

Floats = NDArray[np.float32]
ReadPairs = Callable[[str, Sequence[str]], Floats]

# a question is seldom longer; what a longer sentence says behind them is not read
QUESTION_TOKENS, PASSAGE_TOKENS = 40, 80
FILE = "pair_reader.npz"
KEPT = 256
"""Passages whose states are kept, 50 MB: several questions are asked of one report."""


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


class Entering(Protocol):
    """What makes of texts the states that enter the upper layers: the bundled encoder."""

    def entering(
        self, texts: Sequence[str], use: Use, most: int, *, workers: int = 1
    ) -> list[tuple[Floats, ...]]:
        """Return them for every text, one a layer, each ``[tokens, width]``."""
        ...

    def placed(self, text: str, use: Use, most: int) -> tuple[Floats, NDArray[np.int64]]:
        """Return those of a text that enter the first layer, and the row of each character."""
        ...


class UpperLayers:
    """The trained layers, loaded. Safe to use from several threads."""

    def __init__(self) -> None:
        """Load them; raises ``OSError``, ``ValueError`` or ``RuntimeError`` where that fails."""
        from retrieval.encoder.e5_encoder import cache_folder, open_kept

        self._kept: OrderedDict[str, tuple[Floats, ...]] = OrderedDict()
        self._keeping = threading.Lock()
        layers = stored_layers(_file())
        self._session = open_kept(
            "pairs", layers_hash(), lambda: pair_graph(layers), cache_folder()
        )

    def read(
        self,
        encoder: Entering,
        question: str,
        passages: Sequence[str],
        workers: int = 1,
        by: str = SCORES,
    ) -> Floats:
        """Return the score of each passage, shape ``[len(passages)]``, by all readers or one."""
        asked, _ = encoder.placed(question, "query", QUESTION_TOKENS)
        entering = self._entering(encoder, passages, workers)
        longest = max(len(states[0]) for states in entering)
        told = np.zeros((len(PASSAGES), len(passages), longest, asked.shape[1]), np.float32)
        for row, states in enumerate(entering):
            for layer, state in enumerate(states):
                told[layer, row, : len(state)] = state
        lengths = np.array([len(asked) + len(states[0]) for states in entering], np.int32)
        inputs: dict[str, Any] = dict(zip(PASSAGES, told, strict=True))
        inputs[QUESTION] = np.repeat(asked[np.newaxis], len(passages), axis=0)
        inputs[LENGTHS] = lengths
        scores: Floats = self._session.run([by], inputs)[0][:, 0]
        return scores

    def _entering(
        self, encoder: Entering, passages: Sequence[str], workers: int
    ) -> list[tuple[Floats, ...]]:
        """Return what enters for each passage; those met last are kept for the next question."""
        with self._keeping:
            found = {text: self._kept[text] for text in passages if text in self._kept}
        new = [text for text in dict.fromkeys(passages) if text not in found]
        if new:
            made = encoder.entering(new, "passage", PASSAGE_TOKENS, workers=workers)
            # copies: the states of one text are a view into those of all
            found |= {
                text: tuple(np.array(state) for state in states)
                for text, states in zip(new, made, strict=True)
            }
        with self._keeping:
            for text in passages:
                self._kept[text] = found[text]
                self._kept.move_to_end(text)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return [found[text] for text in passages]


@cache
def layers_hash() -> str:
    """Return what tells one training from another."""
    return version_of(_file())


def _file() -> bytes:
    return data_file(FILE).read_bytes()
