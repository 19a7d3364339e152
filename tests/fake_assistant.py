"""A deterministic assistant and library in memory, to try and test the bot with.

The answer to a question is the sentence of the held reports that shares most pairs of
characters with it; how it fails or dawdles is set from outside. It can be checked by eye and
makes no claim to be good.
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.model.turns import ANSWERING
from bot.table import Table
from bot.values import Answer, Citation, Scope, Sentence
from retrieval.documents import Report, ReportMeta, Section
from retrieval.errors import ReportNotFound

_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")
_TITLE = re.compile(r"(\S+?)(\d{4})年")


@dataclass(frozen=True, slots=True)
class FakeState:
    """What a follow-up inherits: the report answered from."""

    report: str = ""

    def to_json(self) -> dict[str, str]:
        """Return plain values."""
        return {"report": self.report}

    @classmethod
    def from_json(cls, values: Mapping[str, str]) -> FakeState:
        """Restore what ``to_json`` gave."""
        return cls(values["report"])


@dataclass(frozen=True, slots=True)
class FakeReply:
    """An answer and the state after it."""

    answer: Answer
    state: FakeState
    table: Table | None = None
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an ingested file."""

    source: str
    status: str
    report: str
    reason: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """A line of the list of reports."""

    id: str
    meta: ReportMeta


def make_report(source: str, text: str) -> Report:
    """Make a report of plain text: place and year from its first line, one section a line."""
    match = _TITLE.search(text)
    place = (match.group(1),) if match else ()
    year = int(match.group(2)) if match else None
    sections, start = [], 0
    for number, line in enumerate(text.splitlines(keepends=True)):
        role = "problems" if "问题" in line else "plans" if "下一步" in line else "measures"
        sections.append(
            Section((line.strip()[:20],), (number,), role, "body", start, start + len(line))  # type: ignore[arg-type]
        )
        start += len(line)
    meta = ReportMeta(
        title=text.split("\n", 1)[0].strip(),
        place=place,
        issuer="",
        level="government",
        year=year,
        published=None,
        document_number=None,
        source=source,
    )
    return Report(hashlib.sha256(text.encode()).hexdigest()[:12], meta, text, tuple(sections), ())


