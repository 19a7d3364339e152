"""Every kind of container: what comes out, what stays out, and what is refused with its reason."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile

import docx
import pytest
from made_documents import make_docx, make_pdf, make_zip, paragraph, print_pdf, table

from bot.notes import worded
from retrieval.errors import UnreadableFile
from retrieval.parsing.parsing import parse_report
from retrieval.readers.files import MetFile
from retrieval.readers.kinds import kind_of
from retrieval.readers.reading import read_bytes_of, read_met
from retrieval.readers.worker import ReadingChild
from retrieval.readers.zip import read_zip

pytestmark = pytest.mark.slow

TEXT = """青山县2023年法治政府建设情况报告
2023年，青山县深入学习贯彻习近平法治思想，扎实推进法治政府建设，全年审核行政规范性文件41件，备案率百分之百。现将有关情况报告如下：
一、主要举措和成效
（一）完善依法行政制度体系
制定重大行政决策目录，对12件重大行政决策开展合法性审查，提出审查意见86条，采纳率达到96.5%，没有一件因违法被撤销。
（二）化解行政争议
收到行政复议申请88件，审结81件，调解和解结案36件，综合纠错率为14.8%，行政机关负责人出庭应诉率保持百分之百。
二、存在的主要问题
一是基层执法力量不足。二是普法针对性不强。
三、下一步工作安排
一是加强执法队伍建设。二是创新普法方式，增强普法实效。
"""
LINES = TEXT.splitlines()


def page(
    inner: str, head: str = "<title>青山县2023年法治政府建设情况报告_青山县人民政府</title>"
) -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{inner}</body></html>".encode()


MENU = (
    '<div class="nav"><a href="/">首页</a><a href="/a">政务公开</a><a href="/b">政务服务</a></div>'
)
FOOT = '<div class="foot">主办单位：青山县人民政府办公室 网站标识码：0000000000</div>'
BODY = "".join(f"<p>　　{line}</p>" for line in LINES[1:])


def test_a_page_gives_its_paper_without_the_site():
    read = read_bytes_of(page(f"{MENU}<h1>{LINES[0]}</h1><div id='zoom'>{BODY}</div>{FOOT}"))
    assert read.text.splitlines() == LINES
    assert read.encoding == "html"
    assert read.container.title == LINES[0]
    assert read.dropped > 10


def test_inline_elements_join_and_hidden_text_stays_out():
    read = read_bytes_of(
        page(
            f"<h1>{LINES[0]}</h1><div><p>全年审核<b>行政</b><span>规范性文件</span>41件，备案率百分之百，没有一件被撤销。</p>"
            '<p>第一行内容，第一行内容，第一行内容。<br>第二行内容，第二行内容，第二行内容。</p><p style="display: none">隐藏的指令</p></div>'
        )
    )
    assert "全年审核行政规范性文件41件" in read.text
    assert "。\n第二行" in read.text
    assert "隐藏的指令" not in read.text
    assert any("5 个隐藏" in note for note in worded(read.notes))


@pytest.mark.parametrize(
    ("style", "script", "kept"),
    [
        (
            "visibility: hidden; opacity: 0",
            "document.getElementById('body').style.opacity = 1",
            True,
        ),
        ("visibility: hidden", "start('menu')", False),
        ("visibility: hidden", "", False),
        ("display: none", "show('body')", False),  # what is folded away is not the paper
    ],
)
def test_what_a_script_of_the_page_shows_when_all_is_loaded_is_no_hidden_text(style, script, kept):
    raw = page(
        f"<h1>{LINES[0]}</h1><div id='body' style='{style}'>{BODY}</div><script>{script}</script>"
    )
    if kept:
        assert read_bytes_of(raw).text.splitlines() == LINES
    else:
        assert LINES[1] not in read_bytes_of(raw).text


@pytest.mark.parametrize(
    ("shown", "title"),
    [
        (
            "青山县林业局2023年度<br>法治政府建设情况报告",
            "青山县林业局2023年度法治政府建设情况报告",
        ),
        ("青山县2023年法治政府建设情况报告<br>（2024年1月9日）", LINES[0]),
    ],
)
def test_a_title_over_two_lines_is_whole_and_a_date_below_is_not_part_of_it(shown, title):
    raw = page(
        f"<table><tr><td><b>{shown}</b></td></tr><tr><td>{'<br>'.join(LINES[1:])}</td></tr></table>",
        "<title>信息公开</title>",
    )
    assert read_bytes_of(raw).container.title == title


def test_a_row_of_links_is_a_menu():
    menu = (
        "<table><tr>"
        + "".join(f"<td><a href='/{n}'>栏目{n}</a></td>" for n in range(6))
        + "</tr></table>"
    )
    read = read_bytes_of(page(f"<div><div>{menu}</div><h1>{LINES[0]}</h1><div>{BODY}</div></div>"))
    assert read.text.splitlines() == LINES


def test_a_table_of_figures_is_a_row_a_line_and_a_table_for_layout_is_not():
    figures = "<table><tr><th>指标</th><th>2021年</th><th>2022年</th></tr><tr><td><p>收到</p></td><td>141</td><td>168</td></tr></table>"
    read = read_bytes_of(
        page(f"<table><tr><td>{MENU}</td><td><h1>{LINES[0]}</h1>{BODY}{figures}</td></tr></table>")
    )
    assert "指标\t2021年\t2022年\n收到\t141\t168\n" in read.text
    assert LINES[4] in read.text.splitlines()
    assert "首页" not in read.text


def test_gbk_under_a_false_declaration_is_read_right():
    raw = page(f"<h1>{LINES[0]}</h1>{BODY}", "<meta charset=utf-8>").decode().encode("gb18030")
    assert read_bytes_of(raw).text.splitlines() == LINES


def test_a_text_with_tags_and_entities_left_in_it_loses_them_and_keeps_its_lines():
    raw = TEXT.replace("41件", "<b>41</b>&nbsp;件").replace(
        "88件", '<span style="color:red">88</span>件<br>'
    )
    read = read_bytes_of(raw.encode())
    assert "<" not in read.text
    assert "&" not in read.text
    assert len(read.text.splitlines()) >= len(LINES)


def test_page_fields_around_the_text_are_kept_as_what_they_are():
    fields = (
        "<table><tr><td>索引号</td><td>000/2024-1</td><td>发布机构</td><td>青山县司法局</td></tr>"
        "<tr><td>发文字号</td><td>青政〔2024〕3号</td><td>发布日期</td><td>2024-03-01</td></tr></table>"
    )
    read = read_bytes_of(page(f"{MENU}{fields}<h1>{LINES[0]}</h1><div>{BODY}</div>"))
    assert read.container.published == "2024-03-01"
    assert read.container.issuer == "青山县司法局"
    assert read.container.document_number == "青政〔2024〕3号"


def test_a_page_nested_without_end_is_refused_and_not_cut():
    raw = page("<div>" * 50_000 + "文字内容。" + "</div>" * 50_000)
    with pytest.raises(UnreadableFile, match="嵌套过深"):
        read_bytes_of(raw)


NUMBERING = (
    '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
    '<w:lvlText w:val="%1、"/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/>'
    '<w:lvlText w:val="（%2）"/></w:lvl></w:abstractNum>'
    '<w:num w:numId="7"><w:abstractNumId w:val="1"/></w:num>'
)


def numbered(words: str, level: int) -> str:
    return paragraph(words, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="7"/></w:numPr>')


def test_a_word_document_shows_the_numbers_that_word_counts():
    body = (
        numbered("主要举措", 0) + numbered("制度", 1) + numbered("复议", 1)
        + numbered("存在问题", 0) + numbered("力量", 1)
    )  # fmt: skip
    read = read_bytes_of(make_docx(body, numbering=NUMBERING))
    assert read.text.splitlines() == [
        "一、主要举措",
        "（一）制度",
        "（二）复议",
        "二、存在问题",
        "（一）力量",
    ]


def test_insertions_are_in_deletions_and_hidden_words_out_tables_are_rows():
    body = (
        "<w:p><w:r><w:t>审结</w:t></w:r><w:ins><w:r><w:t>41</w:t></w:r></w:ins>"
        "<w:del><w:r><w:delText>39</w:delText></w:r></w:del><w:r><w:t>件</w:t></w:r>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>密</w:t></w:r></w:p>"
        + table([["指标", "2022年"], ["收到", "168"]])
        + "<w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>"
        + paragraph("框里的字")
        + "</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>"
        + paragraph("框里的字")
        + "</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    read = read_bytes_of(make_docx(body))
    assert read.text.splitlines() == ["审结41件", "指标\t2022年", "收到\t168", "框里的字"]
    assert any("3 个隐藏" in note for note in worded(read.notes))


def test_a_printed_pdf_gives_its_paragraphs_back_without_page_numbers():
    read = read_bytes_of(print_pdf(TEXT, lines_a_page=8, head="青山县人民政府"))
    assert read.text.splitlines() == LINES
    assert read.dropped > 0


def test_a_ruled_table_in_a_pdf_is_rows():
    rules = [(100, y, 400, y) for y in (700, 670, 640)] + [
        (x, 640, x, 700) for x in (100, 200, 300, 400)
    ]
    words = [
        (105, 680, "指标"),
        (205, 680, "2021年"),
        (305, 680, "2022年"),
        (105, 650, "收到"),
        (205, 650, "141"),
        (305, 650, "168"),
    ]
    read = read_bytes_of(make_pdf([[(100, 760, "青山县数据"), *words]], size=10, rules=rules))
    assert "指标\t2021年\t2022年\n收到\t141\t168" in read.text


def test_paragraphs_of_a_page_in_two_columns_go_on_in_the_next_column_and_page():
    columns, room, at_most = (40, 310), 17, 6
    lines: list[tuple[int, str]] = []
    for words in LINES[1:]:
        lines.append((28, words[: room - 2]))
        rest = words[room - 2 :]
        lines += [(0, rest[at : at + room]) for at in range(0, len(rest), room)]
    pages: list[list[tuple[float, float, str]]] = []
    for number, (indent, words) in enumerate(lines):
        column, line = divmod(number % (2 * at_most), at_most)
        if number % (2 * at_most) == 0:
            pages.append([(150, 760, LINES[0])] if number == 0 else [])
        pages[-1].append((columns[column] + indent, 700 - 20 * line, words))
    assert read_bytes_of(make_pdf(pages)).text.splitlines() == LINES


def test_a_pdf_without_words_is_called_a_scan():
    with pytest.raises(UnreadableFile, match="扫描件"):
        read_bytes_of(make_pdf([[]]))


CONTAINERS = {
    "utf-8": TEXT.encode(),
    "gb18030": TEXT.encode("gb18030"),
    "utf-16": TEXT.encode("utf-16"),
    "md": ("# " + TEXT).encode(),
    "html": page(f"{MENU}<h1>{LINES[0]}</h1><div>{BODY}</div>{FOOT}"),
    "docx": make_docx("".join(map(paragraph, LINES))),
    "pdf": print_pdf(TEXT),
}


@pytest.mark.parametrize("kind", CONTAINERS)
def test_one_text_in_any_container_is_one_tree(kind):
    want = parse_report(TEXT, "a.txt", "r")
    read = read_bytes_of(CONTAINERS[kind])
    got = parse_report(read.text, "a.txt", "r", read.container)
    headings = [(s.path, s.role) for s in want.sections if s.kind == "heading"]
    assert [(s.path, s.role) for s in got.sections if s.kind == "heading"] == headings
    assert (got.meta.title, got.meta.place, got.meta.issuer, got.meta.year) == (
        want.meta.title, want.meta.place, want.meta.issuer, want.meta.year,
    )  # fmt: skip


def test_an_archive_gives_every_member_with_its_name(tmp_path):
    archive = tmp_path / "年报.zip"
    archive.write_bytes(
        make_zip(
            {
                "青山.txt": TEXT.encode(),
                "图.png": b"\x89PNG",
                "里.zip": make_zip({"a": b"b"}),
                "空.txt": b"",
            }
        )
    )
    found = {r.source: r for r in read_met(MetFile(archive))}
    assert found["青山.txt"].document is not None
    assert found["青山.txt"].origin.endswith("年报.zip!/青山.txt")
    assert found["图.png"].skipped
    assert "压缩包里的压缩包" in found["里.zip"].refused
    assert "空的" in found["空.txt"].refused


def test_names_in_an_archive_from_windows_are_read():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("x")
        info.filename = "报告.txt".encode("gb18030").decode("cp437")
        archive.writestr(info, TEXT)
    raw = bytearray(buffer.getvalue())
    names = [m.name for m in read_zip(bytes(raw))]
    assert names in (["报告.txt"], [info.filename])


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"%PDF-1.4 broken", "PDF"),
        (make_docx(paragraph("字" * 5000))[:300], "损坏|空的|压缩包"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "旧版 Word"),
        (make_docx(""), "没有文字"),
        (b"\x89PNG\r\n", "图片"),
        (b"{\\rtf1 hello}", "RTF"),
        (b'{"text": "\\u4e00", "start": 1}\n', "JSON"),
        (make_zip({"xl/workbook.xml": b"<x/>"}), "Excel"),
        (page("<script>var a = 1</script>"), "没有可读的正文"),
        (
            (
                "5LiA5LqM5LiJ5Zub5LqU5YWt5LiD5YWr5Lmd5Y2B" * 20
                + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/"
            ).encode(),
            "Base64",
        ),
        (("\ue001\ue002" * 300).encode(), "自造字"),
        (("一" * 500).encode(), "同一个字符"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(raw, reason):
    with pytest.raises(UnreadableFile, match=reason) as caught:
        read_bytes_of(raw)
    assert "\n" not in str(caught.value)


def test_hz_is_decoded():
    raw = b"".join(line.encode("hz") + b"\n" for line in LINES)
    assert "行政复议申请88件" in read_bytes_of(raw).text


def test_an_entity_in_a_word_document_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr(
            "word/document.xml", '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
        )
    with pytest.raises(UnreadableFile, match="外部实体"):
        read_bytes_of(buffer.getvalue())


def test_kinds_are_told_by_content():
    assert kind_of(b"  <!-- c --><HTML>")[0] == "html"
    assert kind_of(TEXT.encode("utf-16"))[0] == "txt"
    assert kind_of(make_zip({"a.txt": b"x"}))[0] == "zip"
    assert kind_of(make_docx(paragraph("字")))[0] == "docx"
    assert kind_of(b"BMI is an index of weight and height")[0] == "txt"


def test_the_child_reads_as_this_process_does_and_outlives_a_bad_file():
    child = ReadingChild()
    try:
        raw = CONTAINERS["docx"]
        assert child.read("docx", raw) == read_bytes_of(raw)
        with pytest.raises(UnreadableFile):
            child.read("pdf", b"%PDF-broken")
        assert child.read("docx", raw).text == read_bytes_of(raw).text
    finally:
        child.close()


def test_a_bomb_costs_the_child_its_memory_and_nothing_else():
    bomb = make_docx("<w:p><w:r><w:t>" + "字" * 30_000_000 + "</w:t></w:r></w:p>")
    child = ReadingChild(timeout_s=20, max_memory=300 * 1024 * 1024)
    try:
        with pytest.raises(UnreadableFile, match=r"过大|内存|损坏"):
            child.read("docx", bomb)
        assert child.read("docx", CONTAINERS["docx"]).text
    finally:
        child.close()


def test_a_child_that_takes_too_long_is_stopped():
    child = ReadingChild(timeout_s=0.01)
    try:
        with pytest.raises(UnreadableFile, match="秒"):
            child.read("pdf", print_pdf(TEXT * 40))
    finally:
        child.close()


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_keeps_numbers_and_tables_of_an_old_word_file(tmp_path):
    paper = docx.Document()
    for line in LINES:
        paper.add_paragraph(line)
    paper.add_paragraph("健全制度", style="List Number")
    table = paper.add_table(3, 3)
    rows = (("项目", "2022年", "2023年"), ("收案（件）", "41", "62"), ("审结（件）", "40", "58"))
    for at, row in enumerate(rows):
        for column, words in enumerate(row):
            table.cell(at, column).text = words
    paper.add_paragraph("特此报告。")
    paper.save(tmp_path / "paper.docx")
    profile = (tmp_path / "profile").as_uri()
    order = [
        "soffice",
        "--headless",
        f"-env:UserInstallation={profile}",
        "--convert-to",
        "doc:MS Word 97",
    ]
    subprocess.run(
        [*order, "--outdir", str(tmp_path), str(tmp_path / "paper.docx")], check=True, timeout=200
    )
    read = read_bytes_of((tmp_path / "paper.doc").read_bytes())
    assert read.encoding == "doc"
    if any(note.kind == "read.plainly" for note in read.notes):
        pytest.skip("LibreOffice took too long on this machine")
    assert "1.健全制度" in read.text
    assert "收案（件）\t41\t62" in read.text
    assert all(line in read.text for line in LINES)
