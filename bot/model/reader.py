"""The model reader: how a message is understood, asked of a chat model, held to the message.

For messages that the trained reader is unsure of, or that its reading found nothing for. Whatever
goes wrong (no JSON, blanks, no answer in time), the trained reader's request stands; a model that
could not be had at all is an error, so that it can be said.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from bot.lock.plaintext import neutralise
from bot.model.draft_lines import json_object
from bot.model.llm import Allowance, PatientChat
from prompts import load
from retrieval.question.proposed import SCHEMA, Proposal, held_to
from retrieval.question.request import Request

UNSURE = 0.45
"""Below it about half of the trained reader's readings of held-out writers are wrong."""
SHARE = 1 / 3
"""Of a question's time that reading it anew may take: 15 seconds of 45."""
_MAX_TOKENS = 500
_MAX_CHARS = 600  # of a message; what is said later names no further wish


class ModelReader:
    """Reads messages with a chat model; one instance serves many questions at once."""

    def __init__(self, chat: PatientChat) -> None:
        self._chat = chat

    def read(
        self,
        trained: Request,
        before: Request | None,
        is_place: Callable[[str], bool],
        allowance: Allowance,
    ) -> Proposal | None:
        """Return how the model understands a message that ``trained`` is a reading of, or None.

        ``before`` is the request before it, ``is_place`` tells whether a name is one. One call of
        ``allowance`` is used, and ``SHARE`` of its time at most. Raises ``ModelFailed`` if the reply was not whole.
        """
        if allowance.spent:
            return None
        own = Allowance(
            calls_left=min(1, allowance.calls_left),
            seconds=min(SHARE * allowance.seconds, allowance.seconds_left),
            clock=allowance.clock,
        )
        messages = load("read").messages(
            question=_data(trained.question),
            before=_data(before.question) if before else "无",
            fence=secrets.token_hex(4),
        )
        reply = ""
        try:
            for piece in self._chat.stream(
                messages, max_tokens=_MAX_TOKENS, allowance=own, schema=SCHEMA
            ):
                reply += piece
        finally:
            allowance.calls_left -= 1 if own.calls_left < 1 and allowance.calls_left else 0
            allowance.usage += own.usage
        return held_to(json_object(reply), trained, before, is_place)


def _data(words: str) -> str:
    return neutralise(words[:_MAX_CHARS]).replace("<<", "《").replace(">>", "》")
