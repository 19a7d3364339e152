"""RELIABILITY section 7, rows X08-X13: who is heard, what leaks, what is counted."""

import json
import logging
import time
from pathlib import Path

import pytest
from fake_assistant import FakeAssistant, FakeLibrary
from fake_telegram import BOT_ID, BOT_NAME, FakeTelegram
from telegram_bench import ADMIN, GROUP, OTHER, STRANGER, TEXTS, USER, bench

pytestmark = pytest.mark.slow

QUESTION = "乙市行政复议收案多少件"
MENTION = f"@{BOT_NAME} {QUESTION}"
CLOSED_GROUP = -100300


def kinds(fake: FakeTelegram) -> dict[str, tuple[dict, bool]]:
    """The fourteen kinds of X09 (some twice): an update, and whether it may be handled."""
    say = fake.message
    posted = {"id": -100900, "type": "channel"}
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    service = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
    return {
        "private, listed": ({"message": say(QUESTION, USER)}, True),
        "private, unlisted": ({"message": say(QUESTION, STRANGER)}, False),
        "member of a listed group": ({"message": say(MENTION, 4242, GROUP)}, True),
        "listed user, any group": ({"message": say(MENTION, USER, CLOSED_GROUP)}, True),
        "unlisted user, unlisted group": ({"message": say(MENTION, STRANGER, CLOSED_GROUP)}, False),
        "anonymous admin": (
            {"message": say(MENTION, USER, GROUP, **{"from": anonymous},
                            sender_chat={"id": GROUP, "type": "supergroup"})}, False),
        "linked channel": (
            {"message": say(MENTION, USER, GROUP, **{"from": anonymous}, sender_chat=posted)},
            False),
        "automatic forward": (
            {"message": say(MENTION, USER, GROUP, **{"from": service}, sender_chat=posted,
                            is_automatic_forward=True)}, False),
        "edited message by a stranger": (
            {"edited_message": say(QUESTION, STRANGER, edit_date=int(time.time()))}, False),
        "edited message": (
            {"edited_message": say(QUESTION, USER, edit_date=int(time.time()))}, True),
        "channel post": ({"channel_post": say(QUESTION, USER, chat=None)}, False),
        "edited channel post": ({"edited_channel_post": say(QUESTION, USER)}, False),
        "business message": (
            {"business_message": say(QUESTION, USER, business_connection_id="b")}, False),
        "inline query": (
            {"inline_query": {"id": "1", "from": {"id": USER, "is_bot": False, "first_name": "x"},
                              "query": QUESTION, "offset": ""}}, False),
        "an admin's message forwarded by a stranger": (
            {"message": say(QUESTION, STRANGER,
                            forward_origin={"type": "user", "date": 0,
                                            "sender_user": {"id": ADMIN, "is_bot": False}})},
            False),
        "an admin's message forwarded by a user": (
            {"message": say("/status", USER,
                            forward_origin={"type": "user", "date": 0,
                                            "sender_user": {"id": ADMIN, "is_bot": False}})},
            True),
        "callback by a stranger": (
            {"callback_query": {"id": "5", "from": {"id": STRANGER, "is_bot": False},
                                "data": "r|0|-|-", "message": say("x", STRANGER)}}, False),
    }  # fmt: skip


def test_x09_only_listed_people_and_kinds_are_handled(tmp_path: Path, fake: FakeTelegram) -> None:
    cases = kinds(fake)
    for update, _ in cases.values():
        fake.push(update)
    with bench(tmp_path, fake) as b:
        expected = sum(handled for _, handled in cases.values())
        fake.push({"message": fake.message("/new", OTHER)})
        sent = fake.wait_messages(expected + 1)
        assert len(sent) == expected + 1
        assert STRANGER not in {s.chat for s in fake.sent}
        assert len(b.assistant.asked) == expected - 2  # the command and the change ask nothing
        assert "只有管理员" in "".join(s.text for s in sent)  # the forwarder is no administrator


