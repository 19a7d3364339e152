"""A cell that the question's words do not find is told in the words of another report's."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from answering import assistant_over

from bot.assistant import Assistant
from bot.table import Cell
from bot.tables.comparison_cells import cell_like
from bot.values import Cited
from retrieval.documents import Report
from retrieval.question.query import Query

HEAD = "青山县人民政府{year}年度法治政府建设情况报告\n一、主要举措和成效\n"
EARLIER = (
    HEAD.format(year=2022) + "(一)推行柔性执法。全年办理不予处罚案件136件,免除罚款47.8万元。\n"
)
LATER = (
    HEAD.format(year=2023) + "(一)推行柔性执法。清单扩大到78项,全年办理不予处罚案件304件。\n"
    "(二)化解纠纷。全年受理矛盾纠纷860件。\n"
)


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    texts = {"2022.txt": EARLIER, "2023.txt": LATER}
    with assistant_over(tmp_path_factory.mktemp("alike"), texts) as opened:
        yield opened


def beside(assistant: Assistant, words: str, value: int) -> Cell:
    """Return the cell of the earlier report beside one that the later tells by ``words``."""
    library = assistant.library
    held: dict[int | None, Report] = {r.meta.year: library.report(r.id) for r in library.reports()}
    earlier, later = held[2022], held[2023]
    at = later.text.index(words)
    cite = Cited(later.id, at, at + len(words))
    told = Cell(words, ((words, cite),), Decimal(value), "件")
    query = Query("对小毛病睁只眼闭只眼的有几件", "小毛病睁只眼闭只眼的有几件", "compare")
    ledgers = [library.facts(report.id) for report in (later, earlier)]
    return cell_like(told, ledgers[0], earlier, ledgers[1], query)


def test_a_figure_told_in_the_same_words_is_its_like(assistant: Assistant) -> None:
    cell = beside(assistant, "全年办理不予处罚案件304件", 304)
    assert (cell.text, cell.value) == ("136件", 136)
    assert "办理不予处罚案件136件" in cell.claims[0][0]


def test_a_figure_told_in_other_words_is_not(assistant: Assistant) -> None:
    assert not beside(assistant, "全年受理矛盾纠纷860件", 860).claims


def test_a_phrase_has_no_like(assistant: Assistant) -> None:
    assert not beside(assistant, "推行柔性执法", 1).claims


NAMED = HEAD.format(year=2023) + "(一)化解纠纷。调解矛盾纠纷1865件,成功率97.1%。\n"
UNNAMED = (
    HEAD.format(year=2024)
    + "(一)化解纠纷。全县132个人民调解委员会调解矛盾纠纷1702件,成功率97.9%。\n"
)
QUIET = HEAD.format(year=2025) + "(一)推行柔性执法。清单扩大到78项。\n"


def test_a_row_without_a_cell_is_told_by_the_sentence_that_answers(tmp_path: Path) -> None:
    texts = {"2023.txt": NAMED, "2024.txt": UNNAMED, "2025.txt": QUIET}
    with assistant_over(tmp_path, texts) as opened:
        answer = opened.ask("青山县2023年、2024年和2025年调解矛盾纠纷多少件对比").answer
    notes = {note.kind: note.values for note in answer.notes}
    assert "调解矛盾纠纷1702件" in answer.text
    # shown, and not compared
    assert notes["apart"]["figure"] == "1702件"
    silent = str((notes.get("unsaid_in") or notes["silent_on"])["reports"])
    assert "2025" in silent
    assert "2024" not in silent
