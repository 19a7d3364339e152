"""Row L17: an embedding endpoint that fails or changes its dimension."""

from __future__ import annotations

import fake_openai as fake
import numpy as np
import pytest

from bot.model.embedding_endpoint import OpenAIEmbedder
from bot.model.endpoints import Endpoint
from bot.model.openai_client import OpenAIEndpoint
from retrieval.errors import EmbeddingFailed


def embedder(server: fake.FakeServer) -> OpenAIEmbedder:
    endpoint = OpenAIEndpoint(Endpoint("sk-test-000000000", server.url))
    return OpenAIEmbedder(endpoint, "m", sleep=lambda s: None)


def test_documents_go_in_batches_and_come_back_in_order():
    seen: list[int] = []
    with fake.serving(fake.vectors(4)) as server:
        made = embedder(server)
        vectors = made.embed_documents([f"第{i}段" for i in range(150)], seen.append)
        query = made.embed_query("问")
    assert vectors.shape == (150, 4)
    assert query.shape == (4,)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert seen == [64, 128, 150]
    assert [len(r["body"]["input"]) for r in server.requests] == [64, 64, 22, 1]
    assert made.name == "openai:m"


def test_the_dimension_is_asked_for_once():
    with fake.serving(fake.vectors(5)) as server:
        made = embedder(server)
        assert (made.dimension, made.dimension) == (5, 5)
        assert made.embed_documents([]).shape == (0, 5)
    assert len(server.requests) == 1


def test_a_failure_is_retried_and_then_named():
    with fake.serving(fake.status(500), fake.vectors(3)) as server:
        assert embedder(server).embed_query("问").shape == (3,)
    with fake.serving(fake.status(500)) as server, pytest.raises(EmbeddingFailed, match="500"):
        embedder(server).embed_query("问")
    assert len(server.requests) == 3
    with fake.serving(fake.status(401)) as server, pytest.raises(EmbeddingFailed):
        embedder(server).embed_query("问")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "second",
    [
        fake.vectors(7),
        fake.vectors(4, drop=1),
        fake.body("application/json", b"{}"),
        fake.body("application/json", b'{"data":[{"index":0,"embedding":[NaN,1,2,3]}]}'),
        fake.body("text/html", b"<html>"),
    ],
)
def test_another_dimension_or_a_broken_reply_is_refused(second):
    with fake.serving(fake.vectors(4), second) as server:
        made = embedder(server)
        made.embed_query("问")
        with pytest.raises(EmbeddingFailed):
            made.embed_query("再问")
