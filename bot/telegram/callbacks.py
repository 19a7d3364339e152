"""Pressed buttons → replies.

What a button carries is an id or small numbers; what it stands for is read from the store, so
old buttons work after a restart and a forged one reaches nothing of others.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.chats.chat_records import StoredAnswer
from bot.telegram import views
from bot.telegram.handlers import ANSWER_WITHIN_S, Desk, Handlers
from bot.telegram.messages import Reply, compose, say
from bot.telegram.rendering import runs, split
from bot.telegram.threads import in_thread
from bot.telegram.updates import Incoming
from retrieval.documents import Report
from retrieval.errors import BaogaoError

_EXPIRED = Reply(toast="这个按钮已失效，请重新提问。", alert=True)
_NOT_YOURS = Reply(toast="这是别人的提问，您可以自己提问。", alert=True)


class Callbacks:
    """One method a kind of button; ``press`` chooses."""

    def __init__(self, desk: Desk, handlers: Handlers) -> None:
        self._desk = desk
        self._handlers = handlers

    async def press(self, incoming: Incoming) -> Reply:
        """Answer a pressed button."""
        try:
            return await self._press(incoming)
        except (ValueError, IndexError):  # not something we ever put on a button
            return _EXPIRED

    async def _press(self, incoming: Incoming) -> Reply:
        kind, *values = incoming.data.split("|")
        if kind == "q":
            return await self._example(incoming, values[0])
        if kind == "r":
            page, year, place = values
            reply = await self._handlers.reports_page(int(page), year, place)
            return replace(reply, edit=incoming.message_id)
        if kind == "y":
            return await self._remove(incoming, values[0])
        answer = self._desk.store.answer(values[0])
        if answer is None:
            return _EXPIRED
        if (answer.user, answer.chat) != (incoming.user, incoming.chat):
            return _NOT_YOURS
        if kind in ("c", "v"):
            return await self._passage(incoming, answer, int(values[1]), int(values[2]), kind)
        if kind == "m":
            scoped = bool(self._desk.store.conversation(incoming.chat, incoming.user).state)
            keyboard = views.answer_keyboard(
                answer.key, answer.payload, scoped=scoped, page=int(values[1])
            )
            return Reply(keyboard=keyboard, edit=incoming.message_id, buttons_only=True)
        if kind == "z":
            return Reply(delete=incoming.message_id)
        if kind == "x":
            self._desk.store.forget_conversation(incoming.chat, incoming.user)
            return Reply(toast="已清除范围，下一个问题不再沿用前文。")
        if kind == "u":
            self._desk.store.add_feedback(answer, incoming.user, "good")
            return Reply(toast="谢谢！")
        if kind == "d":
            self._desk.store.add_feedback(answer, incoming.user, "wrong")
            return say("请回复这条消息，写下正确的说法，或应当引用的报告。", remark_on=answer.key)
        return _EXPIRED

    async def _example(self, incoming: Incoming, token: str) -> Reply:
        stored = self._desk.store.button(token)
        if stored is None or "question" not in stored[1]:
            return _EXPIRED
        question = str(stored[1]["question"])
        await self._desk.gateway.answer_press(incoming.callback_id)  # the answer may take a while
        reply = await self._handlers.ask(incoming, question)
        if reply.edit is None and reply.parts:
            # The question stands nowhere in the chat yet: the answer shows it.
            asked = split([runs(f"问：{question}", "b")])[0]
            first = reply.parts[0]
            if len(first.html) + len(asked.html) < 4_000:
                joined = replace(
                    first,
                    html=f"{asked.html}\n{first.html}",
                    plain=f"{asked.plain}\n{first.plain}",
                )
                return replace(reply, parts=(joined, *reply.parts[1:]))
        return reply

    async def _remove(self, incoming: Incoming, token: str) -> Reply:
        stored = self._desk.store.button(token)
        if stored is None or "remove" not in stored[1]:
            return _EXPIRED
        if stored[0] != incoming.user or not self._desk.access.is_admin(incoming.user):
            return _NOT_YOURS
        reply = await self._handlers.remove(str(stored[1]["remove"]))
        return replace(reply, edit=incoming.message_id)

    async def _passage(
        self, incoming: Incoming, answer: StoredAnswer, number: int, step: int, kind: str
    ) -> Reply:
        citation: dict[str, Any] | None = next(
            (c for c in answer.payload["citations"] if c["n"] == number), None
        )
        if citation is None:
            return _EXPIRED

        def open_report() -> Report | None:
            try:
                return self._desk.assistant.library.report(citation["report"])
            except BaogaoError:
                return None

        report = await in_thread(open_report, timeout_s=ANSWER_WITHIN_S)
        blocks, keyboard = views.passage(answer.key, citation, report, step)
        reply = compose(blocks, keyboard, name="原文")
        return replace(reply, edit=incoming.message_id) if kind == "v" else reply
