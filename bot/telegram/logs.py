"""Logs that tell operators what happened and nobody what was asked.

The HTTP and messenger libraries write the bot's token and the words of messages at several
levels, also inside the texts of exceptions. So every record made in this process passes one
place, the record factory: libraries' records keep their level and origin but not their words,
secrets are struck out of ours, and a traceback keeps its frames but not its message. A handler
that somebody else attached is covered as well.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

_SECRETS = re.compile(r"\d{6,12}:[A-Za-z0-9_-]{20,}|sk-[A-Za-z0-9_-]{8,}|(?<=Bearer )\S+")
# Libraries that see messages or addresses with the token in them.
_TALKATIVE = ("telegram", "httpx", "httpcore", "httpx2", "openai", "hpack", "h11", "asyncio",
              "urllib3", "tornado", "apscheduler", "aiosqlite")  # fmt: skip
_LINE_BREAKS = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


def frames(exc: BaseException | None) -> str:
    """Where an exception came from, on one line, without its message."""
    if exc is None:
        return ""
    steps = [
        f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}:{frame.name}"
        for frame in traceback.extract_tb(exc.__traceback__)
    ]
    return f"{type(exc).__name__} at " + " < ".join(reversed(steps[-12:]))


class Redactor:
    """Makes log records safe; ``secrets`` are struck out wherever they stand."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._secrets = tuple(secret for secret in secrets if len(secret) >= 6)

    def redact(self, text: str) -> str:
        """Strike out secrets and put the text on one line."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return _LINE_BREAKS.sub(" ", _SECRETS.sub("***", text))

    def clean(self, record: logging.LogRecord) -> None:
        """Make one record safe, in place. One without a name is a copy of a safe one."""
        if not record.name:
            return
        exc = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if record.name.split(".", 1)[0] in _TALKATIVE:
            words = "library message withheld"
        else:
            try:
                words = self.redact(record.getMessage())
            except (TypeError, ValueError):
                words = "log message malformed"
        if exc is not None:
            words = f"{words} [{frames(exc)}]"
        record.msg, record.args = words, ()
        record.exc_info, record.exc_text, record.stack_info = None, None, None


@contextmanager
def safe_logging(
    secrets: tuple[str, ...], level: str = "INFO", stream: TextIO | None = None
) -> Iterator[None]:
    """Write structured lines to ``stream`` (default stderr), every record made safe, until exit."""
    import structlog

    redactor = Redactor(secrets)
    former_factory = logging.getLogRecordFactory()

    def factory(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = former_factory(*args, **kwargs)
        redactor.clean(record)
        return record

    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.stdlib.ExtraAdder(allow=("chat", "user", "code", "update")),
            ],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=True),
            ],
        )
    )
    root = logging.getLogger()
    former_level, former_handlers = root.level, list(root.handlers)
    clamped = {name: logging.getLogger(name).level for name in _TALKATIVE}
    logging.setLogRecordFactory(factory)
    root.addHandler(handler)
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        yield
    finally:
        logging.setLogRecordFactory(former_factory)
        root.handlers[:] = former_handlers
        root.setLevel(former_level)
        for name, old in clamped.items():
            logging.getLogger(name).setLevel(old)
