"""How a page is made of its template: escaped throughout, in the visitor's language."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.formatting import where
from bot.lock.plaintext import drop_invisible
from bot.notes import Language, worded
from bot.web.guard import LOCAL, Visitor
from bot.web.texts import LANGUAGES, texts

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters["visible"] = drop_invisible
_templates.filters["where"] = where
_templates.filters["worded"] = worded


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """Return a page in the language the visitor chose."""
    spoken = language_of(request)
    visitor = getattr(request.state, "visitor", Visitor(0, ""))
    html = _templates.get_template(template).render(
        t=texts(spoken),
        lang=spoken,
        here=request.url.path,
        other=request.url.include_query_params(lang="zh" if spoken == "en" else "en").query,
        visitor=visitor,
        logged_in=visitor.role != "" and visitor != LOCAL,
        **values,
    )
    response = HTMLResponse(html, status)
    if request.query_params.get("lang") in LANGUAGES:
        response.set_cookie("baogao_lang", spoken, httponly=True, samesite="lax")
    return response


def error_page(request: Request, status: int, told: str) -> Response:
    """Return the page that says an error."""
    return page(request, "error.html", status=status, told=told)


def language_of(request: Request) -> Language:
    """Return the language chosen in the address, else before, else Chinese."""
    for said in (request.query_params.get("lang"), request.cookies.get("baogao_lang")):
        if said in LANGUAGES:
            return "en" if said == "en" else "zh"
    return "zh"


async def fields_of(request: Request) -> dict[str, str]:
    """Return the fields of a form; refuses anything else (400, 415)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise HTTPException(415, "表单的类型不对")
    try:
        given = parse_qs((await request.body()).decode("utf-8"), max_num_fields=50)
    except ValueError as error:
        raise HTTPException(400, "表单的内容不对") from error
    return {name: values[-1] for name, values in given.items()}


def download(content: bytes, name: str, kind: str) -> Response:
    """Return a file to be saved under a name."""
    disposition = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=kind, headers={"Content-Disposition": disposition})
