"""A Word document (docx) → its lines, with the numbers Word would show.

The body is walked as it stands: text boxes and insertions in, deletions and hidden text out, a
table's row as one line with tabs, footnotes at the end. Automatic numbers are no text in the
file; they are counted from ``numbering.xml``.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from lxml import etree

from retrieval.documents import Note
from retrieval.errors import UnreadableFile
from retrieval.readers.txt import check_sense, oddities
from retrieval.readers.values import Document, count_words
from retrieval.text.numbering import chinese_numeral

MAX_PART_BYTES = 40 * 1024 * 1024
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_OUT = {
    f"{_W}{name}"
    for name in ("del", "moveFrom", "instrText", "delText", "pPr", "sectPr", "tblPr", "trPr")
}
_MAX_DEPTH = 400
_LEAST_HALF_POINTS = 4


def read_docx(raw: bytes) -> Document:
    """Return the text of a Word document; raises ``UnreadableFile``."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as package:
            body = _part(package, "word/document.xml")
            if body is None:
                raise UnreadableFile("Word 文件里没有正文，文件可能已损坏，请重新保存后再导入")
            walk = _Walk(_Numbering(package))
            lines = list(walk.lines(body))
            lines += _notes(package, walk)
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, etree.XMLSyntaxError) as error:
        raise UnreadableFile("Word 文件已损坏或加了密码，请用 Word 打开后另存再导入") from error
    text = "\n".join(line for line in lines if line.strip())
    if not text.strip():
        raise UnreadableFile("Word 文件里没有文字，可能只有图片，请先做文字识别（OCR）")
    check_sense(text)
    notes = list(oddities(text))
    if walk.hidden:
        notes.append(Note("read.hidden_words", {"count": walk.hidden}))
    return Document(
        raw, text + "\n", "docx", tuple(notes), kept=count_words(text), dropped=walk.hidden
    )


def _part(package: zipfile.ZipFile, name: str) -> Any | None:
    """Return a part as a tree, or None; what unpacks to more than the limit is refused."""
    try:
        info = package.getinfo(name)
    except KeyError:
        return None
    with package.open(info) as file:
        raw = file.read(MAX_PART_BYTES + 1)
    if len(raw) > MAX_PART_BYTES:
        raise UnreadableFile("Word 文件解压后过大，像是压缩炸弹，没有导入")
    if b"<!DOCTYPE" in raw[:4096] or b"<!ENTITY" in raw:
        raise UnreadableFile("Word 文件里有外部实体声明，正常文件不会有，没有导入")
    raw = raw.replace(_STRICT, _W[1:-1].encode())
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True, recover=False)
    return etree.fromstring(raw, parser)


def _value(element: Any | None, default: str = "") -> str:
    return default if element is None else str(element.get(f"{_W}val") or default)


class _Level:
    """How one level of a list is written."""

    def __init__(self, element: Any) -> None:
        self.form = _value(element.find(f"{_W}numFmt"), "decimal")
        self.text = _value(element.find(f"{_W}lvlText"))
        start = _value(element.find(f"{_W}start"), "1")
        self.start = int(start) if start.isdecimal() else 1
        self.style = _value(element.find(f"{_W}pStyle"))


