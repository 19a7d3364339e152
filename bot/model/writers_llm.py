"""Answers written by a language model, each line checked before anyone sees it.

The passages go in as data between fences that no report can guess. Lines are checked while
they stream; those refused are named in one repair round, and what still fails gives way to
the official wording of the passages it cited. A model that fails raises ``ModelFailed``: the
caller then gives the extractive answer instead, never a part of this one.
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
from bot.model.openai_client import Usage
from bot.notes import Language
from bot.values import DraftLine, Passage, Sentence
from prompts import Prompt, load
from retrieval.errors import ModelFailed

CANNOT_ANSWER = "资料中没有相关内容"
# The answer and its repair share what one question may cost.
_ANSWER_PROMPT, _REPAIR_PROMPT = PROMPT_TOKENS * 7 // 10, PROMPT_TOKENS * 3 // 10
_ANSWER_OUTPUT, _REPAIR_OUTPUT = OUTPUT_TOKENS * 7 // 10, OUTPUT_TOKENS * 3 // 10
_TOKENS_A_PASSAGE = 8  # its marker in the list, and the break after it
_MIN_REPAIR_S = 4.0
_MAX_REPAIRED = 8
_PROMPT_OF_KIND = {"compare": "compare", "rank": "compare", "cross": "compare"}
LANGUAGE_RULE = {
    "zh": "用中文作答。",
    "en": "Write every line in English; keep figures exactly, and leave quoted titles in Chinese.",
}


@dataclass(frozen=True, slots=True)
class Written:
    """A model's answer after the check, and how it came about.

    ``dropped`` were refused and have no substitute, ``replaced`` gave way to the official
    wording. ``declined``: the model says that the passages hold no answer. ``trimmed`` passages
    did not fit the budget. ``prompt`` is the version of the prompt, ``cost`` is in yuan.
    """

    checked: Checked
    prompt: str
    model: str
    usage: Mapping[str, int]
    cost: float
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
    refused: list[Failure] = field(default_factory=list)
    declined: bool = False

    def show(self, sentence: Sentence) -> None:
        """Hand on a sentence that is fit to be seen."""
        if self.on_sentence is not None:
            self.on_sentence(sentence)

    def take(self, line: DraftLine) -> bool:
        """Check a line and show it if it holds; tell whether it does."""
        outcome = self.checker.check_line(line)
        if isinstance(outcome, Sentence):
            self.show(outcome)
            return True
        if isinstance(outcome, Failure):
            if CANNOT_ANSWER in line.text:
                self.declined = True
            else:
                self.refused.append(outcome)
        return False


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
        ``scope_names`` are those of ``Checker``. ``on_sentence`` gets each sentence as soon as
        it is checked. Raises ``ModelFailed`` if the reply was not
        whole; what was shown until then must be replaced.
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
        shown, messages = self._fit(prompt, values, passages, _ANSWER_PROMPT)
        hidden = (messages[0]["content"], load("repair").system, fence)
        checker = Checker(shown, text_of, scope_names, language=language, hidden=hidden)
        progress = _Progress(checker, on_sentence)
        for line in self._lines(messages, _ANSWER_OUTPUT, allowance):
            progress.take(line)
        first = list(progress.refused)
        repaired = self._repair(progress, values, shown, allowance) if first else 0
        replaced, dropped = self._replace(progress, first, repaired > 0)
        usage = total_usage(allowance.usage)
        return Written(
            checked=checker.checked(),
            prompt=prompt.version,
            model=self.model,
            usage=usage,
            cost=cost(self.model, usage["prompt_tokens"], usage["completion_tokens"]),
            dropped=tuple(dropped),
            replaced=tuple(replaced),
            repaired=repaired,
            declined=progress.declined and not checker.checked().sentences,
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

    def _repair(
        self,
        progress: _Progress,
        values: Mapping[str, str],
        passages: Sequence[Passage],
        allowance: Allowance,
    ) -> int:
        """Ask once more for the refused lines; return how many lines came back right."""
        wanted = [f for f in progress.refused if _worth_repair(f)][:_MAX_REPAIRED]
        if not wanted or allowance.spent or allowance.seconds_left < _MIN_REPAIR_S:
            return 0
        failed = "\n".join(
            f"- {_short(f.line.text)}（{'；'.join(f.problems[:3])}）" for f in wanted
        )
        prompt = load("repair")
        needed = {name: values[name] for name in prompt.variables & values.keys()}
        needed["failed"] = neutralise(failed)
        _, messages = self._fit(prompt, needed, passages, _REPAIR_PROMPT)
        right = 0
        try:
            for line in self._lines(messages, _REPAIR_OUTPUT, allowance):
                right += progress.take(line)
        except ModelFailed:
            return right  # the first reply was whole; the official wording stands in for the rest
        return right

    def _replace(
        self, progress: _Progress, first: Sequence[Failure], any_repaired: bool
    ) -> tuple[list[tuple[Failure, Sentence]], list[Failure]]:
        """Let the official wording stand in for what is still refused, where there is one."""
        second = progress.refused[len(first) :]
        still = second if any_repaired else first
        replaced: list[tuple[Failure, Sentence]] = []
        dropped = [failure for failure in progress.refused if failure not in still]
        for failure in still:
            official = progress.checker.nearest_wording(failure.line)
            outcome = progress.checker.check_line(official) if official else None
            if isinstance(outcome, Sentence):
                progress.show(outcome)
                replaced.append((failure, outcome))
            else:
                dropped.append(failure)
        return replaced, dropped

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


def _short(text: str) -> str:
    return " ".join(text[:200].split())


def _worth_repair(failure: Failure) -> bool:
    """Tell whether a refused line said something: not an empty phrase, not an attack."""
    unfit = {
        "secret",
        "command",
        "instruction",
        "这一行过长",
        "同样的字句一再重复",
        "与前面的句子重复",
        "说的是提示词而不是报告",
    }
    return len(failure.line.text) > 12 and not unfit & set(failure.problems)


def total_usage(usage: Sequence[Usage]) -> dict[str, int]:
    """Return what several calls used together."""
    return {
        "calls": len(usage),
        "prompt_tokens": sum(u.prompt_tokens for u in usage),
        "completion_tokens": sum(u.completion_tokens for u in usage),
    }
