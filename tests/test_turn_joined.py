"""Several wishes of one message: what one part did not find, another may tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from answering import assistant_over, talk

from bot.evidence.drafting import Draft, claim
from bot.notes import note
from bot.synthesis import Attempt
from bot.turn import Answered, joined
from retrieval.documents import Span
from retrieval.question.query import Query
from retrieval.question.scope import Resolved

TEXT = """青山县人民政府2023年度法治政府建设情况报告
一、主要举措
修订述法评议办法，首次将述法评议结果按5%权重纳入绩效考核。一审行政诉讼案件审结44件，败诉7件，败诉率15.9%。
从签约到开工平均用时由126天缩短至49天。
二、存在的问题
败诉率不降反升，主要是证据收集不规范；宣传形式单一。
"""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory):
    with assistant_over(tmp_path_factory.mktemp("joined"), {"a.txt": TEXT}) as opened:
        yield opened


@pytest.mark.parametrize(
    ("question", "told", "denied"),
    [
        # a part that names nothing of its own asks for a figure of what is told
        ("青山县述法评议结果算到绩效里去的，占几个百分点？", "5%", "没有找到"),
        # a rounded figure stands for more
        ("青山县从签约到开工原来要一百多天，现在平均用时多少天", "126天缩短至49天", "原文没有"),
        # a cause told in other words
        # 个 counts what the report counts in 件
        ("青山县审结的44个案子输了几个", "败诉7件", "原文没有"),
        ("青山县败诉率为什么上升了", "证据收集不规范", "没有找到写明原因"),
    ],
)
def test_what_is_told_is_not_denied_beside_it(assistant, question: str, told: str, denied: str):
    answer = talk(assistant, question)
    assert told in answer.text
    assert denied not in answer.text
    assert denied not in "".join(answer.scope.missing)


def test_a_theme_of_its_own_is_said_not_to_be_found(assistant):
    answer = talk(assistant, "青山县行政诉讼败诉多少件？培训了多少人？")
    assert "7件" in answer.text
    assert "培训" in answer.text


def test_another_years_figure_does_not_stand_in_for_the_one_asked(tmp_path: Path):
    later = TEXT.replace("2023年", "2024年").replace("败诉7件，败诉率15.9%。", "")
    with assistant_over(tmp_path, {"a.txt": TEXT, "b.txt": later}) as opened:
        answer = talk(opened, "青山县2023年行政诉讼败诉多少件？2024年多少件？")
    assert "7件" in answer.text
    assert "2024" in answer.text


def test_what_was_planned_for_a_year_not_held_is_told_beside_another_wish(tmp_path: Path):
    text = TEXT + "三、下一步打算\n力争行政诉讼败诉率降到10%以下。\n"
    with assistant_over(tmp_path, {"a.txt": text}) as opened:
        answer = talk(opened, "青山县2024年败诉率想降到多少？述法评议按多少权重纳入绩效考核？")
    assert "10%以下" in answer.text


def test_parts_of_several_reports_stand_under_their_names(tmp_path: Path):
    other = TEXT.replace("青山县", "白水县").replace("5%权重", "8%权重")
    with assistant_over(tmp_path, {"a.txt": TEXT, "b.txt": other}) as opened:
        answer = talk(opened, "青山县行政诉讼败诉多少件？白水县述法评议按多少权重纳入绩效考核？")
    heads = [
        s.note.values["report"] for s in answer.sentences if s.note and "report" in s.note.values
    ]
    assert [c.report for c in answer.citations] == heads[:2]
    assert "8%权重" in answer.text


def test_a_part_told_before_leaves_no_head_over_nothing(tmp_path: Path):
    later = TEXT.replace("2023年", "2024年").replace("败诉7件，败诉率15.9%", "败诉3件，败诉率8.8%")
    with assistant_over(tmp_path, {"a.txt": TEXT, "b.txt": later}) as opened:
        answer = talk(opened, "青山县2023年和2024年行政诉讼败诉各多少件？行政诉讼败诉率各是多少？")
    lines = answer.text.splitlines()
    assert "7件" in answer.text
    assert "8.8%" in answer.text
    assert not any(
        a.endswith("年度）：") and (b.endswith("年度）：") or not b)
        for a, b in zip(lines, [*lines[1:], ""], strict=True)
    )


def test_that_a_year_is_not_held_is_said_once(assistant):
    answer = talk(assistant, "青山县2021年行政诉讼败诉多少件？述法评议的权重是多少？")
    assert answer.text.count("未收录青山县2021年度") <= 1


def test_wishes_that_are_numbered_are_told_each(assistant):
    answer = talk(assistant, "青山县：①述法评议结果占绩效考核多少 ②签约到开工平均用时多少天")
    assert "5%" in answer.text
    assert "49天" in answer.text


def test_what_one_part_told_another_does_not_tell_again(tmp_path: Path):
    plans = TEXT + "三、下一步打算\n把行政诉讼败诉率降到8%以下。\n"
    with assistant_over(tmp_path, {"a.txt": plans}) as opened:
        answer = talk(opened, "青山县2024年实际败诉率出来了吗，多少")
    assert answer.text.count("降到8%以下") == 1


def test_a_part_that_is_refused_shows_what_is_nearest(tmp_path: Path):
    text = (
        "青山县住房和城乡建设局2024年法治政府建设情况报告\n一、主要举措\n"
        "对燃气经营企业开展执法检查，责令停业整顿2家。受理消防验收申请319件，一次性合格率82.1%。\n"
    )
    with assistant_over(tmp_path, {"a.txt": text}) as opened:
        one = talk(opened, "青山县停业整顿几家？住宅电梯几部？")
        none = talk(opened, "青山县路灯几盏？住宅电梯几部？")
    assert one.status == "answered"
    assert one.text.index("停业整顿2家") < one.text.index("最接近的原文") < one.text.index("82.1%")
    assert none.status == "abstained"
    assert none.text.index("最接近的原文") < none.text.index("82.1%")


def test_a_plan_stands_under_its_problem_though_that_is_told_above(tmp_path: Path):
    problems = "二、存在的问题\n一是执法力量不足，人员流动快。二是普法形式单一，群众不爱看。\n"
    plans = "三、下一步打算\n（一）充实执法力量，招录20人。（二）创新普法形式，拍摄短视频。\n"
    text = f"青山县人民政府2023年度法治政府建设情况报告\n一、主要举措\n培训320人次。\n{problems}{plans}"
    with assistant_over(tmp_path, {"a.txt": text}) as opened:
        answer = talk(opened, "青山县列出了哪些问题，打算怎么改")
    told = [line.text for line in answer.sentences]
    listed, paired = [i for i, words in enumerate(told) if "执法力量不足" in words]
    assert listed < told.index("问题：") < paired < told.index("打算：")
    assert "招录20人" in answer.text


def test_what_a_longer_sentence_holds_is_told_once(assistant):
    def claiming(words: str) -> Answered:
        at = TEXT.index(words)
        (report,) = (assistant.library.report(s.id) for s in assistant.library.reports())
        draft = Draft((claim(report, Span(at, at + len(words))),))
        return Answered(Query("", "", "fact"), Resolved((report.id,)), (), draft, Attempt())

    short, long = "审结44件", "一审行政诉讼案件审结44件，败诉7件，败诉率15.9%。"
    told = joined([claiming(short), claiming(long)], "", lambda report: note("heads", what=report))
    assert [line.text for line in told.draft.lines] == [long]
