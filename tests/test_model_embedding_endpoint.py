"""Row L17: an embedding endpoint that fails or changes its dimension."""

from __future__ import annotations

import fake_openai as fake
import numpy as np
import pytest

from bot.assistant import Assistant
from bot.model.embedding_endpoint import OpenAIEmbedder
from bot.model.endpoints import Endpoint
from bot.model.llm import Breaker
from bot.model.openai_client import OpenAIEndpoint
from retrieval.errors import EmbeddingFailed
from retrieval.library.library import Library


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


def test_a_dead_endpoint_costs_one_wait():
    now = [0.0]
    with fake.serving(fake.status(503)) as server:
        made = OpenAIEmbedder(
            OpenAIEndpoint(Endpoint("k", server.url)),
            "m",
            sleep=lambda s: None,
            breaker=Breaker(in_a_row=1, clock=lambda: now[0]),
        )
        for _ in range(5):
            with pytest.raises(EmbeddingFailed):
                made.embed_query("问")
        assert len(server.requests) == 3
        now[0] = 31
        server.script = [fake.vectors(3)]
        assert made.embed_query("问").shape == (3,)


def test_the_sentence_says_what_to_set():
    with (
        fake.serving(fake.status(401)) as server,
        pytest.raises(EmbeddingFailed, match="OPENAI_API_KEY"),
    ):
        embedder(server).embed_query("问")


REPORT = """青山县2023年度法治政府建设工作报告

一、主要举措和成效
全年收到行政复议申请41件，审结38件。

二、存在问题
一是执法力量不足。
"""


@pytest.mark.slow
def test_a_library_lives_while_its_endpoint_is_down(tmp_path, caplog):
    page = tmp_path / "a.txt"
    page.write_text(REPORT, "utf-8")

    def opened(server: fake.FakeServer, **more: bool) -> Library:
        return Library.open(tmp_path / "lib", embedder=embedder(server), **more)

    with fake.serving(fake.status(503)) as server:
        with opened(server, create=True) as library:  # made without one vector
            (result,) = library.ingest([page])
            assert result.status == "added"
            assert result.warnings[-1].kind == "no_vectors"
        with opened(server) as library:
            assert len(library.reports()) == 1
            answer = Assistant(library).ask("青山县2023年收到行政复议申请多少件").answer
            assert "41件" in answer.text
            assert answer.warnings[0].startswith("没有生成向量")
            assert library.verify()
        server.script = [fake.vectors(4)]
        with opened(server) as library:  # the endpoint is back
            assert [r.status for r in library.ingest([page])] == ["unchanged"]
            assert library.has_vectors_of(None)
            assert library.verify() == []
            answer = Assistant(library).ask("青山县2023年收到行政复议申请多少件").answer
            assert not any("向量" in warning for warning in answer.warnings)
    with fake.serving(fake.status(503)) as server, opened(server) as library:  # and down again
        assert len(library.reports()) == 1
        answer = Assistant(library).ask("青山县2023年收到行政复议申请多少件").answer
        assert "41件" in answer.text
        assert "只按字词检索" in answer.warnings[0]
        calls = len(server.requests)
        Assistant(library).ask("青山县2023年有哪些问题")
        assert len(server.requests) == calls
        assert library.verify() == []
        page.write_text(REPORT.replace("41", "42"), "utf-8")
        (result,) = library.ingest([page])
        assert (result.status, result.warnings[-1].kind) == ("updated", "no_vectors")
        answer = Assistant(library).ask("青山县2023年收到行政复议申请多少件").answer
        assert "42件" in answer.text


@pytest.mark.slow
def test_another_model_behind_the_name_leaves_the_words(tmp_path):
    page = tmp_path / "a.txt"
    page.write_text(REPORT, "utf-8")
    with (
        fake.serving(fake.vectors(4)) as server,
        Library.open(tmp_path / "lib", embedder=embedder(server), create=True) as library,
    ):
        library.ingest([page])
    with (
        fake.serving(fake.vectors(7)) as server,
        Library.open(tmp_path / "lib", embedder=embedder(server)) as library,
    ):
        answer = Assistant(library).ask("青山县2023年收到行政复议申请多少件").answer
    assert "41件" in answer.text
    assert "只按字词检索" in answer.warnings[0]
