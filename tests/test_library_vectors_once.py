"""A vector stands in one file of a library, and is made once all the same."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from library_fakes import open_library, report_text, write_report

from eval.bench.made_reports import write_reports
from retrieval.errors import LibraryMismatch
from retrieval.library.ledger import FILE
from retrieval.library.library import Library
from retrieval.library.made_vectors import FOLDER, MadeVectors
from retrieval.library.vector_store import EmbeddedStore
from retrieval.search.dense import KEYS, DenseMatrix
from retrieval.search.embedding import FakeEmbedder

COUNT = 4


class Counting(FakeEmbedder):
    """Keeps what it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def embed_documents(self, texts, progress=None):
        self.asked.extend(texts)
        return super().embed_documents(texts, progress)


@pytest.fixture
def embedder() -> Counting:
    return Counting()


@pytest.fixture
def library(tmp_path: Path, embedder: Counting):
    """Reports that came one by one, so that each stands in a part of its own."""
    with open_library(tmp_path / "lib", embedder=embedder) as opened:
        for i in range(COUNT):
            path = write_report(
                tmp_path / "in", f"{i}.txt", place=f"{'东南西北'[i]}山县", count=30 + i
            )
            opened.ingest([path])
        embedder.asked.clear()
        yield opened


def generation(library: Library) -> Path:
    return library.folder / "generations" / library.generation


def test_a_vector_is_in_one_file(library: Library) -> None:
    dense = DenseMatrix(generation(library))
    files = {p.stat().st_ino: p for p in library.folder.rglob("*") if p.is_file()}
    whole = [p.read_bytes() for p in files.values()]
    for report in dense.reports:
        for vector in dense.vectors_of(report):
            assert sum(raw.count(np.asarray(vector).tobytes()) for raw in whole) == 1
    assert not (library.folder / FOLDER).exists()


def test_no_database_of_vectors_is_built_where_all_are_scanned(tmp_path: Path) -> None:
    with open_library(tmp_path / "lib", store=EmbeddedStore()) as library:
        library.ingest([write_report(tmp_path / "in", "a.txt")])
        assert not (generation(library) / "chroma").exists()
        assert library.verify() == []
        vector = library.embed_query("审核规范性文件")
        assert vector is not None
        assert library.search_dense(vector, 2)


@pytest.mark.parametrize("what", ["rebuild", "remove", "rename"])
def test_nothing_is_made_again(library: Library, embedder: Counting, what: str) -> None:
    if what == "rebuild":
        assert library.rebuild() == []
    elif what == "remove":
        library.remove("1.txt")
    else:
        source = library.folder.parent / "in"
        (source / "1.txt").rename(source / "new.txt")
        library.ingest([source])
    library.refresh()
    assert embedder.asked == []
    assert library.has_vectors_of(None)
    assert library.verify() == []


def test_of_a_corrected_report_only_what_changed_is_made(
    library: Library, embedder: Counting
) -> None:
    path = library.folder.parent / "in" / "2.txt"
    path.write_text(report_text("西山县", count=32).replace("备案率100%", "备案率99%"), "utf-8")
    library.ingest([path])
    assert [text for text in embedder.asked if "备案率" in text] == [
        text for text in embedder.asked if "山县" not in text and "2023" not in text
    ]
    assert library.verify() == []


@pytest.mark.parametrize("damage", ["cut", "changed"])
def test_a_damaged_part_costs_its_own_vectors(
    library: Library, embedder: Counting, damage: str
) -> None:
    part = sorted(generation(library).glob("vectors-*"))[1]
    raw = bytearray(part.read_bytes())
    part.unlink()  # linked from older generations, too
    raw[-64:-32] = b"\x3f" * 32
    part.write_bytes(raw if damage == "changed" else raw[:500])
    with open_library(library.folder, embedder=embedder, for_rebuild=True) as mending:
        assert mending.verify()
        assert mending.rebuild() == []
        assert mending.verify() == []
    told = " ".join(embedder.asked)
    assert "31件" in told
    assert not any(f"{n}件" in told for n in (30, 32, 33))


def test_an_older_library_says_what_to_do_and_keeps_its_vectors(
    library: Library, embedder: Counting
) -> None:
    """Format 2 had the vectors in the database, too, and no keys in the parts."""
    folder, dense = generation(library), DenseMatrix(generation(library))
    rows = [
        (key, np.asarray(vector).tobytes())
        for report in dense.reports
        for key, vector in zip(dense.keys_of(report), dense.vectors_of(report), strict=True)
    ]
    library.close()
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**manifest, "format": 2}), "utf-8")
    for path in folder.glob(KEYS.format("*")):
        path.unlink()
    with sqlite3.connect(library.folder / FILE) as database:
        database.executemany("INSERT INTO vectors VALUES (?, ?)", rows)
    with pytest.raises(LibraryMismatch, match="baogao rebuild"):
        open_library(library.folder, embedder=embedder, create=False)
    with open_library(library.folder, embedder=embedder, for_rebuild=True) as mending:
        assert mending.rebuild() == []
        assert mending.verify() == []
    assert embedder.asked == []
    with sqlite3.connect(library.folder / FILE) as database:
        assert database.execute("SELECT count(*) FROM vectors").fetchone() == (0,)


def test_made_vectors_are_there_for_the_next_run_and_a_cut_file_is_none(tmp_path: Path) -> None:
    made = MadeVectors(tmp_path / "made")
    vectors = np.eye(3, 4, dtype=np.float32)
    made.put(["a" * 32, "b" * 32], vectors[:2])
    made.put(["c" * 32], vectors[2:])
    again = MadeVectors(tmp_path / "made")
    assert again.held(["a" * 32, "c" * 32, "d" * 32]) == {"a" * 32, "c" * 32}
    assert np.array_equal(again.get(["c" * 32])["c" * 32], vectors[2])
    first = min((tmp_path / "made").glob("*.npy"))
    first.write_bytes(first.read_bytes()[:100])
    (tmp_path / "made" / "unfinished").write_bytes(b"x")
    assert MadeVectors(tmp_path / "made").held(["a" * 32, "c" * 32]) == {"c" * 32}
    again.clear()
    assert not (tmp_path / "made").exists()


def test_headings_are_embedded_once_for_reports_that_come_one_by_one(
    tmp_path: Path, embedder: Counting
) -> None:
    first, second = write_reports(tmp_path / "in", 2)
    with Library.open(tmp_path / "lib", embedder=embedder, create=True) as library:
        library.ingest([first])
        common = {"二、存在的问题", "（二）规范行政执法", "（四）落实负责人出庭制度"}
        assert common <= set(embedder.asked)
        embedder.asked.clear()
        library.ingest([second])
        assert common.isdisjoint(embedder.asked)
        assert any("受理矛盾纠纷" in text for text in embedder.asked)
        assert library.verify() == []
