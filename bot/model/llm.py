"""Talking to a language model that may be slow, broken or gone.

``ChatModel`` is the seam: one method, one call. ``PatientChat`` stands before it with the one
retry policy of the house, the allowance of a question (at most three calls and one deadline
for all of them), and a circuit breaker, so that an outage costs each user nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Required, TypedDict, TypeVar, Unpack

from bot.model.dialect import THOUGHT_TOKENS, Schema
from bot.model.endpoints import Endpoint
from bot.model.openai_client import OpenAIEndpoint
from bot.model.replies import Usage
from bot.model.tracing import chat_span
from bot.model.turns import ANSWERING
from retrieval.errors import ModelFailed

DEADLINE_S = 45.0
MAX_CALLS = 3
PROBE_AFTER_S = 30.0
_RETRY_PAUSE_S = 0.5  # doubled at each further try when the server names no wait

Message = Mapping[str, str]
T = TypeVar("T")
_log = logging.getLogger("baogao.llm")


class Terms(TypedDict, total=False):
    """What a call may cost and shall bring.

    Usage is handed to ``on_usage``; with ``schema`` (of JSON) the server is asked to keep to it,
    and may not.
    """

    max_tokens: Required[int]
    deadline_s: Required[float]
    on_usage: Callable[[Usage], None] | None
    schema: Schema | None


class ChatModel(Protocol):
    """A model that continues a conversation."""

    @property
    def name(self) -> str:
        """Name of the model, for records."""
        ...

    def stream(self, messages: Sequence[Message], **terms: Unpack[Terms]) -> Iterator[str]:
        """Yield the reply in pieces, in one call.

        Messages are ``{"role": …, "content": …}``. Raises ``ModelFailed`` at any point, also after
        text was given, unless the model itself said that its reply was complete.
        """
        ...


@dataclass(frozen=True, slots=True)
class OpenAIChat:
    """A chat model behind any OpenAI-compatible endpoint."""

    endpoint: OpenAIEndpoint
    name: str

    @classmethod
    def at(
        cls, api_key: str, base_url: str, model: str, *, thought_tokens: int = THOUGHT_TOKENS
    ) -> OpenAIChat:
        """Return the model ``model`` as served at ``base_url``."""
        endpoint = OpenAIEndpoint(Endpoint(api_key, base_url), thought_tokens=thought_tokens)
        return cls(endpoint, model)

    def stream(self, messages: Sequence[Message], **terms: Unpack[Terms]) -> Iterator[str]:
        """See ``ChatModel.stream``."""
        return self.endpoint.chat(self.name, messages, **terms)


@dataclass(slots=True)
class Allowance:
    """What one question may still cost: calls, and seconds until ``deadline`` on ``clock``.

    The first ``booked`` of ``usage`` were counted against the day's budget already.
    """

    calls_left: int = MAX_CALLS
    seconds: float = DEADLINE_S
    clock: Callable[[], float] = time.monotonic
    usage: list[Usage] = field(default_factory=list)
    booked: int = 0
    deadline: float = field(init=False)

    def __post_init__(self) -> None:
        self.deadline = self.clock() + self.seconds

    @property
    def seconds_left(self) -> float:
        """Seconds until the question's deadline; negative when it has passed."""
        return self.deadline - self.clock()

    @property
    def spent(self) -> bool:
        """Whether no further call can be made."""
        return self.calls_left <= 0 or self.seconds_left <= 0.05


