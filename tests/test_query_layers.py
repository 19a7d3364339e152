"""The trained layers that make a question's vector."""

from __future__ import annotations

import math

import numpy as np
import pytest

from retrieval.encoder.e5_encoder import bundled_encoder
from retrieval.encoder.query_layers import QueryLayers, shipped
from retrieval.encoder.stored_layers import stored_layers
from retrieval.errors import EmbeddingFailed
from retrieval.search.embedding import LocalEmbedder

pytestmark = pytest.mark.slow

# in other words than the passage that answers; beside each the one that does not, though it has some
ASKED = [
    ("被列入黑名单以后怎么才能摘掉", "为412家企业修复失信记录", "在村口悬挂宣传名单和黑板报"),
    ("老百姓告官，输了几回", "行政诉讼一审败诉9件", "组织老百姓旁听普法课9场"),
    ("how many staff sat the law exam", "1,208名干部参加年度法律知识考试", "招录法律顾问12名"),
]


@pytest.fixture(scope="module")
def local() -> LocalEmbedder:
    return LocalEmbedder(workers=2)


@pytest.mark.parametrize(("question", "answering", "other"), ASKED)
def test_a_question_lies_nearer_to_what_answers_it(
    local: LocalEmbedder, question: str, answering: str, other: str
) -> None:
    vector = local.embed_query(question)
    assert math.isclose(float(np.linalg.norm(vector)), 1, abs_tol=1e-5)
    told, beside = local.embed_documents([answering, other]) @ vector
    assert told > beside


@pytest.mark.parametrize("text", ["问", "\0\ud800", "多少" * 3000, " ", "㎡①"])
def test_whatever_is_asked_has_a_vector(local: LocalEmbedder, text: str) -> None:
    vector = local.embed_query(text)
    assert vector.shape == (384,)
    assert vector.tolist() == local.embed_query(text).tolist()


def test_layers_are_small_integers_with_a_scale_a_row() -> None:
    layers = stored_layers(shipped())
    assert layers.matrix("l0.fi.w").shape == (1536, 384)
    assert np.abs(layers.tensors["l3.fo.w"]).max() <= 63


def test_the_vector_is_the_mean_of_all_tokens() -> None:
    """What is asked behind other words counts, too."""
    encoder, layers = bundled_encoder(), QueryLayers()
    told = [layers.vector(encoder, text) for text in ("复议收了多少件", "麻烦问一下复议收了多少件")]
    near = float(np.dot(*(v / np.linalg.norm(v) for v in told)))
    assert 0.8 < near < 1


def test_layers_that_cannot_be_read_fail_as_an_embedder_does() -> None:
    with pytest.raises(EmbeddingFailed):
        LocalEmbedder(query_layers=b"PK\3\4 cut off").embed_query("多少件")
