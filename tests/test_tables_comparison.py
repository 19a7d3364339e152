from __future__ import annotations

from decimal import Decimal

import pytest
from reporting_fakes import checked, desk, facts
from rich.cells import cell_len

from bot.answers.tables import tabulated
from bot.notes import worded
from bot.table import NOT_SAID, Cell, Column, Named, Row, Table
from bot.tables import comparison
from bot.tables.comparison import column_notes, comparable, compare, draft, wanted
from bot.tables.table_text import to_json, to_text
from bot.values import Cited


def table_for(question: str, *prefixes: str) -> Table:
    return compare(desk(question, *prefixes), facts=facts)


def texts(table: Table, column: int = 0) -> dict[str, str]:
    return {row.place: row.cells[column].text for row in table.rows}


def figure(place: str, text: str, value: str, unit: str, year: int = 2023, **more: str) -> Row:
    cell = Cell(text, ((text, Cited(place, 0, 5)),), Decimal(value), unit, **more)
    return Row(place, Named(f"{place}（{year}年度）", place), year, (cell,))


def one_column(*rows: Row, measure: str = "") -> Table:
    return Table((Column("案件数", numeric=True, measure=measure),), rows)


# ---- cells --------------------------------------------------------------------------------


def test_each_cell_is_the_figure_of_its_own_report() -> None:
    table = table_for("上虞、柯桥、玉山三地审核规范性文件，哪个最多？", "000_", "002_", "001_")
    assert texts(table) == {"上虞区": "31份", "柯桥区": "25件", "玉山县": "9件"}
    for row in table.rows:
        cite = row.cells[0].cite
        assert cite is not None
        assert cite.report == row.report


def test_received_accepted_and_settled_are_never_confused() -> None:
    table = table_for("清溪县和蒲江县2023年行政复议收到、受理、审结对比", "w02", "w06")
    assert [c.name for c in table.columns] == [
        "行政复议收到件数",
        "行政复议受理件数",
        "行政复议审结件数",
    ]
    assert [cell.text for cell in table.rows[0].cells] == ["58件", "52件", "47件"]
    assert [cell.text for cell in table.rows[1].cells] == ["32件", "29件", "30件"]


def test_a_report_that_does_not_say_is_left_silent() -> None:
    table = table_for("各地调解成功率对比", "000_", "001_", "002_", "003_", "004_")
    assert texts(table)["上虞区"] == NOT_SAID
    assert texts(table)["柯桥区"] == NOT_SAID
    assert texts(table)["綦江区司法局"] == "99.35%"
    silent = [row.cells[0] for row in table.rows if row.cells[0].status == "silent"]
    assert all(cell.value is None and not cell.claims for cell in silent)


def test_a_figure_known_as_something_else_is_never_a_cell() -> None:
    table = table_for(
        "上虞、柯桥的规范性文件审核件数和提出的意见条数，给我一张对比表", "000_", "002_"
    )
    assert texts(table, 1) == {"上虞区": "186条", "柯桥区": "16条"}


def test_a_target_is_no_figure_of_the_year() -> None:
    table = table_for("比较清溪县2022年和2023年的败诉率", "w01", "w02")
    assert [row.cells[0].text for row in table.rows] == ["9.26%", "8.16%"]


def test_a_theme_gives_phrases_and_a_part_gives_its_items() -> None:
    phrases = table_for("云城和綦江在政府法律顾问方面各做了什么？", "003_", "004_")
    assert "722份" in phrases.rows[0].cells[0].text
    assert "9名律师" in phrases.rows[1].cells[0].text
    items = table_for("玉山、云城、綦江三地的问题部分各提了什么？", "001_", "003_", "004_")
    assert [len(row.cells[0].claims) for row in items.rows] == [4, 4, 3]


def test_contradicting_figures_of_one_report_are_told() -> None:
    table = table_for("渭河区和清溪县行政复议收到件数对比", "w09", "w02")
    cell = table.rows[0].cells[0]
    assert {"68件", "71件"} == {cell.text, *(m for m in ("68件", "71件") if m in cell.doubt)}


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("各地规范性文件审核数对比", ["规范性文件审核件数"]),
        ("把各地行政复议的数量列成表", ["行政复议案件数"]),
        ("玉山和云城的不足有什么共同点", ["存在问题"]),
        ("对比玉山和云城的全程网办率", ["全程网办率"]),
    ],
)
def test_columns_follow_the_question(question: str, names: list[str]) -> None:
    assert [w.name for w in wanted(desk(question, "001_", "003_").query)] == names


# ---- what follows from the figures ----------------------------------------------------------


def test_money_is_compared_in_one_unit_and_difference_told_in_words() -> None:
    table = one_column(
        figure("甲县", "1.2亿元", "120000000", "元"), figure("乙县", "9000万元", "90000000", "元")
    )
    notes = worded(column_notes(table, 0))
    assert "案件数最多的是甲县（2023年度），1.2亿元（计算）" in notes
    assert any("甲县（2023年度）比乙县（2023年度）多3000万元（计算）" in n for n in notes)


