"""Bytes → text: a file becomes its exact characters or is refused with the reason.

A lossy decode is never tried: half a report that looks whole is worse than none. The order is
BOM → strict UTF-8 → strict GB18030; because nearly any bytes pass as GB18030, what comes out
must also look like writing.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from retrieval.documents import Note
from retrieval.errors import UnreadableFile
from retrieval.readers.values import Document, count_words
from retrieval.text.normalise import has_han

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
_LETTER = r"[0-9A-Za-z\u3400-\u9fff\u3000-\u303f\uff00-\uffef“”‘’.%]"
_SPACED = re.compile("[\u3400-\u9fff] (?=[\u3400-\u9fff])")
_TOGETHER = re.compile("[\u3400-\u9fff](?=[\u3400-\u9fff])")
_BETWEEN_LETTERS = re.compile(f"(?<={_LETTER}) (?={_LETTER})")
_MAX_CONTROL_SHARE = 0.01
_MIN_WRITING_SHARE = 0.9


def read_txt(raw: bytes) -> Document:
    """Return the document of a plain text; raises ``UnreadableFile``."""
    text, encoding = decode(raw)
    check_sense(text)
    notes = list(oddities(text))
    if is_spaced_out(text):
        whole = _BETWEEN_LETTERS.sub("", text)
        notes.append(Note("read.spaced_out", {"count": len(text) - len(whole)}))
        text, encoding = whole, f"{encoding}, spaced"
    return Document(raw, text, encoding, tuple(notes), kept=count_words(text))


def is_spaced_out(text: str) -> bool:
    """Tell whether nearly every character is set apart by a blank, as bad conversions leave it."""
    return len(_SPACED.findall(text)) > 60 and len(_SPACED.findall(text)) > 8 * len(
        _TOGETHER.findall(text)
    )


def decode(raw: bytes) -> tuple[str, str]:
    """Return the text of ``raw`` and the name of its encoding, or raise ``UnreadableFile``."""
    text, encoding = _decoded(raw)
    if _INVISIBLE.fullmatch(text) or not text:
        raise UnreadableFile("文件是空的，没有可读的文字，请检查原文件")
    if "\0" in text and text.count("\0") > len(text) * _MAX_CONTROL_SHARE:
        raise UnreadableFile("像是二进制文件而不是文本，请另存为 UTF-8 纯文本后再导入")
    if len(_CONTROLS.findall(text)) > len(text) * _MAX_CONTROL_SHARE:
        raise UnreadableFile("像是二进制文件而不是文本，请另存为 UTF-8 纯文本后再导入")
    return text, encoding


_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]{200,}\Z")
_HZ = re.compile(r"~\{[\x21-\x7e]{2,}?~\}")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
_MAX_PRIVATE_SHARE = 0.1


def check_sense(text: str) -> None:
    """Refuse what decodes well and says nothing: encoded bytes, private characters, one letter."""
    if _BASE64.match(text) and " " not in text.strip() and len(set(text)) > 40:
        raise UnreadableFile("内容是 Base64 编码而不是文字，请解码后再导入")
    words = "".join(text.split())
    if len(_PRIVATE.findall(words)) > len(words) * _MAX_PRIVATE_SHARE:
        raise UnreadableFile(
            "多数字符属于自造字区，换了字体就无法辨认，请从原系统重新导出为普通文字"
        )
    if len(words) > 40 and len(set(words[:40])) <= 3 and len(set(words)) <= 3:
        raise UnreadableFile("全文只是同一个字符的重复，没有可读的文字，请检查原文件")


def check_writing(text: str) -> None:
    """Refuse what is read out of a broken document: characters of no script that anybody writes."""
    words = "".join(text.split())
    if len(_WRITING.findall(words)) < len(words) * _MIN_WRITING_SHARE:
        raise UnreadableFile("读出的多是乱码，文件可能已损坏，请用原软件另存为 docx 后再导入")


def decode_hz(text: str) -> str | None:
    """Return what a text in the 7-bit HZ encoding says, or None if it is not in it."""
    if not text.isascii() or len(_HZ.findall(text)) < 3:
        return None
    try:
        decoded = text.encode("ascii").decode("hz")
    except UnicodeDecodeError:
        return None
    return decoded if has_han(decoded) else None


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
        text = raw.decode("utf-8")
        hz = decode_hz(text) if "~{" in text else None
        return (text, "utf-8") if hz is None else (hz, "hz")
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
    codes = [c.encode("gb18030") for c in han]
    common = sum(0xB0 <= code[0] <= 0xD7 and code[-1] >= 0xA1 for code in codes)
    return not han or common >= len(han) * 0.85


def oddities(text: str) -> Iterator[Note]:
    """Yield a note for each kind of character that a reader of the text cannot see."""
    for count, what in (
        (text.count("\0"), "nul"),
        (len(_TAGS.findall(text)), "tags"),
        (len(_BIDI.findall(text)), "directions"),
        (len(_CONTROLS.findall(text)), "controls"),
        (text.count("\ufffd"), "lost"),
    ):
        if count:
            yield Note("unseen", {"count": count, "what": Note(f"unseen_kind.{what}")})
