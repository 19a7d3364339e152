"""The reader of pairs as an ONNX graph: upper layers in which a question attends to a passage.

The layers are the bundled encoder's last ones, trained on; only the tokens of the question go
through them, and each attends to the question and to what a passage's tokens were when they entered
that layer of the encoder. What is left of the question is pooled and weighed. Readers trained on
other questions each stand side by side, and the mean of what they say is the score.
"""

from __future__ import annotations

import numpy as np

from retrieval.encoder.e5_graph import LENGTHS, UPPER, Layers, Tensors
from retrieval.encoder.onnx_file import GraphWriter

QUESTION, SCORES = "question", "scores"
PASSAGES = tuple(f"passages.{i}" for i in range(UPPER))
READERS = ("r0.", "r1.")
OWN_SCORES = tuple(f"{reader}score" for reader in READERS)
"""What each reader says by itself."""


def pair_graph(weights: Tensors) -> bytes:
    """Return the model file.

    ``question [pairs, tokens, width]``, ``passages.0`` … ``[pairs, others, width]``, one a layer,
    ``lengths [pairs]``, which counts the tokens of question and passage, → ``scores [pairs, 1]`` and
    those of each reader, ``OWN_SCORES``.
    """
    return _Pairs(GraphWriter("pair-reader"), weights).write()


class _Pairs(Layers):
    def write(self) -> bytes:
        graph = self._graph
        width = len(self._weights.vector(f"{READERS[0]}l0.ao.b"))
        graph.input(QUESTION, "float32", ["pairs", "tokens", width])
        for name in PASSAGES:
            graph.input(name, "float32", ["pairs", "others", width])
        graph.input(LENGTHS, "int32", ["pairs"])
        graph.constant("halves", np.full(2, width, np.int64))
        graph.node("Mean", [self._score(reader) for reader in READERS], SCORES)
        for name in (SCORES, *OWN_SCORES):
            graph.output(name, "float32", ["pairs", 1])
        return graph.to_bytes()

    def _score(self, reader: str) -> str:
        graph, weights, state = self._graph, self._weights, QUESTION
        for i, passage in enumerate(PASSAGES):
            at = f"{reader}l{i}."
            graph.constant(f"{at}kind", weights.vector(f"{at}kind"))
            told = self._sum(passage, f"{at}kind", f"{at}passage")
            both = graph.node("Concat", [state, told], f"{at}both", axis=1)
            asked = self._product(state, f"{at}q", weights.matrix(f"{at}q.w"))
            joined = np.concatenate([weights.matrix(f"{at}{part}.w") for part in "kv"])
            held = self._product(both, f"{at}kv", joined)
            graph.node("Split", [held, "halves"], [f"{at}k", f"{at}v"], axis=-1)
            state = self._attending(state, [asked, f"{at}k", f"{at}v"], at)
        mean = graph.node("ReduceMean", [state], f"{reader}mean", axes=[1], keepdims=0)
        most = graph.node("ReduceMax", [state], f"{reader}most", axes=[1], keepdims=0)
        pooled = graph.node("Concat", [mean, most], f"{reader}pooled", axis=-1)
        inner = graph.node("MatMul", [pooled, self._plain(f"{reader}inner.w")], f"{reader}inner")
        graph.constant(f"{reader}inner.b", weights.vector(f"{reader}inner.b"))
        bent = graph.node(
            "BiasGelu", [inner, f"{reader}inner.b"], f"{reader}bent", domain="com.microsoft"
        )
        outer = graph.node("MatMul", [bent, self._plain(f"{reader}outer.w")], f"{reader}outer")
        graph.constant(f"{reader}outer.b", weights.vector(f"{reader}outer.b"))
        return graph.node("Add", [outer, f"{reader}outer.b"], f"{reader}score")

    def _plain(self, name: str) -> str:
        return self._graph.constant(name, self._weights.matrix(name).T)
