"""Answers written by a language model, each line checked before anyone sees it.

The passages go in as data between fences that no report can guess. A line that is refused gives
way to the official wording of the passages it cited, in its place. A model that fails raises
``ModelFailed`` before anything was shown: the caller then gives the extractive answer instead.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.lock.citations import Checked, Checker, Failure
from bot.lock.plaintext import neutralise
from bot.lock.planted import masked
from bot.model.budget import OUTPUT_TOKENS, PROMPT_TOKENS, cost, count_messages, count_tokens
from bot.model.draft_lines import draft_lines
from bot.model.llm import Allowance, Message, PatientChat
from bot.model.replies import Usage
from bot.notes import Language
from bot.values import DraftLine, Passage, Sentence, Told
from prompts import Prompt, load

CANNOT_ANSWER = "资料中没有相关内容"
_TOKENS_A_PASSAGE = 8  # its marker in the list, and the break after it
_PROMPT_OF_KIND = {"compare": "compare", "rank": "compare", "cross": "compare"}
LANGUAGE_RULE = {
    "zh": "用中文作答。",
    "en": "Write every line in English; keep figures exactly, and leave quoted titles in Chinese.",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A model's answer after the check, and how it came about.

    ``told`` are its lines as shown, in order. ``dropped`` were refused and have no substitute,
    ``replaced`` gave way to the official wording. ``declined``: the model says that the passages hold no answer. ``trimmed`` passages
    did not fit the budget. ``prompt`` is the version of the prompt, ``cost`` is in yuan.
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
    declined: bool = False
    trimmed: int = 0


@dataclass(frozen=True, slots=True)
class Round:
    """One whole reply: the passages that were shown, the system's words, the unchecked lines."""

    shown: tuple[Passage, ...]
    system: str
    lines: tuple[DraftLine, ...]


@dataclass(slots=True)
class _Progress:
    """What has been decided so far about the lines of one answer."""

    checker: Checker
    on_sentence: Callable[[Sentence], None] | None
    told: list[Told] = field(default_factory=list)
    dropped: list[Failure] = field(default_factory=list)
    replaced: list[tuple[Failure, Sentence]] = field(default_factory=list)
    declined: bool = False

    def take(self, line: DraftLine) -> None:
        """Check a line and show it, or the official wording in its place, or nothing."""
        if CANNOT_ANSWER in line.text:
            self.declined = True
            return
        outcome = self.checker.check_line(line)
        if isinstance(outcome, Failure):
            official = self.checker.nearest_wording(line)
            instead = self.checker.check_line(official) if official else None
            if not isinstance(instead, Sentence):
                self.dropped.append(outcome)
                return
            self.replaced.append((outcome, instead))
            outcome = instead
        if outcome is not None:
            self.told.append(self.checker.told(outcome))
            if self.on_sentence is not None:
                self.on_sentence(outcome)


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
        kind: str,
        language: Language,
        passages: Sequence[Passage],
        text_of: Callable[[str], str],
        scope_names: Mapping[str, Collection[str]],
        allowance: Allowance | None = None,
        on_sentence: Callable[[Sentence], None] | None = None,
    ) -> Written:
        """Write an answer from ``passages`` and check it line by line.

        ``kind`` chooses the prompt, ``language`` is ``zh`` or ``en``; ``text_of`` and
        ``scope_names`` are those of ``Checker``. ``on_sentence`` gets each sentence once it is
        checked. Raises ``ModelFailed`` if the reply was not whole; then nothing was shown.
        """
        allowance = allowance or Allowance()
        fence = secrets.token_hex(4)
        prompt = load(_PROMPT_OF_KIND.get(kind, "answer"))
        values = {
            "fence": fence,
            "question": neutralise(question),
            "cannot_answer": CANNOT_ANSWER,
            "language_rule": LANGUAGE_RULE[language],
        }
        shown, messages = self._fit(prompt, values, passages, PROMPT_TOKENS)
        hidden = (messages[0]["content"], fence)
        checker = Checker(shown, text_of, scope_names, language=language, hidden=hidden)
        progress = _Progress(checker, on_sentence)
        for line in self._lines(messages, OUTPUT_TOKENS, allowance):
            progress.take(line)
        usage = total_usage(allowance.usage)
        return Written(
            checked=checker.checked(),
            prompt=prompt.version,
            model=self.model,
            usage=usage,
            cost=cost(self.model, usage["prompt_tokens"], usage["completion_tokens"]),
            told=tuple(progress.told),
            dropped=tuple(progress.dropped),
            replaced=tuple(progress.replaced),
            declined=progress.declined and not progress.told,
            trimmed=len(passages) - len(shown),
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
        """Yield the lines of one reply; its tokens are counted here if the server did not."""
        said: list[str] = []
        known = len(allowance.usage)

        def heard() -> Iterator[str]:
            for piece in self._chat.stream(messages, max_tokens=max_tokens, allowance=allowance):
                said.append(piece)
                yield piece

        yield from draft_lines(heard())
        if not any(usage.prompt_tokens for usage in allowance.usage[known:]):
            asked = count_messages([dict(message) for message in messages], self.model)
            counted = Usage(asked, count_tokens("".join(said), self.model))
            allowance.usage[known:] = [counted]

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
            block = f"[{passage.n}] {neutralise(passage.context)}\n{_as_data(passage.text)}"
            left -= count_tokens(block, self.model) + _TOKENS_A_PASSAGE
            if left < 0:
                break
            blocks.append(block)
        text = "\n\n".join(blocks)
        shown = tuple(passages[: len(blocks)])
        markers = "".join(f"[{passage.n}]" for passage in shown)
        return shown, prompt.messages(**values, passages=text, markers=markers)


def _as_data(text: str) -> str:
    """Return a passage without anything that could be taken for the frame around it."""
    return masked(neutralise(text)).replace("<<", "《").replace(">>", "》").replace("=== ", "")


def total_usage(usage: Sequence[Usage]) -> dict[str, int]:
    """Return what several calls used together."""
    return {
        "calls": len(usage),
        "prompt_tokens": sum(u.prompt_tokens for u in usage),
        "completion_tokens": sum(u.completion_tokens for u in usage),
    }
