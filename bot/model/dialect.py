"""What one model at one endpoint takes: learnt from its refusals, once.

Every server calls itself compatible and refuses something else: the newest OpenAI models want
``max_completion_tokens`` and no ``temperature``, old servers know no ``stream_options``, others
no JSON schema, no stream, no system's message. A refusal names what it does not take; that is
left out or said otherwise from then on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

Schema = Mapping[str, Any]
Structure = Literal["json_schema", "json_object", "words"]

THOUGHT_TOKENS = 4_000
_REFUSING = (400, 404, 405, 415, 422, 500, 501)
_OVERLONG = re.compile(
    r"too large|at most|less than or equal|maximum|exceed|range|between|<=|≤|\[1,"
)
_CONTEXT = re.compile(r"context.{0,12}(?:length|window|size)|context_length|input.{0,20}too long")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A server's answer that it does not take a request; all of it in lower case."""

    status: int
    said: str
    param: str = ""
    code: str = ""

    @property
    def too_long(self) -> bool:
        """Whether the words were too many for the model."""
        return bool(_CONTEXT.search(self.said)) or "context" in self.code

    @property
    def no_model(self) -> bool:
        """Whether the address is right and the model's name is not."""
        return self.status == 404 and "model" in f"{self.said} {self.code}"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How requests to one model are put. ``thinks`` adds an allowance for thought to the answer's."""

    token_word: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    temperature: bool = True
    usage: bool = True
    stream: bool = True
    system: bool = True
    structure: Structure = "json_schema"
    thinks: bool = False
    unopened: bool = False
    most_tokens: int | None = None

    def body(
        self,
        model: str,
        messages: Sequence[Mapping[str, str]],
        max_tokens: int,
        *,
        thought_tokens: int = THOUGHT_TOKENS,
        schema: Schema | None = None,
    ) -> dict[str, Any]:
        """Return the request for a reply of at most ``max_tokens``, in the form of ``schema`` if given."""
        tokens = max_tokens + (thought_tokens if self.thinks else 0)
        body: dict[str, Any] = {
            "model": model,
            "messages": list(messages) if self.system else _without_system(messages),
            self.token_word: min(tokens, self.most_tokens or tokens),
        }
        if self.temperature:
            body["temperature"] = 0
        if self.stream:
            body["stream"] = True
            if self.usage:
                body["stream_options"] = {"include_usage": True}
        if schema is not None and self.structure == "json_schema":
            form = {"name": "reply", "schema": dict(schema), "strict": True}
            body["response_format"] = {"type": "json_schema", "json_schema": form}
        elif schema is not None and self.structure == "json_object":
            body["response_format"] = {"type": "json_object"}
        return body

    def after(self, refusal: Refusal, sent: Mapping[str, Any]) -> Dialect | None:
        """Return what a refusal of ``sent`` teaches; None if it is about none of these things."""
        if refusal.status not in _REFUSING or refusal.no_model:
            return None
        said = refusal.said

        def named(name: str) -> bool:
            if refusal.param:
                return refusal.param == name
            return bool(re.search(rf"(?<![a-z_]){re.escape(name)}(?![a-z_])", said))

        if "stream_options" in sent and named("stream_options"):
            return replace(self, usage=False)
        if "response_format" in sent and (named("response_format") or "json_schema" in said):
            return replace(self, structure=_plainer(self.structure))
        if "temperature" in sent and named("temperature"):
            return replace(self, temperature=False)
        if self.token_word in sent and (named(self.token_word) or "max_completion_tokens" in said):
            return self._other_tokens(refusal, sent)
        if self.system and (
            re.search(r"messages.{0,6}role", refusal.param)
            or re.search("system.{0,3} (?:role|message|prompt).{0,40}(?:not |un)support", said)
            or re.search("not support.{0,30}'?system", said)
        ):
            return replace(self, system=False)
        if "stream" in sent and (
            named("stream") and re.search("support|verified|must|false", said)
        ):
            return replace(self, stream=False)
        if "response_format" in sent and refusal.status in (400, 422) and not refusal.too_long:
            return replace(self, structure=_plainer(self.structure))  # it names nothing we know
        return None

    def _other_tokens(self, refusal: Refusal, sent: Mapping[str, Any]) -> Dialect | None:
        asked = int(sent[self.token_word])
        renamed = "max_completion_tokens" in refusal.said or not _OVERLONG.search(refusal.said)
        if self.token_word == "max_tokens" and renamed:
            if not refusal.too_long:
                # the models that want this word think first, out of the same allowance
                return replace(self, token_word="max_completion_tokens", thinks=True)
        elif self.token_word == "max_completion_tokens" and not _OVERLONG.search(refusal.said):
            return replace(self, token_word="max_tokens")
        if _OVERLONG.search(refusal.said) and not refusal.too_long:
            lower = [int(n) for n in re.findall(r"\d{2,7}", refusal.said) if int(n) < asked]
            if lower:
                return replace(self, most_tokens=max(lower))
        return None


def _plainer(structure: Structure) -> Structure:
    return "json_object" if structure == "json_schema" else "words"


def _without_system(messages: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Return messages with the system's words in front of the user's first ones."""
    told = "\n\n".join(m["content"] for m in messages if m["role"] == "system")
    rest = [m for m in messages if m["role"] != "system"]
    if not rest or not told:
        return [*rest] or [{"role": "user", "content": told}]
    return [{**rest[0], "content": f"{told}\n\n{rest[0]['content']}"}, *rest[1:]]
