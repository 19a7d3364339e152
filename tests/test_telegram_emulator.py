"""A conversation on somebody else's Bot API: the emulator ``tg-auto-test``, where it is installed.

    pip install --ignore-requires-python tg-auto-test

It reads our markup, keyboards and uploads by its own rules and shows them as Telethon does. It
knows one private chat, no polling, limits or faults: those are our own fake server's. What it
delivers goes the whole way of an update here (inbox, handlers, stored reply, gateway).
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fake_assistant import FakeAssistant, FakeLibrary, FakeState
from telegram_bench import TEXTS

from bot.chats.conversations import ConversationStore
from bot.chats.inbox import Intake
from bot.telegram.app import Bot
from bot.telegram.settings import TelegramSettings
from bot.telegram.updates import Me, parse_update

pytestmark = pytest.mark.slow

emulator = pytest.importorskip("tg_auto_test.test_utils.serverless_telegram_client")
TOKEN = "123:ABC"  # the emulator's own
USER = 9001


class Bridge:
    """Our bot behind an application of the emulator's."""

    def __init__(self, folder: Path) -> None:
        settings = TelegramSettings(
            token=TOKEN, state_path=folder / "chats.sqlite", allow=frozenset({USER})
        )
        self.store = ConversationStore(settings.state_path)
        self.assistant = FakeAssistant(FakeLibrary(TEXTS))
        self.bot = Bot(settings, self.assistant, self.store, FakeState.from_json)
        self.me = Me(999_999, "test_bot")
        self.intake = Intake(settings, self.store, self.bot._access)

    def build(self, builder: Any) -> Any:
        from telegram import Update
        from telegram.ext import TypeHandler

        application = builder.build()
        application.add_handler(TypeHandler(Update, self.handle))
        self.bot._gateway._bot = application.bot
        return application

    async def handle(self, update: Any, _: Any) -> None:
        self.intake.accept(parse_update(update.to_dict(), self.me))
        while (row := self.store.take(())) is not None:
            await self.bot._delivery.handle(row)
            self.store.finish(row.update_id)


@pytest.fixture
def client(tmp_path: Path):
    bridge = Bridge(tmp_path)
    yield emulator.ServerlessTelegramClient(build_application=bridge.build, user_id=USER)
    assert bridge.bot._delivery.counts["failures"] == 0
    bridge.store.close()


def texts(message: Any) -> list[str]:
    return [button.text for row in message.buttons or () for button in row]


def marked(message: Any, kind: str) -> list[str]:
    units = message.text.encode("utf-16-le")
    return [
        units[2 * e.offset : 2 * (e.offset + e.length)].decode("utf-16-le")
        for e in message.entities
        if type(e).__name__ == kind
    ]


def test_a_conversation(client: Any) -> None:
    async def talk() -> None:
        await client.connect()
        async with client.conversation("test_bot") as chat:
            await chat.send_message("/start")
            welcome = await chat.get_response()
            assert "/reports" in welcome.text
            assert len(texts(welcome)) == 3  # of two reports

            await welcome.click(0)
            example = await chat.get_response()
            assert "问：" in example.text

            await chat.send_message("乙市行政复议收案多少件")
            answer = await chat.get_response()
            assert "收案34件" in answer.text
            assert texts(answer) == ["[1]", "👍", "不对", "✕ 清除范围"]

            await answer.click(0)
            passage = await chat.get_response()
            assert marked(passage, "MessageEntityBold")[1] == "一、行政复议收案34件。"
            assert marked(passage, "MessageEntityCode") == ["0571-1234567", "www.gov.cn", "乙.txt"]

            await chat.send_message("存在的问题是什么")
            follow_up = await chat.get_response()
            assert "宣传不够" in follow_up.text
            assert "乙市 · 2022" in follow_up.text

            await chat.send_message("/export")
            await chat.get_response()
            export = await chat.get_response()
            assert export.file.name.endswith(".md")
        await client.disconnect()

    asyncio.run(talk())
