"""Messages → replies: questions, commands, remarks and uploads.

A handler computes a ``Reply`` and sends nothing itself (but for progress), so that a reply can
be stored before it goes out.
"""

from __future__ import annotations

import contextlib
import logging
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from bot.chats.chat_records import Conversation
from bot.chats.conversations import ConversationStore
from bot.chats.turns import ANSWERING
from bot.notes import worded
from bot.table import Table
from bot.telegram import rendering, views
from bot.telegram.access import Access
from bot.telegram.gateway import Gateway, Unreachable
from bot.telegram.messages import Button, File, Reply, compose, rows, say, say_own
from bot.telegram.ports import AssistantLike, ReplyLike, RestoreState
from bot.telegram.progress import Progress
from bot.telegram.threads import in_thread
from bot.telegram.updates import Incoming
from retrieval.documents import ReportMeta
from retrieval.errors import BaogaoError, LibraryBusy, LibraryError, ReportNotFound

log = logging.getLogger(__name__)

MAX_QUESTION = 1_000
MAX_UPLOAD_BYTES = 20_000_000  # what the Bot API lets a bot download
ANSWER_WITHIN_S = 120.0
INGEST_WITHIN_S = 1_800.0
STAGES = {"read": "正在读取", "embed": "正在计算向量", "index": "正在建立索引"}
BUSY = "另一项写入正在进行，请过几分钟再试。"


@dataclass
class Desk:
    """Everything the handlers work with."""

    assistant: AssistantLike
    restore: RestoreState
    store: ConversationStore
    access: Access
    gateway: Gateway
    status: Callable[[], Mapping[str, Any]]
    started: float = field(default_factory=time.monotonic)


