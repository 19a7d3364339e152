"""Train what lays a question near the passages that answer it: ``python -m eval.fits.query_layers``.

Labels are those of ``eval/fits/selection.py``: questions with the sentences of one report that answer
them. The last four layers of the bundled encoder are trained on, for questions alone; the vectors of
the passages stay as a library holds them. The loss is that of the passages that answer among all of
the report (softmax over cosines, one temperature; as for dense retrieval with in-document negatives,
Karpukhin et al. 2020). Printed is where the first passage that answers stands, by folders the layers
were not trained on. ``--write`` writes what is shipped, trained on all, and two of half of the folders
each, so that what is fitted on cosines sees those of reports that were not trained on. PyTorch is
needed for this alone (``pip install torch``); it takes about twenty minutes on two cores.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import nn

import retrieval
from eval.cases import Case
from eval.fits.labels import (
    OPEN,
    evidence_in,
    folder_of,
    half_of,
    half_trained,
    is_made,
    is_pair,
    labelled,
)
from eval.fits.layers import SelfAttending, Steps, batches, padded, stored
from retrieval.encoder.e5_encoder import bundled_encoder
from retrieval.encoder.e5_graph import UPPER
from retrieval.encoder.e5_tokens import engine_text
from retrieval.encoder.e5_weights import read_weights, weights_file
from retrieval.encoder.query_layers import FILE, MOST_TOKENS
from retrieval.library.generations import Generation, read_pointer
from retrieval.library.library import Library

SHIPPED = Path(retrieval.__file__).parent / "data" / FILE
EPOCHS, BATCH, RATE = 3, 24, 2e-4
_SORTED = 16  # so many batches are drawn at once and sorted by length: less padding
# the logarithm of what cosines are multiplied with, at first, and how much faster it learns
_SCALE, _FASTER = 3.4, 5.0
FIRST = (1, 3, 8, 12)
Floats = NDArray[np.float32]
States = Mapping[str, NDArray[np.float16]]


@dataclass(frozen=True, slots=True)
class Row:
    """A question, the vectors of its report's passages, ``[passages, width]``, and which answer."""

    folder: str
    kind: str
    words: str
    passages: Any
    answers: Any


def rows() -> list[Row]:
    """Return every labelled question of one report in which some passages answer and some do not."""
    held: dict[tuple[Path, str], tuple[NDArray[np.int64], Any]] = {}
    found = []
    for told in labelled(pairs=True):
        if is_made(told.case.id) or not told.desk.query.said.strip():
            continue
        for report in told.desk.reports:
            spans = evidence_in(report, told.case)
            at = told.library.folder, report.id
            if spans and at not in held:
                held[at] = _passages(told.library, report.id)
            if spans:
                places, vectors = held[at]
                met = [(places[:, 0] < end) & (start < places[:, 1]) for start, end in spans]
                answers = torch.from_numpy(np.any(met, axis=0))
                if answers.any() and not answers.all():
                    said, folder = told.desk.query.said, folder_of(told.suite)
                    found.append(Row(folder, kind_of(told.case), said, vectors, answers))
    return found


def _passages(library: Library, report: str) -> tuple[NDArray[np.int64], Any]:
    """Return where the passages of a report stand, ``[passages, 2]``, and their vectors."""
    served = read_pointer(library.folder)
    assert served is not None  # a library of the suites is made whole
    dense = Generation(library.folder, served).dense
    chunks = [library.chunk(name) for name, _ in dense.rows_of(report)]
    places = np.array([(chunk.start, chunk.end) for chunk in chunks], np.int64).reshape(-1, 2)
    return places, torch.from_numpy(np.array(dense.vectors_of(report), np.float32))


def kind_of(case: Case) -> str:
    """Return what a case is counted among: open pairs, other pairs, cases."""
    return "open" if case.kind == OPEN else "pairs" if is_pair(case.id) else "cases"


def states(told: Sequence[Row]) -> States:
    """Return what enters the upper layers of the encoder, for every question."""
    encoder = bundled_encoder()
    words = sorted({row.words for row in told}, key=lambda text: (len(text), text))
    return {
        text: encoder.placed(engine_text(text), "query", MOST_TOKENS)[0].astype(np.float16)
        for text in words
    }


