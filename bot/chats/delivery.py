"""One waiting update, from its row to the last part of its reply.

The reply is stored before its first part goes out and every part is ticked off, so that after
a crash the rest is sent, not computed again; the one part whose fate is unknown then is sent
with a mark.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
import time
from collections import Counter

from bot.chats.callbacks import Callbacks
from bot.chats.chat_records import InboxRow
from bot.chats.conversations import ConversationStore
from bot.chats.handlers import Handlers
from bot.chats.incoming import Incoming
from bot.chats.messages import Reply, say
from bot.chats.wire import Undeliverable, Unreachable, Wire, WireError
from bot.chats.wording import said
from bot.notes import Language
from retrieval.errors import LibraryError

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
KEPT_UNSENT_S = 86_400.0  # an answer later than this answers nothing


class Delivery:
    """Handles rows of the inbox."""

    def __init__(
        self, store: ConversationStore, wire: Wire, handlers: Handlers, callbacks: Callbacks
    ) -> None:
        self._store = store
        self._wire = wire
        self._handlers = handlers
        self._callbacks = callbacks
        self.counts: Counter[str] = Counter()

    async def handle(self, row: InboxRow) -> bool:
        """Answer one row; whatever goes wrong is told in one line and logged under a code.

        Returns False if the messenger cannot be reached just now: the row is to be begun again.
        """
        incoming = Incoming.from_json(row.payload)
        try:
            reply = stored_reply(row)
            if reply is not None:
                await self._send(row, incoming, reply, first=row.sent, again=True)
            else:
                reply = await self._compute(row, incoming)
                self._store.keep_reply(row.update_id, reply.to_json())
                await self._send(row, incoming, reply, first=0, again=False)
        except Unreachable as exc:
            self.counts["put_off"] += 1
            log.warning("put off: %s", exc, extra={"chat": row.chat, "update": row.update_id})
            return time.time() - row.received > KEPT_UNSENT_S
        except Undeliverable as exc:
            self.counts[f"undeliverable:{exc}"] += 1
            log.info("undeliverable: %s", exc, extra={"chat": row.chat, "update": row.update_id})
        except Exception as exc:
            self.counts["failures"] += 1
            log.error("delivery failed", exc_info=exc, extra={"update": row.update_id})
        return True

    async def _compute(self, row: InboxRow, incoming: Incoming) -> Reply:
        language = self._handlers.language(incoming)
        if row.attempts > MAX_ATTEMPTS:
            log.warning("begun too often, given up", extra={"update": row.update_id})
            return say(said("failed.restarts", language))
        if row.attempts > 1:
            self.counts["replayed"] += 1
        press = incoming.kind == "callback"
        try:
            return await (self._callbacks.press if press else self._handlers.handle)(incoming)
        except WireError:
            raise
        except (LibraryError, sqlite3.DatabaseError) as exc:
            return self._failed(row, exc, said("failed.library", language), language)
        except TimeoutError as exc:
            return self._failed(row, exc, said("failed.slow", language), language)
        except Exception as exc:
            return self._failed(row, exc, said("failed.other", language), language)

    def _failed(self, row: InboxRow, exc: BaseException, text: str, language: Language) -> Reply:
        code = secrets.token_hex(2).upper()
        self.counts["failures"] += 1
        log.error("handler failed", exc_info=exc, extra={"code": code, "update": row.update_id})
        return say(text + said("failed.code", language, code=code))

    async def _send(
        self, row: InboxRow, incoming: Incoming, reply: Reply, *, first: int, again: bool
    ) -> None:
        if incoming.kind == "callback":
            await self._wire.answer_press(incoming.callback_id, reply.toast, alert=reply.alert)
        if reply.delete is not None:
            await self._wire.delete(incoming.chat, reply.delete)
        if reply.buttons_only and reply.edit is not None:
            await self._wire.edit(incoming.chat, reply.edit, None, reply.keyboard)
            return
        parts, further = self._wire.layout(reply.blocks, reply.name)
        for index in range(first, len(parts)):
            part = parts[index]
            keyboard = reply.keyboard if index == len(parts) - 1 else ()
            replaced = (
                index == 0
                and reply.edit is not None
                and await self._wire.edit(incoming.chat, reply.edit, part, keyboard)
            )
            if not replaced:
                message = await self._wire.send(
                    incoming.chat,
                    part,
                    keyboard=keyboard,
                    reply_to=incoming.message_id,
                    thread=incoming.thread,
                    ask_reply=reply.remark_on is not None,
                    mark=reply.mark,
                    copy=again and index == first,
                    answer=reply.answer,
                )
                if reply.remark_on is not None:
                    self._store.expect_remark(incoming.chat, message, reply.remark_on)
            self._store.mark_sent(row.update_id, index + 1)
        for index, file in enumerate((*further, *reply.files), len(parts)):
            if index >= first:
                await self._wire.send_file(
                    incoming.chat, file, reply_to=incoming.message_id, thread=incoming.thread
                )
                self._store.mark_sent(row.update_id, index + 1)


def stored_reply(row: InboxRow) -> Reply | None:
    """Return the reply computed before; None if there is none, or of another version's shape."""
    if row.reply is None:
        return None
    try:
        return Reply.from_json(row.reply)
    except (KeyError, TypeError, ValueError):
        return None
