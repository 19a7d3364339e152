"""What the library's tests share: a parser one can follow by eye, a quick store, sample reports."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from retrieval.documents import Chunk, ReportMeta, Section
from retrieval.errors import LibraryDamaged
from retrieval.library.library import Library
from retrieval.search.dense import DenseMatrix
from retrieval.search.embedding import FakeEmbedder


@dataclass(frozen=True)
class Parsed:
    meta: ReportMeta
    sections: tuple[Section, ...]
    chunks: tuple[Chunk, ...]
    facts: tuple = ()
    warnings: tuple[str, ...] = ()


def parse_lines(text: str, source: str, report_id: str) -> Parsed:
    """A section and a chunk a line; issuer and year from the first ``某地2023年`` found."""
    if "无法解析" in text:
        raise ZeroDivisionError("a parser's bug")
    named = re.search(r"([\u4e00-\u9fff]{2,6}?[县区市])(20\d\d)年", text)
    issuer, year = (f"{named[1]}人民政府", int(named[2])) if named else ("", None)
    meta = ReportMeta(
        title=text.split("\n")[0][:40],
        place=(named[1],) if named else (),
        issuer=issuer,
        level="government",
        year=year,
        published=None,
        document_number=None,
        source=source,
    )
    sections, chunks, position = [], [], 0
    for line in text.splitlines(keepends=True):
        start, position = position, position + len(line)
        sections.append(Section((), (), "other", "body", start, position))
        words = line.rstrip()
        if words:
            key = hashlib.sha256(f"{report_id} {start} {words}".encode()).hexdigest()[:16]
            chunks.append(
                Chunk(
                    key,
                    report_id,
                    len(chunks),
                    start,
                    start + len(words),
                    words,
                    f"{issuer} {year}",
                    (),
                    "other",
                )
            )
    return Parsed(meta, tuple(sections), tuple(chunks))


class QuickStore:
    """Stands in for Chroma where Chroma is not what is tested: a copy of the rows in a file."""

    def is_wanted(self, rows: int) -> bool:
        return True

    def may_lag(self, covered: int, changed: int) -> bool:
        return False

    def build(self, generation: Path, previous: Path | None, replaced: Collection[str]) -> None:
        (generation / "store.tsv").write_text(_rows_in(generation))

    def check(self, generation: Path) -> None:
        if (generation / "store.tsv").read_text() != _rows_in(generation):
            raise LibraryDamaged("差")


def _rows_in(generation: Path) -> str:
    try:
        return "\n".join(map(str, DenseMatrix(generation).rows))
    except (OSError, ValueError) as error:
        raise LibraryDamaged("差") from error


# Where libraries stand: options that a test of several places changes for all that are opened.
PLACE: dict[str, object] = {"store": QuickStore()}


def open_library(folder: Path, **options) -> Library:
    settings = {
        "embedder": FakeEmbedder(),
        "parse": parse_lines,
        "parser_version": 1,
        "create": True,
        **PLACE,
    }
    return Library.open(folder, **{**settings, **options})


def report_text(place: str = "青山县", year: int = 2023, count: int = 41) -> str:
    return (
        f"{place}{year}年法治政府建设情况报告\n"
        f"一、主要举措和成效\n审核规范性文件{count}件，备案率100%。\n"
        f"办理行政复议案件{count + 7}件。\n二、存在的问题\n{place}执法力量不足。\n"
    )


def write_report(folder: Path, name: str, **fields) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(report_text(**fields), "utf-8")
    return path
