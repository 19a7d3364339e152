"""Words → messages that Telegram accepts.

A message is built of blocks (a paragraph or an item: a tuple of runs), escaped run by run and
packed into parts. A part stays within the limits that the server enforces after parsing
(4,096 UTF-16 units of text, 100 entities), and, to be on the safe side of it, within 4,096
units of markup too. Parts break between blocks; inside one only when it fits in no part.

Anything a client would turn into a link by itself (addresses, domains, @names, /commands,
telephone numbers) is set as code, so that nothing from a report or a model can be tapped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

MAX_UNITS = 4_096
MAX_ENTITIES = 100
LABEL_UNITS = 24  # room kept in every part for "（2/3）" and its line break
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
_SENTENCE_END = re.compile(r"(?<=[。；！？\n])")


@dataclass(frozen=True, slots=True)
class Run:
    """Words in one style; ``tag`` is ``b``, ``i``, ``code`` or empty for plain."""

    text: str
    tag: str = ""


Block = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One message: its markup, the same words plain, and what stood before the next part."""

    html: str
    plain: str
    joint: str = ""


def utf16_units(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text) + sum(1 for char in text if char > "\uffff")


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


def escape(text: str) -> str:
    """Escape the three characters that mean something in Telegram's HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


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


def split(
    blocks: Iterable[Block],
    *,
    max_units: int = MAX_UNITS - LABEL_UNITS,
    max_entities: int = MAX_ENTITIES,
) -> list[Part]:
    """Pack blocks into as few parts as keep to the limits.

    ``"".join(part.plain + part.joint for part in parts)`` is ``plain_text(blocks)``.
    """
    packer = _Packer(max_units, max_entities)
    for number, block in enumerate(blocks):
        packer.add_block(block, first=number == 0)
    return packer.parts()


def label(parts: Sequence[Part]) -> list[Part]:
    """Number the parts 「（1/3）」, when there are several."""
    if len(parts) < 2:
        return list(parts)
    labels = [f"（{n}/{len(parts)}）\n" for n in range(1, len(parts) + 1)]
    return [
        Part(head + part.html, head + part.plain, part.joint)
        for head, part in zip(labels, parts, strict=True)
    ]


class _Packer:
    """Fills parts greedily; a block that fits in one part is never cut."""

    def __init__(self, max_units: int, max_entities: int) -> None:
        self._max_units = max_units
        self._max_entities = max_entities
        self._done: list[list[Run]] = []
        self._joints: list[str] = []
        self._now: list[Run] = []
        self._units = 0
        self._entities = 0

    def add_block(self, block: Block, *, first: bool) -> None:
        units = sum(_cost(run.text) + _tag_cost(run.tag) for run in block)
        entities = sum(1 for run in block if run.tag)
        whole = units <= self._max_units and entities <= self._max_entities
        if not first:
            needed = units if whole else 0
            fits = (
                self._units + 1 + needed <= self._max_units
                and self._entities + (entities if whole else 0) <= self._max_entities
            )
            if fits:
                self._put(Run("\n"))
            else:
                self._flush("\n")
        for run in block:
            for atom in [run] if whole else _atoms(run, self._max_units - 16):
                self._put(atom)

    def _put(self, atom: Run) -> None:
        merges = bool(self._now) and self._now[-1].tag == atom.tag
        units = _cost(atom.text) + (0 if merges else _tag_cost(atom.tag))
        entities = 1 if atom.tag and not merges else 0
        if self._now and (
            self._units + units > self._max_units or self._entities + entities > self._max_entities
        ):
            self._flush("")
            units, entities, merges = (
                _cost(atom.text) + _tag_cost(atom.tag),
                int(bool(atom.tag)),
                False,
            )
        if merges:
            self._now[-1] = Run(self._now[-1].text + atom.text, atom.tag)
        else:
            self._now.append(atom)
        self._units += units
        self._entities += entities

    def _flush(self, joint: str) -> None:
        self._done.append(self._now)
        self._joints.append(joint)
        self._now, self._units, self._entities = [], 0, 0

    def parts(self) -> list[Part]:
        """Return the finished parts; at least one, which may be empty."""
        self._flush("")
        return [
            Part(
                "".join(_markup(run) for run in part),
                "".join(run.text for run in part),
                joint,
            )
            for part, joint in zip(self._done, self._joints, strict=True)
        ]


def _markup(run: Run) -> str:
    words = escape(run.text)
    return f"<{run.tag}>{words}</{run.tag}>" if run.tag else words


def _tag_cost(tag: str) -> int:
    return 2 * len(tag) + 5 if tag else 0


def _char_cost(char: str) -> int:
    if char == "&":
        return 5
    if char in "<>":
        return 4
    return 2 if char > "\uffff" else 1


def _cost(text: str) -> int:
    extra = 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))
    return utf16_units(text) + extra


def _atoms(run: Run, max_units: int) -> Iterator[Run]:
    """Cut a run at sentence ends, and between characters only where a sentence is too long."""
    for sentence in _SENTENCE_END.split(run.text):
        for piece in _pieces(sentence, max_units):
            yield Run(piece, run.tag)


def _pieces(text: str, max_units: int) -> Iterator[str]:
    begin, units, safe = 0, 0, 0
    position = 0
    while position < len(text):
        char = text[position]
        if position > begin and not _clings(text, position):
            safe = position
        cost = _char_cost(char)
        if units + cost > max_units:
            cut = safe if safe > begin else position
            yield text[begin:cut]
            begin, position, units, safe = cut, cut, 0, cut
            continue
        units += cost
        position += 1
    if begin < len(text):
        yield text[begin:]


def _clings(text: str, position: int) -> bool:
    """Tell whether the character here belongs to the one before (marks, joined emoji)."""
    char, before = text[position], text[position - 1]
    return (
        char in "\u200d\ufe0f\u20e3"
        or before == "\u200d"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or bool(unicodedata.combining(char))
    )
