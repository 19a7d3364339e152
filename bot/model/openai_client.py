"""One call to an OpenAI-compatible endpoint: the only module that knows ``openai`` and its HTTP.

What the SDK leaves open is closed here. Its timeout is per read, so a call runs in a thread of
its own under one deadline, and the body is watched chunk by chunk. A stream that ends without
``finish_reason``, a web page or a JSON error with status 200 raise nothing in the SDK; here
they do. No message, no exception and no log line carries the key or the words of a question.

Failures are not repeated here, with one exception: a request refused for its form (``dialect``)
or its address is put otherwise at once and so from then on.
"""

from __future__ import annotations

import email.utils
import json
import logging
import queue
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.model.dialect import THOUGHT_TOKENS, Dialect, Refusal, Schema
from bot.model.endpoints import Endpoint
from bot.model.replies import OnlyThought, Reply, Usage, read_events, read_whole
from retrieval.errors import ConfigurationError, ModelFailed

if TYPE_CHECKING:
    import openai

MAX_BODY_BYTES = 8_000_000
_PAUSE_S, _PAUSE_SHARE = 30.0, 2 / 3  # of a connection with no byte at all: the longer of the two
_MAX_LEARNT = 8  # forms tried in one call: more than any server refuses
_PROXY_TROUBLE = "代理不能用，请检查 HTTPS_PROXY、ALL_PROXY（如 http://127.0.0.1:7890、socks5://127.0.0.1:1080）。"

_log = logging.getLogger("baogao.llm")
Call = Callable[[Callable[[str], None]], None]
Attempt = tuple[Mapping[str, Any], Call]  # what is sent, and the sending of it


def longest_pause(seconds: float) -> float:
    """Return how long a call of ``seconds`` may be without a byte before it is made anew.

    A model on a slow machine reads its prompt for most of a long deadline before it says a word.
    """
    return min(seconds, max(_PAUSE_S, _PAUSE_SHARE * seconds))


