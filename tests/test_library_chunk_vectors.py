import numpy as np
import pytest

from retrieval.documents import ReportMeta
from retrieval.errors import EmbeddingFailed
from retrieval.library.chunk_vectors import ChunkEmbedder, ChunkWords, chunk_words, space_of
from retrieval.parsing.chunking import context_line
from retrieval.search.embedding import FakeEmbedder

META = ReportMeta("", ("某省", "某县"), "某县人民政府", "government", 2023, None, None, "a.txt")
PATH = ("二、存在的问题", "(一)队伍 > 力量不足")


class Counting(FakeEmbedder):
    def __init__(self):
        super().__init__()
        self.asked = []

    def embed_documents(self, texts, progress=None):
        self.asked += texts
        return super().embed_documents(texts, progress)


@pytest.mark.parametrize(
    ("path", "above"),
    [
        ((), ("某省某县 2023年 某县人民政府",)),
        (PATH, ("某省某县 2023年 某县人民政府", *PATH)),
    ],
)
def test_what_stands_over_a_chunk_is_its_opening_and_each_heading(path, above):
    assert chunk_words("文", context_line(META, path), path) == ChunkWords("文", above)


def test_a_chunk_without_context_has_nothing_over_it():
    assert chunk_words("文", "", ()).above == ()


def test_headings_are_embedded_once_whatever_the_number_of_chunks_and_calls():
    embedder = Counting()
    making = ChunkEmbedder(embedder)
    chunks = [ChunkWords(f"第{i}句话。", ("某县 2023年", "一、成效")) for i in range(4)]
    first = making.embed(chunks[:2])
    making.embed(chunks[2:])
    assert sorted(embedder.asked) == sorted([c.text for c in chunks] + ["某县 2023年", "一、成效"])
    assert np.allclose(np.linalg.norm(first, axis=1), 1, atol=1e-5)
    assert np.array_equal(ChunkEmbedder(FakeEmbedder()).embed(chunks[1:2])[0], first[1])


def test_the_same_words_under_another_heading_have_another_vector():
    same, other = ChunkEmbedder(FakeEmbedder()).embed(
        [ChunkWords("力量不足。", ("一、执法",)), ChunkWords("力量不足。", ("二、普法",))]
    )
    alone = FakeEmbedder().embed_query("力量不足。")
    assert same @ other < 0.999
    assert min(same @ alone, other @ alone) > 0.5


def test_progress_is_told_in_chunks():
    told = []
    chunks = [ChunkWords(f"第{i}句", ("甲", "乙")) for i in range(6)]
    ChunkEmbedder(FakeEmbedder()).embed(chunks, told.append)
    assert told == sorted(told)
    assert told[-1] == 6


def test_vectors_of_another_length_are_refused():
    embedder = FakeEmbedder()
    embedder.embed_documents = lambda texts, progress=None: np.ones((len(texts), 3), np.float32)
    with pytest.raises(EmbeddingFailed, match="3 维"):
        ChunkEmbedder(embedder).embed([ChunkWords("文", ())])


def test_the_space_is_not_the_embedders_own():
    assert space_of(FakeEmbedder()) != FakeEmbedder().name
    assert space_of(FakeEmbedder(8)) != space_of(FakeEmbedder(16))


def test_a_heading_met_before_is_no_text_to_embed_even_where_it_stands_alone():
    embedder = Counting()
    making = ChunkEmbedder(embedder)
    making.embed([ChunkWords("办结十件。", ("一、成效",))])
    alone = making.embed([ChunkWords("一、成效", ())])
    assert sorted(embedder.asked) == ["一、成效", "办结十件。"]
    assert np.allclose(alone[0], FakeEmbedder().embed_query("一、成效"))
