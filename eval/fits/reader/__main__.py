"""Fit and train the reader on the corpus: ``python -m eval.fits.reader``.

A tagger and regressions are fitted, layers are trained; twice beside each other, on the whole
corpus, which is shipped, and without the held-out writers, whose figures go into the card.
``--measure`` does the second alone. ``--read FILE…`` fits nothing: it scores the shipped reader on
labelled messages, or, with ``--labels FILE``, how far another person's labels agree with them. The
same corpus gives the same models on one machine; the layers take half an hour on two cores.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import sys
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from eval.fits.reader import tagging
from eval.fits.reader.scores import SecondLabels, read_earlier, score_reader
from eval.fits.reader.subject_words import wish_words_of
from eval.fits.reader.utterances import Utterance, corpus_hash, read_corpus, read_file
from retrieval.genre.synonyms import synonym_table
from retrieval.question import features, untagged
from retrieval.question.features import NameTable, part_features, plain_words
from retrieval.question.question_layers import FILE, QuestionLayers
from retrieval.question.request import Request
from retrieval.question.tagger import Tagger
from retrieval.question.trained import FILES, Models, TrainedReader, last_wish
from retrieval.question.wishes import HEADS, Floats, WishModel
from retrieval.question.word_vectors import AXES, WordVectors
from retrieval.search.embedding import LocalEmbedder
from retrieval.text.normalise import level
from retrieval.text.segmentation import tag

if TYPE_CHECKING:  # of the extra [train]: what only reads this module needs neither
    from scipy.sparse import csr_matrix

ROOT = Path(__file__).parents[3]
MODELS = ROOT / "retrieval" / "question" / "models"
HELD_OUT = ("clerk", "villager", "users")
ITERATIONS = 100
STRENGTH = 8.0  # inverse of the L2 penalty: best on held-out writers of 2, 4, 8, 16
_MIN_COUNT = 5  # every message is there twice, as labelled and as read
_LEAST_WEIGHT = 0.1  # a sign that moves no score by more is left out of the file, ≤ 5 MB in all
REPORTS = ROOT / "eval" / "reports"


def fit(utterances: Sequence[Utterance], vectors: WordVectors) -> tuple[bytes, bytes, WishModel]:
    """Return the tagger's two model files and the wishes' model."""
    started = time.monotonic()
    halves = _halves(utterances)
    jobs = [(_for_spans(utterances), ITERATIONS)]
    jobs += [(_for_spans(half), ITERATIONS // 2) for half in halves]
    (spans, parts), *of_halves = tagging.fit_each(jobs)
    as_read = _read_by_the_other(halves, of_halves)
    _say(f"  spans and parts, of all and of each half: {time.monotonic() - started:.0f} s")
    started = time.monotonic()
    both = [*(u for u in utterances if u.writer not in tagging.THEMES_OPEN), *as_read]
    # what went before is read by a reader that knows nothing of it, as in a conversation
    first = TrainedReader(
        models=Models(Tagger(spans, parts), fit_wishes(both, vectors, {}), vectors, None)
    )
    earlier = {u.history: read_earlier(first, u.history) for u in utterances if u.history}
    wishes = fit_wishes(both, vectors, earlier)
    _say(f"  acts and wishes: {time.monotonic() - started:.0f} s")
    return spans, parts, wishes


def _for_spans(utterances: Sequence[Utterance]) -> list[Utterance]:
    return [u for u in utterances if u.writer not in (*tagging.WISHES_ONLY, *tagging.THEMES_OPEN)]


def _halves(utterances: Sequence[Utterance]) -> tuple[list[Utterance], list[Utterance]]:
    halves: tuple[list[Utterance], list[Utterance]] = ([], [])
    for u in utterances:
        halves[zlib.crc32(u.frame.encode()) % 2].append(u)
    return halves


def _read_by_the_other(
    halves: Sequence[Sequence[Utterance]], fitted: Sequence[tuple[bytes, bytes]]
) -> list[Utterance]:
    """Return the utterances with the spans that a tagger finds which was fitted on other frames.

    The heads see found spans when they are used, with their mistakes; fitted on the labelled ones
    alone they trust them too much.
    """
    names, found = NameTable(), []
    for files, read in zip(fitted, reversed(halves), strict=True):
        tagger = Tagger(*files)
        found += [replace(u, tags=tagger.tag(u.text, names)[0]) for u in read]
    return found


def _say(line: str) -> None:
    print(line, file=sys.stderr)


Earlier = Mapping[tuple[str, ...], Request | None]


@dataclass(frozen=True, slots=True)
class Example:
    """What a head learns from: signs and vector of a part, and its label for each head."""

    signs: Sequence[str]
    vector: Floats
    labels: Mapping[str, str]


def examples(
    utterances: Iterable[Utterance], vectors: WordVectors, earlier: Earlier
) -> tuple[list[Example], list[Example]]:
    """Return the examples of acts, one a message, and those of wishes, one a part."""
    acts: list[Example] = []
    wishes: list[Example] = []
    for u in utterances:
        follows, whole = bool(u.history), (0, len(u.text))
        vector = vectors.pool(plain_words(u.text, u.tags, whole))
        before = last_wish(earlier.get(u.history))
        signs = part_features(u.text, u.tags, whole, before, follows=follows)
        acts.append(Example(signs, vector, {"act": u.act}))
        ends = (*u.starts[1:], len(u.text))
        for wish, span in zip(u.wishes, zip(u.starts, ends, strict=True), strict=False):
            content, operation = wish
            wishes.append(
                Example(
                    part_features(u.text, u.tags, span, before, follows=follows),
                    vectors.pool(plain_words(u.text, u.tags, span)),
                    {"content": content, "operation": operation, "pair": f"{content}/{operation}"},
                )
            )
            before = wish
    return acts, wishes


def fit_wishes(
    utterances: Sequence[Utterance], vectors: WordVectors, earlier: Earlier
) -> WishModel:
    """Fit the four heads; ``earlier`` is how the messages before an utterance were read."""
    from sklearn.linear_model import LogisticRegression

    acts, wishes = examples(utterances, vectors, earlier)
    counts = Counter(sign for row in (*acts, *wishes) for sign in set(row.signs))
    vocabulary = sorted(f for f, n in counts.items() if n >= _MIN_COUNT)
    index = {f: i for i, f in enumerate(vocabulary)}
    x_acts, x_wishes = _matrix(acts, index), _matrix(wishes, index)
    classes, columns = {}, []
    for head in HEADS:
        model = LogisticRegression(C=STRENGTH, max_iter=200, tol=1e-3)
        rows, x = (acts, x_acts) if head == "act" else (wishes, x_wishes)
        model.fit(x, [row.labels[head] for row in rows])
        classes[head] = [str(c) for c in model.classes_]
        columns.append(np.vstack([model.coef_.T, model.intercept_[None, :]]))
    weights: Floats = np.hstack(columns).astype(np.float32)
    signs = len(vocabulary)
    kept = [i for i in range(signs) if np.abs(weights[i]).max() > _LEAST_WEIGHT]
    rows_kept = [*kept, *range(signs, len(weights))]
    return WishModel(
        [vocabulary[i] for i in kept], classes, weights[rows_kept], dict.fromkeys(HEADS, 1.0)
    )


def _matrix(rows: Sequence[Example], index: Mapping[str, int]) -> csr_matrix:
    from scipy.sparse import csr_matrix, hstack

    data, columns, ends = [], [], [0]
    for row in rows:
        found = sorted({index[f] for f in row.signs if f in index})
        columns += found
        data += [1 / np.sqrt(max(len(found), 1))] * len(found)
        ends.append(len(columns))
    signs = csr_matrix((data, columns, ends), shape=(len(rows), len(index)))
    return hstack([signs, csr_matrix(np.array([row.vector for row in rows]))]).tocsr()


def make_vectors(corpus: Sequence[Utterance]) -> WordVectors:
    """Embed the words of the corpus, of the genre's tables and of the evaluation's reports."""
    texts = [
        plain_words(u.text, u.tags, span)
        for u in corpus
        for span in zip(u.starts, (*u.starts[1:], len(u.text)), strict=True)
    ]
    more = {word for u in corpus for word, _ in tag(level(u.text))}
    more |= set(synonym_table())
    for file in sorted(REPORTS.glob("*.txt")) if REPORTS.exists() else ():
        counts = Counter(w for w, _ in tag(level(file.read_text("utf-8", "replace"))))
        more |= {word for word, n in counts.items() if n > 1}
    more = {word for word in more if word.strip() and not word.isdecimal()}
    return _vectors(texts, more)


def _vectors(texts: Sequence[str], more: Iterable[str]) -> WordVectors:
    """Return the vectors of the words of ``texts`` (which also weigh them) and of ``more`` words."""
    counts: dict[str, int] = {}
    for text in texts:
        for word in {w for w, _ in tag(text) if w.strip()}:
            counts[word] = counts.get(word, 0) + 1
    words = sorted({*counts, *more})
    weights = np.array([np.log(len(texts) / counts.get(w, 1)) for w in words], np.float32)
    vectors = np.asarray(LocalEmbedder().embed_documents(words), np.float64)
    vectors -= vectors.mean(axis=0)
    _, _, axes = np.linalg.svd(vectors, full_matrices=False)
    turned = vectors @ axes[:AXES].T
    turned /= np.linalg.norm(turned, axis=1, keepdims=True) + 1e-9
    return WordVectors(words, turned.astype(np.float32), weights)


def main(argv: Sequence[str] | None = None) -> None:
    """Fit, train, measure, and write the models with their card."""
    parser = argparse.ArgumentParser(prog="python -m eval.fits.reader", description=__doc__)
    parser.add_argument("--measure", action="store_true", help="print figures, write nothing")
    parser.add_argument("--errors", metavar="FILE", type=Path, help="also write what was misread")
    parser.add_argument("--read", metavar="FILE", nargs="+", type=Path, help="score, fit nothing")
    parser.add_argument("--labels", metavar="FILE", type=Path, help="score these, not the reader")
    args = parser.parse_args(argv)
    if args.labels and not args.read:
        parser.error("--labels are held against the messages of --read FILE…")
    for file in args.read or ():
        told = read_file(file)
        if args.labels:
            second = SecondLabels(read_file(args.labels))
            alone = [u for u in told if u.text in second and not u.history]
            score, _ = score_reader(second, alone)
        else:
            score, _ = score_reader(TrainedReader(), told)
        print(f"{file.stem}: {score.line()}")
    if args.read:
        return
    if find_spec("sklearn") is None or find_spec("torch") is None:
        sys.exit(
            "The fit needs scikit-learn, scipy and PyTorch: pip install 'baogao[train]' torch."
        )
    corpus = [u for u in read_corpus() if u.text]
    by = Counter(u.writer for u in corpus)
    _say(f"{len(corpus)} utterances of {len(by)} writers: {dict(by)}")
    held = [u for u in corpus if u.writer in HELD_OUT]
    frames = {u.frame for u in held}
    rest = [u for u in corpus if u.writer not in HELD_OUT and u.frame not in frames]
    jobs = [(rest, held)] if args.measure else [(rest, held), (corpus, [])]
    from eval.fits.reader.training import trained_on

    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        trained = pool.map(trained_on, *zip(*jobs, strict=True))
        vectors = make_vectors(corpus)
        fitted = [fit(told, vectors) for told, _ in jobs]
        (measured, warm), *whole = trained
    layers = QuestionLayers(_file(measured, warm))
    spans, parts, wishes = fitted[0]
    reader = TrainedReader(models=Models(Tagger(spans, parts), wishes, vectors, layers))
    scores = {}
    for writer in HELD_OUT:
        scores[writer], missed = score_reader(reader, [u for u in held if u.writer == writer])
        print(f"{writer}: {scores[writer].line()}")
        if args.errors:
            with args.errors.open("a", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in missed)
    if args.measure:
        return
    MODELS.mkdir(exist_ok=True)
    spans, parts, wishes = fitted[1]
    # 4.1 MB as the engine writes them, 1.8 MB packed; without a time: the same bytes every time
    taggers = [gzip.compress(tagger, mtime=0) for tagger in (spans, parts)]
    for name, packed in zip(FILES, (*taggers, wishes.to_bytes(), vectors.to_bytes()), strict=True):
        (MODELS / name).write_bytes(packed)
    (MODELS / FILE).write_bytes(_file(whole[0][0], warm))
    (MODELS / untagged.FILE).write_text("\n".join(wish_words_of(corpus)) + "\n", "utf-8")
    card = {
        "corpus": corpus_hash(),
        "features": features.VERSION,
        "utterances": len(corpus),
        "writers": dict(sorted(by.items())),
        "held_out": {writer: score.to_json() for writer, score in scores.items()},
    }
    (MODELS / "card.json").write_text(
        json.dumps(card, ensure_ascii=False, indent=1) + "\n", "utf-8"
    )


def _file(tensors: Mapping[str, NDArray[Any]], warm: tuple[float, float]) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **cast(Any, tensors), temperatures=np.array(warm, np.float32))
    return file.getvalue()


if __name__ == "__main__":
    main()