class _Overrun(Exception):
    """The deadline has passed, the body is too large, or it is compressed against our wish."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Refused(Exception):
    """A request was not taken as it was put; ``failure`` is what it is if it cannot be mended."""

    def __init__(self, refusal: Refusal, failure: ModelFailed) -> None:
        super().__init__(failure.reason)
        self.refusal, self.failure = refusal, failure


class _WebPage(Exception):
    """A page for people was sent where a reply was asked for."""


class OpenAIEndpoint:
    """Chat and embedding calls to one endpoint; how it wants to be asked is learnt and kept.

    ``thought_tokens`` is what a model that thinks may use for it, beside its answer. Raises
    ``ConfigurationError`` for a key or address that cannot be one.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        thought_tokens: int = THOUGHT_TOKENS,
    ) -> None:
        self._endpoint = endpoint.cleaned()
        self._thought_tokens = thought_tokens
        self._bases = self._endpoint.bases
        self._base = self._bases[0]
        self._answered = False
        self._dialects: dict[str, Dialect] = {}
        self._clients: dict[str, openai.OpenAI] = {}
        self._making = threading.Lock()
        self._local = threading.local()

    @property
    def base(self) -> str:
        """The address that is called."""
        return self._base

    def dialect(self, model: str) -> Dialect:
        """Return how ``model`` is asked, as far as it is known."""
        return self._dialects.get(model, Dialect())

    def _client(self) -> openai.OpenAI:
        with self._making:
            base = self._base
            if base not in self._clients:
                self._clients[base] = self._connected(base)
            return self._clients[base]

    def _connected(self, base: str) -> openai.OpenAI:
        import openai

        for name in ("openai", "httpx2", "httpcore2"):
            # their INFO and DEBUG lines hold addresses and request bodies
            logging.getLogger(name).setLevel(logging.WARNING)
        try:
            http = openai.DefaultHttpx2Client(
                event_hooks={"request": [self._sign], "response": [self._watch]},
                trust_env=not self._endpoint.is_loopback,  # no proxy leads to this machine
            )
        except (ValueError, ImportError) as error:  # a proxy's address or kind
            raise ModelFailed(_PROXY_TROUBLE, reason="proxy", retry=False) from error
        return openai.OpenAI(
            api_key=self._endpoint.api_key or "none",  # the SDK insists on one
            base_url=base,
            max_retries=0,
            http_client=http,
            default_headers={"Accept-Encoding": "identity"},
        )

    def _sign(self, request: Any) -> None:
        """Request hook: where there is no key, send none."""
        if not self._endpoint.api_key:
            request.headers.pop("authorization", None)

    def chat(
        self,
        model: str,
        messages: Sequence[Mapping[str, str]],
        *,
        max_tokens: int,
        deadline_s: float,
        on_usage: Callable[[Usage], None] | None = None,
        schema: Schema | None = None,
    ) -> Iterator[str]:
        """Yield the pieces of a reply as they come; raise ``ModelFailed`` unless it was whole.

        With ``schema`` the reply is JSON of that form where the server can see to it; whether it
        is must be checked all the same.
        """

        def attempt(dialect: Dialect, seconds: float) -> Attempt:
            body = dialect.body(
                model, messages, max_tokens, thought_tokens=self._thought_tokens, schema=schema
            )

            def call(emit: Callable[[str], None]) -> None:
                with self._client().chat.completions.with_streaming_response.create(
                    **body, timeout=longest_pause(seconds)
                ) as response:
                    kind = response.headers.get("content-type", "")
                    if "html" in kind:
                        raise _WebPage
                    if "json" in kind:
                        whole: list[str] = []
                        reply = Reply(whole.append, unopened=dialect.unopened)
                        usage = read_whole(json.loads(response.read()), reply)
                        emit("".join(whole))
                    else:
                        reply = Reply(emit, unopened=dialect.unopened)
                        usage = read_events(response.iter_lines(), reply)
                if reply.thought or reply.closed_unopened:
                    unopened = dialect.unopened or reply.closed_unopened
                    self._learn(model, dialect, replace(dialect, thinks=True, unopened=unopened))
                if on_usage is not None:
                    on_usage(usage)

            return body, call

        yield from self._learning(model, attempt, deadline_s)

    def embed(self, model: str, texts: Sequence[str], *, deadline_s: float) -> list[list[float]]:
        """Return the vector of each text in order; raise ``ModelFailed`` if any is missing."""
        found: list[list[float]] = []

        def attempt(_: Dialect, seconds: float) -> Attempt:
            body: dict[str, Any] = {
                "model": model,
                "input": list(texts),
                "encoding_format": "float",
            }

            def call(emit: Callable[[str], None]) -> None:
                with self._client().embeddings.with_streaming_response.create(
                    **body, timeout=longest_pause(seconds)
                ) as response:
                    if "html" in response.headers.get("content-type", ""):
                        raise _WebPage
                    reply = json.loads(response.read())
                rows = sorted(reply["data"], key=lambda row: row["index"])
                if [row["index"] for row in rows] != list(range(len(texts))):
                    raise ModelFailed("向量接口返回的条数不对。", reason="malformed", retry=False)
                found.extend([float(x) for x in row["embedding"]] for row in rows)
                emit("")

            return body, call

        for _ in self._learning(model, attempt, deadline_s):
            pass
        return found

    def models(self, *, deadline_s: float) -> list[str]:
        """Return the names of the models the endpoint says it serves; raise ``ModelFailed``."""
        names: list[str] = []

        def attempt(_: Dialect, seconds: float) -> Attempt:
            def call(emit: Callable[[str], None]) -> None:
                with self._client().models.with_streaming_response.list(
                    timeout=longest_pause(seconds)
                ) as response:
                    if "html" in response.headers.get("content-type", ""):
                        raise _WebPage
                    reply = json.loads(response.read())
                names.extend(str(row["id"]) for row in reply["data"])
                emit("")

            return {}, call

        for _ in self._learning("", attempt, deadline_s):
            pass
        return names

    # -- learning ---------------------------------------------------------------------------

    def _learning(
        self,
        model: str,
        attempt: Callable[[Dialect, float], Attempt],
        deadline_s: float,
    ) -> Iterator[str]:
        """Make a call; where it is refused for its form or address, learn and make it again."""
        deadline = time.monotonic() + deadline_s
        for tries_left in reversed(range(_MAX_LEARNT)):
            dialect, base = self.dialect(model), self._base
            left = deadline - time.monotonic()
            sent, call = attempt(dialect, left)
            try:
                yield from self._under_deadline(call, left)
                self._answered = True
                return
            except _Refused as refused:
                if refused.failure.reason == "no_address":
                    if self._answered:  # the address is right: a gateway's page of the moment
                        raise ModelFailed(
                            "语言模型的回复无法解读。", reason="malformed", retry=False
                        ) from None
                    learnt = self._try_next_address(base)
                else:
                    after = dialect.after(refused.refusal, sent)
                    learnt = after is not None
                    if after is not None:
                        self._learn(model, dialect, after)
                if not learnt or not tries_left:
                    raise refused.failure from None
            except OnlyThought:
                if dialect.thinks or not tries_left:
                    raise ModelFailed(
                        "语言模型还在思考就用完了篇幅。", reason="thought", retry=False
                    ) from None
                self._learn(model, dialect, replace(dialect, thinks=True))

    def _learn(self, model: str, known: Dialect, learnt: Dialect) -> None:
        with self._making:
            if self.dialect(model) == known and learnt != known:  # else another call was faster
                self._dialects[model] = learnt
                _log.info("%s: asked otherwise from now on: %s", model, learnt)

    def _try_next_address(self, failed: str) -> bool:
        """Go on to the next address that may be meant; after the last one, begin anew."""
        with self._making:
            if self._base == failed:
                place = self._bases.index(failed) + 1
                self._base = self._bases[place % len(self._bases)]
            return self._base != self._bases[0]

    def _under_deadline(
        self, call: Callable[[Callable[[str], None]], None], deadline_s: float
    ) -> Iterator[str]:
        """Run ``call`` in a thread; hand on what it emits until it ends or time is up."""
        deadline = time.monotonic() + deadline_s
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
                left = deadline - time.monotonic()
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
        clock, body = time.monotonic, response.stream
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

        if isinstance(error, (ModelFailed, ConfigurationError, OnlyThought)):
            return error
        causes = list(_causes(error))
        for cause in causes:
            if isinstance(cause, _Overrun):
                reason = cause.reason
                return ModelFailed("语言模型的回复过大或过慢。", reason=reason, retry=False)
        if isinstance(error, openai.APIStatusError):
            return _refused(error, has_key=bool(self._endpoint.api_key))
        if isinstance(error, _WebPage):
            return _Refused(Refusal(404, ""), _no_address())
        if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
            return ModelFailed("接口的证书不受信任。", reason="certificate", retry=False)
        if any(isinstance(cause, httpx2.ProxyError) for cause in causes):
            return ModelFailed(_PROXY_TROUBLE, reason="proxy", retry=True)
        if isinstance(error, (openai.APITimeoutError, httpx2.TimeoutException)):
            return ModelFailed("语言模型没有回应。", reason="timeout", retry=True)
        if isinstance(error, openai.APIConnectionError) and self._endpoint.proxy:
            # through a proxy, it is the proxy that was not reached
            return ModelFailed(_PROXY_TROUBLE, reason="proxy", retry=True)
        if isinstance(error, openai.APIConnectionError):
            return ModelFailed("连不上语言模型。", reason="connection", retry=True)
        if isinstance(error, (httpx2.HTTPError, httpx2.StreamError)):
            return ModelFailed("与语言模型的连接中断。", reason="cut", retry=True)
        return ModelFailed("语言模型的回复无法解读。", reason="malformed", retry=False)


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _refused(error: openai.APIStatusError, *, has_key: bool) -> _Refused:
    """Return what a server's refusal says, and the failure it is if nothing can be learnt of it."""
    said = str(error.body or "").lower()
    refusal = Refusal(
        error.status_code,
        "" if said.lstrip().startswith("<") else said,
        str(error.param or "").lower(),
        f"{error.code or ''} {error.type or ''}".lower(),
    )
    wait = retry_after(error.response.headers, time.time())
    return _Refused(refusal, _failure_of(refusal, wait, has_key=has_key))


