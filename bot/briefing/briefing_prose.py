"""A briefing in a model's words: the fixed order, the length asked for, each sentence locked.

The model writes the claims. Code sorts them by report and part, adds the attribution and what
announces problems and plans, and counts. A paragraph that misses a part, a report or the length
is revised once; what then still misses is given up for the extractive briefing.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.briefing.briefing import PART_ROLES, PARTS, Briefing, Material, attribution
from bot.briefing.briefing_pieces import DOER, Part
from bot.evidence.drafting import Desk
from bot.evidence.passages import apart, numbered, whole_sentences
from bot.labels import Names
from bot.lock.citations import Checked, Checker, Failure
from bot.lock.plaintext import neutralise
from bot.model.budget import OUTPUT_TOKENS, cost
from bot.model.llm import Allowance
from bot.model.writers_llm import (
    CANNOT_ANSWER,
    LANGUAGE_RULE,
    LLMWriter,
    Round,
    Written,
    total_usage,
)
from bot.notes import Note, words
from bot.values import Cited, DraftLine, Passage, Sentence
from prompts import load
from retrieval.documents import Report, meet
from retrieval.errors import ModelFailed
from retrieval.question.query import Query
from retrieval.question.terms import content_terms
from retrieval.question.untagged import subject_of
from retrieval.search.nearness import nearest

# The first reply and its revision share what one question may cost.
_FIRST_PROMPT, _SECOND_PROMPT = 4_400, 3_600
_MOST_PASSAGES = 40
_NEAREST = 6  # passages of a report on a theme
# passages of a part beyond those of the extractive briefing
_MORE_OF_A_PART: Mapping[Part, int] = {"overall": 1, "measures": 16, "problems": 4, "plans": 4}
_MIN_REVISION_S = 4.0
_MARGIN = 20  # characters the model is asked to stay within the range by
_ATTRIBUTED = re.compile(
    r"^据[^，,。]{2,40}(?:报告|情况)[^，,。]{0,6}[，,：:]|^报告(?:称|显示|指出)[，,：:]"
)
_SAYS_ITSELF: Mapping[Part, re.Pattern[str]] = {
    "problems": re.compile("问题|不足|短板|困难|薄弱|差距|有待|仍需"),
    "plans": re.compile("下一步|今后|将|计划|打算|拟|20[0-9]{2}年"),
}


def tokens_for(high: int) -> int:
    """Return the output tokens that a paragraph of ``high`` characters and its markers may take."""
    return high * 3 // 2 + 120


def write_prose(
    writer: LLMWriter,
    desk: Desk,
    briefing: Briefing,
    names: Mapping[str, Sequence[str]],
    allowance: Allowance,
) -> tuple[Written | None, str]:
    """Return the paragraph a model wrote, or None and why the extractive one stands.

    ``names`` are the ``scope_names`` of ``Checker``. Raises ``ModelFailed`` if the first reply
    was not whole.
    """
    low, high = briefing.asked
    if tokens_for(high) > OUTPUT_TOKENS:
        return None, "longer than a model may write"
    task = _Task(desk, briefing, names)
    passages = _passages(desk, briefing)
    first = load("briefing")
    values = task.values | {"cannot_answer": CANNOT_ANSWER}
    reply = writer.one_round(
        first,
        values,
        passages,
        allowance,
        prompt_tokens=_FIRST_PROMPT,
        output_tokens=tokens_for(high),
    )
    if len(reply.lines) <= 2 and any(CANNOT_ANSWER in line.text for line in reply.lines):
        return None, "declined"
    prompt, revised = first, 0
    attempt = task.check(reply)
    left = OUTPUT_TOKENS - total_usage(allowance.usage)["completion_tokens"]
    may_revise = not allowance.spent and allowance.seconds_left > _MIN_REVISION_S
    if attempt.faults and may_revise and left >= low:
        prompt, revised = load("revise"), 1
        values = task.values | {"draft": attempt.kept, "faults": attempt.named_faults}
        refused = attempt.refused
        try:
            reply = writer.one_round(
                prompt,
                values,
                passages,
                allowance,
                prompt_tokens=_SECOND_PROMPT,
                output_tokens=min(left, tokens_for(high)),
            )
        except ModelFailed as error:
            return None, error.reason
        attempt = task.check(reply)
        attempt = replace(attempt, refused=(*refused, *attempt.refused))
    if attempt.faults:
        return None, "；".join(attempt.faults)
    usage = total_usage(allowance.usage)
    return Written(
        checked=Checked(attempt.sentences, attempt.citations, attempt.refused),
        prompt=prompt.version,
        model=writer.model,
        usage=usage,
        cost=cost(writer.model, usage["prompt_tokens"], usage["completion_tokens"]),
        dropped=attempt.refused,
        repaired=revised,
    ), ""


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A checked paragraph in order, the lines refused, and what is wrong with the whole."""

    sentences: tuple[Sentence, ...]
    citations: tuple[Cited, ...]
    refused: tuple[Failure, ...]
    faults: tuple[str, ...]

    @property
    def kept(self) -> str:
        """The claims that held, for the model to keep."""
        claims = [s.text for s in self.sentences if s.kind == "claim"]
        return neutralise("\n".join(claims)) or "（没有通过核对的句子）"

    @property
    def named_faults(self) -> str:
        """What is wrong, line by line, for the model."""
        lines = [f"- {' '.join(f.line.text[:200].split())}（{'；'.join(f.problems[:3])}）" for f in self.refused[:6]]  # fmt: skip
        return neutralise("\n".join([*(f"- {fault}" for fault in self.faults), *lines]))


