"""Messages → replies: questions, commands, remarks and uploads, whatever the messenger.

A handler computes a ``Reply`` and sends nothing itself (but for progress), so that a reply can
be stored before it goes out.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.assistant import Assistant
from bot.assistant import Reply as Answered
from bot.chats import views
from bot.chats.access import Access
from bot.chats.blocks import clean, runs
from bot.chats.chat_records import Conversation
from bot.chats.conversations import ConversationStore
from bot.chats.file_names import safe_name
from bot.chats.incoming import Incoming
from bot.chats.messages import Button, File, Reply, compose, rows, say, say_own
from bot.chats.progress import Progress
from bot.chats.threads import in_thread
from bot.chats.why import why_lines
from bot.chats.wire import Unreachable, Wire
from bot.chats.wording import language_of, said, texts
from bot.model.turns import ANSWERING
from bot.notes import Language, worded
from bot.table import Table
from bot.values import Answer
from retrieval.documents import Report, ReportMeta
from retrieval.errors import BaogaoError, LibraryBusy, LibraryError, ReportNotFound

log = logging.getLogger(__name__)

MAX_QUESTION = 1_000
MAX_UPLOAD_BYTES = 20_000_000  # what the Bot API lets a bot download
ANSWER_WITHIN_S = 120.0
INGEST_WITHIN_S = 1_800.0
STAGES = frozenset({"read", "embed", "index"})
ASKING = frozenset({None, "ask", "brief", "compare"})  # commands that ask; None is plain words
OWN_COMMANDS = ("status", "add", "remove")  # of administrators


@dataclass
class Desk:
    """Everything the handlers work with."""

    assistant: Assistant
    restore: Callable[[Any], Any]
    store: ConversationStore
    access: Access
    wire: Wire
    status: Callable[[], Mapping[str, Any]]
    door: str = "messenger"  # or ``page``, ``terminal``: how it is said to be used
    started: float = field(default_factory=time.monotonic)


class Handlers:
    """One method a command; ``handle`` chooses."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._commands: dict[str, Callable[[Incoming, Language], Awaitable[Reply]]] = {
            "start": self._help,
            "help": self._help,
            "ask": self._ask,
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

    def language(self, incoming: Incoming) -> Language:
        """Tell the language to speak: of the message, else of the question before it."""
        asks = incoming.kind == "message" and incoming.command in ASKING
        words = incoming.text if asks else ""
        return language_of(words, self._asked_before(incoming))

    def _asked_before(self, incoming: Incoming) -> str:
        try:
            last = self._last_answer(incoming)
        except sqlite3.DatabaseError:
            return ""
        return str(last.payload.get("question", "")) if last is not None else ""

    async def handle(self, incoming: Incoming) -> Reply:
        """Answer one message."""
        language = self.language(incoming)
        if incoming.line:
            return say_own(incoming.line)
        if incoming.only_told:
            return self._odd(incoming, language)
        if incoming.document is not None:
            return await self._upload(incoming, language)
        reply = await self._worked_on(incoming, language)
        if not incoming.odd:
            return reply
        return replace(reply, blocks=(runs(said("odd_caption", language), "i"), *reply.blocks))

    async def _worked_on(self, incoming: Incoming, language: Language) -> Reply:
        if incoming.command is not None:
            command = self._commands.get(incoming.command)
            if command is None:
                return say_own(said("no_such_command", language))
            if incoming.command in OWN_COMMANDS and not self._desk.access.is_admin(incoming.user):
                return say(said(f"admins.{incoming.command}", language))
            return await command(incoming, language)
        if incoming.reply_to is not None:
            remarked = self._desk.store.expected_remark(incoming.chat, incoming.reply_to)
            if remarked is not None:
                return self._remark(incoming, remarked, language)
        return await self.ask(incoming, incoming.text)

    def _odd(self, incoming: Incoming, language: Language) -> Reply:
        """Say why a message of another kind gets no answer; a changed question can be asked anew."""
        key = f"odd.{incoming.odd}"
        line = said(key if key in texts(language) else "odd.unknown", language)
        words = clean(incoming.text).strip()
        if incoming.odd != "edited" or incoming.command or not 0 < len(words) <= MAX_QUESTION:
            return say_own(line)
        return say_own(line, ((self.question_button(words, said("button.anew", language)),),))

    def question_button(self, question: str, text: str = "") -> Button:
        """Make a button that asks a question; it says the question unless ``text`` is given."""
        key = self._desk.store.add_button(0, {"question": question})
        return Button(text or question, f"q|{key}")

    # --- questions -------------------------------------------------------------------------

    async def ask(self, incoming: Incoming, question: str) -> Reply:
        """Answer a question in the scope that the conversation inherits."""
        assistant = self._desk.assistant

        def work(words: str, state: Any, progress: Progress) -> Answered:
            return assistant.ask(words, state, on_sentence=progress.line, user=str(incoming.user))

        return await self._answer(incoming, question, work)

    async def _ask(self, incoming: Incoming, language: Language) -> Reply:
        """Answer the words after the command, or of the message it replies to."""
        words = incoming.text or incoming.quoted
        return await self.ask(incoming, words) if words else say_own(said("ask_what", language))

    async def _brief(self, incoming: Incoming, language: Language) -> Reply:
        def work(words: str, state: Any, _progress: Progress) -> Answered:
            return self._desk.assistant.brief(words, state=state, user=str(incoming.user))

        if not incoming.text and self._state(incoming) is None:
            return say_own(said("brief_what", language))
        return await self._answer(
            incoming, incoming.text, work, stage="stage.brief", may_be_empty=True
        )

    async def _compare(self, incoming: Incoming, language: Language) -> Reply:
        if not incoming.text:
            return say_own(said("compare_what", language))

        def work(words: str, state: Any, _progress: Progress) -> Answered:
            return self._desk.assistant.compare(words, state)

        return await self._answer(incoming, incoming.text, work, stage="stage.compare")

    async def _answer(
        self,
        incoming: Incoming,
        words: str,
        work: Callable[[str, Any, Progress], Answered],
        *,
        stage: str = "stage.ask",
        may_be_empty: bool = False,
    ) -> Reply:
        words = clean(words).strip()
        language = language_of(words, self._asked_before(incoming))
        if not words and not may_be_empty:
            return say_own(said("empty", language))
        if len(words) > MAX_QUESTION:
            return say(said("too_long", language, most=MAX_QUESTION))
        async with Progress(self._desk.wire, incoming, said(stage, language)) as progress:

            def run() -> Reply:
                with ANSWERING.taken():
                    # An index that cannot be followed leaves the one served; the follower logs it.
                    with contextlib.suppress(LibraryError):
                        self._desk.assistant.library.refresh()
                    answered = work(words, self._state(incoming), progress)
                    return self._composed(incoming, answered)

            reply = await in_thread(run, timeout_s=ANSWER_WITHIN_S)
        return replace(reply, edit=progress.message)

    def _composed(self, incoming: Incoming, answered: Answered) -> Reply:
        """Keep an answer and what the next question inherits; return it as messages."""
        answer, store = answered.answer, self._desk.store
        label = self._desk.assistant.scope_label(answered.state)
        if answer.status == "clarify" and not answer.citations:
            label = ""  # thanks, a greeting, a question back: nothing that follows from a scope
        language = views.language_of_answer(answer)
        payload = payload_of(answer, label) | {"table": answered.table is not None}
        key = kept(store, incoming.chat, incoming.user, payload, answered.state)
        # what cannot be answered comes with examples of what can
        examples = [n for n in answer.notes if n.kind.startswith("example.")]
        onward = answered.suggestions or [w.strip("· ") for w in worded(examples, language)]
        suggested = rows([self.question_button(question) for question in onward], 1)
        keyboard = views.answer_keyboard(
            key, payload, scoped=bool(label), folded=views.folded(answer), language=language
        )
        reply = compose(
            views.answer_blocks(views.without_lines(answer, onward), label, language),
            (*suggested, *keyboard),
            mark=said("copy", language, key=key),
            answer=key,
        )
        if answer.status != "answered" or answered.table is None:
            return reply
        return replace(reply, files=pictured(answered.table, answer.question))

    def _state(self, incoming: Incoming) -> Any:
        stored = self._desk.store.conversation(incoming.chat, incoming.user).state
        if stored is None:
            return None
        try:
            return self._desk.restore(stored)
        except (KeyError, TypeError, ValueError):  # written by another version: begin anew
            return None

    # --- commands --------------------------------------------------------------------------

    async def _help(self, incoming: Incoming, language: Language) -> Reply:
        names = [
            name
            for name in views.COMMANDS
            if name not in OWN_COMMANDS or self._desk.access.is_admin(incoming.user)
        ]
        library = self._desk.assistant.library

        def work() -> list[str]:
            library.refresh()
            return views.examples(library, language)

        found = await in_thread(work, timeout_s=ANSWER_WITHIN_S)
        door = self._desk.door
        text = views.help_text(names, said(f"help.{door}", language), language)
        text += "\n\n" + said("help.try" if found else f"nothing_held.{door}", language)
        return say_own(text, rows([self.question_button(question) for question in found], 1))

    async def _reports(self, _incoming: Incoming, language: Language) -> Reply:
        return await self.reports_page(0, "-", "-", language)

    async def reports_page(
        self, page: int, year: str, place: str, language: Language = "zh"
    ) -> Reply:
        """One page of the list of reports."""
        library = self._desk.assistant.library

        def work() -> list[Any]:
            library.refresh()
            return list(library.reports())

        held = await in_thread(work, timeout_s=ANSWER_WITHIN_S)
        if not held:
            return say(said("reports.none", language))
        blocks, keyboard = views.reports_page(held, page, year, place, language)
        return compose(blocks, keyboard)

    async def opened(self, report_id: str) -> Report | None:
        """Open a report; None where it is held no more."""

        def work() -> Report | None:
            with contextlib.suppress(BaogaoError):
                return self._desk.assistant.library.report(report_id)
            return None

        return await in_thread(work, timeout_s=ANSWER_WITHIN_S)

    async def report_card(self, report_id: str, language: Language = "zh") -> Reply:
        """One report opened: what it is, its parts to read, and questions it answers."""
        report = await self.opened(report_id)
        if report is None:
            return say(said("report.gone", language))
        blocks, keyboard = views.report_card(report, language)
        questions = views.questions_on(report, language)
        asked = rows([self.question_button(question) for question in questions], 1)
        return compose(blocks, (*keyboard[:-1], *asked, keyboard[-1]))

    async def report_part(self, report_id: str, number: int, language: Language = "zh") -> Reply:
        """A top-level part of a report in its own words."""
        report = await self.opened(report_id)
        if report is None:
            return say(said("report.gone", language))
        blocks, keyboard = views.report_part(report, number, language)
        return compose(blocks, keyboard, name=said("file.wording", language))

    async def _why(self, incoming: Incoming, language: Language) -> Reply:
        last = self._last_answer(incoming)
        if last is None:
            return say(said("nothing_to_explain", language))

        def work() -> Mapping[str, Any]:
            try:
                return self._desk.assistant.why(str(last.payload["id"]))
            except (BaogaoError, KeyError):  # the assistant's record is gone: ours remains
                asked = datetime.fromtimestamp(last.created, UTC).isoformat()
                failed = last.payload.get("checks_failed", ())
                return {"answer": last.payload, "asked_at": asked, "checks_failed": failed}

        record = await in_thread(work, timeout_s=ANSWER_WITHIN_S)
        return say("\n".join(why_lines(record, language)))

    async def _new(self, incoming: Incoming, language: Language) -> Reply:
        self._desk.store.forget_conversation(incoming.chat, incoming.user)
        return say(said("forgotten", language))

    async def _export(self, incoming: Incoming, language: Language) -> Reply:
        last = self._last_answer(incoming)
        if last is None:
            return say(said("nothing_to_export", language))
        file = await in_thread(
            lambda: exported(last.payload, last.created, f"baogao-{last.key}"),
            timeout_s=ANSWER_WITHIN_S,
        )
        return say(said("exported", language), files=(file,))

    def _last_answer(self, incoming: Incoming) -> Any:
        key = self._desk.store.conversation(incoming.chat, incoming.user).answer
        return self._desk.store.answer(key) if key else None

    def _remark(self, incoming: Incoming, answer: str, language: Language) -> Reply:
        remark = clean(incoming.text).strip()[:2_000]
        if not remark or not self._desk.store.add_remark(answer, incoming.user, remark):
            return say(said("remark.not_kept", language))
        return say(said("remark.kept", language))

    # --- administrators --------------------------------------------------------------------

    async def _status(self, incoming: Incoming, language: Language) -> Reply:
        library = self._desk.assistant.library
        held = await in_thread(lambda: len(library.reports()), timeout_s=ANSWER_WITHIN_S)
        values = self._desk.status()
        text = said(
            "status",
            language,
            held=held,
            generation=library.generation,
            asked=self._desk.store.counts(incoming.user).all_day,
            waiting=values.get("waiting", 0),
            running=values.get("running", 0),
            failures=values.get("failures", 0),
            duplicates=values.get("duplicates", 0),
            denied=values.get("denied", 0),
            feedback=len(self._desk.store.feedback()),
            wrong=len(self._desk.store.feedback("wrong")),
            minutes=int((time.monotonic() - self._desk.started) / 60),
        )
        return say(text)

    async def _add(self, _incoming: Incoming, language: Language) -> Reply:
        return say(said(f"add.{self._desk.door}", language))

    async def _remove(self, incoming: Incoming, language: Language) -> Reply:
        name = incoming.text.strip()
        if not name:
            return say_own(said("remove.which", language))
        token = self._desk.store.add_button(incoming.user, {"remove": name[:300]})
        return say(
            said("remove.sure", language, name=name[:300]),
            ((Button(said("button.remove", language), f"y|{token}"),),),
        )

    async def remove(self, name: str, language: Language = "zh") -> Reply:
        """Remove a report, once confirmed."""
        library = self._desk.assistant.library

        def work() -> None:
            library.remove(name)
            library.refresh()

        try:
            await in_thread(work, timeout_s=INGEST_WITHIN_S)
        except LibraryBusy:
            return say(said("busy", language))
        except ReportNotFound:
            return say(said("remove.unknown", language, name=name))
        return say(said("remove.done", language, name=name))

    async def _upload(self, incoming: Incoming, language: Language) -> Reply:
        document = incoming.document
        assert document is not None
        if not self._desk.access.is_admin(incoming.user):
            return say(said("admins.add", language))
        if document.size > MAX_UPLOAD_BYTES:
            return say(said("upload.too_big", language))
        library = self._desk.assistant.library
        with tempfile.TemporaryDirectory(prefix="baogao-upload-") as folder:
            path = Path(folder) / safe_name(document.name)
            async with Progress(
                self._desk.wire, incoming, said("stage.receive", language)
            ) as progress:
                try:
                    await self._desk.wire.download(document.file_id, path)
                except Unreachable:
                    return say(said("upload.not_fetched", language), edit=progress.message)
                if path.stat().st_size > MAX_UPLOAD_BYTES:
                    return say(said("upload.too_big", language), edit=progress.message)
                progress.tell(said("stage.parse", language))

                def watch(step: Any) -> None:
                    stage = said(
                        f"stage.{step.stage if step.stage in STAGES else 'work'}", language
                    )
                    progress.tell(f"{stage} {step.done}/{step.total}…")

                def work() -> list[str]:
                    outcomes = list(library.ingest([path], watch))
                    library.refresh()
                    held = {summary.id: summary.meta for summary in library.reports()}
                    return [outcome_line(o, held.get(o.report or ""), language) for o in outcomes]

                try:
                    outcomes = await in_thread(work, timeout_s=INGEST_WITHIN_S)
                except LibraryBusy:
                    return say(said("busy", language), edit=progress.message)
        return say(
            "\n".join(outcomes) or said("upload.nothing", language),
            edit=progress.message,
        )


