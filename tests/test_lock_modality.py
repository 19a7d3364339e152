"""Denials, plans, hedges and generalities: what the lock lets through that the passage does not say."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random

import pytest
from modality_lines import false_lines, modal_passages, true_lines
from near_misses import Trial, passages_of
from test_near_misses import is_shown

from bot.lock.lock import judge
from bot.lock.modality import Ground, modality_problems

REPORTS = Path(__file__).parent.parent / "eval" / "reports"
MAX_LEAKED, MIN_KEPT = 0.01, 0.97


@pytest.mark.slow
def test_denials_plans_and_generalities_put_into_real_sentences_are_refused():
    chance = Random(7)
    passages = passages_of(p.read_text(encoding="utf-8") for p in sorted(REPORTS.glob("*.txt")))
    near = chance.sample([t for p in passages for t in false_lines(p, chance)], 500)
    true = [t for p in passages for t in true_lines(p, chance)]
    assert len(Counter(t.kind for t in near)) >= 6
    assert len(true) >= 40
    shown = [t for t in near if is_shown(t)]
    assert len(shown) <= MAX_LEAKED * len(near), [(t.kind, t.line) for t in shown]
    refused = [t for t in true if not is_shown(t)]
    assert len(refused) <= (1 - MIN_KEPT) * len(true), [(t.kind, t.line) for t in refused]


@pytest.mark.slow
def test_what_is_planned_denied_partly_or_nearly_so_is_told_as_it_stands():
    made = list(modal_passages(Random(7), 150))
    near = [Trial(m.text, kind, line) for m in made for kind, line in m.wrong]
    true = [Trial(m.text, kind, line) for m in made for kind, line in m.right]
    assert len(near) >= 600
    assert len(true) >= 450
    shown = [t for t in near if is_shown(t)]
    assert len(shown) <= MAX_LEAKED * len(near), [(t.kind, t.line) for t in shown]
    refused = [t for t in true if not is_shown(t)]
    assert len(refused) <= (1 - MIN_KEPT) * len(true), [(t.kind, t.line) for t in refused]


PLAN = "下一步，将加强执法监督，推进队伍建设。"
ROWS = [
    ("将加强执法监督，推进队伍建设。", PLAN, ""),
    ("下一步，推进队伍建设。", PLAN, ""),
    ("已推进执法队伍建设。", PLAN, "计划"),
    ("加强了执法监督。", PLAN, "计划"),
    ("现将情况报告如下，执法监督得到加强。", "执法监督有待加强。", "有待"),
    ("法治文化公园已建成。", "法治文化公园基本建成。", "基本"),
    ("执法人员素质不高。", "部分执法人员素质不高。", "部分"),
    ("一些执法人员素质不高。", "部分执法人员素质不高。", ""),
    ("甲局、乙局均落实三项制度。", "甲局落实三项制度，乙局落实三项制度。", ""),
    ("甲局均落实三项制度要求。", "甲局落实三项制度要求。", "均"),
    ("全市最早建立法律顾问制度。", "建立法律顾问制度。", "最早"),
    ("县长李明华主持召开常务会议。", "副县长李明华主持召开常务会议。", "副县长"),
    ("领导对法治工作的重视。", "领导对法治工作的重视不够。", "不足"),
    ("将权责清单纳入考核。", "并将权责清单纳入考核。", ""),
    ("权责清单纳入考核。", "并将权责清单纳入考核。", ""),
]


@pytest.mark.parametrize(("sentence", "passage", "fault"), ROWS)
def test_how_a_sentence_stands(sentence, passage, fault):
    problems = "；".join(judge(sentence, [passage]).problems)
    assert fault in problems
    assert bool(fault) == bool(problems)


@pytest.mark.parametrize(
    ("line", "right"),
    [
        ("九项重大决策目录都走完了", True),
        ("9项重大决策目录都走完了", True),
        ("八项重大决策目录都走完了", False),
        ("重大决策目录都走完了", False),
    ],
)
def test_a_count_in_words_is_that_count_where_all_of_it_is_told(line, right):
    ground = Ground(("编制重大决策目录9项,全部履行程序。",))
    assert (not modality_problems(line, ground)) is right
