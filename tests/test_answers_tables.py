"""A cell is found by its row and its column, and an answer names both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from library_fakes import QuickStore
from made_cell_tables import CELL_PAGES
from made_tables import PAGES

from bot.assistant import Assistant
from bot.values import Answer
from retrieval.library.library import Library
from retrieval.question.query import State
from retrieval.search.embedding import FakeEmbedder
from retrieval.search.retriever import Options
from retrieval.text.grids import row_at

ALL = (*PAGES, *CELL_PAGES)
ASKED = [asked for page in ALL for asked in page.asked]
# asked without a column, the first one is told and not the total
OTHER_COLUMN = {"望江市2023年结转下年度继续办理多少件"}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder: Path = tmp_path_factory.mktemp("tables")
    for page in ALL:
        (folder / page.source).write_bytes(page.raw)
    with Library.open(
        folder / "library", embedder=FakeEmbedder(), create=True, store=QuickStore()
    ) as library:
        library.ingest([folder / page.source for page in ALL])
        # by words alone: what a fake embedder calls near is chance
        yield Assistant(library, options=Options(dense=False))


def ask(assistant: Assistant, question: str) -> Answer:
    return assistant.ask(question, State()).answer


def squeezed(answer: Answer) -> str:
    return "".join(s.text for s in answer.sentences if s.kind == "claim").replace(" ", "")


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: asked.question)
def test_a_cell_is_told_with_row_and_column(assistant, asked):
    answer = ask(assistant, asked.question)
    told = [piece.rpartition("：") for piece in squeezed(answer).split("；")]
    assert any(
        asked.row in names and asked.column in names and figure.split("[")[0] == asked.figure
        for names, _, figure in told
    ) != (asked.question in OTHER_COLUMN), answer.sentences


@pytest.mark.parametrize("question", [q for page in ALL for q in page.silent])
def test_a_row_that_is_not_there_is_not_answered_from_another(assistant, question):
    assert ask(assistant, question).status == "abstained"


def test_every_row_that_is_named_is_told_in_the_table_s_order(assistant):
    question = "昌宁区人社局、区卫健局、区民政局的办件量分别是多少"
    claims = [s.text for s in ask(assistant, question).sentences if s.kind == "claim"]
    assert [c.rpartition("：")[2].split("[")[0] for c in claims] == ["6,044", "3,920", "41,205"]


def test_the_citations_are_the_row_and_the_head(assistant):
    answer = ask(assistant, "云溪县2022年行政复议收案多少件")
    row, head = answer.citations
    assert head.quote == "项目\t2021年\t2022年\t2023年"
    assert row.quote == "行政复议收案（件）\t35\t41\t62"
    text = assistant.library.report(row.report).text
    assert row_at(text, row.start)[1].label == "行政复议收案（件）"


def test_a_wrong_figure_of_a_cell_is_corrected(assistant):
    answer = ask(assistant, "龙湾区白沙镇调解案件是1220件吗")
    assert "1,320" in squeezed(answer)


def test_a_sum_is_the_indicator_and_a_part_of_it_is_not(assistant):
    of_yunxi = next(h for h in assistant.library.reports() if h.meta.source == "yunxi.txt")
    facts = assistant.library.facts(of_yunxi.id)
    assert {(f.indicator, f.value, f.year) for f in facts if f.indicator and f.year == 2023} >= {
        ("行政复议收到件数", "62", 2023),
        ("行政复议审结件数", "58", 2023),
    }
