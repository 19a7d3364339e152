"""The two conditional random fields of ``retrieval.question.tagger``, fitted on labelled messages."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pycrfsuite

from eval.fits.reader.utterances import Utterance
from retrieval.question.features import NameTable, character_features

# follow-ups, labelled for what they wish: with their spans in the fit of the taggers the answers to
# fourteen sets of messages that stand alone were 739 of 967 right, without 751
WISHES_ONLY = ("assistant", "chains", "reporter", "turns")
# every content word of theirs is labelled a theme, where the corpus marks what names the thing; each
# word marked is one that must stand in an answer (decision 23): their themes are not learnt
THEMES_OPEN = ("users",)
_NO_BREAK_BEFORE = "，。？！；、,.?!; "


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


Job = tuple[Sequence[Utterance], int]


def fit_each(jobs: Sequence[Job]) -> list[tuple[bytes, bytes]]:
    """Fit both models for each of ``jobs`` (utterances, iterations) at a time; as ``fit`` returns."""
    # the engine holds the interpreter's lock while it fits: processes, not threads
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        return list(pool.map(_fit_job, jobs))


def _fit_job(job: Job) -> tuple[bytes, bytes]:
    utterances, iterations = job
    return fit(utterances, NameTable(), iterations=iterations)


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
