"""Reading-comprehension files: both layouts, unanswerables, and what counts as found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.values import Answer, Citation, Sentence
from eval.squad import (
    BadSquad,
    Question,
    format_squad,
    read_squad,
    score_squad,
    write_documents,
)
from retrieval.documents import Chunk, Hit

CONTEXT = "李明是一名医生。他在青岛工作。他有两个孩子。"
SQUAD = {
    "version": "2.0",
    "data": [
        {
            "title": "李明",
            "paragraphs": [
                {
                    "context": CONTEXT,
                    "qas": [
                        {"id": 1, "question": "李明在哪里工作？", "answers": [{"text": "青岛", "answer_start": 9}]},
                        {"id": "q2", "question": "李明多大？", "answers": [], "is_impossible": True},
                        {"id": "q3", "question": "他是医生吗？", "answers": [{"text": "YES", "answer_start": -1}], "is_impossible": "false"},
                    ],
                }
            ],
        }
    ],
}  # fmt: skip
CMRC = [
    {
        "context_id": "c",
        "context_text": CONTEXT,
        "qas": [{"query_id": "c_1", "query_text": "李明有几个孩子？", "answers": ["两个", "两"]}],
    }
]


def write(folder: Path, content: object) -> Path:
    file = folder / "set.json"
    file.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return file


def test_both_layouts_are_read(tmp_path: Path) -> None:
    first, second, third = read_squad(write(tmp_path, SQUAD))
    assert first == Question("1", "李明在哪里工作？", CONTEXT, ("青岛",))
    assert second.answers == ()
    assert third.answers == ("YES",)
    assert read_squad(write(tmp_path, SQUAD), 1) == (first,)
    assert read_squad(write(tmp_path, CMRC))[0].answers == ("两个", "两")


@pytest.mark.parametrize("content", [{}, [], {"data": []}, {"data": [{"title": "x"}]}, "x", 3])
def test_anything_else_is_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(BadSquad, match=r"set\.json"):
        read_squad(write(tmp_path, content))


def test_each_context_is_written_once(tmp_path: Path) -> None:
    files = write_documents(read_squad(write(tmp_path, SQUAD)), tmp_path / "docs")
    assert [file.read_text(encoding="utf-8") for file in files] == [CONTEXT]


class Reader:
    """Cites the sentence asked for in a table; refuses what is not in it."""

    quotes = (("李明在哪里工作？", ("他有两个孩子。", "他在青岛工作。")),)

    def ask(self, question: str, state: Any = None) -> Any:
        quotes = dict(self.quotes).get(question, ())
        citations = tuple(
            Citation(n, "r", "s", "", (), None, (), 0, len(q), q) for n, q in enumerate(quotes, 1)
        )
        claims = tuple(Sentence(c.quote, "claim", (c.n,)) for c in citations)
        answer = Answer("x", question, "answered" if claims else "abstained", claims, citations)
        return type("R", (), {"answer": answer, "state": None})()

    def retrieve(self, question: str, k: int = 10, state: Any = None) -> list[Hit]:
        return [Hit(Chunk("c", "r", 0, 0, len(CONTEXT), CONTEXT, "", (), "other"), 1.0)]


def test_the_answer_must_stand_in_the_quotes(tmp_path: Path) -> None:
    questions = (*read_squad(write(tmp_path, SQUAD)), *read_squad(write(tmp_path, CMRC)))
    score = score_squad(questions, Reader())
    assert (score.answerable, score.cited, score.cited_first) == (2, 1, 0)
    assert (score.retrieved, score.refused) == (2, 1)
    assert (score.unanswerable, score.rightly_refused, score.unscorable) == (1, 1, 1)
    table = format_squad(score)
    assert "0.500  1 of 2" in table
    assert "1.000  1 of 1" in table
    assert table.endswith("no part of the context: 1")
