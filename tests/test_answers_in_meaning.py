"""What is asked in words of one's own, answered by what the shipped models read as answering."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from answering import talk

from bot.answers.choose import Answerer
from bot.assistant import Assistant
from bot.evidence.drafting import Desk, Draft, claim
from retrieval.documents import Span
from retrieval.library.library import Library
from retrieval.search.embedding import LocalEmbedder

GREEN = """青山县人民政府{year}年法治政府建设情况报告
一、主要举措
（一）规范行政执法。{told}
（二）推进普法宣传。开展法治宣传活动120场次，受众4万人次。
二、存在的问题
一是乡镇执法人员不足；二是普法形式单一。
三、下一步打算
{plans}
"""
REPORTS = {
    "青山县2023": GREEN.format(
        year=2023,
        told="推行“首违不罚”，对轻微违法行为批评教育后不予处罚212起。",
        plans="（一）将拖欠企业账款清偿率提高到85%以上。（二）为乡镇综合行政执法大队招录20人。",
    ),
    "青山县2024": GREEN.format(
        year=2024,
        told="全年偿还拖欠民营企业账款2.06亿元，台账内欠款清偿率为83.2%。",
        plans="（一）争取省级资金1800万元，更新执法车辆45辆。（二）加强培训。",
    ),
    "白水县2023": GREEN.replace("青山县", "白水县").format(
        year=2023, told="建成供水管网28公里，更换老旧水表1200只。", plans="（一）新建水厂2座。"
    ),
}


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("meaning")
    paths = [folder / f"{name}.txt" for name in REPORTS]
    for path, text in zip(paths, REPORTS.values(), strict=True):
        path.write_text(text, "utf-8")
    embedder = LocalEmbedder(workers=2)
    with Library.open(folder / "library", embedder=embedder, create=True) as library:
        assert {r.status for r in library.ingest(paths)} == {"added"}
        yield Assistant(library)


def test_which_reports_tell_of_what_is_described_and_not_named(assistant: Assistant) -> None:
    answer = talk(assistant, "哪些地方头回犯小错教育教育就算了、不罚钱")
    assert answer.answerer == "which"
    assert "212起" in answer.text
    assert "供水管网" not in answer.text


def test_what_was_meant_for_a_year_not_held_is_answered_from_the_plans(
    assistant: Assistant,
) -> None:
    meant = talk(assistant, "青山2025年想跟省里争多少钱")
    assert meant.status == "answered"
    assert "1800万元" in meant.text
    assert any("2025" in missing for missing in meant.scope.missing)
    told = talk(assistant, "青山2025年省级资金争取到多少")
    assert told.status == "abstained"


def test_what_became_of_a_plan_that_no_word_names(assistant: Assistant) -> None:
    answer = talk(assistant, "青山2023年说要还老板们的钱，后来做到没有")
    assert answer.answerer == "follow_through"
    assert "85%" in answer.text
    assert "2.06亿元" in answer.text
    assert "招录20人" not in answer.text


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("青山2023年许的愿，2024年兑现得怎么样，你评一下", "招录20人"),  # all of them
        ("青山2024年清偿率达标没有", "85%"),  # the line was drawn the year before
    ],
)
def test_whether_a_promise_was_kept_is_told_of_both_years(
    assistant: Assistant, question: str, told: str
) -> None:
    answer = talk(assistant, question)
    assert answer.answerer == "follow_through"
    assert told in answer.text


def test_figures_of_two_years_that_no_table_tells_are_asked_of_each(assistant: Assistant) -> None:
    answer = talk(assistant, "青山还老板们的钱还了几成")
    assert answer.status == "answered"
    assert "83.2%" in answer.text


@pytest.mark.parametrize(
    ("told", "added"),
    [
        ("争取省级资金1800万元", "更新执法车辆45辆"),  # of the same sentence: told whole
        ("开展法治宣传活动120场次", "更新执法车辆45辆"),
        ("更新执法车辆45辆", None),
    ],
)
def test_what_a_stretch_of_a_question_asks_is_told_beside_its_answer(
    assistant: Assistant, told: str, added: str | None
) -> None:
    def first(desk: Desk) -> Draft:
        report = desk.reports[0]
        at = report.text.index(told)
        return Draft((claim(report, Span(at, at + len(told))),))

    told_first = Assistant(
        assistant.library, answerers=(Answerer("first", lambda _desk: True, first, ()),)
    )
    answer = talk(told_first, "青山2024年的执法车辆，要更新几辆")
    assert [line for line in (told, added) if line and line not in answer.text] == []
    assert answer.text.count("更新执法车辆45辆") == 1
    assert len(answer.citations) == (2 if "宣传" in told else 1)
