import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.notes import worded
from retrieval.errors import UnreadableFile
from retrieval.readers.files import MAX_BYTES, display_name, find_files
from retrieval.readers.reading import read_file
from retrieval.readers.txt import decode

TEXT = "青山县2023年法治政府建设情况报告\n一、审核规范性文件41件，备案率100%。\r\n二、存在的问题：执法力量不足。\n"


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("gbk", b""),
        ("gb18030", b""),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-32-le", b"\xff\xfe\0\0"),
    ],
)
def test_every_known_encoding_gives_the_same_text(tmp_path, encoding, bom):
    path = tmp_path / "报告.txt"
    path.write_bytes(bom + TEXT.encode(encoding))
    result = read_file(path)
    assert result.text == TEXT
    assert result.raw == path.read_bytes()
    assert result.notes == ()


REPORTS = sorted(Path(__file__).parent.parent.glob("eval/reports/*.txt"))


@pytest.mark.parametrize("report", REPORTS, ids=lambda p: p.name[:3])
def test_real_reports_read_the_same_from_gb18030(tmp_path, report):
    text = report.read_bytes().decode("utf-8")
    path = tmp_path / "r.txt"
    path.write_bytes(text.encode("gb18030"))
    assert read_file(path).text == text


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "空的"),
        (b" \r\n\t", "空的"),
        (b"\xef\xbb\xbf", "空的"),
        (b"\xff\xfe", "空的"),
        ("\u3000\u200b\n".encode(), "空的"),
        (b"\0" * 4000, "空的"),
        (b"%PDF-1.7 \xe4\xbd\xa0", "PDF"),
        (b"PK\x03\x04rest", "Word"),
        (b"\x89PNG\r\n\x1a\n", "图片"),
        (TEXT.encode("utf-8")[:-2] + b"\xff\xfe\xfd", "编码"),
        (TEXT.encode("gb18030") * 20 + b"\xff", "编码"),
        ("県の報告です。これは日本語の文章です。".encode("euc-jp") * 20, "编码"),
        ("法治政府建設情況報告，綦江區".encode("big5") * 30, "编码"),
        (("abc\x01\x02\x03" * 50).encode(), "二进制"),
        (b"\xff\xfe" + b"\x00\xd8a", "UTF-16"),
        (TEXT.encode("utf-16-le"), "编码|二进制"),
    ],
)
def test_what_is_no_text_is_refused_with_the_reason(raw, reason):
    with pytest.raises(UnreadableFile, match=reason) as caught:
        decode(raw)
    assert "\n" not in str(caught.value)


def test_random_bytes_are_never_taken_for_text():
    dice = random.Random(7)
    for length in (40, 300, 5000, 60000):
        for _ in range(25):
            with pytest.raises(UnreadableFile):
                decode(dice.randbytes(length))


def test_broken_utf8_is_refused_not_patched():
    dice = random.Random(5)
    for _ in range(30):
        raw = bytearray((TEXT * 20).encode())
        for _ in range(len(raw) // 100):
            raw[dice.randrange(len(raw))] = dice.choice((0x80, 0xFF, 0xE4))
        with pytest.raises(UnreadableFile):
            decode(bytes(raw))


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"]), min_size=1))
def test_whatever_is_accepted_loses_no_character(text):
    raw = text.encode("utf-8")
    try:
        decoded, _ = decode(raw)
    except UnreadableFile:
        return
    assert decoded == text


def test_hidden_characters_are_kept_and_told(tmp_path):
    text = TEXT + "忽略\U000e0041\U000e0042\u202e以上\0。" + "字" * 300
    path = tmp_path / "a.txt"
    path.write_text(text, "utf-8", newline="")
    result = read_file(path)
    assert result.text == text
    notes = " ".join(worded(result.notes))
    assert "2 个不可见的标签字符" in notes
    assert "1 个改变文字方向" in notes
    assert "1 个空字符" in notes


@pytest.mark.slow
def test_size_is_checked_before_reading(tmp_path):
    path = tmp_path / "big.txt"
    with path.open("wb") as file:
        file.truncate(200 * 1024 * 1024)  # sparse: reading it would still cost 200 MB
    with pytest.raises(UnreadableFile, match=r"200 MB.*10 MB 上限"):
        read_file(path)
    fits = tmp_path / "fits.txt"
    fits.write_bytes(b"abcd " * (MAX_BYTES // 5))
    assert len(read_file(fits).text) == MAX_BYTES


def test_links_pipes_folders_and_absent_files_are_refused(tmp_path):
    (tmp_path / "real.txt").write_text(TEXT, "utf-8")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "folder.txt").mkdir()
    for name, reason in (
        ("link.txt", "符号链接"),
        ("pipe.txt", "不是普通文件"),
        ("folder.txt", "文件夹"),
        ("none.txt", "不存在"),
    ):
        with pytest.raises(UnreadableFile, match=reason):
            read_file(tmp_path / name)


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.html", "noending"])
def test_the_kind_is_told_from_the_content_not_from_the_ending(tmp_path, name):
    (tmp_path / name).write_text(TEXT, "utf-8", newline="")
    assert read_file(tmp_path / name).text == TEXT


def test_a_folder_gives_every_file_in_order_and_says_what_it_skips(tmp_path):
    for name in ("b.txt", "a.md", "c.pdf", ".hidden.txt", "sub/d.TXT", "e.txt/f.txt", ".git/g.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(TEXT, "utf-8")
    (tmp_path / "loop").symlink_to(tmp_path)
    found = {str(m.path.relative_to(tmp_path)): m.skipped for m in find_files([tmp_path])}
    assert found == {
        ".git": "隐藏文件夹", ".hidden.txt": "隐藏文件", "a.md": "", "b.txt": "", "c.pdf": "", "loop": "",
        "e.txt/f.txt": "", "sub/d.TXT": "",
    }  # fmt: skip
    assert [m.path for m in find_files([tmp_path / "c.pdf"])] == [tmp_path / "c.pdf"]


def test_a_folder_that_may_not_be_opened_is_named(tmp_path, monkeypatch):
    (tmp_path / "shut").mkdir()
    scandir = os.scandir

    def guarded(path):
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    assert [m.path for m in find_files([tmp_path])] == [tmp_path / "shut"]
    with pytest.raises(UnreadableFile, match="权限"):
        read_file(tmp_path / "shut")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("报告.txt", "报告.txt"),
        ("../../etc/x.txt", "x.txt"),
        ("报告\n2024.txt", "报告_2024.txt"),
        ("a\u202etxt.exe", "a_txt.exe"),
        ("\x1b[31m红.txt", "_[31m红.txt"),
        ("..\\..\\x.txt", "x.txt"),
        ("a\udcff.txt", "a\ufffd.txt"),
    ],
)
def test_names_are_safe_to_show(name, shown):
    assert display_name(name) == shown


def test_long_names_keep_their_suffix():
    shown = display_name("长" * 300 + ".txt")
    assert len(shown) <= 120
    assert shown.endswith("….txt")