class _Numbering:
    """The lists of a document and how far each has counted."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self._lists: dict[str, tuple[str, dict[int, _Level]]] = {}
        self._counts: dict[str, dict[int, int]] = defaultdict(dict)
        self._styles: dict[str, tuple[str, int]] = {}
        self._hidden: set[str] = set()
        numbering = _part(package, "word/numbering.xml")
        if numbering is not None:
            self._read_lists(numbering)
        styles = _part(package, "word/styles.xml")
        if styles is not None:
            self._read_styles(styles)

    def _read_lists(self, root: Any) -> None:
        abstract: dict[str, dict[int, _Level]] = {}
        for item in root.iter(f"{_W}abstractNum"):
            levels = {int(v.get(f"{_W}ilvl") or 0): _Level(v) for v in item.iter(f"{_W}lvl")}
            abstract[str(item.get(f"{_W}abstractNumId"))] = levels
        for item in root.iter(f"{_W}num"):
            base = _value(item.find(f"{_W}abstractNumId"))
            levels = dict(abstract.get(base, {}))
            restarted = False
            for override in item.iter(f"{_W}lvlOverride"):
                level = int(override.get(f"{_W}ilvl") or 0)
                if (own := override.find(f"{_W}lvl")) is not None:
                    levels[level] = _Level(own)
                restarted = restarted or override.find(f"{_W}startOverride") is not None
            number = str(item.get(f"{_W}numId"))
            self._lists[number] = (f"{base}/{number}" if restarted else base, levels)

    def _read_styles(self, root: Any) -> None:
        based: dict[str, str] = {}
        for style in root.iter(f"{_W}style"):
            name = str(style.get(f"{_W}styleId"))
            based[name] = _value(style.find(f"{_W}basedOn"))
            found = style.find(f"{_W}pPr/{_W}numPr")
            if found is not None:
                number = _value(found.find(f"{_W}numId"))
                level = _value(found.find(f"{_W}ilvl"), "0")
                self._styles[name] = (number, int(level) if level.isdecimal() else 0)
        for name in based:
            at, seen = name, {name}
            while name not in self._styles and based.get(at) and based[at] not in seen:
                at = based[at]
                seen.add(at)
                if at in self._styles:
                    self._styles[name] = self._styles[at]

    def mark(self, paragraph: Any) -> str:
        """Return the number Word shows before a paragraph, and count it."""
        properties = paragraph.find(f"{_W}pPr")
        if properties is None:
            return ""
        number, level = self._styles.get(_value(properties.find(f"{_W}pStyle")), ("", 0))
        own = properties.find(f"{_W}numPr")
        if own is not None:
            number = _value(own.find(f"{_W}numId"), number)
            shown = _value(own.find(f"{_W}ilvl"), str(level))
            level = int(shown) if shown.isdecimal() else level
        if number not in self._lists or number == "0":
            return ""
        key, levels = self._lists[number]
        if level not in levels:
            return ""
        counts = self._counts[key]
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for deeper in [n for n in counts if n > level]:
            del counts[deeper]
        if levels[level].form in ("bullet", "none"):
            return ""

        def written(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            shape = levels.get(at, levels[level])
            return in_form(counts.get(at, shape.start), shape.form)

        return re.sub(r"%([1-9])", written, levels[level].text)


def in_form(number: int, form: str) -> str:
    """Return ``number`` as a list of Word's ``numFmt`` writes it."""
    if "hinese" in form or form in ("japaneseCounting", "ideographDigital", "koreanCounting"):
        return chinese_numeral(number)
    if form in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese") and 1 <= number <= 20:
        return chr(ord("①") + number - 1)
    if form in ("upperLetter", "lowerLetter"):
        letter = chr(ord("A") + (number - 1) % 26)
        return letter if form == "upperLetter" else letter.lower()
    if form in ("upperRoman", "lowerRoman"):
        roman = _roman(number)
        return roman if form == "upperRoman" else roman.lower()
    if form == "decimalZero":
        return f"{number:02d}"
    return str(number)


def _roman(number: int) -> str:
    words = ""
    for value, letters in (
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ):
        while number >= value and len(words) < 20:
            words += letters
            number -= value
    return words


