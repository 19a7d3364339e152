import pytest

from bot.chats.incoming import Ignored, Incoming
from bot.chats.wording import texts
from bot.telegram.settings import TelegramSettings, parse_ids
from bot.telegram.updates import Me, parse_update
from retrieval.errors import ConfigurationError

pytestmark = pytest.mark.slow

ME = Me(1, "baogao_test_bot")
PERSON = {"id": 7, "is_bot": False, "first_name": "甲"}


def message(text: str | None = "问", **more: object) -> dict:
    values = {
        "message_id": 5,
        "date": 1_700_000_000,
        "chat": {"id": 7, "type": "private"},
        "from": PERSON,
        "text": text,
        **more,
    }
    return {"update_id": 9, "message": {k: v for k, v in values.items() if v is not None}}


def group(text: str | None, **more: object) -> dict:
    return message(text, chat={"id": -100, "type": "supergroup"}, **more)


def read(raw: object) -> Incoming:
    incoming = parse_update(raw, ME)
    assert isinstance(incoming, Incoming), incoming
    return incoming


def test_a_private_question() -> None:
    incoming = read(message("行政复议收案多少件"))
    assert (incoming.user, incoming.chat, incoming.private) == (7, 7, True)
    assert (incoming.text, incoming.command, incoming.addressed) == (
        "行政复议收案多少件",
        None,
        True,
    )
    assert Incoming.from_json(incoming.to_json()) == incoming


@pytest.mark.parametrize(
    ("text", "command", "rest", "addressed"),
    [
        ("多少件", None, "多少件", False),
        ("@baogao_test_bot 多少件", None, "多少件", True),
        ("多少件 @Baogao_Test_Bot", None, "多少件", True),
        ("@baogao_test_bot2 多少件", None, "@baogao_test_bot2 多少件", False),
        ("/brief 甲县", "brief", "甲县", True),
        ("/brief@baogao_test_bot 甲县", "brief", "甲县", True),
    ],
)
def test_a_group_message_must_be_meant_for_the_bot(text, command, rest, addressed) -> None:
    incoming = read(group(text))
    assert (incoming.command, incoming.text, incoming.addressed) == (command, rest, addressed)


def test_a_reply_to_the_bot_is_meant_for_it() -> None:
    theirs = {"message_id": 3, "from": {"id": 2, "is_bot": True}}
    ours = {"message_id": 4, "from": {"id": 1, "is_bot": True}}
    assert not read(group("多少", reply_to_message=theirs)).addressed
    assert read(group("多少", reply_to_message=ours)).addressed
    assert read(group("多少", reply_to_message=ours)).reply_to == 4


