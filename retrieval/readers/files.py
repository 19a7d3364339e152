"""Files on disk: which ones a folder holds, their bytes, their names made safe to show."""

from __future__ import annotations

import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from retrieval.errors import UnreadableFile

MAX_BYTES = 10 * 1024 * 1024
"""The most a plain text or a page may have."""
MAX_CONTAINER_BYTES = 60 * 1024 * 1024
"""The most a document may have that holds pictures, too."""
_CONTAINERS = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class MetFile:
    """A file met on the way: ``skipped`` says why it is not even opened, if so.

    ``asked`` is True for a file that was named, not found in a folder.
    """

    path: Path
    skipped: str = ""
    asked: bool = False


def find_files(paths: list[Path]) -> Iterator[MetFile]:
    """Yield every file of ``paths`` and of the folders among them, in sorted order.

    Nothing is passed over in silence: hidden entries, folders that may not be opened and links
    to folders are yielded, too.
    """
    for path in paths:
        if not path.is_dir() or path.is_symlink():
            yield MetFile(path, asked=True)
            continue
        closed: list[Path] = []
        for folder, subfolders, names in os.walk(path, onerror=_remember(closed)):
            hidden = [n for n in subfolders if n.startswith(".")]
            links = [n for n in subfolders if Path(folder, n).is_symlink()]
            # A folder named like a report is no report; it is still walked as a folder.
            subfolders[:] = sorted(n for n in subfolders if not n.startswith("."))
            for name in sorted([*names, *hidden, *links]):
                yield MetFile(Path(folder, name), passed_over(name, is_folder=name in hidden))
        yield from (MetFile(path) for path in closed)


def passed_over(name: str, *, is_folder: bool = False) -> str:
    """Return why a file of this name is not even opened; empty if it is."""
    if name.startswith("."):
        return "隐藏文件夹" if is_folder else "隐藏文件"
    if name.startswith("~$"):
        return "Word 打开文件时留下的临时文件"
    return ""


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


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a plain file within the limits; the checks hold for the file opened.

    Raises ``UnreadableFile``. Links, pipes and devices are not followed or opened; the size is
    checked before reading.
    """
    if path.is_dir() and not path.is_symlink():
        raise UnreadableFile("是文件夹而不是文件，或者打不开，请检查它的权限")
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
        try:
            head = file.read(8)
            limit = MAX_CONTAINER_BYTES if head.startswith(_CONTAINERS) else MAX_BYTES
            check_size(status.st_size, limit)
            raw = head + file.read(limit + 1)
        except OSError as error:
            raise UnreadableFile(f"读取中断（{error.strerror}），请检查磁盘后重试") from None
        after = os.fstat(file.fileno())
    if len(raw) != after.st_size or after.st_mtime_ns != status.st_mtime_ns:
        raise UnreadableFile("读取时文件正在被改写，请稍后重试")
    return raw


def check_size(size: int, limit: int = MAX_BYTES) -> None:
    """Refuse what has more than ``limit`` bytes."""
    if size > limit:
        raise UnreadableFile(
            f"文件有 {-(-size // 1024 // 1024)} MB，超过 {limit // 1024 // 1024} MB 上限，"
            "请确认它是一份报告的文本，或拆分后再导入"
        )
