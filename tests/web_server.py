"""A server of the page over a small library with a quick embedder, in process or on loopback."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from answering import BAISHUI, QINGSHAN, assistant_over
from starlette.testclient import TestClient

from bot.records import AnswerRecords
from bot.web.accounts import Accounts
from bot.web.app import create_app
from bot.web.settings import WebSettings

ORIGIN = "http://127.0.0.1:8765"
TEXTS = {"青山.txt": QINGSHAN, "白水.txt": BAISHUI}
FROM_PAGE = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "<body onload=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<math><mtext></mtext><script>alert(1)</script></math>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<form action=//e.example><button>x</button></form>",
    "<base href=//e.example>",
    "<meta http-equiv=refresh content='0;url=//e.example'>",
    "<link rel=stylesheet href=//e.example>",
    "<style>*{display:none}</style>",
    "\"><script>alert(1)</script>",
    "' onmouseover='alert(1)",
    "\" autofocus onfocus=\"alert(1)",
    "</textarea><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]><script>alert(1)</script>",
    "{{7*7}}{% print 1 %}",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "javascript:alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]  # fmt: skip


@contextmanager
def web_client(
    folder: Path,
    texts: Mapping[str, str] | None = None,
    settings: WebSettings | None = None,
    accounts: Mapping[str, str] | None = None,
) -> Iterator[TestClient]:
    """Give a client of a server over ``texts``; it follows no redirect.

    ``accounts`` are names with their roles; each one's password is the name and ``-secret``.
    """
    with assistant_over(folder, TEXTS if texts is None else texts) as assistant:
        assistant._records = AnswerRecords(assistant.library.folder / "answers.sqlite")
        held = Accounts(assistant.library.folder)
        for name, role in (accounts or {}).items():
            held.add(name, role, f"{name}-secret")
        app = create_app(assistant, settings or WebSettings(), held)
        with TestClient(
            app, base_url=ORIGIN, follow_redirects=False, raise_server_exceptions=False
        ) as client:
            yield client


@contextmanager
def loopback_server(folder: Path) -> Iterator[str]:
    """Give the address of a real server on a free port."""
    with assistant_over(folder, TEXTS) as assistant:
        assistant._records = AnswerRecords(assistant.library.folder / "answers.sqlite")
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(create_app(assistant, WebSettings()), log_level="warning")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()
        listener.close()
