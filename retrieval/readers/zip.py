"""An archive → its members, each within the limits; names as Windows wrote them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.errors import UnreadableFile
from retrieval.readers.files import MAX_CONTAINER_BYTES, check_size

MAX_MEMBERS = 2_000
MAX_UNPACKED = 300 * 1024 * 1024
_UTF8_FLAG = 0x800


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its bytes, or why they are not read."""

    name: str
    raw: bytes = b""
    refused: str = ""


def read_zip(raw: bytes) -> Iterator[Member]:
    """Yield the members of an archive in its order; raises ``UnreadableFile`` for the whole."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(raw))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UnreadableFile("压缩包已损坏，打不开，请重新下载或打包") from error
    with archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if len(infos) > MAX_MEMBERS:
            raise UnreadableFile(
                f"压缩包里有 {len(infos)} 个文件，超过 {MAX_MEMBERS} 个上限，请拆分后再导入"
            )
        if not infos:
            raise UnreadableFile("压缩包是空的，没有可读的文件")
        if sum(info.file_size for info in infos) > MAX_UNPACKED:
            raise UnreadableFile(
                f"压缩包解压后超过 {MAX_UNPACKED // 1024 // 1024} MB，像是压缩炸弹，没有导入"
            )
        unpacked = 0
        for info in infos:
            member = _member(archive, info)
            unpacked += len(member.raw)
            if unpacked > MAX_UNPACKED:
                yield Member(member.name, refused="压缩包解压后过大，后面的文件没有读")
                return
            yield member


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Member:
    name = _name(info)
    try:
        check_size(info.file_size, MAX_CONTAINER_BYTES)
        with archive.open(info) as file:
            # The header may lie about the size.
            raw = file.read(MAX_CONTAINER_BYTES + 1)
        check_size(len(raw), MAX_CONTAINER_BYTES)
    except UnreadableFile as error:
        return Member(name, refused=str(error))
    except RuntimeError:
        return Member(name, refused="压缩包加了密码，请解压后再导入")
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError, ValueError):
        return Member(name, refused="在压缩包里已损坏，请重新打包")
    return Member(name, raw)


def _name(info: zipfile.ZipInfo) -> str:
    """Return a member's name: one not marked as UTF-8 was most likely written in GBK."""
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    try:
        stored = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return stored.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename
