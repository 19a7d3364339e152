"""Numbers as written, and their false friends."""

from __future__ import annotations

import pytest

from retrieval.parsing.sequences import Quotations, believed_markers
from retrieval.text.numbering import inline_markers, marker_at

LINE_STARTS = [
    ("一、主要工作", "cn", 1, "一、"),
    ("一 、主要工作", "cn", 1, "一 、"),
    ("一.、主要工作", "cn", 1, "一.、"),
    ("二．主要工作", "cn", 2, "二．"),
    ("十二、主要工作", "cn", 12, "十二、"),
    ("二十一、主要工作", "cn", 21, "二十一、"),
    ("三 主要工作", "cn", 3, "三"),
    ("壹、主要工作", "formal", 1, "壹、"),
    ("叁  2024年思路", "formal", 3, "叁"),
    ("拾壹：主要工作", "formal", 11, "拾壹："),
    ("（一）加强领导", "cn_paren", 1, "（一）"),
    ("(一）加强领导", "cn_paren", 1, "(一）"),
    ("（ 一 ）加强领导", "cn_paren", 1, "（ 一 ）"),
    ("（\u200b三）加强领导", "cn_paren", 3, "（\u200b三）"),
    ("〔四〕加强领导", "cn_paren", 4, "〔四〕"),
    ("㈡加强领导", "cn_paren", 2, "㈡"),
    ("一）加强领导", "cn_paren", 1, "一）"),
    ("（六 加强领导", "cn_paren", 6, "（六"),
    ("）加强领导", "cn_paren", None, "）"),
    ("）“双随机”监管", "cn_paren", None, "）"),
    ("1.加强领导", "num", 1, "1."),
    ("1．加强领导", "num", 1, "1．"),
    ("1、加强领导", "num", 1, "1、"),
    ("1\\.加强领导", "num", 1, "1\\."),
    ("２．加强领导", "num", 2, "２．"),
    ("1.2023年主要工作", "num", 1, "1."),
    ("5.6月底前完成对接", "num", 5, "5."),
    ("⒊加强领导", "num", 3, "⒊"),
    ("(1)、加强领导", "num_paren", 1, "(1)、"),
    ("（ 2 ）加强领导", "num_paren", 2, "（ 2 ）"),
    ("⑵加强领导", "num_paren", 2, "⑵"),
    ("③加强领导", "circled", 3, "③"),
    ("第一部分　工作情况", "part", 1, "第一部分"),
    ("第二部分：工作情况", "part", 2, "第二部分："),
    ("问题一：意识不强", "named", 1, "问题一："),
]
NO_NUMBERS = [
    "一、二审案件12件", "三、四季度", "1.5倍", "2023年，全县", "3.1万条", "12.5%", "一老一小", "三项制度", "第一责任人",
    "（见附件）", "陆河县工作", "壹是加强领导", "2023.12", "十减15条", "",
]  # fmt: skip


@pytest.mark.parametrize(("line", "style", "number", "words"), LINE_STARTS)
def test_number_at_the_start_of_a_line(
    line: str, style: str, number: int | None, words: str
) -> None:
    marker = marker_at(line, 0)
    assert marker is not None
    assert (marker.style, marker.number, marker.text) == (style, number, words)


@pytest.mark.parametrize("line", NO_NUMBERS)
def test_what_only_looks_like_a_number(line: str) -> None:
    assert marker_at(line, 0) is None


def test_rank_is_the_order_of_official_documents() -> None:
    marks = ["第一部分 甲", "壹、甲", "一、甲", "（一）甲", "1.甲", "（1）甲", "①甲"]
    ranks = [marker.rank for m in marks if (marker := marker_at(m, 0))]
    assert ranks == sorted(set(ranks))
    (inline,) = inline_markers("一是", 0, 2)
    assert inline.rank > ranks[-1]


BELIEVED = [
    ("一是抓学习；二是抓执法；三是抓普法。", ["一是", "二是", "三是"]),
    ("成绩如下，一要抓学习，二要抓执法。", ["一要", "二要"]),
    ("坚持“一是一、二是二”，三是指三治融合。", []),
    ("第一、第二产业增长，第三产业放缓。", []),
    ("第一，抓学习。第二，抓执法。", ["第一，", "第二，"]),
    ("第一责任人抓学习，第二季度抓执法。", []),
    ("首先，抓学习。其次，抓执法。最后，抓普法。", ["首先", "其次", "最后"]),
    ("我们首先要抓学习，最后取得成效。", []),
    ("一方面抓学习，另一方面抓执法。", ["一方面", "另一方面"]),
    ("一方面抓学习，成效明显。", []),
    ("其一，抓学习；其二，抓执法。", ["其一", "其二"]),
    ("莫衷一是，万众一是，二是", []),
    ("按（一）至（三）项执行。", []),
    ("一审7件、二审5件，一、二审合计12件。", []),
    ("审结1.5万件，同比增长2.3个百分点。", []),
    ("情况如下：1.抓学习。2.抓执法。4.抓普法。", ["1.", "2.", "4."]),
    ("包括：①学习；②执法。", ["①", "②"]),
    ("一则排查在先，二则调解在前。", ["一则", "二则"]),
    ("一是抓学习。一是抓执法。二是抓普法。", ["一是", "一是", "二是"]),
    ("统一要求，第一要务，唯一要素。", []),
]


@pytest.mark.parametrize(("line", "expected"), BELIEVED)
def test_numbers_inside_a_line_are_believed_in_sequence(line: str, expected: list[str]) -> None:
    found = believed_markers(line, 0, len(line), quotations=Quotations(line), running={})
    assert [m.text for m in found] == expected


def test_a_sequence_begun_on_one_line_may_go_on_at_the_next() -> None:
    line = "存在以下问题：（一）意识不强。"
    following = marker_at("（二）力量不足。", 0)
    for after, expected in ((None, []), (following, ["（一）"])):
        if after:
            after = type(after)(after.style, after.number, 99, 102, after.text)
        found = believed_markers(
            line, 0, len(line), quotations=Quotations(line), running={}, following=after
        )
        assert [m.text for m in found] == expected
