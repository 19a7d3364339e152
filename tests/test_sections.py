"""The section tree on hand-written dirty pages, on generated reports and on hostile text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from retrieval.parsing import Parsed, parse_report

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
    text, parsed, gold = read(name)
    labels = [s.path[-1] for s in parsed.sections if s.kind == "heading" and s.path]
    expected = [str(g["text"]).replace("*", "") for g in gold if g["kind"] == "heading"]
    strip = BLANK + "。：:；;，,"
    assert [" ".join(x.replace("\u200b", "").split()) for x in labels] == [
        " ".join(x.replace("\u200b", "").strip(strip).split()) for x in expected
    ]


@pytest.mark.parametrize("name", NAMES)
def test_leaves_are_the_whole_text(name: str) -> None:
    text, parsed, _ = read(name)
    assert "".join(text[s.start : s.end] for s in parsed.sections) == text
