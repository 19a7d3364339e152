"""Words → messages that Telegram accepts.

A message is built of blocks, escaped run by run and packed into parts. A part stays within the
limits that the server enforces after parsing (4,096 UTF-16 units of text, 100 entities), and, to
be on the safe side of it, within 4,096 units of markup too. Parts break between blocks; inside
one only when it fits in no part.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.chats.blocks import Block, Run, plain_text
from bot.chats.messages import File

MAX_UNITS = 4_096
MAX_PARTS = 3
MAX_ENTITIES = 100
LABEL_UNITS = 24  # room kept in every part for "（2/3）" and its line break

_SENTENCE_END = re.compile(r"(?<=[。；！？\n])")


@dataclass(frozen=True, slots=True)
class Part:
    """One message: its markup, the same words plain, and what stood before the next part."""

    html: str
    plain: str
    joint: str = ""


def utf16_units(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text) + sum(1 for char in text if char > "\uffff")


def escape(text: str) -> str:
    """Escape the three characters that mean something in Telegram's HTML."""
    return html.escape(text, quote=False)


def layout(blocks: Sequence[Block], name: str) -> tuple[list[Part], tuple[File, ...]]:
    """Return blocks as messages; more than three come as a document called ``name`` after the first."""
    if not blocks:
        return [], ()
    parts = split(blocks)
    if len(parts) <= MAX_PARTS:
        return label(parts), ()
    note = (Run("……"), Run("（全文较长，见附件 / full text attached）", "i"))
    first = split([*_leading(blocks), note])
    whole = File(f"{name}.md", plain_text(blocks) + "\n")
    return [first[0] if len(first) == 1 else parts[0]], (whole,)


def _leading(blocks: Sequence[Block], max_units: int = 3_000) -> list[Block]:
    kept: list[Block] = []
    units = 0
    for block in blocks:
        units += sum(utf16_units(escape(run.text)) + 12 for run in block) + 1
        if units > max_units or len(kept) > 60:
            break
        kept.append(block)
    return kept


def split(blocks: Iterable[Block]) -> list[Part]:
    """Pack blocks into as few parts as keep to the limits.

    ``"".join(part.plain + part.joint for part in parts)`` is ``plain_text(blocks)``.
    """
    packer = _Packer(MAX_UNITS - LABEL_UNITS, MAX_ENTITIES)
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
