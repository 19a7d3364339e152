"""Train what reads a question beside a sentence: ``python -m eval.fits.pair_reader --write``.

Labels are those of ``eval/fits/selection.py`` and ``eval/fits/leaves.py``: questions of the cases,
of the blind sets already run and of the pairs, with the first lines of the one report each asks. The
last four layers of the bundled encoder are trained on (what two do stands in decision 26): a
question's tokens attend to its own and to a line's states, which stay as the encoder makes them. The
loss is that of each line by itself (does it answer?) and of the right line among its rivals.

Two readers are trained on half of the folders of reports each; what each says of the other half is
stored for the fits of the choice (``pair_scores.npz``), so that these are fitted on readings of
reports the reader did not know (``--scores`` completes them where questions are read anew);
questions made of tables are read, and not trained on. Both are shipped: what is asked of new reports
is read by both. PyTorch is needed for this alone (``pip install torch``); it takes about an hour and
a half on two cores.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import nn

import retrieval
from bot.evidence.likely import leaders
from eval.fits import leaves
from eval.fits.labels import PAIRS, half_of, is_made
from eval.fits.layers import DROPPED, EncoderLayer, Steps, batches, padded, stored
from eval.fits.selection import (
    SCORES,
    Asked,
    fit_order,
    known_scores,
    pair_key,
    questions,
)
from retrieval.encoder.e5_encoder import Use, bundled_encoder
from retrieval.encoder.e5_graph import UPPER
from retrieval.encoder.e5_tokens import engine_text
from retrieval.encoder.e5_weights import Weights, read_weights, weights_file
from retrieval.search.pair_graph import OWN_SCORES, READERS
from retrieval.search.pair_reader import FILE, PASSAGE_TOKENS, QUESTION_TOKENS, UpperLayers

SHIPPED = Path(retrieval.__file__).parent / "data" / FILE
EPOCHS, BATCH, RATE, RIVALS = 3, 12, 2e-4, 3
_SORTED = 16  # so many batches are drawn at once and sorted by length: less padding
_HEAD = 5.0  # the new layers learn so much faster than those that are trained on
_ANSWERING = 1.5  # what a line that answers weighs beside one that does not
_AMONG = 0.5  # what the right line among its rivals weighs
States = Mapping[tuple[str, str], tuple[NDArray[np.float16], ...]]


@dataclass(frozen=True, slots=True)
class Row:
    """A question with the first lines of its report and whether each answers.

    ``made`` ones are of tables, not a person's.
    """

    folder: str
    made: bool
    words: str
    lines: tuple[str, ...]
    answers: tuple[bool, ...]


def open_rows(asked: Sequence[leaves.Asked]) -> list[Row]:
    """Return the rows of open questions: the sentences that are read, and all that answer."""
    order, by_line = leaves.fit_order(asked), leaves.fit_lines(asked)
    found = []
    for q in asked:
        lead = q.first(order, by_line)
        right = [
            (leaf, at)
            for leaf, truths in enumerate(q.right_lines)
            for at, answers in enumerate(truths)
            if answers
        ]
        lead += [place for place in right if place not in lead]
        lines = tuple(q.texts[leaf][at] for leaf, at in lead)
        answers = tuple(bool(q.right_lines[leaf][at]) for leaf, at in lead)
        found.append(Row(q.folder, False, q.words, lines, answers))
    return found


def rows(asked: Sequence[Asked]) -> list[Row]:
    """Return what is trained on; a line that answers is in it, however low it stands."""
    order = fit_order(asked)
    found = []
    for q in asked:
        if q.worded:
            continue
        right = set(np.array(q.starts)[q.right & q.answerable].tolist())
        lead = leaders(q.both @ order, q.starts, np.inf)
        seen = {q.starts[i] for i in lead}
        lead += [q.starts.index(start) for start in sorted(right - seen)]
        if lead:
            lines = tuple(q.lines[i].folded for i in lead)
            found.append(
                Row(
                    q.folder,
                    is_made(q.case),
                    q.words,
                    lines,
                    tuple(q.starts[i] in right for i in lead),
                )
            )
    return found


def states(told: Sequence[Row]) -> States:
    """Return what enters the upper layers of the encoder, for every question and line."""
    encoder = bundled_encoder()
    found: dict[tuple[str, str], tuple[NDArray[np.float16], ...]] = {}

    def learn(use: Use, texts: set[str], most: int) -> None:
        by_length = sorted(texts, key=lambda text: (len(text), text))
        for at in range(0, len(by_length), 64):
            some = by_length[at : at + 64]
            made = encoder.entering([engine_text(text) for text in some], use, most)
            for text, state in zip(some, made, strict=True):
                found[use, text] = tuple(part.astype(np.float16) for part in state)

    learn("query", {row.words for row in told}, QUESTION_TOKENS)
    learn("passage", {line for row in told for line in row.lines}, PASSAGE_TOKENS)
    return found


class Layer(EncoderLayer):
    """One layer, in which the question attends to itself and to a line."""

    def __init__(self, weights: Weights, at: str) -> None:
        super().__init__(weights, at)
        self.kind = nn.Parameter(torch.zeros(weights.width))

    def forward(self, state: Any, line: Any, real: Any) -> Any:
        """Return the question's states after this layer; ``real`` marks what is no padding."""
        return self.attending(state, torch.cat([state, line + self.kind], 1), real)


