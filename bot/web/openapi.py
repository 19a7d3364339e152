"""The description of the API for programs (OpenAPI 3.1); a test holds it to the routes."""

from __future__ import annotations

from typing import Any

from bot.web.guard import UPLOAD


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


def _query(name: str, kind: str, description: str, *, required: bool = False) -> dict[str, Any]:
    schema = {"type": kind}
    return {
        "name": name, "in": "query", "required": required, "schema": schema,
        "description": description,
    }  # fmt: skip


def _does(
    summary: str,
    *,
    parameters: tuple[dict[str, Any], ...] = (),
    body: dict[str, Any] | None = None,
    required: tuple[str, ...] = (),
) -> dict[str, Any]:
    told: dict[str, Any] = {"summary": summary, "responses": {"200": {"description": "OK"}}}
    if parameters:
        told["parameters"] = list(parameters)
    if body is not None:
        schema = {"type": "object", "required": list(required), "properties": body}
        told["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return told


_PLACE = _query("place", "string", "地区名或发文机关名的一部分")
_YEAR = _query("year", "integer", "报告年度")
_PATH_ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}

SPEC: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {
        "title": "言据 baogao",
        "version": "1",
        "description": "只依据法治政府建设年度报告回答，每句话注明原文出处（报告、起止字符位置）。",
    },
    "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
    "security": [{}, {"key": []}],
    "paths": {
        "/api/talk": {
            "get": _does(
                "一次对话里最近的回答和沿用的范围",
                parameters=(_query("session", "string", "对话编号", required=True),),
            )
        },
        "/api/ask": {
            "post": _does(
                "回答一个问题；stream 为 true 时逐句返回（application/x-ndjson）",
                body={
                    "question": _text("问题，中文或英文"),
                    "session": _text("对话编号，追问时带上回答里的 session"),
                    "after": _text("没有 session 时：从这个编号的回答接着问"),
                    "stream": {"type": "boolean"},
                },
                required=("question",),
            )
        },
        "/api/search": {
            "get": _does(
                "逐份逐处查找词语，没有出现的报告也列出",
                parameters=(
                    _query("words", "string", "要找的词，空格隔开", required=True),
                    _PLACE, _YEAR, _query("synonyms", "boolean", "连同义的说法一起找"),
                ),
            )
        },
        "/api/reports": {"get": _does("已入库的报告", parameters=(_PLACE, _YEAR))},
        "/api/read": {
            "get": _does(
                "读一份报告存下的原文（可只取一段）",
                parameters=(
                    _query("report", "string", "编号、文件名或“地区 年份”", required=True),
                    _query("start", "integer", "起始字符位置"),
                    _query("end", "integer", "结束字符位置（不含）"),
                ),
            )
        },
        "/api/answer/{id}": {"get": _does("再取一个回答", parameters=(_PATH_ID,))},
        UPLOAD: {
            "post": {
                "summary": "添加一份报告：请求的内容就是文件，请求头带 X-Baogao: upload 和 X-File-Name（百分号编码的文件名）",
                "requestBody": {
                    "required": True,
                    "content": {"application/octet-stream": {"schema": {"type": "string"}}},
                },
                "responses": {"202": {"description": "已收下，正在读入"}},
            }
        },
        "/api/uploads": {"get": _does("最近添加的文件各自的结果")},
        "/api/uploads/{id}": {"get": _does("一个添加的文件读到哪里", parameters=(_PATH_ID,))},
        "/v1/models": {"get": _does("模型列表（与 OpenAI 相同的形状）")},
        "/v1/chat/completions": {
            "post": _does(
                "与 OpenAI 相同的对话接口；出处写在正文里，也在 message.citations",
                body={
                    "model": _text("baogao"),
                    "messages": {"type": "array", "items": {"type": "object"}},
                    "stream": {"type": "boolean"},
                },
                required=("messages",),
            )
        },
    },
}  # fmt: skip
