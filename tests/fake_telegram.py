"""A Bot API server on loopback that is as strict as Telegram, and fails on demand.

It refuses what Telegram refuses (length in UTF-16 units, broken HTML, long callback data, an
unchanged edit), counts as violations what Telegram would merely swallow (more than 100
entities, a missing preview switch, floods), keeps updates until they are confirmed, and injects
faults method by method: ``fake.faults["sendMessage"].append(Fault(429, retry_after=1))``.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote

TOKEN = "123456789:AAF-fake_token_of_the_test_suite_00001"
BOT_ID = 123456789
BOT_NAME = "baogao_test_bot"
TAGS = {"b", "strong", "i", "em", "u", "s", "code", "pre", "blockquote", "tg-spoiler"}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_TOKENS = re.compile(r"<(/?)([a-zA-Z-]*)([^<>]*)>|&(#?[A-Za-z0-9]+);|([<&])|([^<&]+)")


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class BadEntities(Exception):
    pass


def parse_html(html: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the text and its entities (tag, words); raise on what Telegram cannot parse."""
    text, entities, open_tags = [], [], []
    for match in _TOKENS.finditer(html):
        closing, tag, rest, reference, stray, words = match.groups()
        if stray:
            if stray == "<":
                raise BadEntities("unsupported start tag")
            text.append(stray)
        elif words:
            text.append(words)
        elif reference:
            if reference in NAMED:
                text.append(NAMED[reference])
            elif reference.startswith("#") and reference[1:].isdigit():
                text.append(chr(int(reference[1:])))
            else:
                text.append(match.group())
        elif tag.lower() not in TAGS or rest.strip():
            raise BadEntities(f"unsupported tag {tag!r}")
        elif closing:
            if not open_tags or open_tags[-1][0] != tag:
                raise BadEntities(f"unmatched end tag {tag!r}")
            name, start = open_tags.pop()
            entities.append((name, "".join(text[start:])))
        else:
            open_tags.append((tag, len(text)))
    if open_tags:
        raise BadEntities("can't find end tag")
    return "".join(text), entities


@dataclass
class Fault:
    """One failing reply: an HTTP status, or ``drop`` ``before`` or ``after`` it took effect."""

    status: int = 0
    description: str = "fault"
    retry_after: int | None = None
    migrate_to: int | None = None
    drop: str = ""
    delay_s: float = 0.0
    html: bool = False
    body: bytes | None = None  # sent as it is, whatever it is
    only_parsed: bool = False  # refuse only messages with a parse mode


@dataclass
class Sent:
    """One call that took effect."""

    method: str
    chat: int
    text: str = ""
    html: str = ""
    entities: list = field(default_factory=list)
    buttons: list = field(default_factory=list)
    reply_to: int | None = None
    message_id: int = 0
    at: float = 0.0
    params: dict = field(default_factory=dict)
    file: tuple[str, bytes] | None = None

    def button(self, words: str) -> dict:
        return next(b for row in self.buttons for b in row if words in b["text"])


