"""``baogao why`` tells a person what was held back of a model's words, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from answering import QINGSHI, library_over
from fake_llm import Reply, ScriptedChat

from bot.assistant import Assistant
from bot.chats.why import why_lines
from bot.model.budget import DailyBudget
from bot.model.llm import PatientChat
from bot.records import AnswerRecords
from bot.synthesis import Synthesis
from retrieval.errors import ModelFailed
from retrieval.library.library import Library


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with library_over(tmp_path_factory.mktemp("why"), {"r.txt": QINGSHI}) as held:
        yield held


def told(library: Library, folder: Path, question: str, replies: Sequence[Reply]) -> str:
    """Ask with a scripted model; return what ``why`` says of the answer."""
    patient = PatientChat(ScriptedChat(replies), sleep=lambda _: None)
    assistant = Assistant(
        library,
        synthesis=Synthesis(patient, DailyBudget(), lambda: date(2024, 1, 1)),
        records=AnswerRecords(folder / "answers.sqlite"),
    )
    return "\n".join(why_lines(assistant.why(assistant.ask(question).answer.id)))


def test_a_dropped_line_is_told_with_its_faults(library: Library, tmp_path: Path) -> None:
    reply = "青石县审核规范性文件12件。[‹12件›]\n天朗气清，惠风和畅，游人如织。[‹12件›]"
    said = told(library, tmp_path, "青石县审核了多少件规范性文件", [reply, "无"])
    assert "写法：语言模型撰写，逐行核对（scripted，select@" in said
    assert "调用1次" in said
    assert "拦下模型写的" in said
    assert "✗ 天朗气清，惠风和畅，游人如织。[" in said
    assert "原因：“天朗气清”不是原文的话" in said
    assert "已删去" in said
    assert "核对未过" not in said  # told once, with its line


def test_a_replaced_line_is_told_with_the_official_wording(
    library: Library, tmp_path: Path
) -> None:
    wrong = "受理民间纠纷560件，调解成功率99%。[‹560件›]"
    said = told(library, tmp_path, "青石县调解成功率是多少", [wrong, wrong])
    assert "✗ 受理民间纠纷560件，调解成功率99%。" in said
    assert "原因：原文没有“99%”" in said
    assert "换成原文：受理民间纠纷560件，调解成功551件，调解成功率98.4%。" in said


def test_an_answer_that_was_not_used_is_told_with_its_cost(
    library: Library, tmp_path: Path
) -> None:
    said = told(library, tmp_path, "青石县列出了哪些问题", ["编造的一句话没有编号"])
    assert "摘自原文；没有用模型的话，因为模型写的话没有一行通过核对；调用1次" in said
    assert "部分 存在问题" in said
    assert "原因：没有有效的引用编号" in said


def test_a_decline_is_told(library: Library, tmp_path: Path) -> None:
    said = told(library, tmp_path, "青石县审核了多少件规范性文件", ["资料中没有相关内容"])
    assert "未作答（原文没有）" in said
    assert "因为模型认为原文没有回答所问" in said


def test_a_failed_model_is_told_in_words(library: Library, tmp_path: Path) -> None:
    down = ModelFailed("x", reason="quota", retry=False)
    said = told(library, tmp_path, "青石县列出了哪些问题", [down])
    assert "因为模型账户额度用完" in said
    assert not {"quota", "answered", "problems", "list"} & set(said.split())


def test_a_selection_is_told_with_its_cost_and_what_it_missed(
    library: Library, tmp_path: Path
) -> None:
    own = "规范性文件审核量为12件。"
    reply = f'{{"answerable": true, "items": [{{"quotes": ["‹12件›"], "say": "{own}"}}], "missing": ["备案数"]}}'
    verdict = '{"verdicts": [{"line": 1, "holds": true, "words": "审核规范性文件12件"}]}'
    said = told(library, tmp_path, "青石县审核了多少件规范性文件", [reply, verdict])
    assert "调用2次" in said
    assert "给模型看了" in said
    assert "模型说没有写到（未经核实）：备案数" in said
    assert "另行措辞的1行再审一次，1行成立" in said


def test_in_english_and_of_a_record_that_is_gone(library: Library, tmp_path: Path) -> None:
    records = AnswerRecords(tmp_path / "answers.sqlite")
    assistant = Assistant(library, records=records)
    record = assistant.why(assistant.ask("青石县2023年列出了哪些问题").answer.id)
    lines = why_lines(record, "en")
    assert "Understood as: a list; places 青石县; years 2023; part Problems" in "\n".join(lines)
    remains = {name: record[name] for name in ("answer", "asked_at", "checks_failed")}
    assert set(why_lines(remains, "en")) < {
        *lines,
        f"Passages cited: {len(record['answer']['citations'])}",
    }
