"""The rivals cut, search and answer as their descriptions say; vectors are remembered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.metrics import Source
from eval.rivals import Reader, build_rivals, split_recursively, split_windows
from eval.vectors import RememberingEmbedder
from retrieval.documents import Chunk, Hit
from retrieval.search.embedding import Advance, FakeEmbedder, Vectors

FIRST = "行政复议工作。全年收到行政复议申请350件。" + "加强普法宣传教育活动。" * 60
SECOND = "人民调解工作。调解成功率99.35%。" + "推进政务服务改革事项。" * 60
SOURCES = {"r1": Source("r1", "a.txt", FIRST), "r2": Source("r2", "b.txt", SECOND)}


def test_windows_repeat_fifty_characters() -> None:
    spans = split_windows("字" * 1000)
    assert [(s.start, s.end) for s in spans] == [(0, 500), (450, 950), (900, 1000)]
    assert [(s.start, s.end) for s in split_windows("短")] == [(0, 1)]


def test_the_recursive_splitter_prefers_coarse_cuts() -> None:
    text = "甲" * 300 + "\n\n" + "乙" * 300 + "\n" + "丙" * 100
    spans = split_recursively(text)
    assert [text[s.start : s.end].strip()[0] for s in spans] == ["甲", "乙"]
    assert spans[1].start == 302


@given(st.text(alphabet="甲乙。；，\n", max_size=3000))
def test_every_character_is_in_a_piece_and_no_piece_is_too_long(text: str) -> None:
    for spans in (split_windows(text), split_recursively(text)):
        reached = 0
        for span in spans:
            assert span.start <= reached
            assert len(span) <= 500
            reached = max(reached, span.end)
        assert reached == len(text)


@pytest.mark.slow
def test_three_rivals_find_and_quote(tmp_path: Path) -> None:
    rivals = list(build_rivals(SOURCES, FakeEmbedder(256), tmp_path))
    assert [rival.name for rival in rivals] == ["dense", "BM25", "recursive+Chroma"]
    for rival in rivals:
        hits = rival.retrieve("人民调解成功率", 3)
        assert hits[0].chunk.report == "r2"
        answer = rival.ask("人民调解的调解成功率").answer.to_json()
        assert answer["status"] == "answered"
        (cited,) = answer["citations"]
        assert SECOND[cited["start"] : cited["end"]] == cited["quote"]
        assert "调解" in cited["quote"]


def test_nothing_found_is_no_answer() -> None:
    reader = Reader(SOURCES, FakeEmbedder())
    assert reader.answer("问题", []).status == "abstained"


def test_only_sentences_of_the_passages_are_read() -> None:
    reader = Reader(SOURCES, FakeEmbedder(256))
    chunk = Chunk("c", "r1", 0, 0, 7, FIRST[:7], "", (), "other")
    answer = reader.answer("收到行政复议申请350件", [Hit(chunk, 1.0)])
    assert answer.citations[0].quote == "行政复议工作。"


class CountingEmbedder(FakeEmbedder):
    """Counts what it is asked for."""

    def __init__(self) -> None:
        super().__init__(16)
        self.asked: list[str] = []

    def embed_query(self, text: str) -> Vectors:
        self.asked.append(text)
        return super().embed_query(text)

    def embed_documents(self, texts: Sequence[str], progress: Advance | None = None) -> Vectors:
        return super().embed_documents(texts, progress)


def test_vectors_are_made_once_even_across_runs(tmp_path: Path) -> None:
    inner = CountingEmbedder()
    first = RememberingEmbedder(inner, tmp_path / "sub" / "v.sqlite")
    made = first.embed_documents(["甲", "乙", "甲"])
    query = first.embed_query("甲")
    assert inner.asked == ["甲", "乙", "甲"]  # two documents and, apart from them, a question
    again = RememberingEmbedder(inner, tmp_path / "sub" / "v.sqlite")
    assert np.array_equal(again.embed_documents(["乙", "甲"]), made[[1, 0]])
    assert np.array_equal(again.embed_query("甲"), query)
    assert len(inner.asked) == 3
    assert again.embed_documents([]).shape == (0, 16)
    assert np.array_equal(made[0], made[2])


@pytest.mark.parametrize("name", ["name", "dimension"])
def test_the_remembering_embedder_is_of_the_same_space(tmp_path: Path, name: str) -> None:
    inner = FakeEmbedder(32)
    assert getattr(RememberingEmbedder(inner, tmp_path / "v"), name) == getattr(inner, name)
