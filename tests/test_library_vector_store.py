"""The vector database itself: built, copied, damaged, and on a server."""

import contextlib
import shutil
import sqlite3
from pathlib import Path

import chroma_server
import numpy as np
import pytest
from library_fakes import open_library, report_text, write_report

import retrieval.library.vector_store
from retrieval.errors import ConfigurationError, LibraryDamaged, LibraryError
from retrieval.library.vector_store import FOLDER, EmbeddedStore, ServerStore
from retrieval.search.dense import FIRST, link_part, write_matrix

pytestmark = pytest.mark.slow

DIMENSION = 16


def unit_vectors(count: int, seed: int = 1) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def make_generation(folder: Path, rows, vectors) -> Path:
    folder.mkdir(parents=True)
    write_matrix(folder, rows, vectors, DIMENSION)
    return folder


ROWS = [(f"c{i}", f"r{i // 20}") for i in range(60)]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = make_generation(tmp_path_factory.mktemp("g") / "one", ROWS, unit_vectors(60))
    EmbeddedStore().build(folder, None, ())
    return folder


@pytest.fixture
def generation(built, tmp_path):
    return Path(shutil.copytree(built, tmp_path / "copy"))


def test_nearest_first_over_all_reports(generation):
    vectors = unit_vectors(60)
    found = EmbeddedStore().search(generation, vectors[33], 5)
    best = np.argsort(-(vectors @ vectors[33]))[:5]
    assert [chunk for chunk, _ in found] == [ROWS[i][0] for i in best]
    assert found[0][1] == pytest.approx(1, abs=1e-5)


def test_the_next_generation_starts_from_a_copy(generation, tmp_path):
    # r0 goes, r1 changes under the same ids, r3 comes; one of its rows has no vector yet.
    rows = [row for row in ROWS if row[1] != "r0"] + [("c90", "r3"), ("c91", "r3")]
    vectors = [*unit_vectors(20, seed=2), *unit_vectors(60)[40:], unit_vectors(1, seed=3)[0], None]
    new = make_generation(tmp_path / "new", rows, vectors)
    store = EmbeddedStore()
    store.build(new, generation, {"r0", "r1", "r3"})
    store.check(new)
    assert store.search(new, unit_vectors(20, seed=2)[4], 1)[0][0] == "c24"
    assert store.search(new, unit_vectors(1, seed=3)[0], 1)[0][0] == "c90"
    assert len(store.search(new, unit_vectors(1)[0], 100)) == 41
    store.check(generation)  # what it started from is untouched


def test_what_the_database_no_longer_needs_is_not_on_the_disk(generation):
    with contextlib.closing(sqlite3.connect(generation / FOLDER / "chroma.sqlite3")) as database:
        assert database.execute("PRAGMA freelist_count").fetchone() == (0,)


def segment(generation: Path, name: str) -> Path:
    return next((generation / FOLDER).rglob(name))


@pytest.mark.parametrize(
    "damage",
    [
        lambda g: shutil.rmtree(g / FOLDER),
        lambda g: (g / FOLDER / "chroma.sqlite3").unlink(),
        lambda g: (g / FOLDER / "chroma.sqlite3").write_bytes(b"\x07" * 9000),
        lambda g: write_matrix(
            g, [(f"x{i}", "r0") for i in range(60)], unit_vectors(60), DIMENSION
        ),
        lambda g: write_matrix(g, ROWS, unit_vectors(60, seed=9), DIMENSION),
    ],
    ids=["folder gone", "database gone", "database scrambled", "other rows", "other vectors"],
)
def test_damage_is_noticed(generation, damage):
    damage(generation)
    with pytest.raises(LibraryDamaged):
        EmbeddedStore().check(generation)


@pytest.fixture(scope="module")
def flushed(tmp_path_factory):
    """A generation past the first flush of the graph (1,000 rows), so that its files exist."""
    rows = [(f"c{i}", "r0") for i in range(1500)]
    folder = make_generation(tmp_path_factory.mktemp("g") / "big", rows, unit_vectors(1500))
    EmbeddedStore().build(folder, None, ())
    return folder


