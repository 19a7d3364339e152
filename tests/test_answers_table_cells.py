"""Everyday words find a table's cell, the row that leads, the sum of a column and a share of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from answering import TABLED, assistant_over, talk

from bot.assistant import Assistant
from bot.evidence.table_axes import column_nearest, columns_named, rows_named
from retrieval.text.grids import find_grids

GRID = find_grids(TABLED)[0]
PARTED = TABLED.replace("合计\t2,146\t205.7\t\n", "")


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("cells"), {"tabled.txt": TABLED}) as made:
        yield made


@pytest.fixture(scope="module")
def without_total(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("parted"), {"tabled.txt": PARTED}) as made:
        yield made


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        ("交通局罚了多少", ["县交通运输局"]),
        ("市监局和城管局各罚了多少", ["县市场监督管理局", "县城市管理局"]),
        ("城管罚没多少", ["县城市管理局"]),
        ("行政执法数据", []),
        ("合计多少", []),
        ("", []),
    ],
)
def test_a_row_is_named_by_a_short_form_of_its_name(words, labels):
    assert [row.label for row in rows_named(words, GRID)] == labels


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        ("罚没钱多少", ["罚没金额（万元）"]),
        ("案卷评查均分", ["案卷评查平均分"]),
        ("行政处罚和罚没金额", ["行政处罚（件）", "罚没金额（万元）"]),
        ("普法几场", []),
    ],
)
def test_a_column_is_named_by_characters_that_it_alone_has(words, columns):
    assert columns_named(words, GRID) == columns


def test_the_column_of_an_order_is_the_one_named_nearest():
    words = "行政处罚几件，谁罚没最多"
    assert column_nearest(words, words.index("最多"), GRID) == "罚没金额（万元）"
    assert column_nearest("谁最多", 1, GRID) is None


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("银杏县交通局的案卷评查均分", ["县交通运输局，案卷评查平均分：95.4"]),
        ("银杏县哪个部门罚没钱最多", ["96.5万元（计算）", "县市场监督管理局"]),
        ("银杏县哪个局行政处罚最少", ["县市场监督管理局，412件（计算）"]),
        ("银杏县城管局处罚占全部的几成", ["1,204件占2,146件的56.1%（计算）"]),
        ("银杏县交通局比市监局多处罚多少件", ["多118件（计算）"]),
        ("银杏县各部门罚没金额一共多少", ["合计，罚没金额（万元）：205.7"]),
        ("银杏县案卷评查平均分一共多少", ["不能相加", "93.1", "95.4", "88.7"]),
    ],
)
def test_a_table_of_one_report_is_asked(assistant, question, said):
    answer = talk(assistant, question)
    assert answer.status == "answered"
    assert [words for words in said if words not in answer.text] == []


def test_what_a_conversation_has_just_told_names_the_row(assistant):
    answer = talk(assistant, "银杏县哪个部门罚没金额最多", "那行政处罚几件呢")
    assert "县市场监督管理局，行政处罚（件）：412" in answer.text


def test_a_column_without_a_total_is_added_up_only_where_its_figures_count(without_total):
    added = talk(without_total, "银杏县各部门行政处罚一共多少件")
    assert "行政处罚（件）3项相加为2146件（计算）" in added.text
    assert "1,204" in added.text
    scores = talk(without_total, "银杏县各部门案卷评查平均分一共多少")
    assert "计算" not in scores.text


def test_a_total_never_leads(assistant):
    assert "合计" not in talk(assistant, "银杏县哪个部门罚没金额最多").text


def test_a_table_leaves_alone_what_it_does_not_tell(assistant):
    assert talk(assistant, "银杏县开展宣传活动多少场").answerer != "table_cells"
    assert talk(assistant, "银杏县哪类案件复议最多").answerer != "table_cells"
