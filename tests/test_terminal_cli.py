"""The commands as a user meets them: shapes of the contract, exit codes, clear errors."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

REPORTS = Path(__file__).parent.parent / "eval" / "reports"


def baogao(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    hidden = (
        "OPENAI_API_KEY",
        "OPENAI_BASE_URL",
        "BAOGAO_MODEL",
        "BAOGAO_LIBRARY",
        "TELEGRAM_BOT_TOKEN",
    )
    clean = {name: value for name, value in os.environ.items() if name not in hidden}
    return subprocess.run(
        [sys.executable, "-m", "bot", *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        env=clean | environment,
        timeout=200,
        check=False,
    )


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli") / "报告 库"
    rows = lines(baogao("ingest", REPORTS, "--json", "--library", folder))
    assert [row["status"] for row in rows] == ["added"] * 5
    return folder


def test_help_teaches_and_names_the_environment() -> None:
    done = baogao("--help")
    assert done.returncode == 0
    for word in ("ingest", "ask", "chat", "telegram", "BAOGAO_LIBRARY", "OPENAI_API_KEY", "提问"):
        assert word in done.stdout


def test_ingesting_again_changes_nothing(library: Path) -> None:
    rows = lines(baogao("ingest", REPORTS, "--json", "--library", library))
    assert {row["status"] for row in rows} == {"unchanged"}


def test_reports(library: Path) -> None:
    rows = {row["source"]: row for row in lines(baogao("reports", "--json", "--library", library))}
    assert rows["003_fd9fb81b242120f8.txt"]["place"] == ["广东省", "云浮市", "云城区"]
    assert rows["003_fd9fb81b242120f8.txt"]["year"] == 2022
    department = rows["004_87db0459dcb0080d.txt"]
    assert (department["issuer"], department["level"]) == ("重庆市綦江区司法局", "department")
    assert set(department) == {
        "report", "source", "title", "place", "issuer", "year", "level", "chars", "chunks", "warnings",
    }  # fmt: skip


def test_sections_cover_the_text(library: Path) -> None:
    rows = lines(baogao("sections", "綦江 2023", "--json", "--library", library))
    text = (REPORTS / "004_87db0459dcb0080d.txt").read_bytes().decode("utf-8")
    assert rows[0]["start"] == 0
    assert rows[-1]["end"] == len(text)
    assert all(a["end"] == b["start"] for a, b in itertools.pairwise(rows))
    assert {"problems", "plans", "measures", "furniture"} <= {row["role"] for row in rows}


def test_show_prints_the_stored_text(library: Path) -> None:
    done = baogao("show", "玉山 2023", "--start", "0", "--end", "7", "--library", library)
    assert done.stdout == "玉山县人民政府\n"


def test_ask_json_has_the_contract_shape(library: Path) -> None:
    done = baogao("ask", "what problems did 綦江 list", "--json", "--library", library)
    (answer,) = lines(done)
    assert set(answer) == {
        "id", "question", "status", "answer", "sentences", "citations", "scope", "warnings",
        "writer", "answerer", "notes", "prompt", "model", "usage", "elapsed_ms",
    }  # fmt: skip
    assert answer["status"] == "answered"
    assert sum(s["kind"] == "claim" for s in answer["sentences"]) == 3
    text = (REPORTS / "004_87db0459dcb0080d.txt").read_bytes().decode("utf-8")
    for citation in answer["citations"]:
        assert citation["quote"] == text[citation["start"] : citation["end"]]


def test_batch_keeps_order_and_history(library: Path, tmp_path: Path) -> None:
    asked, told = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows = [
        {
            "id": "b",
            "question": "换成柯桥呢？",
            "history": ["上虞2022年审核了多少件行政规范性文件？"],
        },
        {"id": "a", "question": "云城的人口"},
    ]
    asked.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")
    done = baogao("ask", "--batch", asked, "--out", told, "--library", library)
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in told.read_text("utf-8").splitlines()]
    assert [a["id"] for a in answers] == ["b", "a"]
    assert "25件" in answers[0]["answer"]
    assert answers[1]["status"] == "abstained"


def test_retrieve(library: Path) -> None:
    rows = lines(baogao("retrieve", "上虞的败诉率", "--k", "3", "--json", "--library", library))
    assert [row["rank"] for row in rows] == [1, 2, 3]
    assert set(rows[0]) == {
        "rank",
        "report",
        "source",
        "section_path",
        "start",
        "end",
        "text",
        "score",
    }


def test_verify_says_all_is_well(library: Path) -> None:
    assert baogao("verify", "--library", library).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("ask", "问题", "--library", "/nowhere/at/all"), 1, "ingest"),
        (("ask",), 2, ""),
        (("ask", "   "), 2, ""),
        (("show", "不存在的报告"), 1, "没有找到报告"),
        (("frobnicate",), 2, ""),
        (("telegram",), 1, "TELEGRAM_BOT_TOKEN"),
        (("ask", "问题", "--writer", "llm"), 1, "OPENAI_API_KEY"),
    ],
)
def test_errors_are_one_sentence(
    library: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    given = arguments if "--library" in arguments else (*arguments, "--library", str(library))
    done = baogao(*given)
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_bad_files_are_named_and_the_good_ones_go_in(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "空.txt").write_bytes(b"")
    (folder / "图.txt").write_bytes(bytes(range(256)) * 40)
    (folder / "坏\n名.txt").write_bytes(b"\xff\xfe\x00")
    report = "青石县2023年法治政府建设情况报告\n一、主要举措\n审核文件12件。\n二、存在问题\n一是人少。二是钱少。\n"
    (folder / "好.txt").write_text(report, "gb18030")
    done = baogao("ingest", folder, "--json", "--library", tmp_path / "lib")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert sum(row["status"] == "added" for row in rows) == 1
    refused = [row for row in rows if row["status"] == "refused"]
    assert len(refused) == 3
    assert all(row["reason"] for row in refused)
    asked = baogao("ask", "青石县有哪些问题", "--library", tmp_path / "lib")
    assert "人少" in asked.stdout
    assert "共2条" in asked.stdout


def test_what_is_no_web_address_is_named_whole(tmp_path: Path) -> None:
    listed = (
        "ftp://example.gov.cn/a.txt",
        "www.example.gov.cn/b.html",
        "http://me:x@example.gov.cn/",
    )
    (tmp_path / "网址.txt").write_text("# 清单\n\n" + "\n".join(listed), "gbk")
    done = baogao(
        "ingest", "file:///etc/passwd", "--urls", tmp_path / "网址.txt", "--json",
        "--library", tmp_path / "lib",
    )  # fmt: skip
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [row["source"] for row in rows] == ["file:///etc/passwd", *listed]
    assert {row["status"] for row in rows} == {"refused"}
    assert all("网址" in row["reason"] for row in rows)


def test_a_corrected_report_replaces_the_old_one(tmp_path: Path) -> None:
    source = tmp_path / "r.txt"
    for count in ("12", "15"):
        source.write_text(
            f"青石县2023年法治政府建设情况报告\n一、主要举措\n全年审核规范性文件{count}件。\n",
            "utf-8",
        )
        baogao("ingest", source, "--library", tmp_path / "lib")
    answer = baogao("ask", "青石县审核了多少件规范性文件", "--library", tmp_path / "lib").stdout
    assert "15件" in answer
    assert "12件" not in answer


def test_output_survives_a_plain_locale(library: Path) -> None:
    done = baogao("reports", "--library", library, LANG="C", LC_ALL="C", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert "綦江" in done.stdout


def test_removing_asks_where_there_is_somebody_and_a_backup_brings_it_back(
    library: Path, tmp_path: Path
) -> None:
    def held(folder: Path) -> int:
        return len(lines(baogao("reports", "--json", "--library", folder)))

    file, other = tmp_path / "备份.zip", tmp_path / "other"
    assert baogao("backup", file, "--library", library).returncode == 0
    done = baogao("restore", file, "--library", other)
    assert (done.returncode, held(other)) == (0, 5), done.stderr
    assert "已有内容" in baogao("restore", file, "--library", other).stderr
    refused = subprocess.run(
        [sys.executable, "-m", "bot", "remove", "綦江 2023", "--library", str(other)],
        input="n\n", capture_output=True, encoding="utf-8", check=False, timeout=100,
    )  # fmt: skip
    assert (refused.returncode, held(other)) == (1, 5)
    assert baogao("remove", "綦江 2023", "--yes", "--library", other).returncode == 0
    assert held(other) == 4
    assert baogao("restore", file, "--replace", "--library", other).returncode == 0
    assert held(other) == 5
    assert baogao("verify", "--library", other).returncode == 0
    cut = tmp_path / "cut.zip"
    cut.write_bytes(file.read_bytes()[:5_000])
    done = baogao("restore", cut, "--library", tmp_path / "third")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
