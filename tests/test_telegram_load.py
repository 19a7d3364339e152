"""RELIABILITY section 7, rows C01-C08, small rounds; ``tests/load/crowd.py`` runs the large ones."""

import asyncio
import time
from pathlib import Path

import pytest
from fake_assistant import FakeAssistant, FakeLibrary
from fake_telegram import FakeTelegram
from telegram_bench import OTHER, TEXTS, USER, bench

from bot.chats.threads import in_thread

pytestmark = pytest.mark.slow

QUESTION = "乙市行政复议收案多少件"


def test_c01_nobody_waits_for_anybody(tmp_path: Path, fake: FakeTelegram) -> None:
    users = range(100, 120)
    assistant = FakeAssistant(FakeLibrary(TEXTS), delay_s=1.0)
    with bench(tmp_path, fake, assistant=assistant, allow=frozenset(users)):
        start = time.monotonic()
        for user in users:
            fake.say(QUESTION, user)
        fake.wait_messages(len(users), timeout_s=20)
        assert time.monotonic() - start < 4.0  # one after the other: 20 s


def test_c03_a_flood_is_told_each_time_until_it_is_told_that_no_more_is_told(
    tmp_path: Path, fake: FakeTelegram, monkeypatch
) -> None:
    monkeypatch.setattr("bot.chats.inbox.REPLIES_PER_MINUTE", 12)
    with bench(tmp_path, fake, per_minute=5) as b:
        for _ in range(200):
            fake.say(QUESTION, USER)
        fake.say(QUESTION, OTHER)
        fake.wait_messages(1, OTHER)
        fake.wait(lambda _: b.bot.figures()["limited"] == 195, 20)
        fake.wait_messages(18, USER)
        time.sleep(0.3)
        sent = fake.messages(USER)
        assert sum("34" in s.text for s in sent) == 5
        assert sum("过于频繁" in s.text for s in sent) == 12
        assert sum("不再逐条回复" in s.text for s in sent) == 1
        assert len(sent) == 18


def test_23_messages_over_the_limit_get_23_replies(tmp_path: Path, fake: FakeTelegram) -> None:
    with bench(tmp_path, fake, per_minute=5) as b:
        ids = [fake.say(QUESTION) for _ in range(23)]
        fake.wait(lambda f: {s.reply_to for s in f.messages()} == set(ids))
        assert len(fake.messages()) == 23
        assert len(b.assistant.asked) == 5
        assert b.store.counts(USER).user_minute == 5


def test_thanks_are_answered_and_not_counted(tmp_path: Path, fake: FakeTelegram) -> None:
    with bench(tmp_path, fake, per_minute=2) as b:
        for text in (QUESTION, "谢谢", "thanks", QUESTION, QUESTION, "谢谢！"):
            fake.say(text)
        sent = fake.wait_messages(6)
        assert sum("过于频繁" in s.text for s in sent) == 1
        assert b.assistant.asked == [QUESTION, "谢谢", "thanks", QUESTION, "谢谢！"]
        assert b.store.counts(USER).user_minute == 2


def test_c04_a_crowd_waits_on_disk_and_is_told(tmp_path: Path, fake: FakeTelegram) -> None:
    users = range(100, 160)
    assistant = FakeAssistant(FakeLibrary(TEXTS), delay_s=0.3)
    settings = {"allow": frozenset(users), "concurrency": 4}
    with bench(tmp_path, fake, assistant=assistant, **settings) as b:
        for user in users:
            fake.say(QUESTION, user)
        fake.wait(lambda _: b.store.waiting() > 30)
        assert b.bot.figures()["running"] <= 4
        # not just 34: that may be how many are waiting
        fake.wait(lambda f: sum("34件" in s.text for s in f.messages()) == len(users), 30)
        told = [s for s in fake.messages() if "前面还有" in s.text]
        assert 0 < len(told) <= len(users)


def test_c06_one_users_questions_are_answered_in_order_each_in_its_reply(
    tmp_path: Path, fake: FakeTelegram
) -> None:
    assistant = FakeAssistant(FakeLibrary(TEXTS), delay_s=0.2)
    with bench(tmp_path, fake, assistant=assistant) as b:
        ids = [fake.say(f"{name}行政复议收案", USER) for name in ("甲县", "乙市", "甲县")]
        sent = fake.wait_messages(3)
        assert [s.reply_to for s in sent] == ids
        assert ["12" in s.text for s in sent] == [True, False, True]
        assert b.assistant.asked == ["甲县行政复议收案", "乙市行政复议收案", "甲县行政复议收案"]


