"""Raw updates of the Bot API → what the bot acts on, or a reason why it does not.

Access is decided on who truly sent an update, so the parsing is strict: only a message, a
changed message or a pressed button, by a person, in a private chat or a group. Everything else
(channel posts, business messages, anonymous administrators, automatic forwards, inline queries,
shapes unknown) is refused here, in one place. What a person did send, but not as words, is
named (``odd``), so that it can be told why it gets no answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.chats.incoming import Attached, Ignored, Incoming, Kind

ALLOWED_UPDATES = ("message", "edited_message", "callback_query")
MAX_UPDATE_ID = 2**52
# Accounts that stand for somebody else: service notices, anonymous admins, channels.
_STAND_INS = frozenset({777000, 1087968824, 136817688})
# What a message may hold in place of words. An animation and a story come with other keys too.
_CONTENTS = ("animation", "story", "voice", "audio", "video_note", "video", "photo", "sticker",
             "live_location", "location", "venue", "contact", "poll", "dice", "game",
             "paid_media", "checklist", "invoice")  # fmt: skip
# Told by Telegram of a chat, said by nobody.
_SERVICE = re.compile(
    r"new_chat_|left_chat_|delete_chat_|group_chat_|supergroup_chat_|channel_chat_|pinned_message"
    r"|message_auto_delete|successful_payment|refunded_payment|users?_shared|chat_shared"
    r"|connected_website|write_access|passport|proximity|boost_|chat_background|forum_topic_"
    r"|general_forum|giveaway|video_chat_|voice_chat_|web_app_data|gift|unique_gift|paid_message_"
    r"|direct_message_|suggested_post_|checklist_tasks"
)
_COMMAND = re.compile(r"\s{0,8}[/／]([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]{1,40}))?(?:\s+|$)")


@dataclass(frozen=True, slots=True)
class Me:
    """Who the bot is, as ``getMe`` says."""

    id: int
    username: str


class _Refused(Exception):
    """Raised while reading an update that the bot does not act on."""


def parse_update(raw: object, me: Me) -> Incoming | Ignored:
    """Read one raw update. Never raises, whatever the shape."""
    update_id = update_id_of(raw)
    if not isinstance(raw, Mapping) or update_id is None:
        return Ignored(-1, "no_update_id")
    try:
        if "message" in raw:
            return _message(update_id, _mapping(raw["message"], "message"), me)
        if "edited_message" in raw:
            return _edited(update_id, _mapping(raw["edited_message"], "edited_message"), me)
        if "callback_query" in raw:
            return _callback(update_id, _mapping(raw["callback_query"], "callback_query"))
    except _Refused as refused:
        return Ignored(update_id, str(refused))
    except (KeyError, TypeError, ValueError, AttributeError):
        return Ignored(update_id, "malformed")
    other = next((key for key in raw if key != "update_id"), "nothing")
    return Ignored(update_id, str(other)[:40])


def update_id_of(raw: object) -> int | None:
    """Return the id of a raw update; None for what cannot be one."""
    number = raw.get("update_id") if isinstance(raw, Mapping) else None
    if not isinstance(number, int) or isinstance(number, bool):
        return None
    return number if 0 <= number < MAX_UPDATE_ID else None


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _Refused(f"bad_{what}")
    return value


def _person(sender: object) -> int:
    if not isinstance(sender, Mapping):
        raise _Refused("no_sender")
    ident = sender["id"]
    if not isinstance(ident, int) or ident in _STAND_INS or ident <= 0:
        raise _Refused("stand_in")
    if sender.get("is_bot"):
        raise _Refused("bot")
    return ident


def _chat(chat: object) -> tuple[int, bool]:
    values = _mapping(chat, "chat")
    kind, ident = values.get("type"), values["id"]
    if kind not in ("private", "group", "supergroup") or not isinstance(ident, int):
        raise _Refused("channel" if kind == "channel" else "bad_chat")
    return ident, kind == "private"


def _incoming(
    kind: Kind, update_id: int, message: Mapping[str, Any], sender: object, **more: Any
) -> Incoming:
    """What every update has that somebody sends in a chat: with a message, or by pressing one."""
    chat, private = _chat(message.get("chat"))
    user = _person(sender)
    if private and chat != user:
        raise _Refused("foreign_private_chat")
    return Incoming(
        kind,
        update_id,
        chat,
        private,
        user,
        int(message["message_id"]),
        int(message.get("date") or 0),
        thread=_thread(message),
        **more,
    )


def _message(update_id: int, message: Mapping[str, Any], me: Me) -> Incoming:
    chat, private = _chat(message.get("chat"))
    if isinstance(message.get("migrate_to_chat_id"), int):
        return Incoming(
            "migration", update_id, chat, private, 0, 0, 0, new_chat=message["migrate_to_chat_id"]
        )
    for sign in ("sender_chat", "is_automatic_forward", "business_connection_id"):
        if message.get(sign):
            raise _Refused(sign)
    joined = message.get("new_chat_members")
    mine = isinstance(joined, list) and any(
        isinstance(one, Mapping) and one.get("id") == me.id for one in joined
    )
    odd = "joined" if mine else _odd(message)
    document = None if odd else _document(message.get("document"))
    text = message.get("caption", "") if odd or document else message.get("text")
    if not isinstance(text, str):
        raise _Refused("bad_text")
    if message.get("via_bot"):
        odd = "via_bot"
    command, rest, ours = _command(text, me)
    words, mentioned = _without_mention(rest, me)
    answered = message.get("reply_to_message")
    reply_to, to_me = None, False
    if isinstance(answered, Mapping) and isinstance(answered.get("message_id"), int):
        reply_to = int(answered["message_id"])
        author = answered.get("from")
        to_me = isinstance(author, Mapping) and author.get("id") == me.id
    quoted = answered.get("text") if isinstance(answered, Mapping) else None
    if command and not ours:
        if not private:
            raise _Refused("command_for_another_bot")
        odd = "foreign_command"
    return _incoming(
        "message",
        update_id,
        message,
        message.get("from"),
        text=words.strip(),
        command=command,
        addressed=private or bool(command) or mentioned or to_me or mine,
        reply_to=reply_to,
        document=document,
        odd=odd,
        quoted=quoted if isinstance(quoted, str) else "",
        album=str(message.get("media_group_id") or "")[:64],
    )


def _edited(update_id: int, message: Mapping[str, Any], me: Me) -> Incoming:
    """Read a changed message. Only words are changed by hand: a live location moves by itself."""
    if not isinstance(message.get("text", message.get("caption")), str):
        raise _Refused("edited_without_words")
    changed = message.get("edit_date")
    date = changed if isinstance(changed, int) else message.get("date")
    words = message.get("text", message.get("caption"))
    return replace(_message(update_id, {**message, "date": date, "text": words}, me), odd="edited")


def _odd(message: Mapping[str, Any]) -> str:
    """Name what a message holds if not just words or a document."""
    found = next((kind for kind in _CONTENTS if message.get(kind)), "")
    if found or "text" in message or isinstance(message.get("document"), Mapping):
        return found
    if any(_SERVICE.match(key) for key in message):
        raise _Refused("service")
    return "unknown"


def _callback(update_id: int, query: Mapping[str, Any]) -> Incoming:
    if not isinstance(query.get("data"), str):
        raise _Refused("no_data")
    message = _mapping(query.get("message"), "callback_message")
    return _incoming(
        "callback",
        update_id,
        message,
        query.get("from"),
        callback_id=str(query["id"]),
        data=query["data"][:64],
    )


def _thread(message: Mapping[str, Any]) -> int | None:
    thread = message.get("message_thread_id")
    return thread if message.get("is_topic_message") and isinstance(thread, int) else None


def _document(value: object) -> Attached | None:
    if not isinstance(value, Mapping):
        return None
    size = value.get("file_size")
    return Attached(
        str(value["file_id"]),
        str(value.get("file_name") or "document"),
        size if isinstance(size, int) else 0,
    )


def _command(text: str, me: Me) -> tuple[str | None, str, bool]:
    match = _COMMAND.match(text)
    if match is None:
        return None, text, False
    name, target = match.groups()
    ours = target is None or target.lower() == me.username.lower()
    return name.lower(), text[match.end() :], ours


def _without_mention(text: str, me: Me) -> tuple[str, bool]:
    mention = re.compile(rf"@{re.escape(me.username)}(?![A-Za-z0-9_])", re.IGNORECASE)
    words, found = mention.subn(" ", text)
    return words, bool(found)
