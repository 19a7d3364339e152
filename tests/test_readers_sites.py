"""Eighteen papers as sites and offices publish them: each field, paragraph and row, and what stays.

``data/sites`` has the files; ``gold.jsonl`` what a person reads from them. ``neutral`` are lines
that may stay or go: a title broken in two, a document number, a file to load.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from retrieval.parsing.parsing import Parsed, parse_report
from retrieval.readers.reading import read_bytes_of
from retrieval.text.normalise import fold

SITES = Path(__file__).parent / "data" / "sites"
GOLD = [json.loads(line) for line in (SITES / "gold.jsonl").read_text("utf-8").splitlines()]


@cache
def read(name: str) -> tuple[list[str], Parsed]:
    document = read_bytes_of((SITES / name).read_bytes())
    lines = [line for line in document.text.splitlines() if line.strip()]
    return lines, parse_report(document.text, name, "r", document.container)


def cells(row: str) -> list[str]:
    """Return the cells that say something; a merged cell stands once."""
    return [cell for cell, _ in groupby(fold(cell) for cell in row.split("\t")) if cell]


@pytest.mark.parametrize("gold", GOLD, ids=lambda gold: gold["name"])
def test_what_a_page_says_is_read_as_a_person_reads_it(gold: dict[str, Any]):
    lines, parsed = read(gold["name"])
    fields = ("title", "place", "issuer", "year", "published")
    said = {field: getattr(parsed.meta, field) for field in fields}
    assert said == {field: gold[field] for field in fields} | {"place": tuple(gold["place"])}
    words = {fold(line) for line in lines}
    assert not [line for line in gold["paragraphs"] if fold(line) not in words]
    rows = [cells(line) for line in lines]
    # what a cell above fills is not written again below it
    assert not [r for r in gold["rows"] if cells(r) not in rows and cells(r)[1:] not in rows]


def test_little_of_the_sites_stays():
    extra = total = 0
    for gold in GOLD:
        own = {fold(line) for line in (*gold["paragraphs"], *gold["neutral"], gold["title"])}
        rows = [cells(row)[at:] for row in gold["rows"] for at in (0, 1)]
        for line in read(gold["name"])[0]:
            total += len(line)
            extra += 0 if fold(line) in own or cells(line) in rows else len(line)
    assert extra <= 0.02 * total, (extra, total)
