"""Many questions from a JSONL file, answered in order by one assistant."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

from bot.answers import Answer
from retrieval.errors import BaogaoError
from retrieval.query import State


class _Reply(Protocol):
    @property
    def answer(self) -> Answer: ...
    @property
    def state(self) -> State: ...


class _Asks(Protocol):
    def ask(self, question: str, state: State | None = None) -> _Reply: ...


def answer_batch(assistant: _Asks, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield one answer a line as JSON, with the line's own ``id``.

    ``history`` holds the earlier questions of the same conversation, oldest first. Raises
    ``BaogaoError`` naming the line that is not as the format wants.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        row = _row(line, number)
        state = State()
        for earlier in row.get("history") or ():
            state = assistant.ask(str(earlier), state).state
        answer = assistant.ask(row["question"], state).answer.to_json()
        yield answer | {"id": row.get("id", answer["id"])}


def _row(line: str, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise BaogaoError(f"第{number}行不是 JSON：{error}") from error
    if not isinstance(row, dict) or not isinstance(row.get("question"), str):
        raise BaogaoError(f"第{number}行缺少 question，每行应为 {{\"id\":…,\"question\":…}}")
    return row
