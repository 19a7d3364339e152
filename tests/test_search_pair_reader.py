"""The reader of pairs: a question beside sentences, by the bundled layers and by the fake."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from eval.fits.labels import PAIRS
from retrieval.encoder.e5_tokens import engine_text
from retrieval.encoder.stored_layers import StoredLayers, stored_layers
from retrieval.errors import EmbeddingFailed
from retrieval.library.library import Library
from retrieval.search.embedding import FakeEmbedder, LocalEmbedder
from retrieval.search.pair_reader import (
    FILE,
    FakePairReader,
    PairReader,
    read_once,
    reads_nothing,
)

QUESTION = "帮打工的要回多少血汗钱"
LINES = [
    "为1128名农民工追回工资1906万元。",
    "开展法治宣传活动46场次,发放资料1.2万份。",
    "全年受理行政复议案件156件。",
]


@pytest.fixture(scope="module")
def embedder() -> LocalEmbedder:
    return LocalEmbedder()


def test_what_answers_in_other_words_reads_best(embedder: LocalEmbedder):
    scores = embedder.read_pairs(QUESTION, LINES)
    assert scores.shape == (3,)
    assert scores.argmax() == 0
    assert scores[0] > 0 > scores[1:].max()


def test_what_is_near_and_does_not_answer_reads_worse(embedder: LocalEmbedder):
    line = ["举办行政执法人员培训班3期,培训执法人员426人次。"]
    told = embedder.read_pairs("培训了多少执法人员", line)
    untold = embedder.read_pairs("执法人员培训班花了多少钱", line)
    assert told[0] > untold[0]


def test_a_score_does_not_depend_on_the_lines_beside(embedder: LocalEmbedder):
    together = embedder.read_pairs(QUESTION, [*LINES, "长" * 400])
    alone = [embedder.read_pairs(QUESTION, [line])[0] for line in LINES]
    assert np.allclose(together[:3], alone, atol=0.02)


@pytest.mark.parametrize("question", ["", "？", "\0", "\ud800", "问" * 10_000])
def test_any_words_are_read(embedder: LocalEmbedder, question: str):
    scores = embedder.read_pairs(question, ["", "全" * 5000])
    assert scores.shape == (2,)
    assert np.isfinite(scores).all()


def test_what_was_read_before_reads_alike(embedder: LocalEmbedder):
    first = embedder.read_pairs(QUESTION, LINES)
    again = embedder.read_pairs(QUESTION, [LINES[2], LINES[0], "没有读过的一句。", LINES[1]])
    assert again[[1, 3, 0]].tolist() == first.tolist()


def test_only_the_passages_met_last_are_kept(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("retrieval.search.pair_reader.KEPT", 2)
    embedder = LocalEmbedder()
    told = embedder.read_pairs(QUESTION, LINES)
    assert told.tolist() == pytest.approx(embedder.read_pairs(QUESTION, LINES).tolist(), abs=1e-5)
    assert embedder._upper is not None
    assert list(embedder._upper._kept) == [engine_text(line) for line in LINES[1:]]


def read_layers() -> StoredLayers:
    return stored_layers(resources.files("retrieval").joinpath("data", FILE).read_bytes())


def test_matrices_are_small_integers_with_a_scale_a_row():
    layers = read_layers()
    matrix = layers.matrix("r0.l0.fi.w")
    assert matrix.shape == (1536, 384)
    assert layers.tensors["r1.l0.fi.w"].dtype == np.int8
    assert np.abs(layers.tensors["r1.l0.fi.w"]).max() <= 63


def test_the_shipped_reader_was_trained_on_the_pairs_that_are_here():
    trained_on = hashlib.sha256(PAIRS.read_bytes()).hexdigest()[:16]
    assert str(read_layers().tensors["pairs"]) == trained_on, (
        "python -m eval.fits.pair_reader --write"
    )


def test_the_fake_counts_shared_characters():
    fake: PairReader = FakePairReader()
    assert fake.read_pairs("甲乙", ["甲乙丙", "甲", "丁"]).tolist() == [4.0, 0.0, -4.0]


def test_the_same_words_are_read_once():
    seen: list[tuple[str, ...]] = []

    def read(question: str, passages):
        seen.append((question, *passages))
        return FakePairReader().read_pairs(question, passages)

    once = read_once(read)
    assert once("甲", ["甲"]).tolist() == once("甲", ["甲"]).tolist()
    once("乙", ["甲"])
    assert seen == [("甲", "甲"), ("乙", "甲")]


class Reads(FakeEmbedder, FakePairReader):
    pass


class Fails(FakeEmbedder):
    def read_pairs(self, question: str, passages):
        raise EmbeddingFailed("没有模型")


@pytest.mark.parametrize(
    ("embedder", "shape"), [(Reads(), (1,)), (FakeEmbedder(), (0,)), (Fails(), (0,))]
)
def test_a_library_reads_where_its_embedder_does(tmp_path: Path, embedder: FakeEmbedder, shape):
    with Library.open(tmp_path / "library", embedder=embedder, create=True) as library:
        assert library.read_pairs("甲", ["甲"]).shape == shape
        assert library.read_pairs("甲", []).shape == (0,)


def test_layers_that_cannot_be_loaded_fail_as_an_embedder_does(monkeypatch: pytest.MonkeyPatch):
    def broken() -> None:
        raise RuntimeError("onnxruntime")

    monkeypatch.setattr("retrieval.search.embedding.UpperLayers", broken)
    with pytest.raises(EmbeddingFailed, match="onnxruntime"):
        LocalEmbedder().read_pairs("甲", ["甲"])


def test_nothing_is_read_where_there_is_no_reader():
    assert reads_nothing("甲", ["甲", "乙"]).shape == (0,)