class FakeTelegram:
    """The server and its record. Use as a context manager."""

    def __init__(self, *, token: str = TOKEN, enforce_limits: bool = False, port: int = 0) -> None:
        self.token = token
        self.enforce_limits = enforce_limits
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.always: dict[str, Fault] = {}
        self.sent: list[Sent] = []
        self.calls: list[tuple[float, str]] = []
        self.violations: list[str] = []
        self.files: dict[str, bytes] = {}
        self.commands: list[dict] = []
        self.webhook: dict = {}
        self.pending: list[dict] = []
        self.poll_hold_s = 1.0
        self.on_sent = None  # hears of every message as it takes effect
        self._next_update = 1000
        self._next_message = 1
        self._messages: dict[tuple[int, int], str] = {}
        self._recent: deque[float] = deque()
        self._recent_group: dict[int, deque[float]] = defaultdict(deque)
        self.changed = threading.Condition()
        fake = self

        class Handler(_Handler):
            server_fake = fake

        self.server = _Server(("127.0.0.1", port), Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> FakeTelegram:
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    # --- what people do --------------------------------------------------------------------

    def push(self, update: dict) -> int:
        """Queue a raw update; gives it an id unless it has one."""
        with self.changed:
            if "update_id" not in update:
                self._next_update += 1
                update = {"update_id": self._next_update, **update}
            self.pending.append(update)
            self.changed.notify_all()
        return update["update_id"]

    def message(self, text: str | None, user: int = 7, chat: int | None = None, **more) -> dict:
        with self.changed:
            self._next_message += 1
            number = self._next_message
        chat = user if chat is None else chat
        message = {
            "message_id": number,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private" if chat > 0 else "supergroup"},
            "from": {"id": user, "is_bot": False, "first_name": "测试"},
            **({"text": text} if text is not None else {}),
            **more,
        }
        return {key: value for key, value in message.items() if value is not None}

    def say(self, text: str, user: int = 7, chat: int | None = None, **more) -> int:
        """A person sends a message; return its id."""
        message = self.message(text, user, chat, **more)
        self.push({"message": message})
        return message["message_id"]

    def press(self, sent: Sent, words: str, user: int = 7) -> None:
        """A person presses a button under a message of the bot's."""
        self.press_data(sent.button(words)["callback_data"], sent.chat, sent.message_id, user)

    def press_data(self, data: str, chat: int, message_id: int, user: int = 7) -> None:
        self.push(
            {
                "callback_query": {
                    "id": str(time.monotonic_ns()),
                    "from": {"id": user, "is_bot": False, "first_name": "测试"},
                    "chat_instance": "1",
                    "data": data,
                    "message": {
                        "message_id": message_id,
                        "date": int(time.time()),
                        "chat": {"id": chat, "type": "private" if chat > 0 else "supergroup"},
                        "from": {"id": BOT_ID, "is_bot": True, "first_name": "言据"},
                    },
                }
            }
        )

    def upload(self, name: str, data: bytes, user: int = 7, size: int | None = None) -> int:
        file_id = f"file{len(self.files)}"
        self.files[file_id] = data
        document = {
            "file_id": file_id,
            "file_unique_id": file_id,
            "file_name": name,
            "file_size": len(data) if size is None else size,
        }
        message = self.message(None, user, document=document)
        self.push({"message": message})
        return message["message_id"]

    # --- what tests look at ----------------------------------------------------------------

    def wait(self, found, timeout_s: float = 10.0):
        """Wait until ``found(self)`` is true and return it; fail the test otherwise."""
        end = time.monotonic() + timeout_s
        with self.changed:
            while True:
                result = found(self)
                if result:
                    return result
                left = end - time.monotonic()
                if left <= 0:
                    shown = [(s.method, s.chat, s.text[:60]) for s in self.sent[-8:]]
                    raise AssertionError(f"not seen within {timeout_s} s; last: {shown}")
                self.changed.wait(min(left, 0.05))

    def messages(self, chat: int | None = None, method: str = "sendMessage") -> list[Sent]:
        return [s for s in self.sent if s.method == method and chat in (None, s.chat)]

    def wait_messages(self, number: int, chat: int | None = None, timeout_s: float = 10.0):
        return self.wait(lambda f: len(f.messages(chat)) >= number and f.messages(chat), timeout_s)

    def number_of(self, method: str) -> int:
        return sum(1 for _, name in self.calls if name == method)

    # --- the API ---------------------------------------------------------------------------

    def call(self, method: str, params: dict, uploads: dict) -> tuple[int, dict]:
        if method == "getUpdates":
            return 200, {"ok": True, "result": self._get_updates(params)}
        with self.changed:
            status, reply = self._act(method, params, uploads)
            self.changed.notify_all()
        return status, reply

    def _get_updates(self, params: dict) -> list[dict]:
        offset = int(params.get("offset") or 0)
        hold = min(self.poll_hold_s, float(params.get("timeout") or 0))
        allowed = json.loads(params.get("allowed_updates", "[]"))
        if allowed != ["message", "edited_message", "callback_query"]:
            self.violations.append("allowed_updates")
        with self.changed:
            self.pending = [u for u in self.pending if u["update_id"] >= offset]
            if not self.pending:
                self.changed.wait(hold)
            return list(self.pending[:100])

    def _act(self, method: str, params: dict, uploads: dict) -> tuple[int, dict]:
        if method == "getMe":
            return _ok(
                {"id": BOT_ID, "is_bot": True, "first_name": "言据", "username": BOT_NAME,
                 "can_join_groups": True, "can_read_all_group_messages": False,
                 "supports_inline_queries": False}
            )  # fmt: skip
        if method == "setMyCommands":
            self.commands = json.loads(params["commands"])
            return _ok(True)
        if method in ("setWebhook", "deleteWebhook"):
            self.webhook = params if method == "setWebhook" else {}
            return _ok(True)
        if method == "getFile":
            file_id = params["file_id"]
            return _ok({"file_id": file_id, "file_unique_id": file_id,
                        "file_path": f"documents/{file_id}"})  # fmt: skip
        if method == "answerCallbackQuery":
            text = params.get("text", "")
            if units(text) > 200:
                return _bad("MESSAGE_TOO_LONG")
            self.sent.append(Sent(method, 0, text, params=params, at=time.monotonic()))
            return _ok(True)
        if "chat_id" not in params:
            self.violations.append(f"{method} without chat_id")
            return _bad("Bad Request: chat_id is empty")
        chat = int(params["chat_id"])
        if method == "sendChatAction":
            self.sent.append(Sent(method, chat, params=params, at=time.monotonic()))
            return _ok(True)
        if method in ("sendMessage", "editMessageText"):
            return self._text(method, chat, params)
        if method == "editMessageReplyMarkup":
            keyboard, problem = _keyboard(params)
            if problem:
                return _bad(problem)
            self._record(method, chat, params, buttons=keyboard,
                         message_id=int(params["message_id"]))  # fmt: skip
            return _ok(self._shape(chat, int(params["message_id"]), ""))
        if method == "sendPhoto":
            return self._photo(chat, params, uploads["photo"])
        if method == "sendDocument":
            number = self._number()
            self._record(method, chat, params, message_id=number, file=uploads["document"])
            return _ok(self._shape(chat, number, ""))
        if method == "deleteMessage":
            self._record(method, chat, params, message_id=int(params["message_id"]))
            return _ok(True)
        return 404, {"ok": False, "error_code": 404, "description": "Not Found"}

    def _text(self, method: str, chat: int, params: dict) -> tuple[int, dict]:
        html, entities = params.get("text", ""), []
        text = html
        if len(html.encode()) > 32_768:
            self.violations.append("markup over 32 KiB")
        if params.get("parse_mode") == "HTML":
            try:
                text, entities = parse_html(html)
            except BadEntities as exc:
                self.violations.append(f"html: {exc}")
                return _bad(f"Bad Request: can't parse entities: {exc}")
        if not text.strip():
            self.violations.append("empty message")
            return _bad("Bad Request: message text is empty")
        if units(text) > 4096:
            self.violations.append("too long")
            return _bad("Bad Request: message is too long")
        if len(entities) > 100:
            self.violations.append("more than 100 entities")
        if json.loads(params.get("link_preview_options", "{}")).get("is_disabled") is not True:
            self.violations.append("link preview not disabled")
        keyboard, problem = _keyboard(params)
        if problem:
            self.violations.append(problem)
            return _bad(problem)
        if method == "editMessageText":
            number = int(params["message_id"])
            state = json.dumps([text, keyboard])
            if self._messages.get((chat, number)) == state:
                return _bad("Bad Request: message is not modified")
        else:
            number = self._number()
            state = json.dumps([text, keyboard])
            limited = self._limited(chat)
            if limited:
                return limited
        self._messages[chat, number] = state
        reply = json.loads(params.get("reply_parameters", "{}")).get("message_id")
        self._record(method, chat, params, text=text, html=html, entities=entities,
                     buttons=keyboard, reply_to=reply, message_id=number)  # fmt: skip
        return _ok(self._shape(chat, number, text))

    def _photo(self, chat: int, params: dict, upload: tuple[str, bytes]) -> tuple[int, dict]:
        data = upload[1]
        width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))  # of a PNG
        if width + height > 10_000 or max(width, height) > 20 * min(width, height):
            return _bad("Bad Request: PHOTO_INVALID_DIMENSIONS")
        if not data.startswith(b"\x89PNG") or len(data) > 10_000_000:
            return _bad("Bad Request: IMAGE_PROCESS_FAILED")
        number = self._number()
        self._record("sendPhoto", chat, params, message_id=number, file=upload)
        return _ok(self._shape(chat, number, ""))

    def _limited(self, chat: int) -> tuple[int, dict] | None:
        if not self.enforce_limits:
            return None
        now = time.monotonic()
        for recent, span, most in (
            (self._recent, 1.0, 33),
            *([(self._recent_group[chat], 60.0, 20)] if chat < 0 else []),
        ):
            while recent and now - recent[0] > span:
                recent.popleft()
            if len(recent) >= most:
                self.violations.append("flood")
                return _limit(1)
            recent.append(now)
        return None

    def _number(self) -> int:
        self._next_message += 1
        return self._next_message

    def _record(self, method: str, chat: int, params: dict, **more) -> None:
        sent = Sent(method, chat, at=time.monotonic(), params=params, **more)
        self.sent.append(sent)
        if self.on_sent is not None:
            self.on_sent(sent)

    @staticmethod
    def _shape(chat: int, number: int, text: str) -> dict:
        return {
            "message_id": number,
            "date": int(time.time()),
            "chat": {"id": chat, "type": "private" if chat > 0 else "supergroup"},
            "text": text,
        }


