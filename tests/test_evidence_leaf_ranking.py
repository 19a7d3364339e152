"""Leaves ranked by fitted weights: the part that tells comes first, and little tells of nothing."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from answering import assistant_over, desk_of

from bot.answers.themes import theme_terms
from bot.assistant import Assistant
from bot.evidence.drafting import Desk, joined
from bot.evidence.leaf_ranking import (
    ENDS,
    LINE_PAIRED,
    LINE_SIGNS,
    MARGIN,
    PAIRED,
    READ,
    SIGNS,
    TOLD,
    Weights,
    by_leaf,
    chances_of,
    first_lines,
    line_signs_of,
    seen_of,
    signs_of,
    worth_of,
)
from bot.evidence.pieces import FAR_BEHIND, Piece, leaves, told
from bot.evidence.weights import read_fitted
from bot.lock.citations import Checker
from bot.values import Sentence
from retrieval.search.nearness import best_in, nothing_near
from retrieval.text.normalise import normalise

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
    seen = (*ENDS, *PAIRED, *TOLD)
    assert weights.read_lines.shape == (len(LINE_SIGNS) + len(LINE_PAIRED),)
    assert weights.answers.shape == weights.unread.shape == (len(seen),)
    assert np.count_nonzero(weights.order) > len(TOLD)
    assert 0 < weights.beside < 1
    assert 0 < weights.least < 1
    shipped = read_fitted("leaves.json")
    assert set(shipped["order"]) == set(SIGNS)
    assert set(shipped["lines"]) == set(LINE_SIGNS)
    assert set(shipped["read_lines"]) == {*LINE_SIGNS, *LINE_PAIRED}
    assert set(shipped["answers"]) == set(shipped["unread"]) == set(seen)


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
    weights = Weights.fitted()
    unread = by_leaf((), (), [len(piece.lines) for piece in found])
    chances = chances_of(signs, signs @ weights.order, unread, weights)
    assert ((chances >= 0) & (chances <= 1)).all()


def test_sentences_are_read_from_the_best_leaves_down():
    scores = np.array([0.0, 2.0, 1.0])
    lines = [np.array([0.0]), np.array([0.0, 3.0]), np.array([1.0, 0.5])]
    assert first_lines(scores, lines) == [(1, 1), (2, 0), (2, 1), (0, 0), (1, 0)]
    far = np.array([0.0, MARGIN + 1.5, 1.0])
    assert first_lines(far, lines) == [(1, 1), (1, 0)]
    many = [np.zeros(READ + 1)]
    assert len(first_lines(np.zeros(1), many)) == READ


def test_a_leaf_that_is_not_read_counts_as_the_one_read_worst():
    readings = by_leaf([(1, 0), (0, 1)], np.array([3.0, -2.0]), [2, 1, 1])
    assert np.isnan(readings[0][0])
    assert readings[0][1] == -2
    seen = seen_of(np.zeros((3, len(SIGNS))), np.zeros(3), readings)
    at = slice(len(ENDS), len(ENDS) + len(PAIRED))
    assert seen[:, at].tolist() == [[-2, -5, 3, 0], [3, 0, 3, 0], [-2, -5, 3, 1]]
    bare = seen_of(np.zeros((3, len(SIGNS))), np.zeros(3), by_leaf((), (), [2, 1, 1]))
    assert not bare[:, at].any()


def test_the_sentence_that_reads_as_an_answer_is_worth_more():
    weights = Weights.fitted()
    signs = np.zeros((3, len(LINE_SIGNS)))
    worth = worth_of(signs, np.array([-3.0, 4.0, np.nan]), weights)
    assert worth[1] > worth[0] >= worth[2]
    assert worth_of(signs, np.full(3, np.nan), weights).tolist() == [0, 0, 0]


def test_a_leaf_that_reads_as_the_answer_is_more_likely_one():
    signs, weights = np.zeros((3, len(SIGNS))), Weights.fitted()
    readings = [np.array([value]) for value in (4.0, -4.0, np.nan)]
    chances = chances_of(signs, np.zeros(3), readings, weights)
    assert chances.argmax() == 0
    unread = chances_of(signs, np.zeros(3), by_leaf((), (), [1, 1, 1]), weights)
    assert len(set(unread.tolist())) == 1


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


TABLED = """青石县人民政府2023年度法治政府建设情况报告
一、主要举措和成效
(一)行政执法。全年执法情况如下。
指标　2022年　2023年
行政处罚案件（件）　5284　4617
占道经营案件（件）　1762　1105
说明:处罚案件下降主要由于占道经营先教育后处罚。
二、存在的问题
(一)执法力量不足。
"""


def test_rows_of_a_table_are_told_by_their_columns_and_pass_the_lock(tmp_path: Path):
    with assistant_over(tmp_path, {"青石县.txt": TABLED}) as opened:
        report = desk_of(opened, "青石县存在哪些问题").reports[0]
        piece = next(p for p in leaves(report) if any(line.row for line in p.lines))
        line = joined(report, told(replace(piece, worth=(0.0,) * len(piece.lines)), (), 400))
        checked = Checker((), lambda _report: report.text, {}).check_line(line)
    assert "行政处罚案件(件),2022年:5284" in normalise(line.text)
    # nothing is left out between rows that follow each other
    assert "2023年:4617;占道经营案件(件),2022年:1762" in normalise(line.text)
    assert "先教育后处罚" in line.text
    assert isinstance(checked, Sentence)
    assert checked.text == line.text


def test_nothing_is_near_a_span_without_passages():
    assert best_in((), 0, 10) == {"cosine": 0.0, "words": 0.0}
