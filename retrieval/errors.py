"""The errors of baogao.

BaogaoError                 anything a person can be told in one sentence
├── UnreadableFile          a file that cannot become text; the reason says what to do
├── LibraryError            the library on disk
│   ├── LibraryMissing      there is none at this place
│   ├── LibraryBusy         another process is writing
│   ├── LibraryDamaged      a check failed; `baogao rebuild` mends it
│   └── LibraryMismatch     written by another version or embedder
├── ReportNotFound          no report, or several, go by that name
├── EmbeddingFailed         the embedder gave no vector
├── ModelFailed             the language model gave no whole answer
└── ConfigurationError      a setting is missing or wrong
"""

from __future__ import annotations


class BaogaoError(Exception):
    """Base of every error shown to a person; its text is one sentence that says what to do."""


class UnreadableFile(BaogaoError):
    """A file that cannot be read as text."""


class LibraryError(BaogaoError):
    """The library on disk cannot be used as it is."""


class LibraryMissing(LibraryError):
    """There is no library at the given place."""


class LibraryBusy(LibraryError):
    """Another process holds the writer's lock."""


class LibraryDamaged(LibraryError):
    """Stored data failed a check."""


class LibraryMismatch(LibraryError):
    """The library was written by another version or with another embedder."""


class ReportNotFound(BaogaoError):
    """No report, or more than one, answers to the given name."""


class EmbeddingFailed(BaogaoError):
    """The embedder returned no usable vector."""


class ModelFailed(BaogaoError):
    """The language model returned no complete answer.

    ``reason`` is a short code for records; ``retry`` tells whether another try makes sense;
    ``cause`` is the reason of the failure before, where nothing was tried because of it.
    """

    def __init__(
        self,
        message: str,
        *,
        reason: str,
        retry: bool,
        retry_after_s: float = 0,
        cause: str = "",
    ) -> None:
        super().__init__(message)
        self.cause = cause
        self.reason = reason
        self.retry = retry
        self.retry_after_s = retry_after_s


class ConfigurationError(BaogaoError):
    """A setting is missing or wrong; the text names it."""
