"""Two proxies on loopback: HTTP that forwards, SOCKS 5 that relays; each counts what it carried."""

from __future__ import annotations

import socket
import socketserver
import struct
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class HttpProxy:
    """Forwards absolute addresses, as clients ask proxies for plain HTTP."""

    scheme = "http"

    def __init__(self) -> None:
        self.carried = 0
        proxy = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                proxy.carried += 1
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                kind = {"Content-Type": self.headers.get("Content-Type", "")}
                request = urllib.request.Request(self.path, body, kind, method="POST")
                opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
                with opener.open(request, timeout=30) as reply:
                    data = reply.read()
                self.send_response(200)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self.server: socketserver.BaseServer = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


class _Threaded(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class SocksProxy(HttpProxy):
    """SOCKS 5 without a password: one CONNECT, then bytes both ways."""

    scheme = "socks5"

    def __init__(self) -> None:
        self.carried = 0
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                client = self.request
                _, methods = client.recv(2)
                client.recv(methods)
                client.sendall(b"\x05\x00")
                _, _, _, kind = client.recv(4)
                host = (
                    socket.inet_ntoa(client.recv(4)) if kind == 1
                    else client.recv(client.recv(1)[0]).decode()
                )  # fmt: skip
                (port,) = struct.unpack(">H", client.recv(2))
                with socket.create_connection((host, port)) as server:
                    client.sendall(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
                    proxy.carried += 1
                    back = threading.Thread(target=_pipe, args=(server, client), daemon=True)
                    back.start()
                    _pipe(client, server)
                    back.join(5)

        self.server = _Threaded(("127.0.0.1", 0), Handler)


def _pipe(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65_536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass
