"""Problems and plans told in one section, or without headings, come out as the items they are."""

from __future__ import annotations

import pytest
from made_shared import PAGES, SharedPage

from bot.evidence.listing import role_items
from retrieval.documents import Report, Role
from retrieval.parsing.parsing import parse_report


def items(page: SharedPage, role: Role) -> list[str]:
    parsed = parse_report(page.text, f"{page.name}.txt", "r1")
    report = Report("r1", parsed.meta, page.text, parsed.sections, parsed.chunks)
    return [page.text[item.span.start : item.span.end] for item in role_items(report, role)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize("role", ["problems", "plans"])
def test_each_kind_has_its_own_items_and_nothing_else(page, role):
    gold = page.problems if role == "problems" else page.plans
    every = (*page.problems, *page.plans)
    found = items(page, role)
    assert [[words for words in every if words in item] for item in found] == [[g] for g in gold]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_letter_s_end_is_an_item(page):
    for item in (*items(page, "problems"), *items(page, "plans")):
        assert not any(words in item for words in ("特此", "审示", "指正", "联系人", "函告"))
