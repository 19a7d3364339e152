"""What servers send back, read: streams of events and whole bodies, thoughts and last words.

A reply counts only if the server said that it ended by itself; servers have many words for
that. Thinking comes in a field of its own or between tags in front of the answer: it is left
out, and that it was there is told, since it takes its tokens from the same allowance.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from retrieval.errors import ModelFailed

Emit = Callable[[str], None]
End = Literal["stop", "length", "filtered", "cut", "other"]
# in this order: "max_tokens" is no stop, "stop_sequence" is one
_ENDS: tuple[tuple[End, re.Pattern[str]], ...] = (
    ("length", re.compile("length|max|limit|truncat")),
    (
        "filtered",
        re.compile("filter|safety|sensitive|recitation|block|censor|prohibited|refus|risk"),
    ),
    ("cut", re.compile("abort|error|cancel|time_?out|interrupt|resource|fail|overload|preempt")),
    ("other", re.compile("tool|function")),
)
_OPENING = re.compile(r"\s*<(think(?:ing)?|thought|reasoning)>", re.I)
_CLOSING = re.compile(r"</(?:think(?:ing)?|thought|reasoning)>\s*", re.I)
_LONGEST_TAG = 12
_THOUGHT_FIELDS = ("reasoning_content", "reasoning", "thinking")


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call as the server counted them (0 if it did not say).

    ``thought_tokens`` are those of ``completion_tokens`` that were spent on thinking.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    thought_tokens: int = 0


class OnlyThought(Exception):
    """The allowance ended while the model was still thinking: no word of the answer was given."""


def end_of(finish: str) -> End:
    """Return what a server's word for the end of a reply means: ``eos``, ``end_turn``, ``STOP``…"""
    word = finish.lower()
    return next((end for end, pattern in _ENDS if pattern.search(word)), "stop")


class Reply:
    """One reply while it comes: hands its answer on, keeps back its thoughts.

    ``unopened`` says that this model's thoughts begin without a tag: everything up to the
    closing one is thought.
    """

    def __init__(self, emit: Emit, *, unopened: bool = False) -> None:
        self._emit = emit
        self._unopened = unopened
        self._held: str | None = ""  # text that may be thought; None once the answer has begun
        self._thinking = unopened
        self.thought = False
        self.closed_unopened = False
        self._told = False
        self._tail = ""

    @property
    def heard(self) -> bool:
        """Whether a word of the answer was handed on."""
        return self._told

    def take(self, message: Mapping[str, Any]) -> None:
        """Read a message or a piece of one."""
        if any(message.get(name) for name in _THOUGHT_FIELDS):
            self.thought = True
        text, thought = _text_of(message.get("content"))
        self.thought = self.thought or thought
        if text:
            self._hear(text)

    def _hear(self, text: str) -> None:
        if self._held is None:
            self._say(text)
            return
        self._held += text
        if not self._thinking:
            opened = _OPENING.match(self._held)
            if opened:
                self._thinking = self.thought = True
                self._held = self._held[opened.end() :]
            elif _may_open(self._held):
                return
            else:
                held, self._held = self._held, None
                self._say(held.lstrip() if self.thought else held)
                return
        closed = _CLOSING.search(self._held)
        if closed:
            rest, self._held = self._held[closed.end() :], ""
            self._thinking, self.thought = False, True
            if rest:
                self._hear(rest)
        elif not self._unopened:
            self._held = self._held[-_LONGEST_TAG:]  # a closing tag may be half there

    def _say(self, text: str) -> None:
        self._told = self._told or bool(text.strip())
        self._emit(text)
        self._tail = (self._tail + text)[-2 * _LONGEST_TAG - len(text) :]
        if not self.closed_unopened and _CLOSING.search(self._tail):
            self.closed_unopened = self.thought = True

    def end(self, finish: str | None) -> None:
        """Settle the reply at its end; raises ``ModelFailed`` or ``OnlyThought`` unless it is whole."""
        end = end_of(finish) if finish else None
        if self._held and not self._thinking:
            held, self._held = self._held, None
            self._say(held)
        elif self._held and self._unopened and end == "stop":
            held, self._held = self._held, None  # this time it answered without thinking
            self._say(held)
        if end == "filtered":
            raise ModelFailed("语言模型拒绝回答。", reason="filtered", retry=False)
        if end == "length" and not self.heard:
            raise OnlyThought
        if end == "length":
            raise ModelFailed("语言模型的回复超长中断。", reason="length", retry=False)
        if end in (None, "cut"):
            raise ModelFailed("语言模型的回复中断。", reason="cut", retry=not self.heard)
        if end == "other":
            raise ModelFailed("语言模型没有给出文字。", reason="malformed", retry=False)
        if not self.heard:
            raise ModelFailed("语言模型的回复是空的。", reason="empty", retry=False)


def _may_open(text: str) -> bool:
    """Tell whether more text could still make this the opening tag of thoughts."""
    start = text.lstrip()
    return len(start) <= _LONGEST_TAG and ("<" in start[:1] or not start) and ">" not in start


def _text_of(content: object) -> tuple[str, bool]:
    """Return the text of a content, given whole or in parts, and whether thoughts were among them."""
    if content is None or isinstance(content, str):
        return content or "", False
    if isinstance(content, list) and all(isinstance(part, dict) for part in content):
        texts = [part.get("text") for part in content if part.get("type", "text") == "text"]
        if all(isinstance(text, str) for text in texts):
            return "".join(texts), len(texts) < len(content)
    raise ModelFailed("语言模型的回复不是文字。", reason="malformed", retry=False)


def read_events(lines: Iterator[str], reply: Reply) -> Usage:
    """Read server-sent events into ``reply``; raise unless they are one whole reply."""
    finish: str | None = None
    usage = Usage()
    for line in lines:
        if not line.startswith("data:"):
            if line.lstrip().startswith(("<", "{")):
                raise ModelFailed("语言模型的回复不是数据流。", reason="malformed", retry=False)
            continue
        data = line[5:].strip()
        if data == "[DONE]":
            break
        event = json.loads(data)
        if not isinstance(event, dict) or event.get("error"):
            raise ModelFailed("语言模型在回复中报错。", reason="error_event", retry=not reply.heard)
        usage = usage_of(event) or usage
        choices = event.get("choices")
        if not choices:
            continue
        reply.take(choices[0].get("delta") or choices[0].get("message") or {})
        finish = choices[0].get("finish_reason") or finish
    reply.thought = reply.thought or usage.thought_tokens > 0
    reply.end(finish)
    return usage


def read_whole(body: Any, reply: Reply) -> Usage:
    """Read a reply that came in one JSON body into ``reply``; raise unless it is whole."""
    choices = body.get("choices") if isinstance(body, dict) else None
    if not choices:
        raise ModelFailed("语言模型的回复里没有内容。", reason="malformed", retry=False)
    usage = usage_of(body) or Usage()
    reply.take(choices[0].get("message") or {})
    reply.thought = reply.thought or usage.thought_tokens > 0
    reply.end(choices[0].get("finish_reason") or "stop")
    return usage


def usage_of(event: Mapping[str, Any]) -> Usage | None:
    """Return the tokens a server counted, or None if it told none."""
    counts = event.get("usage")
    if not isinstance(counts, dict):
        return None
    details = counts.get("completion_tokens_details")
    thought = details.get("reasoning_tokens") if isinstance(details, dict) else 0
    known = (counts.get("prompt_tokens"), counts.get("completion_tokens"), thought)
    return Usage(*(n if isinstance(n, int) else 0 for n in known))
