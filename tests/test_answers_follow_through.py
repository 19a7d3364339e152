from __future__ import annotations

from dataclasses import replace

import pytest
from reporting_fakes import checked, desk, facts, report

from bot.answers.follow_through import (
    answer,
    aspect,
    consecutive,
    draft,
    follow,
    with_the_other_year,
)
from bot.holdings import Holding
from bot.notes import words
from retrieval.question.scope import Holdings, Resolved


@pytest.fixture(scope="module")
def found():
    return follow(report("w01"), report("w02"), facts=facts)


def test_problems_are_parted_into_repeated_new_and_gone(found) -> None:
    assert [p.before.text[:8] for p in found.repeated] == ["少数镇（街道）承", "部分领导干部运用"]
    assert any("数据归集不全" in q.text for q in found.new)
    assert any("专职办案人员仅3名" in q.text for q in found.new)
    assert any("记录仪" in q.text for q in found.gone)
    assert any("普法宣传形式较为单一" in q.text for q in found.gone)
    assert len(found.repeated) + len(found.gone) == 4
    assert len(found.repeated) + len(found.new) == 4


@pytest.mark.parametrize(
    ("plan", "told"),
    [
        ("法律专业背景比例提高到30%", "27.8%"),
        ("记录仪配备率100%", "93%"),
        ("败诉率控制在8%以内", "8.16%"),
        ("新建县级法治文化公园", "未能按期开工"),
        ("“法律明白人”500名", "560名"),
        ("不少于2000人次", "2140人次"),
    ],
)
def test_a_plan_is_paired_with_what_the_next_report_tells(found, plan: str, told: str) -> None:
    pair = next(p for p in found.plans if plan in p.before.text)
    assert any(told in quote.text for quote in pair.after)


def test_targets_are_compared_with_the_figure_of_the_same_indicator(found) -> None:
    verdicts = {p.before.text: words(p.verdict) for p in found.plans if p.verdict}
    missed = next(v for k, v in verdicts.items() if "败诉率" in k)
    met = next(v for k, v in verdicts.items() if "法律明白人" in k)
    assert "8.16%，未达到（计算）" in missed
    assert "560名，已达到（计算）" in met


def test_nothing_found_is_said_plainly_and_every_quote_stands(found) -> None:
    made = draft(found)
    result, refused = checked(made, (found.earlier, found.later))
    assert not refused
    lone = next(p for p in found.plans if "一案一分析" in p.before.text)
    assert lone.after == ()
    assert any(s.note is not None and s.note.kind == "nothing_done" for s in result.sentences)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("清溪县2023年报告里的问题，哪些是2022年没有提过的？", "new"),
        ("清溪县2022年提的不足，哪些到2023年的报告里不再提了？", "gone"),
        ("清溪县连续两年都存在的问题是哪些", "repeated"),
        ("清溪县2023年新出现的短板有哪些", "new"),
        ("清溪县2022年的问题，哪些是2023年才新出现的", "new"),
        ("清溪县2023年新增法律明白人多少名，存在什么问题", None),
        ("清溪县2022年说要新增500名法律明白人，2023年做到了吗", "plans"),
        ("清溪县2023年列出了哪些问题", None),
        ("清溪县2023年审核了多少件规范性文件", None),
        ("清溪县执法人员后来培训了多少人次", "plans"),
        ("清溪县2022年计划新增500名法律明白人，结果新增了多少", "plans"),
    ],
)
def test_what_is_asked_of_two_years_is_told_from_other_questions(
    question: str, wanted: str | None
) -> None:
    assert aspect(desk(question, "w01", "w02").query) == wanted


def test_a_question_about_one_plan_shows_that_plan_only() -> None:
    made = desk("清溪县2022年承诺执法记录仪配备率到100%，2023年兑现了吗", "w01", "w02")
    written = answer(made, facts)
    assert written is not None
    claims = [line.text for line in written.lines if line.kind == "claim"]
    assert any("93%" in text for text in claims)
    assert not any("法治文化公园" in text for text in claims)


def test_only_years_of_one_issuer_that_follow_each_other_are_paired() -> None:
    pair = consecutive((report("w02"), report("w06"), report("w01")))
    assert pair is not None
    assert [r.meta.year for r in pair] == [2022, 2023]
    assert consecutive((report("000_"), report("001_"))) is None
    assert answer(desk("柯桥和玉山的计划做到了吗", "002_", "001_"), facts) is None


@pytest.mark.parametrize(
    ("question", "held", "scope"),
    [
        ("清溪县2023年新出现的短板有哪些", ("w01", "w02"), ("w01", "w02")),
        ("清溪县哪些短板2023年仍然存在", ("w01", "w02"), ("w01", "w02")),
        ("清溪县2022年的短板哪些已经解决了", ("w01", "w02"), ("w01", "w02")),
        ("清溪县2022年新出现的短板有哪些", ("w01", "w02"), ("w01",)),
        ("清溪县2023年仍然存在哪些短板", ("w01", "w02"), ("w02",)),
        ("清溪县2023年新出现的短板有哪些", ("w02", "w06"), ("w02",)),
    ],
)
def test_what_is_asked_of_one_year_beside_another_is_asked_of_both(
    question: str, held: tuple[str, ...], scope: tuple[str, ...]
) -> None:
    query = desk(question, "w02").query  # the fuller name of the county is the later report's
    place = query.places[0]
    metas = [report(name).meta for name in held]
    here = [m.place[-1:] == place[-1:] for m in metas]
    holdings = Holdings(
        Holding(name, replace(meta, place=place) if own else meta)
        for name, meta, own in zip(held, metas, here, strict=True)
    )
    (own,) = [n for n in held if report(n).meta.year in query.years and n in scope]
    assert with_the_other_year(query, Resolved((own,)), holdings).reports == scope
