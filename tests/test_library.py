import json
import os
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from library_fakes import QuickStore, open_library, parse_lines, report_text, write_report

from bot.notes import worded
from retrieval.documents import Note
from retrieval.errors import (
    EmbeddingFailed,
    LibraryBusy,
    LibraryDamaged,
    LibraryError,
    LibraryMismatch,
    LibraryMissing,
    ReportNotFound,
)
from retrieval.library.generations import switch, writer_lock
from retrieval.library.ingestion import Writer
from retrieval.library.ledger import FILE
from retrieval.library.library import Library
from retrieval.search.embedding import FakeEmbedder


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "报告 folder"
    write_report(folder, "a.txt", place="青山县", count=41)
    write_report(folder, "b.txt", place="绿水市", year=2022, count=12)
    return folder


@pytest.fixture
def library(tmp_path, source):
    with open_library(tmp_path / "lib") as opened:
        opened.ingest([source])
        yield opened


def statuses(results):
    return [(r.source, r.status) for r in results]


def search(library, question, reports=None):
    vector = library.embed_query(question)
    ids = [i for i, _ in library.search_dense(vector, 3, reports)]
    return ids, [i for i, _ in library.search_lexical(question, 3, reports)]


class BrokenEmbedder(FakeEmbedder):
    working = False

    def embed_documents(self, texts, progress=None):
        if not self.working:
            raise EmbeddingFailed("引擎无法加载")
        return super().embed_documents(texts, progress)

    def embed_query(self, text):
        if not self.working:
            raise EmbeddingFailed("引擎无法加载")
        return super().embed_query(text)


# Taking in


def test_what_is_ingested_is_found_and_spans_hold(library):
    assert [s.meta.source for s in library.reports()] == ["a.txt", "b.txt"] or len(
        library.reports()
    ) == 2
    a = library.find("a.txt")
    assert a.text == report_text(place="青山县", count=41)
    for ids in search(library, "青山县审核规范性文件多少件"):
        best = library.chunk(ids[0])
        assert best.report == a.id
        assert "41件" in a.text[best.start : best.end] == best.text
    assert library.verify() == []


def test_progress_is_told_to_the_end(tmp_path, source):
    told = []
    with open_library(tmp_path / "lib") as library:
        library.ingest([source], told.append)
    assert {p.stage for p in told} == {"read", "embed", "index"}
    for stage in ("read", "embed", "index"):
        last = [p for p in told if p.stage == stage][-1]
        assert last.done == last.total > 0


def test_the_same_again_changes_nothing(library, source):
    generation = library.generation
    assert statuses(library.ingest([source])) == [("a.txt", "unchanged"), ("b.txt", "unchanged")]
    assert library.generation == generation


