"""Train the layers that read a message (``retrieval.question.question_layers``) on labelled ones.

The last four layers of the bundled encoder are trained on, from what the encoder makes of a
message before them, together with the heads: the act of the message, content and operation of each
part, and, to learn from the labelled spans, too, the kind of each character and whether a further
wish begins before it. These two are not shipped: the tagger tells the ends of spans better. PyTorch
is needed for this alone (``pip install torch``).
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import nn

from eval.fits.layers import DROPPED, SelfAttending, Steps, batches, stored
from eval.fits.reader.invented_names import renamed
from eval.fits.reader.tagging import THEMES_OPEN, WISHES_ONLY, part_marks, span_marks
from eval.fits.reader.utterances import Utterance
from retrieval.encoder.e5_encoder import bundled_encoder
from retrieval.encoder.e5_graph import UPPER
from retrieval.encoder.e5_tokens import engine_text
from retrieval.encoder.e5_weights import read_weights, weights_file
from retrieval.encoder.stored_layers import small_integers
from retrieval.question.features import MARKS, NameTable, character_marks
from retrieval.question.question_layers import MOST_TOKENS
from retrieval.question.request import ACTS, CONTENTS, OPERATIONS, Tag
from retrieval.question.wishes import Wished
from retrieval.text.normalise import level

EPOCHS, BATCH, RATE = 4, 24, 2e-4
_HEADS = 5.0  # the heads, which are new, learn so much faster than the layers
_SORTED = 20  # so many batches are drawn at once and sorted by length: less padding
_SEEN, _CHARACTER, _POOLED = 128, 48, 256  # widths: a character's state, itself, a part's
_BY_CHARACTER = 3.0  # a mean over characters weighs so much beside one over messages
_LEAST = 5  # a character that stands less often in the corpus is any character
_OWN = 0.5  # of messages with a place: its library holds that place
TAGS: tuple[Tag, ...] = Tag.__args__  # type: ignore[attr-defined]
KINDS = ("O", *(f"{place}-{tag}" for tag in TAGS for place in "BI"))
"""What a character may be: outside, or at the beginning or inside of a span."""
CONVOLUTIONS = ("near", "far")
_WRITTEN = ("marks", "act", "pool", "content", "operation", "pair")
_NOT_LABELLED = -100
"""What ``torch`` leaves out of a loss."""


@dataclass(slots=True)
class Example:
    """A message as the layers take it, with its labels."""

    states: NDArray[np.float16]
    rows: NDArray[np.int64]
    marks: NDArray[np.float32]
    edges: NDArray[np.float32]
    characters: NDArray[np.int64]
    act: int
    kinds: NDArray[np.int64]
    breaks: NDArray[np.int64]
    parts: Sequence[tuple[int, int, int]]
    history: tuple[str, ...]
    before: Wished | None = None


def characters_of(corpus: Sequence[Utterance]) -> list[str]:
    """Return the characters that are told apart, sorted."""
    counts = Counter(char for u in corpus for char in level(u.text))
    return sorted(char for char, n in counts.items() if n >= _LEAST)


def examples(corpus: Sequence[Utterance], characters: Sequence[str]) -> list[Example]:
    """Return the example of each message."""
    encoder, plain = bundled_encoder(), NameTable()
    numbers = {char: i + 1 for i, char in enumerate(characters)}
    found = []
    for u in corpus:
        places = [t.text for t in u.tags if t.tag == "place"]
        held = bool(places) and random.Random(u.text).random() < _OWN
        marks = character_marks(u.text, NameTable(places) if held else plain)
        states, rows = encoder.placed(engine_text(u.text), "query", MOST_TOKENS)
        ends = np.concatenate([[True], rows[1:] != rows[:-1], [True]])
        found.append(
            Example(
                states.astype(np.float16),
                rows,
                marks.astype(np.float32),
                np.stack([ends[:-1], ends[1:], ends[:-1] & ends[1:]], 1).astype(np.float32),
                np.array([numbers.get(char, 0) for char in level(u.text)], np.int64),
                ACTS.index(u.act),
                np.array(_kinds(u), np.int64),
                np.array([mark == "B" for mark in part_marks(u)], np.int64),
                [
                    (start, end, _column(*wish))
                    for wish, start, end in zip(
                        u.wishes, u.starts, (*u.starts[1:], len(u.text)), strict=False
                    )
                ],
                u.history,
            )
        )
    return found


def _kinds(u: Utterance) -> list[int]:
    """Return the kind of each character as a number of ``KINDS``, or that it is not learnt."""
    if u.writer in WISHES_ONLY:
        return [_NOT_LABELLED] * len(u.text)
    open_ = u.writer in THEMES_OPEN
    marks = span_marks(u)
    return [_NOT_LABELLED if open_ and m[2:] == "theme" else KINDS.index(m) for m in marks]


def _column(content: str, operation: str) -> int:
    return CONTENTS.index(content) * len(OPERATIONS) + OPERATIONS.index(operation)


class Layers(nn.Module):  # type: ignore[misc]
    """The layers and heads; their names are those of the file."""

    def __init__(self, characters: int) -> None:
        super().__init__()
        weights = read_weights(weights_file())
        width, below = weights.width, weights.layers - UPPER
        for i in range(UPPER):
            setattr(self, f"l{i}", SelfAttending(weights, f"l{below + i}."))
        self.content_before = nn.Embedding(len(CONTENTS) + 1, width)
        self.operation_before = nn.Embedding(len(OPERATIONS) + 1, width)
        self.follows = nn.Parameter(torch.zeros(width))
        self.marks = nn.Linear(len(MARKS), width, bias=False)
        self.character = nn.Embedding(characters + 1, _CHARACTER)
        self.token = nn.Linear(width, _SEEN)
        self.told = nn.Linear(_CHARACTER + len(MARKS) + 3, _SEEN, bias=False)
        for name in CONVOLUTIONS:
            setattr(self, name, nn.Linear(3 * _SEEN, _SEEN))
        self.kind, self.begins = nn.Linear(_SEEN, len(KINDS)), nn.Linear(_SEEN, 2)
        self.act = nn.Linear(2 * width, len(ACTS))
        self.pool = nn.Linear(4 * width, _POOLED)
        self.content = nn.Linear(_POOLED, len(CONTENTS))
        self.operation = nn.Linear(_POOLED, len(OPERATIONS))
        self.pair = nn.Linear(_POOLED, len(CONTENTS) * len(OPERATIONS))
        self.drop = nn.Dropout(DROPPED)
        # what is told beside the words begins as nothing
        for layer in (self.content_before, self.operation_before, self.marks, self.pair):
            nn.init.zeros_(layer.weight)
        nn.init.zeros_(self.pair.bias)
        nn.init.normal_(self.character.weight, 0, 0.1)

    def forward(self, given: dict[str, Any]) -> tuple[Any, Any, Any, Any]:
        """Return scores of acts, of characters' kinds and breaks, and of parts' wishes."""
        real = given["real"]
        told = self.content_before(given["content_before"])
        told = told + self.operation_before(given["operation_before"])
        told = told + given["follows"][:, None] * self.follows
        state = given["states"] + self.marks(given["token_marks"]) + told[:, None]
        for i in range(UPPER):
            state = getattr(self, f"l{i}")(state, real)
        whole = _pooled(state, real)
        rows = given["rows"].unsqueeze(-1).expand(-1, -1, state.shape[-1])
        of_token = self.token(self.drop(torch.gather(state, 1, rows)))
        own = [self.character(given["characters"]), given["marks"], given["edges"]]
        inside = given["inside"].unsqueeze(-1).float()
        seen = F.relu(of_token + self.told(torch.cat(own, -1))) * inside
        for name in CONVOLUTIONS:
            padded = F.pad(seen, (0, 0, 1, 1))
            around = torch.cat([padded[:, :-2], padded[:, 1:-1], padded[:, 2:]], -1)
            seen = seen + F.relu(getattr(self, name)(around)) * inside
        seen = self.drop(seen)
        of = given["of"]
        parts = torch.cat([_pooled(state[of], given["part"]), whole[of]], 1)
        parts = self.drop(F.relu(self.pool(self.drop(parts))))
        content = F.log_softmax(self.content(parts), -1)
        operation = F.log_softmax(self.operation(parts), -1)
        wish = (content[:, :, None] + operation[:, None, :]).flatten(1) + self.pair(parts)
        return self.act(self.drop(whole)), self.kind(seen), self.begins(seen), wish


def _pooled(state: Any, real: Any) -> Any:
    kept = real.unsqueeze(-1)
    mean = (state * kept).sum(1) / kept.sum(1).clamp(min=1)
    return torch.cat([mean, state.masked_fill(~kept, -1e4).max(1).values], 1)


def _given(some: Sequence[Example]) -> dict[str, Any]:
    """Return a batch, padded: what the layers are given, and beside it the labels."""
    size, width = len(some), some[0].states.shape[1]
    tokens = max(len(e.states) for e in some)
    longest = max(len(e.rows) for e in some)
    given: dict[str, Any] = {
        "states": np.zeros((size, tokens, width), np.float32),
        "real": np.zeros((size, tokens), bool),
        "token_marks": np.zeros((size, tokens, len(MARKS)), np.float32),
        "content_before": np.zeros(size, np.int64),
        "operation_before": np.zeros(size, np.int64),
        "follows": np.array([bool(e.history) for e in some], np.float32),
        "rows": np.zeros((size, longest), np.int64),
        "characters": np.zeros((size, longest), np.int64),
        "marks": np.zeros((size, longest, len(MARKS)), np.float32),
        "edges": np.zeros((size, longest, 3), np.float32),
        "inside": np.zeros((size, longest), bool),
        "act": np.array([e.act for e in some], np.int64),
        "kind": np.full((size, longest), _NOT_LABELLED, np.int64),
        "break": np.full((size, longest), _NOT_LABELLED, np.int64),
    }
    of, parts, wishes = [], [], []
    for row, e in enumerate(some):
        long = len(e.rows)
        given["states"][row, : len(e.states)], given["real"][row, : len(e.states)] = e.states, True
        np.maximum.at(given["token_marks"][row], e.rows, e.marks)
        for name, values in (
            ("rows", e.rows), ("characters", e.characters), ("marks", e.marks),
            ("edges", e.edges), ("inside", True), ("break", e.breaks), ("kind", e.kinds),
        ):  # fmt: skip
            given[name][row, :long] = values
        if e.before:
            given["content_before"][row] = CONTENTS.index(e.before[0]) + 1
            given["operation_before"][row] = OPERATIONS.index(e.before[1]) + 1
        for start, end, wish in e.parts:
            part = np.zeros(tokens, bool)
            part[e.rows[start:end]] = True
            of.append(row)
            parts.append(part)
            wishes.append(wish)
    given["of"] = np.array(of, np.int64)
    given["part"] = np.array(parts) if parts else np.zeros((0, tokens), bool)
    given["wish"] = np.array(wishes, np.int64)
    return {name: torch.from_numpy(values) for name, values in given.items()}


def _loss(layers: Layers, some: Sequence[Example]) -> Any:
    given = _given(some)
    act, kind, brk, wish = layers(given)
    loss = F.cross_entropy(act, given["act"])
    for scores, labels in ((kind, given["kind"]), (brk, given["break"])):
        if (labels != _NOT_LABELLED).any():
            told = F.cross_entropy(scores.flatten(0, 1), labels.flatten())
            loss = loss + _BY_CHARACTER * told
    return loss + F.cross_entropy(wish, given["wish"]) if len(given["wish"]) else loss


def train(told: Sequence[Sequence[Example]], characters: Sequence[str]) -> Layers:
    """Return layers trained on messages, the same every time on one machine.

    A message has an example for each of its wordings, which take turns from round to round. What was
    wished before it is read by the layers themselves, after their first round.
    """
    torch.set_num_threads(1)
    torch.manual_seed(0)
    chance = random.Random(0)
    layers = Layers(len(characters))
    upper = [p for i in range(UPPER) for p in getattr(layers, f"l{i}").parameters()]
    count = EPOCHS * len(_batches(told, 0, chance))
    steps = Steps(layers, upper, RATE, _HEADS, count)
    started = time.monotonic()
    for epoch in range(EPOCHS):
        layers.train()
        lost = 0.0
        for batch in _batches(told, epoch, chance):
            lost += steps.step(_loss(layers, batch))
        layers.eval()
        mean = lost * EPOCHS / count
        _say(
            f"  round {epoch + 1} of {EPOCHS}: loss {mean:.3f}, {time.monotonic() - started:.0f} s"
        )
        if epoch == 0:
            _read_before(layers, [e for wordings in told for e in wordings], characters)
    return layers


def _batches(
    messages: Sequence[Sequence[Example]], epoch: int, chance: random.Random
) -> list[list[Example]]:
    """Return the examples of a round in batches drawn by chance, each of messages of like length."""
    told = [wordings[epoch % len(wordings)] for wordings in messages]
    return batches(told, BATCH, _SORTED, lambda e: len(e.states), chance)


def _read_before(layers: Layers, told: Sequence[Example], characters: Sequence[str]) -> None:
    """Fill in what was wished last before each message that follows others."""
    messages = sorted({text for e in told for text in e.history if text})
    asked = [
        Utterance(text, "ask", (("report", "overview"),), (), (0,), (), "") for text in messages
    ]
    wished: dict[str, Wished] = {}
    own = examples(asked, characters)
    with torch.no_grad():
        for at in range(0, len(own), BATCH):
            act, _, _, wish = layers(_given(own[at : at + BATCH]))
            for text, does, best in zip(
                messages[at : at + BATCH],
                act.argmax(1).tolist(),
                wish.argmax(1).tolist(),
                strict=True,
            ):
                if ACTS[does] in ("ask", "item"):
                    content, operation = divmod(best, len(OPERATIONS))
                    wished[text] = CONTENTS[content], OPERATIONS[operation]
    for e in told:
        if e.history:
            before = [wished[text] for text in e.history if text in wished]
            e.before = before[-1] if before else ("report", "overview")


def temperatures(
    layers: Layers, told: Sequence[Example], characters: Sequence[str]
) -> dict[str, float]:
    """Return what divides the scores so that probabilities of messages not trained on are right.

    Of a grid, the one of least loss each for acts and for wishes.
    """
    _read_before(layers, told, characters)
    scores: dict[str, list[Any]] = {"act": [], "wish": []}
    labels: dict[str, list[Any]] = {"act": [], "wish": []}
    with torch.no_grad():
        for at in range(0, len(told), BATCH):
            given = _given(told[at : at + BATCH])
            act, _, _, wish = layers(given)
            for name, found in (("act", act), ("wish", wish)):
                scores[name].append(found)
                labels[name].append(given[name])
    grid = [1 + 0.1 * i for i in range(21)]
    return {
        name: min(
            grid,
            key=lambda t, n=name: F.cross_entropy(
                torch.cat(scores[n]) / t, torch.cat(labels[n])
            ).item(),  # type: ignore[misc]
        )
        for name in scores
    }


def tensors_of(layers: Layers, pairs: Sequence[Wished]) -> dict[str, NDArray[Any]]:
    """Return what ``QuestionLayers`` reads, but for the temperatures."""
    tensors: dict[str, NDArray[Any]] = {"follows": layers.follows.detach().numpy()}
    for i in range(UPPER):
        tensors |= stored(f"l{i}", getattr(layers, f"l{i}"))
    for name in ("content_before", "operation_before"):
        tensors |= small_integers(f"{name}.w", getattr(layers, name).weight.detach().numpy())
    for name in _WRITTEN:
        tensors |= stored(name, getattr(layers, name))
    head = {"pairs": list(pairs)}
    tensors["head"] = np.frombuffer(json.dumps(head, ensure_ascii=False).encode(), np.uint8)
    return tensors


Tensors = dict[str, NDArray[Any]]
Warm = tuple[float, float]
"""What divides the scores of acts and of wishes, so that their probabilities are right."""


def trained_on(corpus: Sequence[Utterance], held: Sequence[Utterance]) -> tuple[Tensors, Warm]:
    """Return layers trained on a corpus, and what divides their scores of messages held out."""
    characters = characters_of(corpus)
    plain = examples(corpus, characters)
    others = renamed(corpus)
    more = iter(examples([u for u in others if u], characters))
    told = [(e, next(more)) if u else (e,) for e, u in zip(plain, others, strict=True)]
    layers = train(told, characters)
    warm = {"act": 1.0, "wish": 1.0}
    if held:
        warm = temperatures(layers, examples(held, characters), characters)
    pairs = sorted({wish for u in corpus for wish in u.wishes})
    return tensors_of(layers, pairs), (warm["act"], warm["wish"])


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
