"""Embedding on a Dask cluster of this machine: doubles, a worker killed at work, what goes wrong."""

import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from library_fakes import open_library, report_text, write_report

from retrieval.errors import ConfigurationError, EmbeddingFailed
from retrieval.search.embedding import FakeEmbedder

distributed = pytest.importorskip("distributed", reason="the extra [dask] is not installed")
from retrieval.search import spread_embedding  # noqa: E402
from retrieval.search.spread_embedding import SpreadEmbedder  # noqa: E402

pytestmark = pytest.mark.slow

PLACES = "青绿白黑红黄蓝紫金银铜铁"


class SlowEmbedder(FakeEmbedder):
    def embed_documents(self, texts, progress=None):
        time.sleep(0.2)
        return super().embed_documents(texts, progress)


def make_slow():
    return SlowEmbedder()


def make_other():
    return FakeEmbedder(16 if threading.current_thread() is not threading.main_thread() else 32)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    paths = os.pathsep.join([str(Path(__file__).parent), str(Path(__file__).parent.parent)])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = paths  # the workers import the tests' own embedders
    try:
        with distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None,
            host="127.0.0.1", local_directory=tmp_path_factory.mktemp("dask"),
        ) as running:  # fmt: skip
            yield running
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def test_doubled_files_and_a_killed_worker_leave_each_report_once(cluster, tmp_path, monkeypatch):
    monkeypatch.setattr(spread_embedding, "TEXTS_A_TASK", 2)
    source = tmp_path / "in"
    for i, name in enumerate(PLACES):
        write_report(source, f"{i}.txt", place=f"{name}山县", count=i)
        if i % 3 == 0:
            (source / f"{i}-again.txt").write_text(report_text(f"{name}山县", count=i), "utf-8")
    embedder = SpreadEmbedder(cluster.scheduler_address, make_slow)
    pids = list(embedder._client.run(os.getpid).values())
    killed = threading.Event()

    def watch(progress):
        if progress.stage == "embed" and progress.done and not killed.is_set():
            os.kill(pids[0], signal.SIGKILL)
            killed.set()

    with (
        open_library(tmp_path / "spread", embedder=embedder) as spread,
        open_library(tmp_path / "alone") as alone,
    ):
        results = spread.ingest([source], watch)
        assert killed.is_set()
        statuses = [result.status for result in results]
        assert (statuses.count("added"), statuses.count("duplicate")) == (12, 4)
        alone.ingest([source])
        assert [s.id for s in spread.reports()] == [s.id for s in alone.reports()]
        question = alone.embed_query("审核规范性文件多少件")
        assert spread.search_dense(question, 40) == alone.search_dense(question, 40)
        assert spread.has_vectors_of(None)
        assert spread.verify() == []
    embedder.close()


def test_vectors_come_in_order(cluster):
    embedder = SpreadEmbedder(cluster.scheduler_address, FakeEmbedder)
    texts = ["法" * n + str(n) for n in (90, 3, 40)] * 50
    told = []
    made = embedder.embed_documents(texts, told.append)
    assert np.array_equal(made, FakeEmbedder().embed_documents(texts))
    assert told[-1] == len(texts)
    assert embedder.embed_documents([]).shape == (0, 64)
    assert embedder.batch >= spread_embedding.TEXTS_A_TASK
    embedder.close()


def test_workers_with_another_model_are_refused(cluster):
    embedder = SpreadEmbedder(cluster.scheduler_address, make_other)
    with pytest.raises(EmbeddingFailed, match="工作进程用的向量模型是"):
        embedder.embed_documents(["法治"])
    embedder.close()


def test_a_scheduler_that_is_away_is_told(monkeypatch):
    monkeypatch.setattr(spread_embedding, "CONNECT_WAIT_S", 0.5)
    with pytest.raises(ConfigurationError, match="连不上 Dask"):
        SpreadEmbedder("tcp://127.0.0.1:9", FakeEmbedder)
