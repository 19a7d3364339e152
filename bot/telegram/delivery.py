"""One waiting update, from its row to the last part of its reply.

The reply is stored before its first part goes out and every part is ticked off, so that after
a crash the rest is sent, not computed again; the one part whose fate is unknown then is sent
with a mark.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
from collections import Counter

from bot.chats.chat_records import InboxRow
from bot.chats.conversations import ConversationStore
from bot.telegram.callbacks import Callbacks
from bot.telegram.gateway import ApiError, Gateway, Undeliverable
from bot.telegram.handlers import Handlers
from bot.telegram.messages import Reply, say
from bot.telegram.rendering import Part
from bot.telegram.updates import Incoming
from retrieval.errors import LibraryError

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3


class Delivery:
    """Handles rows of the inbox."""

    def __init__(
        self, store: ConversationStore, gateway: Gateway, handlers: Handlers, callbacks: Callbacks
    ) -> None:
        self._store = store
        self._gateway = gateway
        self._handlers = handlers
        self._callbacks = callbacks
        self.counts: Counter[str] = Counter()

    async def handle(self, row: InboxRow) -> None:
        """Answer one row; whatever goes wrong is told in one line and logged under a code."""
        incoming = Incoming.from_json(row.payload)
        try:
            if row.reply is None:
                reply = await self._compute(row, incoming)
                self._store.keep_reply(row.update_id, reply.to_json())
                await self._send(row, incoming, reply, first=0, again=False)
            else:
                await self._send(
                    row, incoming, Reply.from_json(row.reply), first=row.sent, again=True
                )
        except Undeliverable as exc:
            self.counts[f"undeliverable:{exc}"] += 1
            log.info("undeliverable: %s", exc, extra={"chat": row.chat, "update": row.update_id})
        except Exception as exc:
            self.counts["failures"] += 1
            log.error("delivery failed", exc_info=exc, extra={"update": row.update_id})

    async def _compute(self, row: InboxRow, incoming: Incoming) -> Reply:
        if row.attempts > MAX_ATTEMPTS:
            log.warning("begun too often, given up", extra={"update": row.update_id})
            return say("上一个问题因重启未完成，请重发。")
        if row.attempts > 1:
            self.counts["replayed"] += 1
        press = incoming.kind == "callback"
        try:
            return await (self._callbacks.press if press else self._handlers.handle)(incoming)
        except ApiError:
            raise
        except (LibraryError, sqlite3.DatabaseError) as exc:
            return self._failed(row, exc, "资料库正在维护，请稍后再试。")
        except TimeoutError as exc:
            return self._failed(row, exc, "这个问题处理得太久，已停止。请换个问法再试。")
        except Exception as exc:
            return self._failed(row, exc, "处理失败，请稍后再试。")

    def _failed(self, row: InboxRow, exc: BaseException, text: str) -> Reply:
        code = secrets.token_hex(2).upper()
        self.counts["failures"] += 1
        log.error("handler failed", exc_info=exc, extra={"code": code, "update": row.update_id})
        return say(f"{text}（编号 {code}）")

    async def _send(
        self, row: InboxRow, incoming: Incoming, reply: Reply, *, first: int, again: bool
    ) -> None:
        if incoming.kind == "callback":
            await self._gateway.answer_press(incoming.callback_id, reply.toast, alert=reply.alert)
        if reply.delete is not None:
            await self._gateway.delete(incoming.chat, reply.delete)
        if reply.buttons_only and reply.edit is not None:
            await self._gateway.edit(incoming.chat, reply.edit, None, reply.keyboard)
            return
        last = len(reply.parts) - 1
        for index in range(first, len(reply.parts)):
            part = reply.parts[index]
            keyboard = reply.keyboard if index == last else ()
            if again and index == first and reply.mark:
                part = Part(f"{part.html}\n{reply.mark}", f"{part.plain}\n{reply.mark}", part.joint)
            replaced = (
                index == 0
                and reply.edit is not None
                and await self._gateway.edit(incoming.chat, reply.edit, part, keyboard)
            )
            if not replaced:
                message = await self._gateway.send(
                    incoming.chat,
                    part,
                    keyboard=keyboard,
                    reply_to=incoming.message_id,
                    thread=incoming.thread,
                    ask_reply=reply.remark_on is not None,
                    mark=reply.mark,
                )
                if reply.remark_on is not None:
                    self._store.expect_remark(incoming.chat, message, reply.remark_on)
            self._store.mark_sent(row.update_id, index + 1)
        for index, file in enumerate(reply.files, len(reply.parts)):
            if index >= first:
                await self._gateway.send_file(
                    incoming.chat, file, reply_to=incoming.message_id, thread=incoming.thread
                )
                self._store.mark_sent(row.update_id, index + 1)
