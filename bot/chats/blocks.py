"""What is shown in a chat, before any messenger's markup: blocks of runs of words.

A block is a paragraph or an item. Anything a client would turn into a link by itself (addresses,
domains, @names, /commands, telephone numbers) is set as code, so that nothing from a report or a
model can be tapped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

MAX_MARKS = 4  # combining marks kept on one character; no script needs more

_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200c\u200e\u200f\u202a-\u202e"
    "\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
# Each alternative begins where the one before cannot have been in the middle of, and repeats
# within bounds: linear on any line.
_LINKISH = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]{0,19}://[^\s<>，。；、（）“”]{0,2000}"
    r"|(?<![A-Za-z0-9_.@-])[A-Za-z0-9_.+-]{0,64}@[A-Za-z0-9_.-]{2,255}"
    r"|(?<![A-Za-z0-9_.@-])(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9])"
    r"(?:[:/?][^\s<>，。；、（）“”]{0,2000})?"
    r"|\w\.(?:中国|公司|网络|政务|公益)(?!\w)"
    r"|(?<![A-Za-z0-9_/])/[A-Za-z0-9_]{1,32}"
    r"|(?<![\d+.-])(?:\+\d{7,15}|1[3-9]\d{9}|0\d{2,3}-\d{7,8})(?![\d.-])"
)


@dataclass(frozen=True, slots=True)
class Run:
    """Words in one style; ``tag`` is ``b``, ``i``, ``code`` or empty for plain."""

    text: str
    tag: str = ""


Block = tuple[Run, ...]


def clean(text: str) -> str:
    """Drop what has no place on a screen: controls, bidi overrides, tags, piles of marks."""
    text = _SURROGATE.sub("\ufffd", text)
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    if not any(char >= "\u0300" for char in text):
        return text
    kept, marks = [], 0
    for char in text:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= MAX_MARKS:
            kept.append(char)
    return "".join(kept)


def runs(text: str, tag: str = "") -> Block:
    """Clean words from anywhere into runs, with everything tappable set as code."""
    text = clean(text)
    found: list[Run] = []
    done = 0
    for match in _LINKISH.finditer(text):
        found.append(Run(text[done : match.start()], tag))
        found.append(Run(match.group(), "code"))
        done = match.end()
    found.append(Run(text[done:], tag))
    return tuple(run for run in found if run.text)


def plain_text(blocks: Iterable[Block]) -> str:
    """Return the words of the blocks, one block a line."""
    return "\n".join("".join(run.text for run in block) for block in blocks)


def blocks_from(stored: Iterable[Iterable[Mapping[str, Any]]]) -> tuple[Block, ...]:
    """Restore blocks from the plain values that ``dataclasses.asdict`` makes of them."""
    return tuple(tuple(Run(**run) for run in block) for block in stored)
