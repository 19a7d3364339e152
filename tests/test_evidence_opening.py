"""Above the number of reports that are opened at once: nothing is miscounted, nothing made twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from bot.assistant import Assistant
from bot.evidence import opening
from bot.evidence.opening import Passages
from bot.holdings import list_holdings, place_index, reader_of
from eval.bench.made_reports import RARE_EVERY, RARE_PHRASE, write_reports
from retrieval.documents import Hit
from retrieval.library.library import Library
from retrieval.library.vector_store import STAMP
from retrieval.search.embedding import FakeEmbedder

pytestmark = pytest.mark.slow

COUNT = opening.MAX_READ_REPORTS + 11
HOLDING = -(-COUNT // RARE_EVERY)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder: Path = tmp_path_factory.mktemp("many")
    paths = write_reports(folder / "reports", COUNT)
    with Library.open(folder / "library", embedder=FakeEmbedder(), create=True) as opened:
        with pytest.MonkeyPatch.context() as many:
            many.setattr("retrieval.library.vector_store.EXACT_SCAN_MAX_ROWS", 0)
            opened.ingest(paths)
        yield opened


def test_which_counts_every_report_in_scope(library: Library) -> None:
    answer = Assistant(library).ask(f"哪些报告提到了{RARE_PHRASE}").answer
    notes = [s.text for s in answer.sentences if s.kind == "note"]
    assert f"共{HOLDING}份报告提到：" in notes
    assert any("未提及（已检索全文）" in n and f"等{COUNT - HOLDING}份" in n for n in notes)
    assert len({c.report for c in answer.citations}) == HOLDING


def test_where_not_all_could_be_read_no_total_is_said(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "MAX_HOLDING_READ", 4)
    answer = Assistant(library).ask(f"哪些地方设立了{RARE_PHRASE}").answer
    said = "".join(s.text for s in answer.sentences if s.kind == "note")
    assert "读了4份报告，其中4份提到" in said
    assert f"其余{HOLDING - 4}份没有读" in said
    assert f"共{HOLDING}份" not in said


def test_reports_that_hold_the_very_phrase_are_counted_unopened(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "MAX_READ_REPORTS", 4)
    reply = Assistant(library).ask(f"哪些报告提到了{RARE_PHRASE}")
    notes = [s.text for s in reply.answer.sentences if s.kind == "note"]
    assert notes[0] == f"共{HOLDING}份报告提到："
    assert any(n.startswith(f"另有{HOLDING - 4}份也提到") for n in notes)
    assert len({c.report for c in reply.answer.citations}) == 4


def test_a_phrase_in_a_menu_is_not_the_reports(library: Library) -> None:
    report = library.report(library.reports()[0].id)
    title = next(s for s in report.sections if s.kind == "heading" and not s.path)
    body = next(s for s in report.sections if s.kind == "body")
    assert library.says_at(report.id, body.start, body.start + 2)
    assert not library.says_at(report.id, title.start, title.start + 2)


def test_a_ranking_neither_searches_nor_opens_what_it_does_not_show(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Library, "search_lexical", lambda *_: pytest.fail("searched"))
    reply = Assistant(library).ask("各地行政复议收案数排名")
    assert reply.table is not None
    assert len(reply.table.rows) == COUNT
    assert not any("没有读" in s.text for s in reply.answer.sentences)


def test_figures_are_read_once_for_each_version(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    assistant, read = Assistant(library), list[int]()
    figures = Library.figures

    def counted(held: Library, reports: Sequence[str], *of: Any, **how: Any) -> Any:
        read.append(len(reports))
        return figures(held, reports, *of, **how)

    monkeypatch.setattr(Library, "figures", counted)
    first = assistant.ask("各地调解成功率排名")
    again = assistant.ask("各地调解成功率排名")
    assert read == [COUNT]
    assert [s.text for s in first.answer.sentences] == [s.text for s in again.answer.sentences]


def test_a_catalogue_counts_all_and_opens_only_those_listed(library: Library) -> None:
    answer = Assistant(library).ask("有哪些报告").answer
    assert answer.sentences[0].text == f"共{COUNT}份报告："


def test_what_follows_from_the_holdings_is_made_once_a_generation(library: Library) -> None:
    one, other = library.pinned(), library.pinned()
    assert list_holdings(one) is list_holdings(other)
    assert place_index(one) is place_index(other)
    assert reader_of(one) is reader_of(other)


def test_the_vector_database_is_probed_once_and_only_if_it_was_touched(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    probed: list[Path] = []
    store = type(library._shelf.store)  # type: ignore[attr-defined]
    monkeypatch.setattr("retrieval.library.vector_store.EXACT_SCAN_MAX_ROWS", 0)
    monkeypatch.setattr(store, "check", lambda _, folder: probed.append(folder))
    vector = library.embedder.embed_query("行政复议")
    for touched in (False, True):
        library._shelf.store._sound.clear()  # type: ignore[attr-defined]
        if touched:
            (library.folder / "generations" / library.generation / STAMP).unlink()
        for _ in range(3):
            assert library.pinned().search_dense(vector, 3)
        assert len(probed) == touched


def test_the_shortest_and_the_longest_of_all_are_told(library: Library) -> None:
    lengths = {
        s.id: sum(
            leaf.end - leaf.start
            for leaf in library.report(s.id).sections
            if leaf.role != "furniture"
        )
        for s in library.reports()
    }
    assert library.own_chars(list(lengths)) == lengths
    said = Assistant(library).ask("哪份报告最短").answer.sentences[0].text
    assert f"（{min(lengths.values())}字）" in said
    assert said.endswith(f"（{max(lengths.values())}字）")


def test_two_questions_search_at_the_same_time() -> None:
    met = Barrier(2)

    def search() -> list[Hit]:
        met.wait(timeout=30)  # broken where one waits for the other to be done
        return []

    asked = [Passages(search), Passages(search)]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(len, asked)) == [0, 0]
    assert [list(passages.found) for passages in asked] == [[], []]
