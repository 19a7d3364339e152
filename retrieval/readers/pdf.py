"""A PDF with text → its paragraphs: lines rejoined by the right margin, the page's own lines out.

Running heads and page numbers are told by where they stand and by their coming back on other
pages; ruled tables are read cell by cell, a row a line with tabs.
"""

from __future__ import annotations

import ctypes
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import pypdfium2
from pypdfium2 import raw as pdfium

from retrieval.documents import Note
from retrieval.errors import UnreadableFile
from retrieval.readers.txt import check_sense, oddities
from retrieval.readers.values import Document, count_words
from retrieval.text.numbering import marker_at

MAX_PAGES = 500
_MAX_CHARS = 2_000_000
_MIN_COLUMN = 4  # lines on each side of the middle, where a page is printed in two columns
_EDGE = 0.12  # of a page's height: where running heads and page numbers stand
_MIN_RULES = 6
_PAGE_NUMBER = re.compile(
    r"[-—–―·•\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[,，/]?\s*(?:共|/)\s*\d{1,4}\s*页?)?[-—–―·•\s]*"
)
_LEAST_HEIGHT = 2.5  # points: smaller letters are not meant for eyes
_WHITE = 250
_WIDE = re.compile("[\u2e80-\u9fff\u3000-\u303f\uff00-\uffef“”‘’…—]")
_RADICALS = {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0x2E80, 0x2E80 + 116), *range(0x2F00, 0x2FD6))
}
# What NFKC leaves alone among the supplement's radicals, as fonts use them for whole characters.
_RADICALS |= {
    0x2EA0: "民", 0x2EAA: "疋", 0x2EC4: "西", 0x2EC5: "见", 0x2EC6: "角", 0x2EC8: "讠", 0x2EC9: "贝",
    0x2ECB: "车", 0x2ED3: "长", 0x2ED4: "门", 0x2EDA: "页", 0x2EDB: "风", 0x2EDC: "飞", 0x2EDD: "食",
    0x2EE2: "马", 0x2EE5: "鱼", 0x2EE6: "鸟", 0x2EEC: "齐", 0x2EF0: "龙", 0x2EF3: "龟", 0x2ED1: "长",
}  # fmt: skip


_Box = tuple[float, float, float, float]  # left, bottom, right, top
_Margins = tuple[float, float]  # left, right