def test_cases_in_different_words_compare_and_different_units_do_not() -> None:
    rows = [
        figure("甲县", "54宗", "54", "宗"),
        figure("乙县", "65件", "65", "件"),
        figure("丙县", "9人次", "9", "人次"),
    ]
    alike, others = comparable([(row, row.cells[0]) for row in rows])
    assert [row.place for row, _ in alike] == ["甲县", "乙县"]
    assert others[0][2].kind == "why.unit"


def test_different_measures_are_told_apart_and_not_ranked() -> None:
    rows = [
        figure("甲县", "65件", "65", "件", measure="行政复议收到件数"),
        figure("乙县", "99件", "99", "件", measure="行政复议办理件数"),
        figure("丙县", "35件", "35", "件", measure="行政复议收到件数"),
    ]
    notes = worded(column_notes(one_column(*rows, measure="行政复议收到件数"), 0))
    assert notes[0].startswith("案件数最多的是甲县")
    assert any("乙县" in n and "口径不同" in n for n in notes)


def test_years_of_one_issuer_are_a_trend() -> None:
    notes = worded(table_for("比较清溪县2022年和2023年的败诉率", "w01", "w02").notes)
    assert "2023年比上年低1.1个百分点（计算）" in notes[0]


def test_the_lowest_is_named_when_asked() -> None:
    table = table_for("调解成功率最低的是哪个地方", "001_", "003_", "004_")
    assert worded(table.notes)[0] == "调解成功率最低的是云城区（2022年度），98.5%（计算）"


def test_rounded_figures_make_a_rounded_difference() -> None:
    table = one_column(
        figure("甲县", "2798起", "2798", "起"), figure("乙县", "1600余起", "1600", "起")
    )
    assert any("多约1198起" in note for note in worded(column_notes(table, 0)))


def test_common_topics_quote_each_place() -> None:
    notes = worded(table_for("玉山和上虞的不足有什么共同点", "001_", "000_").notes)
    assert any("共同涉及" in n and "玉山县“" in n and "上虞区“" in n for n in notes)


def test_a_question_for_who_has_more_falls_back_to_a_kindred_measure_and_says_so() -> None:
    table = table_for("柯桥和上虞谁的行政应诉案件多", "002_", "000_")
    assert texts(table) == {"柯桥区": NOT_SAID, "上虞区": "202件"}
    assert worded(table.notes)[0] == (
        "只有上虞区（2022年度）写有可比的行政应诉件数（为行政诉讼一审新收件数），无法比较高低"
    )


def test_a_figure_of_another_matter_fills_no_cell() -> None:
    received = table_for("各地复议收案数排名", "000_", "001_", "004_")
    assert texts(received)["綦江区司法局"] == NOT_SAID  # 化解疑难案件15件
    fines = table_for("各地罚没金额对比", "001_", "003_", "w08")
    assert texts(fines)["云城区"] == NOT_SAID  # 法制审核意见书…涉及金额89.1亿元
    assert texts(fines)["玉山县"] == NOT_SAID  # 免罚减罚…涉案金额111.04万元
    assert texts(fines)["湘滨市城市管理和综合执法局"] == "88.7万元"


def test_years_asked_together_are_both_in_scope_and_only_one_place_is_set_against_itself() -> None:
    query = desk("2022和2023年相比复议案件增加多少", "000_", "001_").query
    assert (query.years, query.compared) == ((2022, 2023), ())
    apart = table_for("2022和2023年相比复议案件增加多少", "000_", "001_")
    assert worded(apart.notes)[0] == "没有同一地区2022、2023年的行政复议收到件数可比，不能计算增减"
    assert not any("最多的是" in n for n in worded(apart.notes))
    same = table_for("2022和2023年相比复议案件增加多少", "000_", "001_", "w01", "w02")
    assert "2023年比上年多17件（计算）" in worded(same.notes)[0]
    assert {row.place for row in same.rows} == {"清溪县"}


def test_a_year_only_measured_against_is_still_told_apart() -> None:
    assert desk("比2022年增加多少", "000_").query.compared == (2022,)
    assert desk("2023年和2022年相比增加多少", "000_").query.years == (2023, 2022)


def test_one_indicator_in_its_several_units_compares() -> None:
    table = table_for("各地督察发现问题数比较", "000_", "w01", "w02")
    assert not any("单位不同" in n for n in worded(table.notes))
    table = table_for("哪里的普法活动最多", "000_", "004_")
    assert (
        worded(table.notes)[0]
        == "普法宣传活动场次最多的是綦江区司法局（2023年度），600余场次（计算）"
    )


