"""What the bot needs from the rest of the house, as protocols.

The real ones are ``bot.assistant.Assistant`` and ``retrieval.library.library.Library``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from bot.table import Table
from bot.values import Answer, Sentence
from retrieval.documents import Report, ReportMeta


class ReplyLike(Protocol):
    """An answer with the state the next question inherits."""

    @property
    def answer(self) -> Answer: ...  # noqa: D102

    @property
    def state(self) -> Any: ...  # noqa: D102

    @property
    def table(self) -> Table | None: ...  # noqa: D102

    @property
    def suggestions(self) -> Sequence[str]: ...  # noqa: D102


class SummaryLike(Protocol):
    """A line of the list of reports."""

    @property
    def id(self) -> str: ...  # noqa: D102

    @property
    def meta(self) -> ReportMeta: ...  # noqa: D102


class LibraryLike(Protocol):
    """The reports held."""

    @property
    def generation(self) -> Any:
        """What changes when a new index is served."""
        ...

    def reports(self) -> Sequence[SummaryLike]:
        """List the reports held."""
        ...

    def report(self, report_id: str) -> Report:
        """Open a report, or raise ``ReportNotFound``."""
        ...

    def ingest(self, paths: Sequence[Path], progress: Any = None) -> Sequence[Any]:
        """Add files; one outcome (status, report, reason, warnings) a file."""
        ...

    def remove(self, name: str) -> Any:
        """Remove a report by id or name, or raise ``ReportNotFound``."""
        ...

    def refresh(self) -> Any:
        """Serve the newest generation."""
        ...


class AssistantLike(Protocol):
    """The pipeline: synchronous, safe to call from several threads."""

    @property
    def library(self) -> LibraryLike: ...  # noqa: D102

    def ask(
        self,
        question: str,
        state: Any = None,
        *,
        on_sentence: Callable[[Sentence], None] | None = None,
        user: str = "",
    ) -> ReplyLike:
        """Answer a question; ``on_sentence`` is called from the same thread."""
        ...

    def brief(self, words: str, *, state: Any = None, user: str = "") -> ReplyLike:
        """Write one paragraph on a place or a question."""
        ...

    def compare(self, question: str, state: Any = None) -> ReplyLike:
        """Compare reports."""
        ...

    def is_courtesy(self, words: str) -> bool:
        """Tell whether words are only thanks or a greeting."""
        ...

    def scope_label(self, state: Any) -> str:
        """What is inherited, for people: 「重庆市綦江区 · 2023」; empty if nothing."""
        ...

    def why(self, answer_id: str) -> Mapping[str, Any]:
        """How an answer was made."""
        ...


RestoreState = Callable[[Any], Any]
"""Makes the assistant's state again from what ``to_json`` gave."""