class Queries(nn.Module):  # type: ignore[misc]
    """Question → a vector of length 1."""

    def __init__(self) -> None:
        super().__init__()
        weights = read_weights(weights_file())
        below = weights.layers - UPPER
        self.layers = nn.ModuleList(SelfAttending(weights, f"l{below + i}.") for i in range(UPPER))
        self.scale = nn.Parameter(torch.tensor(_SCALE))

    def forward(self, state: Any, real: Any) -> Any:
        """Return the vectors of questions, ``[questions, width]``; ``real`` marks no padding."""
        for layer in self.layers:
            state = layer(state, real)
        kept = real.unsqueeze(-1)
        return F.normalize((state * kept).sum(1) / kept.sum(1), dim=1)


def train(told: Sequence[Row], known: States) -> Queries:
    """Return layers trained on rows, the same every time on one machine."""
    torch.manual_seed(0)
    chance = random.Random(0)
    queries, told = Queries(), list(told)
    count = EPOCHS * -(-len(told) // BATCH)
    steps = Steps(queries, list(queries.layers.parameters()), RATE, _FASTER, count)
    for epoch in range(EPOCHS):
        queries.train()
        lost = 0.0
        for batch in batches(told, BATCH, _SORTED, lambda row: len(row.words), chance):
            lost += steps.step(_loss(queries, known, batch))
        print(f"round {epoch + 1} of {EPOCHS}: loss {lost * EPOCHS / count:.3f}", flush=True)
    queries.eval()
    return queries


def _loss(queries: Queries, known: States, batch: Sequence[Row]) -> Any:
    vectors = queries(*padded([known[row.words] for row in batch]))
    lost = []
    for vector, row in zip(vectors, batch, strict=True):
        scores = torch.exp(queries.scale) * (row.passages @ vector)
        lost.append(torch.logsumexp(scores, 0) - torch.logsumexp(scores[row.answers], 0))
    return torch.stack(lost).mean()


def ranks(queries: Queries, known: States, told: Sequence[Row]) -> NDArray[np.int64]:
    """Return how many passages stand before the first that answers, of each row."""
    found = []
    with torch.no_grad():
        for row in told:
            scores = row.passages @ queries(*padded([known[row.words]]))[0]
            found.append(int((scores > scores[row.answers].max()).sum()))
    return np.array(found, np.int64)


def format_ranks(found: NDArray[np.int64]) -> str:
    """Return the mean of the reciprocal ranks, and how often one is among the first so many."""
    shares = ", ".join(f"{np.mean(found < first):.3f} among {first}" for first in FIRST)
    return f"reciprocal rank {np.mean(1 / (1 + found)):.3f}; {shares}"


def write(queries: Queries, file: Path) -> None:
    """Write the layers, matrices in small integers with a scale an output."""
    tensors: dict[str, NDArray[Any]] = {}
    for i, layer in enumerate(queries.layers):
        tensors |= stored(f"l{i}", layer)
    np.savez_compressed(file, **cast(Any, tensors))


def main(argv: Sequence[str] | None = None) -> None:
    """Train on either half of the folders and measure on the other; with ``--write`` on all, too."""
    parser = argparse.ArgumentParser(prog="python -m eval.fits.query_layers", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {FILE} and the two of halves")
    args = parser.parse_args(argv)
    told = rows()
    known = states(told)
    plain = Queries().eval()
    for half in range(2):
        out = [row for row in told if half_of(row.folder) == half]
        queries = train([row for row in told if half_of(row.folder) != half], known)
        for kind in sorted({row.kind for row in out}):
            some = [row for row in out if row.kind == kind]
            for name, layers in (("as it comes", plain), ("trained", queries)):
                print(f"{kind}, {len(some)}, {name}: {format_ranks(ranks(layers, known, some))}")
        if args.write:
            write(queries, half_trained(half))
    if args.write:
        write(train(told, known), SHIPPED)


if __name__ == "__main__":
    main()