def test_x09_buttons_are_for_the_person_asked(tmp_path: Path, fake: FakeTelegram) -> None:
    with bench(tmp_path, fake) as b:
        fake.say(MENTION, USER, GROUP)
        (sent,) = fake.wait_messages(1, GROUP)
        for data in [button["callback_data"] for row in sent.buttons for button in row]:
            fake.press_data(data, GROUP, sent.message_id, OTHER)
            fake.press_data(data, OTHER, sent.message_id, OTHER)  # carried into another chat
        toasts = fake.wait(
            lambda f: (
                len(f.messages(method="answerCallbackQuery")) == 8
                and f.messages(method="answerCallbackQuery")
            )
        )
        assert {t.text for t in toasts} == {"这是别人的提问，您可以自己提问。"}
        assert b.store.feedback() == []
        assert len(fake.messages()) == 1


@pytest.mark.parametrize(
    "data", ["", "c", "c|", "c|nokey|1|0", "x|" + "a" * 60, "r|x|y|z", "r|0", "q|nokey", "y|nokey",
             "m|nokey|99999999999999999999", "z|nokey", "u|'; drop table answers--", "zz|1", "|||"]
)  # fmt: skip
def test_forged_buttons_reach_nothing(tmp_path: Path, fake: FakeTelegram, data: str) -> None:
    with bench(tmp_path, fake) as b:
        fake.press_data(data, USER, 1)
        (toast,) = fake.wait(lambda f: f.messages(method="answerCallbackQuery"))
        fake.wait(lambda _: b.bot.figures()["running"] == 0)
        assert b.bot.figures()["failures"] == 0
        assert fake.messages() == []
        assert fake.messages(method="deleteMessage") == []
        assert "失效" in toast.text


def test_removal_can_be_confirmed_only_by_who_asked(tmp_path: Path, fake: FakeTelegram) -> None:
    with bench(tmp_path, fake, admins=frozenset({ADMIN, 10})) as b:
        fake.say("/remove 甲.txt", ADMIN)
        (confirm,) = fake.wait_messages(1, ADMIN)
        data = confirm.button("确定")["callback_data"]
        for user in (USER, 10):
            fake.press_data(data, user, 1, user)
        fake.wait(lambda f: len(f.messages(method="answerCallbackQuery")) == 2)
        fake.wait(lambda _: b.bot.figures()["running"] == 0)
        assert len(b.assistant.library.reports()) == 2


def test_x10_closed_by_default(tmp_path: Path, fake: FakeTelegram) -> None:
    with bench(tmp_path, fake, allow=frozenset(), admins=frozenset()) as b:
        for user in (USER, ADMIN, STRANGER):
            fake.say(QUESTION, user)
            fake.say(MENTION, user, GROUP)
        fake.wait(lambda _: b.bot.figures()["denied"] == 6)
        assert fake.sent == []
        assert b.assistant.asked == []


def test_x08_no_link_can_be_tapped_and_none_is_previewed(
    tmp_path: Path, fake: FakeTelegram
) -> None:
    texts = {
        "evil.md": "己县2021年报告 https://evil.example/?q=1 [点我](http://evil.example) "
        "www.evil.example @evil_bot tg://join?invite=1 13800138000 /start 行政复议。\n"
    }
    with bench(tmp_path, fake, assistant=FakeAssistant(FakeLibrary(texts))) as b:
        for text in (f"己县行政复议 http://asked.example {BOT_NAME}", "/reports", "/why"):
            fake.say(text)
        sent = fake.wait_messages(3)
        fake.press(sent[0], "[1]")
        sent = fake.wait_messages(4)
        for message in sent:
            bare = message.text
            for tag, words in message.entities:
                assert tag in ("b", "i", "code")
                if tag == "code":
                    bare = bare.replace(words, "")
            for tappable in ("http", "www.", "evil.example", "evil.md", "@evil", "tg:", "138001"):
                assert tappable not in bare, message.html
        # the fake counts a send without disabled preview as a violation; the bench checks it
        assert b.bot.figures()["failures"] == 0


SECRET_WORDS = "绝密问题行政复议XYZZY"


