"""Why a model gave no answer, as a note: what passes by itself, and what somebody has to set."""

from __future__ import annotations

from collections.abc import Mapping

from bot.notes import Note
from retrieval.errors import ModelFailed

_BELOW = Note("where.below")
MODEL_UNAVAILABLE = Note("model_unavailable", {"where": _BELOW})
_WHY: Mapping[str, Note] = {
    "refused": Note("trouble.key"),
    "no_key": Note("trouble.no_key"),
    "not_found": Note("trouble.model"),
    "no_address": Note("trouble.address"),
    "connection": Note("trouble.connection"),
    "proxy": Note("trouble.proxy"),
    "certificate": Note("trouble.certificate"),
    "quota": Note("trouble.quota"),
    "deadline": Note("trouble.deadline"),
    "thought": Note("trouble.thought"),
    "too_long": Note("trouble.context"),
    "http_400": Note("trouble.request"),
    "http_422": Note("trouble.request"),
    "http_501": Note("trouble.request"),
}


def why(error: ModelFailed) -> Note | None:
    """Return what has to be set for a failure not to come again; None if it may pass by itself."""
    return _WHY.get(error.cause if error.reason == "breaker" else error.reason)


def unavailable(error: ModelFailed) -> Note:
    """Return what stands over an answer that the model did not word."""
    reason = why(error)
    if reason is None:
        return MODEL_UNAVAILABLE
    return Note("model_unavailable_because", {"why": reason, "where": _BELOW})


def unread(error: ModelFailed) -> Note:
    """Return what is said of a message that the model could not read."""
    reason = why(error)
    return Note("without_model_because", {"why": reason}) if reason else Note("without_model")