@pytest.mark.parametrize(
    "damage",
    [
        lambda p: p.write_bytes(np.random.default_rng(1).bytes(p.stat().st_size)),
        lambda p: p.write_bytes(p.read_bytes()[: p.stat().st_size // 2]),
        lambda p: p.unlink(),
    ],
    ids=["garbage", "half", "gone"],
)
def test_a_damaged_graph_costs_the_child_and_not_this_process(flushed, tmp_path, damage):
    generation = Path(shutil.copytree(flushed, tmp_path / "copy"))
    damage(segment(generation, "data_level0.bin"))
    with pytest.raises(LibraryDamaged):
        EmbeddedStore().check(generation)
    # A new generation is not built upon it but from nothing.
    new = tmp_path / "new"
    new.mkdir()
    link_part(flushed, FIRST, new)
    EmbeddedStore().build(new, generation, ())
    EmbeddedStore().check(new)


def test_a_large_unscoped_search_is_the_databases_and_survives_its_damage(tmp_path, monkeypatch):
    monkeypatch.setattr(retrieval.library.vector_store, "EXACT_SCAN_MAX_ROWS", 0)
    source = write_report(tmp_path / "in", "a.txt")
    with open_library(tmp_path / "lib", store=None) as library:
        library.ingest([source])
        question = library.embed_query("审核规范性文件多少件")
        scoped = library.search_dense(question, 3, [library.find("a").id])
        searches = []
        original = EmbeddedStore.search
        monkeypatch.setattr(EmbeddedStore, "search", lambda *a: searches.append(1) or original(*a))
        everywhere = library.search_dense(question, 3)
        assert searches == [1]
        assert [c for c, _ in everywhere] == [c for c, _ in scoped]
        assert library.verify() == []

    with open_library(tmp_path / "lib", store=None) as library:
        shutil.rmtree(tmp_path / "lib" / "generations" / library.generation / FOLDER)
        assert library.search_dense(question, 3) == scoped
        assert [p.part for p in library.verify()] == ["向量库"]
        library.rebuild()
        assert library.verify() == []


# Server


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    yield from chroma_server.serve(tmp_path_factory.mktemp("server"))


def test_a_library_on_a_server_searches_updates_and_verifies(server, tmp_path):
    source = tmp_path / "in"
    write_report(source, "a.txt", place="青山县", count=41)
    write_report(source, "b.txt", place="绿水市", count=12)
    with open_library(tmp_path / "lib", store=None, chroma_url=server) as library:
        library.ingest([source])
        a, b = library.find("a").id, library.find("b").id
        question = library.embed_query("审核规范性文件多少件")
        local = library._view.generation.dense
        for scope in (None, [a], [b], [a, b]):
            found = library.search_dense(question, 4, scope)
            # chunks as near as each other come in any order
            near = [score for _, score in local.search(question, 4, scope)]
            assert [score for _, score in found] == pytest.approx(near, abs=1e-4)
        before = library.pinned()
        (source / "a.txt").write_text(report_text(place="青山县", count=43), "utf-8")
        library.ingest([source])
        assert library.verify() == []
        for view, figure in ((library, "43件"), (before, "41件")):
            texts = [view.chunk(c).text for c, _ in view.search_dense(question, 20, [a])]
            assert sum(figure in text for text in texts) == 1
            assert all(text in view.report(a).text for text in texts)
        library.remove("a.txt")
        assert library.search_dense(question, 4, [a]) == []


def test_a_server_that_is_away_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match="BAOGAO_CHROMA_URL"):
        ServerStore("localhost:8000", "x1")
    source = write_report(tmp_path / "in", "a.txt")
    with (
        open_library(tmp_path / "lib", store=None, chroma_url="http://127.0.0.1:9") as library,
        pytest.raises(LibraryError, match="向量服务器没有正常应答"),
    ):
        library.ingest([source])
