"""The whole way of a question, on small reports written here and the five real ones."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from fake_llm import ScriptedChat

from bot.assistant import Assistant
from bot.evidence.drafting import Draft
from bot.model.trouble import MODEL_UNAVAILABLE
from bot.model.union import united
from bot.notes import Note, note
from bot.records import AnswerRecords
from bot.values import Answer, Cited, DraftLine, Sentence, Told
from retrieval.errors import ModelFailed
from retrieval.library.library import Library
from retrieval.question.query import State
from retrieval.search.embedding import FakeEmbedder

pytestmark = pytest.mark.slow

REPORTS = Path(__file__).parent.parent / "eval" / "reports"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("library")
    with Library.open(folder, embedder=FakeEmbedder(), create=True) as library:
        results = library.ingest(sorted(REPORTS.glob("*.txt")))
        assert [r.status for r in results] == ["added"] * 5
        yield Assistant(library, records=AnswerRecords(folder / "answers.sqlite"))


WARMED = """
import sys
from pathlib import Path
from answering import QINGSHAN
from bot.assistant import Assistant
from bot.records import AnswerRecords
from retrieval.library.library import Library
from retrieval.search.embedding import FakeEmbedder

folder = Path(sys.argv[1])
(folder / "青山.txt").write_text(QINGSHAN, "utf-8")
with Library.open(folder / "library", embedder=FakeEmbedder(), create=True) as library:
    records = AnswerRecords(folder / "answers.sqlite")
    Assistant(library, records=records).warm()  # with nothing held
    library.ingest([folder / "青山.txt"])
with Library.open(folder / "library", embedder=FakeEmbedder()) as library:
    assistant = Assistant(library, records=records)
    assistant.warm()
    loaded = set(sys.modules)
    for question in ("青山县2023年受理矛盾纠纷多少件", "qingshan 的问题", "What problems did Qijiang list?"):
        assistant.ask(question)
    print(*sorted(set(sys.modules) - loaded))
