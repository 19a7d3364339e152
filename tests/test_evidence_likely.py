"""The fitted choice of a sentence: the one that answers, and none where nothing is likely."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from answering import assistant_over, desk_of

from bot.assistant import Assistant
from bot.evidence.drafting import Desk
from bot.evidence.forest import Forest
from bot.evidence.likely import (
    ENDS,
    LEADERS,
    MARGIN,
    SEEN,
    Weights,
    first_of,
    leaders,
    likely,
    ordered,
)
from bot.evidence.signs import ASKED, SIGNS, Spoken, Told
from bot.evidence.weights import read_fitted

TEXT = """青山县人民政府2023年度法治政府建设情况报告
一、主要举措和成效
(一)设立企业服务专窗。全年受理企业诉求640件,办结612件,为企业挽回损失3200万元。
(二)执法规范有力有序。全年办理行政处罚案件120件。
二、存在的问题
(一)执法力量不足。
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("likely"), {"青山县.txt": TEXT}) as opened:
        yield opened


def look(desk: Desk):
    report = desk.reports[0]
    reading = desk.reading(report)
    known, near = desk.ledger(report.id), desk.near(report.id)
    return likely(desk.query, reading, reading.lines, Spoken(), known, near, desk.pairs)


def test_every_sign_has_its_weights():
    shipped = read_fitted("selection.json")
    for kind, weights in (("figure", Weights.fitted().figure), ("text", Weights.fitted().text)):
        assert weights.shape == (len(SIGNS),)
        assert set(shipped[kind]) == set(SIGNS)
    assert 0.3 <= Weights.fitted().least < 1


def test_the_forest_is_fitted_on_what_it_is_shown():
    forest = Weights.fitted().answers
    assert forest.feature.max() < len(SEEN)  # one more stands for a sign that is told no longer
    assert 0 <= forest(np.zeros(len(SEEN))) <= 1


def test_a_forest_is_the_mean_of_its_trees():
    stump = {"threshold": np.array([0.5, 0, 0]), "left": np.array([1, 1, 2], np.int32)}
    forest = Forest(
        roots=np.array([0], np.int32),
        feature=np.array([1, 0, 0], np.int32),
        right=np.array([2, 1, 2], np.int32),
        value=np.array([0.5, 0.2, 0.8]),
        **stump,
    )
    assert forest(np.array([9.0, 0.4])) == pytest.approx(0.2)
    assert forest(np.array([9.0, 0.6])) == pytest.approx(0.8)


def test_the_clause_that_tells_the_figure_comes_first(assistant: Assistant):
    desk = desk_of(assistant, "青山县为企业挽回了多少损失")
    found = look(desk)
    assert found is not None
    assert "3200万元" in desk.reports[0].quote(found.span.start, found.span.end)


def test_nothing_is_likely_of_what_the_report_does_not_tell(assistant: Assistant):
    assert look(desk_of(assistant, "青山县建了多少公里公路")) is None


def test_nothing_is_said_below_the_least(assistant: Assistant, monkeypatch: pytest.MonkeyPatch):
    desk = desk_of(assistant, "青山县为企业挽回了多少损失")
    strict = replace(Weights.fitted(), least=1.0, least_unread=1.0)
    monkeypatch.setattr(Weights, "fitted", lambda: strict)
    assert look(desk) is None


def test_signs_are_one_row_a_clause(assistant: Assistant):
    desk = desk_of(assistant, "青山县为企业挽回了多少损失")
    report = desk.reports[0]
    reading = desk.reading(report)
    told = Told(desk.query, reading, Spoken(), (), desk.near(report.id))
    clauses, signs = told.signs(reading.lines)
    assert signs.shape == (len(clauses), len(SIGNS))
    assert told.asked.shape == (len(ASKED),)
    assert np.isfinite(signs).all()


def test_the_first_lines_come_once_each(assistant: Assistant):
    desk = desk_of(assistant, "青山县为企业挽回了多少损失")
    report = desk.reports[0]
    reading = desk.reading(report)
    found = ordered(desk.query, reading, reading.lines, (), desk.near(report.id), 2)
    assert len({e.line.span for e in found}) == 2
    assert "3200万元" in report.quote(found[0].line.span.start, found[0].line.span.end)


def test_the_lead_is_over_other_sentences_only():
    lead = leaders(np.array([2.0, 1.9, 0.5]), [10, 10, 30])
    assert lead == [0, 2]
    at, ends = first_of(np.array([2.0, 0.5]), np.zeros(0), 1.0)
    told = dict(zip(ENDS, ends, strict=True))
    assert at == 0
    assert told["lead"] == pytest.approx(1.5)
    assert told["share"] > 0.8
    assert told["score"] == pytest.approx(0.4)
    assert told["read"] == 0


def test_what_is_read_may_put_another_line_first():
    at, ends = first_of(np.array([2.0, 1.5, 0.0]), np.array([-3.0, 2.0, -4.0]), 1.0)
    told = dict(zip(ENDS, ends, strict=True))
    assert at == 1
    assert told["score beside best"] == pytest.approx(-0.5)
    assert told["lead"] == pytest.approx(4.5)
    assert (told["pair"], told["pair best"]) == (2.0, 2.0)
    assert told["pair beside next"] == pytest.approx(5.0)


def test_no_more_lines_are_read_than_lead():
    assert leaders(np.arange(20, 0, -0.1), list(range(200))) == list(range(LEADERS))


def test_lines_far_below_the_best_are_not_read():
    assert leaders(np.array([2.0, 1.0, 1.9 - MARGIN]), [1, 2, 3]) == [0, 1]


def test_a_line_alone_stands_far_over_the_others():
    at, ends = first_of(np.array([1.0]), np.array([0.5]), 1.0)
    assert at == 0
    assert dict(zip(ENDS, ends, strict=True))["pair beside next"] == 5.0