class _Task:
    """What a paragraph must be: its reports and their parts, its length, its words' sources."""

    def __init__(self, desk: Desk, briefing: Briefing, names: Mapping[str, Sequence[str]]) -> None:
        self._briefing = briefing
        self._names = names
        self._labels = Names(m.report.meta for m in briefing.material)
        self._reports = {report.id: report for report in desk.reports}
        self._order = [m.report.id for m in briefing.material]
        self._fence = secrets.token_hex(4)
        cited = {c for line in briefing.draft.lines for c in line.cites}
        self._wanted = {(c.report, _part_of(self._reports[c.report], c)) for c in cited}
        # what is lacking and planned is told of a theme where there is room
        on_theme = {m.report.id for m in briefing.material if m.on_theme}
        self._wanted -= {
            (report, part)
            for report, part in self._wanted
            if report in on_theme and part != "measures" and (report, "measures") in self._wanted
        }
        # words that no tag says are a theme (东屿整治补习班) may be one: then the model knows
        self._may_be_short = all(m.on_theme for m in briefing.material)
        if not self._may_be_short and _has_a_subject(desk.query):
            self._may_be_short, self._wanted = True, set()
        low, high = briefing.asked
        framed = sum(len(words(self._attribution(m))) for m in briefing.material) + 8
        least = max(low - framed + _MARGIN, 20)
        most = max(high - framed - _MARGIN, least + 10)
        self.values = {
            "fence": self._fence,
            "question": neutralise(desk.query.question),
            "chars": f"不超过{most}" if self._may_be_short else f"{least}至{most}",
            "language_rule": LANGUAGE_RULE["zh"],
        }

    def check(self, reply: Round) -> _Attempt:
        """Check a reply line by line, put what holds in order, and judge the whole."""
        checker = Checker(
            reply.shown,
            lambda report: self._reports[report].text,
            self._names,
            hidden=(reply.system, self._fence),
            announced=True,
        )
        for line in reply.lines:
            checker.check_line(DraftLine(_ATTRIBUTED.sub("", line.text), line.kind))
        checked = checker.checked()
        told = [
            (self._place(checked.citations[s.citations[0] - 1]), s)
            for s in checked.sentences
            if s.kind == "claim"
        ]
        told.sort(key=lambda pair: pair[0])  # stable: the model's order within a part
        sentences, citations = _renumbered(tuple(self._framed(told)), checked.citations)
        places = {place for place, _ in told}
        faults = tuple(self._faults(sentences, places))
        return _Attempt(sentences, citations, checked.failures, faults)

    def _place(self, cite: Cited) -> tuple[int, int]:
        part = _part_of(self._reports[cite.report], cite)
        return self._order.index(cite.report), PARTS.index(part)

    def _framed(self, told: Sequence[tuple[tuple[int, int], Sentence]]) -> Iterator[Sentence]:
        """Yield the claims with the attribution of each report and the names of its parts."""
        report, part = -1, -1
        for (of_report, of_part), sentence in told:
            if of_report != report:
                report, part = of_report, -1
                source = self._attribution(self._briefing.material[report])
                yield Sentence(words(source), "note", note=source)
            text = sentence.text.rstrip("；;，, ")
            if of_part != part:
                part = of_part
                says = _SAYS_ITSELF.get(PARTS[part])
                if says is not None and not says.search(text):
                    named = Note(f"briefing.{PARTS[part]}")
                    yield Sentence(words(named), "note", note=named)
            yield replace(sentence, text=text if text.endswith(("。", "！")) else f"{text}。")

    def _attribution(self, material: Material) -> Note:
        alone = len(self._briefing.material) == 1 and self._briefing.asked[1] >= 200
        return attribution(material.report, self._labels, alone=alone)

    def _faults(self, sentences: Sequence[Sentence], places: set[tuple[int, int]]) -> Iterator[str]:
        low, high = self._briefing.asked
        chars = sum(len(s.text) for s in sentences)
        if chars > high:
            yield f"全文连同“据……报告”共{chars}字，超过{high}字，要再压缩约{chars - high + _MARGIN}字"
        if chars < low and not self._may_be_short:  # what is off the theme would only fill it up
            yield f"全文连同“据……报告”共{chars}字，不足{low}字，要再补充约{low - chars + _MARGIN}字"
        for report, part in sorted(self._wanted, key=lambda w: (self._order.index(w[0]), w[1])):
            if part == "overall" or (self._order.index(report), PARTS.index(part)) in places:
                continue
            yield f"没有写{self._labels.body(self._reports[report].meta)}的{words(PART_ROLES[part])}"


