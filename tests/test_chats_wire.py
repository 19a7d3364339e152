"""Everything of a chat on a messenger in memory: what a second messenger would have for nothing."""

import asyncio
from pathlib import Path

import pytest
from fake_assistant import FakeAssistant, FakeLibrary, FakeState
from memory_wire import MemoryWire, Shown

from bot.chats.access import Access
from bot.chats.callbacks import Callbacks
from bot.chats.conversations import ConversationStore
from bot.chats.delivery import Delivery
from bot.chats.handlers import Desk, Handlers
from bot.chats.inbox import Dispatcher, Intake
from bot.chats.incoming import Attached, Ignored, Incoming
from bot.chats.limits import Limits

USER, ADMIN = 7, 9
QUESTION = "乙市行政复议收案多少件"
TEXTS = {
    "甲.txt": "甲县2023年法治政府建设报告\n一、行政复议收案12件。\n二、存在的问题是人员不足。\n",
    "乙.txt": "乙市2022年法治政府建设报告\n一、行政复议收案34件。\n二、存在的问题是宣传不够。\n",
}


LIMITS = {
    "allow": {USER}, "admins": {ADMIN}, "per_minute": 5, "per_day": 50, "per_day_all": 500,
    "concurrency": 4, "max_age_s": 3_600.0,
}  # fmt: skip


class Office:
    """A whole chat but for the wire's own loop: take in, work off, look at what is shown."""

    def __init__(self, path: Path, wire: MemoryWire | None = None, **rules: int) -> None:
        self.wire = wire or MemoryWire()
        self.store = ConversationStore(path)
        self.assistant = FakeAssistant(FakeLibrary(TEXTS))
        settings = Limits.model_validate(LIMITS | rules)
        access = Access(settings, self.store)
        desk = Desk(self.assistant, FakeState.from_json, self.store, access, self.wire, dict)
        handlers = Handlers(desk)
        self.delivery = Delivery(self.store, self.wire, handlers, Callbacks(desk, handlers))
        self.intake = Intake(
            settings, self.store, access, is_courtesy=self.assistant.is_courtesy
        )  # fmt: skip
        self._next = 0

    def say(self, text: str, user: int = USER, **more) -> None:
        self._next += 1
        kind = more.pop("kind", "message")
        incoming = Incoming(kind, self._next, user, True, user, self._next, 0, text=text, **more)
        self.intake.accept(incoming)

    def work(self) -> list[Shown]:
        async def run() -> None:
            dispatcher = Dispatcher(self.store, self.delivery.handle, concurrency=4, pause_s=0.01)
            dispatcher.pump()
            while dispatcher.running or self.store.waiting():
                await asyncio.sleep(0.01)

        asyncio.run(run())
        return list(self.wire.shown.values())


@pytest.fixture
def office(tmp_path: Path):
    office = Office(tmp_path / "chats.sqlite")
    yield office
    office.store.close()


def test_a_question_its_citation_and_its_end(office: Office) -> None:
    office.say(QUESTION)
    (answer,) = office.work()
    assert answer.text.startswith("一、行政复议收案34件。[1]")
    cite = next(b for row in answer.keyboard for b in row if b.text == "[1]")
    office.say("", kind="callback", data=cite.data, callback_id="x")
    passage = office.work()[1]
    assert "来源：乙.txt" in passage.text
    office.say("", command="new")
    assert "已忘掉" in office.work()[2].text
    assert office.delivery.counts["failures"] == 0


def test_limits_refusals_and_odd_kinds_are_told(office: Office) -> None:
    for _ in range(7):
        office.say(QUESTION)
    office.say("", odd="voice")
    office.say("谢谢")
    office.say(QUESTION, user=666)  # a stranger
    office.intake.accept(Ignored(99, "channel"))
    told = [s.text for s in office.work()]
    assert sum("过于频繁" in t for t in told) == 2
    assert sum("听不懂语音" in t for t in told) == 1
    assert len(told) == 9


def test_what_was_stored_is_delivered_after_a_crash(tmp_path: Path) -> None:
    office = Office(tmp_path / "chats.sqlite", MemoryWire(most=1))
    office.say(QUESTION)
    row = office.store.take(())
    assert row is not None
    reply = asyncio.run(office.delivery._compute(row, Incoming.from_json(row.payload)))
    office.store.keep_reply(row.update_id, reply.to_json())
    office.store.mark_sent(row.update_id, 1)
    office.store.close()  # killed here
    again = Office(tmp_path / "chats.sqlite", MemoryWire(most=1))
    again.store.take_over()
    shown = again.work()
    assert shown[0].text.split("\n")[-1].startswith("（重发")
    assert again.assistant.asked == []
    assert "范围" in shown[-1].text
    again.store.close()


def test_a_reply_of_an_earlier_version_is_made_anew(office: Office) -> None:
    office.say(QUESTION)
    row = office.store.take(())
    assert row is not None
    office.store.keep_reply(row.update_id, {"parts": [{"html": "x", "plain": "x"}]})
    office.store.take_over()
    assert "34" in office.work()[0].text


def test_what_cannot_be_delivered_holds_up_nothing(office: Office) -> None:
    office.wire.fail_next = 1
    office.say(QUESTION)
    office.say(QUESTION)
    assert len(office.work()) == 1
    assert office.store.waiting() == 0


def test_an_answer_waits_until_somebody_is_there_again(office: Office) -> None:
    office.wire.away = 7
    office.say(QUESTION)
    office.say("谢谢")
    answer, thanks = office.work()
    assert "34" in answer.text
    assert thanks.text
    assert office.assistant.asked == [QUESTION, "谢谢"]  # computed once
    assert office.delivery.counts["put_off"] == 7


def test_an_answer_a_day_late_is_let_go(office: Office, monkeypatch) -> None:
    office.wire.away = 10**6
    office.say(QUESTION)
    monkeypatch.setattr("bot.chats.delivery.KEPT_UNSENT_S", -1.0)
    assert office.work() == []
    assert office.store.waiting() == 0


def test_an_administrator_adds_a_report(office: Office) -> None:
    office.wire.files["f"] = "丙县2021年法治政府建设报告\n行政复议收案5件。\n".encode()
    office.say("", user=ADMIN, document=Attached("f", "丙.txt", 10))
    office.say("", user=ADMIN, document=Attached("gone", "丁.txt", 10))
    told = sorted(s.text.split("\n")[0] for s in office.work())
    assert told == ["已添加：丙.txt", "没能取到文件，请稍后重发。"]