def _ok(result: object) -> tuple[int, dict]:
    return 200, {"ok": True, "result": result}


def _bad(description: str) -> tuple[int, dict]:
    return 400, {"ok": False, "error_code": 400, "description": description}


def _limit(retry_after: int) -> tuple[int, dict]:
    return 429, {
        "ok": False,
        "error_code": 429,
        "description": f"Too Many Requests: retry after {retry_after}",
        "parameters": {"retry_after": retry_after},
    }


def _keyboard(params: dict) -> tuple[list, str]:
    markup = json.loads(params.get("reply_markup", "{}"))
    keyboard = markup.get("inline_keyboard", [])
    if sum(len(row) for row in keyboard) > 100:
        return keyboard, "Bad Request: reply markup is too long"
    for row in keyboard:
        for button in row:
            if not 1 <= len(button["callback_data"].encode()) <= 64:
                return keyboard, "Bad Request: BUTTON_DATA_INVALID"
            if not button["text"].strip():
                return keyboard, "Bad Request: button text is empty"
    return keyboard, ""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address) -> None:
        """A client that went away is part of the trade; anything else is a fault of ours."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_fake: FakeTelegram
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        fake = self.server_fake
        prefix = f"/file/bot{fake.token}/documents/"
        path = unquote(self.path)
        if path.startswith(prefix) and path[len(prefix) :] in fake.files:
            self._send(200, fake.files[path[len(prefix) :]], "application/octet-stream")
        else:
            self._send(404, b"", "text/plain")

    def do_POST(self) -> None:
        fake = self.server_fake
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:  # the client went away in the middle of its request
            self.close_connection = True
            return
        prefix = f"/bot{fake.token}/"
        if not self.path.startswith(prefix):
            self._json(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
            return
        method = self.path[len(prefix) :]
        params, uploads = self._params(body)
        with fake.changed:
            fake.calls.append((time.monotonic(), method))
            fault = fake.always.get(method)
            if fake.faults[method] and not (
                fake.faults[method][0].only_parsed and "parse_mode" not in params
            ):
                fault = fake.faults[method].popleft()
            fake.changed.notify_all()
        if fault is not None:
            time.sleep(fault.delay_s)
            if fault.drop == "after":
                fake.call(method, params, uploads)
            if fault.drop:
                self.close_connection = True
                self.connection.close()
                return
            if fault.body is not None:
                self._send(fault.status, fault.body, "application/json")
                return
            if fault.html:
                self._send(fault.status, b"<html>Bad Gateway</html>", "text/html")
                return
            if fault.status:
                reply = {
                    "ok": False,
                    "error_code": fault.status,
                    "description": fault.description,
                }
                if fault.retry_after is not None:
                    reply["parameters"] = {"retry_after": fault.retry_after}
                if fault.migrate_to is not None:
                    reply["parameters"] = {"migrate_to_chat_id": fault.migrate_to}
                self._json(fault.status, reply)
                return
        status, reply = fake.call(method, params, uploads)
        self._json(status, reply)

    def _params(self, body: bytes) -> tuple[dict, dict]:
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("multipart/"):
            head = f"Content-Type: {kind}\r\n\r\n".encode()
            params, uploads = {}, {}
            for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts():
                name = part.get_param("name", header="content-disposition")
                if part.get_filename():
                    uploads[name] = (part.get_filename(), part.get_payload(decode=True))
                else:
                    params[name] = part.get_payload(decode=True).decode()
            if "document" not in uploads and uploads:
                uploads["document"] = next(iter(uploads.values()))
            return params, uploads
        if kind.startswith("application/json"):
            return json.loads(body or b"{}"), {}
        values = parse_qs(body.decode(), keep_blank_values=True)
        return {name: value[0] for name, value in values.items()}, {}

    def _json(self, status: int, values: dict) -> None:
        self._send(status, json.dumps(values).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()
        except OSError:
            self.close_connection = True