def test_figures_of_different_years_say_so() -> None:
    notes = worded(table_for("各地规范性文件审核数对比", "000_", "001_", "002_").notes)
    assert "所比规范性文件审核件数分属2019至2023年度，年度不同，仅供参考" in notes


def test_as_many_places_are_ranked_as_asked_and_who_shares_the_last_place() -> None:
    rows = [
        figure(f"{c}县", f"{n}件", str(n), "件")
        for c, n in zip("甲乙丙丁", (9, 7, 7, 1), strict=True)
    ]
    notes = worded(column_notes(one_column(*rows), 0, top=2))
    assert (
        "甲县（2023年度）9件 > 乙县（2023年度）7件 = 丙县（2023年度）7件等4份（计算）" in notes[1]
    )
    assert "丁" not in notes[1]
    top = worded(table_for("行政复议收到件数最多的2个地方", "000_", "001_", "w02", "w06").notes)[1]
    assert top.startswith("从多到少：上虞区（2022年度）350件 > 玉山县（2023年度）65件等4份")


def test_a_place_that_is_not_held_leaves_the_other_s_row() -> None:
    made = desk("玉山和诸暨的复议案件对比", "001_")
    assert comparison.suits(made.query, made.reports)
    assert texts(compare(made, facts=facts)) == {"玉山县": "65件"}


# ---- the answer and its text ----------------------------------------------------------------


def test_every_line_passes_the_lock_and_an_empty_table_abstains() -> None:
    made = desk("各地行政复议收到件数对比", "000_", "001_", "003_")
    answer, refused = checked(draft(compare(made, facts=facts)), made.reports)
    assert not refused
    assert answer.status == "answered"
    empty = desk("各地核电站数量对比", "000_", "001_")
    assert tabulated(empty).status == "abstained"


def test_the_text_is_aligned_by_chinese_widths() -> None:
    table = table_for("各地调解成功率对比", "001_", "003_", "004_")
    lines = to_text(table, notes=False).splitlines()
    bars = {cell_len(line[: line.index("│")]) for line in lines if "│" in line}
    assert len(bars) == 1
    assert all(cell_len(line) <= 80 for line in to_text(table, 80).splitlines())


def test_many_columns_become_blocks_within_the_width() -> None:
    table = table_for("清溪县和蒲江县行政复议收到、受理、审结、纠错率对比", "w02", "w06")
    lines = to_text(table, width=40).splitlines()
    assert all(cell_len(line) <= 41 for line in lines)
    assert "  行政复议受理件数：52件" in lines


def test_json_cells_point_at_the_answers_citations() -> None:
    made = desk("各地调解成功率对比", "001_", "002_", "004_")
    table = compare(made, facts=facts)
    answer, _ = checked(draft(table), made.reports)
    shape = to_json(table, answer)
    cells = {row["place"]: row["cells"][0] for row in shape["rows"]}
    assert shape["columns"] == ["调解成功率"]
    assert cells["柯桥区"]["citation"] is None
    cited = answer.citations[cells["玉山县"]["citation"] - 1]
    assert "99%" in cited.quote
    assert cells["玉山县"]["value"] == 99
    assert cells["玉山县"]["unit"] == "%"


def test_a_large_table_is_made_from_the_ledger_and_worded_when_shown() -> None:
    made = desk("各地调解成功率对比", "001_", "003_", "004_")
    whole = compare(made, facts=facts)
    from dataclasses import replace

    unread = replace(made, reports=())
    ledger_only = compare(unread, facts=facts, holdings=made.reports)
    assert [r.cells[0].text for r in ledger_only.rows] == [r.cells[0].text for r in whole.rows]
    by_id = {r.id: r.text for r in made.reports}
    ranked = compare(unread, facts=facts, holdings=made.reports, best_first=True)
    worded = comparison.with_words(ranked, by_id.__getitem__)
    assert worded.rows[0].place == "綦江区司法局"
    answer, refused = checked(draft(worded), made.reports)
    assert not refused
    assert len(answer.citations) == 3


# ---- figures that no ledger names -----------------------------------------------------------


def said(place: str, words: str, text: str, value: str, unit: str) -> Row:
    cell = Cell(text, ((words, Cited(place, 0, 5)),), Decimal(value), unit)
    return Row(place, Named(f"{place}（2023年度）", place), 2023, (cell,))


def test_unnamed_figures_are_reckoned_only_where_their_words_are_alike() -> None:
    table = one_column(
        said("甲县", "清偿拖欠中小企业账款2340万元", "2340万元", "23400000", "元"),
        said("乙县", "清偿拖欠企业账款3120万元", "3120万元", "31200000", "元"),
        said("丙县", "全部完成赋权，较上年新增500万元", "500万元", "5000000", "元"),
    )
    alike, others = comparable(table.column(0))
    assert [row.place for row, _ in alike] == ["甲县", "乙县"]
    assert [(row.place, why.kind) for row, _, why in others] == [("丙县", "why.unsure")]
