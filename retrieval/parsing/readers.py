"""Bytes → text: a file becomes its exact characters or is refused with the reason.

A lossy decode is never tried: half a report that looks whole is worse than none. The order is
BOM → strict UTF-8 → strict GB18030; because nearly any bytes pass as GB18030, what comes out
must also look like writing.
"""

from __future__ import annotations

import codecs
import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from retrieval.errors import UnreadableFile

MAX_BYTES = 10 * 1024 * 1024
SUPPORTED = (".txt", ".md")

# The longer mark first: the UTF-32 little-endian mark begins with the UTF-16 one.
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_TAGS = re.compile("[\U000e0000-\U000e007f]")
_BIDI = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_CONTROLS = re.compile(r"[\x01-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_INVISIBLE = re.compile("[\\s\u200b-\u200f\u2060\ufeff\u202a-\u202e\u2066-\u2069\x00]+")
_WRITING = re.compile(
    r"[\x09\x0a\x0d\x20-\x7e\u3400-\u9fff\u3000-\u303f\uff00-\uffef“”‘’—…·①-⑳㈠-㈩]"
)
_BINARY_MAGIC = (
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "Word、Excel 或压缩包"),
    (b"\xd0\xcf\x11\xe0", "旧版 Word 或 Excel"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"\x1f\x8b", "压缩包"),
    (b"Rar!", "压缩包"),
    (b"7z\xbc\xaf", "压缩包"),
)
_MAX_CONTROL_SHARE = 0.01
_MIN_WRITING_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class ReadResult:
    """A file's decoded text, the encoding it was in, and what a reader should be told of it."""

    raw: bytes
    text: str
    encoding: str
    notes: tuple[str, ...] = ()


def read_file(path: Path) -> ReadResult:
    """Return the exact text of the file at ``path``.

    Raises ``UnreadableFile`` with one sentence that gives the reason and what to do. Links,
    pipes and devices are not followed or opened; the size is checked before reading.
    """
    if path.is_dir():
        raise UnreadableFile("是文件夹而不是文件，或者打不开，请检查它的权限")
    if path.suffix.lower() not in SUPPORTED:
        raise UnreadableFile(
            f"不支持 {display_name(path.suffix) or '无后缀'} 文件，目前只读 {'、'.join(SUPPORTED)}，"
            "请另存为纯文本后再导入"
        )
    raw = _read_bytes(path)
    text, encoding = decode(raw)
    return ReadResult(raw, text, encoding, tuple(_oddities(text)))


def decode(raw: bytes) -> tuple[str, str]:
    """Return the text of ``raw`` and the name of its encoding, or raise ``UnreadableFile``."""
    text, encoding = _decoded(raw)
    if not _INVISIBLE.sub("", text):
        raise UnreadableFile("文件是空的，没有可读的文字，请检查原文件")
    if "\0" in text and text.count("\0") > len(text) * _MAX_CONTROL_SHARE:
        raise UnreadableFile("像是二进制文件而不是文本，请另存为 UTF-8 纯文本后再导入")
    if len(_CONTROLS.findall(text)) > len(text) * _MAX_CONTROL_SHARE:
        raise UnreadableFile("像是二进制文件而不是文本，请另存为 UTF-8 纯文本后再导入")
    return text, encoding


