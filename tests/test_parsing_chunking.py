"""Chunks are exact spans of one report, small, and together all of its words."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from generated_reports import Made, reports
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.documents import Chunk, ReportMeta
from retrieval.parsing.chunking import (
    HARD_MAX_CHARS,
    MAX_CHARS,
    chunk_report,
    split_clauses,
    split_sentences,
    trim,
)
from retrieval.parsing.sections import MAX_HEADING_CHARS, parse_sections

META = ReportMeta("题", ("清溪县",), "清溪县人民政府", "government", 2022, None, None, "x.txt")
FOLDERS = [Path(__file__).parent / "data", Path(__file__).parent.parent / "eval" / "reports"]
FILES = sorted(p for folder in FOLDERS for p in folder.glob("*.txt"))


def chunks_of(text: str, report: str = "r") -> tuple[Chunk, ...]:
    return chunk_report(report, META, text, parse_sections(text, (), 2022))


def check(text: str) -> None:
    sections = parse_sections(text, (), 2022)
    chunks = chunk_report("r", META, text, sections)
    assert [c.ordinal for c in chunks] == list(range(len(chunks)))
    assert len({c.id for c in chunks}) == len(chunks)
    for chunk in chunks:
        assert chunk.text == text[chunk.start : chunk.end]
        assert chunk.text == chunk.text.strip() != ""
        assert len(chunk.text) <= HARD_MAX_CHARS + MAX_HEADING_CHARS + 40
    assert all(a.end <= b.start for a, b in pairwise(chunks))
    covered = bytearray(len(text))
    for chunk in chunks:
        covered[chunk.start : chunk.end] = b"\1" * (chunk.end - chunk.start)
    page = bytearray(len(text))
    for section in sections:
        if section.role == "furniture":
            page[section.start : section.end] = b"\1" * (section.end - section.start)
    lost = "".join(c for i, c in enumerate(text) if c.isalnum() and not covered[i] and not page[i])
    assert lost.replace("nbsp", "") == ""
    assert not any(covered[i] and page[i] for i in range(len(text)) if not text[i].isspace())


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_chunks_of_dirty_pages(path: Path) -> None:
    check(path.read_bytes().decode())


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(reports(damage=0.3))
def test_chunks_of_generated_reports(made: Made) -> None:
    check(made.text)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("甲乙一二、。，；（）\r\n \u3000a1.#*"), max_size=600))
def test_chunks_of_any_text(text: str) -> None:
    check(text)


def test_a_sentence_without_any_mark_is_cut_at_the_limit() -> None:
    text = "一、主要工作\n" + "甲" * 1000
    assert max(len(c.text) for c in chunks_of(text)) <= HARD_MAX_CHARS + len("一、主要工作\n")
    assert "".join(c.text for c in chunks_of(text)).count("甲") == 1000


def test_sentences_are_packed_up_to_the_limit_and_a_heading_goes_with_its_words() -> None:
    text = "一、主要工作\n" + "审查文件12件。" * 40
    chunks = chunks_of(text)
    assert chunks[0].text.startswith("一、主要工作\n审查文件")
    assert all(MAX_CHARS - 10 <= len(c.text) <= MAX_CHARS for c in chunks[:-1])


def test_a_heading_is_not_joined_to_its_words_across_the_pages_own() -> None:
    text = "一、主要工作\n扫一扫在手机打开当前页\n审查文件12件，提出意见31条。\n"
    assert [c.text for c in chunks_of(text)] == ["一、主要工作", "审查文件12件，提出意见31条。"]


def test_ids_come_from_the_report_and_the_words_alone() -> None:
    text = "一、主要工作\n审查文件12件。\n二、存在问题\n力量不足。"
    first = chunks_of(text)
    assert [c.id for c in first] == [c.id for c in chunks_of(text)]
    sections = parse_sections(text)
    moved = chunk_report("r", replace(META, year=2021), text, sections)
    assert [c.id for c in first] == [c.id for c in moved]
    assert not {c.id for c in first} & {c.id for c in chunks_of(text, report="s")}


def test_the_context_names_place_year_issuer_and_headings() -> None:
    (first, *_) = chunks_of("一、主要工作\n（一）抓学习\n审查文件12件。")
    assert first.context == "清溪县 2022年 清溪县人民政府 一、主要工作"


def test_trim_takes_off_what_belongs_to_the_next_line() -> None:
    text = "\u3000\u200b审查12件。\r\n&nbsp;&nbsp;\n## **"
    span = trim(text, 0, len(text))
    assert text[span.start : span.end] == "审查12件。"
    assert len(trim(" \n ", 0, 3)) == 0


def test_sentences_and_clauses() -> None:
    text = "“审查12件。”提出意见，采纳31条；\n下一步……再说！"
    words = [text[s.start : s.end] for s in split_sentences(text, 0, len(text))]
    assert words == ["“审查12件。”", "提出意见，采纳31条；", "下一步……再说！"]
    clauses = [text[s.start : s.end] for s in split_clauses(text, 8, 19)]
    assert clauses == ["提出意见，", "采纳31条；"]
