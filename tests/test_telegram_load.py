"""RELIABILITY section 7, rows C01-C08, small rounds; ``tests/load/crowd.py`` runs the large ones."""

import asyncio
import threading
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
    all_at_it = threading.Barrier(len(users), timeout=20)
    assistant = FakeAssistant(FakeLibrary(TEXTS), until=all_at_it.wait)
    with bench(tmp_path, fake, assistant=assistant, allow=frozenset(users)):
        for user in users:
            fake.say(QUESTION, user)
        sent = fake.wait_messages(len(users), timeout_s=30)
        assert all("34件" in message.text for message in sent)


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
        go_on = threading.Event()
        b.assistant.until = lambda: go_on.wait(20)
        fake.say(QUESTION)
        fake.wait(lambda _: len(b.assistant.asked) == 2)
        fake.press(sent, "[1]")
        opened = fake.wait_messages(2)[1]
        assert not go_on.is_set()
        assert opened.reply_to != sent.reply_to
        go_on.set()
        fake.wait_messages(3)


def test_c07_the_event_loop_is_never_held_up(tmp_path: Path) -> None:
    come, go_on = threading.Semaphore(0), threading.Event()

    def work() -> bool:
        come.release()
        return go_on.wait(20)

    async def beats() -> list[bool]:
        working = [asyncio.create_task(in_thread(work, timeout_s=30)) for _ in range(20)]
        for _ in working:  # the loop turns while none of them is done
            while not come.acquire(blocking=False):
                await asyncio.sleep(0)
        go_on.set()
        return await asyncio.gather(*working)

    assert all(asyncio.run(beats()))


def test_work_that_never_ends_is_left_behind(
    tmp_path: Path, fake: FakeTelegram, monkeypatch
) -> None:
    monkeypatch.setattr("bot.chats.handlers.ANSWER_WITHIN_S", 0.3)
    done, never = threading.Event(), threading.Event()

    def work() -> None:
        never.wait(60)
        done.set()

    assistant = FakeAssistant(FakeLibrary(TEXTS), until=work)
    with bench(tmp_path, fake, assistant=assistant) as b:
        fake.say(QUESTION)
        assert "太久" in fake.wait_messages(1)[0].text
        assert b.stop() == 0
        assert not done.is_set()
        never.set()


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
