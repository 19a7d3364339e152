from __future__ import annotations

import pytest
from hostile import ENDS, FEW, line_of
from hypothesis import given
from hypothesis import strategies as st

from bot.evidence.whole_clauses import balanced, bare_start, pieces, typeset
from retrieval.documents import Span


def cut(text: str, most: int = 90, *, loose: bool = False) -> list[str]:
    return [text[s.start : s.end] for s in pieces(text, Span(0, len(text)), most, loose=loose)]


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("一是法治理念仍需提升。", "法治理念仍需提升。"),
        ("（二）规范重大行政决策。", "规范重大行政决策。"),
        ("3.加强执法监督。", "加强执法监督。"),
        ("其中，新办证97本。", "新办证97本。"),
        ("如法治政府建设示范创建的作用有待发挥，", "法治政府建设示范创建的作用有待发挥，"),
        ("一方面，执法力量不足。", "执法力量不足。"),
        ("如期完成清理任务。", "如期完成清理任务。"),
        ("一件事一次办主题31个。", "一件事一次办主题31个。"),
        ("1.5%的案件败诉。", "1.5%的案件败诉。"),
    ],
)
def test_a_piece_starts_after_its_number_and_connective(text: str, bare: str) -> None:
    assert text[bare_start(text, Span(0, len(text))) :] == bare


def test_no_piece_ends_on_a_clause_that_only_prepares_the_next() -> None:
    found = cut("为优化营商环境，审查增量政策文件53件，清理存量文件188件。")
    assert all(not p.endswith("营商环境，") for p in found)
    assert "为优化营商环境，审查增量政策文件53件，清理存量文件188件。" in found


@pytest.mark.parametrize(
    ("text", "hanging"),
    [
        ("街镇由于编制总量控制、人员素质不高等因素，执法装备保障存在较大困难。", "等因素，"),
        ("通过听取意见、公开听证等方式，减少办案影响。", "等方式，"),
        ("2019年年初，区政府公开上一年度报告。", "年初，"),
    ],
)
def test_no_piece_breaks_off_at_a_cause_a_means_or_a_time(text: str, hanging: str) -> None:
    assert all(not piece.endswith(hanging) for piece in cut(text, loose=True))


def test_a_figure_is_not_parted_from_its_change() -> None:
    found = cut("收到行政复议申请350件，同期增长75%；审结160件。")
    assert "收到行政复议申请350件，" not in found
    assert "收到行政复议申请350件，同期增长75%；" in found


def test_brackets_are_never_left_open() -> None:
    text = "制定《办法（试行，2023年版）》，印发全县；审核文件9件（其中已印发3件，备案3件）。"
    assert all(balanced(piece) for piece in cut(text, loose=True))


@given(st.text(alphabet="一二是，；。“”《》（）其中同比增长123件%年为通过，全县审核", max_size=200))
def test_every_piece_is_a_run_of_the_sentence_within_the_limit(text: str) -> None:
    for span in pieces(text, Span(0, len(text)), 40, loose=True):
        assert 0 <= span.start < span.end <= len(text)
        assert span.end - span.start <= 41
        assert balanced(text[span.start : span.end])


def test_words_are_set_for_a_document() -> None:
    assert (
        typeset("审核31份,提出 意见(建议)186条;其中,１２件")
        == "审核31份，提出意见（建议）186条；其中，12件"
    )
    assert typeset("罚没1,234.5万元，见 http://a.b/c") == "罚没1,234.5万元，见 http://a.b/c"


@ENDS
@pytest.mark.slow
@pytest.mark.parametrize("unit", ["，", "（", "一是", "审核1件，"])
def test_hostile_sentences_cost_little(unit: str) -> None:
    text = line_of(unit, FEW)
    assert all(len(span) <= 91 for span in pieces(text, Span(0, len(text)), 90, loose=True))
