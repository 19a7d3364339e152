"""A web page → its lines, by a walk of the tree that never recurses.

Inline elements join without a blank, blocks and ``br`` end a line, a row of a table of figures is
one line with tabs between its cells, hidden text stays out and is counted. Which of the lines are
the paper and which the site's is decided in ``page_region``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from retrieval.documents import Note
from retrieval.errors import UnreadableFile
from retrieval.readers.kinds import is_whole_page
from retrieval.readers.page_region import Line, Page, choose_lines
from retrieval.readers.txt import check_sense, decode, oddities
from retrieval.readers.values import Container, Document, count_words

_OUT = frozenset(
    "script style noscript template svg canvas iframe object embed select option textarea button "
    "input audio video map head title meta link math".split()
)
_BLOCKS = frozenset(
    "p div section article main header footer nav aside ul ol li dl dt dd table thead tbody tfoot "
    "tr td th caption h1 h2 h3 h4 h5 h6 hr blockquote pre form fieldset figure figcaption center "
    "body address details summary ucapcontent".split()
)
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_HIDDEN = re.compile(
    r"display\s*:\s*none"
    r"|font-size\s*:\s*(?:0(?:\.\d+)?(?:px|pt|em|rem|%)?|1(?:px|pt|%))\s*(?:;|$|!)"
    r"|text-indent\s*:\s*-\d{3,}|left\s*:\s*-\d{4,}",
    re.IGNORECASE,
)
_VEILED = re.compile(r"visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0+)?\s*(?:;|$)", re.IGNORECASE)
_WHITE = re.compile(r"(?<![-\w])color\s*:\s*(?:#fff(?:fff)?|white)\s*(?:;|$|!)", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_WIDE = r"\u2e80-\u9fff\u3000-\u303f\uff00-\uffef“”‘’…—"
_BREAK_IN_CHINESE = re.compile(rf"(?<=[{_WIDE}])[ \t]*[\r\n]+[ \t]*(?=[{_WIDE}])")
_BLOCK_NAMES = r"(?:p|br|div|tr|table|tbody|li|ul|ol|h[1-6])"
_LINE_OF_BLOCK = re.compile(
    rf"(?:(?<=\n)|\A)[ \t]*<{_BLOCK_NAMES}\b[^<>]*>|</?{_BLOCK_NAMES}\b[^<>]*>(?=[ \t]*(?:\r?\n|\Z))",
    re.I,
)
_BLOCK_TAG = re.compile(rf"</?{_BLOCK_NAMES}\b[^<>]*>", re.I)
_ANY_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9:]{0,20}(?:\s[^<>]{0,500})?/?>|<!--.{0,500}?-->", re.S)
_MAX_CELL = 400
_MAX_LINES = 200_000
_WITHOUT_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


@dataclass(slots=True)
class _Open:
    """The line being written."""

    parts: list[str] = field(default_factory=list)
    linked: int = 0


def read_html(raw: bytes) -> Document:
    """Return the paper on a page, without the site around it; raises ``UnreadableFile``."""
    source, _ = decode(raw)
    if is_whole_page(source):
        text, container, dropped, hidden = read_page(source)
    else:
        text, container, dropped, hidden = without_tags(source), Container(), 0, 0
    if not text.strip():
        raise UnreadableFile(
            "网页里没有可读的正文，正文可能由脚本另行加载，请在浏览器中另存后再导入"
        )
    check_sense(text)
    notes = list(oddities(text))
    if hidden:
        notes.append(Note("read.hidden_on_page", {"count": hidden}))
    return Document(raw, text, "html", tuple(notes), container, count_words(text), dropped)


def read_page(source: str) -> tuple[str, Container, int, int]:
    """Return the paper's text, what the page says of it, characters dropped, and those hidden."""
    root = _parse(source)
    if root is None:
        return "", Container(), 0, 0
    walk = _Walk("".join("".join(script.itertext()) for script in root.iter("script")))
    walk.run(root)
    if not walk.lines:
        return "", Container(), 0, walk.hidden
    metas = _metas(root)
    # what a word processor writes as <title> is its file's property: often an older paper's
    page = Page(
        walk.lines, metas, "" if "word" in metas.get("generator", "").lower() else _title(root)
    )
    lines, container = choose_lines(page)
    kept = sum(count_words(line) for line in lines)
    seen = sum(count_words(line.text) for line in walk.lines)
    return "\n".join(lines) + "\n", container, max(seen - kept, 0) + walk.hidden, walk.hidden


