"""The server put together: guard → routes → desk. Uses ``starlette``, run by ``uvicorn``."""

from __future__ import annotations

import contextlib
import socket
import tempfile
import threading
import weakref
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import anyio
from starlette.applications import Starlette
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from bot.assistant import Assistant
from bot.chats.conversations import DAY_S, ConversationStore, page_chats_path
from bot.chats.shared import PAGE_SCHEMA, open_chats
from bot.web import api, completions, entrance, pages
from bot.web.accounts import Accounts
from bot.web.desk import INTERNAL, Desk
from bot.web.guard import HEADERS, Guard
from bot.web.rendering import error_page, language_of
from bot.web.settings import WebSettings
from bot.web.talk import Talk
from bot.web.texts import texts
from bot.web.uploads import Uploads
from retrieval.errors import BaogaoError, ReportNotFound

THREADS = 8
_HERE = Path(__file__).parent


class _AnswerId(StringConvertor):
    """An answer's id in an address: nothing that a record could be matched loosely by."""

    regex = "[0-9A-Za-z-]{6,64}"


register_url_convertor("answer", _AnswerId())


def create_app(
    assistant: Assistant, settings: WebSettings, accounts: Accounts | None = None
) -> Starlette:
    """Return the server over ``assistant``; its files are beside the library's."""
    folder = assistant.library.folder
    accounts = accounts or Accounts(folder, settings.database_url)
    # without accounts nobody is told apart: what is asked on a machine stays on it
    shared = settings.database_url if not (settings.loopback and accounts.empty) else None
    store = _open_chats(folder, settings.keep_days, shared)
    talk = Talk(assistant, store, accounts, settings.questions_per_minute)
    desk = Desk(
        assistant,
        talk,
        Uploads(assistant.library),
        accounts,
        settings.keep_days > 0,
        anyio.CapacityLimiter(THREADS),
    )

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        talk.start()
        yield
        await talk.stop()
        desk.uploads.close()
        accounts.close()

    return Starlette(
        routes=[
            *pages.routes(desk),
            *entrance.routes(desk),
            *api.routes(desk),
            *completions.routes(desk),
            Mount("/static", StaticFiles(directory=_HERE / "static")),
        ],
        middleware=[Middleware(Guard, settings=settings, accounts=accounts)],
        exception_handlers={
            HTTPException: _told,
            BaogaoError: _told,
            Exception: _told,
        },
        lifespan=lifespan,
    )


def _open_chats(folder: Path, keep_days: int, database_url: str | None) -> ConversationStore:
    """Return where conversations are kept; with 0 days in a folder that ends with the server."""
    (folder / "web.sqlite").unlink(missing_ok=True)  # an earlier version's, which nobody tends
    if keep_days:
        kept_s = keep_days * DAY_S
        path = page_chats_path(folder)
        return open_chats(path, database_url, schema=PAGE_SCHEMA, answers_kept_s=kept_s)
    passing = tempfile.TemporaryDirectory(prefix="baogao-page-")
    store = ConversationStore(Path(passing.name) / "chats.sqlite")
    weakref.finalize(store, passing.cleanup)
    return store


def _told(request: Request, error: Exception) -> Response:
    """Say an error where it was met: a page to a browser, JSON to a program."""
    headers = None
    if isinstance(error, HTTPException):
        status, told, headers = error.status_code, error.detail, error.headers
    elif isinstance(error, ReportNotFound):
        status, told = 404, str(error)
    elif isinstance(error, BaogaoError):
        status, told = 503, str(error)
    else:
        status, told = 500, INTERNAL  # the server logs it
    path = request.url.path
    if path.startswith(("/api/", "/v1/")):
        shape = {"message": told, "type": "invalid_request_error", "code": None}
        response: Response = JSONResponse({"error": shape}, status, headers)
    else:
        gone = isinstance(error, ReportNotFound)  # its sentence speaks of the terminal's commands
        told = texts(language_of(request)).gone if gone else told
        response = error_page(request, status, told)
    for name, value in HEADERS.items():  # an error nobody foresaw is answered outside the guard
        response.headers.setdefault(name, value)
    return response


def _warm(assistant: Assistant) -> None:
    with contextlib.suppress(BaogaoError):  # whoever asks is told
        assistant.warm()


def run(
    assistant: Assistant,
    settings: WebSettings,
    accounts: Accounts,
    started: Callable[[str], None],
) -> None:
    """Serve until interrupted; ``started`` is told each address. Raises ``BaogaoError`` if it is taken."""
    import uvicorn

    try:
        listener = socket.create_server(
            (settings.host, settings.port),
            family=socket.AF_INET6 if ":" in settings.host else socket.AF_INET,
        )
    except (OSError, OverflowError) as error:
        raise BaogaoError(
            f"不能在 {settings.host}:{settings.port} 上启动（{error}），请换一个 --port 或 --host"
        ) from error
    port = listener.getsockname()[1]
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(assistant, settings, accounts),
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=10,
        )
    )
    if settings.host in ("0.0.0.0", "::", ""):  # every address of the machine; none is one to open
        started(f"http://127.0.0.1:{port}")
        started(f"http://{socket.gethostname()}:{port}")
    else:
        started(f"http://{host}:{port}")
    # what a first question would wait for is loaded meanwhile
    threading.Thread(target=_warm, args=(assistant,), name="warming", daemon=True).start()
    with listener, contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
