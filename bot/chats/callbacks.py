"""Pressed buttons → replies.

What a button carries is an id or small numbers; what it stands for is read from the store, so
old buttons work after a restart and a forged one reaches nothing of others.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.chats import views
from bot.chats.blocks import runs
from bot.chats.chat_records import StoredAnswer
from bot.chats.handlers import Desk, Handlers
from bot.chats.incoming import Incoming
from bot.chats.messages import Reply, compose, say
from bot.chats.wording import language_of, said
from bot.notes import Language


class Callbacks:
    """One method a kind of button; ``press`` chooses."""

    def __init__(self, desk: Desk, handlers: Handlers) -> None:
        self._desk = desk
        self._handlers = handlers

    async def press(self, incoming: Incoming) -> Reply:
        """Answer a pressed button."""
        language = self._handlers.language(incoming)
        if incoming.line:
            return Reply(toast=incoming.line, alert=True)
        try:
            return await self._press(incoming, language)
        except (ValueError, IndexError):  # not something we ever put on a button
            return expired(language)

    async def _press(self, incoming: Incoming, language: Language) -> Reply:
        kind, *values = incoming.data.split("|")
        if kind == "q":
            return await self._example(incoming, values[0], language)
        if kind == "r":
            page, year, place = values
            reply = await self._handlers.reports_page(int(page), year, place, language)
            return replace(reply, edit=incoming.message_id)
        if kind == "o":
            return await self._handlers.report_card(values[0], language)
        if kind == "t":
            return await self._handlers.report_part(values[0], int(values[1]), language)
        if kind == "y":
            return await self._remove(incoming, values[0], language)
        if kind == "k":
            return Reply(delete=incoming.message_id)
        answer = self._desk.store.answer(values[0])
        if answer is None:
            return expired(language)
        if (answer.user, answer.chat) != (incoming.user, incoming.chat):
            return Reply(toast=said("not_yours", language), alert=True)
        return await self._on_answer(incoming, answer, kind, values)

    async def _on_answer(
        self, incoming: Incoming, answer: StoredAnswer, kind: str, values: list[str]
    ) -> Reply:
        """Answer a button under an answer of the same person in the same chat."""
        asked = language_of(str(answer.payload.get("question", "")))
        language: Language = answer.payload.get("language", asked)
        if kind in ("c", "v"):
            number, step = int(values[1]), int(values[2])
            return await self._passage(incoming, answer, number, step, kind, language)
        if kind in ("m", "e"):
            return self._unfolded(incoming, answer, kind, values, language)
        if kind == "z":
            return Reply(delete=incoming.message_id)
        if kind == "x":
            self._desk.store.forget_conversation(incoming.chat, incoming.user)
            return Reply(toast=said("scope_cleared", language))
        if kind == "u":
            self._desk.store.add_feedback(answer, incoming.user, "good")
            return Reply(toast=said("thanks", language))
        if kind == "d":
            self._desk.store.add_feedback(answer, incoming.user, "wrong")
            return say(said("remark.ask", language), remark_on=answer.key)
        return expired(language)

    def _unfolded(
        self,
        incoming: Incoming,
        answer: StoredAnswer,
        kind: str,
        values: list[str],
        language: Language,
    ) -> Reply:
        """Turn the page of the citations' buttons, or show all of a folded list."""
        scoped = bool(self._desk.store.conversation(incoming.chat, incoming.user).state)
        whole = views.stored_answer(answer.payload)
        keyboard = views.answer_keyboard(
            answer.key,
            answer.payload,
            scoped=scoped,
            page=int(values[1]) if kind == "m" else 0,
            folded=views.folded(whole) if kind == "m" else 0,
            language=language,
        )
        if kind == "m":
            return Reply(keyboard=keyboard, edit=incoming.message_id, buttons_only=True)
        label = str(answer.payload.get("label", ""))
        blocks = views.answer_blocks(whole, label, language, unfolded=True)
        return compose(blocks, keyboard, edit=incoming.message_id)

    async def _example(self, incoming: Incoming, token: str, language: Language) -> Reply:
        stored = self._desk.store.button(token)
        if stored is None or "question" not in stored[1]:
            return expired(language)
        question = str(stored[1]["question"])
        await self._desk.wire.answer_press(incoming.callback_id)  # the answer may take a while
        reply = await self._handlers.ask(incoming, question)
        # The question stands nowhere in the chat yet: the answer shows it.
        asked = runs(said("asked", language_of(question), question=question), "b")
        return replace(reply, blocks=(asked, *reply.blocks))

    async def _remove(self, incoming: Incoming, token: str, language: Language) -> Reply:
        stored = self._desk.store.button(token)
        if stored is None or "remove" not in stored[1]:
            return expired(language)
        if stored[0] != incoming.user or not self._desk.access.is_admin(incoming.user):
            return Reply(toast=said("not_yours", language), alert=True)
        reply = await self._handlers.remove(str(stored[1]["remove"]), language)
        return replace(reply, edit=incoming.message_id)

    async def _passage(
        self,
        incoming: Incoming,
        answer: StoredAnswer,
        number: int,
        step: int,
        kind: str,
        language: Language,
    ) -> Reply:
        citation: dict[str, Any] | None = next(
            (c for c in answer.payload["citations"] if c["n"] == number), None
        )
        if citation is None:
            return expired(language)
        report = await self._handlers.opened(citation["report"])
        blocks, keyboard = views.passage(answer.key, citation, report, step, language)
        reply = compose(blocks, keyboard, name=said("file.wording", language))
        return replace(reply, edit=incoming.message_id) if kind == "v" else reply


def expired(language: Language) -> Reply:
    """Say that a button does nothing any more."""
    return Reply(toast=said("expired", language), alert=True)
