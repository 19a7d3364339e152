"""Rescue from a damaged database: every report that can still be read goes into a new one.

Only what cannot be made again is taken over: raw bytes and names. Parsing and indexes are the
rebuild's that follows; vectors stand in the indexes and are taken from there. The damaged file is kept beside the new one.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from retrieval.documents import ReportMeta
from retrieval.errors import LibraryDamaged, UnreadableFile
from retrieval.library.generations import read_manifest, read_pointer
from retrieval.library.ingestion import content_key
from retrieval.library.ledger import FILE, Ledger
from retrieval.library.stored_values import Entry
from retrieval.readers.reading import TEXT_ENCODINGS, reread

DAMAGED = f"{FILE}.damaged"
_WORKSHOP = "salvage"


def salvage(folder: Path) -> list[str]:
    """Put a sound database in the place of a damaged one; return a sentence a report lost.

    A sound database is left alone. To be called under the writer's lock.
    """
    if _sound(folder):
        return []
    workshop = folder / _WORKSHOP
    shutil.rmtree(workshop, ignore_errors=True)
    workshop.mkdir()
    with closing(Ledger(workshop, create=True)) as rescued:
        lost = _rescue(folder, rescued)
        rescued.set_setting("published", "yes")
    shutil.copy2(folder / FILE, folder / DAMAGED)
    for suffix in ("-wal", "-shm"):  # they belong to the old file and must not meet the new one
        (folder / f"{FILE}{suffix}").unlink(missing_ok=True)
    (workshop / FILE).replace(folder / FILE)
    shutil.rmtree(workshop, ignore_errors=True)
    return lost


def _sound(folder: Path) -> bool:
    try:
        with closing(Ledger(folder)) as ledger:
            return ledger.integrity() is None
    except LibraryDamaged:
        return False


def _rescue(folder: Path, rescued: Ledger) -> list[str]:
    lost = []
    with closing(sqlite3.connect(folder / FILE)) as broken:
        listed = _steps(broken, "SELECT report, version FROM reports")
        wanted = {(str(report), int(version)) for report, version in listed}
        for report, version in sorted(wanted.union(_known(folder))):
            try:
                row = broken.execute(
                    "SELECT source, origin, encoding, added_at, content_key, raw FROM reports"
                    " WHERE report = ? AND version = ?",
                    (report, version),
                ).fetchone()
                if row is None:
                    raise LibraryDamaged("not listed")
                _take_over(rescued, report, version, row)
            except (sqlite3.Error, LibraryDamaged, UnreadableFile, TypeError):
                lost.append(
                    f"报告 {report} 在损坏的数据库里读不出，请用它的原文件重新运行 baogao ingest"
                )
    return lost


def _take_over(rescued: Ledger, report: str, version: int, row: tuple[Any, ...]) -> None:
    source, origin, encoding, added_at, key, raw = row
    text = reread(bytes(raw), encoding).text
    if encoding in TEXT_ENCODINGS and content_key(text) != key:
        raise LibraryDamaged("the bytes are not those that were stored")
    entry = Entry(
        report=report,
        version=version,
        source=source,
        origin=origin,
        content_key=key,
        chars=len(text),
        chunks=0,
        meta=ReportMeta("", (), "", "unknown", None, None, None, source),
        warnings=(),
        added_at=added_at,
    )
    rescued.add(
        entry,
        raw=bytes(raw),
        text=text,
        encoding=encoding,
        sections=(),
        facts=(),
        chunks=(),
        rows=[],
    )


def _known(folder: Path) -> list[tuple[str, int]]:
    """Return the versions that the current generation serves, as far as it can be read."""
    try:
        name = read_pointer(folder)
        return list(read_manifest(folder, name).reports.items()) if name else []
    except LibraryDamaged:
        return []


def _steps(broken: sqlite3.Connection, sql: str) -> Iterator[tuple[Any, ...]]:
    """Yield rows until the damage is met."""
    try:
        yield from broken.execute(sql)
    except sqlite3.Error:
        return
