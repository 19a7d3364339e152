"""Pieces weighed by labels: their signs, their shipped weights, and what is told first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from answering import assistant_over

from bot.assistant import Assistant
from bot.briefing.briefing_pieces import pools, theme_pools, whole_candidates
from bot.briefing.worth import OF_THEME, SIGNS, Weights, common_indicators
from bot.evidence.pieces import on_theme
from bot.evidence.reading import read
from bot.evidence.weights import read_fitted
from retrieval.question.terms import content_terms

TEXT = """青山县人民政府2023年度法治政府建设情况报告
一、主要举措和成效
(一)化解纠纷有力。设立“邻里说事点”26个,请老法官坐堂。全年调解纠纷487件,成功479件,成功率98.4%。
(二)依法决策有序。审核规范性文件31件。“说事点”做法获评全省基层治理优秀案例。迎接全省示范县复检。
(三)政务服务便民。政务服务事项1178项,网上可办率97.8%,在全市排第2名。
二、存在的问题
(一)执法力量不足。
三、下一步工作
(一)充实执法队伍。
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("worth"), {"青山县.txt": TEXT}) as opened:
        yield opened


@pytest.fixture(scope="module")
def report(assistant: Assistant):
    library = assistant.library
    return library.report(library.reports()[0].id)


def test_the_shipped_weights_have_a_place_for_every_sign():
    assert Weights.fitted().whole.shape == (len(SIGNS),)
    assert Weights.fitted().theme.shape == (len(SIGNS) + len(OF_THEME),)
    assert np.isfinite(Weights.fitted().theme).all()
    shipped = read_fitted("briefings.json")
    assert set(shipped["whole"]) == set(SIGNS)
    assert set(shipped["theme"]) == {*SIGNS, *OF_THEME}
    assert all(0 < share <= 1 for share in common_indicators().values())


def test_every_candidate_has_every_sign(report):
    found = whole_candidates(read(report), ())
    assert found
    assert all(len(c.signs) == len(SIGNS) for c in found)


def test_what_was_won_is_told_and_what_is_aimed_at_is_not_won(report):
    signs = {c.piece.text: c.signs for c in whole_candidates(read(report), ())}
    at = SIGNS.index("honour")
    won = next(s for text, s in signs.items() if "优秀案例" in text)
    aimed = next(s for text, s in signs.items() if text.startswith("迎接"))
    assert won[at] == 1
    assert aimed[at] == 0


def test_a_few_words_from_the_midst_of_a_sentence_are_no_piece(report):
    told = [c.piece.text for c in whole_candidates(read(report), ())]
    assert "在全市排第2名" not in told


def test_figures_and_names_come_before_slogans(report):
    best = pools(read(report), ())["measures"]
    assert any(mark in best[0].text for mark in ("487件", "优秀案例", "1178项"))


def test_on_a_theme_a_sentence_without_its_words_is_told(report):
    terms = content_terms("化解纠纷")
    told = theme_pools(on_theme(report, terms), (), terms)["measures"]
    assert any("说事点" in piece.text for piece in told)


def test_what_was_done_tells_facts_and_not_headings_alone(assistant: Assistant):
    answer = assistant.ask("青山县2023年做了什么").answer
    assert "原文共3条" in answer.text
    assert "化解纠纷有力" in answer.text
    assert "1178项" in answer.text or "97.8%" in answer.text


def test_points_are_as_many_as_ordered(assistant: Assistant):
    answer = assistant.ask("把青山县2023年的报告压成三个要点").answer
    assert sum(s.kind == "claim" for s in answer.sentences) == 3