REFUSED = {
    "live location that moves": {
        "update_id": 9,
        "edited_message": message(None, location={"latitude": 1.0})["message"],
    },
    "channel post": {"update_id": 9, "channel_post": message()["message"]},
    "edited channel post": {"update_id": 9, "edited_channel_post": message()["message"]},
    "business message": {"update_id": 9, "business_message": message()["message"]},
    "inline query": {"update_id": 9, "inline_query": {"id": "1", "from": PERSON, "query": "x"}},
    "poll": {"update_id": 9, "poll": {"id": "1"}},
    "unknown kind": {"update_id": 9, "something_new": {}},
    "anonymous admin": group("/new", **{"from": {"id": 1087968824, "is_bot": True}}),
    "sender chat": group("/new", sender_chat={"id": -100, "type": "supergroup"}),
    "automatic forward": group("/new", is_automatic_forward=True, **{"from": {"id": 777000}}),
    "business connection": message(business_connection_id="x"),
    "a bot": message(**{"from": {"id": 55, "is_bot": True}}),
    "no sender": message(**{"from": None}),
    "somebody joined": group(None, new_chat_members=[PERSON]),
    "a message was pinned": message(None, pinned_message={"message_id": 1}),
    "text of another type": message({"a": 1}),  # type: ignore[arg-type]
    "no chat": message(chat=None),
    "channel chat": message(chat={"id": -5, "type": "channel"}),
    "sender without id": message(**{"from": {"first_name": "x"}}),
    "no message id": message(message_id=None),
    "command for another bot": group("/start@other_bot"),
    "callback without message": {
        "update_id": 9,
        "callback_query": {"id": "1", "from": PERSON, "data": "x"},
    },
    "callback without data": {
        "update_id": 9,
        "callback_query": {"id": "1", "from": PERSON, "message": message()["message"]},
    },
    "no update id": {"message": {}},
    "an update id no database takes": {**message(), "update_id": 10**30},
    "an update id that is none": {**message(), "update_id": True},
    "not a mapping": [1, 2],
    "message is a list": {"update_id": 9, "message": []},
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_the_bot_does_not_act_on(kind: str) -> None:
    assert isinstance(parse_update(REFUSED[kind], ME), Ignored)


ODD = {
    "voice": message(None, voice={"file_id": "v", "duration": 3}),
    "audio": message(None, audio={"file_id": "a"}),
    "video": message(None, video={"file_id": "v"}),
    "video_note": message(None, video_note={"file_id": "v"}),
    "photo": message(None, photo=[{"file_id": "p"}]),
    "animation": message(None, animation={"file_id": "a"}, document={"file_id": "a"}),
    "sticker": message(None, sticker={"file_id": "s", "emoji": "👍"}),
    "location": message(None, location={"latitude": 1.0, "longitude": 2.0}),
    "contact": message(None, contact={"phone_number": "1", "first_name": "x"}),
    "poll": message(None, poll={"id": "1"}),
    "dice": message(None, dice={"emoji": "🎲", "value": 3}),
    "story": message(None, story={"id": 1}),
    "unknown": message(None, something_new={"a": 1}),
    "edited": {"update_id": 9, "edited_message": message("改了", edit_date=1)["message"]},
    "via_bot": message(via_bot={"id": 5, "is_bot": True}),
    "foreign_command": message("/start@other_bot"),
    "joined": group(None, new_chat_members=[{"id": 1, "is_bot": True}]),
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_told_why_it_gets_no_answer(kind: str) -> None:
    incoming = read(ODD[kind])
    assert (incoming.odd, incoming.only_told, incoming.addressed) == (kind, True, True)
    assert f"odd.{kind}" in texts("zh")
    assert Incoming.from_json(incoming.to_json()) == incoming


def test_a_captioned_picture_is_a_question() -> None:
    incoming = read(message(None, photo=[{"file_id": "p"}], caption="玉山的问题"))
    assert (incoming.odd, incoming.text, incoming.only_told) == ("photo", "玉山的问题", False)


def test_a_document_with_a_caption() -> None:
    incoming = read(
        message(
            None,
            caption="请添加",
            document={"file_id": "f", "file_name": "甲.txt", "file_size": 12},
        )
    )
    assert incoming.document is not None
    assert (incoming.document.name, incoming.document.size) == ("甲.txt", 12)


@pytest.mark.parametrize(
    ("text", "ids"),
    [("", set()), (" ", set()), ("1,2", {1, 2}), ("1，-100 ,", {1, -100}), ("5", {5})],
)
def test_allow_lists(text: str, ids: set[int]) -> None:
    assert parse_ids(text, "X") == ids


@pytest.mark.parametrize("text", ["*", "1,*", "abc", "1;2", "1.5", "@name", "0", "１２"])
def test_malformed_allow_lists_are_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="BAOGAO_TELEGRAM_ALLOW"):
        parse_ids(text, "BAOGAO_TELEGRAM_ALLOW")


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({}, "TELEGRAM_BOT_TOKEN"),
        ({"TELEGRAM_BOT_TOKEN": "abc"}, "TELEGRAM_BOT_TOKEN"),
        ({"BAOGAO_TELEGRAM_API": "ftp://x"}, "BAOGAO_TELEGRAM_API"),
        ({"BAOGAO_TELEGRAM_PER_DAY": "-1"}, "BAOGAO_TELEGRAM_PER_DAY"),
        ({"BAOGAO_TELEGRAM_WEBHOOK": "http://x"}, "BAOGAO_TELEGRAM_WEBHOOK"),
        ({"BAOGAO_TELEGRAM_WEBHOOK": "https://x", "BAOGAO_TELEGRAM_SECRET": "short"},
         "BAOGAO_TELEGRAM_SECRET"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named_and_not_shown(env, named, tmp_path) -> None:
    base = {} if named == "TELEGRAM_BOT_TOKEN" else {"TELEGRAM_BOT_TOKEN": "1:secret-word"}
    with pytest.raises(ConfigurationError) as caught:
        TelegramSettings.from_variables({**base, **env})
    assert named in str(caught.value)
    assert "secret-word" not in str(caught.value)


def test_settings_do_not_show_the_token(tmp_path) -> None:
    settings = TelegramSettings.from_variables({"TELEGRAM_BOT_TOKEN": "1:secret-word"})
    assert "secret-word" not in repr(settings)
    assert settings.allow == frozenset()