def test_a_citation_opens_while_the_next_answer_is_made(tmp_path: Path, fake: FakeTelegram) -> None:
    with bench(tmp_path, fake) as b:
        fake.say(QUESTION)
        (sent,) = fake.wait_messages(1)
        b.assistant.delay_s = 2.0
        fake.say(QUESTION)
        fake.wait(lambda _: len(b.assistant.asked) == 2)
        start = time.monotonic()
        fake.press(sent, "[1]")
        fake.wait_messages(2)
        assert time.monotonic() - start < 1.5


def test_c07_the_event_loop_is_never_held_up(tmp_path: Path) -> None:
    async def measure() -> float:
        worst = 0.0

        async def heart() -> None:
            nonlocal worst
            while True:
                start = time.monotonic()
                await asyncio.sleep(0.01)
                worst = max(worst, time.monotonic() - start - 0.01)

        beat = asyncio.create_task(heart())
        await asyncio.gather(*(in_thread(lambda: time.sleep(0.5), timeout_s=5) for _ in range(20)))
        beat.cancel()
        return worst

    assert asyncio.run(measure()) < 0.25


def test_work_that_never_ends_is_left_behind(
    tmp_path: Path, fake: FakeTelegram, monkeypatch
) -> None:
    monkeypatch.setattr("bot.chats.handlers.ANSWER_WITHIN_S", 0.3)
    assistant = FakeAssistant(FakeLibrary(TEXTS), delay_s=5.0)
    with bench(tmp_path, fake, assistant=assistant) as b:
        fake.say(QUESTION)
        assert "太久" in fake.wait_messages(1)[0].text
        start = time.monotonic()
        assert b.stop() == 0
        assert time.monotonic() - start < 3


def test_who_is_cancelled_just_as_the_work_is_done_is_cancelled() -> None:
    async def call() -> None:
        task = asyncio.create_task(in_thread(lambda: None, timeout_s=5))
        await asyncio.sleep(0)  # it waits for its thread
        time.sleep(0.05)  # which is done, and has said so to the loop
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(call())


@pytest.mark.parametrize("error", [StopIteration(), KeyboardInterrupt(), SystemExit(3)])
def test_whatever_work_raises_comes_back(error: BaseException) -> None:
    def fail() -> None:
        raise error

    async def call() -> None:
        await in_thread(fail, timeout_s=5)

    with pytest.raises((RuntimeError, type(error))):
        asyncio.run(call())


def test_a_new_report_is_served_without_a_restart(tmp_path: Path, fake: FakeTelegram) -> None:
    with bench(tmp_path, fake) as b:
        fake.say("丙县2021年行政复议收案")
        assert "丙县" not in fake.wait_messages(1)[0].text
        path = tmp_path / "丙.txt"
        path.write_text("丙县2021年法治政府建设报告\n行政复议收案5件。\n", "utf-8")
        b.assistant.library.ingest([path])  # stored; served once the bot looks
        fake.say("丙县2021年行政复议收案")
        assert "丙县" in fake.wait_messages(2)[1].text


def test_given_up_requests_do_not_use_up_the_connections(
    tmp_path: Path, fake: FakeTelegram, monkeypatch
) -> None:
    """The typing mark is given up when the answer is there first; its connection must not be."""
    from fake_telegram import TOKEN, Fault

    from bot.telegram import gateway
    from bot.telegram.settings import TelegramSettings

    monkeypatch.setattr(gateway, "POOL_SIZE", 4)
    fake.always["sendChatAction"] = Fault(delay_s=0.03)

    async def give_up_many() -> None:
        api = gateway.Gateway(
            TelegramSettings(token=TOKEN, state_path=tmp_path / "x", api=fake.url)
        )
        await api.start()
        for n in range(40):
            typing = [asyncio.create_task(api.typing(USER)) for _ in range(12)]
            for one in typing:
                await asyncio.sleep(0.0003 * (n % 20))
                one.cancel()
        async with asyncio.timeout(10):
            await api.send_words(USER, "好")
        await api.stop()

    asyncio.run(give_up_many())
    assert fake.messages(USER)
