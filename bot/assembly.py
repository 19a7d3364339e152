"""Where the parts are put together: settings → embedder → library → assistant."""

from __future__ import annotations

from pathlib import Path

from bot.assistant import Assistant
from bot.settings import Settings
from retrieval.embedding import Embedder, LocalEmbedder
from retrieval.library import Library


def open_embedder(settings: Settings) -> Embedder:
    """Return the embedder the settings name."""
    return LocalEmbedder()


def open_library(
    folder: Path,
    *,
    create: bool = False,
    for_rebuild: bool = False,
    settings: Settings | None = None,
) -> Library:
    """Open the library in ``folder``; raises its errors, each a sentence that says what to do."""
    settings = settings or Settings()
    return Library.open(
        folder,
        embedder=open_embedder(settings),
        create=create,
        for_rebuild=for_rebuild,
        chroma_url=settings.chroma_url,
    )


def open_assistant(
    folder: Path, *, writer: str = "auto", create: bool = False, settings: Settings | None = None
) -> Assistant:
    """Open the library in ``folder`` and an assistant over it."""
    return Assistant(open_library(folder, create=create, settings=settings))