def without_tags(text: str) -> str:
    """Return a plain text without the tags and entities that copying left in it.

    All else stays as it is; a block's tag inside a line ends the line.
    """
    broken = _BLOCK_TAG.sub("\n", _LINE_OF_BLOCK.sub("", text))
    return unescape(_ANY_TAG.sub("", broken))


def links_of(source: str) -> list[tuple[str, str]]:
    """Return the (address, words) of the links on a page, in order."""
    root = _parse(source)
    if root is None:
        return []
    return [
        (str(a.get("href")), _words("".join(a.itertext()))) for a in root.iter("a") if a.get("href")
    ]


def _parse(source: str) -> Any:
    # A null byte ends the text for libxml2; what stands behind it must not be lost.
    source = _WITHOUT_DECLARATION.sub("", source.replace("\0", ""))
    parser = lxml_html.HTMLParser(huge_tree=True, remove_comments=True, no_network=True)
    try:
        root = lxml_html.document_fromstring(source, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None
    if any("depth" in error.message.lower() for error in parser.error_log):
        # The parser drops what lies deeper, without a word.
        raise UnreadableFile("网页的结构嵌套过深，正文会有缺失，没有导入，请另存为纯文本后再导入")
    return root


def _metas(root: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").strip().lower()
        content = _words(meta.get("content") or "")
        if name and content:
            found.setdefault(name, content)
    return found


def _title(root: Any) -> str:
    for element in root.iter("title"):
        return _words("".join(element.itertext()))
    return ""


def _words(text: str) -> str:
    return _BLANKS.sub(" ", _BREAK_IN_CHINESE.sub("", text)).strip(" \xa0\u3000\ufeff\u200b")


class _Walk:
    """One pass over a tree, start and end of each element in document order."""

    def __init__(self, scripts: str) -> None:
        self.lines: list[Line] = []
        self.hidden = 0
        self._scripts = scripts
        self._open = _Open()
        self._path: list[int] = []
        self._tags: list[str] = []
        self._links = 0
        self._pre = 0
        self._ids = 0
        self._spans: dict[Any, list[int]] = {}  # of each table: rows that cells above still fill

    def run(self, root: Any) -> None:
        stack: list[tuple[Any, bool]] = [(root, False)]
        while stack:
            element, left = stack.pop()
            tag = element.tag if isinstance(element.tag, str) else ""
            if left:
                self._leave(tag)
                self._say(element.tail)
                continue
            if not tag or tag in _OUT or _is_hidden(element, self._scripts):
                if tag and tag not in _OUT:
                    self.hidden += count_words("".join(element.itertext()))
                self._say(element.tail)
                continue
            if tag == "br":
                self._end_line()
                self._say(element.tail)
                continue
            if tag == "tr" and (cells := self._cells(element)) is not None:
                self._end_line()
                self._row(cells, sum(count_words("".join(a.itertext())) for a in element.iter("a")))
                self._say(element.tail)
                continue
            self._enter(tag)
            self._say(element.text)
            stack.append((element, True))
            stack.extend((child, False) for child in reversed(element))
        self._end_line()

    def _enter(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_line()
            self._ids += 1
            self._path.append(self._ids)
            self._tags.append(tag)
        self._links += tag == "a"
        self._pre += tag == "pre"

    def _leave(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_line()
            self._path.pop()
            self._tags.pop()
        self._links -= tag == "a"
        self._pre -= tag == "pre"

    def _say(self, words: str | None) -> None:
        if not words:
            return
        if not self._pre:
            self._add(words)
            return
        first, *rest = re.split(r"\r\n|\r|\n", words)
        self._add(first)
        for line in rest:
            self._end_line()
            self._add(line)

    def _add(self, words: str) -> None:
        self._open.parts.append(words)
        if self._links:
            self._open.linked += count_words(words)

    def _end_line(self) -> None:
        text = _words("".join(self._open.parts))
        if text and len(self.lines) < _MAX_LINES:
            heading = next((t for t in reversed(self._tags) if t in _HEADINGS), "")
            area = next((t for t in reversed(self._tags) if t in ("nav", "footer", "aside")), "")
            self.lines.append(Line(text, self._open.linked, tuple(self._path), heading, area))
        self._open = _Open()

    def _cells(self, row: Any) -> list[str] | None:
        table = next(row.iterancestors("table"), None)
        return _row(row, self._spans.setdefault(table, []), self._scripts)

    def _row(self, cells: list[str], linked: int) -> None:
        if any(cells) and len(self.lines) < _MAX_LINES:
            self._ids += 1
            row = "\t".join(cells).rstrip("\t")
            self.lines.append(
                Line(row, linked, (*self._path, self._ids), "", "", row=len(cells) > 1)
            )


def _is_hidden(element: Any, scripts: str) -> bool:
    style = element.get("style")
    if element.get("hidden") is not None:
        return True
    if not style:
        return False
    if _VEILED.search(style) and not _is_unveiled(element, scripts):
        return True
    return bool(_HIDDEN.search(style) or _is_white(element, style))


def _is_unveiled(element: Any, scripts: str) -> bool:
    """Tell whether a script of the page calls an element by its name: it is shown when all is loaded."""
    name = element.get("id")
    return bool(name) and any(f"{mark}{name}{mark}" in scripts for mark in "'\"")


def _is_white(element: Any, style: str) -> bool:
    """Tell whether words are white where nothing says that the ground is not."""
    if not _WHITE.search(style) or "background" in style:
        return False
    return not any(
        above.tag in ("table", "header", "nav")
        or above.get("bgcolor")
        or "background" in (above.get("style") or "")
        for above in element.iterancestors()
    )


def _row(row: Any, filled: list[int], scripts: str) -> list[str] | None:
    """Return the cells of a row of figures; None where the table only lays out the page.

    ``filled`` counts for each column the rows that a cell above still spans; a spanned cell is
    empty.
    """
    cells = [cell for cell in row if cell.tag in ("td", "th")]
    if (len(cells) < 2 and not any(filled)) or _lays_out(cells):
        return None
    words: list[str] = []

    def fill() -> None:
        while len(words) < len(filled) and filled[len(words)]:
            filled[len(words)] -= 1
            words.append("")

    for cell in cells:
        fill()
        rows = min(_span(cell, "rowspan"), 200) - 1
        for column in range(min(_span(cell, "colspan"), 50)):
            filled.extend([0] * (len(words) + 1 - len(filled)))
            filled[len(words)] = rows
            words.append("" if column else _cell_words(cell, scripts))
    fill()
    return words


def _span(cell: Any, name: str) -> int:
    said = cell.get(name) or ""
    return max(int(said), 1) if said.isdecimal() and len(said) < 4 else 1


def _lays_out(cells: list[Any]) -> bool:
    for cell in cells:
        size, paragraphs = 0, 0
        for part in cell.iter():
            if part.tag == "table":
                return True
            paragraphs += part.tag == "p"
            size += len(part.text or "") + len(part.tail or "")
        if size > _MAX_CELL * 10 or (size > _MAX_CELL and paragraphs > 3):
            return True
    return False


def _cell_words(cell: Any, scripts: str) -> str:
    parts: list[str] = []
    hidden = 0
    for event, part in etree.iterwalk(cell, events=("start", "end")):
        tag = part.tag if isinstance(part.tag, str) else ""
        out = tag in _OUT or not tag or _is_hidden(part, scripts)
        if event == "start":
            hidden += out
            if tag in _BLOCKS or tag == "br":
                parts.append(" ")
            parts.append("" if hidden else part.text or "")
        else:
            hidden -= out
            if part is not cell:
                parts.append("" if hidden else part.tail or "")
    return _words("".join(parts))
