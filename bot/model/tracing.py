"""OpenTelemetry spans of a question, off unless asked for (``BAOGAO_OTEL=1`` and the extra ``otel``).

What is traced is how an answer came about, never what was said: an attribute is a number, a
truth value, or a short word of ASCII letters (a kind, a model's name); anything else is left
out, so that no question, passage or key can get into a trace. Off, a span costs one function
call.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Protocol

from retrieval.errors import ModelFailed

Value = str | int | float | bool
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,63}")
_SECRET = re.compile(r"sk-|^[A-Za-z0-9_-]{32,}$")
_EXPORT_TIMEOUT_S = 3  # a collector that is down may hold up the end of a command by so much
_log = logging.getLogger("baogao.tracing")
_tracer: Any = None


class Traced(Protocol):
    """A span under way."""

    def set(self, **attributes: Value | None) -> None:
        """Add attributes; ``__`` in a name stands for a dot, None says nothing."""
        ...

    def failed(self, error: BaseException) -> None:
        """Mark the span as failed, with the kind of error only."""
        ...

    def end(self) -> None:
        """End a span that no ``with`` ends."""
        ...


class _Off:
    """The span there is while nothing is traced."""

    def set(self, **attributes: Value | None) -> None:
        """See ``Traced``."""

    def failed(self, error: BaseException) -> None:
        """See ``Traced``."""

    def end(self) -> None:
        """See ``Traced``."""


class _Span:
    """A span of OpenTelemetry that takes safe attributes only."""

    def __init__(self, span: Any) -> None:
        self._span = span

    def set(self, **attributes: Value | None) -> None:
        """See ``Traced``."""
        for name, value in attributes.items():
            if is_safe(value):
                self._span.set_attribute(name.replace("__", "."), value)

    def failed(self, error: BaseException) -> None:
        """See ``Traced``."""
        from opentelemetry.trace import Status, StatusCode

        reason = error.reason if isinstance(error, ModelFailed) else type(error).__name__
        self.set(error__type=reason)
        self._span.set_status(Status(StatusCode.ERROR))

    def end(self) -> None:
        """See ``Traced``."""
        self._span.end()


_OFF: Traced = _Off()
_NOTHING: AbstractContextManager[Traced] = nullcontext(_OFF)


def is_safe(value: object) -> bool:
    """Tell whether a value may stand in a trace: a number, or a word that cannot be text or a key."""
    if isinstance(value, str):
        return bool(_WORD.fullmatch(value)) and not _SECRET.search(value)
    return isinstance(value, (bool, int, float))


def start(*, exporter: Any = None) -> bool:
    """Begin to trace; return False if the extra ``otel`` is not installed.

    Spans go to ``exporter``, by default to the OTLP endpoint that the ``OTEL_…`` variables name.
    Starting twice changes nothing.
    """
    global _tracer
    if _tracer is not None:
        return True
    try:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

        if exporter is None:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

            processor: Any = BatchSpanProcessor(OTLPSpanExporter(timeout=_EXPORT_TIMEOUT_S))
        else:
            processor = SimpleSpanProcessor(exporter)
    except ImportError:
        _log.warning("BAOGAO_OTEL is set, but the extra is missing: pip install 'baogao[otel]'")
        return False
    provider = TracerProvider(resource=Resource.create({"service.name": "baogao"}))
    provider.add_span_processor(processor)
    _tracer = provider.get_tracer("baogao")
    return True


def stop() -> None:
    """Trace no more."""
    global _tracer
    _tracer = None


def span(name: str, **attributes: Value | None) -> AbstractContextManager[Traced]:
    """Return a context manager for one stage; spans inside it are its children."""
    if _tracer is None:
        return _NOTHING
    return _entered(name, attributes)


@contextmanager
def _entered(name: str, attributes: dict[str, Value | None]) -> Iterator[Traced]:
    with _tracer.start_as_current_span(
        name, record_exception=False, set_status_on_exception=False
    ) as current:
        traced = _Span(current)
        traced.set(**attributes)
        try:
            yield traced
        except Exception as error:
            traced.failed(error)
            raise


def chat_span(model: str, *, max_tokens: int, messages: int) -> Traced:
    """Begin the span of one request to a chat model, retries included; ``end`` it yourself.

    A reply is streamed, so the span must not become the current one of whoever reads it.
    """
    if _tracer is None:
        return _OFF
    from opentelemetry.trace import SpanKind

    traced = _Span(
        _tracer.start_span(f"chat {model}" if is_safe(model) else "chat", kind=SpanKind.CLIENT)
    )
    traced.set(
        gen_ai__operation__name="chat",
        gen_ai__request__model=model,
        gen_ai__request__max_tokens=max_tokens,
        gen_ai__request__stream=True,
        baogao__messages=messages,
    )
    return traced
