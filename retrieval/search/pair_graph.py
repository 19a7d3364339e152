"""The reader of pairs as an ONNX graph: upper layers in which a question attends to a passage.

The layers are the bundled encoder's last ones, trained on; only the tokens of the question go
through them, and each attends to the question and to what a passage's tokens were when they entered
that layer of the encoder. What is left of the question is pooled and weighed.
"""

from __future__ import annotations

import numpy as np

from retrieval.search.e5_graph import LENGTHS, UPPER, Layers, Tensors
from retrieval.search.onnx_file import GraphWriter

QUESTION, SCORES = "question", "scores"
PASSAGES = tuple(f"passages.{i}" for i in range(UPPER))


def pair_graph(weights: Tensors) -> bytes:
    """Return the model file.

    ``question [pairs, tokens, width]``, ``passages.0`` and ``.1`` ``[pairs, others, width]``,
    ``lengths [pairs]``, which counts the tokens of question and passage, → ``scores [pairs, 1]``.
    """
    return _Pairs(GraphWriter("pair-reader"), weights).write()


class _Pairs(Layers):
    def write(self) -> bytes:
        graph, weights = self._graph, self._weights
        width = len(weights.vector("l0.ao.b"))
        state = graph.input(QUESTION, "float32", ["pairs", "tokens", width])
        for name in PASSAGES:
            graph.input(name, "float32", ["pairs", "others", width])
        graph.input(LENGTHS, "int32", ["pairs"])
        graph.constant("halves", np.full(2, width, np.int64))
        for i, passage in enumerate(PASSAGES):
            at = f"l{i}."
            graph.constant(f"{at}kind", weights.vector(f"{at}kind"))
            told = self._sum(passage, f"{at}kind", f"{at}passage")
            both = graph.node("Concat", [state, told], f"{at}both", axis=1)
            asked = self._product(state, f"{at}q", weights.matrix(f"{at}q.w"))
            joined = np.concatenate([weights.matrix(f"{at}{part}.w") for part in "kv"])
            held = self._product(both, f"{at}kv", joined)
            graph.node("Split", [held, "halves"], [f"{at}k", f"{at}v"], axis=-1)
            state = self._attending(state, [asked, f"{at}k", f"{at}v"], at)
        mean = graph.node("ReduceMean", [state], "mean", axes=[1], keepdims=0)
        most = graph.node("ReduceMax", [state], "most", axes=[1], keepdims=0)
        pooled = graph.node("Concat", [mean, most], "pooled", axis=-1)
        inner = graph.node("MatMul", [pooled, self._plain("inner.w")], "inner")
        graph.constant("inner.b", weights.vector("inner.b"))
        bent = graph.node("BiasGelu", [inner, "inner.b"], "bent", domain="com.microsoft")
        outer = graph.node("MatMul", [bent, self._plain("outer.w")], "outer")
        graph.constant("outer.b", weights.vector("outer.b"))
        graph.node("Add", [outer, "outer.b"], SCORES)
        graph.output(SCORES, "float32", ["pairs", 1])
        return graph.to_bytes()

    def _plain(self, name: str) -> str:
        return self._graph.constant(name, self._weights.matrix(name).T)