def find_files(paths: list[Path]) -> Iterator[Path]:
    """Yield the files to read: each path given, and a folder's supported files in sorted order.

    Inside a folder, hidden entries and links to folders are passed over; everything with a
    supported suffix is yielded, so that a link or a pipe can be refused by name; so is a folder
    that may not be opened, for the same reason.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        closed: list[Path] = []
        for folder, subfolders, names in os.walk(path, onerror=_remember(closed)):
            # A folder named like a report is no report; it is still walked as a folder.
            subfolders[:] = sorted(n for n in subfolders if not n.startswith("."))
            for name in sorted(names):
                file = Path(folder, name)
                if not name.startswith(".") and file.suffix.lower() in SUPPORTED:
                    yield file
        yield from closed


def _remember(closed: list[Path]) -> Callable[[OSError], None]:
    def remember(error: OSError) -> None:
        closed.append(Path(error.filename))

    return remember


def display_name(name: str) -> str:
    """Return the last part of a file name, safe to show on one line and to store.

    Undecodable bytes, control, bidi and other invisible characters become ``_``; the length is
    held to 120 characters with the suffix kept.
    """
    base = re.split(r"[/\\]", os.fsencode(name).decode("utf-8", "replace"))[-1]
    shown = "".join(
        "_" if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") else c
        for c in base
    ).strip()
    if len(shown) > 120:
        stem, dot, suffix = shown.rpartition(".")
        shown = f"{stem[:100]}…{dot}{suffix[:10]}" if dot else shown[:120]
    return shown


def _read_bytes(path: Path) -> bytes:
    """Read a plain file of at most ``MAX_BYTES``; the checks hold for the very file opened."""
    try:
        # O_NONBLOCK: opening a pipe that nobody writes to must not wait.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise UnreadableFile("文件不存在，请检查路径") from None
    except PermissionError:
        raise UnreadableFile("没有读取权限，请检查文件的权限设置") from None
    except OSError:
        if path.is_symlink():
            raise UnreadableFile("是符号链接，不予跟随，请直接给出原文件") from None
        raise UnreadableFile("文件打不开，请检查它是否完好") from None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise UnreadableFile("不是普通文件，请直接给出原文件")
    with os.fdopen(handle, "rb") as file:
        if status.st_size > MAX_BYTES:
            raise UnreadableFile(
                f"文件有 {status.st_size / 1024 / 1024:.0f} MB，超过 {MAX_BYTES // 1024 // 1024} MB 上限，"
                "请确认它是一份报告的文本，或拆分后再导入"
            )
        try:
            raw = file.read(MAX_BYTES + 1)
        except OSError as error:
            raise UnreadableFile(f"读取中断（{error.strerror}），请检查磁盘后重试") from None
        after = os.fstat(file.fileno())
    if len(raw) != after.st_size or after.st_mtime_ns != status.st_mtime_ns:
        raise UnreadableFile("读取时文件正在被改写，请稍后重试")
    return raw


def _decoded(raw: bytes) -> tuple[str, str]:
    for magic, what in _BINARY_MAGIC:
        if raw.startswith(magic):
            raise UnreadableFile(f"内容是{what}而不是文本，请另存为 UTF-8 纯文本后再导入")
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            try:
                return raw[len(bom) :].decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise UnreadableFile(
                    f"开头标明是 {encoding.upper()}，但第 {error.start + len(bom)} 字节处无法解码，"
                    "请另存为 UTF-8 后再导入"
                ) from None
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        broken_at = error.start
    try:
        text = raw.decode("gb18030")
    except UnicodeDecodeError:
        raise UnreadableFile(
            f"编码无法识别（不是 UTF-8，也不是 GB18030，第 {broken_at} 字节处出错），"
            "请用编辑器另存为 UTF-8 后再导入"
        ) from None
    if len(_WRITING.findall(text)) < len(text) * _MIN_WRITING_SHARE or not _common_han(text):
        raise UnreadableFile("编码无法识别或是二进制文件，请用编辑器另存为 UTF-8 后再导入")
    return text, "gb18030"


def _common_han(text: str) -> bool:
    """Tell whether the Chinese characters are mostly of GB2312's everyday first level.

    UTF-8 or Big5 bytes read as GB18030 give rare characters; real writing is over 90% everyday
    ones. First-level characters are those whose GB2312 lead byte is 0xB0–0xD7.
    """
    han = re.findall("[\u3400-\u9fff]", text[:200_000])
    common = sum(1 for c in han if 0xB0 <= c.encode("gb18030")[0] <= 0xD7 and _in_gb2312(c))
    return not han or common >= len(han) * 0.85


def _in_gb2312(character: str) -> bool:
    return character.encode("gb18030")[-1] >= 0xA1


def _oddities(text: str) -> Iterator[str]:
    """Yield a note for each kind of character that a reader of the text cannot see."""
    for count, what in (
        (text.count("\0"), "空字符（NUL）"),
        (len(_TAGS.findall(text)), "不可见的标签字符"),
        (len(_BIDI.findall(text)), "改变文字方向的控制字符"),
        (len(_CONTROLS.findall(text)), "控制字符"),
        (text.count("\ufffd"), "替换符“\ufffd”（原文件中已丢失的字）"),
    ):
        if count:
            yield f"文中有 {count} 个{what}，原样保留，引用时请核对"
