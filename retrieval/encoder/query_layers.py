"""The layers that make a question's vector: the bundled encoder's upper ones, trained on.

The model as it comes lays a question near texts that speak alike. As ``eval/fits/query_layers.py``
has trained it on labelled questions it lays it near the passages that answer it; theirs stay as
they are, so that nothing stored is made anew.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from retrieval.encoder.e5_encoder import E5Encoder, cache_folder, open_kept
from retrieval.encoder.e5_graph import LENGTHS, UPPER, Layers, Tensors
from retrieval.encoder.e5_weights import Floats
from retrieval.encoder.onnx_file import GraphWriter
from retrieval.encoder.stored_layers import stored_layers, version_of
from retrieval.shipped import data_file

FILE = "query_layers.npz"
MOST_TOKENS = 160  # what a message says later is not looked for
ENTERING, VECTOR = "entering", "vector"


class QueryLayers:
    """The trained layers, loaded. Safe to use from several threads."""

    def __init__(self, file: bytes | None = None) -> None:
        """Load what a training wrote, by default what is shipped.

        Raises ``OSError``, ``ValueError`` or ``RuntimeError`` where that fails.
        """
        file = shipped() if file is None else file
        layers = stored_layers(file)
        self._session = open_kept(
            "queries", version_of(file), lambda: query_graph(layers), cache_folder()
        )

    def vector(self, encoder: E5Encoder, text: str) -> Floats:
        """Return the vector of a question, not yet of length 1, of shape ``[width]``."""
        states, _ = encoder.placed(text, "query", MOST_TOKENS)
        inputs: dict[str, Any] = {
            ENTERING: states[np.newaxis],
            LENGTHS: np.array([len(states)], np.int32),
        }
        vector: Floats = self._session.run([VECTOR], inputs)[0][0]
        return vector


def query_graph(weights: Tensors) -> bytes:
    """Return the model file: ``entering [1, tokens, width]``, ``lengths [1]`` → ``vector [1, width]``."""
    return _Queries(GraphWriter("query-layers"), weights).write()


class _Queries(Layers):
    def write(self) -> bytes:
        graph, width = self._graph, len(self._weights.vector("l0.ao.b"))
        graph.input(ENTERING, "float32", [1, "tokens", width])
        graph.input(LENGTHS, "int32", [1])
        state = ENTERING
        for layer in range(UPPER):
            state = self._layer(state, f"l{layer}.")
        graph.node("ReduceMean", [state], VECTOR, axes=[1], keepdims=0)
        graph.output(VECTOR, "float32", [1, width])
        return graph.to_bytes()


@cache
def query_hash() -> str:
    """Return what tells one training from another."""
    return version_of(shipped())


def shipped() -> bytes:
    """Return the bytes of what is shipped."""
    return data_file(FILE).read_bytes()
