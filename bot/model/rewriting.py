"""Search terms from a language model, for questions the rules could not place.

A model may only add words to look for. Places, years and figures are taken out of what it
says, so that it can never widen or move the scope that the rules fixed.
"""

from __future__ import annotations

import re

from bot.lock.plaintext import plain_line
from bot.model.llm import Allowance, PatientChat
from prompts import load
from retrieval.errors import ModelFailed
from retrieval.places.places import PlaceIndex

MAX_TERMS = 6
_TERM = re.compile(r"[\u4e00-\u9fffA-Za-z]{2,8}")
_MAX_TOKENS = 60


def search_terms(chat: PatientChat, question: str, allowance: Allowance) -> tuple[str, ...]:
    """Return further words to search for; empty if the model knows none or fails."""
    messages = load("rewrite").messages(question=question)
    try:
        reply = "".join(chat.stream(messages, max_tokens=_MAX_TOKENS, allowance=allowance))
    except ModelFailed:
        return ()
    lines = reply.strip().splitlines()
    words = dict.fromkeys(_TERM.findall(plain_line(lines[0]))) if lines else {}
    places = PlaceIndex([])
    fit = (word for word in words if not places.names_in(word))
    return tuple(word for word in fit if word not in question)[:MAX_TERMS]