class FakeLibrary:
    """Reports in memory; a change is served after ``refresh``."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._lock = threading.Lock()
        self._stored = {source: make_report(source, text) for source, text in texts.items()}
        self._served = dict(self._stored)
        self.generation = 1

    def reports(self) -> list[Summary]:
        """List the served reports."""
        return [Summary(report.id, report.meta) for report in self._served.values()]

    def report(self, report_id: str) -> Report:
        """Open a served report."""
        for report in self._served.values():
            if report.id == report_id:
                return report
        raise ReportNotFound("no such report")

    def ingest(self, paths: Sequence[Path], progress: Any = None) -> list[Outcome]:
        """Add UTF-8 text files."""
        outcomes = []
        for path in paths:
            text = path.read_text("utf-8")
            if not text.strip():
                outcomes.append(Outcome(path.name, "refused", "", "文件没有文字，请检查后重发。"))
                continue
            with self._lock:
                known = self._stored.get(path.name)
                report = make_report(path.name, text)
                self._stored = {**self._stored, path.name: report}
            status = "added" if known is None else "updated" if known.text != text else "unchanged"
            outcomes.append(Outcome(path.name, status, report.id))
        return outcomes

    def remove(self, name: str) -> None:
        """Remove a report by source or id."""
        with self._lock:
            kept = {s: r for s, r in self._stored.items() if name not in (s, r.id)}
            if len(kept) == len(self._stored):
                raise ReportNotFound("no such report")
            self._stored = kept

    def refresh(self) -> None:
        """Serve what is stored."""
        with self._lock:
            if self._served != self._stored:
                self._served = dict(self._stored)
                self.generation += 1


@dataclass
class FakeAssistant:
    """Answers from a ``FakeLibrary``.

    ``delay_s`` is how long an answer takes, ``until`` what it waits for (``wait`` of a barrier or
    an event), ``lines`` how many sentences it has, ``fail`` an exception to raise instead; ``shape`` may replace an answer before it is returned, ``table``
    is what every answer compares, ``suggestions`` what may be meant. Every question asked is
    kept in ``asked``.
    """

    library: FakeLibrary
    delay_s: float = 0.0
    until: Callable[[], Any] = bool
    lines: int = 1
    fail: BaseException | None = None
    shape: Callable[[Answer], Answer] | None = None
    table: Table | None = None
    suggestions: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)

    def ask(
        self,
        question: str,
        state: FakeState | None = None,
        *,
        on_sentence: Callable[[Sentence], None] | None = None,
        user: str = "",
    ) -> FakeReply:
        """Answer with the best sentences of the best report."""
        self.asked.append(question)
        if self.fail is not None:
            raise self.fail
        with ANSWERING.lent():
            self.until()
        citations = self._find(question, state, self.lines)
        sentences = tuple(Sentence(c.quote, "claim", (c.n,)) for c in citations)
        for sentence in sentences:
            self._wait(self.delay_s / max(1, len(sentences)))
            if on_sentence is not None:
                on_sentence(sentence)
        if not sentences:
            self._wait(self.delay_s)
            sentences = (Sentence("没有收录可以回答的报告。", "note"),)
        answer = Answer(
            id=hashlib.sha256(f"{question}{len(self.asked)}".encode()).hexdigest()[:12],
            question=question,
            status="answered" if citations else "abstained",
            sentences=sentences,
            citations=citations,
            scope=Scope(tuple(dict.fromkeys(c.report for c in citations))),
        )
        if self.shape is not None:
            answer = self.shape(answer)
        state = FakeState(citations[0].report if citations else "")
        return FakeReply(answer, state, self.table, self.suggestions)

    @staticmethod
    def _wait(seconds: float) -> None:
        with ANSWERING.lent():  # as for a model
            time.sleep(seconds)

    def _find(self, question: str, state: FakeState | None, number: int) -> tuple[Citation, ...]:
        pairs = {question[i : i + 2] for i in range(len(question) - 1)}
        scored = []
        for summary in self.library.reports():
            report = self.library.report(summary.id)
            inherited = 1 if state is not None and state.report == report.id else 0
            for match in _SENTENCE.finditer(report.text):
                words = match.group()
                shared = sum(1 for pair in pairs if pair in words)
                named = sum(2 for name in report.meta.place if name in question)
                named += 2 if report.meta.year and str(report.meta.year) in question else 0
                scored.append((shared + named + inherited, report, match.span()))
        scored.sort(key=lambda row: (-row[0], row[1].id, row[2]))
        return tuple(
            Citation(
                n,
                report.id,
                report.meta.source,
                report.meta.title,
                report.meta.place,
                report.meta.year,
                (report.meta.title,),
                start,
                end,
                report.text[start:end],
            )
            for n, (_, report, (start, end)) in enumerate(scored[:number], 1)
        )

    def brief(self, words: str, *, state: FakeState | None = None, user: str = "") -> FakeReply:
        """Answer with three sentences in one paragraph."""
        reply = replace(self, lines=3).ask(words, state, user=user)
        return replace(reply, answer=replace(reply.answer, paragraph=True))

    def compare(self, question: str, state: FakeState | None = None) -> FakeReply:
        """Answer with two sentences."""
        return replace(self, lines=2).ask(question, state)

    def is_courtesy(self, words: str) -> bool:
        """Tell whether words thank."""
        return words.strip("。！!. ") in ("谢谢", "你好", "thanks")

    def scope_label(self, state: FakeState | None) -> str:
        """Name the inherited report."""
        if state is None or not state.report:
            return ""
        try:
            meta = self.library.report(state.report).meta
        except ReportNotFound:
            return ""
        return f"{''.join(meta.place)} · {meta.year}"

    def why(self, answer_id: str) -> Mapping[str, Any]:
        """Hold no records."""
        raise ReportNotFound(f"没有编号为 {answer_id} 的回答记录")
