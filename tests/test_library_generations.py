"""A new generation writes what is new: the rest are the files of the one before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from library_fakes import QuickStore, open_library, report_text, write_report

import retrieval.library.vector_store
from retrieval.library import generations
from retrieval.library.library import Library
from retrieval.library.vector_store import FOLDER, LAG_REPORTS, EmbeddedStore


def place(number: int) -> str:
    return f"第{'一二三四五六七八九十百千万亿'[number % 14]}{'东南西北中'[number // 14]}县"


def files_of(library: Library) -> dict[str, int]:
    folder = library.folder / "generations" / library.generation
    return {str(p.relative_to(folder)): p.stat().st_ino for p in folder.rglob("*") if p.is_file()}


def found(library: Library, words: str, reports: list[str] | None = None) -> list[str]:
    vector = library.embed_query(words)
    assert vector is not None
    return [chunk for chunk, _ in library.search_dense(vector, 5, reports)]


def test_a_report_added_leaves_the_files_of_the_others_alone(tmp_path: Path) -> None:
    source = tmp_path / "in"
    for i in range(8):
        write_report(source, f"{i}.txt", place=place(i))
    with open_library(tmp_path / "lib") as library:
        library.ingest([source])
        before = files_of(library)
        write_report(source, "new.txt", place=place(8))
        library.ingest([source])
        after = files_of(library)
        linked = {name for name, node in after.items() if before.get(name) == node}
        kept = {n for n in before if n.startswith(("vectors", "chunks", "reports", "lexical/"))}
        anew = {Path(name).suffix for name in kept - linked}
        assert anew <= {".json", ".lock"}  # lists of what there is, and locks
        assert sum(name.startswith("vectors") for name in after) == 2
        assert library.verify() == []
        assert len(library.reports()) == 9


@pytest.mark.slow
def test_many_additions_are_merged_and_end_as_one_run_does(tmp_path: Path) -> None:
    source, most = tmp_path / "in", generations.MAX_PARTS
    with open_library(tmp_path / "lib") as library:
        for i in range(most + 9):
            write_report(source, f"{i:02}.txt", place=place(i), count=i)
            if i % 5 == 4:  # a corrected one, too: its old rows are to be found no longer
                (source / "00.txt").write_text(report_text(place(0), count=100 + i), "utf-8")
            library.ingest([source])
            folder = library.folder / "generations" / library.generation
            assert len(list(folder.glob("vectors-*"))) <= most
        assert library.verify() == []
        with open_library(tmp_path / "whole") as whole:
            whole.ingest([source])
            dense, other = library._view.generation.dense, whole._view.generation.dense
            mine = {library.report(r).meta.source: len(dense.rows_of(r)) for r in dense.reports}
            its = {whole.report(r).meta.source: len(other.rows_of(r)) for r in other.reports}
            assert mine == its
            for words in ("审核规范性文件多少件", f"{place(3)}执法力量不足"):
                vector = library.embed_query(words)
                assert vector is not None
                assert library.chunk(found(library, words)[0]).text == (
                    whole.chunk(found(whole, words)[0]).text
                )
                scores = [score for _, score in library.search_dense(vector, 40)]
                assert scores == pytest.approx([s for _, s in whole.search_dense(vector, 40)])


def test_what_is_removed_is_in_no_file(tmp_path: Path) -> None:
    source = tmp_path / "in"
    for i in range(3):
        write_report(source, f"{i}.txt", place=place(i))
        with open_library(tmp_path / "lib") as library:
            library.ingest([source])
    with open_library(tmp_path / "lib") as library:
        gone = library.find("1.txt")
        ids = [chunk.id.encode() for chunk in gone.chunks]
        library.remove("1.txt")
        indexes = [p for p in (tmp_path / "lib" / "generations").rglob("*") if p.is_file()]
        assert not [p for p in indexes if any(i in p.read_bytes() for i in ids)]
        assert library.verify() == []


class Counting(EmbeddedStore):
    built = 0

    def build(self, *arguments: object) -> None:
        type(self).built += 1
        super().build(*arguments)  # type: ignore[arg-type]


@pytest.mark.slow
def test_few_reports_more_are_found_without_another_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieval.library.vector_store, "EXACT_SCAN_MAX_ROWS", 0)
    source, store = tmp_path / "in", Counting()
    for i in range(3):
        write_report(source, f"{i}.txt", place=place(i))
    with open_library(tmp_path / "lib", store=store) as library:
        library.ingest([source])
        first = library.generation
        write_report(source, "new.txt", place=place(5), count=7)
        (source / "0.txt").write_text(report_text(place(0), count=99), "utf-8")
        library.ingest([source])
        assert Counting.built == 1
        folders = {p.name for p in (tmp_path / "lib" / "generations").iterdir()}
        assert folders == {first, library.generation}
        assert library.verify() == []
        for words in (f"{place(5)}审核规范性文件7件", f"{place(0)}审核规范性文件99件"):
            everywhere = found(library, words)
            assert everywhere == found(library, words, [s.id for s in library.reports()])
            assert len(everywhere) == 5
        for i in range(LAG_REPORTS):
            write_report(source, f"more{i}.txt", place=place(10 + i))
        library.ingest([source])
        assert Counting.built == 2
        assert (tmp_path / "lib" / "generations" / library.generation / FOLDER).is_dir()


@pytest.mark.slow
def test_a_database_as_it_was_checked_is_trusted_and_another_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrieval.library.vector_store, "EXACT_SCAN_MAX_ROWS", 0)
    source = write_report(tmp_path / "in", "a.txt")
    with open_library(tmp_path / "lib", store=EmbeddedStore()) as library:
        library.ingest([source])
        folder = tmp_path / "lib" / "generations" / library.generation
    checked: list[Path] = []

    class Watched(EmbeddedStore):
        def check(self, generation: Path) -> None:
            checked.append(generation)

    assert Watched().sound(folder)
    assert checked == []
    (folder / FOLDER / "segment").mkdir()
    (folder / FOLDER / "segment" / "data_level0.bin").write_bytes(b"x")
    assert Watched().sound(folder)
    assert checked == [folder]


def test_where_no_file_can_be_linked_it_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError("not on this disk")

    monkeypatch.setattr(os, "link", refused)
    source = tmp_path / "in"
    with open_library(tmp_path / "lib", store=QuickStore()) as library:
        for i in range(2):
            write_report(source, f"{i}.txt", place=place(i))
            library.ingest([source])
        assert library.verify() == []
