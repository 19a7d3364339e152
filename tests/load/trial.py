"""The bot tried as a new user would, on a fresh library; prints the transcript as Markdown.

python tests/load/trial.py > transcript.md
"""

from __future__ import annotations

import io
import sys
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE.parent)]

import asyncio  # noqa: E402
from contextlib import redirect_stderr  # noqa: E402

from fake_telegram import TOKEN, FakeTelegram, Sent  # noqa: E402

from bot.assembly import open_assistant  # noqa: E402
from bot.chats.conversations import ConversationStore  # noqa: E402
from bot.telegram import app  # noqa: E402
from bot.telegram.logs import safe_logging  # noqa: E402
from bot.telegram.settings import TelegramSettings  # noqa: E402

USER = 7
TALK = [
    "玉山县2023年办理执法证件多少本？",  # a figure
    "存在哪些问题？",  # inherits place and year
    "第二个问题是怎么说的？",  # one of the items just listed
    "下一步有什么打算？",
    "上虞区2022年清理了多少件行政规范性文件？",
    "那柯桥区呢？",  # another place, the same question
    "柯桥区2019年有哪些主要举措？",
    "綦江区2023年行政诉讼败诉率是多少？",  # only said in words
    "给綦江2023年写一段简报",  # a briefing in plain words
    "各地行政复议案件分别是多少件？",  # a comparison
    "对比玉山和上虞的行政复议收案、受理、审结数和规范性文件审核数",  # a wide one
    "玉山和云城的不足有什么共同点",
    "上海市浦东新区2023年存在哪些问题？",  # not held
    "玉山县2023年办理了5000本执法证件，对吗？",  # a false premise
    "谢谢",
    "今天天气怎么样？",
    "玉山那个",  # not clear: asked back
    "What problems did Yuncheng report in 2022?",
    "And what next?",
    "/why",
    "那綦江2023年呢？",
]
ODD = {
    "（语音）": {"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}},
    "（表情）": {"sticker": {"file_id": "s", "emoji": "👍"}},
    "（图片，附文字“玉山县2023年存在哪些问题？”）": {
        "photo": [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}],
        "caption": "玉山县2023年存在哪些问题？",
    },
}


class Trial:
    """Speaks to the bot and writes down what is said."""

    def __init__(self, fake: FakeTelegram) -> None:
        self.fake = fake
        self._seen = 0

    def _reply(self, what: str, begun: float, timeout_s: float = 180) -> Sent:
        def final(fake: FakeTelegram) -> Sent | None:
            new = [s for s in fake.sent[self._seen :] if s.method.startswith(("sendM", "editM"))]
            done = [
                s for s in new if s.method != "sendChatAction" and not s.text.startswith("正在")
            ]
            return done[-1] if done else None

        sent = self.fake.wait(final, timeout_s)
        time.sleep(0.2)
        sent = final(self.fake)
        assert sent is not None
        print(f"\n**用户**：{what}  （{time.monotonic() - begun:.1f} 秒）\n")
        print("\n".join(f"> {line}" for line in sent.text.split("\n")))
        if sent.buttons:
            rows = " ／ ".join(" ".join(f"`{b['text']}`" for b in row) for row in sent.buttons)
            print(f">\n> 按钮：{rows}")
        for other in self.fake.sent[self._seen :]:
            if other.file:
                print(f">\n> 附件 `{other.file[0]}`，{len(other.file[1])} 字节")
                if not other.file[0].endswith(".md"):
                    continue
                head = other.file[1].decode().splitlines()[:6]
                print("\n".join(f"> > {line}" for line in head))
        self._seen = len(self.fake.sent)
        return sent

    def say(self, text: str) -> Sent:
        self._seen = len(self.fake.sent)
        begun = time.monotonic()
        self.fake.say(text, USER)
        return self._reply(text, begun)

    def send(self, what: str, **message: object) -> Sent:
        self._seen = len(self.fake.sent)
        begun = time.monotonic()
        self.fake.say(None, USER, **message)
        return self._reply(what, begun)

    def press(self, sent: Sent, words: str) -> Sent:
        self._seen = len(self.fake.sent)
        begun = time.monotonic()
        self.fake.press(sent, words, USER)
        return self._reply(f"（按 `{words}`）", begun)

    def upload(self, path: Path) -> Sent:
        self._seen = len(self.fake.sent)
        begun = time.monotonic()
        self.fake.upload(path.name, path.read_bytes(), USER)
        return self._reply(f"（发送文件 `{path.name}`）", begun)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, FakeTelegram() as fake:
        assistant = open_assistant(Path(folder) / "library", create=True)
        settings = TelegramSettings(
            token=TOKEN, state_path=Path(folder) / "chats.sqlite", api=fake.url, per_minute=1_000
        )
        store = ConversationStore(settings.state_path)
        terminal = io.StringIO()
        with safe_logging((TOKEN,), "ERROR"):
            bot = app.Bot(settings, assistant, store, app._restore)
            thread = threading.Thread(target=lambda: asyncio.run(bot.run()))
            with redirect_stderr(terminal):
                thread.start()
                fake.wait(lambda f: f.number_of("getUpdates"), 30)
            code = terminal.getvalue().split("/start ")[1].split()[0]
            trial = Trial(fake)
            trial.say("/start")
            trial.say(f"/start {code}")
            for path in sorted((ROOT / "eval" / "reports").glob("*.txt")):
                trial.upload(path)
            help_ = trial.say("/start")
            trial.press(help_, help_.buttons[0][0]["text"])
            for question in TALK:
                last = trial.say(question)
                if question == TALK[0]:
                    trial.press(trial.press(last, "[1]"), "下一段")
            trial.say("/brief 綦江区2023年行政复议")
            trial.say("/export")
            trial.say("/compare 各地行政复议案件多少件")
            for what, message in ODD.items():
                trial.send(what, **message)
            for command in ("/export", "/status"):
                trial.say(command)
            card = trial.press(trial.say("/reports"), "1")
            trial.press(card, "2")
            trial.say("/new")
            bot.request_stop()
            thread.join()
        store.close()
        assert fake.violations == [], fake.violations


if __name__ == "__main__":
    main()
