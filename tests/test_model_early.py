"""Lines that are shown while a model still writes: checked, in order, and never taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from fake_llm import Reply, ScriptedChat

from bot.assistant import Assistant
from bot.model.budget import DailyBudget
from bot.model.llm import PatientChat
from bot.model.selection import items_begun
from bot.synthesis import Synthesis
from bot.values import Answer, Sentence
from retrieval.errors import ModelFailed
from retrieval.library.library import Library
from retrieval.search.embedding import FakeEmbedder

REPORTS = Path(__file__).parent.parent / "eval" / "reports"
FACT = "上虞2022年审核了多少件行政规范性文件？"
LIST = "綦江2023年法治政府建设有哪些问题？"
CUT = ModelFailed("x", reason="cut", retry=False)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("library")
    with Library.open(folder, embedder=FakeEmbedder(), create=True) as library:
        library.ingest([p for p in REPORTS.glob("*.txt") if p.name.startswith(("000", "004"))])
        yield library


def item(words: str, say: str) -> str:
    row = {"label": "", "quotes": [f"‹{words}›"], "say": say, "infer": False}
    return json.dumps(row, ensure_ascii=False)


def reply(*items: str) -> str:
    return f'{{"answerable": true, "items": [{", ".join(items)}], "missing": []}}'


def asked(
    library: Library, question: str, *replies: Reply
) -> tuple[Answer, list[Sentence], list[int]]:
    """Return an answer, what was handed over, and how much of it at each piece of the replies."""
    heard: list[Sentence] = []
    counts: list[int] = []
    chat = ScriptedChat(list(replies), pause=lambda: counts.append(len(heard)))
    synthesis = Synthesis(PatientChat(chat), DailyBudget(), lambda: date(2024, 5, 1))
    answer = Assistant(library, synthesis=synthesis).ask(question, on_sentence=heard.append).answer
    assert heard == list(answer.sentences)[: len(heard)]
    return answer, heard, counts


REVIEWED = item("审核行政规范性文件31份", "2022年上虞区审核行政规范性文件31份。")
ADVISED = item("审核行政规范性文件31份", "提出意见建议186条。")
WRONG = item("审核行政规范性文件31份", "2022年上虞区审核行政规范性文件32份。")


def test_a_checked_line_is_shown_while_the_model_writes_the_next(library):
    answer, heard, counts = asked(library, FACT, reply(REVIEWED, ADVISED))
    assert answer.writer == "llm"
    assert "31份" in heard[0].text
    assert 1 in counts  # one is shown, and a piece is still to come


def test_a_list_shows_what_the_model_has_passed_by(library):
    first = "部分单位领导对依法行政重视不够，人员流动性大、换岗频繁，导致执法水平不稳定。"
    answer, heard, counts = asked(
        library,
        LIST,
        reply(
            item("一方面是部分单位领导", first),
            item("街镇由于编制人员总量控制", "街镇综合行政执法存在较大困难。"),
            item("重大行政决策承办单位对决策事项推进力度不足", ""),
        ),
    )
    assert counts[-1] >= 2  # the count, and the first problem at least
    assert next(s.text for s in heard if s.kind == "claim").startswith("一是")
    assert "共3条" in answer.text


def test_a_wrong_line_is_not_shown_early(library):
    answer, heard, _ = asked(library, FACT, reply(WRONG, ADVISED))
    assert not any("32份" in s.text for s in (*heard, *answer.sentences))


def test_a_reply_that_breaks_off_keeps_what_was_shown_and_the_rest_is_the_reports(library):
    whole = reply(ADVISED, REVIEWED)
    answer, heard, _ = asked(library, FACT, [whole[: whole.index("审核行政规范性文件31份。")], CUT])
    assert answer.writer == "llm"
    assert "186条" in heard[0].text
    assert "broke_off" in [note.kind for note in answer.notes]
    assert "31份" in answer.text


def test_a_reply_that_breaks_off_before_anything_was_shown_is_the_extract(library):
    answer, _, _ = asked(library, FACT, [reply(REVIEWED)[:60], CUT])
    assert answer.writer == "extractive"
    assert "31份" in answer.text


def test_a_model_that_declines_after_all_has_still_said_what_was_shown(library):
    answer, heard, _ = asked(library, FACT, f"{reply(REVIEWED)[:-14]}, {WRONG}")
    assert "31份" in heard[0].text
    assert answer.status == "answered"


@pytest.mark.parametrize(
    "thought",
    ["<think>先看{0}</think>", "先看{0}\n</think>", "<think>{0}"],
    ids=["opened and closed", "closed only", "never closed"],
)
def test_what_a_model_thinks_is_not_shown_early(library, thought):
    said = thought.replace("{0}", reply(ADVISED)) + reply(REVIEWED)
    answer, heard, _ = asked(library, FACT, said)
    assert not any("186条" in s.text for s in heard if s.kind == "claim" and "31份" not in s.text)
    assert "31份" in answer.text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        (reply('{"quotes": [1]}', '{"quotes": [2]}'), 2),
        (reply('{"quotes": [1]}', '{"quotes": [2]}')[:-20], 1),
        ("```json\n" + reply('{"quotes": [1]}'), 1),
        (reply('{"quotes": [9]}'), 0),
        ('{"answerable": false, "items": [{"quotes": [1]}', 0),
        ('{"items": [{"quotes": [1]}', 0),
        ('{"answerable": true, "items": {"quotes": [1]}', 0),
    ],
)  # fmt: skip
def test_finished_items_of_a_reply_that_is_not_whole(text: str, count: int):
    numbers: Sequence[int] = (1, 2)
    assert len(items_begun(text, numbers)) == count
