"""What trained layers make of a message: its act, and what each of its parts wishes for.

The last four layers of the bundled encoder, as ``eval/fits/reader/training.py`` has trained them on
the corpus, read the message's tokens, each with what the name tables tell of it and what was wished
before (``reading_graph``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder.e5_encoder import bundled_encoder, cache_folder, open_graph, open_kept
from retrieval.encoder.e5_graph import LENGTHS
from retrieval.encoder.e5_tokens import engine_text
from retrieval.encoder.stored_layers import stored_layers, version_of
from retrieval.question.features import NameTable, character_marks
from retrieval.question.reading_graph import (
    ACT,
    ENTERING,
    LEAVING,
    MARKS,
    POOLED,
    WISH,
    reading_graph,
    wish_graph,
)
from retrieval.question.request import ACTS, CONTENTS, OPERATIONS
from retrieval.question.wishes import Wished
from retrieval.shipped import model_file
from retrieval.text.once import once

Floats = NDArray[np.float32]
FILE = "reader.npz"
MOST_TOKENS = 160
_BEFORE = ("content_before", "operation_before")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the layers make of one message.

    ``acts`` are log probabilities, ``states`` are of tokens, ``rows`` the token of each character.
    """

    layers: QuestionLayers
    states: Floats
    rows: NDArray[np.int64]
    acts: Mapping[str, float]

    def wishes(self, start: int, end: int) -> Mapping[Wished, float]:
        """Return the log probability of each reading of a part, content and operation."""
        part = np.unique(self.rows[start:end])
        return self.layers.wishes_of(self.states, self.states[part] if len(part) else self.states)


class QuestionLayers:
    """The trained layers, loaded. Safe to use from several threads."""

    def __init__(self, file: bytes) -> None:
        """Load what the training wrote; raises what ``bundled_encoder`` and ``open_graph`` raise."""
        layers = stored_layers(file)
        head = json.loads(layers.tensors["head"].tobytes().decode())
        self._of_act, self._of_wish = layers.tensors["temperatures"].tolist()
        self._pairs = [cast(Wished, tuple(pair)) for pair in head["pairs"]]
        columns = [
            CONTENTS.index(content) * len(OPERATIONS) + OPERATIONS.index(operation)
            for content, operation in self._pairs
        ]
        self._columns = np.array(columns)
        self._said = {name: layers.matrix(f"{name}.w") for name in _BEFORE}
        self._follows = layers.vector("follows")
        self._encoder = bundled_encoder()
        made = version_of(file)
        self._reading = open_kept("question", made, lambda: reading_graph(layers), cache_folder())
        self._wishes = open_graph(wish_graph(layers))

    def read(self, text: str, names: NameTable, before: Wished | None, *, follows: bool) -> Reading:
        """Return what is told of ``text``, which is not empty.

        ``before`` is the wish that stands before it in the conversation, ``follows`` whether any
        message does.
        """
        marks = character_marks(text, names).astype(np.float32)
        states, rows = self._encoder.placed(engine_text(text), "query", MOST_TOKENS)
        of_tokens = np.zeros((len(states), marks.shape[1]), np.float32)
        np.maximum.at(of_tokens, rows, marks)
        at = (CONTENTS.index(before[0]) + 1, OPERATIONS.index(before[1]) + 1) if before else (0, 0)
        for name, row in zip(_BEFORE, at, strict=True):
            states = states + self._said[name][row]
        if follows:
            states = states + self._follows
        inputs: dict[str, Any] = {
            ENTERING: states[np.newaxis],
            MARKS: of_tokens[np.newaxis],
            LENGTHS: np.array([len(states)], np.int32),
        }
        left, act = self._reading.run([LEAVING, ACT], inputs)
        acts = _log_shares(act[0] / self._of_act).tolist()
        return Reading(self, left[0], rows, dict(zip(ACTS, acts, strict=True)))

    def wishes_of(self, states: Floats, part: Floats) -> Mapping[Wished, float]:
        """Return the log probability of each reading of the part that has the states ``part``."""
        pooled = np.concatenate([f(of, axis=0) for of in (part, states) for f in (np.mean, np.max)])
        told = self._wishes.run(list(WISH), {POOLED: pooled[np.newaxis]})
        content, operation, pair = _log_shares(told[0][0]), _log_shares(told[1][0]), told[2][0]
        both = (content[:, np.newaxis] + operation).ravel() + pair
        shares = _log_shares(both[self._columns] / self._of_wish)
        return dict(zip(self._pairs, shares.tolist(), strict=True))


def _log_shares(scores: NDArray[Any]) -> Floats:
    scores = scores - scores.max(axis=-1, keepdims=True)
    return cast(Floats, scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True)))


@once
def shipped_layers() -> QuestionLayers | None:
    """Return the layers of this installation, loaded once; none where they cannot be loaded."""
    try:
        return QuestionLayers(shipped_file())
    except (ImportError, OSError, ValueError, RuntimeError):
        return None


def shipped_file() -> bytes:
    """Return the bytes of what the training wrote."""
    return model_file(FILE).read_bytes()
