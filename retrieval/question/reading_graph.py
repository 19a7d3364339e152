"""The trained layers that read a message, and the heads over them, as two ONNX graphs.

The layers are the bundled encoder's last ones, trained on. The act is told from all tokens, the wish
of a part from its tokens and all.
"""

from __future__ import annotations

from retrieval.encoder.e5_graph import LENGTHS, UPPER, Layers, Tensors
from retrieval.encoder.onnx_file import GraphWriter

ENTERING, MARKS, LEAVING, ACT, POOLED = "entering", "marks", "leaving", "act", "pooled"
WISH = ("content", "operation", "pair")


def reading_graph(weights: Tensors) -> bytes:
    """Return the model file.

    ``entering [1, tokens, width]``, ``marks [1, tokens, marks]``, ``lengths [1]`` →
    ``leaving [1, tokens, width]`` and, as scores, ``act [1, acts]``.
    """
    return _Reading(GraphWriter("question-reader"), weights).write()


def wish_graph(weights: Tensors) -> bytes:
    """Return the model file: ``pooled [1, 4 * width]`` → ``content``, ``operation``, ``pair``."""
    return _Wishes(GraphWriter("wish-reader"), weights).write()


class _Heads(Layers):
    def _head(self, state: str, name: str) -> str:
        """Return the scores of a head, in plain numbers."""
        matrix = self._graph.constant(f"{name}.w", self._weights.matrix(f"{name}.w").T)
        bias = self._graph.constant(f"{name}.b", self._weights.vector(f"{name}.b"))
        told = self._graph.node("MatMul", [state, matrix], f"{name}.told")
        return self._sum(told, bias, name)

    def _outputs(self, *names: str) -> None:
        for name in names:
            self._graph.output(name, "float32", [1, len(self._weights.vector(f"{name}.b"))])


class _Reading(_Heads):
    def write(self) -> bytes:
        graph, width = self._graph, len(self._weights.vector("l0.ao.b"))
        graph.input(ENTERING, "float32", [1, "tokens", width])
        seen = graph.constant("marks.w", self._weights.matrix("marks.w").T)
        graph.input(MARKS, "float32", [1, "tokens", len(self._weights.matrix("marks.w").T)])
        graph.input(LENGTHS, "int32", [1])
        state = self._sum(graph.node("MatMul", [MARKS, seen], "marked"), ENTERING, "placed")
        for layer in range(UPPER):
            state = self._layer(state, f"l{layer}.")
        graph.node("Identity", [state], LEAVING)
        mean = graph.node("ReduceMean", [state], "mean", axes=[1], keepdims=0)
        most = graph.node("ReduceMax", [state], "most", axes=[1], keepdims=0)
        self._head(graph.node("Concat", [mean, most], "whole", axis=-1), ACT)
        graph.output(LEAVING, "float32", [1, "tokens", width])
        self._outputs(ACT)
        return graph.to_bytes()


class _Wishes(_Heads):
    def write(self) -> bytes:
        graph = self._graph
        graph.input(POOLED, "float32", [1, self._weights.matrix("pool.w").shape[1]])
        bent = graph.node("Relu", [self._head(POOLED, "pool")], "bent")
        for name in WISH:
            self._head(bent, name)
        self._outputs(*WISH)
        return graph.to_bytes()
