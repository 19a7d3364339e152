"""What a model may do for one question beside wording its answer: read it anew, once.

It is asked where the trained reader is unsure, or where its reading found nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.model.llm import Allowance
from bot.model.reader import UNSURE
from bot.model.tracing import span
from bot.model.trouble import unread
from bot.synthesis import ABSENCES, Attempt, Synthesis
from retrieval.errors import ModelFailed
from retrieval.question.proposed import Proposal
from retrieval.question.query import State
from retrieval.question.request import Request


class SecondReading:
    """What a model may still do for one question: its allowance, and its reading, asked once."""

    def __init__(
        self, synthesis: Synthesis | None, trained: Request, state: State, user: str
    ) -> None:
        self.synthesis = synthesis
        self.user = user
        self.allowance = synthesis.allowance() if synthesis else Allowance()
        self._trained, self._before = trained, state.request
        self._asked = False
        self._proposal: Proposal | None = None
        self.failure: ModelFailed | None = None

    def if_unsure(self, is_place: Callable[[str], bool]) -> Request:
        """Return the request: the model's where the trained reader is unsure, else its own."""
        if self.synthesis is None or self._is_sure:
            return self._trained
        proposal = self.proposal(is_place)
        return proposal.request if proposal else self._trained

    @property
    def _is_sure(self) -> bool:
        """Whether the trained reading stands; off topic is a refusal, so it is looked at again."""
        return self._trained.confidence >= UNSURE and self._trained.act != "off"

    def others(self, is_place: Callable[[str], bool]) -> list[tuple[Request, tuple[str, ...]]]:
        """Return the readings to try where the first found nothing, with further words to look for.

        What the trained reader was sure of stays its own; only words are added then, and none
        where that the words asked for are absent is the answer.
        """
        proposal = self.proposal(is_place)
        if proposal is None:
            return []
        if self._is_sure:
            absences = any(ask.operation in ABSENCES for ask in self._trained.asks)
            return [] if absences or not proposal.words else [(self._trained, proposal.words)]
        return [(proposal.request, proposal.words), (self._trained, ())]

    def proposal(self, is_place: Callable[[str], bool]) -> Proposal | None:
        """Return the model's reading, asked for at most once; None if there is none to be had."""
        if not self._asked and self.synthesis is not None:
            self._asked = True
            with span("read"):
                try:
                    self._proposal = self.synthesis.read(
                        self._trained,
                        self._before,
                        is_place,
                        user=self.user,
                        allowance=self.allowance,
                    )
                except ModelFailed as error:
                    self.failure = error
        return self._proposal

    def told(self, attempt: Attempt) -> Attempt:
        """Return what came of asking the model, with why it could not read the message, if so.

        The user is told once; where it worded the answer after all, the record alone says it.
        """
        if self.failure is None:
            return attempt
        said = None if attempt.written else unread(self.failure)
        return replace(attempt, notice=said, unread=self.failure.reason)
