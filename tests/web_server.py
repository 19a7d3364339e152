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
from bot.web.app import create_app
from bot.web.settings import WebSettings

ORIGIN = "http://127.0.0.1:8765"
TEXTS = {"青山.txt": QINGSHAN, "白水.txt": BAISHUI}
FROM_PAGE = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}


@contextmanager
def web_client(
    folder: Path,
    texts: Mapping[str, str] | None = None,
    settings: WebSettings | None = None,
) -> Iterator[TestClient]:
    """Give a client of a server over ``texts``; it follows no redirect."""
    with assistant_over(folder, TEXTS if texts is None else texts) as assistant:
        assistant._records = AnswerRecords(assistant.library.folder / "answers.sqlite")
        app = create_app(assistant, settings or WebSettings())
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
