"""Tables in plain text: rows and columns whatever parts the cells; prose is none."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_cell_tables import CELL_PAGES
from made_tables import PAGES

from retrieval.parsing.chunking import split_sentences
from retrieval.readers.reading import read_bytes_of
from retrieval.text.grids import find_grids, row_at, tell

REAL = sorted((Path(__file__).parent.parent / "eval" / "reports").glob("*.txt"))


def told(text: str) -> list[list[str]]:
    """Return every cell of every row as it is told."""
    return [[tell([c]) for c in row.cells] for grid in find_grids(text) for row in grid.rows]


@pytest.mark.parametrize("page", [*PAGES, *CELL_PAGES], ids=lambda page: page.source)
def test_every_page_has_its_table(page):
    text = read_bytes_of(page.raw).text
    grids = find_grids(text)
    assert len(grids) == 1
    for row in grids[0].rows:
        for cell in row.cells:
            assert text[cell.start : cell.end] == cell.text
            assert row.start <= cell.start < cell.end <= row.end
            assert row_at(text, cell.start) == (grids[0], row)


@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_real_reports_without_tables_have_none(path):
    assert find_grids(path.read_text("utf-8")) == ()


def test_thousands_set_apart_by_a_blank_are_parted_by_the_total():
    text = "领域 件数 金额(万元) 检查次数\n市场 1 267 942.3 18 406\n城管 203 517.4 3 864\n合计 1 470 1 459.7 22 270\n"
    assert told(text) == [
        ["市场，件数：1 267", "市场，金额(万元)：942.3", "市场，检查次数：18 406"],
        ["城管，件数：203", "城管，金额(万元)：517.4", "城管，检查次数：3 864"],
        ["合计，件数：1 470", "合计，金额(万元)：1 459.7", "合计，检查次数：22 270"],
    ]


def test_bars_and_the_rule_under_the_head():
    text = "| 项目 | 2022年 | 2023年 |\n|---|---:|---:|\n| 收案 | 41 | 63 |\n| 审结 | — | 60 |\n"
    assert told(text) == [["收案，2022年：41", "收案，2023年：63"], ["审结，2023年：60"]]


def test_a_merged_label_is_every_row_s_and_a_running_number_none():
    text = "序号\t地区\t类别\t数量\n1\t东片\t许可\t4\n2\t\t处罚\t9\n3\t西片\t许可\t7\n"
    assert told(text) == [["东片许可，数量：4"], ["东片处罚，数量：9"], ["西片许可，数量：7"]]


def test_cells_one_a_line_under_two_heads():
    text = (
        "科室 2022年 2023年 受理 办结 受理 办结 一科 4 3 9 8 二科 7 7 5 - 合计 11 10 14 8".replace(
            " ", "\n"
        )
    )
    assert told(text) == [
        [
            "一科，2022年受理：4",
            "一科，2022年办结：3",
            "一科，2023年受理：9",
            "一科，2023年办结：8",
        ],
        ["二科，2022年受理：7", "二科，2022年办结：7", "二科，2023年受理：5"],
        [
            "合计，2022年受理：11",
            "合计，2022年办结：10",
            "合计，2023年受理：14",
            "合计，2023年办结：8",
        ],
    ]


def test_a_row_of_cells_one_a_line_is_one_sentence():
    text = "项目\n上年\n本年\n收案\n12\n15\n审结\n11\n14\n以上为全部案件。"
    spans = split_sentences(text, 0, len(text))
    assert [text[s.start : s.end] for s in spans][3:] == [
        "收案\n12\n15",
        "审结\n11\n14",
        "以上为全部案件。",
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("受理\n7\n8\n9\n", ["受理，上年：7", "受理，本年：8", "受理，合计：9"]),
        ("受理\n7\n\n9\n", ["受理，上年：7", "受理，合计：9"]),
        ("受理\n\n8\n9\n", ["受理，本年：8", "受理，合计：9"]),
        ("受理\n7\n9\n", None),
    ],
)
@pytest.mark.parametrize("last", [False, True])
def test_a_table_with_a_cell_a_line_goes_on_after_one_that_is_missing(row, said, last):
    head = "项目\n上年\n本年\n合计\n收案\n1\n2\n3\n审结\n1\n1\n2\n"
    rows = told(head + row + ("" if last else "应诉\n4\n5\n9\n") + "以上为全部案件。")
    assert rows[0] == ["收案，上年：1", "收案，本年：2", "收案，合计：3"]
    assert rows[2:] == ([said] if said else []) + (
        [] if last else [["应诉，上年：4", "应诉，本年：5", "应诉，合计：9"]]
    )


def test_a_cell_missing_where_only_words_stand_is_told_by_its_kind():
    text = "项目\n件数\n单位\n收案\n1\n一科\n审结\n2\n二科\n应诉\n3\n备案\n4\n三科\n完。"
    assert told(text)[2:] == [["应诉，件数：3"], ["备案，件数：4", "备案，单位：三科"]]


def test_an_empty_cell_is_told_only_where_the_others_are_aligned():
    aligned = "街道    调解    公证\n东街     41      7\n西街             9\n南街     12\n"
    assert told(aligned) == [
        ["东街，调解：41", "东街，公证：7"],
        ["西街，公证：9"],
        ["南街，调解：12"],
    ]
    crooked = "街道    调解    公证\n东街     41      7\n西街         9\n南街     12   3\n"
    assert ["西街，公证：9"] not in told(crooked)
    assert ["西街，调解：9"] not in told(crooked)


@pytest.mark.parametrize(
    "text",
    [
        "首页\n政务公开\n12\n互动交流\n30\n办事服务\n",
        "1\n召开会议\n2\n印发文件\n3\n开展检查\n4\n组织培训\n",
        "张三\n李四\n王五\n赵六\n钱七\n孙八\n周九\n吴十\n",
        "2021年\n2022年\n2023年\n2021年\n2022年\n2023年\n2021年\n2022年\n",
        "3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n",
        "首页 政务公开 互动交流 数据中心\n政策 解读 12345 热线\n",
        "全年审核文件31件。 备案20件。\n全年培训3次。 参加200人。\n",
        "索引号：0123   发文机关：某某县   日期：2024年1月3日\n主题词：法治   有效性：有效   2024\n",
        "张三 李四 王五\n赵六 钱七 孙八\n周九 吴十 郑一\n",
    ],
)
def test_what_only_has_blanks_is_no_table(text):
    assert find_grids(text) == ()


@pytest.mark.slow
def test_a_long_page_of_short_lines_costs_little():
    assert find_grids("甲\n1\n2\n" * 20_000) == ()
    assert len(find_grids("项\n一\n二\n" + "甲\n1\n2\n" * 20_000)[0].rows) == 20_000


def test_a_long_page_of_words_set_apart_costs_little_and_is_whole():
    text = "甲 1 234 567 890 123 456 789 012 345 678 901 234 567 890\n" * 400
    assert find_grids("项 一 二 三 四 五\n" + text) is not None
