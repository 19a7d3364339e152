"""The encoder of the bundled model as an ONNX graph that multiplies small integers.

Weights are stored at 7 bits an output's own scale: products of an unsigned byte and such a
weight, summed two by two, fit into 16 bits, so that every processor gets the same sums (at 8
bits those without VNNI clip). Activations become bytes at run time, each token by its own largest
value: a text's vector then does not depend on the texts beside it, which one scale for a whole
batch, the runtime's own way, brings to a cosine of 0.997.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from retrieval.encoder.e5_weights import Floats, Weights
from retrieval.encoder.onnx_file import UINT8, VENDOR, GraphWriter

GRAPH_VERSION = 1
"""Counted up when the vectors that come out change."""
FILE_VERSION = 4
"""Counted up when the file changes and the vectors do not."""

EMBEDDED, LENGTHS, HIDDEN = "embedded", "lengths", "hidden"
UPPER = 4
"""The layers on top that what reads questions has in a trained form of its own."""
ENTERING = tuple(f"entering.{i}" for i in range(UPPER))
"""The states that enter each of them."""
_WEIGHT_LEVELS = 63
_BYTE_LEVELS = 127


class Tensors(Protocol):
    """What layers are made of, by name."""

    @property
    def heads(self) -> int:
        """How many heads of attention a layer has."""
        ...

    @property
    def epsilon(self) -> float:
        """What is added to a variance."""
        ...

    def vector(self, name: str) -> Floats:
        """Return a bias or a norm."""
        ...

    def matrix(self, name: str) -> Floats:
        """Return a matrix ``[outputs, inputs]``."""
        ...


def lower_graph(weights: Weights) -> bytes:
    """Return the file of the lower layers: ``embedded [texts, tokens, width]`` → ``ENTERING[0]``.

    ``embedded`` is the sum of a token's embeddings, before their normalisation. Both graphs take
    ``lengths [texts]``, too: tokens beyond a text's length are not attended to, and mean nothing in
    what comes out.
    """
    return _Encoder(GraphWriter("multilingual-e5-small-lower"), weights).lower()


def upper_graph(weights: Weights) -> bytes:
    """Return the file of the layers above: ``ENTERING[0]`` → the others of ``ENTERING``, ``hidden``."""
    return _Encoder(GraphWriter("multilingual-e5-small-upper"), weights).upper()


class Layers:
    """The layers of the model as nodes of a graph."""

    def __init__(self, graph: GraphWriter, weights: Tensors) -> None:
        self._weights = weights
        self._graph = graph
        graph.constant("levels", np.array(_BYTE_LEVELS, np.float32))
        graph.constant("step", np.array(1 / _BYTE_LEVELS, np.float32))
        graph.constant("rounding", np.array(_BYTE_LEVELS + 1.5, np.float32))
        graph.constant("tiny", np.array(1e-9, np.float32))
        graph.constant("one", np.array(1.0, np.float32))
        graph.constant("middle", np.array(_BYTE_LEVELS + 1, np.uint8))

    def _layer(self, state: str, at: str) -> str:
        """Return the states after a layer in which a text attends to itself."""
        thirds = self._graph.constant(
            f"{at}thirds", np.full(3, len(self._weights.vector(f"{at}q.b")), np.int64)
        )
        joined = np.concatenate([self._weights.matrix(f"{at}{part}.w") for part in "qkv"])
        asked = self._product(state, f"{at}qkv", joined)
        parts = [f"{at}{part}" for part in "qkv"]
        self._graph.node("Split", [asked, thirds], parts, axis=-1)
        return self._attending(state, parts, at)

    def _attending(self, state: str, parts: Sequence[str], at: str) -> str:
        """Return the states after a layer, from its queries, keys and values before their bias."""
        graph, weights = self._graph, self._weights
        bias = np.concatenate([weights.vector(f"{at}{part}.b") for part in "qkv"])
        graph.constant(f"{at}qkv.b", bias)
        inputs = [*parts, f"{at}qkv.b", LENGTHS]
        attended = graph.node(
            "MultiHeadAttention", inputs, f"{at}attended", domain=VENDOR, num_heads=weights.heads
        )
        told = self._linear(attended, f"{at}ao")
        state = self._normalised(self._sum(told, state, f"{at}ao.sum"), f"{at}aln")
        inner = self._product(state, f"{at}fi", weights.matrix(f"{at}fi.w"))
        graph.constant(f"{at}fi.b", weights.vector(f"{at}fi.b"))
        bent = graph.node("BiasGelu", [inner, f"{at}fi.b"], f"{at}bent", domain=VENDOR)
        outer = self._linear(bent, f"{at}fo")
        return self._normalised(self._sum(outer, state, f"{at}fo.sum"), f"{at}oln")

    def _linear(self, state: str, name: str) -> str:
        product = self._product(state, name, self._weights.matrix(f"{name}.w"))
        bias = self._graph.constant(f"{name}.b", self._weights.vector(f"{name}.b"))
        return self._sum(product, bias, f"{name}.out")

    def _product(self, state: str, name: str, matrix: Floats) -> str:
        """Multiply by ``matrix [outputs, inputs]`` in integers."""
        graph = self._graph
        largest = np.maximum(np.abs(matrix).max(axis=1), np.finfo(np.float32).tiny)
        scales = (largest / _WEIGHT_LEVELS).astype(np.float32)
        levels = np.rint(matrix / scales[:, np.newaxis]).astype(np.int8)
        stored = graph.constant(f"{name}.levels", levels.T)
        scale = graph.constant(f"{name}.scales", scales)
        zeros = graph.constant(f"{name}.zeros", np.zeros(len(scales), np.int8))
        bytes_, step = self._as_bytes(state, name)
        product = graph.node(
            "MatMulIntegerToFloat",
            [bytes_, stored, "one", scale, "middle", zeros],
            f"{name}.product",
            domain=VENDOR,
        )
        return graph.node("Mul", [product, step], f"{name}.scaled")

    def _as_bytes(self, state: str, name: str) -> tuple[str, str]:
        """Return ``state`` in bytes around ``middle`` and the size of a step, token by token."""
        graph = self._graph
        high = graph.node("ReduceMax", [state], f"{name}.high", axes=[-1], keepdims=1)
        low = graph.node("ReduceMin", [state], f"{name}.low", axes=[-1], keepdims=1)
        under = graph.node("Neg", [low], f"{name}.under")
        largest = graph.node("Max", [high, under, "tiny"], f"{name}.largest")
        step = graph.node("Mul", [largest, "step"], f"{name}.step")
        inverse = graph.node("Div", ["levels", largest], f"{name}.inverse")
        scaled = graph.node("Mul", [state, inverse], f"{name}.steps")
        # A cast cuts off, so half a step more rounds.
        raised = graph.node("Add", [scaled, "rounding"], f"{name}.raised")
        return graph.node("Cast", [raised], f"{name}.bytes", to=UINT8), step

    def _sum(self, one: str, other: str, name: str) -> str:
        return self._graph.node("Add", [one, other], name)

    def _normalised(self, state: str, name: str) -> str:
        graph = self._graph
        scale = graph.constant(f"{name}.w", self._weights.vector(f"{name}.w"))
        shift = graph.constant(f"{name}.b", self._weights.vector(f"{name}.b"))
        inputs, epsilon = [state, scale, shift], float(self._weights.epsilon)
        return graph.node("LayerNormalization", inputs, f"{name}.out", axis=-1, epsilon=epsilon)


class _Encoder(Layers):
    _weights: Weights

    def lower(self) -> bytes:
        self._graph.input(EMBEDDED, "float32", self._axes)
        state = self._normalised(EMBEDDED, "emb.ln")
        return self._written(state, range(self._weights.layers - UPPER), ENTERING[:1])

    def upper(self) -> bytes:
        state = self._graph.input(ENTERING[0], "float32", self._axes)
        layers = range(self._weights.layers - UPPER, self._weights.layers)
        return self._written(state, layers, (*ENTERING[1:], HIDDEN))

    @property
    def _axes(self) -> tuple[str, str, int]:
        return ("texts", "tokens", self._weights.width)

    def _written(self, state: str, layers: Sequence[int], outputs: Sequence[str]) -> bytes:
        """Return the file that reads ``state`` by ``layers``: the last ones' states come out."""
        self._graph.input(LENGTHS, "int32", ["texts"])
        states = [state := self._layer(state, f"l{layer}.") for layer in layers]
        for left, name in zip(states[-len(outputs) :], outputs, strict=True):
            self._graph.node("Identity", [left], name)
            self._graph.output(name, "float32", self._axes)
        return self._graph.to_bytes()
