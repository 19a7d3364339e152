"""A bot running against the fake Bot API, in a thread of the test's process."""

from __future__ import annotations

import asyncio
import contextlib
import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fake_assistant import FakeAssistant, FakeLibrary, FakeState
from fake_telegram import TOKEN, FakeTelegram

from bot.chats.conversations import ConversationStore
from bot.telegram.app import Bot
from bot.telegram.logs import safe_logging
from bot.telegram.settings import TelegramSettings

USER, OTHER, ADMIN, STRANGER, GROUP = 7, 8, 9, 666, -100200

TEXTS = {
    "甲.txt": "甲县2023年法治政府建设报告\n一、行政复议收案12件，审结10件。\n"
    "二、存在的问题是人员不足。\n三、下一步加强培训。\n",
    "乙.txt": "乙市2022年法治政府建设报告\n一、行政复议收案34件。联系电话0571-1234567，"
    "见 www.gov.cn。\n二、存在的问题是宣传不够。\n三、下一步抓好落实。\n",
}


@dataclass
class Bench:
    """What a test holds: the server, the assistant, the running bot and its log."""

    fake: FakeTelegram
    assistant: FakeAssistant
    settings: TelegramSettings
    store: ConversationStore
    bot: Bot
    log: io.StringIO
    thread: threading.Thread | None = None
    codes: list[int] = field(default_factory=list)

    def start(self) -> None:
        self.thread = threading.Thread(
            target=lambda: self.codes.append(asyncio.run(self.bot.run())), daemon=True
        )
        self.thread.start()

    def stop(self) -> int:
        assert self.thread is not None
        self.bot.request_stop()
        self.thread.join(20)
        assert not self.thread.is_alive()
        return self.codes[-1]


@contextlib.contextmanager
def bench(
    folder: Path,
    fake: FakeTelegram,
    *,
    assistant: FakeAssistant | None = None,
    **settings: Any,
) -> Iterator[Bench]:
    """Start a bot; whatever Telegram would have refused fails the test at the end."""
    values: dict[str, Any] = {
        "allow": frozenset({USER, OTHER, GROUP}),
        "admins": frozenset({ADMIN}),
        "poll_timeout_s": 2,
        **settings,
    }
    config = TelegramSettings(
        token=TOKEN, state_path=folder / "chats.sqlite", api=fake.url, **values
    )
    assistant = assistant or FakeAssistant(FakeLibrary(TEXTS))
    log = io.StringIO()
    store = ConversationStore(config.state_path)
    with safe_logging((TOKEN,), "DEBUG", log):
        bot = Bot(config, assistant, store, FakeState.from_json)
        running = Bench(fake, assistant, config, store, bot, log)
        running.start()
        try:
            yield running
        finally:
            if running.thread is not None and running.thread.is_alive():
                running.stop()
            store.close()
    assert TOKEN not in log.getvalue()
    assert fake.violations == [], fake.violations
