"""Pages whose lines were broken at a fixed width say the same as before."""

from __future__ import annotations

from random import Random

import pytest
from generated_reports import make, wrap
from hypothesis import given
from hypothesis import strategies as st

from retrieval.parsing.chunking import split_sentences
from retrieval.parsing.indicators import find_facts
from retrieval.text.wrapping import JOINT, join, join_lines, unwrap, words_of

PAGE = """某县2023年法治政府建设工作总结

    2023年，管委会坚持以习近平新时代中国特色社会主义思想为指导，深入学
习贯彻习近平法治思想，持续推进依法行政，努力为开发区的高质量发展营造良
好的法治环境，各项工作取得了新的进展和成效，现将全年工作情况报告如下。
二、主要问题
● 法治机构不健全。管委会未单设法制机构，法制工作由党政办公室2名工作
人员兼职承担。
● 行政执法主体资格受限。开发区作为派出机构，部分领域的执法权限还不明确，
需要依托市直部门授权。
● 行政争议多发。11件行政诉讼案件中8件由征地拆迁引起，按时办结率为9
5.6%，败诉2件。
● 法务人才短缺。首席法务官多为兼职，专业能力有待提升，业务培训偏少，经
费也不足。
● 普法形式单一。“法治进园区”活动内容不够丰富多样，全年一共只办了26
场，新媒体运用不够充分，针对性不强。
"""


def test_a_wrapped_sentence_is_one_and_its_numbers_are_whole() -> None:
    said = [words_of(PAGE, s.start, s.end) for s in split_sentences(PAGE, 0, len(PAGE))]
    assert "管委会未单设法制机构，法制工作由党政办公室2名工作人员兼职承担。" in said
    assert any("按时办结率为95.6%" in words for words in said)
    assert any("只办了26场" in words for words in said)
    assert sum(words.startswith("●") for words in said) == 5


@pytest.mark.parametrize("width", [54, 64, 76])
def test_sentences_of_a_wrapped_report_are_those_of_the_report(width: int) -> None:
    total = same = 0
    for seed in range(60):
        made = make(Random(seed))
        if made.one_line:
            continue
        before = {
            "".join(made.text[s.start : s.end].split())
            for s in split_sentences(made.text, 0, len(made.text))
        }
        wrap(made, width)
        after = {
            "".join(words_of(made.text, s.start, s.end).split())
            for s in split_sentences(made.text, 0, len(made.text))
        }
        total += len(before)
        same += len(before & after)
    assert total > 2000
    assert same / total >= 0.97


@given(st.text(alphabet=st.sampled_from("一二、，。；：（）123 \u3000\r\n\t●法治政府建设")))
def test_unwrapping_keeps_every_position(text: str) -> None:
    whole = unwrap(text)
    assert len(whole) == len(text)
    assert all(a == b or (a in "\r\n" and b == JOINT) for a, b in zip(text, whole, strict=True))
    starts = [start for start, _ in join_lines(text)]
    assert starts == sorted(starts)


def test_figures_of_a_wrapped_report_are_those_of_the_report() -> None:
    told = same = 0
    for seed in range(40):
        made = make(Random(seed))
        if made.one_line:
            continue
        before = [(f.value, f.indicator) for f in find_facts(made.text)]
        wrap(made, 54)
        facts = find_facts(made.text)
        for fact in facts:
            quoted = made.text[fact.quantity.start : fact.quantity.end]
            assert "".join(quoted.split()) == "".join(fact.value.split())
        after = [(f.value, f.indicator) for f in facts]
        told += len(before)
        same += sum(a == b for a, b in zip(before, after, strict=False))
    assert told > 300
    assert same / told >= 0.97


def test_positions_of_the_joined_text_lead_back() -> None:
    whole = join(PAGE)
    assert len(whole.text) < len(PAGE)
    for position in range(0, len(whole.text), 7):
        original = whole.original(position)
        assert PAGE[original] == whole.text[position]
        assert whole.joined(original) == position
        assert PAGE[whole.original(position + 1, end=True) - 1] == whole.text[position]


def test_a_page_of_paragraphs_keeps_its_line_ends() -> None:
    text = "一、总体情况\n" + "\n".join(f"第{n}段，全年办理案件{n}件。" for n in range(1, 30))
    assert unwrap(text) == text
