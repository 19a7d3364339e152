"""Lists of problems and plans as reports write them: every item, nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot import listing
from retrieval.documents import Report, Role
from retrieval.parsing import parse_report

DATA = Path(__file__).parent / "data"
EDGES = " \t\r\n\u3000\xa0\u200b\ufeff#*-。；;，,、"


def report_of(text: str) -> Report:
    parsed = parse_report(text, "x.txt", "r")
    return Report("r", parsed.meta, text, parsed.sections, parsed.chunks)


def listed(text: str, role: Role) -> list[str]:
    return [
        text[i.span.start : i.span.end].replace("&nbsp;", "").strip(EDGES)
        for i in listing.role_items(report_of(text), role)
    ]


@pytest.mark.parametrize("role", ["problems", "plans"])
@pytest.mark.parametrize("name", sorted(p.stem for p in DATA.glob("*.txt")))
def test_lists_of_dirty_pages_are_complete_and_nothing_is_invented(name: str, role: Role) -> None:
    text = (DATA / f"{name}.txt").read_bytes().decode()
    gold = [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text().splitlines()]
    expected = [g for g in gold if g["kind"] == "listed" and g["role"] == role]
    assert listed(text, role) == [g["text"].strip(EDGES) for g in expected]
