"""RELIABILITY section 7, rows T01-T08 and T11-T15: what fails, and what people then see."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from fake_assistant import FakeAssistant, FakeLibrary, FakeState
from fake_telegram import TOKEN, FakeTelegram, Fault
from telegram_bench import GROUP, OTHER, TEXTS, USER, bench

from bot.telegram import gateway
from bot.telegram.app import run
from bot.telegram.settings import TelegramSettings
from retrieval.errors import LibraryDamaged

pytestmark = pytest.mark.slow

QUESTION = "乙市行政复议收案多少件"


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(gateway, "_WAITS_S", (0.05, 0.1))


def test_t01_a_short_429_is_waited_out(tmp_path: Path, fake: FakeTelegram) -> None:
    fake.faults["sendMessage"].append(Fault(429, retry_after=2))
    with bench(tmp_path, fake) as b:
        fake.say(QUESTION, USER)
        fake.wait(lambda f: f.number_of("sendMessage") == 1)
        fake.say(QUESTION, OTHER)
        assert "34" in fake.wait_messages(1, OTHER)[0].text
        assert not fake.messages(USER)  # which waits, and holds back no other
        assert "34" in fake.wait_messages(1, USER)[0].text
        assert fake.number_of("sendMessage") == 3
        assert b.bot.figures()["failures"] == 0


def test_t01_an_hour_is_given_up_and_holds_back_nobody(tmp_path: Path, fake: FakeTelegram) -> None:
    fake.faults["sendMessage"].append(Fault(429, retry_after=3600))
    with bench(tmp_path, fake) as b:
        fake.say(QUESTION, USER)
        fake.wait(lambda f: f.number_of("sendMessage") == 1)
        fake.say(QUESTION, OTHER)
        fake.wait_messages(1, OTHER)
        fake.say(QUESTION, USER)
        fake.wait_messages(1, USER)
        assert "429 given up" in b.log.getvalue()
        assert b.store.waiting() == 0


def test_t02_unparsable_markup_is_sent_again_plain(tmp_path: Path, fake: FakeTelegram) -> None:
    fake.faults["sendMessage"].append(
        Fault(400, "Bad Request: can't parse entities: unexpected end tag", only_parsed=True)
    )
    with bench(tmp_path, fake):
        fake.say(QUESTION)
        (sent,) = fake.wait_messages(1)
        assert "parse_mode" not in sent.params
        assert sent.text.startswith("一、行政复议收案34件。[1]")
        assert sent.buttons


@pytest.mark.parametrize("number", [4_095, 4_096, 4_097, 20_000])
@pytest.mark.parametrize("char", ["中", "😀"])
def test_t03_any_length_arrives_whole(
    tmp_path: Path, fake: FakeTelegram, number: int, char: str
) -> None:
    assistant = FakeAssistant(FakeLibrary({}))
    assistant.shape = lambda a: replace(a, sentences=(replace(a.sentences[0], text=char * number),))
    with bench(tmp_path, fake, assistant=assistant):
        fake.say(QUESTION)
        fake.wait_messages(1)
        document = number * len(char.encode("utf-16-le")) // 2 > 3 * 4_000
        if document:
            file = fake.wait(lambda f: f.messages(method="sendDocument"))[0].file
            assert file[1].decode().strip() == char * number
        else:
            sent = fake.wait(
                lambda f: sum(s.text.count(char) for s in f.messages()) == number and f.messages()
            )
            assert len(sent) <= 3


def test_t04_an_unchanged_edit_is_no_error(tmp_path: Path, fake: FakeTelegram) -> None:
    with bench(tmp_path, fake) as b:
        fake.say("/reports")
        (page,) = fake.wait_messages(1)
        for _ in range(2):
            fake.press_data("r|0|-|-", USER, page.message_id)
        fake.wait(lambda f: len(f.messages(method="answerCallbackQuery")) == 2)
        fake.wait(lambda _: b.bot.figures()["running"] == 0)
        assert len(fake.messages()) == 1  # not sent as a new message instead
        assert b.bot.figures()["failures"] == 0


@pytest.mark.parametrize(
    "fault",
    [
        Fault(403, "Forbidden: bot was blocked by the user"),
        Fault(400, "Bad Request: chat not found"),
    ],
)
def test_t05_a_lost_chat_is_left_alone(tmp_path: Path, fake: FakeTelegram, fault: Fault) -> None:
    fake.always["sendMessage"] = fault
    with bench(tmp_path, fake) as b:
        fake.say(QUESTION)
        fake.wait(lambda _: b.bot.figures()["running"] == 0 and fake.number_of("sendMessage"))
        time.sleep(0.3)
        assert fake.number_of("sendMessage") == 1
        del fake.always["sendMessage"]
        fake.say(QUESTION)
        fake.wait_messages(1)


def test_t05_a_moved_group_is_followed_once(tmp_path: Path, fake: FakeTelegram) -> None:
    fake.faults["sendMessage"].append(
        Fault(400, "Bad Request: group chat was upgraded", migrate_to=-100999)
    )
    with bench(tmp_path, fake, allow=frozenset({GROUP})):
        fake.say(f"/help@{'baogao_test_bot'}", 4242, GROUP)
        fake.wait_messages(1, -100999)
        assert fake.number_of("sendMessage") == 2
        fake.say("/help", 4242, -100999)  # the group's permission has moved with it
        fake.wait_messages(2, -100999)


def test_t06_polling_comes_back(tmp_path: Path, fake: FakeTelegram) -> None:
    fake.faults["getUpdates"].extend(
        [Fault(502, html=True), Fault(drop="before"), Fault(500), Fault(429, retry_after=1)]
    )
    with bench(tmp_path, fake) as b:
        fake.say(QUESTION)
        fake.wait_messages(1, timeout_s=35)
        assert b.bot.figures()["reconnects"] == 3


def test_t06_a_server_that_is_late_is_waited_for(
    tmp_path: Path, fake: FakeTelegram, monkeypatch
) -> None:
    monkeypatch.setattr("bot.telegram.app.STARTS_WAIT_S", (0.2, 0.2))
    fake.faults["getMe"].extend([Fault(502, html=True), Fault(drop="before")])
    with bench(tmp_path, fake):
        fake.say(QUESTION)
        fake.wait_messages(1)


SHAPES = {
    "no JSON": b"<html>log in to the network</html>",
    "nothing": b"",
    "a list": b"[]",
    "a number": b"5",
    "not ok": b'{"ok": false}',
    "no result": b'{"ok": true}',
    "null": b'{"ok": true, "result": null}',
    "true": b'{"ok": true, "result": true}',
    "an empty object": b'{"ok": true, "result": {}}',
    "a list of other things": b'{"ok": true, "result": [1, "x", null, {}, {"update_id": "7"}]}',
    "a message without a chat": b'{"ok": true, "result": {"message_id": 3, "date": "x"}}',
    "not UTF-8": b"\xff\xfe\x00",
    "cut": b'{"ok": true, "result": {"message_id"',
}


@pytest.mark.parametrize("shape", SHAPES)
def test_t06_a_success_of_another_shape_ends_nothing(
    tmp_path: Path, fake: FakeTelegram, monkeypatch, shape: str
) -> None:
    monkeypatch.setattr("bot.telegram.polling.MAX_WAIT_S", 0.1)
    fake.faults["getUpdates"].extend([Fault(200, body=SHAPES[shape])] * 3)
    with bench(tmp_path, fake) as b:
        fake.say(QUESTION)
        assert "34" in fake.wait_messages(1)[0].text
        assert b.bot.figures()["failures"] == 0


@pytest.mark.parametrize("shape", SHAPES)
def test_t11_a_send_answered_in_another_shape_is_not_lost(
    tmp_path: Path, fake: FakeTelegram, quick, shape: str
) -> None:
    fake.faults["sendMessage"].extend([Fault(200, body=SHAPES[shape])] * 3)
    fake.faults["sendChatAction"].append(Fault(200, body=SHAPES[shape]))
    with bench(tmp_path, fake) as b:
        fake.say(QUESTION)
        (sent,) = fake.wait_messages(1)
        assert "34" in sent.text
        assert "重发" in sent.text
        fake.say("/new")
        assert len(fake.wait_messages(2)) == 2
        assert b.bot.figures()["failures"] == 0


def test_t11_a_reply_outlives_a_long_outage(
    tmp_path: Path, fake: FakeTelegram, quick, monkeypatch
) -> None:
    monkeypatch.setattr(gateway, "_GIVE_UP_S", 0.2)
    monkeypatch.setattr("bot.chats.inbox.PAUSE_S", 0.05)
    fake.always["sendMessage"] = Fault(502, html=True)
    with bench(tmp_path, fake) as b:
        fake.say(QUESTION)
        fake.wait(lambda _: b.bot.figures()["put_off"] >= 2, 20)
        del fake.always["sendMessage"]
        assert "34" in fake.wait_messages(1)[0].text
        assert b.assistant.asked == [QUESTION]


def test_t11_a_server_that_never_says_how_is_believed_in_the_end(
    tmp_path: Path, fake: FakeTelegram, quick
) -> None:
    fake.always["sendMessage"] = Fault(200, body=b'{"ok": true, "result": {}}')
    with bench(tmp_path, fake) as b:
        fake.say(QUESTION)
        fake.wait(lambda f: f.number_of("sendMessage") == 4)
        fake.wait(lambda _: b.bot.figures()["running"] == 0)
        assert b.store.waiting() == 0


@pytest.mark.parametrize("shape", ["no JSON", "null", "a list"])
def test_t06_a_greeting_of_another_shape_is_tried_again(
    tmp_path: Path, fake: FakeTelegram, monkeypatch, shape: str
) -> None:
    monkeypatch.setattr("bot.telegram.app.STARTS_WAIT_S", (0.1, 0.1))
    for method in ("getMe", "setMyCommands", "deleteWebhook"):
        fake.faults[method].extend([Fault(200, body=SHAPES[shape])] * 2)
    with bench(tmp_path, fake):
        fake.say(QUESTION)
        fake.wait_messages(1)


def test_t07_a_repeated_update_is_answered_once(tmp_path: Path, fake: FakeTelegram) -> None:
    update = {"update_id": 50, "message": fake.message(QUESTION)}
    with bench(tmp_path, fake) as b:
        fake.push(update)
        fake.wait_messages(1)
        fake.push(update)
        fake.wait(lambda _: b.bot.figures()["duplicates"] == 1 or not fake.pending)
    with bench(tmp_path, fake) as b:
        fake.push(update)
        fake.push({"update_id": 51, "message": fake.message("/new")})
        fake.wait_messages(2)
        assert b.bot.figures()["duplicates"] == 1
        assert len(fake.messages()) == 2


def test_t08_a_second_instance_ends_with_a_clear_line(
    tmp_path: Path, fake: FakeTelegram, capsys
) -> None:
    fake.always["getUpdates"] = Fault(409, "Conflict: terminated by other getUpdates request")
    with bench(tmp_path, fake, conflict_limit_s=4) as b:
        assert b.thread is not None
        b.thread.join(15)
        assert b.codes == [1]
    assert "另一个进程" in capsys.readouterr().err
    assert TelegramSettings(token=TOKEN, state_path=tmp_path).conflict_limit_s + 10 < 30


def test_t08_a_passing_conflict_is_borne(tmp_path: Path, fake: FakeTelegram) -> None:
    fake.faults["getUpdates"].append(Fault(409, "Conflict"))
    with bench(tmp_path, fake):
        fake.say(QUESTION)
        fake.wait_messages(1)


def test_t11_a_lost_reply_makes_one_marked_copy_at_most(
    tmp_path: Path, fake: FakeTelegram, quick
) -> None:
    fake.faults["sendMessage"].append(Fault(drop="after"))
    with bench(tmp_path, fake):
        fake.say(QUESTION)
        first, copy = fake.wait_messages(2)
        assert "重发" not in first.text
        key = first.buttons[0][0]["callback_data"].split("|")[1]
        assert copy.text.endswith(f"（重发 · 编号 {key}）")
        fake.say("/new")
        fake.wait_messages(3)
        assert len(fake.messages()) == 3


def test_t11_a_refused_send_is_repeated_without_a_mark(
    tmp_path: Path, fake: FakeTelegram, quick
) -> None:
    fake.faults["sendMessage"].extend([Fault(502, html=True), Fault(500)])
    with bench(tmp_path, fake):
        fake.say(QUESTION)
        (sent,) = fake.wait_messages(1)
        assert "重发" not in sent.text


def test_t12_an_old_backlog_is_dropped_and_said(tmp_path: Path, fake: FakeTelegram) -> None:
    for _ in range(5):
        fake.say(QUESTION, date=int(time.time()) - 24 * 3600)
    fake.say(QUESTION, date=int(time.time()) - 3600)
    with bench(tmp_path, fake) as b:
        sent = fake.wait_messages(2)
        assert sorted("较早" in s.text for s in sent) == [False, True]
        fake.say("/new")
        assert len(fake.wait_messages(3)) == 3
        assert "stale" in b.log.getvalue()
        assert len(b.assistant.asked) == 1


@pytest.mark.parametrize("status", [401, 404])
def test_t13_a_wrong_token_ends_without_showing_it(
    tmp_path: Path, fake: FakeTelegram, capfd, status: int
) -> None:
    fake.always["getMe"] = Fault(status, f"The token `{TOKEN}` was rejected")
    settings = TelegramSettings(
        token=TOKEN, state_path=tmp_path / "x.sqlite", api=fake.url, log_level="DEBUG"
    )
    code = run(settings, lambda: FakeAssistant(FakeLibrary({})), restore=FakeState.from_json)
    assert code == 1
    out = capfd.readouterr()
    assert TOKEN not in out.out + out.err
    assert "TELEGRAM_BOT_TOKEN" in out.err
    assert "Traceback" not in out.err


def test_t14_odd_updates_are_passed_over(tmp_path: Path, fake: FakeTelegram) -> None:
    odd = [
        {"poll": {"id": "1"}},
        {"message": {"message_id": 1, "date": 0, "chat": {"id": 7, "type": "private"}}},
        {"message": fake.message(None, dice={"emoji": "🎲", "value": 1})},
        {"message": None},
        {"something_new": [1]},
        {"callback_query": {"id": "1"}},
        {"message": fake.message("\ud800")},
    ]
    for update in odd:
        fake.push(update)
    with bench(tmp_path, fake) as b:
        fake.say(QUESTION)
        fake.wait(lambda f: any("34" in s.text for s in f.messages()))
        assert b.bot.figures()["ignored"] == 5
        assert sum("不玩骰子" in s.text for s in fake.messages()) == 1
        assert b.bot.figures()["failures"] == 0


@pytest.mark.parametrize(
    ("error", "words"),
    [(ValueError("秘密问题 /root/x"), "处理失败"), (LibraryDamaged("x"), "资料库正在维护"),
     (TimeoutError(), "太久"), (MemoryError(), "处理失败")],
)  # fmt: skip
def test_t15_an_error_is_a_fixed_line_and_a_code(
    tmp_path: Path, fake: FakeTelegram, error: Exception, words: str
) -> None:
    assistant = FakeAssistant(FakeLibrary(TEXTS), fail=error)
    with bench(tmp_path, fake, assistant=assistant) as b:
        fake.say(QUESTION)
        (sent,) = fake.wait_messages(1)
        assert words in sent.text
        code = sent.text.split("编号 ")[1][:4]
        lines = [json.loads(line) for line in b.log.getvalue().splitlines()]
        (line,) = [line for line in lines if line.get("code") == code]
        assert type(error).__name__ in line["event"]
        assert "fake_assistant.py" in line["event"]
        assert "秘密" not in b.log.getvalue()
        assert "/root" not in sent.text
        assistant.fail = None
        fake.say(QUESTION)
        assert "34" in fake.wait_messages(2)[1].text


def test_a_question_that_kills_the_process_is_given_up_in_the_end(
    tmp_path: Path, fake: FakeTelegram
) -> None:
    with bench(tmp_path, fake) as b:
        b.stop()
        b.store.receive(1, lane="q7", user=7, chat=7, payload=_payload(fake), counted=True)
        for _ in range(3):
            b.store.take(())
            b.store.take_over()
    with bench(tmp_path, fake) as b:
        (sent,) = fake.wait_messages(1)
        assert sent.text == "上一个问题因重启未完成，请重发。"
        assert b.assistant.asked == []


def test_a_reply_half_sent_is_finished_after_a_crash(tmp_path: Path, fake: FakeTelegram) -> None:
    from bot.chats.messages import say

    with bench(tmp_path, fake) as b:
        b.stop()
        b.store.receive(1, lane="q7", user=7, chat=7, payload=_payload(fake), counted=True)
        b.store.take(())
        long = "\n".join(f"第{n}部分{'字' * 3_000}" for n in (1, 2, 3))
        b.store.keep_reply(1, replace(say(long), mark="（重发）").to_json())
        b.store.mark_sent(1, 1)
    with bench(tmp_path, fake) as b:
        sent = fake.wait_messages(2)
        assert [s.text.replace("字", "") for s in sent] == [
            "（2/3）\n第2部分\n（重发）", "（3/3）\n第3部分"
        ]  # fmt: skip
        assert b.assistant.asked == []


def _payload(fake: FakeTelegram) -> dict:
    from bot.chats.incoming import Incoming
    from bot.telegram.updates import Me, parse_update

    incoming = parse_update({"update_id": 1, "message": fake.message(QUESTION)}, Me(1, "x"))
    assert isinstance(incoming, Incoming)
    return incoming.to_json()


def test_a_full_disk_loses_no_question(tmp_path: Path, fake: FakeTelegram, monkeypatch) -> None:
    import sqlite3

    from bot.chats.conversations import ConversationStore

    monkeypatch.setattr("bot.telegram.polling.STORE_WAIT_S", 0.1)
    receive, failures = ConversationStore.receive, [0]

    def full(self, *args, **kwargs):
        if failures[0] < 3:
            failures[0] += 1
            raise sqlite3.OperationalError("database or disk is full")
        return receive(self, *args, **kwargs)

    monkeypatch.setattr(ConversationStore, "receive", full)
    with bench(tmp_path, fake) as b:
        fake.say(QUESTION)
        assert "34" in fake.wait_messages(1)[0].text
        assert failures == [3]
        assert "inbox cannot be written" in b.log.getvalue()


def test_nothing_is_confirmed_before_it_is_on_the_disk(
    tmp_path: Path, fake: FakeTelegram, monkeypatch
) -> None:
    from bot.chats.conversations import ConversationStore

    monkeypatch.setattr("bot.telegram.polling.STORE_WAIT_S", 0.1)
    sync, failures, unconfirmed = ConversationStore.sync, [0], []

    def bad_disk(self) -> None:
        unconfirmed.append(len(fake.pending))
        if failures[0] < 3:
            failures[0] += 1
            raise OSError(5, "Input/output error")
        sync(self)

    monkeypatch.setattr(ConversationStore, "sync", bad_disk)
    with bench(tmp_path, fake) as b:
        fake.say(QUESTION)
        fake.wait(lambda f: failures == [3] and not f.pending)
        assert "34" in fake.wait_messages(1)[0].text
        assert unconfirmed == [1, 1, 1, 1]
        assert b.assistant.asked == [QUESTION]  # known by its id when it came again
