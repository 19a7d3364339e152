"""What the server's pages and endpoints share: the assistant in threads, its records, its history."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import anyio
from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bot.answers.remarks import examples
from bot.assistant import Assistant, Reply
from bot.notes import Language, text_of
from bot.values import Answer, Sentence
from bot.web.accounts import Accounts
from bot.web.guard import LOCAL, Visitor
from bot.web.history import History, read_answer
from bot.web.limits import Window
from bot.web.settings import WebSettings
from bot.web.uploads import Uploads
from retrieval.errors import BaogaoError
from retrieval.question.query import State
from retrieval.question.terms import is_english

MOST_CHARS = 2000
_RECENT = 200
_TALK = ("greeting", "off_topic", "empty")  # answerers that end with questions to ask
INTERNAL = "处理时出现内部错误，报告库没有受损；请查看服务的日志"
logger = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Desk:
    """The parts of a running server."""

    assistant: Assistant
    history: History
    uploads: Uploads
    settings: WebSettings
    accounts: Accounts
    questions: Window
    threads: anyio.CapacityLimiter
    recent: dict[str, Answer] = field(default_factory=dict)  # to be exported, kept or not

    async def work(self, call: Callable[[], T]) -> T:
        """Run ``call`` in a thread, a few at a time."""
        return await to_thread.run_sync(call, limiter=self.threads)

    async def lines(
        self, question: str, state: State | None, visitor: str
    ) -> AsyncIterator[Sentence | Reply]:
        """Yield each checked sentence as it is there, then the reply that holds them all."""
        loop = asyncio.get_running_loop()
        told: asyncio.Queue[Sentence | None] = asyncio.Queue()

        def say(sentence: Sentence) -> None:
            loop.call_soon_threadsafe(told.put_nowait, sentence)

        asked = asyncio.ensure_future(
            self.work(
                lambda: self.assistant.ask(question, state, on_sentence=say, user=f"web:{visitor}")
            )
        )
        asked.add_done_callback(lambda _: told.put_nowait(None))
        try:
            while (sentence := await told.get()) is not None:
                yield sentence
            yield await asked
        finally:
            asked.cancel()  # who asked has gone: the thread ends by itself, nobody waits for it

    def count(self, request: Request) -> Visitor:
        """Return who asks, after counting the question; refuses one over the limit (429)."""
        visitor: Visitor = request.state.visitor
        name = _address(request) if visitor == LOCAL else visitor.name
        wait_s = self.questions.wait_s(name)
        if wait_s > 0:
            raise HTTPException(
                429,
                f"提问过于频繁，请在 {round(wait_s + 0.5)} 秒后再试",
                {"Retry-After": str(round(wait_s + 0.5))},
            )
        self.questions.add(name)
        return visitor

    def keep(self, visitor: str, session: str, reply: Reply) -> None:
        """Keep a turn of a conversation and what the next one inherits."""
        self.recent[reply.answer.id] = reply.answer
        for old in list(self.recent)[:-_RECENT]:
            self.recent.pop(old, None)
        self.history.add(visitor, session, reply.answer, reply.state)

    def answer(self, answer_id: str) -> Answer:
        """Return an answer, just given or kept; raises ``ReportNotFound`` if it is gone."""
        if answer_id in self.recent:
            return self.recent[answer_id]
        record = self.assistant.why(answer_id)
        return read_answer(record["answer"], paragraph=record.get("paragraph") is True)

    def suggestions(self, reply: Reply) -> list[str]:
        """Return full questions to go on with: what may be meant, else what can be asked here."""
        if reply.suggestions or reply.answer.answerer not in _TALK:
            return list(reply.suggestions)
        return self.examples(english=is_english(reply.answer.question))

    def examples(self, *, english: bool) -> list[str]:
        """Return questions that the library can answer, as one types them."""
        language: Language = "en" if english else "zh"
        told = [text_of(line, language) for line in examples(self.assistant.library)]
        return [line.strip("· ") for line in told]


def words_of(given: Any) -> str:
    """Return a question as given; refuses what is none (400)."""
    if not isinstance(given, str) or not given.strip():
        raise HTTPException(400, "question 不能是空的")
    if len(given) > MOST_CHARS:
        raise HTTPException(400, f"问题太长，最多{MOST_CHARS}字")
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


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def explain(error: Exception) -> str:
    """Return what a person is told of an error: its sentence if it was expected, else one of ours."""
    if isinstance(error, BaogaoError):
        return str(error)
    logger.error("request failed", exc_info=error)
    return INTERNAL