"""


def test_after_warming_no_question_waits_for_what_is_loaded(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WARMED, str(tmp_path)],
        cwd=Path(__file__).parent, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_warming_keeps_nothing(assistant: Assistant, tmp_path: Path) -> None:
    kept: list[str] = []

    class Counted(AnswerRecords):
        def add(self, answer_id: str, record: Mapping[str, Any]) -> None:
            kept.append(answer_id)

    warmed = Assistant(assistant.library, records=Counted(tmp_path / "answers.sqlite"))
    warmed.warm()
    assert kept == []
    warmed.ask("玉山列出了哪些问题")
    assert len(kept) == 1


def holds(answer: Answer, assistant: Assistant) -> None:
    """What must be true of every answer: quotes resolve, claims cite, places are those in scope."""
    for citation in answer.citations:
        report = assistant.library.report(citation.report)
        assert citation.quote == report.text[citation.start : citation.end]
        assert citation.report in answer.scope.reports or answer.scope.missing
    for sentence in answer.sentences:
        assert (sentence.kind == "claim") == bool(sentence.citations)


@pytest.mark.parametrize(
    ("question", "status", "needed"),
    [
        ("上虞2022年审核了多少件行政规范性文件？", "answered", ["31份"]),
        (
            "what problems did 綦江 list",
            "answered",
            ["行政执法水平", "街镇综合", "民主化", "共3条"],
        ),
        ("玉山列出了哪些问题", "answered", ["共4条", "思想认识不足", "偏少"]),
        ("云城有什么不足", "answered", ["共4条", "有待进一步发挥", "有待进一步提升"]),
        ("各地的调解成功率", "answered", ["99.35%", "98.5%", "99%"]),
        ("2024年綦江打算做什么", "answered", ["共8条", "七是"]),
        ("柯桥存在哪些问题", "abstained", ["检索范围", "存在问题"]),
        ("柯桥2018年取消了多少项证明材料", "abstained", ["2018", "2019"]),
        ("云城区的常住人口是多少", "abstained", ["人口"]),
        ("诸暨市的败诉率是多少", "abstained", ["诸暨"]),
        ("今天天气怎么样", "abstained", []),
        ("鼓楼区有哪些问题", "clarify", ["鼓楼区"]),
        ("", "clarify", ["请输入"]),
        ("\u200b \u202e", "clarify", []),
        ("你好", "clarify", []),
    ],
)
def test_questions(assistant: Assistant, question: str, status: str, needed: list[str]) -> None:
    answer = assistant.ask(question).answer
    assert answer.status == status, answer.text
    for words in needed:
        assert words in answer.text, answer.text
    holds(answer, assistant)
    if status != "answered":
        assert not answer.citations


def test_places_never_mix(assistant: Assistant) -> None:
    for question in ("綦江2023年列出了哪些问题", "綦江调解成功率", "綦江审核了多少件重大决策"):
        answer = assistant.ask(question).answer
        assert {c.place[-1] for c in answer.citations} == {"綦江区"}


def test_a_follow_up_inherits_place_year_and_topic(assistant: Assistant) -> None:
    first = assistant.ask("上虞2022年审核了多少件行政规范性文件？")
    second = assistant.ask("换成柯桥呢？", first.state)
    assert "25件" in second.answer.text
    third = assistant.ask("玉山列出了哪些问题", second.state)
    fourth = assistant.ask("第三条展开讲讲", third.state)
    assert "法律顾问" in fourth.answer.text
    assert {c.place[-1] for c in fourth.answer.citations} == {"玉山县"}


def test_state_survives_json(assistant: Assistant) -> None:
    state = assistant.ask("玉山列出了哪些问题").state
    assert State.from_json(state.to_json()) == state


def test_an_overlong_question_is_answered_or_refused_in_time(assistant: Assistant) -> None:
    answer = assistant.ask("问" * 10_000).answer
    assert answer.status in ("abstained", "clarify")


def test_sentences_are_handed_over_in_order(assistant: Assistant) -> None:
    heard: list[Sentence] = []
    answer = assistant.ask("綦江列出了哪些问题", on_sentence=heard.append).answer
    assert [s for s in heard if s.kind == "claim"] == [
        s for s in answer.sentences if s.kind == "claim"
    ]


def test_why_tells_how_an_answer_was_made(assistant: Assistant) -> None:
    answer = assistant.ask("上虞的败诉率").answer
    record = assistant.why(answer.id)
    assert record["answer"]["question"] == "上虞的败诉率"
    assert record["query"]["places"] == ["浙江省绍兴市上虞区"]
    assert record["hits"]


def with_model(assistant: Assistant, *replies: str | ModelFailed) -> Assistant:
    from datetime import date

    from bot.model.budget import DailyBudget
    from bot.model.llm import PatientChat
    from bot.synthesis import Synthesis

    chat = PatientChat(ScriptedChat(list(replies)))
    synthesis = Synthesis(chat, DailyBudget(), lambda: date(2024, 5, 1))
    return Assistant(assistant.library, synthesis=synthesis)


def test_a_model_words_the_answer_and_is_checked(assistant: Assistant) -> None:
    model = with_model(
        assistant,
        "2022年上虞审核行政规范性文件31份。[‹审核行政规范性文件31份›]\n上虞还审核了77份合同。[‹审核行政规范性文件31份›]",
        "",
    )
    answer = model.ask("上虞2022年审核了多少件行政规范性文件？").answer
    assert answer.writer == "llm"
    assert "31份" in answer.text
    assert "77" not in answer.text
    holds(answer, assistant)


def kinds_of(answer: Answer) -> list[str]:
    return [note.kind for note in answer.notes]


def test_a_list_is_whole_in_order_and_counted_whatever_the_model_leaves_out(
    assistant: Assistant,
) -> None:
    official = assistant.ask("綦江列出了哪些问题").answer
    last = [s.text for s in official.sentences if s.kind == "claim"][-1]
    said = "三是重大行政决策民主化水平需进一步提高。[‹民主化水平›]\n一是行政执法水平还有待进一步提高。[‹执法水平还有待›]"
    answer = with_model(assistant, said).ask("綦江列出了哪些问题").answer
    assert "原文共3条" in answer.text
    claims = [s.text for s in answer.sentences if s.kind == "claim"]
    assert [text[:2] for text in claims] == ["一是", "二是", "三是"]
    assert claims[1] == [s.text for s in official.sentences if s.kind == "claim"][1]
    assert claims[2] in (last, "三是重大行政决策民主化水平需进一步提高。")
    holds(answer, assistant)


def test_what_the_model_found_besides_comes_after_the_list(assistant: Assistant) -> None:
    draft = Draft(
        (note("items_counted", part=Note("role.problems"), count=1), DraftLine("一是甲", "claim", (Cited("r", 10, 12),)))
    )  # fmt: skip
    new, same = Told("乙", (Cited("r", 40, 44),)), Told("甲", (Cited("r", 9, 13),))
    lines = united(draft, [new, same])
    assert [getattr(line, "note", None) and line.note.kind for line in lines] == [
        "items_counted", None, "also_told", None,
    ]  # fmt: skip
    assert [line.text for line in lines[1::2]] == ["一是甲", "乙"]


def test_the_label_names_who_wrote(assistant: Assistant) -> None:
    question = "上虞2022年审核了多少件行政规范性文件？"
    assert kinds_of(assistant.ask(question).answer)[-1] == "quoted_from"
    reworded = (
        with_model(assistant, "2022年上虞审核了31份行政规范性文件。[‹审核行政规范性文件31份›]")
        .ask(question)
        .answer
    )
    assert kinds_of(reworded)[-1] == "worded_by_model"
    assert "摘自" not in reworded.text
    official = (
        with_model(assistant, "2022年共审核行政规范性文件31份。[‹审核行政规范性文件31份›]")
        .ask(question)
        .answer
    )
    assert kinds_of(official)[-1] == "quoted_from"


@pytest.mark.parametrize("reply", ["资料中没有相关内容", "资料中没有相关内容。[1]"])
def test_a_decline_is_believed(assistant: Assistant, reply: str) -> None:
    answer = with_model(assistant, reply).ask("上虞2022年审核了多少件行政规范性文件？").answer
    assert answer.status == "abstained"
    assert "nearest_read" in kinds_of(answer)
    assert answer.model is None


def test_a_decline_beats_search_words(assistant: Assistant) -> None:
    question = "上虞2022年的光伏补贴标准是多少"
    assert assistant.ask(question).answer.status == "abstained"
    model = with_model(assistant, "行政复议 纠错率", "资料中没有相关内容")
    answer = model.ask(question).answer
    assert answer.status == "abstained"
    assert answer.citations == assistant.ask(question).answer.citations


def test_a_selection_answers_what_the_rules_found_elsewhere(assistant: Assistant) -> None:
    question = "上虞的法治人才库有多少人"
    say = "上虞区组建了50人的区级法治人才库。"
    reply = f'{{"answerable": true, "items": [{{"quotes": ["‹法治人才库›"], "say": "{say}"}}]}}'
    answer = with_model(assistant, reply).ask(question).answer
    assert say in answer.text
    assert answer.prompt.startswith("select@")
    holds(answer, assistant)
    declined = with_model(assistant, '{"answerable": false, "items": []}').ask(question).answer
    assert declined.status == "abstained"


def test_the_sheet_holds_the_whole_report_once_within_its_budget(assistant: Assistant) -> None:
    from datetime import date

    from bot.model.budget import DailyBudget, count_messages
    from bot.model.llm import PatientChat
    from bot.synthesis import Synthesis

    for tokens in (16_000, 3_000):
        chat = ScriptedChat(["{}"])
        synthesis = Synthesis(
            PatientChat(chat), DailyBudget(), lambda: date(2024, 5, 1), prompt_tokens=tokens
        )
        Assistant(assistant.library, synthesis=synthesis).ask(
            "上虞2022年审核了多少件行政规范性文件？"
        )
        (call,) = chat.calls
        assert count_messages([dict(m) for m in call.messages], "scripted") <= tokens
        lines = [line for line in call.messages[1]["content"].splitlines() if line[:1] == "["]
        said = [line.partition("] ")[2] for line in lines]
        assert len(said) == len(set(said))
        assert any("共审核行政规范性文件31份" in words for words in said)
        whole = [words for words in said if "打造“娥江法治风景带”" in words]
        assert len(whole) == (1 if tokens == 16_000 else 0)


def test_what_is_inferred_names_its_premises(assistant: Assistant) -> None:
    say = "上虞区既清理又审核行政规范性文件。"
    reply = f'{{"items": [{{"quotes": ["‹对466件›", "‹审核行政规范性文件31份›"], "say": "{say}", "infer": true}}]}}'
    verdict = '{"verdicts": [{"line": 1, "holds": true, "words": "进行全面清理"}]}'
    answer = (
        with_model(assistant, reply, verdict).ask("上虞2022年审核了多少件行政规范性文件？").answer
    )
    assert "归纳（模型，依据[1][2]）：\n上虞区既清理又审核行政规范性文件。[1][2]" in answer.text
    assert kinds_of(answer)[-1] == "worded_by_model"


def test_what_was_handed_over_is_never_taken_back(assistant: Assistant) -> None:
    cut = [
        "2022年共审核行政规范性文件31份。[‹审核行政规范性文件31份›]\n",
        ModelFailed("x", reason="cut", retry=False),
    ]
    for reply in (
        cut,
        "2022年上虞审核行政规范性文件31份。[‹审核行政规范性文件31份›]\n编造。[‹审核行政规范性文件31份›]",
    ):
        heard: list[Sentence] = []
        model = with_model(assistant, reply)  # type: ignore[arg-type]
        answer = model.ask(
            "上虞2022年审核了多少件行政规范性文件？", on_sentence=heard.append
        ).answer
        assert heard == list(answer.sentences)[: len(heard)]


def test_without_a_model_reply_the_extract_is_marked(assistant: Assistant) -> None:
    model = with_model(assistant, ModelFailed("cut", reason="cut", retry=False))
    answer = model.ask("上虞2022年审核了多少件行政规范性文件？").answer
    assert answer.writer == "extractive"
    assert answer.sentences[0].note == MODEL_UNAVAILABLE
    assert "31份" in answer.text


@pytest.mark.parametrize(
    "question",
    [
        "綦江区2022年的报告",
        "写一段上虞2021年的简报",
        "上虞2021年列出了哪些问题",
        "上虞2021年的第二个问题是什么",
        "2020年各地调解成功率对比",
        "柯桥2018年的报告哪天发布的",
        "綦江2020年审核了多少件重大决策",
    ],
)
def test_a_year_that_is_not_held_is_never_answered_from_another(
    assistant: Assistant, question: str
) -> None:
    answer = assistant.ask(question).answer
    assert answer.status == "abstained", answer.text
    assert "未收录" in answer.text
    assert assistant.brief(question).answer.status == "abstained"


def test_another_years_report_answers_in_words_that_name_the_year(assistant: Assistant) -> None:
    answer = assistant.ask("云城2021年的信访量是多少件").answer
    assert "2021年全年456件" in answer.text
    assert "未收录云城区2021年度的报告" in answer.text


def test_problems_and_plans_are_listed_together(assistant: Assistant) -> None:
    answer = assistant.ask("上虞的问题和打算分别是什么").answer
    assert "法治理念仍需提升" in answer.text
    assert "持续打造法治政府建设成果" in answer.text


def test_a_catalogue_cites_every_report_and_says_whose_the_warning_is(assistant: Assistant) -> None:
    answer = assistant.ask("有哪些报告？").answer
    holds(answer, assistant)
    assert {c.report for c in answer.citations} == {r.id for r in assistant.library.reports()}
    (warning,) = answer.warnings
    assert warning.startswith("绍兴市柯桥区（2019年度）")
    (alone,) = assistant.ask("柯桥2019年的报告有哪些成效？").answer.warnings
    assert alone.startswith("原文可能不完整")
