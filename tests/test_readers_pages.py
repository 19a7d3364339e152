"""Title, place, office, year, date, paragraphs and rows on pages in the manner of real sites."""

from __future__ import annotations

from functools import cache

import pytest
from made_pages import PAGES, Page

from retrieval.parsing.parsing import Parsed, parse_report
from retrieval.readers.reading import read_bytes_of


@cache
def read(page: Page) -> tuple[str, Parsed]:
    document = read_bytes_of(page.raw)
    return document.text, parse_report(document.text, page.name, "r", document.container)


@pytest.mark.parametrize("field", ["title", "place", "issuer", "year", "published"])
def test_a_field_is_read_right_on_nearly_every_page(field):
    wrong = {
        page.name: (getattr(read(page)[1].meta, field), getattr(page, field))
        for page in PAGES
        if getattr(read(page)[1].meta, field) != getattr(page, field)
    }
    assert len(wrong) <= 0.03 * len(PAGES), wrong


def test_no_paragraph_and_no_row_of_figures_is_lost():
    for page in PAGES:
        lines = [line.strip() for line in read(page)[0].splitlines()]
        assert not [words for words in page.paragraphs if words not in lines], page.name
        assert not [row for row in page.rows if row not in lines], page.name


def test_little_of_the_site_stays():
    extra = total = 0
    for page in PAGES:
        if page.name.endswith(".txt"):
            continue
        for line in read(page)[0].splitlines():
            total += len(line)
            paper = line.strip() in (*page.paragraphs, *page.rows)
            extra += 0 if paper or line in page.title else len(line)
    assert extra <= 0.02 * total
