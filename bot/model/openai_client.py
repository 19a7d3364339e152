"""One call to an OpenAI-compatible endpoint: the only module that knows ``openai`` and its HTTP.

What the SDK leaves open is closed here. Its timeout is per read, so a call runs in a thread of
its own under one deadline, and the body is watched chunk by chunk. A stream that ends without
``finish_reason``, a web page or a JSON error with status 200 raise nothing in the SDK; here
they do. No message, no exception and no log line carries the key or the words of a question.
"""

from __future__ import annotations

import email.utils
import json
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from retrieval.errors import ConfigurationError, ModelFailed

if TYPE_CHECKING:
    import openai

DEFAULT_BASE_URL = "https://api.openai.com/v1"
MAX_BODY_BYTES = 8_000_000
_LONGEST_PAUSE_S = 30.0  # of a connection with no byte at all, inside the deadline


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is served; ``repr`` hides the key."""

    api_key: str
    base_url: str = DEFAULT_BASE_URL

    def __repr__(self) -> str:
        return f"Endpoint(base_url={self.base_url!r})"


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call as the server counted them (0 if it did not say)."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Overrun(Exception):
    """The deadline has passed, the body is too large, or it is compressed against our wish."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OpenAIEndpoint:
    """Chat and embedding calls to one endpoint, one HTTP request each, never retried here."""

    def __init__(self, endpoint: Endpoint, *, clock: Callable[[], float] = time.monotonic) -> None:
        if not endpoint.api_key:
            raise ConfigurationError("没有设置 OPENAI_API_KEY。")
        if not _is_web_address(endpoint.base_url or DEFAULT_BASE_URL):
            raise ConfigurationError("OPENAI_BASE_URL 应以 http:// 或 https:// 开头。")
        self._endpoint = endpoint
        self._clock = clock
        self._asks_usage = True
        self._local = threading.local()

    @cached_property
    def _client(self) -> openai.OpenAI:
        import openai

        for name in ("openai", "httpx2", "httpcore2"):
            # their INFO and DEBUG lines hold addresses and request bodies
            logging.getLogger(name).setLevel(logging.WARNING)
        http = openai.DefaultHttpx2Client(event_hooks={"response": [self._watch]})
        return openai.OpenAI(
            api_key=self._endpoint.api_key,
            base_url=self._endpoint.base_url or DEFAULT_BASE_URL,
            max_retries=0,
            http_client=http,
            default_headers={"Accept-Encoding": "identity"},
        )

    def chat(
        self,
        model: str,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        deadline_s: float,
        on_usage: Callable[[Usage], None] | None = None,
    ) -> Iterator[str]:
        """Yield the pieces of a reply as they come; raise ``ModelFailed`` unless it was whole."""
        body: dict[str, Any] = {
            "model": model,
            "messages": list(messages),
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream": True,
        }
        if self._asks_usage:
            body["stream_options"] = {"include_usage": True}

        def call(emit: Callable[[str], None]) -> None:
            with self._client.chat.completions.with_streaming_response.create(
                **body, timeout=min(deadline_s, _LONGEST_PAUSE_S)
            ) as response:
                if "json" in response.headers.get("content-type", ""):
                    usage = _read_whole(json.loads(response.read()), emit)
                else:
                    usage = _read_events(response.iter_lines(), emit)
            if on_usage is not None:
                on_usage(usage)

        yield from self._under_deadline(call, deadline_s)

    def embed(self, model: str, texts: Sequence[str], *, deadline_s: float) -> list[list[float]]:
        """Return the vector of each text in order; raise ``ModelFailed`` if any is missing."""
        found: list[list[float]] = []

        def call(emit: Callable[[str], None]) -> None:
            with self._client.embeddings.with_streaming_response.create(
                model=model,
                input=list(texts),
                encoding_format="float",
                timeout=min(deadline_s, _LONGEST_PAUSE_S),
            ) as response:
                reply = json.loads(response.read())
            rows = sorted(reply["data"], key=lambda row: row["index"])
            if [row["index"] for row in rows] != list(range(len(texts))):
                raise ModelFailed("向量接口返回的条数不对。", reason="malformed", retry=False)
            found.extend([float(x) for x in row["embedding"]] for row in rows)
            emit("")

        for _ in self._under_deadline(call, deadline_s):
            pass
        return found

    def _under_deadline(
        self, call: Callable[[Callable[[str], None]], None], deadline_s: float
    ) -> Iterator[str]:
        """Run ``call`` in a thread; hand on what it emits until it ends or time is up."""
        deadline = self._clock() + deadline_s
        pieces: queue.Queue[str | BaseException | None] = queue.Queue()
        stopped = threading.Event()

        def run() -> None:
            self._local.deadline, self._local.stopped = deadline, stopped
            try:
                call(pieces.put)
                pieces.put(None)
            except BaseException as error:  # handed to the caller's thread, whatever it is
                pieces.put(error)

        threading.Thread(target=run, name="model-call", daemon=True).start()
        try:
            while True:
                left = deadline - self._clock()
                try:
                    piece = pieces.get(timeout=max(left, 0.001))
                except queue.Empty:
                    raise ModelFailed(
                        "语言模型没有按时答完。", reason="deadline", retry=False
                    ) from None
                if piece is None:
                    return
                if isinstance(piece, BaseException):
                    failure = self._as_failure(piece)
                    piece = None  # the SDK's error may hold a part of the key
                    raise failure from None
                yield piece
        finally:
            stopped.set()

    def _watch(self, response: Any) -> None:
        """Response hook: read the body under the deadline and the size limit of this thread."""
        import httpx2

        deadline, stopped = self._local.deadline, self._local.stopped
        clock, body = self._clock, response.stream
        if response.headers.get("content-encoding", "identity") != "identity":
            raise _Overrun("compressed")

        class Watched(httpx2.SyncByteStream):
            def __iter__(self) -> Iterator[bytes]:
                size = 0
                for chunk in body:
                    size += len(chunk)
                    if size > MAX_BODY_BYTES:
                        raise _Overrun("too_large")
                    if stopped.is_set() or clock() > deadline:
                        raise _Overrun("deadline")
                    yield chunk

            def close(self) -> None:
                body.close()

        response.stream = Watched()

    def _as_failure(self, error: BaseException) -> Exception:
        """Return our error for whatever the SDK or its HTTP raised, with nothing of its text."""
        import httpx2
        import openai

        if isinstance(error, (ModelFailed, ConfigurationError)):
            return error
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, _Overrun):
                reason = cause.reason
                return ModelFailed("语言模型的回复过大或过慢。", reason=reason, retry=False)
            cause = cause.__cause__ or cause.__context__
        if isinstance(error, openai.APIStatusError):
            return self._status_failure(error)
        if isinstance(error, (openai.APITimeoutError, httpx2.TimeoutException)):
            return ModelFailed("语言模型没有回应。", reason="timeout", retry=True)
        if isinstance(error, openai.APIConnectionError):
            return ModelFailed("连不上语言模型。", reason="connection", retry=True)
        if isinstance(error, (httpx2.HTTPError, httpx2.StreamError)):
            return ModelFailed("与语言模型的连接中断。", reason="cut", retry=True)
        return ModelFailed("语言模型的回复无法解读。", reason="malformed", retry=False)

    def _status_failure(self, error: openai.APIStatusError) -> ModelFailed:
        status = error.status_code
        code = f"{error.code or ''} {error.type or ''}".lower()
        said = str(error.body or "").lower()
        if status == 429 and ("insufficient_quota" in code or "insufficient_quota" in said):
            return ModelFailed("语言模型的额度已用完。", reason="quota", retry=False)
        if status == 429:
            wait = retry_after(error.response.headers, time.time())
            return ModelFailed("语言模型正忙。", reason="busy", retry=True, retry_after_s=wait)
        if status in (401, 403):
            return ModelFailed("语言模型拒绝了密钥。", reason="refused", retry=False)
        if status == 404:
            return ModelFailed("没有这个语言模型。", reason="not_found", retry=False)
        if status >= 500 or status in (408, 409, 425):
            wait = retry_after(error.response.headers, time.time())
            return ModelFailed(
                "语言模型出错。", reason=f"http_{status}", retry=True, retry_after_s=wait
            )
        if "stream_options" in said:
            self._asks_usage = False  # an old server: the next question goes without
        if "context" in code or "context length" in said or "context_length" in said:
            return ModelFailed("给语言模型的文字过长。", reason="too_long", retry=False)
        return ModelFailed("语言模型不接受这个请求。", reason=f"http_{status}", retry=False)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _read_events(lines: Iterator[str], emit: Callable[[str], None]) -> Usage:
    """Emit the text of server-sent events; raise unless the reply ended with ``stop``."""
    finish: str | None = None
    heard = False
    usage = Usage()
    for line in lines:
        if not line.startswith("data:"):
            if line.lstrip().startswith(("<", "{")):
                raise ModelFailed("语言模型的回复不是数据流。", reason="malformed", retry=False)
            continue
        data = line[5:].strip()
        if data == "[DONE]":
            break
        event = json.loads(data)
        if not isinstance(event, dict) or event.get("error"):
            raise ModelFailed("语言模型在回复中报错。", reason="error_event", retry=not heard)
        usage = _usage(event) or usage
        choices = event.get("choices")
        if not choices:
            continue
        content = (choices[0].get("delta") or {}).get("content")
        if content is not None and not isinstance(content, str):
            raise ModelFailed("语言模型的回复不是文字。", reason="malformed", retry=False)
        if content:
            heard = True
            emit(content)
        finish = choices[0].get("finish_reason") or finish
    _must_be_whole(finish, heard)
    return usage


