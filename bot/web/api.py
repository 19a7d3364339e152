"""``/api``: ask, search, list, read, add; the same answers as every other door, as JSON."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import unquote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.assistant import Reply
from bot.looking import list_reports, read_passage, report_row, search_rows
from bot.values import Sentence
from bot.web.desk import Desk, explain, json_of, number_of, words_of
from bot.web.guard import UPLOAD
from bot.web.history import session_name
from bot.web.openapi import SPEC
from bot.web.uploads import safe_name

MOST_WORDS = 10


def routes(desk: Desk) -> list[Route]:
    """Return the endpoints over ``desk``."""
    library = desk.assistant.library

    async def ask(request: Request) -> Response:
        body = await json_of(request)
        question, session = words_of(body.get("question")), session_name(body.get("session"))
        visitor = desk.count(request)
        state = desk.history.state(visitor.name, session)
        lines = desk.lines(question, state, visitor.name)
        if body.get("stream") is True:
            return StreamingResponse(
                _told(desk, lines, visitor.name, session), media_type="application/x-ndjson"
            )
        last: dict[str, Any] = {}
        async for line in _told(desk, lines, visitor.name, session):
            last = json.loads(line)
        if last.get("type") == "error":
            raise HTTPException(500, last["error"])
        return JSONResponse(last["reply"])

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
        return JSONResponse(desk.answer(request.path_params["id"]).to_json())

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
        added = await desk.work(lambda: desk.uploads.add(name, lambda path: _write(content, path)))
        return JSONResponse(added.to_json(), 202)

    async def uploads(_: Request) -> Response:
        return JSONResponse({"uploads": [upload.to_json() for upload in desk.uploads.listed()]})

    async def one_upload(request: Request) -> Response:
        found = desk.uploads.get(request.path_params["id"])
        if found is None:
            raise HTTPException(404, "没有这个编号的上传")
        return JSONResponse(found.to_json())

    async def spec(_: Request) -> Response:
        return JSONResponse(SPEC)

    return [
        Route("/api/ask", ask, methods=["POST"]),
        Route("/api/search", search),
        Route("/api/reports", reports),
        Route("/api/read", read),
        Route("/api/answer/{id:answer}", answer),
        Route(UPLOAD, upload, methods=["POST"]),
        Route("/api/uploads", uploads),
        Route("/api/uploads/{id:int}", one_upload),
        Route("/openapi.json", spec),
    ]


def _write(content: bytes, path: Any) -> None:
    path.write_bytes(content)


async def _told(
    desk: Desk, lines: AsyncIterator[Sentence | Reply], visitor: str, session: str
) -> AsyncIterator[str]:
    """Yield a JSON line a sentence, and last the reply, which is also kept in the history."""
    try:
        async for line in lines:
            if isinstance(line, Sentence):
                told = {"text": line.text, "kind": line.kind, "citations": list(line.citations)}
                yield _line({"type": "sentence", "sentence": told})
            else:
                desk.keep(visitor, session, line)
                more = {
                    "session": session,
                    "scope_label": desk.assistant.scope_label(line.state),
                    "suggestions": desk.suggestions(line),
                    "paragraph": line.answer.paragraph,
                }
                yield _line({"type": "reply", "reply": line.answer.to_json() | more})
    except Exception as error:
        yield _line({"type": "error", "error": explain(error)})


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"
