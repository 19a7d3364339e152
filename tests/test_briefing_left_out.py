"""What a briefing left out, asked for after it in a conversation."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from answering import assistant_over

from bot.assistant import Assistant
from bot.notes import Note, words
from retrieval.question.query import State


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    with assistant_over(tmp_path_factory.mktemp("library")) as held:
        yield held


@pytest.mark.parametrize("question", ["还有什么没写进去", "省略了什么？", "哪些内容没写进简报"])
def test_it_is_told_after_a_briefing_by_part_with_quotes(
    assistant: Assistant, question: str
) -> None:
    brief = assistant.ask("写一段玉山县的简报，100字")
    assert brief.answer.paragraph
    answer = assistant.ask(question, brief.state).answer
    assert answer.status == "answered"
    assert not answer.paragraph
    heads = [s.text for s in answer.sentences if s.kind == "note"]
    assert any("没有写入的存在问题（" in h for h in heads)
    assert any("没有写入的主要数字（" in h for h in heads)
    told = {(c.report, c.start) for c in brief.answer.citations}
    for citation in answer.citations:
        report = assistant.library.report(citation.report)
        assert citation.quote == report.text[citation.start : citation.end]
        assert (citation.report, citation.start) not in told


def test_the_state_of_a_briefing_survives_storage_and_other_questions(assistant: Assistant) -> None:
    brief = assistant.ask("写一段綦江的简报")
    other = assistant.ask("上虞审核了多少件规范性文件？", brief.state)
    stored = State.from_json(json.loads(json.dumps(other.state.to_json(), ensure_ascii=False)))
    assert stored == other.state
    answer = assistant.ask("还有什么没写进去", stored).answer
    assert {c.place[-1] for c in answer.citations} == {"綦江区"}


def test_of_several_reports_each_is_told(assistant: Assistant) -> None:
    brief = assistant.ask("用200字写一段玉山和上虞的简报")
    answer = assistant.ask("还有哪些内容没写进去", brief.state).answer
    assert {c.place[-1] for c in answer.citations} == {"玉山县", "上虞区"}


def test_a_theme_told_whole_leaves_nothing_out(assistant: Assistant) -> None:
    brief = assistant.ask("写一段云城区营商环境的简报，300字")
    answer = assistant.ask("还有什么没写进去", brief.state).answer
    lines = [s.text for s in answer.sentences]
    assert words(Note("nothing_left_out")) in lines or all(
        "营商环境" in c.quote for c in answer.citations
    )


def test_without_a_briefing_there_is_nothing_to_tell(assistant: Assistant) -> None:
    assert words(Note("no_briefing")) in assistant.left_out(State()).answer.text
    asked = assistant.ask("还有什么没写进去").answer
    assert not asked.paragraph


def test_in_english(assistant: Assistant) -> None:
    brief = assistant.ask("写一段玉山县的简报，100字")
    answer = assistant.ask("what did you leave out?", brief.state).answer
    assert answer.citations