@dataclass(slots=True)
class _PdfLine:
    """A line as printed, with its box (origin at the foot of the page)."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    page: int
    row: bool = False
    column: int = 0  # of a page printed in two: 1 or 2; 0 for what runs over the page

    @property
    def size(self) -> float:
        return max(self.top - self.bottom, 1.0)


def read_pdf(raw: bytes) -> Document:
    """Return the text of a PDF; raises ``UnreadableFile`` for scans and locked files, too."""
    try:
        document = pypdfium2.PdfDocument(raw)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise UnreadableFile(
            "PDF 加了密码，请去掉密码后再导入"
            if locked
            else "PDF 已损坏，打不开，请重新下载或另存后再导入"
        ) from error
    try:
        if len(document) > MAX_PAGES:
            raise UnreadableFile(
                f"PDF 有 {len(document)} 页，超过 {MAX_PAGES} 页上限，请拆分后再导入"
            )
        pages, hidden = _pages(document, raw)
    finally:
        document.close()
    lines, dropped = _without_running_lines(pages)
    if not any(line.text.strip() for line in lines):
        raise UnreadableFile("是扫描件，没有文字，请先做文字识别（OCR）再导入")
    text = "\n".join(_paragraphs(lines)) + "\n"
    check_sense(text)
    notes = list(oddities(text))
    scanned = [n + 1 for n, (_, size) in enumerate(pages) if not _ and size]
    if scanned and len(pages) > 1:
        shown = "、".join(map(str, scanned[:6]))
        notes.append(Note("read.pictures_only", {"pages": shown}))
    if hidden:
        notes.append(Note("read.hidden_words", {"count": hidden}))
    return Document(
        raw, text, "pdf", tuple(notes), kept=count_words(text), dropped=dropped + hidden
    )


def _pages(
    document: pypdfium2.PdfDocument, raw: bytes
) -> tuple[list[tuple[list[_PdfLine], float]], int]:
    """Return the lines of each page and its height (0 if the page is blank); and what is hidden."""
    pages: list[tuple[list[_PdfLine], float]] = []
    characters = hidden = 0
    for number in range(len(document)):
        page = document[number]
        height = float(page.get_height())
        kinds = Counter(item.type for item in page.get_objects(max_depth=2))
        # white on a page without any coloured ground is not to be read by people
        white = not kinds[pdfium.FPDF_PAGEOBJ_PATH] and not kinds[pdfium.FPDF_PAGEOBJ_IMAGE]
        lines, unseen = _lines(page, number, white_is_hidden=white)
        hidden += unseen
        characters += sum(len(line.text) for line in lines)
        if characters > _MAX_CHARS:
            raise UnreadableFile("PDF 的文字过多，不像一份报告，没有导入")
        if lines and kinds[pdfium.FPDF_PAGEOBJ_PATH] >= _MIN_RULES:
            lines = _with_tables(lines, raw, number, height)
        holds_picture = kinds[pdfium.FPDF_PAGEOBJ_IMAGE] > 0
        pages.append((lines, height if lines or holds_picture else 0.0))
    return pages, hidden


def _lines(
    page: pypdfium2.PdfPage, number: int, *, white_is_hidden: bool
) -> tuple[list[_PdfLine], int]:
    """Return the lines of a page, and how many characters of it nobody can see."""
    textpage = page.get_textpage()
    lines: list[_PdfLine] = []
    hidden = 0
    words: list[str] = []
    boxes: list[_Box] = []
    made = False  # whether the blank before was typed by no one
    for index in range(textpage.count_chars()):
        code = pdfium.FPDFText_GetUnicode(textpage, index)
        if code in (10, 13):
            if boxes:
                lines.append(_line(words, boxes, number))
            words, boxes, made = [], [], False
            continue
        if code in (0, 2, 0xFFFE, 0xFFFF):  # a hyphen at the line's end, or nothing
            words.append("-" if code == 2 else "")
            continue
        if chr(code).isspace():
            words.append(chr(code))
            made = pdfium.FPDFText_IsGenerated(textpage, index) == 1
            continue
        box = textpage.get_charbox(index, loose=True)
        if box[3] - box[1] < _LEAST_HEIGHT or (white_is_hidden and _is_white(textpage, index)):
            hidden += 1
            continue
        if made and boxes and _set_close(words[-2] + chr(code), boxes[-1], box):
            words.pop()
        made = False
        words.append(_RADICALS.get(code) or chr(code))
        boxes.append(box)
    if boxes:
        lines.append(_line(words, boxes, number))
    return lines, hidden


def _set_close(pair: str, before: _Box, after: _Box) -> bool:
    """Tell whether the gap between two characters is the typesetter's: a Chinese one beside 2023."""
    return after[0] - before[2] < (after[3] - after[1]) / 2 and bool(_WIDE.search(pair))


def _is_white(textpage: pypdfium2.PdfTextPage, index: int) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    told = pdfium.FPDFText_GetFillColor(textpage, index, red, green, blue, alpha)
    return bool(told) and min(red.value, green.value, blue.value) >= _WHITE


def _line(words: Sequence[str], boxes: Sequence[_Box], page: int) -> _PdfLine:
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return _PdfLine("".join(words).strip(), min(lefts), max(rights), min(bottoms), max(tops), page)


def _with_tables(lines: list[_PdfLine], raw: bytes, number: int, height: float) -> list[_PdfLine]:
    """Put the rows of ruled tables in the place of the lines they were printed on."""
    import pdfplumber

    result = list(lines)
    try:
        with pdfplumber.open(io.BytesIO(raw), pages=[number + 1]) as document:
            tables = [(t.bbox, t.extract()) for t in document.pages[0].find_tables()]
    except Exception:  # pdfminer fails in many ways; the lines are there without it
        return lines
    for (x0, top, x1, bottom), rows in tables:
        filled = [row for row in rows if sum(bool(cell and cell.strip()) for cell in row) >= 2]
        if len(filled) < 2:
            continue  # a frame or a ruled form, no table
        inside = [
            line
            for line in result
            if not line.row
            and x0 - 2 <= (line.left + line.right) / 2 <= x1 + 2
            and height - bottom - 2 <= (line.bottom + line.top) / 2 <= height - top + 2
        ]
        if not inside:
            continue
        at = result.index(inside[0])
        made = [
            _PdfLine(
                "\t".join(re.sub(r"\s*\n\s*", "", cell or "") for cell in row).rstrip("\t"),
                x0, x1, height - bottom, height - top, number, row=True,
            )
            for row in rows
            if any(cell and cell.strip() for cell in row)
        ]  # fmt: skip
        rest = [line for line in result[at:] if not any(line is i for i in inside)]
        result = [*result[:at], *made, *rest]
    return result