def _failure_of(refusal: Refusal, wait_s: float, *, has_key: bool) -> ModelFailed:
    status = refusal.status
    quota = "insufficient_quota" in f"{refusal.code} {refusal.said}"
    if status == 402 or (status == 429 and quota):
        return ModelFailed("语言模型的额度已用完。", reason="quota", retry=False)
    if status == 429:
        return ModelFailed("语言模型正忙。", reason="busy", retry=True, retry_after_s=wait_s)
    if status in (401, 403):
        reason = "refused" if has_key else "no_key"
        return ModelFailed("语言模型拒绝了密钥。", reason=reason, retry=False)
    if refusal.no_model:
        return ModelFailed("没有这个语言模型。", reason="not_found", retry=False)
    if status in (404, 405):
        return _no_address()
    if (status >= 500 and status != 501) or status in (408, 409, 425):
        return ModelFailed(
            "语言模型出错。", reason=f"http_{status}", retry=True, retry_after_s=wait_s
        )
    if refusal.too_long:
        return ModelFailed("给语言模型的文字过长。", reason="too_long", retry=False)
    return ModelFailed("语言模型不接受这个请求。", reason=f"http_{status}", retry=False)


def _no_address() -> ModelFailed:
    return ModelFailed("这个地址上没有模型接口。", reason="no_address", retry=False)


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
