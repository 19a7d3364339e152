from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import typer
from library_fakes import QuickStore
from reporting_fakes import REAL
from typer.testing import CliRunner

from bot.assistant import Assistant
from bot.tables.reporting import brief_question
from bot.terminal import cli_reports
from retrieval.library.library import Library
from retrieval.search.embedding import FakeEmbedder

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> typer.Typer:
    folder = tmp_path_factory.mktemp("library")
    with Library.open(folder, embedder=FakeEmbedder(), create=True, store=QuickStore()) as shelf:
        shelf.ingest(REAL[:2])

    @contextmanager
    def library(_: Path | None) -> Iterator[Library]:
        with Library.open(folder, embedder=FakeEmbedder(), store=QuickStore()) as shelf:
            yield shelf

    @contextmanager
    def assistant(_: Path | None, writer: str = "auto") -> Iterator[Assistant]:
        with library(None) as shelf:
            yield Assistant(shelf)

    made = typer.Typer()
    cli_reports.register(made, assistant, library)
    return made


def run(app: typer.Typer, *words: str) -> str:
    result = CliRunner().invoke(app, words, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_brief_prints_one_paragraph_of_the_length_asked(app: typer.Typer) -> None:
    shape = json.loads(run(app, "brief", "玉山", "--year", "2023", "--chars", "150-220", "--json"))
    assert shape["status"] == "answered"
    paragraph = "".join(s["text"] for s in shape["sentences"] if not s["text"].startswith("（"))
    assert 150 <= len(paragraph) <= 220
    assert shape["answer"].split("\n")[0].startswith("据《玉山县")
    assert run(app, "brief", "玉山", "--plain").count("\n") == 1
    assert "出处" in run(app, "brief", "玉山")


def test_brief_tells_what_it_left_out_with_where_it_stands(app: typer.Typer) -> None:
    shown = run(app, "brief", "玉山", "--chars", "100-150", "--left-out")
    paragraph, _, left = shown.partition("——没有写进去的——")
    assert "没有写入的存在问题（" in left
    assert "没有写入的下一步计划（" in left
    assert "没有写入" not in paragraph
    assert "[1]" in left
    shape = json.loads(run(app, "brief", "玉山", "--chars", "100-150", "--json"))
    told = {(c["start"], c["end"]) for c in shape["citations"]}
    assert len(shape["left_out"]) > 5
    for row in shape["left_out"]:
        assert row["quote"]
        assert row["part"].startswith("玉山县（2023年度）")
        assert not any(row["start"] < end and start < row["end"] for start, end in told)


def test_a_writer_that_is_none_is_a_usage_error(app: typer.Typer) -> None:
    assert CliRunner().invoke(app, ["brief", "上虞", "--writer", "gpt"]).exit_code == 2


def test_brief_writes_the_kind_its_name_says(app: typer.Typer, tmp_path: Path) -> None:
    run(app, "brief", "上虞", "--out", str(tmp_path / "a.docx"))
    run(app, "brief", "上虞", "--out", str(tmp_path / "a.md"))
    assert (tmp_path / "a.docx").read_bytes().startswith(b"PK")
    assert "[^1]: " in (tmp_path / "a.md").read_text("utf-8")


@pytest.mark.parametrize("chars", ["300-200", "很长", "5-9"])
def test_a_length_that_is_none_is_a_usage_error(app: typer.Typer, chars: str) -> None:
    assert CliRunner().invoke(app, ["brief", "上虞", "--chars", chars]).exit_code == 2


def test_compare_gives_the_table_of_the_contract(app: typer.Typer) -> None:
    shape = json.loads(run(app, "compare", "上虞和玉山，谁审核的规范性文件更多", "--json"))
    table = shape["table"]
    assert table["columns"] == ["规范性文件审核件数"]
    by_place = {row["place"]: row["cells"][0] for row in table["rows"]}
    assert by_place["上虞区"]["value"] == 31
    assert by_place["玉山县"]["value"] == 9
    for cell in by_place.values():
        assert cell["text"] in shape["citations"][cell["citation"] - 1]["quote"]
    assert "│" in run(app, "compare", "上虞和玉山规范性文件审核件数对比")


def test_compare_without_an_answer_abstains_and_writes_no_file(
    app: typer.Typer, tmp_path: Path
) -> None:
    shape = json.loads(run(app, "compare", "上虞和玉山核电站数量对比", "--json"))
    assert shape["status"] == "abstained"
    out = tmp_path / "a.csv"
    result = CliRunner().invoke(app, ["compare", "上虞和玉山核电站数量对比", "--out", str(out)])
    assert result.exit_code == 1
    assert not out.exists()


def test_facts_are_filtered_and_point_at_the_text(app: typer.Typer) -> None:
    rows = [
        json.loads(ln)
        for ln in run(
            app, "facts", "--place", "玉山", "--indicator", "行政复议收到", "--json"
        ).splitlines()
    ]
    assert [row["value"] for row in rows] == ["65件"]
    assert run(app, "facts", "--year", "1999") == ""
    table = list(csv.DictReader(io.StringIO(run(app, "facts", "--csv"))))
    assert {row["year"] for row in table} == {"2022", "2023"}


@pytest.mark.parametrize(
    ("words", "year", "question"),
    [
        (["綦江"], 2023, "2023年写一段綦江法治政府建设情况的简报"),
        (["玉山", "上虞"], None, "写一段玉山和上虞法治政府建设情况的简报"),
        (["綦江普法工作，一段话"], None, "綦江普法工作，一段话"),
    ],
)
def test_places_become_a_question(words: list[str], year: int | None, question: str) -> None:
    assert brief_question(words, year) == question