class Reader(nn.Module):  # type: ignore[misc]
    """Question and line → a score; the layers and what pools them."""

    def __init__(self) -> None:
        super().__init__()
        weights = read_weights(weights_file())
        below = weights.layers - UPPER
        self.layers = nn.ModuleList(Layer(weights, f"l{below + i}.") for i in range(UPPER))
        self.inner, self.outer = nn.Linear(2 * weights.width, 128), nn.Linear(128, 1)
        self.drop = nn.Dropout(DROPPED)

    def forward(self, state: Any, lines: Any, asked: Any, told: Any) -> Any:
        """Return a score a pair; ``asked`` and ``told`` mark the real tokens of question and line."""
        real = torch.cat([asked, told], 1)
        for layer, line in zip(self.layers, lines, strict=True):
            state = layer(state, line, real)
        kept = asked.unsqueeze(-1)
        mean = (state * kept).sum(1) / kept.sum(1)
        most = state.masked_fill(~kept, -1e4).max(1).values
        pooled = torch.cat([mean, most], 1)
        return self.outer(self.drop(F.gelu(self.inner(pooled)))).squeeze(1)


def read(reader: Reader, known: States, pairs: Sequence[tuple[str, str]]) -> Any:
    """Return the score of each pair of a question and a line, those of like length read together."""
    by_length = sorted(range(len(pairs)), key=lambda i: len(known["passage", pairs[i][1]][0]))
    half = -(-len(by_length) // 2) if len(by_length) > BATCH else len(by_length)
    scores, places = [], []
    for at in range(0, len(by_length), half):
        some = by_length[at : at + half]
        asked = [known["query", pairs[i][0]][0] for i in some]
        told = [known["passage", pairs[i][1]] for i in some]
        state, real = padded(asked)
        lines = [padded([states_[layer] for states_ in told]) for layer in range(UPPER)]
        scores.append(reader(state, [line for line, _ in lines], real, lines[0][1]))
        places += some
    return torch.cat(scores)[torch.argsort(torch.tensor(places))]


def train(told: Sequence[Row], known: States) -> Reader:
    """Return a reader trained on rows, the same every time on one machine."""
    torch.manual_seed(0)
    chance = random.Random(0)
    reader, told = Reader(), list(told)
    upper = [p for layer in reader.layers for n, p in layer.named_parameters() if n != "kind"]
    count = EPOCHS * -(-len(told) // BATCH)
    steps = Steps(reader, upper, RATE, _HEAD, count)
    for epoch in range(EPOCHS):
        reader.train()
        lost = 0.0
        for batch in batches(told, BATCH, _SORTED, lambda row: len(row.words), chance):
            lost += steps.step(_loss(reader, known, [_drawn(row, chance) for row in batch]))
        print(f"round {epoch + 1} of {EPOCHS}: loss {lost * EPOCHS / count:.3f}", flush=True)
    reader.eval()
    return reader


def _drawn(row: Row, chance: random.Random) -> list[tuple[str, str, bool]]:
    """Return a line that answers, if any, the first that does not, and others drawn by chance."""
    right = [line for line, answers in zip(row.lines, row.answers, strict=True) if answers]
    wrong = [line for line, answers in zip(row.lines, row.answers, strict=True) if not answers]
    rivals = wrong[:1] + chance.sample(wrong[1:], min(len(wrong[1:]), RIVALS - 1))
    drawn = [(row.words, chance.choice(right), True)] if right else []
    return drawn + [(row.words, line, False) for line in rivals]


def _loss(reader: Reader, known: States, drawn: Sequence[list[tuple[str, str, bool]]]) -> Any:
    pairs = [(words, line) for of_row in drawn for words, line, _ in of_row]
    right = torch.tensor([float(answers) for of_row in drawn for *_, answers in of_row])
    scores = read(reader, known, pairs)
    weight = torch.tensor(_ANSWERING)
    loss = F.binary_cross_entropy_with_logits(scores, right, pos_weight=weight)
    among, at = [], 0
    for of_row in drawn:
        if of_row[0][2]:
            among.append(-F.log_softmax(scores[at : at + len(of_row)], 0)[0])
        at += len(of_row)
    return loss + _AMONG * torch.stack(among).mean() if among else loss


def halves(told: Sequence[Row]) -> Iterator[tuple[list[Row], list[Row]]]:
    """Yield what is trained on and what is read with it, by folder."""
    for half in range(2):
        held_out = {row.folder for row in told if half_of(row.folder) == half}
        yield (
            [row for row in told if row.folder not in held_out and not row.made],
            [row for row in told if row.folder in held_out],
        )


def scored(reader: Reader, known: States, told: Sequence[Row]) -> dict[int, float]:
    """Return the score of every pair of rows under its key."""
    found: dict[int, float] = {}
    with torch.no_grad():
        for row in told:
            scores = read(reader, known, [(row.words, line) for line in row.lines]).tolist()
            found.update(
                zip((pair_key(row.words, line) for line in row.lines), scores, strict=True)
            )
    return found


class _Kept:
    """The encoder with what it made of a text kept: a line stands beside many questions."""

    def __init__(self) -> None:
        self._encoder = bundled_encoder()
        self._made: dict[tuple[str, str], tuple[NDArray[np.float32], ...]] = {}

    def entering(
        self, texts: Sequence[str], use: Use, most: int, *, workers: int = 1
    ) -> list[tuple[NDArray[np.float32], ...]]:
        """Return what enters the upper layers for each text."""
        new = [text for text in dict.fromkeys(texts) if (use, text) not in self._made]
        if new:
            made = self._encoder.entering(new, use, most, workers=workers)
            self._made.update(zip([(use, text) for text in new], made, strict=True))
        return [self._made[use, text] for text in texts]

    def placed(self, text: str, use: Use, most: int) -> tuple[NDArray[np.float32], Any]:
        """Return what enters the first of them for a text."""
        return self._encoder.placed(text, use, most)


def scores_wanting(told: Sequence[Row], known: Mapping[int, float]) -> dict[int, float]:
    """Return the scores that are not stored, each by the shipped reader not trained on its report.

    Questions that are read anew have other words for the same reports.
    """
    readers = UpperLayers()
    found: dict[int, float] = {}
    for by, (_, read_) in zip(OWN_SCORES, halves(told), strict=True):
        kept = _Kept()
        for row in read_:
            keys = {pair_key(row.words, line): line for line in row.lines}
            new = {key: line for key, line in keys.items() if key not in known}
            if new:
                lines = [engine_text(line) for line in new.values()]
                scores = readers.read(kept, engine_text(row.words), lines, by=by)
                found.update(zip(new, scores.tolist(), strict=True))
    return found


def write_scores(scores: Mapping[int, float]) -> None:
    """Write ``pair_scores.npz``."""
    kept = sorted(scores)
    values = np.array([scores[key] for key in kept], np.float16)
    np.savez_compressed(SCORES, keys=np.array(kept, np.uint64), scores=values)


def write(readers: Sequence[Reader]) -> None:
    """Write the trained layers, matrices in small integers with a scale an output."""
    tensors: dict[str, NDArray[Any]] = {"pairs": np.array(pairs_hash())}

    for prefix, reader in zip(READERS, readers, strict=True):
        for i, layer in enumerate(reader.layers):
            tensors[f"{prefix}l{i}.kind"] = layer.kind.detach().numpy()
            tensors |= stored(f"{prefix}l{i}", layer)
        tensors |= stored(f"{prefix}inner", reader.inner) | stored(f"{prefix}outer", reader.outer)
    np.savez_compressed(SHIPPED, **cast(Any, tensors))


def pairs_hash() -> str:
    """Return what tells one file of pairs from another: new ones are trained on, too."""
    return sha256(PAIRS.read_bytes()).hexdigest()[:16]


def main(argv: Sequence[str] | None = None) -> None:
    """Train; print how often the reader's own first line answers; write what is shipped."""
    parser = argparse.ArgumentParser(prog="python -m eval.fits.pair_reader", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {FILE} and {SCORES.name}")
    parser.add_argument(
        "--scores", action="store_true", help=f"train nothing, complete {SCORES.name}"
    )
    args = parser.parse_args(argv)
    told = rows(questions()) + open_rows(leaves.questions())
    if args.scores:
        wanting = scores_wanting(told, known_scores())
        keys = {pair_key(row.words, line) for row in told for line in row.lines}
        whole = {**known_scores(), **wanting}
        write_scores({key: score for key, score in whole.items() if key in keys})
        print(f"{len(keys)} pairs, {len(wanting)} of them scored anew")
        return
    known = states(told)
    scores: dict[int, float] = {}
    readers = []
    for trained_on, read_ in halves(told):
        readers.append(train(trained_on, known))
        scores |= scored(readers[-1], known, read_)
    having = [row for row in told if any(row.answers) and not row.made]
    told_of = [[scores[pair_key(row.words, line)] for line in row.lines] for row in having]
    right = sum(row.answers[int(np.argmax(s))] for row, s in zip(having, told_of, strict=True))
    before = sum(row.answers[0] for row in having)
    print(f"{len(having)} with an answer: first by the order {before}, by the reader {right}")
    if args.write:
        write_scores(scores)
        write(readers)


if __name__ == "__main__":
    main()
