"""The text of a binary Word file (doc, wps), its tables as rows, without any office program.

The main text is a list of pieces; a cell ends with a mark, and so does a row once more. What is
beside it (headers, footnotes, automatic numbers) is not read.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence

from legacy_doc.exceptions import LegacyDocError
from legacy_doc.ole import OleReader
from legacy_doc.types import ExtractionOptions

_CELL = "\x07"
_FIELD = re.compile("\x13[^\x13\x14\x15]*\x14|[\x13\x14\x15]")
_FLAGS_AT, _MAIN_CHARS_AT, _PIECES_AT = 0x0A, 0x4C, 0x1A2
_ENCRYPTED, _SECOND_TABLE = 0x0100, 0x0200
_PIECES = 2
_BYTES = 0x40000000  # a piece of one byte a character
_MAX_COLUMNS = 40


def read_word_binary(raw: bytes) -> str:
    """Return the main text, a line a paragraph or row; raises ``LegacyDocError`` or ``struct.error``."""
    package = OleReader(raw, options=ExtractionOptions())
    document = package.read_stream("WordDocument")
    flags = _number(document, _FLAGS_AT, "<H")
    if flags & _ENCRYPTED:
        raise LegacyDocError("encrypted")
    table = package.read_stream("1Table" if flags & _SECOND_TABLE else "0Table")
    start, size = _number(document, _PIECES_AT), _number(document, _PIECES_AT + 4)
    words = "".join(_pieces(document, table[start : start + size]))
    words = _FIELD.sub("", words[: _number(document, _MAIN_CHARS_AT)])
    return "\n".join(_lines(words))


def _number(data: bytes, at: int, form: str = "<I") -> int:
    return int(struct.unpack_from(form, data, at)[0])


def _pieces(document: bytes, lists: bytes) -> Iterator[str]:
    """Yield the pieces of the text in order; before their list stand others with their sizes."""
    at = 0
    while lists[at : at + 1] == b"\x01":
        at += 3 + _number(lists, at + 1, "<H")
    if lists[at : at + 1] != bytes([_PIECES]):
        raise LegacyDocError("no list of pieces")
    size = _number(lists, at + 1)
    count = (size - 4) // 12
    for n in range(count):
        first, stop = (_number(lists, at + 5 + 4 * (n + i)) for i in (0, 1))
        place = _number(lists, at + 5 + 4 * (count + 1) + 8 * n + 2)
        if place & _BYTES:
            begin = (place ^ _BYTES) // 2
            yield document[begin : begin + stop - first].decode("cp1252", "replace")
        else:
            yield document[place : place + 2 * (stop - first)].decode("utf-16-le", "replace")


def _lines(words: str) -> Iterator[str]:
    """Yield paragraphs, and rows with tabs between their cells."""
    words = words.replace("\x0b", "\r").replace("\x0c", "\r")
    *parts, after = words.split(_CELL)
    cells: list[str] = []
    for part in parts:
        *before, cell = part.split("\r")
        at_a_row = not cells or not cells[-1]
        if before and at_a_row:  # paragraphs between two tables, not in a cell
            yield from _rows(cells)
            yield from before
            cells = []
        cells.append(cell if at_a_row else " ".join(filter(None, [*before, cell])))
    yield from _rows(cells)
    yield from after.split("\r")


def _rows(cells: Sequence[str]) -> Iterator[str]:
    """Yield the rows of a table: each has as many cells and then the mark that ends it.

    Where rows differ, or one stands alone, a row ends with the last of several marks.
    """
    for width in range(2, min(_MAX_COLUMNS + 1, len(cells) // 2) + 1):
        ends = cells[width - 1 :: width]
        if len(cells) % width == 0 and not any(ends):
            for start in range(0, len(cells), width):
                yield "\t".join(cells[start : start + width - 1])
            return
    row: list[str] = []
    for cell, following in zip(cells, (*cells[1:], "end"), strict=False):
        if cell or not following:
            row.append(cell)
        else:
            yield "\t".join(row)
            row = []
    if row:
        yield "\t".join(row)