def test_x11_x12_logs_hold_no_token_no_words_and_one_line_a_record(
    tmp_path: Path, fake: FakeTelegram, caplog, capfd
) -> None:
    caplog.set_level(logging.DEBUG)
    error = RuntimeError(f"{SECRET_WORDS} sk-abcdefgh12345678")
    assistant = FakeAssistant(FakeLibrary(TEXTS))
    with bench(tmp_path, fake, assistant=assistant) as b:
        for name in ("httpx", "telegram", "telegram.Bot", "httpcore"):
            logging.getLogger(name).setLevel(logging.DEBUG)
        fake.say(f"{SECRET_WORDS}\n{{'event': 'forged'}}\r\nINFO forged")
        fake.wait_messages(1)
        assistant.fail = error
        fake.say(SECRET_WORDS)
        fake.wait_messages(2)
        logging.getLogger("bot.x").info("key sk-abcdefgh12345678\nforged %s", b.settings.token)
        logging.getLogger("telegram.Bot").error("%s", SECRET_WORDS, exc_info=error)
    out = capfd.readouterr()
    everything = b.log.getvalue() + caplog.text + out.out + out.err
    for secret in (b.settings.token, b.settings.token.split(":")[1], "sk-abcdefgh", "XYZZY"):
        assert secret not in everything
    for line in b.log.getvalue().splitlines():
        assert "event" in json.loads(line)
    assert "forged" not in [json.loads(x)["event"] for x in b.log.getvalue().splitlines()]


def test_x13_every_way_of_asking_counts(tmp_path: Path, fake: FakeTelegram) -> None:
    with bench(tmp_path, fake, per_minute=5) as b:
        fake.say("/help")
        (help_,) = fake.wait_messages(1, USER)
        fake.say(QUESTION)
        fake.say(MENTION, USER, GROUP)
        fake.say("/brief 甲县")
        fake.press(help_, "甲县")
        fake.wait(lambda _: b.store.counts(USER).user_minute == 4)
        fake.push({"edited_message": fake.message(QUESTION, USER, edit_date=1)})
    with bench(tmp_path, fake, per_minute=5) as b:
        fake.say("/compare 甲县和乙市")
        fake.say(QUESTION)
        fake.press(help_, "甲县")
        fake.say(MENTION, USER, GROUP)
        fake.say(
            QUESTION, reply_to_message={"message_id": 1, "from": {"id": BOT_ID, "is_bot": True}}
        )
        fake.wait(lambda _: b.bot.figures()["limited"] == 4)
        assert b.store.counts(USER).user_minute == 5
        told = fake.wait(
            lambda f: (
                sum("过于频繁" in s.text for s in f.messages()) == 3
                and [s for s in f.messages(method="answerCallbackQuery") if "过于频繁" in s.text]
            )
        )
        assert len(told) == 1
        fake.say(QUESTION, OTHER)
        fake.wait_messages(1, OTHER)


@pytest.mark.parametrize(
    ("limits", "words"), [({"per_day": 2}, "明天再试"), ({"per_day_all": 2}, "总数已达上限")]
)
def test_daily_limits(tmp_path: Path, fake: FakeTelegram, limits: dict, words: str) -> None:
    with bench(tmp_path, fake, **limits) as b:
        for _ in range(3):
            fake.say(QUESTION)
        sent = fake.wait_messages(3)
        assert sum(words in s.text for s in sent) == 1
        assert len(b.assistant.asked) == 2


def test_presses_are_limited_too(tmp_path: Path, fake: FakeTelegram, monkeypatch) -> None:
    monkeypatch.setattr("bot.chats.inbox.REPLIES_PER_MINUTE", 60)
    with bench(tmp_path, fake) as b:
        for _ in range(80):
            fake.press_data("r|0|-|-", USER, 1)
        fake.wait(lambda f: len(f.messages(method="answerCallbackQuery")) >= 61 and not f.pending)
        fake.wait(lambda _: b.bot.figures()["running"] + b.store.waiting() == 0)
        toasts = fake.messages(method="answerCallbackQuery")
        assert len(toasts) == 61
        assert sum("不再逐条回复" in toast.text for toast in toasts) == 1
