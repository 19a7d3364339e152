"""What the server's pages and endpoints share: the assistant in threads, its conversations."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import anyio
from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.assistant import Assistant
from bot.chats.access import limit_notice
from bot.chats.chat_records import StoredAnswer
from bot.chats.handlers import MAX_QUESTION
from bot.web.accounts import Accounts
from bot.web.guard import Visitor
from bot.web.talk import Talk
from bot.web.uploads import Uploads
from retrieval.errors import BaogaoError, ReportNotFound

INTERNAL = "处理时出现内部错误，报告库没有受损；请查看服务的日志"
logger = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Desk:
    """The parts of a running server."""

    assistant: Assistant
    talk: Talk
    uploads: Uploads
    accounts: Accounts
    remembers: bool  # whether what was asked is listed
    threads: anyio.CapacityLimiter

    async def work(self, call: Callable[[], T]) -> T:
        """Run ``call`` in a thread, a few at a time."""
        return await to_thread.run_sync(call, limiter=self.threads)

    def count(self, request: Request) -> Visitor:
        """Return who asks, after counting the question; refuses one over the limit (429)."""
        visitor: Visitor = request.state.visitor
        verdict = self.talk.access.quota(visitor.number)
        if verdict.limit:
            raise too_many(limit_notice(verdict, "zh"), verdict.wait_s)
        self.talk.store.charge(visitor.number)
        return visitor

    def answer(self, answer_id: str) -> StoredAnswer:
        """Return a kept answer; raises ``ReportNotFound`` if it is gone."""
        found = self.talk.store.answer_by_id(answer_id)
        if found is None:
            raise ReportNotFound(f"没有编号为 {answer_id} 的回答，或已过了保留的时间")
        return found


def too_many(told: str, wait_s: float) -> HTTPException:
    """Return the refusal of one who asked too much."""
    return HTTPException(429, told, {"Retry-After": str(round(wait_s + 0.5) or 60)})


def words_of(given: Any) -> str:
    """Return a question as given; refuses what is none (400)."""
    if not isinstance(given, str) or not given.strip():
        raise HTTPException(400, "question 不能是空的")
    if len(given) > MAX_QUESTION:
        raise HTTPException(400, f"问题太长，最多{MAX_QUESTION}字")
    return given.encode("utf-8", "replace").decode()


async def json_of(request: Request) -> dict[str, Any]:
    """Return the JSON object of a request's body; refuses anything else (400, 415)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise HTTPException(415, "Content-Type 应为 application/json")
    try:
        value = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "请求的内容不是 JSON") from error
    if not isinstance(value, dict):
        raise HTTPException(400, "请求的内容应是一个 JSON 对象")
    return value


def number_of(given: str | None, name: str) -> int | None:
    """Return a whole number of a query string, None if there is none; refuses others (400)."""
    if given is None or not given.strip():
        return None
    if not (given.isascii() and given.strip().isdecimal()) or len(given) > 9:
        raise HTTPException(400, f"{name} 应是一个整数")
    return int(given)


def explain(error: Exception) -> str:
    """Return what a person is told of an error: its sentence if it was expected, else one of ours."""
    if isinstance(error, BaogaoError):
        return str(error)
    logger.error("request failed", exc_info=error)
    return INTERNAL
