"""What every request passes before a page sees it: host, origin, login, size; and what every reply carries.

A browser names the page a request comes from (``Sec-Fetch-Site``, ``Origin``); programs do not.
So a request that changes something is refused if it comes from elsewhere, and a form must
come from a browser that says where from.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.accounts import Accounts
from bot.web.settings import WebSettings

COOKIE = "baogao_login"
MOST_BYTES = 256 * 1024
MOST_UPLOAD_BYTES = 64 * 1024 * 1024
UPLOAD = "/api/upload"
_SAFE = ("GET", "HEAD", "OPTIONS")
_FREE = ("/login", "/static/")
_PROGRAMS = ("/api/", "/v1/", "/openapi.json")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with none at all, a form would not say where it is from
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: a number and a name that keep histories apart, and a role (empty before login)."""

    number: int
    name: str
    role: str = ""

    @property
    def may_add(self) -> bool:
        """Whether reports may be added."""
        return self.role in ("add", "admin")

    @property
    def is_admin(self) -> bool:
        """Whether reports may be removed and accounts managed."""
        return self.role == "admin"


LOCAL = Visitor(1, "local", "admin")  # who sits at the machine, where nobody has an account
_FIRST_KEY, _FIRST_ACCOUNT = 100, 1000


def account_of(number: int) -> int:
    """Return the id of the account a visitor's number stands for."""
    return number - _FIRST_ACCOUNT


class Guard:
    """The outermost layer of the server."""

    def __init__(self, app: ASGIApp, *, settings: WebSettings, accounts: Accounts) -> None:
        self._app, self._settings, self._accounts = app, settings, accounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on with ``visitor`` in its state."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, path = Headers(scope=scope), scope["path"]

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                told = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    if name not in told:
                        told[name] = value
            await send(message)

        refused = self._refused(scope, headers, path)
        if refused is None:
            visitor = self._visitor(scope, headers)
            if visitor is None and not path.startswith(_FREE):
                refused = _log_in_first(scope, path)
            scope.setdefault("state", {})["visitor"] = visitor or Visitor(0, "")
        if refused is not None:
            await refused(scope, receive, sealed)
            return
        most = MOST_UPLOAD_BYTES if path == UPLOAD else MOST_BYTES
        await self._app(scope, _limited(receive, most), sealed)

    def _refused(self, scope: Scope, headers: Headers, path: str) -> Response | None:
        host = urlsplit("//" + headers.get("host", "")).hostname or ""
        if not self._settings.answers_to(host):
            return _plain(421, f"本服务不应答这个地址（{host[:80]}）")
        from_browser = headers.get("sec-fetch-site")
        if scope["method"] not in _SAFE:
            origin = headers.get("origin")
            if from_browser not in (None, "same-origin", "none"):
                return _plain(403, "请求来自别的网页，已拒绝")
            if origin is not None and urlsplit(origin).netloc != headers.get("host"):
                return _plain(403, "请求来自别的网页，已拒绝")
            if from_browser is None and origin is None and not path.startswith(_PROGRAMS):
                return _plain(403, "浏览器没有说明请求来自哪个网页，已拒绝")
        elif path.startswith(_PROGRAMS) and from_browser == "cross-site":
            return _plain(403, "请求来自别的网页，已拒绝")
        length = headers.get("content-length", "0")
        most = MOST_UPLOAD_BYTES if path == UPLOAD else MOST_BYTES
        if not length.isdecimal() or int(length) > most:
            return _plain(413, f"内容太大，最多 {most // 1024} KB")
        return None

    def _visitor(self, scope: Scope, headers: Headers) -> Visitor | None:
        # whoever takes the last account away does not open the door to other machines
        if self._settings.loopback and self._accounts.empty:
            return LOCAL
        scheme, _, key = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and scope["path"].startswith(_PROGRAMS):
            for n, known in enumerate(self._settings.keys):
                if hmac.compare_digest(key.strip().encode(), known.encode()):
                    return Visitor(_FIRST_KEY + n, f"key{n}", "add")
            return None
        account = self._accounts.logged_in(Request(scope).cookies.get(COOKIE, ""))
        if account is None:
            return None
        return Visitor(_FIRST_ACCOUNT + account.id, account.name, account.role)


def _limited(receive: Receive, most: int) -> Receive:
    """Count what a client really sends, whatever it announced."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message: dict[str, Any] = dict(await receive())
        seen += len(message.get("body", b""))
        if seen > most:
            raise HTTPException(413, f"内容太大，最多 {most // 1024} KB")
        return message

    return counted


def _log_in_first(scope: Scope, path: str) -> Response:
    if path.startswith(_PROGRAMS):
        told = "请在 Authorization: Bearer 里给出密钥（BAOGAO_WEB_KEYS），或先登录"
        error = {"message": told, "type": "invalid_request_error", "code": "invalid_api_key"}
        return JSONResponse({"error": error}, 401)
    if scope["method"] not in _SAFE:
        return _plain(401, "请先登录")
    query = scope.get("query_string", b"").decode("latin-1")
    return RedirectResponse("/login?next=" + quote(path + ("?" + query if query else "")), 303)


def _plain(status: int, told: str) -> Response:
    return PlainTextResponse(told + "\n", status)
