"""What reports have in common, measured on pairs of problems labelled by hand."""

from __future__ import annotations

import json
import random
from functools import lru_cache
from pathlib import Path

import pytest
from reporting_fakes import REAL, WRITTEN, made, report
from reporting_fakes import parsed as parsed_file

from bot.evidence.problem_groups import group_points, shared_problems
from bot.evidence.problem_topics import Point, points
from bot.evidence.reading import read
from bot.notes import worded
from retrieval.documents import Report

DATA = Path(__file__).parent / "data"
PAIRS = [json.loads(ln) for ln in (DATA / "problem_pairs.jsonl").read_text("utf-8").splitlines()]
FILES = {path.name: path for path in (*REAL, *WRITTEN)}


@lru_cache(maxsize=64)
def report_of(source: str) -> Report:
    if source in FILES:
        return parsed_file(FILES[source])[0]
    return made((DATA / source).read_text("utf-8"), source)[0]


def point(side: dict[str, str]) -> Point:
    words = side["text"].lstrip("* ")
    return next(
        p for p in points(report_of(side["source"]), "problems") if p.text.startswith(words)
    )


def together(pair: dict[str, dict[str, str]]) -> bool:
    reports = [report_of(pair[side]["source"]) for side in ("a", "b")]
    a, b = (point(pair[side]) for side in ("a", "b"))
    if a.report == b.report:  # a group is of several reports
        b = Point("another", b.text, b.cite, b.topics)
    background = [line.folded for r in reports for line in read(r).lines]
    return bool(group_points([a, b], background))


def test_pairs_labelled_by_hand() -> None:
    assert len(PAIRS) >= 60
    right = [(pair["same"], together(pair)) for pair in PAIRS]
    found = [same for same, told in right if told]
    assert sum(found) / len(found) >= 0.93
    assert sum(found) / sum(same for same, _ in right) >= 0.8
    assert sum(same == told for same, told in right) / len(right) >= 0.88


def test_problems_outside_the_table_are_grouped_and_named_by_their_words() -> None:
    first, second = (
        made(f"甲县报告\n二、存在的问题\n（一）{words}\n（二）{other}\n", name)[0]
        for words, other, name in (
            ("历史遗留的土地权属问题化解难度大", "河道采砂屡禁不止", "a.txt"),
            ("土地权属历史遗留问题较多", "校园周边食品摊点管理不善", "b.txt"),
        )
    )
    items = [p for r in (first, second) for p in points(r, "problems")]
    groups = group_points(items, [ln.folded for r in (first, second) for ln in read(r).lines])
    assert [[m.text[:6] for m in g.members] for g in groups] == [["历史遗留的土", "土地权属历史"]]
    assert groups[0].name in ("历史遗留", "土地权属")


def test_every_member_of_a_group_is_quoted() -> None:
    reports = [report(p) for p in ("001_", "003_", "004_", "000_")]
    notes = worded(shared_problems(reports, "problems"))
    staff = next(n for n in notes if "“队伍和专业力量”的有3份" in n)
    assert staff.count("“") == 5
    assert "綦江区司法局“另一方面" in staff
    assert any(n.startswith("仅云城区提到") for n in notes)


def test_the_same_items_fall_together_in_any_order() -> None:
    reports = [report(p) for p in ("001_", "003_", "004_", "000_", "w02", "w07")]
    items = [p for r in reports for p in points(r, "problems")]
    background = [ln.folded for r in reports for ln in read(r).lines]
    first = {frozenset(g.members) for g in group_points(items, background)}
    random.Random(7).shuffle(items)
    assert {frozenset(g.members) for g in group_points(items, background)} == first


@pytest.mark.parametrize("source", ["d01_markdown.txt"])
def test_marks_of_markdown_are_no_part_of_a_problem(source: str) -> None:
    assert all(p.text[0] not in "*# " for p in points(report_of(source), "problems"))
