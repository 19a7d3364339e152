"""Leaves ranked by fitted weights: the part that tells comes first, and little tells of nothing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from answering import assistant_over, desk_of

from bot.answers.themes import theme_terms
from bot.assistant import Assistant
from bot.evidence.drafting import Desk
from bot.evidence.leaf_ranking import (
    ENDS,
    LINE_SIGNS,
    SIGNS,
    TOLD,
    Weights,
    chances_of,
    line_signs_of,
    signs_of,
)
from bot.evidence.pieces import FAR_BEHIND, Piece, leaves, told
from bot.evidence.weights import read_fitted
from retrieval.search.nearness import best_in, nothing_near

TEXT = """青山县人民政府2023年度法治政府建设情况报告
一、主要举措和成效
(一)规范涉企执法。推行扫码入企,检查前须在平台备案。全年检查企业310家次,同比下降41%。整合检查事项18项。
(二)防范重复申请。建立滥用申请权甄别机制,甄别滥申请人2人。
(三)加强法治宣传。开展宣传活动120场次。
二、存在的问题
(一)执法力量不足。
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("leaves"), {"青山县.txt": TEXT}) as opened:
        yield opened


def telling(desk: Desk) -> list[Piece]:
    return desk.telling(desk.reports[0], theme_terms(desk))


def test_every_sign_has_its_weight():
    weights = Weights.fitted()
    assert weights.order.shape == (len(SIGNS),)
    assert weights.lines.shape == (len(LINE_SIGNS),)
    assert weights.answers.shape == (len(ENDS) + len(TOLD),)
    assert np.count_nonzero(weights.order) > len(TOLD)
    assert 0 < weights.beside < 1
    assert 0 < weights.least < 1
    shipped = read_fitted("leaves.json")
    assert set(shipped["order"]) == set(SIGNS)
    assert set(shipped["lines"]) == set(LINE_SIGNS)
    assert set(shipped["answers"]) == {*ENDS, *TOLD}


def test_the_leaf_that_tells_comes_first(assistant: Assistant):
    found = telling(desk_of(assistant, "青山县怎么甄别滥用申请权"))
    assert found
    assert "甄别滥申请人2人" in "".join(line.folded for line in found[0].lines)
    assert all(a.fit >= b.fit for a, b in itertools.pairwise(found))


def test_signs_are_of_every_leaf_and_sentence(assistant: Assistant):
    desk = desk_of(assistant, "青山县怎么规范涉企执法")
    report, near = desk.reports[0], desk.near(desk.reports[0].id)
    found = leaves(report)
    signs = signs_of(desk.query, report, found, near)
    assert signs.shape == (len(found), len(SIGNS))
    assert line_signs_of(desk.query, found[0], near).shape == (
        len(found[0].lines),
        len(LINE_SIGNS),
    )
    chances = chances_of(signs, Weights.fitted())
    assert ((chances >= 0) & (chances <= 1)).all()


def test_without_vectors_the_words_of_the_theme_decide(assistant: Assistant):
    desk = replace(desk_of(assistant, "青山县怎么加强法治宣传"), near=nothing_near)
    found = telling(desk)
    assert found
    assert "宣传活动120场次" in "".join(line.folded for line in found[0].lines)
    assert not found[0].worth


def test_of_a_leaf_what_is_far_behind_is_not_shown(assistant: Assistant):
    found = leaves(desk_of(assistant, "青山县存在哪些问题").reports[0])
    piece = next(p for p in found if "18项" in p.lines[-1].folded)
    worth = (*[0.0] * (len(piece.lines) - 2), FAR_BEHIND + 1, 0.5)
    spans = told(replace(piece, worth=worth), (), 200)
    words = "".join(piece.report.quote(span.start, span.end) for span in spans)
    assert "310家次" in words
    assert "18项" not in words


def test_nothing_is_near_a_span_without_passages():
    assert best_in((), 0, 10) == {"cosine": 0.0, "words": 0.0}
