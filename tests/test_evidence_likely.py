"""The fitted second look: it answers what the rules left, and is silent where nothing is likely."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from answering import assistant_over

from bot.assistant import Assistant
from bot.evidence import likely as fitted_look
from bot.evidence.drafting import Desk
from bot.evidence.likely import SIGNS, first_of, fitted, likely, signs_of
from bot.evidence.weights import read_fitted
from retrieval.question.query import State

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


def desk_of(assistant: Assistant, question: str) -> Desk:
    library = assistant.library.pinned()
    query, scope = assistant.settle(question, State(), library)[0]
    return assistant.desk(library, query, scope, State())


def look(desk: Desk):
    report = desk.reports[0]
    reading = desk.reading(report)
    known, near = desk.ledger(report.id), desk.near(report.id)
    return likely(desk.query, reading, reading.lines, desk.hits, (), known, near)


def test_every_sign_has_its_weights():
    for weights in (fitted().figure, fitted().text):
        assert weights.order.shape == (len(SIGNS),)
        assert weights.answers.shape == (len(SIGNS) + 3,)
    assert 0.3 < fitted().least < 1
    shipped = read_fitted("selection.json")
    for kind in ("figure", "text"):
        assert set(shipped[kind]["order"]) == set(SIGNS)
        assert set(SIGNS) < set(shipped[kind]["answers"])


def test_the_clause_that_tells_the_figure_comes_first(assistant: Assistant):
    desk = desk_of(assistant, "青山县为企业挽回了多少损失")
    found = look(desk)
    assert found is not None
    assert "3200万元" in desk.reports[0].quote(found.span.start, found.span.end)


def test_nothing_is_likely_of_what_the_report_does_not_tell(assistant: Assistant):
    assert look(desk_of(assistant, "青山县建了多少公里公路")) is None


def test_nothing_is_said_below_the_least(assistant: Assistant, monkeypatch: pytest.MonkeyPatch):
    desk = desk_of(assistant, "青山县为企业挽回了多少损失")
    strict = replace(fitted(), least=1.0)
    monkeypatch.setattr(fitted_look, "fitted", lambda: strict)
    assert look(desk) is None


def test_signs_are_one_row_a_clause(assistant: Assistant):
    desk = desk_of(assistant, "青山县为企业挽回了多少损失")
    report = desk.reports[0]
    reading = desk.reading(report)
    clauses, signs = signs_of(
        desk.query, reading, reading.lines, desk.hits, (), (), desk.near(report.id)
    )
    assert signs.shape == (len(clauses), len(SIGNS))
    assert np.isfinite(signs).all()


def test_the_lead_is_over_other_sentences_only():
    best, (share, lead, score) = first_of(np.array([2.0, 1.9, 0.5]), [10, 10, 30])
    assert best == 0
    assert lead == pytest.approx(1.5)
    assert share > 0.8
    assert score == pytest.approx(0.4)
