"""``python -m eval`` from the command line, on a small folder with an embedder without a model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import bot.assembly
import eval.__main__ as command
import eval.suites
from eval.ablations import list_ablations, merge_chunks
from eval.cases import load_cases, read_sources
from eval.libraries import prepare_library
from eval.scoring import CaseResult, summarise_suite
from eval.terminal import format_writers
from retrieval.documents import Chunk
from retrieval.library.library import Library
from retrieval.search.embedding import FakeEmbedder

pytestmark = pytest.mark.slow

REPORTS = Path(eval.suites.HERE) / "reports"
KEQIAO = REPORTS / "002_13e2c0081a279d59.txt"
CASE = {
    "id": "k-1",
    "kind": "fact",
    "question": "柯桥法制审核提出意见建议多少条？",
    "history": [],
    "docs": ["002_13e2c008"],
    "must": [["16条"]],
    "must_not": [],
    "evidence": [{"doc": "002_13e2c008", "quote": "提出意见建议16条,均被采纳"}],
    "answerable": True,
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one report and one case; caches and vectors stay inside it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    fake = FakeEmbedder(64)
    for module in (command, eval.suites):
        monkeypatch.setattr(module, "LocalEmbedder", lambda: fake)
    monkeypatch.setattr(bot.assembly, "open_embedder", lambda settings: fake)
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / KEQIAO.name).write_bytes(KEQIAO.read_bytes())
    write_cases(tmp_path, CASE)
    return tmp_path


def write_cases(folder: Path, *cases: object) -> None:
    lines = [json.dumps(case, ensure_ascii=False) for case in cases]
    (folder / "cases.jsonl").write_text("\n".join(lines), encoding="utf-8")


def evaluate(folder: Path, *options: str) -> int:
    given = ["--cases", str(folder / "cases.jsonl"), "--reports", str(folder / "reports")]
    return command.main([*given, "--out", str(folder / "out"), *options])


def test_any_case_file_on_any_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate(folder, "--failures", "--writer", "extractive") == 0
    shown = capsys.readouterr()
    assert "reports: 1 of 1 cases right" in shown.out
    assert "ingesting 1 reports" in shown.err
    saved = json.loads((folder / "out" / "results.json").read_text(encoding="utf-8"))
    (suite,) = saved["suites"]
    assert suite["scores"]["facts"]["value"] == 1
    assert suite["cases"][0]["answer"]["citations"][0]["quote"]
    assert "<title>" in (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert evaluate(folder, "--writer", "extractive") == 0
    assert "ingesting" not in capsys.readouterr().err
    again = json.loads((folder / "out" / "results.json").read_text(encoding="utf-8"))
    assert again["suites"] == saved["suites"]


def test_rivals_stand_beside(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate(folder, "--rivals") == 0
    assert "recursive+Chroma" in capsys.readouterr().out
    saved = json.loads((folder / "out" / "results.json").read_text(encoding="utf-8"))
    assert set(saved["rivals"]["reports"]) == {"dense", "BM25", "recursive+Chroma"}


def test_a_bad_case_file_is_usage(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_cases(folder, {**CASE, "evidence": [{"doc": "002_13e2c008", "quote": "没有的话"}]})
    assert evaluate(folder) == 2
    assert "cases.jsonl:1: evidence is not verbatim" in capsys.readouterr().err


def test_a_baseline_is_made_of_whole_suites(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        evaluate(folder, "--update-baseline", "better")
    assert raised.value.code == 2
    assert "whole suites" in capsys.readouterr().err


def test_squad_from_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    context = "甲县2023年法治政府建设年度报告\n一、工作情况\n全年受理行政复议案件36件。"
    qas = [{"id": "1", "question": "甲县受理行政复议案件多少件？", "answers": [{"text": "36件"}]}]
    squad = {"data": [{"paragraphs": [{"context": context, "qas": qas}]}]}
    file = folder / "squad.json"
    file.write_text(json.dumps(squad, ensure_ascii=False), encoding="utf-8")
    assert command.main(["--squad", str(file)]) == 0
    assert "answer in the first cited quote            " in capsys.readouterr().out
    file.write_text("[]", encoding="utf-8")
    assert command.main(["--squad", str(file)]) == 2


def test_ablations_lack_their_part(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert evaluate(folder, "--ablations") == 0
    shown = capsys.readouterr().out
    for name in (
        "as it is",
        "no dense",
        "no lexical",
        "no scope",
        "no context line",
        "chunks to 400",
    ):
        assert name in shown


def test_what_is_switched_off_is_off(folder: Path) -> None:
    embedder = FakeEmbedder(64)
    files = [folder / "reports" / KEQIAO.name]
    made = prepare_library(files, embedder, print)
    with Library.open(made, embedder=embedder) as library:
        seen = {}
        for ablation in list_ablations(library, files, embedder, folder / "other"):
            seen[ablation.name] = ablation.assistant.retrieve("柯桥规范性文件审查", 10)
    assert all(hit.dense_rank is None for hit in seen["no dense"])
    assert all(hit.lexical_rank is None for hit in seen["no lexical"])
    assert any(hit.dense_rank for hit in seen["as it is"])
    assert any(hit.chunk.context for hit in seen["as it is"])
    assert not any(hit.chunk.context for hit in seen["no context line"])
    longest = {name: max(len(hit.chunk.text) for hit in hits) for name, hits in seen.items()}
    assert longest["as it is"] < longest["chunks to 400"] <= 400


def test_chunks_are_joined_within_a_role() -> None:
    text = "甲乙丙丁"
    roles = ("measures", "measures", "problems", "problems")
    chunks = [
        Chunk(str(i), "r", i, i, i + 1, text[i], "", (), role)  # type: ignore[arg-type]
        for i, role in enumerate(roles)
    ]
    assert [c.text for c in merge_chunks(text, chunks, 10)] == ["甲乙", "丙丁"]
    assert [c.text for c in merge_chunks(text, chunks, 1)] == list(text)
    assert [c.ordinal for c in merge_chunks(text, chunks, 10)] == [0, 1]


def test_a_library_is_remade_when_the_code_has_changed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    files = [folder / "reports" / KEQIAO.name]
    first = prepare_library(files, FakeEmbedder(64), told.append)
    code = folder / "code"
    code.mkdir()
    (code / "x.py").write_text("changed")
    monkeypatch.setattr("eval.libraries._CODE", code)
    assert prepare_library(files, FakeEmbedder(64), told.append) == first
    assert [line.split()[0] for line in told] == ["ingesting", "remaking"]
    assert prepare_library(files, FakeEmbedder(32), told.append) != first


def test_two_writers_stand_side_by_side(folder: Path) -> None:
    case = load_cases([folder / "cases.jsonl"], read_sources(folder / "reports"))[0]
    answer = {"status": "answered", "writer": "llm"}
    won = CaseResult(case, answer, (), (), {"facts": (1, 1)}, True, "", (), ())
    lost = replace(won, ratios={"facts": (0, 1)}, passed=False)
    writers = {"extractive": lost, "llm": won}
    shown = format_writers({n: summarise_suite("reports", [r], {}) for n, r in writers.items()})
    assert "worded by the model: 1 of 1 answers; cases right: extractive 0, llm 1" in shown
    assert "only llm right: k-1" in shown
