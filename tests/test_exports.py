from __future__ import annotations

import csv
import io
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from reporting_fakes import checked, desk, facts

from bot import exports
from bot.briefing.briefing import brief
from bot.table import Cell, Column, Named, Row, Table
from bot.tables.comparison import compare, draft
from bot.values import Answer, Citation, Cited, Sentence
from retrieval.errors import BaogaoError

pytestmark = pytest.mark.slow

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@pytest.fixture(scope="module")
def briefing() -> Answer:
    made = desk("写一段上虞的简报", "000_")
    return checked(brief(made).draft, made.reports)[0]


@pytest.fixture(scope="module")
def table() -> tuple[Table, Answer]:
    made = desk("各地调解成功率对比", "001_", "003_", "004_", "002_")
    found = compare(made, facts=facts)
    return found, checked(draft(found), made.reports)[0]


def has_chinese_font() -> bool:
    from bot.tables import charts

    return any(True for _ in charts._candidates())


def hostile() -> tuple[Table, Answer]:
    cell = Cell("=cmd|'/c calc'!A1", (("=1+1\x07<b>", Cited("r", 0, 3)),))
    return Table((Column("=栏"),), (Row("r", Named("@县", "@县"), 2023, (cell,)),)), Answer(
        "a", "问\x00题", "answered", ()
    )


def test_the_word_file_has_a_real_footnote_for_every_citation(
    briefing: Answer, tmp_path: Path
) -> None:
    path = tmp_path / "a.docx"
    exports.save_briefing(briefing, path)
    with zipfile.ZipFile(path) as file:
        notes = ElementTree.fromstring(file.read("word/footnotes.xml"))
        body = ElementTree.fromstring(file.read("word/document.xml"))
        types = file.read("[Content_Types].xml").decode()
        relations = file.read("word/_rels/document.xml.rels").decode()
    assert "footnotes+xml" in types
    assert "relationships/footnotes" in relations
    ids = [n.get(f"{W}id") for n in notes.iter(f"{W}footnote") if int(n.get(f"{W}id") or 0) > 0]
    referred = [r.get(f"{W}id") for r in body.iter(f"{W}footnoteReference")]
    assert sorted(set(referred)) == sorted(ids) == sorted(str(c.n) for c in briefing.citations)
    words = "".join(t.text or "" for t in body.iter(f"{W}t"))
    assert exports.plain_text(briefing) in words
    told = ["".join(t.text or "" for t in n.iter(f"{W}t")) for n in notes.iter(f"{W}footnote")]
    for citation in briefing.citations:
        assert any("".join(citation.quote.split())[:30] in "".join(t.split()) for t in told)


def test_hostile_words_make_a_file_that_still_opens(tmp_path: Path) -> None:
    quote = "</w:t>\x00<w:evil/> & ‮“"
    citation = Citation(1, "r", "a.txt", "t", ("甲县",), 2023, ("一、",), 0, 5, quote)
    answer = Answer("a", "q", "answered", (Sentence(quote, "claim", (1,)),), (citation,))
    path = tmp_path / "a.docx"
    exports.save_briefing(answer, path)
    with zipfile.ZipFile(path) as file:
        for name in ("word/footnotes.xml", "word/document.xml"):
            tags = {element.tag for element in ElementTree.fromstring(file.read(name)).iter()}
            assert f"{W}evil" not in tags


def test_markdown_defines_every_footnote_it_uses(briefing: Answer) -> None:
    text = exports.to_markdown(briefing)
    for citation in briefing.citations:
        assert f"[^{citation.n}]" in text.split("\n")[0]
        assert f"\n[^{citation.n}]: " in text


def test_plain_text_is_one_line_without_markers(briefing: Answer) -> None:
    text = exports.plain_text(briefing)
    assert "[" not in text
    assert "\n" not in text
    assert text.endswith("。")


def test_csv_opens_as_chinese_and_runs_no_formula(table: tuple[Table, Answer]) -> None:
    raw = exports.to_csv(table[0])
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert rows[0] == ["报告", "地区", "年度", "调解成功率", "调解成功率·原文", "调解成功率·出处"]
    assert any(row[1] == "玉山县" and row[3] == "99%" and "99%" in row[4] for row in rows)
    risky = exports.to_csv(hostile()[0]).decode("utf-8-sig")
    assert all(
        not cell.startswith(("=", "@")) for row in csv.reader(io.StringIO(risky)) for cell in row
    )


def test_the_workbook_has_numbers_quotes_and_no_formula(
    table: tuple[Table, Answer], tmp_path: Path
) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = tmp_path / "a.xlsx"
    exports.save_table(*table, path)
    book = openpyxl.load_workbook(path)
    sheet = {row[1]: row for row in book["对比表"].iter_rows(values_only=True) if row[1]}
    assert sheet["玉山县"][3:5] == ("99%", 99)
    assert sheet["柯桥区"][3:5] == ("未查到", None)
    assert any("调解成功率为99%" in str(row[2]) for row in book["出处"].iter_rows(values_only=True))
    exports.save_table(*hostile(), path)
    cells = [c for page in openpyxl.load_workbook(path) for row in page.iter_rows() for c in row]
    assert all(cell.data_type != "f" for cell in cells)


def test_the_picture_is_a_png_with_chinese_type(
    table: tuple[Table, Answer], tmp_path: Path
) -> None:
    image = pytest.importorskip("PIL.Image")
    path = tmp_path / "a.png"
    if not has_chinese_font():
        with pytest.raises(BaogaoError, match=r"baogao\[charts\]"):
            exports.save_table(*table, path)
        return
    exports.save_table(*table, path)
    with image.open(path) as picture:
        assert picture.width == 1200
        colours = picture.getcolors(maxcolors=100_000)
    assert len(colours) > 20  # type is drawn with soft edges; an empty chart has a handful
    exports.save_table(*hostile(), path)


def test_without_the_charts_extra_the_command_to_install_it_is_told(
    table: tuple[Table, Answer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    monkeypatch.delitem(sys.modules, "bot.tables.charts", raising=False)
    with pytest.raises(BaogaoError, match=r"pip install 'baogao\[charts\]'"):
        exports.save_table(*table, tmp_path / "a.png")
    assert not (tmp_path / "a.png").exists()


def test_an_unknown_ending_and_an_unwritable_place_are_told(
    briefing: Answer, tmp_path: Path
) -> None:
    with pytest.raises(BaogaoError, match=r"\.docx"):
        exports.save_briefing(briefing, tmp_path / "a.pdf")
    with pytest.raises(BaogaoError, match="写不了"):
        exports.save_briefing(briefing, tmp_path / "none" / "a.md")
