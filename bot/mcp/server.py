"""Five tools over stdio: ask, search, list_reports, read_passage, compare. Uses ``mcp``.

Whatever a tool returns names its spans (report, start, end), so that an agent can read the
official words itself. An expected error is one sentence, as everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from bot.assistant import Assistant
from bot.looking import list_reports, read_passage, report_row, search_rows
from bot.tables.table_text import to_json
from retrieval.errors import BaogaoError
from retrieval.question.query import State

MOST_CHARS = 4000
MOST_HISTORY = 10
INSTRUCTIONS = (
    "Answers from official annual reports on law-based government (法治政府建设年度报告). "
    "Every claim cites (report, start, end); quote the stored words with read_passage and never "
    "change figures. An abstention says what was searched: pass it on as it is."
)
P = ParamSpec("P")
R = TypeVar("R")


def build_server(assistant: Assistant) -> MCPServer[Any]:
    """Return the server with its tools over ``assistant``; nothing runs yet."""
    server: MCPServer[Any] = MCPServer("baogao", instructions=INSTRUCTIONS)
    library = assistant.library

    @server.tool()
    @_told
    def ask(question: str, history: list[str] | None = None) -> dict[str, Any]:
        """Answer a question (Chinese or English) from the reports, each claim with its span.

        ``history`` are the earlier questions of the same conversation, oldest first.
        """
        state = State()
        for earlier in (history or [])[-MOST_HISTORY:]:
            state = assistant.ask(earlier, state).state
        reply = assistant.ask(_words(question), state)
        return reply.answer.to_json() | {"suggestions": list(reply.suggestions)}

    @server.tool()
    @_told
    def search(
        words: list[str], place: str = "", year: int | None = None, synonyms: bool = False
    ) -> list[dict[str, Any]]:
        """Find every occurrence of words in every report; a report without them has count 0."""
        library.refresh()
        return search_rows(library, words, place, year, with_synonyms=synonyms)

    @server.tool(name="list_reports")
    @_told
    def listed(place: str = "", year: int | None = None) -> list[dict[str, Any]]:
        """List the reports held, with place, issuer, year and warnings."""
        library.refresh()
        return [report_row(summary) for summary in list_reports(library, place, year)]

    @server.tool(name="read_passage")
    @_told
    def passage(report: str, start: int = 0, end: int | None = None) -> dict[str, Any]:
        """Read the stored official words of a report from start to end (4,000 characters at most).

        ``report`` is an id, a file name or "place year".
        """
        library.refresh()
        last = max(start, 0) + MOST_CHARS
        return read_passage(library, report, start, last if end is None else min(end, last))

    @server.tool()
    @_told
    def compare(question: str) -> dict[str, Any]:
        """Compare the reports a question is about as a table, a quote a cell."""
        reply, table = assistant.tabulate(_words(question))
        return reply.answer.to_json() | {"table": to_json(table, reply.answer)}

    return server


def _words(question: str) -> str:
    if not question.strip() or len(question) > MOST_CHARS:
        raise ToolError(f"问题不能是空的，也不能超过{MOST_CHARS}字")
    return question


def _told(tool: Callable[P, R]) -> Callable[P, R]:
    """Let an expected error reach the agent as its sentence."""

    @wraps(tool)
    def called(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return tool(*args, **kwargs)
        except BaogaoError as error:
            raise ToolError(str(error)) from error

    return called
