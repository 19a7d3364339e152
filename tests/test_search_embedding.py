import threading

import numpy as np
import pytest

from retrieval.errors import EmbeddingFailed
from retrieval.search.embedding import FakeEmbedder, LocalEmbedder, unit_length

pytestmark = pytest.mark.slow

TEXTS = [
    "审核规范性文件41件",
    "办理行政复议案件48件",
    "今天天气很好",
    "法治政府建设 " * 300,
    "a\0b",
]


@pytest.fixture(scope="module")
def local():
    return LocalEmbedder(workers=2)


@pytest.mark.parametrize("embedder", [FakeEmbedder(), FakeEmbedder(dimension=16)])
def test_fake_vectors_are_unit_length_and_the_same_everywhere(embedder):
    vectors = embedder.embed_documents(TEXTS)
    assert vectors.shape == (5, embedder.dimension)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors[0], FakeEmbedder(embedder.dimension).embed_query(TEXTS[0]))


def test_fake_vectors_bring_like_words_together():
    fake = FakeEmbedder()
    near, far = fake.embed_documents(["規範性文件审核41件", "今天天气很好"])
    question = fake.embed_query("规范性文件审核了多少件")
    assert question @ near > question @ far


def test_local_documents_keep_their_order_and_progress_reaches_the_end(local):
    told = []
    vectors = local.embed_documents(TEXTS, told.append)
    assert vectors.shape == (5, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    assert told == sorted(told)
    assert told[-1] == 5
    for text, vector in zip(TEXTS, vectors, strict=True):
        assert np.allclose(local.embed_documents([text])[0], vector, atol=1e-5)


def test_local_model_knows_meaning_across_languages(local):
    documents = local.embed_documents(["行政执法人员培训1200人次", "今天天气很好"])
    question = local.embed_query("How many people attended law-enforcement training?")
    assert question.shape == (384,)
    assert question @ documents[0] > question @ documents[1]


def test_no_texts_give_no_vectors(local):
    assert local.embed_documents([]).shape == (0, 384)


def test_a_question_is_not_kept_waiting_by_documents(local):
    local.embed_query("热身")
    ingest = threading.Thread(target=local.embed_documents, args=(["行政复议案件。" * 40] * 12,))
    ingest.start()
    local.embed_query("审核了多少件")
    assert ingest.is_alive()
    ingest.join()


def test_an_engine_that_cannot_load_is_told_once_and_not_tried_again(monkeypatch):
    tries = []

    def broken():
        tries.append(1)
        raise OSError("wrong ELF class")

    monkeypatch.setattr("retrieval.encoder.e5_encoder.bundled_encoder", broken)
    embedder = LocalEmbedder()
    for _ in range(2):
        with pytest.raises(EmbeddingFailed, match="只能按字词检索"):
            embedder.embed_query("问")
    with pytest.raises(EmbeddingFailed):
        embedder.embed_documents(["文"])
    assert tries == [1]


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0])
def test_vectors_without_a_direction_are_refused(bad):
    with pytest.raises(EmbeddingFailed):
        unit_length(np.full((1, 4), bad, dtype=np.float32))
