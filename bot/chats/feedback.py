"""Stored feedback → a list for people, and cases for the evaluation set.

A "不对" becomes a case to be finished by hand: the question, what was cited, what the user
said; its ``must`` is empty until somebody fills it in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.chats.chat_records import Feedback
from bot.chats.conversations import ConversationStore
from bot.values import SHANGHAI


def list_lines(store: ConversationStore, verdict: str | None = None) -> list[str]:
    """One line a piece of feedback: when, verdict, question, remark. ``verdict``: good, wrong."""
    lines = []
    for item in store.feedback(verdict):
        when = datetime.fromtimestamp(item.created, SHANGHAI).strftime("%Y-%m-%d %H:%M")
        word = "👍" if item.verdict == "good" else "不对"
        question = _one_line(str(item.payload.get("question", "")))
        remark = f"  备注：{_one_line(item.remark)}" if item.remark else ""
        lines.append(f"{item.id}  {when}  {word}  {question}{remark}")
    return lines


def export_cases(store: ConversationStore, verdict: str | None = "wrong") -> list[dict[str, Any]]:
    """Return evaluation cases (DESIGN section 9), one a piece of feedback."""
    return [to_case(item) for item in store.feedback(verdict)]


def to_case(item: Feedback) -> dict[str, Any]:
    """Make one evaluation case; ``answer`` and ``remark`` ride along for whoever finishes it."""
    citations = item.payload.get("citations", ())
    sources = list(dict.fromkeys(str(citation["source"]) for citation in citations))
    return {
        "id": f"feedback-{item.id}",
        "kind": "fact",
        "question": item.payload.get("question", ""),
        "history": [],
        "docs": sources,
        "must": [],
        "must_not": [],
        "evidence": [
            {"doc": citation["source"], "quote": citation["quote"]} for citation in citations
        ],
        "answerable": item.payload.get("status") == "answered",
        "verdict": item.verdict,
        "remark": item.remark,
        "answer": item.payload.get("answer", ""),
    }


def _one_line(text: str) -> str:
    return " ".join(text.split())
