"""What is kept of answers: by whom it can be read, for how long, and whether at all."""

import json
import sqlite3
import stat
from pathlib import Path

import pytest

from bot.records import DAY_S, AnswerRecords
from retrieval.errors import ReportNotFound

NOW = 2_000_000_000.0


def test_records_are_their_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    path.touch(0o644)
    records = AnswerRecords(path)
    records.add("a1", {"asked_at": "2026-01-01"})
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert records.get("a1") == {"asked_at": "2026-01-01"}


def test_a_record_has_its_time(tmp_path: Path) -> None:
    now = [NOW]
    records = AnswerRecords(tmp_path / "x", keep_days=2, clock=lambda: now[0])
    records.add("old", {})
    now[0] += 1.5 * DAY_S
    records.add("new", {})
    assert records.get("old") == {}
    now[0] += 1.0 * DAY_S
    AnswerRecords(tmp_path / "x", keep_days=2, clock=lambda: now[0])  # opening looks too
    with pytest.raises(ReportNotFound, match="2天"):
        records.get("old")
    assert records.get("new") == {}


def test_nothing_is_kept_where_nothing_is_to_be_kept(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    AnswerRecords(path).add("a1", {"answer": "机密"})
    none = AnswerRecords(path, keep_days=0)
    none.add("a2", {"answer": "机密"})
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT count(*) FROM answers").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM times").fetchone() == (0,)
    with pytest.raises(ReportNotFound, match="BAOGAO_KEEP_ANSWERS=0"):
        none.get("a1")
    assert none.get("a2") == {"answer": "机密"}  # until the program ends
    with pytest.raises(ReportNotFound):
        AnswerRecords(path, keep_days=0).get("a2")
    assert "机密".encode() not in b"".join(p.read_bytes() for p in tmp_path.iterdir())
    AnswerRecords(tmp_path / "never", keep_days=0).add("a", {})
    assert not (tmp_path / "never").exists()


def test_records_of_the_first_version_get_the_time_they_were_asked(tmp_path: Path) -> None:
    path = tmp_path / "answers.sqlite"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE answers (id TEXT UNIQUE, record TEXT)")
        for name, at in (
            ("old", "2001-01-01T00:00:00+00:00"),
            ("new", "2033-05-18T00:00:00+00:00"),
        ):
            db.execute("INSERT INTO answers VALUES (?, ?)", (name, json.dumps({"asked_at": at})))
        db.execute("PRAGMA user_version = 1")
    db.close()
    records = AnswerRecords(path, keep_days=30, clock=lambda: NOW)
    assert records.get("new")
    with pytest.raises(ReportNotFound):
        records.get("old")


def test_what_is_closed_opens_anew(tmp_path: Path) -> None:
    records = AnswerRecords(tmp_path / "answers.sqlite")
    records.add("a1", {"answer": "x"})
    records.close()
    assert [path.name for path in tmp_path.iterdir()] == ["answers.sqlite"]
    records.add("a2", {"answer": "y"})
    assert records.get("a1") == {"answer": "x"}
    assert records.get("a2") == {"answer": "y"}