def _read_whole(reply: Any, emit: Callable[[str], None]) -> Usage:
    """Emit the text of a reply that came in one JSON body although a stream was asked for."""
    choices = reply.get("choices") if isinstance(reply, dict) else None
    if not choices:
        raise ModelFailed("语言模型的回复里没有内容。", reason="malformed", retry=False)
    content = (choices[0].get("message") or {}).get("content")
    if content is not None and not isinstance(content, str):
        raise ModelFailed("语言模型的回复不是文字。", reason="malformed", retry=False)
    _must_be_whole(choices[0].get("finish_reason") or "stop", bool(content))
    emit(str(content))
    return _usage(reply) or Usage()


def _must_be_whole(finish: str | None, heard: bool) -> None:
    if finish == "content_filter":
        raise ModelFailed("语言模型拒绝回答。", reason="filtered", retry=False)
    if finish == "length":
        raise ModelFailed("语言模型的回复超长中断。", reason="length", retry=False)
    if finish is None:
        raise ModelFailed("语言模型的回复中断。", reason="cut", retry=not heard)
    if finish != "stop":
        raise ModelFailed("语言模型没有给出文字。", reason="malformed", retry=False)
    if not heard:
        raise ModelFailed("语言模型的回复是空的。", reason="empty", retry=False)


def _usage(event: Mapping[str, Any]) -> Usage | None:
    counts = event.get("usage")
    if not isinstance(counts, dict):
        return None
    asked, said = counts.get("prompt_tokens"), counts.get("completion_tokens")
    return Usage(
        asked if isinstance(asked, int) else 0,
        said if isinstance(said, int) else 0,
    )


def retry_after(headers: Mapping[str, str], now: float) -> float:
    """Return the seconds a server asks to wait: a number, a date, or 0 if it says neither."""
    try:
        return max(0.0, float(headers.get("retry-after-ms", "")) / 1000)
    except ValueError:
        pass
    value = headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - now
        except (ValueError, TypeError):
            return 0.0
    return max(0.0, seconds) if seconds == seconds else 0.0
