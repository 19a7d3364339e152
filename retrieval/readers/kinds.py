"""What a file is, told from its bytes: a name's ending is often wrong."""

from __future__ import annotations

import codecs
import re
from typing import Literal

Kind = Literal["txt", "html", "docx", "pdf", "doc", "zip", "other"]

READ = ("txt", "md", "html", "pdf", "docx", "doc", "wps", "zip")
"""The kinds of files that are read, as a person names them."""

_OTHER = (
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"BM", "图片"),
    (b"II*\0", "图片"),
    (b"MM\0*", "图片"),
    (b"\x1f\x8b", "压缩包"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"{\\rtf", "RTF 文档"),
    (b"OggS", "音频"),
    (b"ID3", "音频"),
    (b"RIFF", "音频或视频"),
    (b"\x7fELF", "程序"),
    (b"SQLite format 3", "数据库"),
    (b"%!PS", "PostScript 文件"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORD_STREAM = "WordDocument".encode("utf-16-le")
_SHEETS = ("Workbook".encode("utf-16-le"), "PowerPoint Document".encode("utf-16-le"))
_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,500}?-->\s*)*<(?:!doctype html|html|head|body|meta|title)\b",
    re.IGNORECASE | re.DOTALL,
)
_HTML_TAG = re.compile(
    r"</?(?:p|br|div|span|td|tr|table|h[1-6]|li|ul|a|strong|b|font|style)\b[^<>]*>",
    re.I,
)
_SNIFFED = 65_536
_MANY_TAGS = 4


def kind_of(raw: bytes) -> tuple[Kind, str]:
    """Return the kind of ``raw``, and for ``other`` what it is in a person's words.

    Text is ``txt`` unless it is full of tags; what is no text at all shows when it is decoded.
    """
    if raw.startswith(b"%PDF") or b"%PDF-" in raw[:1024]:
        return "pdf", ""
    if raw.startswith(_OLE):
        head = raw[: 4 * 1024 * 1024]
        if _WORD_STREAM in head or not any(name in head for name in _SHEETS):
            return "doc", ""
        return "other", "旧版 Excel 或 PowerPoint 文件"
    if raw.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _kind_of_package(raw)
    if raw[4:8] == b"ftyp":
        return "other", "视频"
    for magic, what in _OTHER:
        if raw.startswith(magic) and not (len(magic) == 2 and _is_ascii(raw[:64])):
            return "other", what
    if re.match(rb'\s*(?:\{|\[\s*\{)\s*"[^"]{1,60}"\s*:', raw[:200]):
        return "other", "JSON"
    if re.match(rb"\s*(?:MIME-Version:|From: <Saved by)", raw[:200]):
        return "other", "MHT 网页存档"
    return ("html" if is_html(_glimpse(raw)) else "txt"), ""


def is_html(text: str) -> bool:
    """Tell whether a text is a page's source: it begins like one, or tags are all over it."""
    return is_whole_page(text) or len(_HTML_TAG.findall(text)) >= _MANY_TAGS


def is_whole_page(text: str) -> bool:
    """Tell a page from a plain text with some tags left in it, whose line ends mean something."""
    if _HTML_START.match(text):
        return True
    return (
        text.lstrip("\ufeff \r\n\t").startswith("<") and len(_HTML_TAG.findall(text)) >= _MANY_TAGS
    )


def _is_ascii(raw: bytes) -> bool:
    return all(9 <= byte < 127 for byte in raw)


def _kind_of_package(raw: bytes) -> tuple[Kind, str]:
    """Tell a Word document from a workbook and both from a plain archive, by member names."""
    if b"word/document" in raw or b"word/_rels" in raw:
        return "docx", ""
    if b"xl/workbook" in raw:
        return "other", "Excel 工作簿"
    if b"ppt/presentation" in raw:
        return "other", "PowerPoint 文件"
    if b"mimetypeapplication/vnd.oasis.opendocument" in raw[:200]:
        return "other", "OpenDocument 文档"
    if b"OFD.xml" in raw:
        return "other", "OFD 版式文件"
    return "zip", ""


def _glimpse(raw: bytes) -> str:
    head = raw[:_SNIFFED]
    for bom, encoding in (
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF8, "utf-8"),
    ):
        if head.startswith(bom):
            return head[len(bom) :].decode(encoding, "ignore")
    return head.decode("latin-1")
