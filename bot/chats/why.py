"""How an answer came about, told to a person: understood, searched, written, held back, and why.

The words stand under ``why`` in the chats' catalogues; what the lock found wrong is told as it
found it, in Chinese.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.chats.wording import said, texts
from bot.notes import Language, Note, words
from bot.values import SHANGHAI


def why_lines(record: Mapping[str, Any], language: Language = "zh") -> list[str]:
    """Return an answer's record as lines for a person; of a record that is gone, what remains."""
    return list(_Teller(record, language).lines())


class _Teller:
    """The record of one answer, in one language."""

    def __init__(self, record: Mapping[str, Any], language: Language) -> None:
        self._record, self._language = record, language

    def _say(self, key: str, **values: Any) -> str:
        return said(f"why.{key}", self._language, **values)

    def _named(self, what: str, name: str) -> str:
        """Return what a code of the record is called; ``else`` stands for those without a name."""
        known = texts(self._language)
        template = known.get(f"why.{what}.{name}") or known.get(f"why.{what}.else", "{name}")
        return template.format(name=name)

    def _joined(self, values: Any) -> str:
        return "、".join(map(str, values)) or self._say("any")

    def lines(self) -> Iterator[str]:
        """Yield the lines in the order in which things were done."""
        record, answer = self._record, self._record["answer"]
        asked = datetime.fromisoformat(record["asked_at"]).astimezone(SHANGHAI)
        yield self._say("question", value=answer["question"])
        yield self._say(
            "outcome",
            at=f"{asked:%Y-%m-%d %H:%M:%S}",
            status=self._named("status", answer["status"]),
            ms=answer["elapsed_ms"],
        )
        if "query" in record:
            yield from self._understood(record["query"])
        missing = "；".join(answer["scope"]["missing"]) or self._say("none")
        yield self._say("scope", reports=len(answer["scope"]["reports"]), missing=missing)
        found = {"cited": len(answer["citations"]), "found": len(record.get("hits", ()))}
        yield self._say("found" if found["found"] else "cited", **found)  # lists need no search
        model = record.get("model", {})
        yield self._written_by(answer, model)
        if model.get("unread_because"):
            yield self._say("unread", reason=self._named("reason", model["unread_because"]))
        if model.get("asked"):
            yield from self._selected(model)
            yield from self._refused(model)
        held_back = (*model.get("dropped", ()), *model.get("replaced", ()))
        told = {problem for line in held_back for problem in line[-1]}
        for problem in record["checks_failed"]:
            if problem not in told:
                yield self._say("unchecked", problem=self._named("fault", problem))
        yield self._say("id", id=answer["id"])

    def _understood(self, query: Mapping[str, Any]) -> Iterator[str]:
        role = [words(Note("role." + query["role"]), self._language)] if query["role"] else ()
        yield self._say(
            "understood",
            kind=self._named("kind", query["kind"]),
            places=self._joined(query["places"]),
            years=self._joined(query["years"]),
            role=self._joined(role),
        ) + (self._say("inherited") if query["inherited"] else "")
        terms = "、".join(word for word, _ in query["terms"]) or self._say("none")
        yield self._say("terms", terms=terms) + (
            self._say("indicators", names="、".join(query["indicators"]))
            if query["indicators"]
            else ""
        )

    def _written_by(self, answer: Mapping[str, Any], model: Mapping[str, Any]) -> str:
        if answer["model"]:
            prompt = model.get("prompt") or answer["prompt"]
            told = self._say("by_model", model=answer["model"], prompt=prompt)
        elif model.get("not_used_because"):
            told = self._say("by_rules", reason=self._named("reason", model["not_used_because"]))
        else:
            return self._say("by_quoting")
        return told + self._spent(model)

    def _spent(self, model: Mapping[str, Any]) -> str:
        usage = model.get("usage")
        if not usage:
            return ""
        tokens = f"{usage.get('prompt_tokens', 0)}+{usage.get('completion_tokens', 0)}"
        told = self._say("spent", calls=usage.get("calls", 0), tokens=tokens)
        return told + (
            self._say("price", yuan=f"{model['cost_yuan']:.4f}") if model["cost_yuan"] else ""
        )

    def _selected(self, model: Mapping[str, Any]) -> Iterator[str]:
        """Yield what a model was shown, what it missed there, and what became of its own words."""
        if model.get("pieces"):
            yield self._say("shown", pieces=model["pieces"])
        if model.get("missing"):
            yield self._say("missed", things="、".join(model["missing"]))
        if model.get("judged"):
            yield self._say("judged", judged=model["judged"], approved=model["approved"])

    def _refused(self, model: Mapping[str, Any]) -> Iterator[str]:
        """Yield the model's lines that were held back, each with its faults and what became of it."""
        replaced, dropped = model["replaced"], model["dropped"]
        if not replaced and not dropped:
            if model["prompt"]:
                yield self._say("all_passed")
            return
        yield self._say("held_back", lines=len(replaced) + len(dropped)) + (
            self._say("repaired", lines=model["repaired"]) if model["repaired"] else ""
        )
        for line, official, problems in [*replaced, *([a, "", b] for a, b in dropped)]:
            yield f"  ✗ {_short(line)}"
            faults = "；".join(self._named("fault", problem) for problem in problems)
            yield "    " + self._say("because", faults=faults)
            yield "    " + self._say("replaced" if official else "dropped", words=_short(official))


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 160 else line[:160] + "…"
