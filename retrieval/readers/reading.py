"""The seam of the readers: bytes and a name in, documents out; kind by content, not by ending."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from retrieval.errors import UnreadableFile
from retrieval.readers.files import MetFile, check_size, display_name, read_bytes
from retrieval.readers.kinds import READ, kind_of
from retrieval.readers.txt import decode, read_txt
from retrieval.readers.values import Document
from retrieval.readers.worker import read_here
from retrieval.readers.zip import read_zip
from retrieval.text.normalise import has_han

ReadContainer = Callable[[str, bytes], Document]
"""Reads a container of a kind: in this process, or in a child under limits."""

TEXT_ENCODINGS = frozenset(
    ("utf-8", "gb18030", "hz", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
)
MIN_WORDS = 10
"""A text of fewer characters says nothing: what is left of a broken file, or a test."""
MAX_WORDS = 1_000_000
"""A hundred times a long report: what has more is no report, and would take minutes."""
SHORT = 200
IN_ARCHIVE = "!/"
"""Stands in an origin between an archive and its member."""
_NEVER_TEXT = frozenset(
    ".jpg .jpeg .png .gif .bmp .tif .tiff .webp .svg .ico .mp3 .mp4 .avi .mov .wav .exe .dll .db .js .css "
    ".xls .xlsx .et .csv .ppt .pptx .dps .rar .7z .gz .tar .ofd .rtf .mht .ini .log .json .xml .py .lnk".split()
)


@dataclass(frozen=True, slots=True)
class Read:
    """What became of one file: a document, or why there is none.

    ``origin`` is where it was read from (a path, ``archive.zip!/member`` or an address). Skipped
    is what is no paper at all (a picture, a hidden file), refused what could not be read.
    """

    source: str
    origin: str
    document: Document | None = None
    refused: str = ""
    skipped: str = ""


def read_bytes_of(raw: bytes, read_container: ReadContainer = read_here) -> Document:
    """Return the document of a file's bytes; raises ``UnreadableFile``. Archives are refused."""
    kind, what = kind_of(raw)
    if kind == "other":
        raise UnreadableFile(
            f"内容是{what}，不是能读的文档（能读 {'、'.join(READ)}），请另存后再导入"
        )
    if kind == "zip":
        raise UnreadableFile("是压缩包里的压缩包，请解压后再导入")
    if kind in ("txt", "html"):
        check_size(len(raw))
    return read_txt(raw) if kind == "txt" else read_container(kind, raw)


def read_report(raw: bytes, read_container: ReadContainer = read_here) -> Document:
    """Return the document of a file's bytes if it may be a report; raises ``UnreadableFile``."""
    document = read_bytes_of(raw, read_container)
    if document.kept < MIN_WORDS:
        raise UnreadableFile(f"全文只有 {document.kept} 个字，不是一份报告，请检查原文件")
    if document.kept > MAX_WORDS:
        raise UnreadableFile(
            f"全文有 {document.kept // 10_000} 万字，超过 {MAX_WORDS // 10_000} 万字上限，请拆分后再导入"
        )
    if document.kept < SHORT and not has_han(document.text):
        raise UnreadableFile("全文没有一个汉字，不是一份报告，请检查原文件")
    return document


def read_file(path: Path) -> Document:
    """Return the one document in the file at ``path``; raises ``UnreadableFile``."""
    return read_bytes_of(read_bytes(path))


def read_met(met: MetFile, read_container: ReadContainer = read_here) -> Iterator[Read]:
    """Yield what a file met on the way holds: one document, an archive's several, or a reason."""
    source = display_name(met.path.name)
    origin = origin_of(met.path)
    if met.skipped:
        yield Read(source, origin, skipped=met.skipped)
        return
    if not met.asked and met.path.suffix.lower() in _NEVER_TEXT and not met.path.is_symlink():
        yield Read(source, origin, skipped=f"{display_name(met.path.suffix)} 文件不是能读的文档")
        return
    try:
        raw = read_bytes(met.path)
        kind, what = kind_of(raw)
        if kind == "zip":
            yield from read_members(raw, source, origin, read_container)
            return
        if kind == "other" and not met.asked and met.path.suffix.lower() not in _DOCUMENTS:
            yield Read(source, origin, skipped=f"内容是{what}，不是能读的文档")
            return
        if kind == "txt" and met.path.suffix.lower() in _NEVER_TEXT:
            ending = display_name(met.path.suffix)
            raise UnreadableFile(f"后缀是 {ending}，内容却是纯文本，请改成 .txt 后再导入")
        yield Read(source, origin, read_report(raw, read_container))
    except UnreadableFile as error:
        yield Read(source, origin, refused=str(error))


def origin_of(path: Path) -> str:
    """Return a path as it is kept: absolute, with undecodable bytes written out."""
    return os.fsencode(path.resolve()).decode("utf-8", "backslashreplace")


_DOCUMENTS = frozenset(".txt .md .htm .html .shtml .pdf .doc .docx .wps .zip".split())


def read_members(
    raw: bytes, archive: str, origin: str, read_container: ReadContainer
) -> Iterator[Read]:
    """Yield what each member of an archive holds; raises ``UnreadableFile`` for the whole."""
    for member in read_zip(raw):
        source = display_name(member.name)
        place = f"{origin}{IN_ARCHIVE}{member.name}".encode("utf-8", "replace").decode("utf-8")
        if source.startswith((".", "~$")) or "__MACOSX" in member.name:
            yield Read(source, place, skipped=f"压缩包“{archive}”里的隐藏文件")
            continue
        if member.refused:
            yield Read(source, place, refused=member.refused)
            continue
        kind, what = kind_of(member.raw)
        suffix = Path(source).suffix.lower()
        if suffix in _NEVER_TEXT or (kind == "other" and suffix not in _DOCUMENTS):
            yield Read(
                source, place, skipped=f"压缩包“{archive}”里的{what or suffix}，不是能读的文档"
            )
            continue
        try:
            yield Read(source, place, read_report(member.raw, read_container))
        except UnreadableFile as error:
            yield Read(source, place, refused=str(error))


def reread(raw: bytes, encoding: str) -> Document:
    """Read stored bytes again as they were read first; raises ``UnreadableFile``."""
    if encoding in TEXT_ENCODINGS:
        text, encoding = decode(raw)
        return Document(raw, text, encoding)
    return read_bytes_of(raw)