class Breaker:
    """Stops calling a model that fails.

    Opens after ``in_a_row`` failures running, or when half of the last ``window`` calls failed,
    or at once on a failure that no repetition mends. While open nothing is called; after
    ``PROBE_AFTER_S`` one call may try, and decides. ``cause`` is the reason of the last failure.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        in_a_row: int = 5,
        window: int = 20,
    ) -> None:
        self._clock = clock
        self._in_a_row = in_a_row
        self._recent: deque[bool] = deque(maxlen=window)
        self._running = 0
        self._opened_at: float | None = None
        self._probe_at: float | None = None
        self._lock = threading.Lock()
        self.cause = ""

    @property
    def is_open(self) -> bool:
        """Whether calls are stopped (a probe may be due)."""
        return self._opened_at is not None

    def may_call(self) -> bool:
        """Tell whether a call may be made now; while open, True makes the caller the probe."""
        with self._lock:
            if self._opened_at is None:
                return True
            now = self._clock()
            last = self._opened_at if self._probe_at is None else self._probe_at
            if now - last < PROBE_AFTER_S:
                return False
            self._probe_at = now
            return True

    def succeeded(self) -> None:
        """Record a call that gave a whole reply; closes the breaker."""
        with self._lock:
            if self._opened_at is not None:
                self._recent.clear()
                _log.warning("language model is back")
            self._opened_at = self._probe_at = None
            self._running = 0
            self._recent.append(True)

    def failed(self, reason: str, *, hopeless: bool = False) -> None:
        """Record a failed call; ``hopeless`` opens the breaker at once."""
        with self._lock:
            self._running += 1
            self._recent.append(False)
            self.cause = reason
            full = len(self._recent) == self._recent.maxlen
            mostly = full and self._recent.count(False) * 2 >= len(self._recent)
            if self._opened_at is not None:
                self._opened_at, self._probe_at = self._clock(), None
            elif hopeless or mostly or self._running >= self._in_a_row:
                self._opened_at = self._clock()
                level = logging.ERROR if hopeless else logging.WARNING
                _log.log(level, "language model is down: %s", reason)


_HOPELESS = frozenset(
    {
        "refused", "no_key", "not_found", "no_address", "certificate", "quota",
        "http_400", "http_422", "http_501",
    }
)  # fmt: skip
# The endpoint works; it was this question or reply that did not go well.
_NO_FAULT_OF_THE_ENDPOINT = frozenset({"filtered", "length", "too_long", "thought"})


class PatientChat:
    """A chat model with retries before the first word, an allowance and a breaker."""

    def __init__(
        self,
        model: ChatModel,
        *,
        breaker: Breaker | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._model = model
        self.breaker = breaker or Breaker()
        self._sleep = sleep

    @property
    def name(self) -> str:
        """Name of the model."""
        return self._model.name

    def stream(
        self,
        messages: Sequence[Message],
        *,
        max_tokens: int,
        allowance: Allowance,
        schema: Schema | None = None,
    ) -> Iterator[str]:
        """Yield a reply in pieces; raise ``ModelFailed`` if it cannot be had whole.

        Another call is made only while nothing was yielded, the failure may pass, and both the
        allowance and the server's own Retry-After leave time for it.
        """
        traced = chat_span(self.name, max_tokens=max_tokens, messages=len(messages))
        calls, known = allowance.calls_left, len(allowance.usage)
        try:
            with ANSWERING.lent():
                first, rest = retrying(
                    lambda: self._begin(messages, max_tokens, allowance, schema),
                    allowance,
                    self._sleep,
                )
            yield first
            try:
                yield from _between_turns(rest)
            except ModelFailed as error:
                self._record(error)
                raise
            self.breaker.succeeded()
        except ModelFailed as error:
            traced.failed(error)
            raise
        finally:
            spent = allowance.usage[known:]
            traced.set(
                gen_ai__usage__input_tokens=sum(u.prompt_tokens for u in spent) or None,
                gen_ai__usage__output_tokens=sum(u.completion_tokens for u in spent) or None,
                baogao__calls=calls - allowance.calls_left,
            )
            traced.end()

    def _begin(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        allowance: Allowance,
        schema: Schema | None,
    ) -> tuple[str, Iterator[str]]:
        """Make one call and wait for its first words."""
        if allowance.spent:
            raise ModelFailed("这一问的调用次数或时间已用完。", reason="deadline", retry=False)
        if not self.breaker.may_call():
            raise ModelFailed(
                "语言模型暂停使用。", reason="breaker", retry=False, cause=self.breaker.cause
            )
        allowance.calls_left -= 1
        pieces = self._model.stream(
            messages,
            max_tokens=max_tokens,
            deadline_s=allowance.seconds_left,
            on_usage=allowance.usage.append,
            **({"schema": schema} if schema is not None else {}),
        )
        try:
            return next(pieces), pieces
        except StopIteration:
            error = ModelFailed("语言模型的回复是空的。", reason="empty", retry=False)
            self._record(error)
            raise error from None
        except ModelFailed as error:
            self._record(error)
            raise

    def _record(self, error: ModelFailed) -> None:
        if error.reason in _NO_FAULT_OF_THE_ENDPOINT:
            self.breaker.succeeded()
        else:
            self.breaker.failed(error.reason, hopeless=error.reason in _HOPELESS)


def _between_turns(pieces: Iterator[str]) -> Iterator[str]:
    """Wait for pieces without a turn at computing; who had one gets whole lines and items."""
    if not ANSWERING.is_held():
        yield from pieces
        return
    over = False
    while not over:
        line, failure = "", None
        with ANSWERING.lent():
            try:
                while not over and not ("\n" in line or "}" in line):
                    piece = next(pieces, None)
                    line, over = line + (piece or ""), piece is None
            except ModelFailed as error:
                failure = error
        if line:
            yield line
        if failure is not None:
            raise failure


def retrying(
    call: Callable[[], T], allowance: Allowance, sleep: Callable[[float], None] = time.sleep
) -> T:
    """Return ``call()``, called again on failures that may pass while the allowance lasts.

    A wait the server asked for is kept; one that would pass the deadline ends the tries at once.
    """
    import tenacity

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked: float = error.retry_after_s if isinstance(error, ModelFailed) else 0.0
        return max(asked, _RETRY_PAUSE_S * 2.0 ** (state.attempt_number - 1))

    def stop(state: tenacity.RetryCallState) -> bool:
        return allowance.calls_left <= 0 or state.upcoming_sleep >= allowance.seconds_left

    policy = tenacity.Retrying(
        retry=tenacity.retry_if_exception(lambda e: isinstance(e, ModelFailed) and e.retry),
        wait=wait,
        stop=stop,
        sleep=sleep,
        reraise=True,
    )
    return policy(call)
