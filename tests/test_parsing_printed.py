"""Texts that a printer, a converter or a table got at: what is said is read whole all the same."""

from __future__ import annotations

import pytest

from retrieval.documents import Section
from retrieval.parsing.parsing import parse_report
from retrieval.readers.txt import read_txt
from retrieval.text.numbering import marker_at
from retrieval.text.wrapping import words_of

HEAD = "青山县2023年法治政府建设情况报告\n2023年，青山县扎实推进法治政府建设，现将情况报告如下：\n"


def leaves(text: str) -> list[Section]:
    return list(parse_report(text, "a.txt", "r").sections)


def shown(text: str) -> list[tuple[str, str, str]]:
    return [(s.role, s.kind, text[s.start : s.end].strip()) for s in leaves(text) if s.path]


def test_page_numbers_and_heads_inside_a_sentence_are_not_said():
    text = HEAD + (
        "一、主要工作\n（一）审核文件。全年审核行政规范性文件\n青山县2023年法治政府建设情况报告\n— 1 —\n32件，审结18\n"
        "第 2 页 共 5 页\n6件。\n二、存在的不足\n（一）法治思维还需\n— 3 —\n进一步增强。\n"
    )
    body = next(s for s in leaves(text) if s.kind == "body" and s.role == "measures")
    assert words_of(text, body.start, body.end).strip() == "全年审核行政规范性文件32件，审结186件。"
    assert leaves(text)[-1].path[-1] == "（一）法治思维还需进一步增强"


def test_a_text_with_a_blank_after_every_character_is_closed_up_and_told():
    document = read_txt(" ".join(HEAD.replace("\n", "") * 3).encode())
    assert document.text.startswith("青山县2023年法治政府建设")
    assert document.notes[0].kind == "read.spaced_out"


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("一百、内容", 100),
        ("一百零三、内容", 103),
        ("（一百二十）内容", 120),
        ("第一百条　内容", 100),
        ("100.内容", 100),
        ("九十九、内容", 99),
    ],
)
def test_item_one_hundred_and_beyond(words, number):
    marker = marker_at(words, 0)
    assert marker is not None
    assert marker.number == number


def test_a_closing_sentence_is_no_part_of_the_last_item():
    text = HEAD + "一、下一步工作\n一是加强队伍。二是强化普法。我们将以更大决心推进法治政府建设。\n"
    assert shown(text)[-2:] == [
        ("plans", "item", "二是强化普法。"),
        ("plans", "body", "我们将以更大决心推进法治政府建设。"),
    ]


def test_rows_of_a_table_are_no_headings():
    rows = "一、收案\t141\t168\n二、审结\t133\t159\n（一）其中调解\t9\t6\n"
    text = HEAD + "一、主要工作\n有关数据如下表，请审阅。\n" + rows + "二、存在问题\n力量不足。\n"
    headings = [words for _, kind, words in shown(text) if kind == "heading"]
    assert headings == ["一、主要工作", "二、存在问题"]
