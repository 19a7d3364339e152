"""A library and its conversations in one zip file, and back again.

What is kept are the SQLite files (reports, answers' records, conversations), each copied by SQLite
itself so that a running bot or page is not disturbed, and the small files beside them. Search
indexes are left out: they are made anew from the reports. A file is looked at whole before
anything is put in place, and what stood there is moved aside, never deleted.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from retrieval.errors import BaogaoError
from retrieval.library.ledger import FILE as LEDGER

FORMAT = 1
MANIFEST = "baogao-backup.json"
CHATS = "chats.sqlite"  # the chats' file stands beside the library: here it has a name of its own
MOST_FILES = 100
MOST_MANIFEST_BYTES = 1_000_000
_DATABASES = (".sqlite", ".sqlite3")
_REBUILT = ("CURRENT", "writer.lock")  # which index is served, who writes: of the folder alone
_PASSING = ("-wal", "-shm", "-journal", ".part", ".lock")
_MOST_SMALL_BYTES = 10_000_000
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of a backup: its name, its size in bytes and the SHA-256 of its content."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself; ``reports`` is how many it holds."""

    format: int
    made_at: str
    reports: int
    files: tuple[Kept, ...]


def back_up(library: Path, chats: Path, target: Path) -> Manifest:
    """Write the library in folder ``library``, and the chats beside it, to the file ``target``.

    The file is its owner's alone. Raises ``BaogaoError`` if there is no library or no room.
    """
    if not (library / LEDGER).is_file():
        raise BaogaoError(f"{library} 里没有报告库，没有可备份的内容")
    with _told(f"备份写不了 {target}"), tempfile.TemporaryDirectory(prefix="baogao-") as folder:
        copies = list(_copies(library, chats, Path(folder)))
        reports = _count_reports(Path(folder) / LEDGER)
        kept = tuple(Kept(path.name, path.stat().st_size, _digest(path)) for path in copies)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        manifest = Manifest(FORMAT, at, reports, kept)
        part = target.with_name(f"{target.name}.part")
        try:
            with (
                os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "w+b") as out,
                zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
            ):
                archive.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False))
                for path in copies:
                    archive.write(path, path.name)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    return manifest


def restore(
    source: Path,
    library: Path,
    chats: Path,
    rebuild: Callable[[Path], object],
    *,
    replace: bool = False,
) -> tuple[Manifest, Path | None]:
    """Put the backup ``source`` in place as ``library`` and ``chats``; ``rebuild`` makes its indexes.

    Where something stands already it is refused, or with ``replace`` moved aside: the folder it
    went to is returned. Raises ``BaogaoError``, and leaves all as it was, for a file that is no
    backup, is cut off or was changed.
    """
    taken = [p for p in (library, chats) if p.is_file() or (p.is_dir() and any(p.iterdir()))]
    if taken and not replace:
        raise BaogaoError(
            f"{taken[0]} 已有内容；请用 --library 指定一个新的目录，或加 --replace（原有内容会移到旁边，不会删除）"
        )
    library.parent.mkdir(parents=True, exist_ok=True)
    with (
        _told(f"恢复到 {library} 没有成功"),
        tempfile.TemporaryDirectory(prefix=".baogao-restore-", dir=library.parent) as folder,
    ):
        fresh = Path(folder) / library.name
        fresh.mkdir()
        manifest = _unpack(source, fresh)
        rebuild(fresh)
        aside = _put_aside(taken, library) if taken else None
        if library.exists():
            library.rmdir()  # empty, as looked at above
        if (fresh / CHATS).exists():
            (fresh / CHATS).replace(chats)
        fresh.replace(library)
    return manifest, aside


