"""The Bot API, as the few calls the bot makes, with what may fail sorted out.

The only errors that leave are the four below; what python-telegram-bot raises beyond them is
retried or mended here. A message whose fate is unknown (the answer to the request was lost) is
sent again with a mark, so that a reader can tell the copy.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import warnings
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from telegram import (
    BotCommand,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import ExtBot

from bot.chats.blocks import Block
from bot.chats.incoming import Incoming
from bot.chats.messages import File, Keyboard, say
from bot.chats.wire import Undeliverable, Unreachable, WireError
from bot.chats.wording import said
from bot.notes import Language
from bot.telegram import rendering
from bot.telegram.limiter import FairRateLimiter, seconds
from bot.telegram.rendering import MAX_UNITS, Part, utf16_units
from bot.telegram.requests import NotTelegrams, OddResult, StrictRequest
from bot.telegram.updates import ALLOWED_UPDATES, Me
from bot.values import Sentence

if TYPE_CHECKING:
    from bot.telegram.settings import TelegramSettings

log = logging.getLogger(__name__)
T = TypeVar("T")

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
# Failures of the connection before anything was sent: sending again cannot make a copy.
_NEVER_SENT = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError"})
_WAITS_S = (1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
_GIVE_UP_S = 600.0  # for this time: whoever sends may try again later
_UNKNOWN_FATES = 3
_ODD_RESULTS = 4
POOL_SIZE = 64


class AnotherInstance(WireError):
    """409: somebody else polls with the same token."""


class TokenRejected(WireError):
    """401 or 404: the token is wrong."""


class Gateway:
    """One bot's connection: Telegram as a ``Wire``. ``on_migration(old, new)`` hears of groups that got a new id."""

    def __init__(
        self,
        settings: TelegramSettings,
        *,
        on_migration: Callable[[int, int], Any] = lambda _old, _new: None,
    ) -> None:
        warnings.filterwarnings("ignore", message="Please use 'Bot.getUpdates'")
        self._poll_timeout_s = settings.poll_timeout_s
        self._on_migration = on_migration
        self._moved: dict[int, int] = {}
        self._bot: ExtBot[Any] = ExtBot(
            settings.token,
            base_url=f"{settings.api}/bot",
            base_file_url=f"{settings.api}/file/bot",
            request=StrictRequest(
                proxy=settings.proxy,
                certificates=settings.certificates,
                connection_pool_size=POOL_SIZE,
                pool_timeout=30.0,
                read_timeout=20.0,
                connect_timeout=10.0,
            ),
            get_updates_request=StrictRequest(
                proxy=settings.proxy, certificates=settings.certificates, connection_pool_size=2
            ),
            rate_limiter=FairRateLimiter(),
        )

    async def start(self) -> Me:
        """Connect; raise ``TokenRejected`` or ``Unreachable``."""
        try:
            await _sound(self._bot.initialize())
        except (InvalidToken, Forbidden):
            raise TokenRejected("token rejected") from None
        except TelegramError:
            raise Unreachable("getMe failed") from None
        return Me(self._bot.id, self._bot.username)

    async def stop(self) -> None:
        """Close the connections."""
        with contextlib.suppress(TelegramError):
            await self._bot.shutdown()

    async def get_updates(self, offset: int | None) -> list[dict[str, Any]]:
        """Wait for updates and return them raw; asking with ``offset`` confirms those before."""
        try:
            found = await _sound(
                self._bot.do_api_request(
                    "getUpdates",
                    {
                        "offset": offset or 0,
                        "timeout": self._poll_timeout_s,
                        "allowed_updates": list(ALLOWED_UPDATES),
                    },
                    read_timeout=self._poll_timeout_s + 5.0,
                    connect_timeout=10.0,
                )
            )
        except Conflict:
            raise AnotherInstance("409") from None
        except (InvalidToken, Forbidden):
            raise TokenRejected("token rejected") from None
        except RetryAfter as exc:
            await asyncio.sleep(min(30.0, seconds(exc)))
            return []
        except TelegramError as exc:
            raise Unreachable(type(exc).__name__) from None
        return [update for update in found if isinstance(update, dict)]

    async def set_webhook(self, url: str, secret: str) -> None:
        """Have updates pushed to ``url``, each with the secret in a header."""
        await self._setup(
            self._bot.set_webhook(
                url, secret_token=secret, allowed_updates=list(ALLOWED_UPDATES), max_connections=20
            )
        )

    async def delete_webhook(self) -> None:
        """Have updates kept for polling; those waiting stay."""
        await self._setup(self._bot.delete_webhook(drop_pending_updates=False))

    async def set_commands(self, names: Sequence[str]) -> None:
        """Fill Telegram's menu, for English clients in English; a failure is only logged."""
        languages: tuple[tuple[Language, str | None], ...] = (("en", "en"), ("zh", None))
        try:
            for language, code in languages:
                menu = [BotCommand(name, said(f"command.{name}", language)) for name in names]
                await _sound(self._bot.set_my_commands(menu, language_code=code))
        except TelegramError:
            log.warning("setMyCommands failed")

    async def _setup(self, call: Any) -> None:
        try:
            await _sound(call)
        except (InvalidToken, Forbidden):
            raise TokenRejected("token rejected") from None
        except TelegramError as exc:
            raise Unreachable(type(exc).__name__) from None

    @property
    def edits(self) -> bool:
        """Telegram can replace messages."""
        return True

    def layout(self, blocks: Sequence[Block], name: str) -> tuple[list[Part], tuple[File, ...]]:
        """Return blocks as messages, and as a document what is too long for them."""
        return rendering.layout(blocks, name)

    async def send(
        self,
        chat: int,
        part: Part,
        *,
        keyboard: Keyboard = (),
        reply_to: int | None = None,
        thread: int | None = None,
        ask_reply: bool = False,
        mark: str = "",
        copy: bool = False,
        answer: str = "",  # noqa: ARG002
    ) -> int:
        """Send one message and return its id; ``mark`` is shown on what may be a second copy."""
        return await self._deliver(
            chat,
            lambda to, plain, thread_, again: self._bot.send_message(
                to,
                _fitting(part.plain if plain else part.html, mark if copy or again else ""),
                parse_mode=None if plain else "HTML",
                reply_markup=ForceReply(selective=True) if ask_reply else _markup(keyboard),
                reply_parameters=_answering(reply_to),
                message_thread_id=thread_,
                link_preview_options=_NO_PREVIEW,
            ),
            thread,
        )

    def line(self, incoming: Incoming, sentence: Sentence) -> None:
        """Show nothing: lines are shown by edits, as often as Telegram takes them."""

    async def send_words(
        self, chat: int, words: str, *, reply_to: int | None = None, thread: int | None = None
    ) -> int:
        """Send a short line that hangs on nothing stored; return the message's id."""
        part = rendering.split(say(words).blocks)[0]
        return await self.send(chat, part, reply_to=reply_to, thread=thread)

    async def send_file(
        self, chat: int, file: File, *, reply_to: int | None = None, thread: int | None = None
    ) -> int:
        """Send a picture (as a document if it is refused) or a document; return the message's id."""

        def call(to: int, plain: bool, thread_: int | None, _copy: bool) -> Awaitable[Message]:
            send = (
                self._bot.send_photo if file.is_picture and not plain else self._bot.send_document
            )
            return send(
                to,
                InputFile(file.data, filename=file.name),
                reply_parameters=_answering(reply_to),
                message_thread_id=thread_,
            )

        return await self._deliver(chat, call, thread)

    async def _deliver(self, chat: int, call: Any, thread: int | None) -> int:
        """Send until it is sure that it went out; return the message's id, 0 if none was told."""
        chat = self._moved.get(chat, chat)
        plain, copy, unknown, odd, tries = False, False, 0, 0, 0
        begun = time.monotonic()
        while True:
            try:
                return int((await _sound(call(chat, plain, thread, copy))).message_id)
            except ChatMigrated as exc:
                if chat == exc.new_chat_id:
                    raise Undeliverable("moved twice") from None
                self.moved(chat, exc.new_chat_id)
                chat = exc.new_chat_id
                continue
            except Forbidden:
                raise Undeliverable("blocked") from None
            except RetryAfter:
                raise Undeliverable("429") from None
            except BadRequest as exc:
                if "thread" in str(exc).lower() and thread is not None:
                    thread = None
                elif not plain and "chat not found" not in str(exc).lower():
                    log.warning("400: sent again as plain text")
                    plain = True
                else:
                    raise Undeliverable("400") from None
                continue
            except InvalidToken:
                raise Undeliverable("404") from None
            except OddResult:
                # Telegram says it is done and not what: again, marked, until it is believed.
                odd, copy = odd + 1, True
                log.warning("odd result of a send: %d", odd)
                if odd >= _ODD_RESULTS:
                    return 0
                wait_s = _WAITS_S[0]
            except TelegramError as exc:
                if isinstance(exc, NotTelegrams):
                    copy = True  # it did not come from Telegram; who knows what did reach it
                elif not _surely_unsent(exc):
                    unknown, copy = unknown + 1, True
                if unknown >= _UNKNOWN_FATES:
                    raise Undeliverable("unreachable") from None
                if time.monotonic() - begun > _GIVE_UP_S:
                    raise Unreachable("sending") from None
                wait_s = _WAITS_S[min(tries, len(_WAITS_S) - 1)]
                log.info("send failed, again in %d s: unknown=%d", wait_s, unknown)
            tries += 1
            await asyncio.sleep(wait_s)

    async def edit(
        self, chat: int, message: int, part: Part | None, keyboard: Keyboard = ()
    ) -> bool:
        """Replace a message's words (or, with no part, its buttons); False if that failed."""
        chat = self._moved.get(chat, chat)
        try:
            if part is None:
                await _sound(
                    self._bot.edit_message_reply_markup(
                        chat_id=chat, message_id=message, reply_markup=_markup(keyboard)
                    )
                )
            else:
                await _sound(
                    self._bot.edit_message_text(
                        part.html,
                        chat_id=chat,
                        message_id=message,
                        parse_mode="HTML",
                        reply_markup=_markup(keyboard),
                        link_preview_options=_NO_PREVIEW,
                    )
                )
        except BadRequest as exc:
            return "not modified" in str(exc).lower()
        except TelegramError:
            return False
        return True

    async def delete(self, chat: int, message: int) -> bool:
        """Remove a message of ours; False if that failed."""
        try:
            return bool(
                await _sound(self._bot.delete_message(self._moved.get(chat, chat), message))
            )
        except TelegramError:
            return False

    async def typing(self, chat: int, thread: int | None = None) -> None:
        """Show "typing"; nobody minds if that fails."""
        with contextlib.suppress(TelegramError):
            await _sound(
                self._bot.send_chat_action(
                    self._moved.get(chat, chat), "typing", message_thread_id=thread
                )
            )

    async def answer_press(self, callback_id: str, text: str = "", *, alert: bool = False) -> None:
        """End the waiting mark on a pressed button; too late is no harm."""
        with contextlib.suppress(TelegramError):
            await _sound(
                self._bot.answer_callback_query(callback_id, text[:200] or None, show_alert=alert)
            )

    async def download(self, file_id: str, path: Path) -> None:
        """Fetch a document that was sent to the bot; raise ``Unreachable``."""
        try:
            remote = await _sound(self._bot.get_file(file_id))
            await _sound(remote.download_to_drive(path))
        except TelegramError as exc:
            raise Unreachable(type(exc).__name__) from None

    def moved(self, old: int, new: int) -> None:
        """Use a group's new id from now on."""
        self._moved[old] = new
        self._on_migration(old, new)


async def _sound(call: Awaitable[T]) -> T:
    """Await a call; what python-telegram-bot stumbles over in a reply is an ``OddResult``."""
    try:
        return await call
    except TelegramError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError, IndexError, OverflowError) as exc:
        raise OddResult(type(exc).__name__) from exc


def _surely_unsent(exc: TelegramError) -> bool:
    cause = exc.__cause__
    if cause is None or type(cause) in (TelegramError, NotTelegrams):  # answered, with an error
        return isinstance(exc, NetworkError)
    return type(cause).__name__ in _NEVER_SENT


def _fitting(text: str, mark: str) -> str:
    """Put a mark under a message if there is room for it."""
    if mark and utf16_units(text) + utf16_units(mark) + 1 <= MAX_UNITS:
        return f"{text}\n{mark}"
    return text


def _answering(message: int | None) -> ReplyParameters | None:
    if message is None:
        return None
    return ReplyParameters(message_id=message, allow_sending_without_reply=True)


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    if not keyboard:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(b.text, callback_data=b.data) for b in row] for row in keyboard]
    )
