from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from answering import assistant_over, talk
from reporting_fakes import REAL, WRITTEN, checked, desk

from bot.briefing import briefing
from bot.briefing.briefing import brief, paragraph
from bot.briefing.left_out import asked as asks_left_out
from bot.briefing.standing_alone import standing_alone
from bot.evidence.drafting import Draft
from bot.evidence.listing import role_items
from bot.values import Cited
from retrieval.question.exact import read_form

FILES = [p.name for p in (*REAL, *WRITTEN)]


def squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.mark.parametrize(
    ("question", "length"),
    [
        ("写一段200字的简报", (180, 220)),
        ("用两三百字概括一下", (200, 300)),
        ("用200到300字概括", (200, 300)),
        ("100-150字", (100, 150)),
        ("不超过300字", (200, 300)),
        ("三百字以内", (200, 300)),
        ("一百字左右", (90, 110)),
        ("五百字以上", (500, 625)),
        ("一句话概括", (30, 80)),
        ("写一段简报", None),
        ("“枫桥”两个字出现过吗", None),
        ("2023年报告", None),
    ],
)
def test_the_length_asked_for_is_read(question: str, length: tuple[int, int] | None) -> None:
    assert read_form((question,), question).chars == length


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("length", [(60, 100), (100, 150), (200, 300), (400, 500)])
def test_every_report_is_told_within_the_length_and_nothing_is_refused(
    name: str, length: tuple[int, int]
) -> None:
    made = desk("写一段法治政府建设简报", name)
    found = brief(made, length)
    answer, refused = checked(found.draft, made.reports)
    assert not refused
    assert length[0] <= len(paragraph(answer, markers=False)) <= length[1]


@pytest.mark.parametrize("name", FILES)
def test_claims_are_whole_clauses_of_their_quotes(name: str) -> None:
    made = desk("写一段法治政府建设简报", name)
    answer, _ = checked(brief(made).draft, made.reports)
    # 我县 and 今年 are told by name and number, as nobody knows them elsewhere
    meta = made.reports[0].meta
    quotes = {c.n: standing_alone(c.quote, meta) for c in answer.citations}
    claims = [s for s in answer.sentences if s.kind == "claim"]
    assert claims
    for sentence in claims:
        assert len(sentence.citations) == 1
        core = squeezed(sentence.text).rstrip("。;")
        assert core == squeezed(quotes[sentence.citations[0]])
        assert not re.match(r"[一二三四五六]是|[（(]?[一二三四五][）)、]|其中|同比|\d[.、]", core)


@pytest.mark.parametrize("name", FILES)
def test_all_parts_a_report_has_are_told_in_order(name: str) -> None:
    made = desk("写一段法治政府建设简报", name)
    answer, _ = checked(brief(made).draft, made.reports)
    text = paragraph(answer, markers=False)
    roles = {s.role for s in made.reports[0].sections}
    found = [text.find(label) for label in ("主要举措和成效：", "存在问题：", "下一步：")]
    if "problems" in roles:
        assert found[1] > found[0] >= 0
    if "plans" in roles:
        assert found[2] > max(found[0], found[1])


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("length", [(80, 120), (150, 200), (300, 400)])
def test_no_part_a_report_has_is_crowded_out(name: str, length: tuple[int, int]) -> None:
    made = desk("写一段法治政府建设简报", name)
    found = brief(made, length)
    pool = found.material[0].pool
    for part in ("measures", "problems", "plans"):
        spans = {(p.span.start, p.span.end) for p in pool[part]}
        cites = {(c.start, c.end) for line in found.draft.lines for c in line.cites}
        assert not pool[part] or spans & cites


def test_a_missing_part_is_said_under_the_paragraph() -> None:
    made = desk("写一段柯桥的简报", "002_")
    found = brief(made)
    answer, _ = checked(found.draft, made.reports)
    under = "".join(s.text for s in answer.sentences[len(answer.body) :])
    assert "未见存在问题、下一步计划部分" in under
    assert "未见" not in paragraph(answer)


def test_a_theme_holds_the_paragraph_to_its_subject() -> None:
    made = desk("写一小段玉山县2023年行政复议工作的情况，200到300字", "001_")
    answer, _ = checked(brief(made).draft, made.reports)
    claims = [s.text for s in answer.sentences if s.kind == "claim"]
    assert any("65件" in c for c in claims)
    assert any("50.82%" in c for c in claims)
    assert not any("政务服务" in c or "规范性文件" in c for c in claims)


def test_a_row_of_a_table_is_no_clause_of_a_paragraph(tmp_path: Path) -> None:
    rows = "项目 2022年 2023年\n收到行政复议申请（件） 118 156\n受理行政复议案件（件） 98 131\n"
    told = "（一）行政复议。全年化解行政复议争议57件。\n附表\n"
    text = f"青山县2023年法治政府建设情况报告\n一、主要举措和成效\n{told}{rows}"
    with assistant_over(tmp_path, {"青山县2023.txt": text}) as assistant:
        answer = talk(assistant, "写一小段青山县2023年行政复议工作的情况")
    assert "57件" in answer.text
    assert "118 156" not in answer.text


