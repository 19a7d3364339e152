"""Where the parts are put together: settings → embedder → library → assistant."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from bot.assistant import Assistant
from bot.model import tracing
from bot.model.budget import DailyBudget
from bot.model.llm import OpenAIChat, PatientChat
from bot.records import AnswerRecords
from bot.settings import Settings, apply_network
from bot.synthesis import Synthesis
from bot.values import SHANGHAI
from retrieval.errors import ConfigurationError
from retrieval.library.ingestion import Watch
from retrieval.library.library import Library
from retrieval.search.embedding import Embedder, LocalEmbedder


def open_embedder(settings: Settings) -> Embedder:
    """Return the embedder the settings name; raises ``ConfigurationError`` if it lacks a model."""
    if settings.embedder == "local":
        return LocalEmbedder()
    if not settings.embed_model:
        raise ConfigurationError("BAOGAO_EMBEDDER=openai 时要用 BAOGAO_EMBED_MODEL 指明向量模型")
    from bot.model.embedding_endpoint import OpenAIEmbedder

    apply_network()
    return OpenAIEmbedder.at(
        settings.openai_api_key, settings.openai_base_url, settings.embed_model
    )


def open_embedder_here() -> Embedder:
    """Return the embedder that this process's own settings name: what a worker elsewhere calls."""
    return open_embedder(Settings())


def open_synthesis(settings: Settings, writer: str) -> Synthesis | None:
    """Return the model side for ``writer`` (auto, extractive or llm), or None to do without.

    ``auto`` uses a model where a key or an address is set. Raises ``ConfigurationError`` if
    ``llm`` is asked for and none is.
    """
    if writer == "extractive":
        return None
    if not (settings.openai_api_key or settings.openai_base_url):
        if writer == "llm":
            raise ConfigurationError(
                "没有设置模型：请设置 OPENAI_API_KEY（或 OPENAI_BASE_URL）和 BAOGAO_MODEL"
            )
        return None
    apply_network()
    endpoint = (settings.openai_api_key, settings.openai_base_url, settings.model or DEFAULT_MODEL)
    key = (*endpoint, settings.model_deadline_s, settings.prompt_tokens)
    if key not in _MODELS:  # one breaker and one budget for all questions of a process
        model = OpenAIChat.at(*endpoint, thought_tokens=settings.thought_tokens)
        chat = PatientChat(model)
        _MODELS[key] = Synthesis(
            chat,
            DailyBudget(),
            _today,
            deadline_s=settings.model_deadline_s,
            prompt_tokens=settings.prompt_tokens,
        )
    return _MODELS[key]


def open_library(
    folder: Path,
    *,
    create: bool = False,
    for_rebuild: bool = False,
    settings: Settings | None = None,
) -> Library:
    """Open the library in ``folder``; raises its errors, each a sentence that says what to do.

    ``for_rebuild`` opens it in spite of damaged or outdated indexes, to be verified.
    """
    settings = settings or Settings()
    return Library.open(
        folder,
        embedder=open_embedder(settings),
        create=create,
        for_rebuild=for_rebuild,
        chroma_url=settings.chroma_url,
        database_url=settings.database_url,
    )


def mend_library(folder: Path, progress: Watch | None = None) -> list[str]:
    """Rebuild the library in ``folder`` from its stored texts, however damaged; return notes."""
    settings = Settings()
    return Library.mend(
        folder,
        progress,
        embedder=open_embedder(settings),
        chroma_url=settings.chroma_url,
        database_url=settings.database_url,
    )


def open_records(folder: Path, settings: Settings) -> AnswerRecords:
    """Return the records of the answers given over the library in ``folder``."""
    return AnswerRecords(folder / "answers.sqlite", keep_days=settings.keep_days)


def open_assistant(
    folder: Path, *, writer: str = "auto", create: bool = False, settings: Settings | None = None
) -> Assistant:
    """Open the library in ``folder`` and an assistant over it."""
    settings = settings or Settings()
    if settings.otel:
        tracing.start()
    synthesis = open_synthesis(settings, writer)
    library = open_library(folder, create=create, settings=settings)
    return Assistant(library, synthesis=synthesis, records=open_records(folder, settings))


DEFAULT_MODEL = "gpt-4o-mini"
_MODELS: dict[tuple[str, str, str, float, int], Synthesis] = {}


def _today() -> date:
    return datetime.now(SHANGHAI).date()
