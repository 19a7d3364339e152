"""What reading a file gives: its text, and what the file said of it besides."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.documents import Note


@dataclass(frozen=True, slots=True)
class Container:
    """What a page or a document says of its text outside the text. Empty where it says nothing.

    ``title`` is the page's own (never the name of the ``site``), ``published`` an ISO date, ``url``
    the address it was fetched from.
    """

    title: str = ""
    site: str = ""
    published: str | None = None
    issuer: str = ""
    document_number: str | None = None
    url: str = ""


NO_CONTAINER = Container()


@dataclass(frozen=True, slots=True)
class Document:
    """A file's text as it will be stored, and the account of how it was read.

    ``encoding`` names the encoding of a plain text, else the kind of the container (``html``,
    ``docx`` …). ``kept`` and ``dropped`` count characters that are no blanks; dropped are menus,
    running heads and hidden text. ``notes`` are what a person should know of it.
    """

    raw: bytes
    text: str
    encoding: str
    notes: tuple[Note, ...] = ()
    container: Container = NO_CONTAINER
    kept: int = 0
    dropped: int = 0


def count_words(text: str) -> int:
    """Return how many characters of ``text`` are no blanks."""
    return len("".join(text.split()))
