"""The pieces of a model's stream put together into draft lines, each as soon as it is whole.

A line ends at a line break, or at the end of a sentence that carries its markers; sentences of
a paragraph without markers of their own take those of the next one that has them (the lock
decides whether that was right).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from bot.values import DraftLine

MAX_REPLY_CHARS = 40_000
_MAX_LINE_CHARS = 2_000  # beyond it the rest of the line is thrown away
_THINKING = re.compile(r"<think(?:ing)?>", re.IGNORECASE)
_THOUGHT = re.compile(r"</think(?:ing)?>", re.IGNORECASE)
_TAG_CHARS = 12
_SENTENCE = re.compile(
    r"[。！？!?][”’」』）)]{0,3}(?P<after>(?:\s{0,2}[\[［【][\d\s,，、;\-^]{1,40}[\]］】]){0,8})"
)
_MARKER = re.compile(r"[\[［【]\s{0,3}\^?\d[\d\s,，、;\-^]{0,40}[\]］】]")


class _Overlong(Exception):
    """The reply goes on beyond every use."""


def draft_lines(pieces: Iterable[str]) -> Iterator[DraftLine]:
    """Yield the lines of a reply while it streams; thinking aloud in tags is left out.

    A reply longer than ``MAX_REPLY_CHARS`` ends there.
    """
    line = ""
    try:
        for character_run in _spoken(pieces):
            *whole, tail = character_run.split("\n")
            for part in whole:
                yield from _sentences(line + part)
                line = ""
            line += tail
            if len(line) > _MAX_LINE_CHARS:
                line = line[: _MAX_LINE_CHARS + 1]  # still too long for the check, and bounded
            else:
                done = 0
                for sentence, end in _complete(line):
                    yield DraftLine(sentence, "claim")
                    done = end
                line = line[done:]
    except _Overlong:
        pass
    yield from _sentences(line)


def _spoken(pieces: Iterable[str]) -> Iterator[str]:
    """Yield the text outside ``<think>`` tags."""
    held, thinking, total = "", False, 0
    for piece in pieces:
        total += len(piece)
        if total > MAX_REPLY_CHARS:
            raise _Overlong
        held += piece
        while True:
            found = (_THOUGHT if thinking else _THINKING).search(held)
            if not found:
                break
            if not thinking:
                yield held[: found.start()]
            held, thinking = held[found.end() :], not thinking
        keep = max(0, len(held) - _TAG_CHARS) if "<" in held[-_TAG_CHARS:] else len(held)
        if not thinking:
            yield held[:keep]
        held = held[keep:]
    if not thinking:
        yield held


def _complete(line: str) -> Iterator[tuple[str, int]]:
    """Yield the sentences at the start of an unfinished line whose markers cannot grow any more.

    Each comes with the position where it ends; sentences without markers wait for the next.
    """
    waiting: list[str] = []
    start = 0
    for match in _SENTENCE.finditer(line):
        rest = line[match.end() :].lstrip()
        if not rest or rest[0] in "[［【":
            return  # a marker may be coming
        sentence = line[start : match.end()]
        start = match.end()
        markers = "".join(_MARKER.findall(sentence))
        if not markers:
            waiting.append(sentence)
            continue
        for earlier in waiting:
            yield earlier + markers, start
        waiting = []
        yield sentence, start


def _sentences(line: str) -> Iterator[DraftLine]:
    """Yield the sentences of a finished line, the last ones sharing its last markers."""
    if len(line) > _MAX_LINE_CHARS:
        yield DraftLine(line, "claim")
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
