"""Many questions from a JSONL file, answered in order by one assistant."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from bot.values import Answer, Sentence
from retrieval.errors import BaogaoError
from retrieval.question.query import State

if TYPE_CHECKING:
    from bot.assistant import Assistant

FAILED = "处理这个问题时出错，没有得到回答。"
_log = logging.getLogger(__name__)


def answer_batch(assistant: Assistant, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield one answer a line as JSON, with the line's own ``id``.

    ``history`` holds the earlier questions of the same conversation, oldest first. Raises
    ``BaogaoError`` naming the line that is not as the format wants.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        row = _row(line, number)
        answer = _answer(assistant, row).to_json()
        yield answer | {"id": row.get("id", answer["id"])}


def _answer(assistant: Assistant, row: dict[str, Any]) -> Answer:
    """Answer one row; an unforeseen error is that row's alone, said in it and logged."""
    try:
        state = State()
        for earlier in row.get("history") or ():
            state = assistant.ask(str(earlier), state).state
        return assistant.ask(row["question"], state).answer
    except BaogaoError:
        raise
    except Exception as error:
        _log.exception("question failed")
        failed = Sentence(FAILED, "note")
        warning = f"内部错误：{type(error).__name__}"
        return Answer("failed", row["question"], "abstained", (failed,), warnings=(warning,))


def _row(line: str, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise BaogaoError(f"第{number}行不是 JSON：{error}") from error
    if not isinstance(row, dict) or not isinstance(row.get("question"), str):
        raise BaogaoError(f'第{number}行缺少 question，每行应为 {{"id":…,"question":…}}')
    return row