class Handlers:
    """One method a command; ``handle`` chooses."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._commands: dict[str, Callable[[Incoming], Awaitable[Reply]]] = {
            "start": self._help,
            "help": self._help,
            "reports": self._reports,
            "brief": self._brief,
            "compare": self._compare,
            "why": self._why,
            "new": self._new,
            "export": self._export,
            "status": self._status,
            "add": self._add,
            "remove": self._remove,
        }

    async def handle(self, incoming: Incoming) -> Reply:
        """Answer one message."""
        if incoming.document is not None:
            return await self._upload(incoming)
        if incoming.command is not None:
            command = self._commands.get(incoming.command)
            if command is None:
                return say_own("没有这个命令。/help 列出可用的命令；直接提问也可以。")
            return await command(incoming)
        if incoming.reply_to is not None:
            remarked = self._desk.store.expected_remark(incoming.chat, incoming.reply_to)
            if remarked is not None:
                return self._remark(incoming, remarked)
        return await self.ask(incoming, incoming.text)

    # --- questions -------------------------------------------------------------------------

    async def ask(self, incoming: Incoming, question: str) -> Reply:
        """Answer a question in the scope that the conversation inherits."""
        assistant = self._desk.assistant

        def work(words: str, state: Any, progress: Progress) -> ReplyLike:
            return assistant.ask(words, state, on_sentence=progress.line, user=str(incoming.user))

        return await self._answer(incoming, question, work)

    async def _brief(self, incoming: Incoming) -> Reply:
        def work(words: str, state: Any, progress: Progress) -> ReplyLike:
            assistant = self._desk.assistant
            if offers(assistant, "brief"):
                return assistant.brief(words, state=state, user=str(incoming.user))
            return assistant.ask(
                f"{words}，写一段简报", state, on_sentence=progress.line, user=str(incoming.user)
            )

        if not incoming.text and self._state(incoming) is None:
            return say_own("请写明地区或问题，例如：/brief 地区 年份 行政复议")
        return await self._answer(
            incoming, incoming.text, work, stage="正在撰写简报…", may_be_empty=True
        )

    async def _compare(self, incoming: Incoming) -> Reply:
        if not incoming.text:
            return say_own("请写明要比较什么，例如：/compare 各地行政复议收案多少件")
        if not offers(self._desk.assistant, "compare"):
            return await self.ask(incoming, incoming.text)

        def work(words: str, state: Any, _progress: Progress) -> ReplyLike:
            return self._desk.assistant.compare(words, state)

        return await self._answer(incoming, incoming.text, work, stage="正在逐份比较…")

    async def _answer(
        self,
        incoming: Incoming,
        words: str,
        work: Callable[[str, Any, Progress], ReplyLike],
        *,
        stage: str = "正在查阅报告…",
        may_be_empty: bool = False,
    ) -> Reply:
        words = rendering.clean(words).strip()
        if not words and not may_be_empty:
            return say_own("请直接输入问题。/help 有几个例子。")
        if len(words) > MAX_QUESTION:
            return say(f"问题过长（上限 {MAX_QUESTION} 字），请精简后再问。")
        async with Progress(self._desk.gateway, incoming, stage) as progress:

            def run() -> Reply:
                with ANSWERING.taken():
                    # An index that cannot be followed leaves the one served; the follower logs it.
                    with contextlib.suppress(LibraryError):
                        self._desk.assistant.library.refresh()
                    answered = work(words, self._state(incoming), progress)
                    return self._composed(incoming, answered)

            reply = await in_thread(run, timeout_s=ANSWER_WITHIN_S)
        return replace(reply, edit=progress.message)

    def _composed(self, incoming: Incoming, answered: ReplyLike) -> Reply:
        """Keep an answer and what the next question inherits; return it as messages."""
        answer, store = answered.answer, self._desk.store
        payload = {
            **answer.to_json(),
            "checks_failed": list(answer.checks_failed),
            "paragraph": answer.paragraph,
        }
        key = store.add_answer(incoming.chat, incoming.user, payload)
        inherited = answered.state.to_json() if answered.state is not None else None
        store.save_conversation(incoming.chat, incoming.user, Conversation(inherited, key))
        label = self._desk.assistant.scope_label(answered.state)
        reply = compose(
            views.answer_blocks(answer, label),
            views.answer_keyboard(key, payload, scoped=bool(label)),
            mark=f"（重发 · 编号 {key}）",
        )
        if answer.status != "answered" or answered.table is None:
            return reply
        return replace(reply, files=(*reply.files, *pictured(answered.table, answer.question)))

    def _state(self, incoming: Incoming) -> Any:
        stored = self._desk.store.conversation(incoming.chat, incoming.user).state
        if stored is None:
            return None
        try:
            return self._desk.restore(stored)
        except (KeyError, TypeError, ValueError):  # written by another version: begin anew
            return None

    # --- commands --------------------------------------------------------------------------

    async def _help(self, incoming: Incoming) -> Reply:
        names = [
            name
            for name in views.COMMANDS
            if name not in ("status", "add", "remove") or self._desk.access.is_admin(incoming.user)
        ]
        library = self._desk.assistant.library

        def work() -> list[str]:
            library.refresh()
            return views.examples(library)

        found = await in_thread(work, timeout_s=ANSWER_WITHIN_S)
        buttons = [
            Button(text, f"q|{self._desk.store.add_button(0, {'question': text})}")
            for text in found
        ]
        text = views.help_text(names)
        text += "\n\n试试看：" if found else "\n\n还没有收录报告：管理员可把文件直接发给我。"
        return say_own(text, rows(buttons, 1))

    async def _reports(self, _incoming: Incoming) -> Reply:
        return await self.reports_page(0, "-", "-")

    async def reports_page(self, page: int, year: str, place: str) -> Reply:
        """One page of the list of reports."""
        library = self._desk.assistant.library

        def work() -> list[Any]:
            library.refresh()
            return list(library.reports())

        held = await in_thread(work, timeout_s=ANSWER_WITHIN_S)
        if not held:
            return say("还没有收录报告。")
        blocks, keyboard = views.reports_page(held, page, year, place)
        return compose(blocks, keyboard)

    async def _why(self, incoming: Incoming) -> Reply:
        last = self._last_answer(incoming)
        if last is None:
            return say("还没有可以说明的回答，请先提问。")

        def work() -> Mapping[str, Any]:
            if not offers(self._desk.assistant, "why"):
                return {}
            try:
                return self._desk.assistant.why(str(last.payload["id"]))
            except (BaogaoError, KeyError):  # the assistant's record is gone: ours remains
                return {}

        details = await in_thread(work, timeout_s=ANSWER_WITHIN_S)
        return say(views.why_text(last.payload, details))

    async def _new(self, incoming: Incoming) -> Reply:
        self._desk.store.forget_conversation(incoming.chat, incoming.user)
        return say("已忘掉前文。请提问。")

    async def _export(self, incoming: Incoming) -> Reply:
        last = self._last_answer(incoming)
        if last is None:
            return say("还没有可以导出的回答，请先提问。")
        file = await in_thread(
            lambda: exported(last.payload, last.created, f"baogao-{last.key}"),
            timeout_s=ANSWER_WITHIN_S,
        )
        return say("上一个回答，含出处：", files=(file,))

    def _last_answer(self, incoming: Incoming) -> Any:
        key = self._desk.store.conversation(incoming.chat, incoming.user).answer
        return self._desk.store.answer(key) if key else None

    def _remark(self, incoming: Incoming, answer: str) -> Reply:
        remark = rendering.clean(incoming.text).strip()[:2_000]
        if not remark or not self._desk.store.add_remark(answer, incoming.user, remark):
            return say("没有记下：请回复您自己的“不对”提示。")
        return say("已记下，谢谢。")

    # --- administrators --------------------------------------------------------------------

    async def _status(self, incoming: Incoming) -> Reply:
        if not self._desk.access.is_admin(incoming.user):
            return say("只有管理员可以使用这个命令。")
        library = self._desk.assistant.library
        held = await in_thread(lambda: len(library.reports()), timeout_s=ANSWER_WITHIN_S)
        values = self._desk.status()
        lines = [
            f"报告：{held} 份；索引版本：{library.generation}",
            f"24小时内提问：{self._desk.store.counts(incoming.user).all_day}",
            f"排队：{values.get('waiting', 0)}；处理中：{values.get('running', 0)}",
            f"处理失败：{values.get('failures', 0)}；重复更新：{values.get('duplicates', 0)}；"
            f"拒绝：{values.get('denied', 0)}",
            f"反馈：{len(self._desk.store.feedback())} 条，"
            f"其中“不对” {len(self._desk.store.feedback('wrong'))} 条",
            f"已运行：{int((time.monotonic() - self._desk.started) / 60)} 分钟",
        ]
        return say("\n".join(lines))

    async def _add(self, incoming: Incoming) -> Reply:
        if not self._desk.access.is_admin(incoming.user):
            return say("只有管理员可以添加报告。")
        return say("请把报告文件（txt、html、docx、pdf，每份不超过 20 MB）直接发给我。")

    async def _remove(self, incoming: Incoming) -> Reply:
        if not self._desk.access.is_admin(incoming.user):
            return say("只有管理员可以移除报告。")
        name = incoming.text.strip()
        if not name:
            return say_own("请写明要移除哪一份：/remove 报告编号或文件名")
        token = self._desk.store.add_button(incoming.user, {"remove": name[:300]})
        return say(f"确定移除“{name[:300]}”？", ((Button("确定移除", f"y|{token}"),),))

    async def remove(self, name: str) -> Reply:
        """Remove a report, once confirmed."""
        library = self._desk.assistant.library

        def work() -> None:
            library.remove(name)
            library.refresh()

        try:
            await in_thread(work, timeout_s=INGEST_WITHIN_S)
        except LibraryBusy:
            return say(BUSY)
        except ReportNotFound:
            return say(f"没有找到“{name}”，或有多份报告叫这个名字。/reports 列出全部。")
        return say(f"已移除“{name}”。")

    async def _upload(self, incoming: Incoming) -> Reply:
        document = incoming.document
        assert document is not None
        if not self._desk.access.is_admin(incoming.user):
            return say("只有管理员可以添加报告。")
        if document.size > MAX_UPLOAD_BYTES:
            return say("文件超过 20 MB，请在服务器上用 baogao ingest 添加。")
        library = self._desk.assistant.library
        with tempfile.TemporaryDirectory(prefix="baogao-upload-") as folder:
            path = Path(folder) / safe_name(document.name)
            async with Progress(self._desk.gateway, incoming, "正在接收文件…") as progress:
                try:
                    await self._desk.gateway.download(document.file_id, path)
                except Unreachable:
                    return say("没能从 Telegram 取到文件，请稍后重发。", edit=progress.message)
                if path.stat().st_size > MAX_UPLOAD_BYTES:
                    return say("文件超过 20 MB。", edit=progress.message)
                progress.tell("正在解析…")

                def watch(step: Any) -> None:
                    stage = STAGES.get(step.stage, "正在处理")
                    progress.tell(f"{stage} {step.done}/{step.total}…")

                def work() -> list[str]:
                    outcomes = list(library.ingest([path], watch))
                    library.refresh()
                    held = {summary.id: summary.meta for summary in library.reports()}
                    return [outcome_line(o, held.get(o.report or "")) for o in outcomes]

                try:
                    outcomes = await in_thread(work, timeout_s=INGEST_WITHIN_S)
                except LibraryBusy:
                    return say(BUSY, edit=progress.message)
        return say(
            "\n".join(outcomes) or "没有可添加的内容。",
            edit=progress.message,
        )


def exported(payload: Mapping[str, Any], created: float, name: str) -> File:
    """A briefing as a Word document with footnotes, where that can be written; else Markdown."""
    if payload.get("paragraph") and payload.get("status") == "answered":
        try:
            from bot.briefing.export_docx import briefing_document
        except ImportError:  # python-docx is not installed
            pass
        else:
            data = briefing_document(views.stored_answer(payload))
            return File.of(f"{name}.docx", data)
    return File(f"{name}.md", views.export_markdown(payload, created))


def pictured(table: Table, title: str) -> tuple[File, ...]:
    """A table that lines of text do not show well, as a picture; nothing where none can be drawn."""
    if not views.is_wide(table):
        return ()
    try:
        from bot.tables.charts import picture
    except ImportError:  # Pillow is not installed: the lines of the answer say it all
        return ()
    try:
        return (File.of("对比.png", picture(table, title)),)
    except BaogaoError:  # no Chinese font
        log.warning("no picture of a table: no font with Chinese type")
        return ()


def offers(assistant: object, feature: str) -> bool:
    """Tell whether the assistant has this feature; they came one after the other."""
    return callable(getattr(assistant, feature, None))


def safe_name(name: str) -> str:
    """Make a file name from elsewhere fit for our disk: one component, printable, short."""
    base = PurePosixPath(rendering.clean(name).replace("\\", "/").replace("\n", " ")).name
    base = base.lstrip(".").replace(":", "_") or "document"
    stem, dot, suffix = base.rpartition(".")
    if not dot:
        stem, suffix = base, ""
    while len(f"{stem}{dot}{suffix}".encode()) > 180 and stem:
        stem = stem[:-1]
    return f"{stem}{dot}{suffix[:12]}"


def outcome_line(outcome: Any, meta: ReportMeta | None) -> str:
    """Say for people what became of an ingested file, and what it was taken for."""
    words = {"added": "已添加", "unchanged": "内容未变，未重复添加", "updated": "已更新",
             "duplicate": "与已有报告重复，未重复添加", "refused": "未能添加", "skipped": "略过"}  # fmt: skip
    line = f"{words.get(str(outcome.status), outcome.status)}：{outcome.source}"
    if meta is not None:
        line += f"\n识别为：{views.place_year(meta)}　{meta.title}"
    if outcome.reason:
        line += f"\n原因：{outcome.reason}"
    for warning in worded(outcome.warnings or ()):
        line += f"\n⚠ {warning}"
    return line