def payload_of(answer: Answer, label: str) -> dict[str, Any]:
    """Return an answer as it is stored: its JSON, and what only chats need of it."""
    return {
        **answer.to_json(),
        "checks_failed": list(answer.checks_failed),
        "paragraph": answer.paragraph,
        "label": label,
        "language": views.language_of_answer(answer),
    }


def kept(
    store: ConversationStore, chat: int, user: int, payload: dict[str, Any], state: Any
) -> str:
    """Keep an answer and what the next question in its chat inherits; return the answer's key."""
    inherited = state.to_json() if state is not None else None
    key = store.add_answer(chat, user, payload, inherited)
    store.save_conversation(chat, user, Conversation(inherited, key))
    return key


def exported(payload: Mapping[str, Any], created: float, name: str) -> File:
    """A briefing as a Word document with footnotes, any other answer as Markdown."""
    if payload.get("paragraph") and payload.get("status") == "answered":
        from bot.briefing.export_docx import briefing_document

        return File.of(f"{name}.docx", briefing_document(views.stored_answer(payload)))
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


def outcome_line(outcome: Any, meta: ReportMeta | None, language: Language = "zh") -> str:
    """Say for people what became of an ingested file, and what it was taken for."""
    status = texts(language).get(f"outcome.{outcome.status}", str(outcome.status))
    line = said("outcome.line", language, status=status, source=outcome.source)
    if meta is not None:
        what = f"{views.place_year(meta)}　{meta.title}"
        line += "\n" + said("outcome.taken_for", language, what=what)
    if outcome.reason:
        line += "\n" + said("outcome.reason", language, reason=outcome.reason)
    for warning in worded(outcome.warnings or (), language):
        line += f"\n⚠ {warning}"
    return line
