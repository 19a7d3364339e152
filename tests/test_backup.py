"""A library and its conversations into one file and back; a wrong file changes nothing."""

import json
import sqlite3
import stat
import zipfile
from pathlib import Path

import pytest

from bot.backup import MANIFEST, back_up, restore
from bot.chats.conversations import ConversationStore, chats_path
from bot.records import AnswerRecords
from retrieval.errors import BaogaoError
from retrieval.library.ledger import FILE


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A folder with the files a library has; reports enough to be counted."""
    folder = tmp_path / "报告 库"
    folder.mkdir()
    with sqlite3.connect(folder / FILE) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE reports (report TEXT, version INTEGER, text TEXT)")
        db.executemany("INSERT INTO reports VALUES (?, 1, ?)", [("a", "甲" * 9_000), ("b", "乙")])
    db.close()
    (folder / "CURRENT").write_text("g1")
    (folder / "writer.lock").touch()
    (folder / "generations").mkdir()
    (folder / "passwords.json").write_text("{}")
    records = AnswerRecords(folder / "answers.sqlite")
    records.add("a1", {"answer": "x"})
    records.close()
    store = ConversationStore(chats_path(folder))
    store.add_answer(1, 2, {"question": "问"})
    store.close()
    return folder


@pytest.fixture
def file(library: Path, tmp_path: Path) -> Path:
    target = tmp_path / "备份.zip"
    assert back_up(library, chats_path(library), target).reports == 2
    return target


def rebuilt(folder: Path) -> None:
    (folder / "CURRENT").write_text("rebuilt")


def put_back(file: Path, target: Path, **more: bool):
    return restore(file, target, chats_path(target), rebuilt, **more)


def test_what_was_kept_comes_back(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "library"
    manifest, aside = put_back(file, target)
    assert (manifest.reports, aside) == (2, None)
    with sqlite3.connect(target / FILE) as db:
        assert db.execute("SELECT count(*), max(length(text)) FROM reports").fetchone() == (
            2,
            9_000,
        )
    assert AnswerRecords(target / "answers.sqlite").get("a1") == {"answer": "x"}
    assert (target / "passwords.json").exists()
    assert (target / "CURRENT").read_text() == "rebuilt"
    assert not (target / "generations").exists()
    store = ConversationStore(chats_path(target))
    assert store.counts(2).all_day == 0
    assert sqlite3.connect(store.path).execute("SELECT count(*) FROM answers").fetchone() == (1,)
    store.close()
    assert [p.name for p in target.parent.iterdir() if p.name.startswith(".")] == []


def test_a_backup_is_its_owners_alone(file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not file.with_name(f"{file.name}.part").exists()


def test_a_backup_is_made_while_others_write(library: Path, tmp_path: Path) -> None:
    writer = sqlite3.connect(library / FILE, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO reports VALUES ('c', 1, '未提交')")
    assert back_up(library, chats_path(library), tmp_path / "x.zip").reports == 2
    writer.execute("COMMIT")
    writer.close()


def test_what_stands_there_is_not_overwritten(file: Path, library: Path) -> None:
    before = (library / "CURRENT").read_text()
    with pytest.raises(BaogaoError, match="--replace"):
        put_back(file, library)
    assert (library / "CURRENT").read_text() == before
    _, aside = put_back(file, library, replace=True)
    assert aside is not None
    assert (aside / library.name / "CURRENT").read_text() == before
    assert (aside / chats_path(library).name).exists()
    assert (library / "CURRENT").read_text() == "rebuilt"


def spoilt(file: Path, target: Path, how: str) -> Path:
    data = file.read_bytes()
    if how == "no zip":
        target.write_text("这不是压缩包")
    elif how == "empty":
        target.write_bytes(b"")
    elif how == "half":
        target.write_bytes(data[: len(data) // 2])
    elif how == "end cut":
        target.write_bytes(data[:-30])
    elif how == "byte changed":
        at = len(data) // 2
        target.write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
    else:
        with zipfile.ZipFile(file) as old, zipfile.ZipFile(target, "w") as new:
            manifest = json.loads(old.read(MANIFEST))
            names = [name for name in old.namelist() if name != MANIFEST]
            if how == "no manifest":
                manifest = None
            elif how == "later format":
                manifest["format"] = 99
            elif how == "path out":
                manifest["files"][0]["name"] = "../../evil"
            elif how == "longer than said":
                manifest["files"][0]["size"] -= 1
            elif how == "too much":
                manifest["files"][0]["size"] = 10**18
            elif how == "file missing":
                names = [name for name in names if name != FILE]
            elif how == "no database":
                manifest["files"] = [f for f in manifest["files"] if f["name"] != FILE]
            elif how == "manifest of another shape":
                manifest = {"format": 1, "files": "all", "made_at": 1}
            if manifest is not None:
                new.writestr(MANIFEST, json.dumps(manifest))
            for name in names:
                new.writestr(name, old.read(name))
    return target


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("no zip", "不完整"), ("empty", "不完整"), ("half", "不完整"), ("end cut", "不完整"),
        ("byte changed", "不完整"), ("no manifest", "不是 baogao 的备份"),
        ("later format", "较新版本"), ("path out", "不是 baogao 的备份"),
        ("longer than said", "不完整"), ("too much", "空间不够"), ("file missing", "不完整"),
        ("no database", "不是 baogao 的备份"), ("manifest of another shape", "不是 baogao 的备份"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_one_sentence_and_changes_nothing(
    file: Path, library: Path, tmp_path: Path, how: str, words: str
) -> None:
    wrong = spoilt(file, tmp_path / "wrong.zip", how)
    before = {p: p.stat().st_mtime_ns for p in library.iterdir()}
    with pytest.raises(BaogaoError, match=words):
        put_back(wrong, library, replace=True)
    assert {p: p.stat().st_mtime_ns for p in library.iterdir()} == before
    fresh = tmp_path / "fresh"
    with pytest.raises(BaogaoError, match=words):
        put_back(wrong, fresh)
    assert not fresh.exists()


def test_there_must_be_something_to_keep_and_something_to_restore(tmp_path: Path) -> None:
    with pytest.raises(BaogaoError, match="没有报告库"):
        back_up(tmp_path / "none", tmp_path / "none.chats", tmp_path / "x.zip")
    assert not (tmp_path / "x.zip").exists()
    with pytest.raises(BaogaoError, match="没有找到备份文件"):
        put_back(tmp_path / "none.zip", tmp_path / "new")


def test_a_rebuild_that_fails_changes_nothing(file: Path, library: Path) -> None:
    def fails(_: Path) -> None:
        raise BaogaoError("建不了索引")

    with pytest.raises(BaogaoError, match="建不了索引"):
        restore(file, library, chats_path(library), fails, replace=True)
    assert (library / "CURRENT").read_text() == "g1"
