"""An OpenAI-compatible server on loopback that misbehaves as told: one reply a request."""

from __future__ import annotations

import contextlib
import json
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[["Handler"], None]


def event(content: str | None, finish: str | None = None, **more: Any) -> bytes:
    delta = {} if content is None else {"content": content}
    body = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}
    return f"data: {json.dumps(body, ensure_ascii=False)}\n\n".encode()


def said(text: str, *, finish: str | None = "stop", done: bool = True, size: int = 9) -> Reply:
    """A stream of ``text``; without ``finish`` it ends as if complete but never says so."""

    def reply(handler: Handler) -> None:
        handler.start("text/event-stream")
        for start in range(0, len(text), size):
            handler.wfile.write(event(text[start : start + size]))
        if finish:
            usage = {"prompt_tokens": 11, "completion_tokens": 7}
            handler.wfile.write(event(None, finish, usage=usage))
        if done:
            handler.wfile.write(b"data: [DONE]\n\n")

    return reply


def status(code: int, body: str = '{"error":{"message":"no"}}', **headers: str) -> Reply:
    def reply(handler: Handler) -> None:
        handler.start("application/json", code, body.encode(), headers)

    return reply


def body(content_type: str, data: bytes) -> Reply:
    def reply(handler: Handler) -> None:
        handler.start(content_type, 200, data)

    return reply


def dripping(data: bytes, pause_s: float) -> Reply:
    def reply(handler: Handler) -> None:
        handler.start("text/event-stream")
        for byte in data:
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()
            time.sleep(pause_s)

    return reply


def silent(until: threading.Event) -> Reply:
    return lambda handler: until.wait(60) and None


def cut(text: str = "") -> Reply:
    """A TCP reset, after ``text`` if there is any."""

    def reply(handler: Handler) -> None:
        handler.start("text/event-stream")
        if text:
            handler.wfile.write(event(text))
            handler.wfile.flush()
            time.sleep(0.05)
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()

    return reply


def picky(*rules: tuple[Callable[[Handler], bool], Reply], then: Reply) -> Reply:
    """Gives the reply of the first rule that holds for a request, else ``then``."""

    def reply(handler: Handler) -> None:
        next((answer for holds, answer in rules if holds(handler)), then)(handler)

    return reply


def has(name: str) -> Callable[[Handler], bool]:
    return lambda handler: name in handler.asked


def error(message: str, http: int = 400, **more: Any) -> Reply:
    return status(http, json.dumps({"error": {"message": message, **more}}))


def thinking(thought: str, text: str, *, needs: int, field: str = "reasoning_content") -> Reply:
    """A model that thinks in a field of its own; below ``needs`` tokens it never comes to answer."""

    def reply(handler: Handler) -> None:
        allowed = handler.asked.get("max_tokens") or handler.asked.get("max_completion_tokens")
        handler.start("text/event-stream")
        delta = {"role": "assistant", "content": None, field: thought}
        choice = {"index": 0, "delta": delta, "finish_reason": None}
        handler.wfile.write(f"data: {json.dumps({'choices': [choice]})}\n\n".encode())
        if allowed >= needs:
            handler.wfile.write(event(text))
        handler.wfile.write(event(None, "stop" if allowed >= needs else "length"))
        handler.wfile.write(b"data: [DONE]\n\n")

    return reply


def vectors(dimension: int, *, drop: int = 0) -> Reply:
    def reply(handler: Handler) -> None:
        texts = handler.asked["input"]
        rows = [
            {"index": i, "embedding": [float(len(text) + 1)] * dimension}
            for i, text in enumerate(texts)
        ][: len(texts) - drop]
        data = json.dumps({"data": rows, "object": "list", "model": "m"}).encode()
        handler.start("application/json", 200, data)

    return reply


class Handler(BaseHTTPRequestHandler):
    server: FakeServer

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        self.asked = json.loads(self.rfile.read(length) or b"{}")
        reply = self.server.next_reply(self.path, self.named_headers(), self.asked)
        with contextlib.suppress(OSError):  # the client hangs up in several tests
            reply(self)
        self.close_connection = True

    def named_headers(self) -> dict[str, str]:
        return {name.lower(): value for name, value in self.headers.items()}

    def start(
        self,
        content_type: str,
        code: int = 200,
        data: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.send_response(code)
        self.send_header("content-type", content_type)
        for name, value in (headers or {}).items():
            self.send_header(name.replace("_", "-"), value)
        if data is not None:
            self.send_header("content-length", str(len(data)))
        self.send_header("connection", "close")
        self.end_headers()
        if data is not None:
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


class FakeServer(ThreadingHTTPServer):
    """Plays ``script`` in order, the last reply again when it has run out."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, script: Sequence[Reply]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = list(script)
        self.requests: list[dict[str, Any]] = []
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def next_reply(self, path: str, headers: dict[str, str], asked: dict[str, Any]) -> Reply:
        with self._lock:
            place = min(len(self.requests), len(self.script) - 1)
            self.requests.append({"path": path, "headers": headers, "body": asked})
            return self.script[place]

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # broken pipes are the tests' own doing


class SocksProxy(socketserver.ThreadingTCPServer):
    """A SOCKS5 proxy that leads every name to ``port`` of this machine and keeps the names."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _SocksHandler)
        self.port = port
        self.names: list[str] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _SocksHandler(socketserver.BaseRequestHandler):
    server: SocksProxy

    def handle(self) -> None:
        client = self.request
        _, methods = client.recv(2)
        client.recv(methods)
        client.sendall(b"\x05\x00")
        head = client.recv(4)
        name = client.recv(client.recv(1)[0]) if head[3] == 3 else client.recv(4)
        client.recv(2)
        self.server.names.append(name.decode("ascii", "replace"))
        client.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        with (
            socket.create_connection(("127.0.0.1", self.server.port)) as far,
            contextlib.suppress(OSError),
        ):
            back = threading.Thread(target=_pipe, args=(far, client), daemon=True)
            back.start()
            _pipe(client, far)
            back.join(5)


def _pipe(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@contextmanager
def socks_proxy(port: int) -> Iterator[SocksProxy]:
    with SocksProxy(port) as proxy:
        threading.Thread(
            target=proxy.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        try:
            yield proxy
        finally:
            proxy.shutdown()


@contextmanager
def serving(*script: Reply) -> Iterator[FakeServer]:
    server = FakeServer(script)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
