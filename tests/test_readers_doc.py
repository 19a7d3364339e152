"""Papers of WPS and old Word: read by what they are, whatever they are called."""

from __future__ import annotations

import io
import struct
from contextlib import suppress
from pathlib import Path

import docx
import pytest

from retrieval.errors import UnreadableFile
from retrieval.library.library import Library
from retrieval.readers import doc
from retrieval.readers.reading import read_bytes_of
from retrieval.readers.word_binary import _lines, read_word_binary
from retrieval.search.embedding import FakeEmbedder

BINARY = Path(__file__).parent / "data" / "kingsoft.wps"
"""An OLE package with a WordDocument, as WPS writes ``.wps``: made with a table by LibreOffice."""
PARAGRAPHS = (
    "青山县司法局2023年度法治政府建设情况报告",
    "青山县司法局现将2023年度法治政府建设情况报告如下：",
    "一、主要工作",
    "（一）健全制度。全年审核规范性文件41件，备案38件。",
    "二、存在的问题",
    "一是基层执法力量不足。二是普法形式较为单一。",
    "三、下一步打算",
    "充实基层执法力量。",
)
ROWS = (
    ("项目", "2022年", "2023年"),
    ("行政复议收案（件）", "57", "66"),
    ("行政应诉案件（件）", "12", "15"),
)
LINES = [*PARAGRAPHS[:4], *("\t".join(row) for row in ROWS), *PARAGRAPHS[4:]]


def new_paper() -> bytes:
    """Return the same paper as OOXML, which newer versions of WPS save under ``.wps``."""
    paper, buffer = docx.Document(), io.BytesIO()
    for words in PARAGRAPHS[:4]:
        paper.add_paragraph(words)
    table = paper.add_table(len(ROWS), len(ROWS[0]))
    for at, row in enumerate(ROWS):
        for column, words in enumerate(row):
            table.cell(at, column).text = words
    for words in PARAGRAPHS[4:]:
        paper.add_paragraph(words)
    paper.save(buffer)
    return buffer.getvalue()


@pytest.fixture(params=["with LibreOffice", "without"])
def office(request, monkeypatch):
    if request.param == "without":
        monkeypatch.setattr(doc.shutil, "which", lambda _: None)
    return request.param


def test_a_binary_wps_has_its_paragraphs_and_rows(office):
    read = read_bytes_of(BINARY.read_bytes())
    assert read.encoding == "doc"
    assert read.text.split() == " ".join(LINES).split()
    assert "行政复议收案（件）\t57\t66\n" in read.text
    if office == "without":
        assert read.text.splitlines() == LINES
        assert [note.kind for note in read.notes] == ["read.plainly"]


def test_one_paper_in_both_kinds_of_wps_is_one_report(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))  # no LibreOffice for the child that reads
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.wps").write_bytes(BINARY.read_bytes())
    (tmp_path / "in" / "b.wps").write_bytes(new_paper())
    with Library.open(tmp_path / "lib", embedder=FakeEmbedder(), create=True) as library:
        results = library.ingest([tmp_path / "in"])
        assert [(r.source, r.status) for r in results] == [
            ("a.wps", "added"),
            ("b.wps", "duplicate"),
        ]
        (held,) = library.reports()
        assert (held.meta.year, held.meta.issuer) == (2023, "青山县司法局")
        assert "行政复议收到件数" in {f.indicator for f in library.facts(held.id)}


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        ("前\r甲\x07乙\x07\x071\x072\x07\x07后\r", ["前", "甲\t乙", "1\t2", "后", ""]),
        ("甲\x07乙\x07\x07\x072\x07\x07", ["甲\t乙", "\t2", ""]),
        ("甲\x07乙\x07\x07中间\r丙\x07丁\x07\x07", ["甲\t乙", "中间", "丙\t丁", ""]),
        ("甲\x07上\r下\x07\x071\x072\x07\x07", ["甲\t上 下", "1\t2", ""]),
        ("并\x07\x07甲\x07乙\x07\x07", ["并", "甲\t乙", ""]),
        ("没有表\r两段", ["没有表", "两段"]),
    ],
)
def test_rows_end_with_their_marks(words, lines):
    assert list(_lines(words)) == lines


@pytest.mark.parametrize("at", [0x0A, 0x4C, 0x1A2, 600, 1600, 5000, 12000])
def test_a_damaged_one_is_refused_or_read(at, monkeypatch):
    monkeypatch.setattr(doc.shutil, "which", lambda _: None)
    raw = bytearray(BINARY.read_bytes())
    for start in (0, 512):
        raw[start + at : start + at + 8] = struct.pack("<Q", 0xFFFF_FFFF_FFFF_FFFF)
    with suppress(UnreadableFile):
        assert read_bytes_of(bytes(raw)).text


def test_pieces_come_in_order():
    assert read_word_binary(BINARY.read_bytes()).startswith(PARAGRAPHS[0] + "\n" + PARAGRAPHS[1])