def test_the_same_words_under_another_name_encoding_or_line_end_are_one_report(library, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    text = report_text(place="青山县", count=41)
    (other / "copy.txt").write_bytes(text.encode("gb18030"))
    (other / "dos.txt").write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    results = library.ingest([other])
    assert {(r.status, r.report) for r in results} == {("duplicate", library.find("a.txt").id)}
    assert all("a.txt" in (r.reason or "") for r in results)
    assert len(library.reports()) == 2


def test_a_corrected_file_replaces_its_report_and_the_old_words_are_kept(library, source):
    before = library.find("a.txt")
    write_report(source, "a.txt", place="青山县", count=43)
    results = library.ingest([source])
    assert statuses(results) == [("a.txt", "updated"), ("b.txt", "unchanged")]
    after = library.find("a.txt")
    assert after.id == before.id
    assert "43件" in after.text
    for ids in search(library, "青山县审核规范性文件41件"):
        assert all("41件" not in library.chunk(i).text for i in ids)
    assert [e.version for e in library.versions(after.id)] == [1, 2]
    assert library._ledger.source(after.id, 1)[1] == before.text
    assert library.verify() == []


def test_a_corrected_file_in_another_folder_updates_the_report_whose_file_is_gone(
    library, tmp_path, source
):
    corrected = write_report(tmp_path / "new", "a.txt", place="青山县", count=44)
    (source / "a.txt").unlink()
    assert statuses(library.ingest([corrected])) == [("a.txt", "updated")]
    assert len(library.reports()) == 2


def test_a_namesake_in_another_folder_is_told_apart_while_both_files_are_there(library, tmp_path):
    other = write_report(tmp_path / "new", "a.txt", place="青山县", count=44)
    results = library.ingest([other])
    assert statuses(results) == [("a.txt", "added")]
    assert any("a.txt" in w for w in worded(results[0].warnings))


def test_a_renamed_file_is_followed(library, source):
    before = library.find("a.txt")
    (source / "a.txt").rename(source / "新名.txt")
    results = {r.source: r for r in library.ingest([source])}
    assert results["新名.txt"].status == "updated"
    assert "a.txt" in (results["新名.txt"].reason or "")
    assert library.find("新名.txt").id == before.id
    assert len(library.reports()) == 2


def test_a_file_that_vanished_is_told_and_taken_out_on_request(library, source):
    (source / "a.txt").unlink()
    told = {r.source: r for r in library.ingest([source])}
    assert told["a.txt"].status == "skipped"
    assert "--prune" in (told["a.txt"].reason or "")
    assert len(library.reports()) == 2
    told = {r.source: r for r in library.ingest([source], prune=True)}
    assert "移除" in (told["a.txt"].reason or "")
    assert [s.meta.source for s in library.reports()] == ["b.txt"]
    assert library.verify() == []


def test_a_namesake_on_another_year_is_another_report(library, tmp_path):
    last = write_report(tmp_path / "2021", "a.txt", place="青山县", year=2021)
    assert statuses(library.ingest([last])) == [("a.txt", "added")]
    assert len(library.reports()) == 3
    with pytest.raises(ReportNotFound, match="2 份"):
        library.find("a.txt")
    assert library.find("青山 2021").meta.year == 2021


def test_two_files_that_claim_the_same_are_both_kept_and_warn_of_each_other(library, source):
    write_report(source, "z.txt", place="青山县", count=99)
    results = {r.source: r for r in library.ingest([source])}
    assert results["z.txt"].status == "added"
    assert any("a.txt" in w for w in worded(results["z.txt"].warnings))
    assert any("z.txt" in w for w in worded(results["a.txt"].warnings))
    assert any("z.txt" in w for w in worded(library.find("a.txt").warnings))
    library.remove("z.txt")
    assert library.find("a.txt").warnings == ()


def test_two_namesakes_in_one_run_do_not_replace_each_other(tmp_path):
    write_report(tmp_path / "in" / "x", "r.txt", place="青山县", count=1)
    write_report(tmp_path / "in" / "y", "r.txt", place="青山县", count=2)
    with open_library(tmp_path / "lib") as library:
        assert [r.status for r in library.ingest([tmp_path / "in"])] == ["added", "added"]
        assert [r.status for r in library.ingest([tmp_path / "in"])] == ["unchanged"] * 2


def test_bad_files_are_refused_by_name_and_the_good_ones_go_in(tmp_path, source):
    (source / "empty.txt").write_bytes(b"")
    (source / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (source / "bug.txt").write_text("无法解析", "utf-8")
    (source / "big.txt").touch()
    os.truncate(source / "big.txt", 200 * 1024 * 1024)
    (source / "link.txt").symlink_to("/etc/passwd")
    os.mkfifo(source / "pipe.txt")
    (source / "line\nbreak\u202e.txt").write_text(report_text(place="白石区"), "utf-8")
    with open_library(tmp_path / "lib") as library:
        results = library.ingest([source, source / "a.pdf"])
        refused = {r.source: r.reason for r in results if r.status == "refused"}
        assert set(refused) == {
            "empty.txt", "binary.txt", "bug.txt", "big.txt", "link.txt", "pipe.txt", "a.pdf",
        }  # fmt: skip
        assert all(reason and "\n" not in reason for reason in refused.values())
        assert {s.meta.source for s in library.reports()} == {
            "a.txt", "b.txt", "line_break_.txt",
        }  # fmt: skip
        for result in results:
            line = json.loads(json.dumps(result.to_json()))
            assert set(line) == {"source", "status", "report", "reason", "warnings"}
            assert (line["report"] is None) == (line["status"] in ("refused", "skipped"))


def test_nothing_but_bad_files_leaves_an_empty_library(tmp_path):
    (tmp_path / "empty.txt").touch()
    with open_library(tmp_path / "lib") as library:
        assert library.ingest([tmp_path / "empty.txt"])[0].status == "refused"
        assert library.reports() == ()
        assert library.search_lexical("问", 3) == []
        assert library.embed_query("问") is None
        assert library.search_dense(np.ones(64, np.float32), 3) == []
    with pytest.raises(LibraryMissing, match="baogao ingest"):
        open_library(tmp_path / "lib", create=False)


def test_vectors_are_made_once_for_the_same_words(tmp_path, source):
    embedded = []

    class Counting(FakeEmbedder):
        def embed_documents(self, texts, progress=None):
            embedded.extend(texts)
            return super().embed_documents(texts, progress)

    with open_library(tmp_path / "lib", embedder=Counting()) as library:
        library.ingest([source])
        held = [library.report(s.id) for s in library.reports()]
        assert len(embedded) == len(set(embedded))
        assert set(embedded) >= {c.text for r in held for c in r.chunks}
        embedded.clear()
        assert library.rebuild() == []
        write_report(source, "a.txt", place="青山县", count=43)
        library.ingest([source])
        # the two lines with a changed figure; what stands over them is known
        assert len(embedded) == 2
        assert all("43件" in text or "50件" in text for text in embedded)


def test_without_an_embedder_words_are_searched_and_vectors_come_later(tmp_path, source):
    embedder = BrokenEmbedder()
    with open_library(tmp_path / "lib", embedder=embedder) as library:
        results = library.ingest([source])
        assert all(r.status == "added" and r.warnings[-1].kind == "no_vectors" for r in results)
        assert library.search_lexical("规范性文件", 2)
        assert library.embed_query("规范性文件") is None
        assert not library.has_vectors_of(None)
        assert [p.part for p in library.verify()] == ["向量"]
        embedder.working = True
        assert {r.status for r in library.ingest([source])} == {"unchanged"}
        assert library.has_vectors_of(None)
        assert library.verify() == []
        assert library.search_dense(library.embed_query("规范性文件"), 2)


# Finding


@pytest.mark.parametrize("name", ["a", "a.txt", "青山县 2023", "青山2023年", "青山縣", "２０２３"])
def test_a_report_goes_by_many_names(library, name):
    assert library.find(name).meta.source == "a.txt"


def test_ids_and_their_beginnings_find_a_report(library):
    report = library.find("b.txt")
    assert library.find(report.id) is library.find(report.id[:6]) is library.report(report.id)


@pytest.mark.parametrize("name", ["", "  ", "火星 2023", "青山 1999", "x" * 10_000, "\x1b[31m"])
def test_a_wrong_name_gets_the_candidates(library, name):
    with pytest.raises(ReportNotFound) as caught:
        library.find(name)
    assert len(str(caught.value)) < 700
    assert "\x1b" not in str(caught.value)


def test_unknown_ids_are_told(library):
    with pytest.raises(ReportNotFound):
        library.report("r0")
    with pytest.raises(ReportNotFound):
        library.chunk("nothing")


def test_summaries_have_the_shape_of_the_contract(library):
    line = json.loads(json.dumps(library.reports()[0].to_json()))
    assert list(line) == [
        "report", "source", "title", "place", "issuer", "year", "level", "chars", "chunks",
        "warnings",
    ]  # fmt: skip


# Removing, rebuilding, following


def test_a_removed_report_is_gone_with_its_words(library):
    removed = library.remove("青山 2023")
    assert removed.meta.source == "a.txt"
    assert [s.meta.source for s in library.reports()] == ["b.txt"]
    for ids in search(library, "青山县审核规范性文件41件"):
        assert all("41件" not in library.chunk(i).text for i in ids)
    assert library.versions(removed.id) == []
    assert library.verify() == []
    stored = b"".join(p.read_bytes() for p in library.folder.rglob("*.tsv"))
    assert removed.id.encode() not in stored


def test_the_last_report_can_be_removed(library):
    library.remove("a.txt")
    library.remove("b.txt")
    assert library.reports() == ()
    assert library.search_lexical("规范性文件", 3) == []
    assert library.verify() == []


def test_an_open_library_follows_another_writer_and_a_pinned_one_does_not(library, source):
    with open_library(library.folder) as reader:
        pinned = reader.pinned()
        assert reader.refresh() is False
        old = reader.find("a.txt").text
        write_report(source, "a.txt", place="青山县", count=77)
        library.ingest([source])
        assert "77件" not in reader.find("a.txt").text
        assert reader.refresh() is True
        assert "77件" in reader.find("a.txt").text
        assert pinned.refresh() is False
        for ids in search(pinned, "青山县规范性文件41件", [pinned.find("a.txt").id]):
            assert pinned.chunk(ids[0]).text in old


@pytest.mark.slow
def test_readers_in_threads_never_see_a_mixture(library, source):
    faults, stop = [], threading.Event()

    def read():
        while not stop.is_set():
            library.refresh()
            view = library.pinned()
            text = view.find("a.txt").text
            for ids in search(view, "青山县规范性文件", [view.find("a.txt").id]):
                for chunk in map(view.chunk, ids):
                    if text[chunk.start : chunk.end] != chunk.text:
                        faults.append(chunk)

    threads = [threading.Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    with open_library(library.folder) as writer:
        for count in (100, 2000, 3, 41):
            write_report(source, "a.txt", place="青山县", count=count)
            assert writer.ingest([source])[0].status == "updated"
    stop.set()
    for thread in threads:
        thread.join()
    assert faults == []


# Wrong libraries


def test_a_missing_library_says_how_to_make_one(tmp_path):
    for folder in (tmp_path / "none", tmp_path):
        with pytest.raises(LibraryMissing, match="baogao ingest 文件夹"):
            open_library(folder, create=False)
    assert not (tmp_path / "none").exists()


def test_a_file_is_no_library(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(LibraryError, match="不是目录"):
        open_library(tmp_path / "file")


def test_another_embedder_is_refused_and_a_rebuild_adopts_it(library):
    with pytest.raises(LibraryMismatch, match=r"64.*32.*baogao rebuild"):
        open_library(library.folder, embedder=FakeEmbedder(32))

    same_length = FakeEmbedder()
    same_length.name = "fake/other"
    with pytest.raises(LibraryMismatch, match="fake/other"):
        open_library(library.folder, embedder=same_length)

    with open_library(library.folder, embedder=FakeEmbedder(32), for_rebuild=True) as mending:
        assert mending.rebuild() == []
        assert mending.verify() == []
        assert mending.search_dense(FakeEmbedder(32).embed_query("规范性文件"), 1)
    with pytest.raises(LibraryMismatch):
        library.refresh()
    with pytest.raises(LibraryMismatch, match="维"):
        library.search_dense(np.ones(32, np.float32), 3)


def test_another_parser_is_refused_and_a_rebuild_parses_anew(library):
    before = library.find("a.txt")
    with pytest.raises(LibraryMismatch, match="baogao rebuild"):
        open_library(library.folder, parser_version=2)
    with open_library(library.folder, parser_version=2, for_rebuild=True) as mending:
        assert mending.rebuild() == []
        assert mending.find("a.txt") == before
        assert len(mending.versions(before.id)) == 1, "a new parse is no new version of the words"


def test_another_schema_is_refused(library, tmp_path):
    import sqlite3

    library.close()
    db = sqlite3.connect(library.folder / FILE)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(LibraryMismatch, match="另一版本"):
        open_library(library.folder)


def test_a_second_writer_is_refused_within_two_seconds(library, source):
    with writer_lock(library.folder), pytest.raises(LibraryBusy, match="另一个进程"):
        library.ingest([source])
    assert library.ingest([source])[0].status == "unchanged"


def test_a_read_only_library_answers_and_says_why_it_takes_nothing_in(library, source):
    library.close()
    paths = [library.folder, *library.folder.rglob("*")]
    for path in paths:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        if os.access(library.folder, os.W_OK):
            pytest.skip("this user may write anywhere")
        with open_library(library.folder, create=False) as reader:
            assert reader.search_lexical("规范性文件", 1)
            with pytest.raises(LibraryError, match="不可写"):
                reader.ingest([source])
    finally:
        for path in paths:
            path.chmod(0o755)


# Damage

DAMAGES = {
    "pointer cut": lambda f, g: (f / "CURRENT").write_text("g0000"),
    "pointer gone": lambda f, g: (f / "CURRENT").unlink(),
    "pointer to nothing": lambda f, g: switch(f, "g000009-00000000"),
    "generation gone": lambda f, g: shutil.rmtree(g),
    "manifest cut": lambda f, g: (g / "manifest.json").write_bytes(
        (g / "manifest.json").read_bytes()[:40]
    ),
    "vectors gone": lambda f, g: next(g.glob("vectors-*")).unlink(),
    "vectors cut": lambda f, g: os.truncate(next(g.glob("vectors-*")), 500),
    "vectors changed": lambda f, g: scribble(next(g.glob("vectors-*"))),
    "rows changed": lambda f, g: next(g.glob("reports-*")).write_text("x\t0\t9\t0\n"),
    "row names changed": lambda f, g: scribble(next(g.glob("chunks-*"))),
    "lexical gone": lambda f, g: shutil.rmtree(g / "lexical"),
    "lexical scrambled": lambda f, g: [
        p.write_bytes(b"\x07" * p.stat().st_size)
        for p in (g / "lexical").iterdir()
        if p.suffix in (".term", ".idx", ".store")
    ],
    "store changed": lambda f, g: (g / "store.tsv").write_text("x"),
}


def scribble(path):
    raw = bytearray(path.read_bytes())
    raw[-200:-100] = b"\x3f" * 100
    path.write_bytes(raw)


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_indexes_are_noticed_and_mended(library, damage):
    words = {s.id: library.report(s.id) for s in library.reports()}
    library.close()
    DAMAGES[damage](library.folder, library.folder / "generations" / library.generation)
    with open_library(library.folder, for_rebuild=True) as mending:
        problems = mending.verify()
        assert problems
        assert mending.rebuild() == []
        assert mending.verify() == []
    with open_library(library.folder, create=False) as mended:
        assert {s.id: mended.report(s.id) for s in mended.reports()} == words
        for ids in search(mended, "青山县审核规范性文件"):
            assert mended.chunk(ids[0]).report == mended.find("a.txt").id


@pytest.mark.parametrize(
    "damage", ["pointer cut", "pointer gone", "generation gone", "manifest cut", "vectors gone"]
)
def test_what_is_missing_at_opening_is_told_with_the_command(library, damage):
    library.close()
    DAMAGES[damage](library.folder, library.folder / "generations" / library.generation)
    with pytest.raises(LibraryDamaged, match="baogao rebuild"):
        open_library(library.folder, create=False)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda p: p.write_bytes(b"not a database at all, but long enough to be read" * 100),
         LibraryDamaged),
        (lambda p: p.unlink(), LibraryDamaged),
        (lambda p: p.write_bytes(b""), LibraryMissing),
    ],
)  # fmt: skip
def test_a_database_that_is_gone_or_scrambled_is_told(library, change, error):
    library.close()
    change(library.folder / FILE)
    with pytest.raises(error):
        open_library(library.folder, create=False)


def test_changed_words_in_the_database_are_found(library):
    import sqlite3

    report = library.find("a.txt")
    db = sqlite3.connect(library.folder / FILE)
    db.execute("UPDATE reports SET text = replace(text, '41件', '14件') WHERE report = ?",
               (report.id,))  # fmt: skip
    db.commit()
    db.close()
    assert [(p.part, "a.txt" in p.message) for p in library.verify()] == [("报告", True)]
    library.rebuild()
    assert library.verify() == []
    assert "41件" in library.find("a.txt").text


def test_opening_reads_no_index(library, monkeypatch):
    def no(*_):
        raise AssertionError("read at opening")

    library.close()
    monkeypatch.setattr("retrieval.library.generations.LexicalIndex", no)
    monkeypatch.setattr("retrieval.library.generations.DenseMatrix", no)
    with Library.open(
        library.folder, embedder=FakeEmbedder(), parse=lambda *_: None, parser_version=1,
        store=QuickStore(),
    ) as reader:  # fmt: skip
        assert len(reader.reports()) == 2


# Rescue from a damaged database


def mend(folder):
    return Library.mend(
        folder, embedder=FakeEmbedder(), parse=parse_lines, parser_version=1, store=QuickStore()
    )


def test_mending_a_sound_database_leaves_it_alone(library):
    library.close()
    before = (library.folder / FILE).stat().st_ino
    assert mend(library.folder) == []
    assert (library.folder / FILE).stat().st_ino == before


@pytest.mark.slow
@pytest.mark.parametrize("at", [0.3, 0.5, 0.8])
def test_what_a_damaged_database_still_gives_is_rescued(tmp_path, at):
    source = tmp_path / "in"
    for i in range(30):
        path = write_report(source, f"{i:02}.txt", place=f"第{i}县", year=1990 + i)
        path.write_text(path.read_text("utf-8") + "行政执法案卷评查。\n" * 300, "utf-8")
    with open_library(tmp_path / "lib") as library:
        library.ingest([source])
        words = {s.meta.source: library.report(s.id).text for s in library.reports()}
    database = tmp_path / "lib" / FILE
    with database.open("r+b") as file:
        file.seek(int(database.stat().st_size * at) // 4096 * 4096)
        file.write(bytes(16_384))
    with open_library(tmp_path / "lib", for_rebuild=True) as damaged:
        assert [p.part for p in damaged.verify()] == ["数据库"]

    lost = mend(tmp_path / "lib")
    assert all("baogao ingest" in line for line in lost)
    with open_library(tmp_path / "lib", create=False) as library:
        assert library.verify() == []
        kept = {s.meta.source: library.report(s.id).text for s in library.reports()}
        assert kept.items() <= words.items()
        assert len(kept) + len(lost) == 30
        assert len(kept) >= 20
        library.ingest([source])
        assert {s.meta.source: library.report(s.id).text for s in library.reports()} == words
        assert library.verify() == []


def test_a_database_that_cannot_be_opened_is_replaced_and_all_that_is_lost_is_named(
    library, source
):
    ids = {s.id for s in library.reports()}
    library.close()
    (library.folder / FILE).write_bytes(b"\x07" * 50_000)
    with pytest.raises(LibraryDamaged):
        open_library(library.folder, for_rebuild=True)
    lost = mend(library.folder)
    assert len(lost) == 2
    assert all(any(i in line for line in lost) for i in ids)
    assert (library.folder / f"{FILE}.damaged").read_bytes() == b"\x07" * 50_000
    with open_library(library.folder, create=False) as again:
        assert again.reports() == ()
        assert {r.status for r in again.ingest([source])} == {"added"}
        assert again.verify() == []


def test_a_rebuild_of_an_open_library_rescues_too(library):
    with (library.folder / FILE).open("r+b") as file:
        file.seek(8192)
        file.write(bytes(4096))
    with open_library(library.folder, for_rebuild=True) as mending:
        mending.rebuild()
        assert mending.verify() == []


def test_a_running_reader_follows_a_rescue(library):
    with open_library(library.folder) as reader:
        with (library.folder / FILE).open("r+b") as file:
            file.seek(8192)
            file.write(bytes(4096))
        library.close()
        mend(library.folder)
        assert reader.refresh()
        assert all(reader.report(s.id).text for s in reader.reports())


def test_facts_come_back_as_they_were_found(tmp_path):
    from retrieval.parsing.indicators import find_facts

    reports = Path(__file__).parent.parent / "eval" / "reports"
    with Library.open(
        tmp_path / "lib", embedder=FakeEmbedder(), store=QuickStore(), create=True
    ) as library:
        results = library.ingest([reports])
        assert [r.status for r in results] == ["added"] * 5
        for summary in library.reports():
            report = library.report(summary.id)
            facts = library.facts(summary.id)
            assert facts == find_facts(report.text, report.sections)
            assert facts
        assert library.verify() == []


def test_words_are_served_before_their_vectors_and_a_cut_run_is_taken_up(
    tmp_path, source, monkeypatch
):
    monkeypatch.setattr("retrieval.library.ingestion.WORDS_FIRST_CHUNKS", 0)
    served = []

    class Interrupted(FakeEmbedder):
        cut = True

        def embed_documents(self, texts, progress=None):
            made = super().embed_documents(texts, progress)
            with open_library(tmp_path / "lib") as reader:
                found = reader.search_lexical("规范性文件", 4)
                held = [s.id for s in reader.reports()]
                served.append((len(held), bool(found), reader.words_only_in(held)))
            if self.cut:
                raise KeyboardInterrupt
            return made

    embedder = Interrupted()
    with open_library(tmp_path / "lib", embedder=embedder) as library:
        with pytest.raises(KeyboardInterrupt):
            library.ingest([source])
        assert served == [(2, True, Note("no_vectors"))]
        embedder.cut = False
        assert {r.status for r in library.ingest([source])} == {"unchanged"}
        assert library.has_vectors_of(None)
        assert library.words_only_in(None) is None
        assert library.verify() == []
        before = library.generation
        library.ingest([source])
        assert library.generation == before
        # one that comes now lacks vectors for itself alone
        write_report(source, "c.txt", place="远山县", count=7)
        embedder.cut = True
        with pytest.raises(KeyboardInterrupt):
            library.ingest([source])
        library.refresh()
        new, old = library.find("c").id, library.find("a").id
        assert not library.has_vectors_of([old, new])
        assert library.has_vectors_of([old])
        assert library.words_only_in([old]) is None
        assert library.words_only_in([new]) == Note("no_vectors")


def test_vectors_made_but_not_switched_to_are_served_by_the_next_run(tmp_path, source, monkeypatch):
    monkeypatch.setattr("retrieval.library.ingestion.WORDS_FIRST_CHUNKS", 0)
    with open_library(tmp_path / "lib") as library:
        with monkeypatch.context() as cut:
            cut.setattr(Writer, "_embed", _embed_and_stop)
            with pytest.raises(KeyboardInterrupt):
                library.ingest([source])
        library.refresh()
        assert not library.has_vectors_of(None)
        library.ingest([source])
        assert library.has_vectors_of(None)
        assert library.verify() == []


def _embed_and_stop(writer, embed=Writer._embed):
    embed(writer)
    raise KeyboardInterrupt
