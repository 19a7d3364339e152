"""A small HTTP server: health and readiness for operators, the webhook for Telegram.

It speaks just enough HTTP/1.1 for a proxy and a probe: one request a connection, a bounded
head and body, a deadline. The webhook's secret is compared in constant time, and 200 is said
only once the update is stored; anything else makes Telegram send it again.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

log = logging.getLogger(__name__)

MAX_HEAD_BYTES = 16_384
MAX_BODY_BYTES = 1_000_000
REQUEST_WITHIN_S = 10.0
_PHRASES = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found",
            405: "Method Not Allowed", 408: "Request Timeout", 411: "Length Required",
            413: "Content Too Large", 415: "Unsupported Media Type", 500: "Internal Server Error",
            503: "Service Unavailable"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """A parsed request; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


Answer = tuple[int, dict[str, Any]]
Route = Callable[[Request], Awaitable[Answer]]


class _Bad(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def serve(host: str, port: int, routes: Mapping[str, Route]) -> asyncio.Server:
    """Listen on ``host:port`` and answer by path; port 0 is one the system has free."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            status, values = await _answer(reader, routes)
            body = json.dumps(values).encode()
            writer.write(
                f"HTTP/1.1 {status} {_PHRASES[status]}\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
                + body
            )
            await writer.drain()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    return await asyncio.start_server(connected, host, port, limit=MAX_HEAD_BYTES)


async def _answer(reader: asyncio.StreamReader, routes: Mapping[str, Route]) -> Answer:
    try:
        request = await asyncio.wait_for(_read(reader, routes), REQUEST_WITHIN_S)
        return await routes[request.path](request)
    except _Bad as bad:
        return bad.status, {"ok": False}
    except TimeoutError:
        return 408, {"ok": False}
    except Exception as exc:
        log.error("endpoint failed", exc_info=exc)
        return 500, {"ok": False}


async def _read(reader: asyncio.StreamReader, routes: Mapping[str, Route]) -> Request:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.LimitOverrunError:
        raise _Bad(413) from None
    first, *lines = head.split("\r\n")
    words = first.split(" ")
    if len(words) != 3:
        raise _Bad(400)
    method, path = words[0], words[1].split("?", 1)[0]
    if path not in routes:
        raise _Bad(404)
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines if line)
    }
    if method in ("GET", "HEAD"):
        return Request(method, path, headers)
    if method != "POST":
        raise _Bad(405)
    length = headers.get("content-length", "")
    if not length.isascii() or not length.isdigit():
        raise _Bad(411)
    if int(length) > MAX_BODY_BYTES:
        raise _Bad(413)
    return Request(method, path, headers, await reader.readexactly(int(length)))


def webhook_route(secret: str, accept: Callable[[Sequence[Any]], Awaitable[None]]) -> Route:
    """Make the route that takes pushed updates; ``accept`` returns when they are on the disk."""

    async def take(request: Request) -> Answer:
        if request.method != "POST":
            return 405, {"ok": False}
        given = request.headers.get("x-telegram-bot-api-secret-token", "")
        if not hmac.compare_digest(given.encode("latin-1"), secret.encode()):
            return 403, {"ok": False}
        if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
            return 415, {"ok": False}
        try:
            update = json.loads(request.body)
        except (ValueError, RecursionError):
            return 400, {"ok": False}
        await accept([update])
        return 200, {"ok": True}

    return take


def check_route(check: Callable[[], tuple[bool, dict[str, Any]]]) -> Route:
    """Make a route that says 200 or 503 with figures."""

    async def tell(request: Request) -> Answer:
        if request.method == "POST":
            return 405, {"ok": False}
        good, values = check()
        return (200 if good else 503), {"ok": good, **values}

    return tell
