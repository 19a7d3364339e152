"""The section tree on hand-written dirty pages, on generated reports and on hostile text."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from generated_reports import Made, make, reports, wrap
from hostile import ENDS, line_of
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.parsing.parsing import Parsed, parse_report
from retrieval.parsing.sections import parse_sections

DATA = Path(__file__).parent / "data"
NAMES = sorted(p.stem for p in DATA.glob("*.txt"))
BLANK = " \t\r\n\u3000\xa0\u200b\ufeff#*-"


def read(name: str) -> tuple[str, Parsed, list[dict[str, object]]]:
    text = (DATA / f"{name}.txt").read_bytes().decode()
    gold = [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text().splitlines()]
    return text, parse_report(text, f"{name}.txt", "r"), gold


def marks(text: str, parsed: Parsed) -> list[tuple[str, str, str]]:
    """(kind, role, first words) of every heading and item, the leaf's indentation off."""
    return [
        (s.kind, s.role, text[s.start : s.start + 60].replace("&nbsp;", "").lstrip(BLANK)[:10])
        for s in parsed.sections
        if s.kind != "body" and s.path
    ]


@pytest.mark.parametrize("name", NAMES)
def test_headings_items_and_roles_of_dirty_pages(name: str) -> None:
    text, parsed, gold = read(name)
    expected = [
        (g["kind"], g["role"], text[g["start"] : g["start"] + 60].lstrip(BLANK)[:10])  # type: ignore[misc, operator, index]
        for g in gold
        if g["kind"] != "listed"
    ]
    assert marks(text, parsed) == expected


@pytest.mark.parametrize("name", NAMES)
def test_labels_of_dirty_pages_are_the_headings_own_words(name: str) -> None:
    _, parsed, gold = read(name)
    labels = [s.path[-1] for s in parsed.sections if s.kind == "heading" and s.path]
    expected = [str(g["text"]).replace("*", "") for g in gold if g["kind"] == "heading"]
    strip = BLANK + "。：:；;，,"
    assert [" ".join(x.split()) for x in labels] == [
        " ".join(x.replace("\u200b", "").replace("\n", "").strip(strip).split()) for x in expected
    ]


@pytest.mark.parametrize("name", NAMES)
def test_leaves_are_the_whole_text(name: str) -> None:
    text, parsed, _ = read(name)
    assert "".join(text[s.start : s.end] for s in parsed.sections) == text


# -- generated reports ------------------------------------------------------------------------


def tree(text: str) -> dict[int, tuple[str, str]]:
    """Start → (kind, role) of every heading and item."""
    sections = parse_report(text, "x.txt", "r").sections
    return {s.start: (s.kind, s.role) for s in sections if s.kind != "body" and s.path}


def gold_of(made: Made) -> dict[int, tuple[str, str]]:
    return {start: (kind, role) for kind, role, start, _ in made.gold}


@settings(max_examples=60, deadline=None)
@given(reports())
def test_every_mark_of_an_undamaged_report_is_found_and_nothing_else(made: Made) -> None:
    assert tree(made.text) == gold_of(made)


@pytest.mark.slow
@pytest.mark.parametrize(("width", "least"), [(None, 0.99), (54, 0.98), (76, 0.98)])
def test_marks_of_damaged_and_hard_wrapped_reports_are_found(
    width: int | None, least: float
) -> None:
    total = found = invented = told_wrong = 0
    for seed in range(120):
        made = make(Random(seed), damage=0.15 if width is None else 0.0)
        if made.one_line and width:
            continue
        if width:
            wrap(made, width)
        gold, got = gold_of(made), tree(made.text)
        total += len(gold)
        found += len(gold.keys() & got.keys())
        invented += len(got.keys() - gold.keys())
        told_wrong += sum(got[k] != gold[k] for k in gold.keys() & got.keys())
    assert total > 3000
    assert found / total >= least
    assert invented / total <= 0.005
    assert told_wrong / total <= 0.02


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(reports(damage=0.3))
def test_leaves_cover_a_damaged_report_once_and_nest(made: Made) -> None:
    check_leaves(made.text)


@settings(max_examples=200, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from(
            "一二三是要第首先其（）(【]0123.、，。：；“”《》\r\n \u3000①⑴存在问题下步工作将\u200b*#&nbsp;"
        )
    )
)
def test_leaves_cover_text_made_of_marks(text: str) -> None:
    check_leaves(text)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.text())
def test_leaves_cover_any_text(text: str) -> None:
    check_leaves(text)


def check_leaves(text: str) -> None:
    sections = parse_sections(text)
    assert "".join(text[s.start : s.end] for s in sections) == text
    assert all(s.start < s.end for s in sections)
    seen: set[tuple[int, ...]] = set()
    for section in sections:
        assert len(section.node) == len(section.path)
        if section.kind != "body" and section.path:
            assert section.node not in seen, "two headings at one place of the tree"
            seen.add(section.node)


# -- hostile lines ----------------------------------------------------------------------------

HOSTILE = [
    "一是", "(", "、", "1.1.", "。", "“", " ", "第一", "一是、一、1.(一)", "存在", "。存在", "。下一步", "（一）", "1、2、",
    "一、二、", "“一”", "首先其次", "第一部分", "**", "&nbsp;", "①", "一方面另一方面", "一）", "下一步，存在问题：一是", "\u200b", "（一", "附件：",
]  # fmt: skip


@ENDS
@pytest.mark.slow
@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_lines_cost_linear_time(unit: str) -> None:
    line = line_of(unit)
    assert parse_sections(line)[-1].end == len(line)


@pytest.mark.parametrize(
    "opening", ["2024年，街道准备做两件事：一是", "2024年将重点抓两项：一是", "下一步，一是"]
)
def test_a_sentence_on_the_year_ahead_opens_plans_under_a_heading_of_problems(opening: str) -> None:
    text = (
        "甲县2023年法治政府建设工作报告\n一、问题剖析与来年安排\n"
        f"不少短板仍在，执法队只有3人懂法。{opening}制定手册；二是收回12项事项。\n"
    )
    parsed = parse_report(text, "a.txt", "r")
    plans = [text[s.start : s.end] for s in parsed.sections if s.role == "plans"]
    assert "只有3人懂法" not in "".join(plans)
    assert "制定手册" in "".join(plans)


def test_what_was_done_in_the_year_ahead_opens_no_plans() -> None:
    text = (
        "甲县2023年法治政府建设工作报告\n一、存在的问题\n"
        "执法队只有3人懂法。2024年1月已整改两项：一是换证；二是轮岗。\n"
    )
    parsed = parse_report(text, "a.txt", "r")
    assert "plans" not in {s.role for s in parsed.sections}


def test_formal_numerals_stand_above_the_usual_ones() -> None:
    text = (
        "甲县2023年法治政府建设工作报告\n壹、重点工作\n一、推进执法\n办案3件。\n"
        "二、推进普法\n讲课2场。\n贰  存在短板\n人手不足。\n叁  2024年思路\n招人3名。\n"
    )
    parsed = parse_report(text, "a.txt", "r")
    nodes = {
        s.path[-1]: (s.node, s.role) for s in parsed.sections if s.kind == "heading" and s.path
    }
    assert nodes["二、推进普法"] == ((1, 2), "measures")
    assert nodes["贰 存在短板"] == ((2,), "problems")
    assert nodes["叁 2024年思路"] == ((3,), "plans")
