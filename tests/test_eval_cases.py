"""Case files are read strictly, and ours are all sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.cases import KINDS, BadCase, load_cases, read_sources
from eval.suites import choose_suites

SOURCES = {"a_2023.txt": "受理案件36件。", "b_2022.txt": "受理案件54宗。"}
GOOD: dict[str, Any] = {
    "id": "a-1",
    "kind": "fact",
    "question": "受理多少件？",
    "history": [],
    "docs": ["a_2023"],
    "must": [["36件"]],
    "must_not": [],
    "evidence": [{"doc": "a_2023", "quote": "受理案件36件"}],
    "answerable": True,
}


def write(folder: Path, *rows: object) -> Path:
    file = folder / "cases.jsonl"
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_a_good_case_is_read(tmp_path: Path) -> None:
    (case,) = load_cases([write(tmp_path, GOOD, "")], SOURCES)
    assert case.id == "a-1"
    assert case.must == (("36件",),)
    assert case.evidence[0].quote == "受理案件36件"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"extra": 1}, "unknown key extra"),
        ({"id": ""}, "id must be a string that is not empty"),
        ({"kind": "Riddle 1"}, "kind 'Riddle 1' is no name"),
        ({"must": []}, "needs at least one group in must"),
        ({"must": [[]]}, "a group of must is empty"),
        ({"must": ["36件"]}, "each group of must must be a list"),
        ({"must_not": "54宗"}, "must_not must be a list"),
        ({"answerable": False}, "answerable must be false for kind unanswerable"),
        ({"answerable": "yes"}, "answerable is true or false"),
        ({"kind": "followup"}, "a followup needs a history"),
        ({"docs": ["c_"]}, "no report's file name begins with 'c_'"),
        ({"evidence": [{"doc": "a_2023", "quote": "受理36件"}]}, "evidence is not verbatim"),
        ({"evidence": [{"doc": "c_", "quote": "x"}]}, "no report's file name begins with 'c_'"),
        ({"evidence": [{"doc": "b_2022", "quote": "受理案件54宗"}]}, "not among docs"),
        ({"evidence": [{"quote": "x"}]}, "exactly doc and quote"),
    ],
)
def test_a_bad_case_is_refused_with_its_line(
    tmp_path: Path, changes: dict[str, Any], fault: str
) -> None:
    bad = {**GOOD, "id": "a-2", **changes}
    with pytest.raises(BadCase, match=r"cases\.jsonl:2: ") as raised:
        load_cases([write(tmp_path, GOOD, bad)], SOURCES)
    assert fault in str(raised.value)


def test_a_missing_key_a_broken_line_and_an_id_used_twice_are_all_told(tmp_path: Path) -> None:
    short = {key: value for key, value in GOOD.items() if key != "docs"}
    with pytest.raises(BadCase) as raised:
        load_cases([write(tmp_path, GOOD, short, "{", GOOD, "[]")], SOURCES)
    told = str(raised.value).split("\n")
    assert [line.split(":")[1] for line in told] == ["2", "3", "4", "5"]
    assert "missing key docs" in told[0]
    assert "already used at cases.jsonl:1" in told[2]


def test_sources_are_decoded_and_only_the_folder_s_own(tmp_path: Path) -> None:
    (tmp_path / "g.txt").write_bytes("受理案件36件，法治政府建设年度报告。".encode("gb18030"))
    (tmp_path / "README.md").write_text("not a report", encoding="utf-8")
    (tmp_path / "gold").mkdir()
    (tmp_path / "gold" / "x.txt").write_text("not a report either", encoding="utf-8")
    assert read_sources(tmp_path) == {"g.txt": "受理案件36件，法治政府建设年度报告。"}


def test_our_case_files_are_sound_and_cover_every_kind() -> None:
    suites = {suite.name: suite for suite in choose_suites(None)}
    real, written = suites["real"].cases, suites["written"].cases
    kinds = [case.kind for case in real]
    wanted = {
        "fact": 90,
        "list": 25,
        "cross": 30,
        "lang": 25,
        "followup": 20,
        "unanswerable": 35,
        "false_premise": 15,
        "brief": 10,
    }
    assert {kind: kinds.count(kind) for kind in wanted if kinds.count(kind) < wanted[kind]} == {}
    assert len(real) >= 240
    assert len(written) >= 60
    assert set(kinds) <= set(KINDS)
    assert len({case.id for case in (*real, *written)}) == len(real) + len(written)