class _Walk:
    """The lines of a part; what was hidden is counted."""

    def __init__(self, numbering: _Numbering) -> None:
        self.hidden = 0
        self._numbering = numbering

    def lines(self, element: Any, depth: int = 0) -> Iterator[str]:
        """Yield the lines of a body, a cell or a text box."""
        if depth > _MAX_DEPTH:
            raise UnreadableFile("Word 文件的结构嵌套过深，没有导入")
        for child in element:
            if child.tag == f"{_W}p":
                yield from self._paragraph(child, depth)
            elif child.tag == f"{_W}tbl":
                yield from self._table(child, depth)
            elif child.tag in _OUT or _lists_contents(child):
                self.hidden += count_words("".join(child.itertext(f"{_W}t", f"{_W}delText")))
            elif isinstance(child.tag, str):
                yield from self.lines(_chosen(child), depth + 1)

    def _paragraph(self, paragraph: Any, depth: int) -> Iterator[str]:
        boxes: list[Any] = []
        words = "".join(self._runs(paragraph, boxes))
        mark = self._numbering.mark(paragraph) if words.strip() else ""
        yield from (mark + words.strip(" ")).split("\n")
        for box in boxes:
            yield from self.lines(box, depth + 1)

    def _runs(self, paragraph: Any, boxes: list[Any]) -> Iterator[str]:
        stack = list(reversed(paragraph))
        while stack:
            element = stack.pop()
            tag = element.tag
            if tag in _OUT:
                if tag != f"{_W}pPr":
                    self.hidden += count_words("".join(element.itertext(f"{_W}t", f"{_W}delText")))
            elif tag == f"{_W}txbxContent":
                boxes.append(element)
            elif tag == f"{_W}t":
                yield element.text or ""
            elif tag == f"{_W}tab":
                yield "\t"
            elif tag in (f"{_W}br", f"{_W}cr"):
                yield "\n"
            elif tag == f"{_W}noBreakHyphen":
                yield "-"
            elif tag == f"{_W}r" and _vanishes(element):
                self.hidden += count_words("".join(element.itertext(f"{_W}t")))
            elif isinstance(tag, str):
                stack.extend(reversed(_chosen(element)))

    def _table(self, table: Any, depth: int) -> Iterator[str]:
        for row in table.iter(f"{_W}tr"):
            if next(row.iterancestors(f"{_W}tbl")) is not table:
                continue  # of a table inside a cell: it is read with that cell
            cells: list[list[str]] = []
            for cell in row.iter(f"{_W}tc"):
                if next(cell.iterancestors(f"{_W}tr")) is not row:
                    continue
                cells.append([line for line in self.lines(cell, depth + 1) if line.strip()])
                span = _value(cell.find(f"{_W}tcPr/{_W}gridSpan"), "1")
                cells += [[]] * (min(int(span), 60) - 1 if span.isdecimal() else 0)
            filled = [cell for cell in cells if cell]
            if len(filled) == 1 and (len(filled[0]) > 1 or len(cells) == 1):
                yield from filled[0]  # a frame around text, not a row of figures
            elif filled:
                words = (" ".join(part.replace("\t", " ") for part in cell) for cell in cells)
                yield "\t".join(words).rstrip("\t")


def _vanishes(run: Any) -> bool:
    """Tell whether a run is not to be seen: hidden, of no size, or white where no ground is dark."""
    mark = run.find(f"{_W}rPr/{_W}vanish")
    if mark is not None and _value(mark, "1") not in ("0", "false"):
        return True
    size = _value(run.find(f"{_W}rPr/{_W}sz"), "")
    if size.isdecimal() and int(size) <= _LEAST_HALF_POINTS:
        return True
    if _value(run.find(f"{_W}rPr/{_W}color"), "").upper() != "FFFFFF":
        return False
    shaded = (
        run.find(f"{_W}rPr/{_W}shd") is not None or run.find(f"{_W}rPr/{_W}highlight") is not None
    )
    return not shaded and next(run.iterancestors(f"{_W}tbl", f"{_W}txbxContent"), None) is None


def _lists_contents(element: Any) -> bool:
    """Tell whether an element is a table of contents: each heading again, with its page."""
    gallery = element.find(f"{_W}sdtPr/{_W}docPartObj/{_W}docPartGallery")
    return _value(gallery).lower() == "table of contents"


def _chosen(element: Any) -> Any:
    """Return what is shown of two forms of the same content (a drawing and its fallback)."""
    if element.tag != f"{_MC}AlternateContent":
        return element
    choice = element.find(f"{_MC}Choice")
    if choice is not None and next(choice.iter(f"{_W}t"), None) is not None:
        return choice
    fallback = element.find(f"{_MC}Fallback")
    return fallback if fallback is not None else []


def _notes(package: zipfile.ZipFile, walk: _Walk) -> Iterator[str]:
    for name in ("word/footnotes.xml", "word/endnotes.xml"):
        root = _part(package, name)
        if root is None:
            continue
        for note in root:
            if note.get(f"{_W}type") in (
                "separator",
                "continuationSeparator",
                "continuationNotice",
            ):
                continue
            words = " ".join(line.strip() for line in walk.lines(note) if line.strip())
            if words:
                yield f"注：{words}"
