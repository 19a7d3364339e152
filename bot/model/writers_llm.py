"""Answers written by a language model: evidence first, words second, each line checked.

The model selects pieces of a sheet that is data between fences no report can guess, and may say
each in a sentence. What code can check is shown; words of its own wait for the judge; whatever
does not hold gives way to its official words, in its place. A model that ignores the form and
writes lines with markers is read as well. One that fails raises ``ModelFailed`` before anything
was shown: the caller then gives the extractive answer instead.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from bot.evidence.likeness import pairs_of
from bot.lock.citations import Checked, Checker, Failure
from bot.lock.figure_contexts import COUNTED
from bot.lock.lock import is_english
from bot.lock.plaintext import neutralise
from bot.model import sheet
from bot.model.budget import OUTPUT_TOKENS, PROMPT_TOKENS, cost, count_messages, count_tokens
from bot.model.draft_lines import MAX_REPLY_CHARS, draft_lines, spoken
from bot.model.judge import Case, approved
from bot.model.llm import Allowance, Message, PatientChat
from bot.model.replies import Usage
from bot.model.selection import (
    MAX_SAID_CHARS,
    SCHEMA,
    Item,
    items_begun,
    read_selection,
)
from bot.notes import Language
from bot.values import Cited, DraftLine, Passage, Sentence, Told, Way
from prompts import Prompt, load
from retrieval.errors import ModelFailed
from retrieval.genre.quantities import find_quantities
from retrieval.text.normalise import level

CANNOT_ANSWER = "资料中没有相关内容"
_BRACKETED = re.compile(r"\s*[\[［【]\s*\^?\d[\d\s,，、;\-^]*[\]］】]")
_ANSWERED = re.compile(r"^(?:是的?|不是|没有|有的?|对|否)[，,。]\s*(?=.)")
AHEAD = "下一步，"
_SHARED_PAIRS = 3  # of characters, of a refused line and the pieces that are shown for it
_TOKENS_A_PASSAGE = 8  # its marker in the list, and the break after it
LANGUAGE_RULE = {
    "zh": "用中文作答。",
    "en": "Write every line (say) in English; keep figures exactly, leave quoted titles in Chinese.",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A model's answer after the check, and how it came about.

    ``told`` are its lines as shown, in order. ``dropped`` were refused and have no substitute,
    ``replaced`` gave way to the official wording. ``judged`` lines in words of their own were read a second time, ``approved`` of
    them hold. ``declined``: the model says that the passages hold no answer, and what is
    ``missing``, unproved. ``pieces`` were shown to it. ``failure``: it broke off, and what was
    shown by then is what it wrote.
    ``prompt`` is the version of the prompt, ``cost`` is in yuan.
    """

    checked: Checked
    prompt: str
    model: str
    usage: Mapping[str, int]
    cost: float
    told: tuple[Told, ...] = ()
    dropped: tuple[Failure, ...] = ()
    replaced: tuple[tuple[Failure, Sentence], ...] = ()
    repaired: int = 0
    judged: int = 0
    approved: int = 0
    declined: bool = False
    missing: tuple[str, ...] = ()
    pieces: int = 0
    failure: ModelFailed | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One whole reply: the passages that were shown, the system's words, the unchecked lines."""

    shown: tuple[Passage, ...]
    system: str
    lines: tuple[DraftLine, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line in words of its own, with the pieces that it gives way to unless a judge approves."""

    failure: Failure
    passages: tuple[Passage, ...]
    way: Way
    marked: bool = False  # a line of a plain reply, with markers of its own

    @property
    def text(self) -> str:
        """The words to be shown."""
        return self.failure.waiting

    @property
    def cites(self) -> tuple[Cited, ...]:
        """The spans of its pieces."""
        return tuple(Cited(p.report, p.start, p.end) for p in self.passages)


@dataclass(slots=True)
class _Progress:
    """What has been decided so far about the lines of one answer."""

    checker: Checker
    told: list[Told | Waiting] = field(default_factory=list)
    dropped: list[Failure] = field(default_factory=list)
    replaced: list[tuple[Failure, Sentence]] = field(default_factory=list)
    declined: bool = False

    def take_line(self, line: DraftLine) -> None:
        """Take a line with markers, or the official wording in its place, or nothing."""
        if CANNOT_ANSWER in line.text:
            self.declined = True
            return
        outcome = self.checker.check_line(line)
        if isinstance(outcome, Failure):
            if outcome.rewords:
                self.told.append(
                    Waiting(outcome, self.checker.cited(line), "reworded", marked=True)
                )
            else:
                self.put_official(outcome)
        elif outcome is not None:
            self.told.append(self.checker.told(outcome))

    def put_official(self, failure: Failure) -> None:
        """Put the official sentence that a line with markers most likely meant in its place."""
        official = self.checker.nearest_wording(failure.line)
        instead = self.checker.check_line(official) if official else None
        if isinstance(instead, Sentence):
            self.replaced.append((failure, instead))
            self.told.append(self.checker.told(instead))
        elif is_english(
            failure.line.text
        ):  # nothing there tells one official sentence from another
            self.give_way(failure, self.checker.cited(failure.line))
        else:
            self.dropped.append(failure)

    def take_item(self, item: Item, passages: Mapping[int, Passage]) -> None:
        """Take an item: the model's sentence where it holds, else the pieces it selected."""
        own = tuple(passages[n] for n in item.quotes)
        if item.say and len(item.say) <= MAX_SAID_CHARS:
            words = _ANSWERED.sub("", _BRACKETED.sub("", item.say))
            line = _marked(words, own)
            outcome = self.checker.check_line(line)
            if isinstance(outcome, Failure) and all(p.role == "plans" for p in own):
                planned = _marked(f"{AHEAD}{words}", own)  # what is planned is said to be
                again = self.checker.check_line(planned)
                if isinstance(again, Sentence) or (isinstance(again, Failure) and again.rewords):
                    line, outcome = planned, again
            if isinstance(outcome, Sentence):
                self.told.append(self.checker.told(outcome))
                return
            if isinstance(outcome, Failure):
                infers = item.infer and len(own) > 1
                if outcome.rewords:
                    way: Way = "inferred" if infers else "reworded"
                    self.told.append(Waiting(outcome, own, way))
                    return
                self.give_way(outcome, own)
                return
        self.quote(own)

    def give_way(self, failure: Failure, passages: Sequence[Passage]) -> None:
        """Put official words in the place of a refused line: those it speaks of."""
        said = level(failure.line.text)
        shown = self.quote([p for p in passages if _speaks_of(said, level(p.text))])
        if shown:
            self.replaced.append((failure, shown[0]))
        else:
            self.dropped.append(failure)

    def quote(self, passages: Sequence[Passage]) -> list[Sentence]:
        """Take pieces in their own words, each once."""
        known = {t.cites for t in self.told if isinstance(t, Told)}
        shown = []
        for passage in passages:
            cite = Cited(passage.report, passage.start, passage.end)
            sentence = None if (cite,) in known else self.checker.official(passage)
            if sentence is not None:
                shown.append(sentence)
                self.told.append(Told(sentence.text, (cite,), "quoted"))
        return shown

    def settle(self, holds: Callable[[Sequence[Waiting]], Collection[int]]) -> tuple[int, int]:
        """Put each waiting line, or its pieces, in its place; return how many waited and held."""
        waiting = [t for t in self.told if isinstance(t, Waiting)]
        approved = holds(waiting)
        order, self.told = self.told, []
        for entry in order:
            if isinstance(entry, Told):
                self.told.append(entry)
            elif waiting.index(entry) in approved:
                if entry.way == "inferred":  # its premises are shown with it
                    self.quote(entry.passages)
                self.told.append(Told(entry.text, entry.cites, entry.way))
            elif entry.marked:
                self.put_official(entry.failure)
            else:
                self.give_way(entry.failure, entry.passages)
        return len(waiting), len(approved)


class LLMWriter:
    """Writes answers with a chat model; one instance serves many questions at once."""

    def __init__(self, chat: PatientChat) -> None:
        self._chat = chat

    @property
    def model(self) -> str:
        """Name of the model."""
        return self._chat.name

    def write_and_check(
        self,
        question: str,
        *,
        context: str = "",
        language: Language,
        passages: Sequence[Passage],
        text_of: Callable[[str], str],
        scope_names: Mapping[str, Collection[str]],
        allowance: Allowance | None = None,
        prompt_tokens: int = PROMPT_TOKENS,
        hear: Callable[[Sequence[Told | Waiting]], bool] | None = None,
    ) -> Written:
        """Select an answer from ``passages``, word it and check it line by line.

        ``context`` is what the question leans on, in words; ``language`` is ``zh`` or ``en``;
        ``text_of`` and ``scope_names`` are those of ``Checker``; as many passages go in, in order, as
        ``prompt_tokens`` hold. ``hear`` is given the lines as they are written, and says whether any
        was shown. Raises ``ModelFailed`` if
        the reply was not whole and nothing of it was shown.
        """
        allowance = allowance or Allowance()
        fence = secrets.token_hex(4)
        prompt = load("select")
        shown, messages = self._sheet(
            prompt,
            {
                "fence": fence,
                "question": neutralise(question),
                "context": neutralise(context),
                "language_rule": LANGUAGE_RULE[language],
            },
            passages,
            prompt_tokens,
        )
        hidden = (messages[0]["content"], load("judge").system, fence)
        checker = Checker(shown, text_of, scope_names, language=language, hidden=hidden)
        progress = _Progress(checker)
        by_number = {p.n: p for p in shown}
        taken: list[Item] = []

        def take(items: Sequence[Item]) -> None:
            for item in items:
                if item not in taken:
                    taken.append(item)
                    progress.take_item(item, by_number)

        reply, failure, heard = "", None, False
        try:
            for piece in self._pieces(messages, OUTPUT_TOKENS, allowance, SCHEMA):
                reply += piece
                if len(reply) >= MAX_REPLY_CHARS:
                    break
                if hear is not None and "}" in piece:
                    take(items_begun(spoken(reply), by_number))
                    heard = hear(progress.told)
        except ModelFailed as error:
            if not heard:
                raise
            failure = error
        selection = read_selection(reply, by_number)
        if failure is not None or (selection is None and taken):
            pass  # what was shown of it stands
        elif selection is None:
            for line in draft_lines([reply]):
                progress.take_line(line)
        elif selection.answerable:
            take(selection.items)
        else:
            progress.declined = True

        def holds(waiting: Sequence[Waiting]) -> Collection[int]:
            cases = [
                Case(
                    w.text,
                    tuple(p.text for p in w.passages),
                    tuple(p.context for p in w.passages),
                    partial(checker.bears_out, w.text, passages=w.passages),
                )
                for w in waiting
            ]
            return approved(self._chat, cases, fence, allowance)

        judged, held = progress.settle(holds)
        told = [t for t in progress.told if isinstance(t, Told)]
        usage = total_usage(allowance.usage)
        return Written(
            checked=checker.checked(),
            prompt=prompt.version,
            model=self.model,
            usage=usage,
            cost=cost(self.model, usage["prompt_tokens"], usage["completion_tokens"]),
            told=tuple(told),
            dropped=tuple(progress.dropped),
            replaced=tuple(progress.replaced),
            judged=judged,
            approved=held,
            declined=progress.declined and not told,
            failure=failure,
            missing=selection.missing if selection else (),
            pieces=len(shown),
        )

    def one_round(
        self,
        prompt: Prompt,
        values: Mapping[str, str],
        passages: Sequence[Passage],
        allowance: Allowance,
        *,
        prompt_tokens: int,
        output_tokens: int,
    ) -> Round:
        """Ask once with as many passages as the budget holds; raises ``ModelFailed``."""
        shown, messages = self._fit(prompt, values, passages, prompt_tokens)
        lines = tuple(self._lines(messages, output_tokens, allowance))
        return Round(shown, messages[0]["content"], lines)

    def _lines(
        self, messages: Sequence[Message], max_tokens: int, allowance: Allowance
    ) -> Iterator[DraftLine]:
        """Yield the lines of one reply."""
        yield from draft_lines(self._pieces(messages, max_tokens, allowance))

    def _pieces(
        self,
        messages: Sequence[Message],
        max_tokens: int,
        allowance: Allowance,
        schema: Mapping[str, Any] | None = None,
    ) -> Iterator[str]:
        """Yield one reply in pieces; its tokens are counted here if the server did not."""
        said: list[str] = []
        known = len(allowance.usage)
        for piece in self._chat.stream(
            messages, max_tokens=max_tokens, allowance=allowance, schema=schema
        ):
            said.append(piece)
            yield piece
        if not any(usage.prompt_tokens for usage in allowance.usage[known:]):
            asked = count_messages([dict(message) for message in messages], self.model)
            counted = Usage(asked, count_tokens("".join(said), self.model))
            allowance.usage[known:] = [counted]

    def _sheet(
        self,
        prompt: Prompt,
        values: Mapping[str, str],
        passages: Sequence[Passage],
        budget_tokens: int,
    ) -> tuple[tuple[Passage, ...], list[dict[str, str]]]:
        """Return as many passages, in order, as the budget holds, and the messages with them."""
        kept = tuple(passages)
        while True:
            messages = prompt.messages(**values, passages=sheet.shown(kept))
            over = count_messages(messages, self.model) - budget_tokens
            if over <= 0 or not kept:
                return kept, messages
            kept = kept[: len(kept) * 9 // 10]

    def _fit(
        self,
        prompt: Prompt,
        values: Mapping[str, str],
        passages: Sequence[Passage],
        budget_tokens: int,
    ) -> tuple[tuple[Passage, ...], list[dict[str, str]]]:
        """Return as many passages, in order, as the budget holds, and the messages with them."""
        empty = prompt.messages(**values, passages="", markers="")
        left = budget_tokens - count_messages(empty, self.model)
        blocks: list[str] = []
        for passage in passages:
            block = f"[{passage.n}] {neutralise(passage.context)}\n{sheet.as_data(passage.text)}"
            left -= count_tokens(block, self.model) + _TOKENS_A_PASSAGE
            if left < 0:
                break
            blocks.append(block)
        text = "\n\n".join(blocks)
        shown = tuple(passages[: len(blocks)])
        markers = "".join(f"[{passage.n}]" for passage in shown)
        return shown, prompt.messages(**values, passages=text, markers=markers)


def _marked(words: str, passages: Sequence[Passage]) -> DraftLine:
    return DraftLine(words + "".join(f"[{p.n}]" for p in passages), "claim")


def _speaks_of(said: str, piece: str) -> bool:
    """Tell whether a line shares words or a figure with a piece; an English one is given credit."""
    own = pairs_of(said)
    if not own and is_english(said):
        return True
    figures = {q.value for q in find_quantities(said) if q.kind in COUNTED}
    return len(own & pairs_of(piece)) >= _SHARED_PAIRS or bool(
        figures & {q.value for q in find_quantities(piece)}
    )


def total_usage(usage: Sequence[Usage]) -> dict[str, int]:
    """Return what several calls used together."""
    return {
        "calls": len(usage),
        "prompt_tokens": sum(u.prompt_tokens for u in usage),
        "completion_tokens": sum(u.completion_tokens for u in usage),
    }
