"""Which characters of a message are a place, a year, a theme …, and where a further wish begins.

Two linear-chain conditional random fields over the same features of characters, by
python-crfsuite; its only home. https://www.chokkan.org/software/crfsuite/
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import cast

import pycrfsuite

from retrieval.question.features import NameTable, character_features
from retrieval.question.request import Tag, Tagged
from retrieval.question.utterances import Utterance

_NO_BREAK_BEFORE = "，。？！；、,.?!; "


class Tagger:
    """Tags messages with two fitted models, given as the bytes of their files."""

    def __init__(self, spans: bytes, parts: bytes) -> None:
        self._spans, self._parts = pycrfsuite.Tagger(), pycrfsuite.Tagger()
        self._kept = (spans, parts)  # the engine reads them where they lie
        self._spans.open_inmemory(spans)
        self._parts.open_inmemory(parts)

    def tag(self, text: str, names: NameTable) -> tuple[tuple[Tagged, ...], tuple[int, ...]]:
        """Return the spans of ``text``, in order, and where its wishes begin (the first at 0)."""
        if not text:
            return (), (0,)
        items = pycrfsuite.ItemSequence(character_features(text, names))
        marks = self._spans.tag(items)
        breaks = self._parts.tag(items)
        tags = tuple(_spans_of(text, marks))
        inside = {i for t in tags for i in range(t.start + 1, t.end)}
        starts = [i for i, b in enumerate(breaks) if b == "B" and i not in inside and i > 1]
        return tags, (0, *starts)


def _spans_of(text: str, marks: Sequence[str]) -> Iterable[Tagged]:
    start = 0
    for i in range(1, len(marks) + 1):
        ends = i == len(marks) or marks[i] == "O" or marks[i].startswith("B")
        ends = ends or marks[i][2:] != marks[start][2:]
        if ends:
            if marks[start] != "O":
                yield Tagged(cast(Tag, marks[start][2:]), start, i, text[start:i])
            start = i


def span_marks(utterance: Utterance) -> list[str]:
    """Return the label of each character: ``B-place``, ``I-place`` … or ``O``."""
    marks = ["O"] * len(utterance.text)
    for t in utterance.tags:
        for i in range(t.start, t.end):
            marks[i] = f"{'B' if i == t.start else 'I'}-{t.tag}"
    return marks


def part_marks(utterance: Utterance) -> list[str]:
    """Return ``B`` for each character that begins a further wish, else ``O``."""
    marks = ["O"] * len(utterance.text)
    for start in utterance.starts[1:]:
        while start < len(marks) - 1 and utterance.text[start] in _NO_BREAK_BEFORE:
            start += 1
        marks[start] = "B"
    return marks


def fit(
    utterances: Sequence[Utterance], names: NameTable, *, iterations: int
) -> tuple[bytes, bytes]:
    """Fit both models and return their files' bytes; the same input gives the same models."""
    rows = [
        (pycrfsuite.ItemSequence(character_features(u.text, names)), span_marks(u), part_marks(u))
        for u in utterances
        if u.text
    ]
    spans = _fit([(items, marks) for items, marks, _ in rows], iterations)
    parts = _fit([(items, marks) for items, _, marks in rows], iterations // 2)
    return spans, parts


def _fit(rows: Sequence[tuple[object, list[str]]], iterations: int) -> bytes:
    trainer = pycrfsuite.Trainer(verbose=False)
    for items, marks in rows:
        trainer.append(items, marks)
    trainer.set_params(
        # L1 keeps few features, L2 keeps them small: chosen on held-out writers
        {"c1": 0.12, "c2": 0.02, "max_iterations": iterations, "feature.minfreq": 2}
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model"
        trainer.train(str(path))
        return path.read_bytes()
