"""``/v1``: the shape of OpenAI's chat interface, so that other chat pages can ask here.

The server keeps nothing of such a conversation: the earlier questions come with each request,
and what they settled is remembered by their words for a while, else found again without a model.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.assistant import Assistant, Reply
from bot.chats.views import language_of_answer
from bot.chats.wording import said
from bot.formatting import where
from bot.lock.plaintext import drop_invisible
from bot.values import Answer, Sentence
from bot.web.desk import Desk, explain, json_of, words_of
from retrieval.question.query import State

MODEL = "baogao"
MOST_EARLIER = 10
REPLACED = "（以下为核对后的完整回答）"
_REMEMBERED = 500


def routes(desk: Desk) -> list[Route]:
    """Return the endpoints over ``desk``."""
    states = _States(desk.assistant)

    async def models(_: Request) -> Response:
        held = {"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}
        return JSONResponse({"object": "list", "data": [held]})

    async def complete(request: Request) -> Response:
        body = await json_of(request)
        questions = _questions(body.get("messages"))
        visitor = desk.count(request)
        state = await desk.work(lambda: states.after(questions[:-1]))
        model = body.get("model") if isinstance(body.get("model"), str) else MODEL
        lines = _lines(desk, questions[-1], state, str(visitor.number))
        if body.get("stream") is True:

            async def chunks() -> AsyncIterator[str]:
                said: list[str] = []
                shape = _Chunks(model or MODEL)
                yield shape.chunk({"role": "assistant", "content": ""})
                try:
                    async for line in lines:
                        if isinstance(line, Sentence):
                            said.append(_marked(line))
                            yield shape.chunk({"content": said[-1] + "\n"})
                            continue
                        states.keep(questions, line.state)
                        yield shape.chunk({"content": _rest(line.answer, said)})
                        yield shape.chunk({}, "stop", line.answer)
                except Exception as error:
                    told = {"message": explain(error), "type": "server_error", "code": None}
                    yield f"data: {json.dumps({'error': told}, ensure_ascii=False)}\n\n"
                yield "data: [DONE]\n\n"

            return StreamingResponse(chunks(), media_type="text/event-stream")
        reply = None
        async for line in lines:
            reply = line
        assert reply is not None
        assert not isinstance(reply, Sentence)
        states.keep(questions, reply.state)
        answer = reply.answer
        content = answer.text + _sources(answer)
        message = {"role": "assistant", "content": content, "citations": _citations(answer)}
        return JSONResponse(
            {
                "id": f"chatcmpl-{answer.id}",
                "object": "chat.completion",
                "created": int(time.time()),
                "model": model,
                "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
                "usage": _usage(answer),
                "baogao": answer.to_json(),
            }
        )

    return [
        Route("/v1/models", models),
        Route("/v1/chat/completions", complete, methods=["POST"]),
    ]


async def _lines(
    desk: Desk, question: str, state: State, user: str
) -> AsyncIterator[Sentence | Reply]:
    """Yield each checked sentence as it is there, then the reply that holds them all."""
    loop = asyncio.get_running_loop()
    told: asyncio.Queue[Sentence | None] = asyncio.Queue()

    def say(sentence: Sentence) -> None:
        loop.call_soon_threadsafe(told.put_nowait, sentence)

    asked = asyncio.ensure_future(
        desk.work(lambda: desk.assistant.ask(question, state, on_sentence=say, user=user))
    )
    asked.add_done_callback(lambda _: told.put_nowait(None))
    try:
        while (sentence := await told.get()) is not None:
            yield sentence
        yield await asked
    finally:
        asked.cancel()  # who asked has gone: the thread ends by itself, nobody waits for it


class _Chunks:
    """The pieces of one streamed completion."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._created = int(time.time())
        self._id = f"chatcmpl-{hashlib.sha256(str(time.time_ns()).encode()).hexdigest()[:16]}"

    def chunk(
        self, delta: dict[str, Any], finish: str | None = None, answer: Answer | None = None
    ) -> str:
        """Return one event; with ``answer`` the citations beside it."""
        value: dict[str, Any] = {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._model,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }
        if answer is not None:
            value["citations"] = _citations(answer)
            value["usage"] = _usage(answer)
        return "data: " + json.dumps(value, ensure_ascii=False) + "\n\n"


class _States:
    """What the questions of a conversation settled, by their words; the last ones are kept."""

    def __init__(self, assistant: Assistant) -> None:
        self._quiet = Assistant(assistant.library, options=assistant.options)
        self._kept: OrderedDict[tuple[str, ...], State] = OrderedDict()

    def after(self, questions: Sequence[str]) -> State:
        """Return the state after ``questions``."""
        earlier = tuple(questions[-MOST_EARLIER:])
        if not earlier:
            return State()
        kept = self._kept.get(earlier)
        if kept is None:
            kept = State()
            for question in earlier:
                kept = self._quiet.ask(question, kept).state
            self.keep(earlier, kept)
        return kept

    def keep(self, questions: Sequence[str], state: State) -> None:
        """Remember what a conversation has settled."""
        self._kept[tuple(questions[-MOST_EARLIER:])] = state
        while len(self._kept) > _REMEMBERED:
            self._kept.popitem(last=False)


def _questions(messages: Any) -> list[str]:
    """Return the user's messages in order, the question last; refuses a list without one (400)."""
    if not isinstance(messages, list):
        raise HTTPException(400, "messages 应是一个列表")
    questions = []
    for message in messages:
        if not isinstance(message, dict) or message.get("role") != "user":
            continue
        content = message.get("content")
        if isinstance(content, list):
            parts = [p.get("text", "") for p in content if isinstance(p, dict)]
            content = "\n".join(part for part in parts if isinstance(part, str))
        if isinstance(content, str) and content.strip():
            questions.append(content)
    if not questions:
        raise HTTPException(400, "messages 里没有用户的问题")
    words_of(questions[-1])
    return [question[:2000] for question in questions]


def _marked(sentence: Sentence) -> str:
    return sentence.text + "".join(f"[{n}]" for n in sentence.citations)


def _rest(answer: Answer, said: Sequence[str]) -> str:
    """Return what is still to be said after the lines shown: the whole if they were replaced."""
    lines = [_marked(sentence) for sentence in answer.sentences]
    if lines[: len(said)] == list(said):
        rest = "\n".join(lines[len(said) :])
    else:
        rest = f"\n{REPLACED}\n{answer.text}"
    return rest + _sources(answer)


def _sources(answer: Answer) -> str:
    if not answer.citations:
        return ""
    lines = ["", "", said("file.sources", language_of_answer(answer))]
    for citation in answer.citations:
        quote = " ".join(drop_invisible(citation.quote).split())
        lines.append(f"[{citation.n}] {where(citation)}：“{quote}”（{citation.source}）")
    return "\n".join(lines)


def _citations(answer: Answer) -> Any:
    return answer.to_json()["citations"]


def _usage(answer: Answer) -> dict[str, int]:
    prompt = answer.usage.get("prompt_tokens", 0)
    completion = answer.usage.get("completion_tokens", 0)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