def _without_running_lines(
    pages: Sequence[tuple[list[_PdfLine], float]],
) -> tuple[list[_PdfLine], int]:
    """Return all lines without page numbers and what comes back at the edge of most pages."""
    edges: Counter[str] = Counter()
    for lines, height in pages:
        edges.update({_shape(line) for line in lines if _at_edge(line, height)})
    often = max(2, len(pages) * 0.5)
    kept: list[_PdfLine] = []
    dropped = 0
    for lines, height in pages:
        last = len(lines) - 1
        for index, line in enumerate(lines):
            at_end = index in (0, last) or _at_edge(line, height)
            numbered = at_end and len(line.text) <= 24 and _PAGE_NUMBER.fullmatch(line.text)
            repeated = _at_edge(line, height) and edges[_shape(line)] >= often
            if numbered or (repeated and len(pages) > 1 and len(line.text) < 60):
                dropped += count_words(line.text)
            else:
                kept.append(line)
    return kept, dropped


def _at_edge(line: _PdfLine, height: float) -> bool:
    return not line.row and (line.bottom > height * (1 - _EDGE) or line.top < height * _EDGE)


def _shape(line: _PdfLine) -> str:
    return re.sub(r"\d+", "#", "".join(line.text.split()))


def _paragraphs(lines: Sequence[_PdfLine]) -> Iterator[str]:
    """Yield the paragraphs: a line that reaches the right margin goes on in the next one."""
    _find_columns(lines)
    margins = {
        column: _margins([ln for ln in lines if not ln.row and ln.column == column])
        for column in {ln.column for ln in lines if not ln.row}
    }
    words = ""
    before: _PdfLine | None = None
    for line in lines:
        if before is not None and _goes_on(before, line, margins):
            words += _glue(words, line.text) + line.text
        else:
            if words:
                yield words
            words = line.text
        before = line
    if words:
        yield words


def _find_columns(lines: Sequence[_PdfLine]) -> None:
    """Tell the lines of pages printed in two columns by their column; each has its own margins.

    The last page may have hardly anything in its second: it goes by the others.
    """
    prose = [line for line in lines if not line.row and line.text]
    middle = (min(ln.left for ln in prose) + max(ln.right for ln in prose)) / 2 if prose else 0
    pages = [list(page) for _, page in groupby(prose, lambda line: line.page)]
    for page in pages:
        for line in page:
            line.column = 1 if line.right <= middle else 2 if line.left >= middle else 0
    long = [Counter(line.column for line in page if len(line.text) > 8) for page in pages]
    in_two = any(min(n[1], n[2]) >= _MIN_COLUMN and n[0] * 3 <= n.total() for n in long)
    for page, counts in zip(pages, long, strict=True):
        if not in_two or counts[0] * 3 > counts.total():
            for line in page:
                line.column = 0


def _margins(lines: Sequence[_PdfLine]) -> _Margins:
    lefts = Counter(round(line.left / 3) for line in lines if len(line.text) > 8)
    rights = sorted(line.right for line in lines)
    right = rights[int(len(rights) * 0.9)]
    left = min((at for at, n in lefts.items() if n >= max(1, len(lines) // 8)), default=0) * 3
    return float(left), right


def _goes_on(before: _PdfLine, line: _PdfLine, margins: Mapping[int, _Margins]) -> bool:
    if before.row or line.row or not before.text or not line.text:
        return False
    if before.page == line.page and (before.column > 0) != (line.column > 0):
        return False  # a title over both columns
    left, right = margins[line.column][0], margins[before.column][1]
    size = max(min(before.size, line.size), 6.0)
    indented = line.left > left + size * 1.2
    wanted = 0.0 if indented else _first_word(line)
    full = before.right + wanted >= right - size * 1.6
    if not full:
        return False
    together = (before.page, before.column) == (line.page, line.column)
    if indented and together and before.left <= line.left - size:
        return False
    if before.text[-1] in "。！？：" and (indented or marker_at(line.text, 0) is not None):
        return False
    # centred lines stay apart
    return not (indented and before.left > margins[before.column][0] + size * 3)


def _first_word(line: _PdfLine) -> float:
    """Return how wide the figure or foreign word at a line's beginning is: it goes over whole."""
    wide = _WIDE.search(line.text)
    return (wide.start() if wide else len(line.text)) * line.size / 2


def _glue(before: str, after: str) -> str:
    both_wide = _WIDE.match(before[-1]) or _WIDE.match(after[0])
    return "" if both_wide or before[-1].isdigit() or after[0].isdigit() else " "