def test_two_themes_are_both_told() -> None:
    made = desk("写一段上虞行政复议和行政诉讼工作的简报，200字左右", "000_")
    answer, _ = checked(brief(made).draft, made.reports)
    text = paragraph(answer)
    assert "350件" in text
    assert "败诉2件" in text


def test_only_the_parts_asked_for_are_told() -> None:
    made = desk("请把上虞的工作安排写成一段简短的汇报材料", "000_")
    answer, _ = checked(brief(made).draft, made.reports)
    text = paragraph(answer)
    assert "示范县" in text
    assert "存在问题" not in text
    assert "350件" not in text


def test_several_reports_are_each_named_in_the_order_asked() -> None:
    made = desk("写一段话，比较玉山和上虞的行政复议工作，200到300字", "000_", "001_")
    answer, refused = checked(brief(made).draft, made.reports)
    text = paragraph(answer, markers=False)
    assert not refused
    assert 0 <= text.index("据玉山县2023年度报告") < text.index("据上虞区2022年度报告")
    assert 200 <= len(text) <= 300


def told(draft: Draft) -> list[Cited]:
    return [cite for line in draft.lines for cite in line.cites]


def test_what_found_no_room_is_told_by_part_with_its_words() -> None:
    made = desk("写一段清溪县的简报", "w02_")
    draft = brief(made, (100, 150)).draft
    left = briefing.left_out(made, told(draft))
    answer, refused = checked(left, made.reports)
    assert not refused
    heads = [s.text for s in answer.sentences if s.kind == "note"]
    assert [h.split("（")[1].split("）")[1] for h in heads] == [
        "举措和成效中没有写到的方面",
        "没有写入的主要数字",
        "没有写入的存在问题",
        "没有写入的下一步计划",
    ]
    assert all(s.citations for s in answer.sentences if s.kind == "claim")


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_each_item_of_a_report_is_either_told_or_left_out(name: str) -> None:
    made = desk("写一段法治政府建设简报", name)
    draft = brief(made, (100, 150)).draft
    left = briefing.left_out(made, told(draft))
    in_it, out_of_it = told(draft), told(left)
    for a in in_it:
        assert not any(a.start < b.end and b.start < a.end for b in out_of_it)
    for role in ("problems", "plans"):
        for item in role_items(made.reports[0], role):
            spans = [c for c in (*in_it, *out_of_it) if item.span.start <= c.start < item.span.end]
            pool = briefing.material(made)[0].pool[role]
            if any(item.span.start <= p.span.start < item.span.end for p in pool):
                assert spans


def test_what_a_theme_leaves_out_is_on_the_theme() -> None:
    made = desk("写一小段玉山县2023年行政复议工作的情况，100字", "001_")
    left = briefing.left_out(made, told(brief(made).draft))
    assert left.lines
    assert all("复议" in made.reports[0].quote(c.start - 200, c.end) for c in told(left))


@pytest.mark.parametrize(
    ("question", "yes"),
    [
        ("还有什么没写进去", True),
        ("省略了什么？", True),
        ("哪些内容没有写进简报", True),
        ("还有哪些问题没写", True),
        ("what did you leave out", True),
        ("What was left out?", True),
        ("哪些地方没有提到府院联动", False),
        ("没有完成的有哪些", False),
        ("写一段简报", False),
    ],
)
def test_a_question_for_what_was_left_out(question: str, yes: bool) -> None:
    assert asks_left_out(question) is yes


def test_a_heading_that_names_the_subject_comes_along() -> None:
    made = desk("写一段行政复议的简报", "w11_")
    answer, _ = checked(brief(made).draft, made.reports)
    assert "行政复议：收到申请17件" in paragraph(answer, markers=False)


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("length", [(200, 300), (400, 600)])
def test_a_signature_is_no_plan(name: str, length: tuple[int, int]) -> None:
    made = desk("写一段法治政府建设简报", name)
    answer, _ = checked(brief(made, length).draft, made.reports)
    assert not re.search(
        "[；：]..{0,12}(?:人民政府|委员会|局)。?$", paragraph(answer, markers=False)
    )


@pytest.mark.parametrize(
    ("question", "yes"),
    [
        ("用一百字概括綦江", True),
        ("綦江列出了哪些问题", False),
        ("报告的字体是什么", False),
    ],
)
def test_a_request_for_a_paragraph_is_told_from_a_question(question: str, yes: bool) -> None:
    assert briefing.asked(desk(question, "004_").query) is yes


def test_an_answer_that_is_a_paragraph_has_its_notes_under_it() -> None:
    made = desk("写一段柯桥的简报", "002_")
    answer, _ = checked(brief(made).draft, made.reports)
    first, *under = answer.text.split("\n")
    assert first == paragraph(answer)
    assert under == [s.text for s in answer.sentences[len(answer.body) :]]
