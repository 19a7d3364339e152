"""A model's reply as draft lines: its thinking left out, its sentences each with their markers.

A reply is read once it is whole: only then can a thought that ends with a stray ``</think>``, or
never ends, be told from the answer, and nothing shown need be taken back. Sentences of a
paragraph without markers of their own take those of the next one that has them (the lock decides
whether that was right).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from bot.values import DraftLine

MAX_REPLY_CHARS = 40_000
_MAX_LINE_CHARS = 2_000  # of a longer line enough is handed on for the check to refuse it
_TAG = "think(?:ing)?|thought|reason(?:ing)?|reflection"
_BEGINS = rf"(?:<\|?(?:{_TAG}|begin_of_thought)(?:\s[^<>]{{0,60}})?\|?>|◁think▷)"
_ENDS = rf"(?:<\|?(?:/\s?(?:{_TAG})|end_of_thought)\|?>|◁/think▷)"
_TAGS = re.compile(rf"(?P<begins>{_BEGINS})|(?P<ends>{_ENDS})", re.IGNORECASE)
_SENTENCE = re.compile(
    r"[。！？!?][”’」』）)]{0,3}(?P<after>(?:\s{0,2}[\[［【][\d\s,，、;\-^]{1,40}[\]］】]){0,8})"
)
_FENCED = re.compile(r"```(?:json)?\s*(.*?)```", re.DOTALL | re.IGNORECASE)
_MARKER = re.compile(r"[\[［【]\s{0,3}\^?\d[\d\s,，、;\-^]{0,40}[\]］】]")


def draft_lines(pieces: Iterable[str]) -> Iterator[DraftLine]:
    """Yield the lines of a reply once it is whole; what lies beyond ``MAX_REPLY_CHARS`` is left."""
    for line in spoken(whole(pieces)).split("\n"):
        yield from _sentences(line)


def whole(pieces: Iterable[str]) -> str:
    """Return a reply put together; it is read to its end, and cut at ``MAX_REPLY_CHARS``."""
    kept: list[str] = []
    left = MAX_REPLY_CHARS
    for piece in pieces:
        if left <= 0:
            break
        kept.append(piece[:left])
        left -= len(piece)
    return "".join(kept)


def spoken(reply: str) -> str:
    """Return a reply without its thinking aloud, whether its tags are opened and closed or not.

    What stands before an end without a beginning is thought, and what follows a beginning
    without an end.
    """
    kept: list[str] = []
    depth = position = 0
    for tag in _TAGS.finditer(reply):
        if depth == 0:
            kept.append(reply[position : tag.start()])
        if tag["begins"]:
            depth += 1
        elif depth:
            depth -= 1
        else:
            kept.clear()
        position = tag.end()
    return "".join(kept) + (reply[position:] if depth == 0 else "")


def json_object(reply: str) -> dict[str, Any] | None:
    """Return the JSON object in what a reply says, fenced or with words around it; None without."""
    text = spoken(reply)
    fenced = _FENCED.search(text)
    for words in (fenced[1] if fenced else "", text[text.find("{") : text.rfind("}") + 1]):
        try:
            value = json.loads(words)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return value
    return None


def _sentences(line: str) -> Iterator[DraftLine]:
    """Yield the sentences of a finished line, the last ones sharing its last markers."""
    if len(line) > _MAX_LINE_CHARS:
        yield DraftLine(line[: _MAX_LINE_CHARS + 1], "claim")
        return
    parts: list[str] = []
    start = 0
    for match in _SENTENCE.finditer(line):
        parts.append(line[start : match.end()])
        start = match.end()
    parts.append(line[start:])
    parts = [part for part in parts if part.strip()]
    if parts and not _MARKER.sub("", parts[-1]).strip(" \t.,;。；"):
        if len(parts) > 1:  # markers alone belong to the sentence before
            parts[-2:] = [parts[-2] + parts[-1]]
        else:
            return
    shared = ""
    found: list[str] = []
    for part in reversed(parts):
        own = "".join(_MARKER.findall(part))
        shared = own or shared
        found.append(part if own else part + shared)
    for part in reversed(found):
        if part.strip():
            yield DraftLine(part.strip(), "claim")