def _part_of(report: Report, cite: Cited) -> Part:
    """Return the part of a briefing that a span of a report belongs to."""
    section = next((s for s in report.sections if s.start <= cite.start < s.end), None)
    if section is None:
        return "measures"
    return "overall" if section.role == "preamble" else DOER[section.role]


def _renumbered(
    sentences: Sequence[Sentence], citations: Sequence[Cited]
) -> tuple[tuple[Sentence, ...], tuple[Cited, ...]]:
    """Number the citations by their first use in the new order."""
    numbers: dict[Cited, int] = {}
    found = []
    for sentence in sentences:
        own = [citations[n - 1] for n in sentence.citations]
        found.append(
            replace(
                sentence,
                citations=tuple(numbers.setdefault(cite, len(numbers) + 1) for cite in own),
            )
        )
    return tuple(found), tuple(numbers)


def _passages(desk: Desk, briefing: Briefing) -> tuple[Passage, ...]:
    """Return what the extractive briefing cites and the next best of each part, in order.

    The order is that of the reports asked for and of their text, which is that of the parts.
    """
    spans = whole_sentences(desk, (c for line in briefing.draft.lines for c in line.cites))
    for material in briefing.material:
        if _has_a_subject(desk.query):  # what is nearest may say what no piece was cut of
            spans += _nearest(desk, material.report)
        for part in PARTS:
            spans += _next_best(desk, material, part, spans)
    order = [m.report.id for m in briefing.material]
    shown = apart(spans)[:_MOST_PASSAGES]
    return numbered(desk.reports, sorted(shown, key=lambda c: (order.index(c.report), c.start)))


def _has_a_subject(query: Query) -> bool:
    """Tell whether an order names what the paragraph is on, tagged as a theme or not."""
    return bool(query.ask.theme or content_terms(" ".join(subject_of(query.topic))))


def _nearest(desk: Desk, report: Report) -> list[Cited]:
    """Return the sentences of the passages nearest to what is asked."""
    return [
        Cited(report.id, line.span.start, line.span.end)
        for passage in nearest(desk.near(report.id), _NEAREST)
        for line in desk.reading(report).lines
        if meet(line.span, passage.chunk.start, passage.chunk.end)
        and report.sections[line.section].kind != "heading"
    ]


def _next_best(desk: Desk, material: Material, part: Part, taken: Sequence[Cited]) -> list[Cited]:
    """Return the sentences of the best pieces of a part that are not among those taken."""
    found: list[Cited] = []
    for piece in sorted(material.pool[part], key=lambda p: -p.value):
        if len(found) == _MORE_OF_A_PART[part]:
            break
        cite = Cited(material.report.id, piece.span.start, piece.span.end)
        widened = whole_sentences(desk, [cite])
        if len(apart([*taken, *found, *widened])) > len(apart([*taken, *found])):
            found += widened
    return found
