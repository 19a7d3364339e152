"""``/api``: ask, search, list, read, add; the same answers as every other door, as JSON."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from urllib.parse import unquote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.chats.file_names import safe_name
from bot.looking import list_reports, read_passage, report_row, search_rows
from bot.web.desk import INTERNAL, Desk, explain, json_of, number_of, too_many, words_of
from bot.web.guard import UPLOAD
from bot.web.openapi import SPEC
from bot.web.rendering import language_of
from bot.web.talk import Event, chat_of, session_name

MOST_WORDS = 10
MOST_TURNS = 20


def routes(desk: Desk) -> list[Route]:
    """Return the endpoints over ``desk``."""
    library, talk = desk.assistant.library, desk.talk

    async def ask(request: Request) -> Response:
        body = await json_of(request)
        visitor, session = request.state.visitor, session_name(body.get("session"))
        pressed, answered = body.get("press"), body.get("reply_to")
        if isinstance(pressed, str) and pressed:
            on = body.get("message")
            incoming = talk.press(visitor, session, pressed[:64], on if type(on) is int else 0)
        else:
            words, after = words_of(body.get("question")), body.get("after")
            if isinstance(after, str) and not body.get("session"):
                talk.begin_after(visitor, session, after)
            reply_to = answered if type(answered) is int else None
            incoming = talk.message(visitor, session, words, reply_to=reply_to)
        refused = talk.refusal(incoming)
        if refused is not None:
            raise too_many(*refused)

        async def told() -> AsyncIterator[Event]:
            async for event in talk.events(incoming):
                if event["type"] == "reply":
                    label = talk.scope(visitor, session)
                    event["reply"] |= {"session": session, "scope_label": label}
                yield event
            label = talk.scope(visitor, session)
            yield {"type": "end", "session": session, "scope_label": label}

        if body.get("stream") is True:
            return StreamingResponse(_lines(told()), media_type="application/x-ndjson")
        events = [event async for event in told()]
        for event in events:
            if event["type"] == "reply":
                return JSONResponse(event["reply"])
        messages = [event for event in events if event["type"] in ("message", "file", "toast")]
        if incoming.command is None and incoming.kind == "message":  # a question without an answer
            text = next((event["text"] for event in messages if "text" in event), INTERNAL)
            raise HTTPException(503, text)
        return JSONResponse({"session": session, "messages": messages})

    async def conversation(request: Request) -> Response:
        visitor, session = request.state.visitor, session_name(request.query_params.get("session"))
        kept = talk.store.answers(visitor.number, chat_of(session), most=MOST_TURNS)
        label = talk.scope(visitor, session)
        return JSONResponse({"answers": [a.payload for a in reversed(kept)], "scope_label": label})

    async def search(request: Request) -> Response:
        given = request.query_params
        words = given.get("words", "").split()[:MOST_WORDS]
        if not words:
            raise HTTPException(400, "words 不能是空的")
        year = number_of(given.get("year"), "year")
        place, synonyms = given.get("place", ""), given.get("synonyms") in ("1", "true", "on")
        library.refresh()
        rows = await desk.work(
            lambda: search_rows(library, words, place, year, with_synonyms=synonyms)
        )
        return JSONResponse({"words": words, "searched": len(rows), "reports": rows})

    async def reports(request: Request) -> Response:
        given = request.query_params
        library.refresh()
        year = number_of(given.get("year"), "year")
        found = list_reports(library, given.get("place", ""), year)
        return JSONResponse({"reports": [report_row(summary) for summary in found]})

    async def read(request: Request) -> Response:
        given = request.query_params
        start, end = number_of(given.get("start"), "start"), number_of(given.get("end"), "end")
        library.refresh()
        name = given.get("report", "")
        return JSONResponse(await desk.work(lambda: read_passage(library, name, start or 0, end)))

    async def answer(request: Request) -> Response:
        return JSONResponse(desk.answer(request.path_params["id"]).payload)

    async def upload(request: Request) -> Response:
        if not request.state.visitor.may_add:
            raise HTTPException(403, "您的登录只能查看，不能添加报告")
        if request.headers.get("x-baogao") != "upload":
            raise HTTPException(400, "请在 X-Baogao: upload 下发送文件的内容")
        if desk.uploads.full:
            raise HTTPException(429, "等待读入的文件太多，请稍后再试")
        name = safe_name(unquote(request.headers.get("x-file-name", "")))
        content = await request.body()
        if not content:
            raise HTTPException(400, f"{name} 是空文件")
        added = await desk.work(lambda: desk.uploads.add(name, content))
        return JSONResponse(added.to_json(language_of(request)), 202)

    async def uploads(request: Request) -> Response:
        return JSONResponse(
            {"uploads": [u.to_json(language_of(request)) for u in desk.uploads.listed()]}
        )

    async def one_upload(request: Request) -> Response:
        found = desk.uploads.get(request.path_params["id"])
        if found is None:
            raise HTTPException(404, "没有这个编号的上传")
        return JSONResponse(found.to_json(language_of(request)))

    async def spec(_: Request) -> Response:
        return JSONResponse(SPEC)

    return [
        Route("/api/ask", ask, methods=["POST"]),
        Route("/api/talk", conversation),
        Route("/api/search", search),
        Route("/api/reports", reports),
        Route("/api/read", read),
        Route("/api/answer/{id:answer}", answer),
        Route(UPLOAD, upload, methods=["POST"]),
        Route("/api/uploads", uploads),
        Route("/api/uploads/{id:int}", one_upload),
        Route("/openapi.json", spec),
    ]


async def _lines(events: AsyncIterator[Event]) -> AsyncIterator[str]:
    """Yield a JSON line an event."""
    try:
        async for event in events:
            yield json.dumps(event, ensure_ascii=False) + "\n"
    except Exception as error:
        yield json.dumps({"type": "error", "error": explain(error)}, ensure_ascii=False) + "\n"