def read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """Return what a backup says of itself; raises ``BaogaoError`` if it is none of ours."""
    strange = BaogaoError("这个文件不是 baogao 的备份")
    try:
        if archive.getinfo(MANIFEST).file_size > MOST_MANIFEST_BYTES:
            raise strange
        values = json.loads(archive.read(MANIFEST))
        if values["format"] > FORMAT:
            raise BaogaoError("这个备份是较新版本的程序写的，请升级程序后再恢复")
        files = tuple(
            Kept(str(f["name"]), int(f["size"]), str(f["sha256"])) for f in values["files"]
        )
        manifest = Manifest(
            int(values["format"]), str(values["made_at"]), int(values["reports"]), files
        )
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise strange from error
    names = [file.name for file in files]
    safe = all(name == Path(name).name and not name.startswith(".") for name in names)
    if not safe or LEDGER not in names or len(set(names)) < len(names) or len(names) > MOST_FILES:
        raise strange
    return manifest


def _unpack(source: Path, folder: Path) -> Manifest:
    """Unpack a backup, each file checked against the manifest while it is written."""
    damaged = BaogaoError(f"备份 {source} 不完整或被改动过，没有恢复；请换一个备份文件")
    if not source.is_file():
        raise BaogaoError(f"没有找到备份文件 {source}")
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = read_manifest(archive)
            needed = sum(file.size for file in manifest.files)
            if needed > shutil.disk_usage(folder).free:
                raise BaogaoError(f"磁盘空间不够：恢复需要 {needed // 1_000_000 + 1} MB")
            for file in manifest.files:
                if not _unpack_one(archive, file, folder / file.name):
                    raise damaged
    except (zipfile.BadZipFile, EOFError, KeyError, NotImplementedError, RuntimeError) as error:
        raise damaged from error
    except (ValueError, zlib.error) as error:  # zipfile and zlib on bytes that were changed
        raise damaged from error
    for file in manifest.files:
        if file.name.endswith(_DATABASES) and not _is_sound(folder / file.name):
            raise damaged
    return manifest


def _unpack_one(archive: zipfile.ZipFile, file: Kept, target: Path) -> bool:
    digest, left = hashlib.sha256(), file.size
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out, archive.open(file.name) as packed:
        # one byte more than promised shows a file that is longer, however long it is
        while left >= 0 and (piece := packed.read(min(_PIECE, left + 1))):
            digest.update(piece)
            out.write(piece)
            left -= len(piece)
    return left == 0 and digest.hexdigest() == file.sha256


def _copies(library: Path, chats: Path, folder: Path) -> Iterator[Path]:
    """Yield a still copy of each file worth keeping."""
    for path in sorted(library.iterdir()):
        if not path.is_file() or path.name in _REBUILT or path.name.startswith("."):
            continue
        if path.name.endswith(_DATABASES):
            yield _copy_database(path, folder / path.name)
        elif path.stat().st_size <= _MOST_SMALL_BYTES and not path.name.endswith(_PASSING):
            yield Path(shutil.copy2(path, folder / path.name))
    if chats.is_file():
        yield _copy_database(chats, folder / CHATS)


def _copy_database(path: Path, copy: Path) -> Path:
    with (
        contextlib.closing(
            sqlite3.connect(
                f"file:{path.resolve().as_uri().removeprefix('file://')}?mode=ro", uri=True
            )
        ) as source,
        contextlib.closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
    return copy


def _is_sound(path: Path) -> bool:
    with contextlib.closing(sqlite3.connect(path)) as db:
        try:
            return bool(db.execute("PRAGMA quick_check").fetchone()[0] == "ok")
        except sqlite3.DatabaseError:
            return False


def _count_reports(ledger: Path) -> int:
    with contextlib.closing(sqlite3.connect(ledger)) as db:
        return int(db.execute("SELECT count(DISTINCT report) FROM reports").fetchone()[0])


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _put_aside(taken: list[Path], library: Path) -> Path:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    aside = library.parent / f"{library.name}.before-restore-{stamp}"
    aside.mkdir(mode=0o700)
    for path in taken:
        for suffix in ("-wal", "-shm") if path.is_file() else ():
            beside = path.with_name(path.name + suffix)
            if beside.exists():
                beside.replace(aside / beside.name)
        path.replace(aside / path.name)
    return aside


@contextlib.contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BaogaoError(
            f"{what}：{error.strerror or error}；请检查目录、权限和剩余空间"
        ) from error
    except sqlite3.Error as error:
        raise BaogaoError(f"{what}：数据库读写出错（{error}）") from error
