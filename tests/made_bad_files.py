"""Eighty files that are no report or a broken one, as they turn up in folders, and a few made to harm."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

from made_documents import make_docx, make_pdf, make_zip, paragraph, print_pdf

TEXT = """青山县人民政府2023年法治政府建设情况报告
青山县人民政府现将2023年法治政府建设情况报告如下：
一、主要工作
（一）行政复议。全年收到行政复议申请88件，审结80件。
二、存在的问题
一是执法力量不足。二是普法针对性不强。
三、下一步打算
（一）充实执法力量。
"""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BLOCK = b" " * (1 << 20)


def endless(count: int, *, raw: bool = True) -> bytes:
    """Return a deflate stream of ``count`` megabytes of blanks, made in no time."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    first = packer.compress(_BLOCK) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(_BLOCK) + packer.flush(zlib.Z_FULL_FLUSH)
    body = first + again * (count - 1) + packer.flush()
    return body if raw else b"\x78\xda" + body + b"\0\0\0\0"


def stored_member(name: str, packed: bytes, size: int, packed_by: int = 8) -> bytes:
    """Return an archive whose one member says to be of ``size`` bytes."""
    words = name.encode()
    head = struct.pack(
        "<4s5H3L2H", b"PK\3\4", 20, 0x800, packed_by, 0, 0, 0, len(packed), size, len(words), 0
    )
    entry = struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0x800, packed_by, 0, 0, 0, len(packed), size, len(words),
        0, 0, 0, 0, 0, 0,
    )  # fmt: skip
    at = len(head) + len(words) + len(packed)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(entry) + len(words), at, 0)
    return head + words + packed + entry + words + end


def docx_bomb(megabytes: int, *, says: int | None = None) -> bytes:
    """Return a Word document of some kilobytes that unpacks to so many megabytes."""
    packed = endless(megabytes)
    return stored_member("word/document.xml", packed, (says or megabytes) << 20)


def pdf_bomb(megabytes: int) -> bytes:
    """Return a PDF whose one page unpacks to so many megabytes."""
    stream = endless(megabytes, raw=False)
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    return _pdf(parts)


def locked_pdf(password: str, text: str = TEXT) -> bytes:
    """Return a PDF locked with a user's password; with an empty one it opens for anybody."""
    lines = [line for line in text.split("\n") if line]
    plain = make_pdf([[(72, 750 - 20 * n, line) for n, line in enumerate(lines)]])
    bodies = [
        part.split(b" obj\n", 1)[1].split(b"\nendobj")[0]
        for part in plain.split(b"xref\n")[0].split(b"\nendobj\n")
        if b" obj\n" in part
    ]
    pad = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    owner = _rc4(hashlib.md5((b"owner" + pad)[:32]).digest()[:5], (password.encode() + pad)[:32])
    name = b"0123456789abcdef"
    rights = struct.pack("<i", -4)
    key = hashlib.md5((password.encode() + pad)[:32] + owner + rights + name).digest()[:5]
    made = []
    for number, body in enumerate(bodies, start=1):
        head, stream, rest = body.partition(b"stream\n")
        if stream:
            own = hashlib.md5(key + struct.pack("<I", number)[:3] + b"\0\0").digest()[:10]
            inside = rest.rsplit(b"\nendstream", 1)[0]
            body = head + stream + _rc4(own, inside) + b"\nendstream"
        made.append(body)
    made.append(
        b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>"
        % (owner.hex().encode(), _rc4(key, pad).hex().encode())
    )
    mark = name.hex().encode()
    return _pdf(made, b"/Encrypt %d 0 R /ID [<%s> <%s>]" % (len(made), mark, mark))


def _rc4(key: bytes, words: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    i = j = 0
    out = bytearray()
    for byte in words:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def _pdf(bodies: list[bytes], trailer: bytes = b"") -> bytes:
    out, places = bytearray(b"%PDF-1.5\n"), []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF" % (
        len(bodies) + 1, trailer, start,
    )  # fmt: skip
    return bytes(out)


def page(body: str, head: str = "") -> bytes:
    """Return a web page."""
    return f"<html><head>{head}</head><body>{body}</body></html>".encode()


def _noise(size: int, seed: bytes) -> bytes:
    made = b""
    while len(made) < size:
        seed = hashlib.sha256(seed).digest()
        made += seed
    return made[:size]


def bad_files() -> Iterator[tuple[str, bytes]]:
    """Yield file names with their bytes; none is to become a report."""
    docx, pdf = make_docx(paragraph("字" * 5000)), print_pdf(TEXT * 3)
    for ending in ("txt", "md", "html", "pdf", "docx", "doc", "wps", "zip"):
        yield f"empty.{ending}", b""
        yield f"blank.{ending}", b"\xef\xbb\xbf \r\n\t\n \xe3\x80\x80\n"
    for ending in ("txt", "html", "pdf", "docx", "doc", "zip"):
        yield f"noise.{ending}", _noise(6000, ending.encode())
        yield f"picture.{ending}", b"\x89PNG\r\n\x1a\n" + _noise(3000, b"png")
        yield f"zeros.{ending}", b"\0" * 4096
    for ending in ("pdf", "docx", "doc", "zip"):
        yield f"two_bytes.{ending}", b"ab"
    for cut in (2, 3, 10):
        yield f"cut_{cut}.docx", docx[: len(docx) // cut]
    yield "half.pdf", b"%PDF-1.5\n" + pdf[len(pdf) // 2 :]
    yield "head_only.pdf", b"%PDF-1.7\n"
    yield "locked.pdf", locked_pdf("secret")
    yield "scan.pdf", make_pdf([[], [], []])
    yield "bomb.pdf", pdf_bomb(400)
    yield "bomb_75.docx", docx_bomb(75)
    yield "bomb_2048.docx", docx_bomb(2048)
    yield "bomb_lying.docx", docx_bomb(300, says=1)
    yield "no_body.docx", make_zip({"word/_rels/x.rels": b"<x/>"})
    yield "broken_xml.docx", make_zip({"word/document.xml": b"<w:document><w:body>"})
    yield "pictures_only.docx", make_docx("<w:p><w:r/></w:p>")
    entity = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>'
    yield "entity.docx", make_zip({"word/document.xml": entity.encode()})
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><x>&l9;</x>'
    yield "laughs.docx", make_zip({"word/document.xml": bomb.encode()})
    yield "old_head.doc", _OLE + b"\0" * 600
    yield "old_noise.doc", _OLE + _noise(9000, b"ole")
    yield "old_sheet.doc", _OLE + b"\0" * 600 + "Workbook".encode("utf-16-le") + b"\0" * 600
    yield "sheet.docx", make_zip({"xl/workbook.xml": b"<x/>"})
    yield "slides.docx", make_zip({"ppt/presentation.xml": b"<x/>"})
    yield "form.docx", make_zip({"OFD.xml": b"<x/>"})
    kind = b"application/vnd.oasis.opendocument.text"
    yield "open.docx", stored_member("mimetype", kind, len(kind), packed_by=0)
    yield "rich.doc", b"{\\rtf1\\ansi hello}"
    yield "packed.txt", b"\x1f\x8b" + _noise(500, b"gz")
    yield "rar.zip", b"Rar!\x1a\x07\0" + _noise(500, b"rar")
    yield "seven.zip", b"7z\xbc\xaf\x27\x1c" + _noise(500, b"7z")
    yield "no_members.zip", make_zip({})
    yield "nested.zip", make_zip({"a.zip": make_zip({"b.txt": TEXT.encode()})})
    yield "too_many.zip", make_zip({f"{n}.txt": b"x" for n in range(2500)})
    yield "lying.zip", stored_member("报告.txt", endless(200), 10)
    yield "huge.zip", stored_member("报告.txt", endless(50), 4000 << 20)
    yield "base64.txt", b"5LiA5LqM5LiJ5Zub5LqU5YWt5LiD5YWr5Lmd5Y2BabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/" * 12  # fmt: skip
    yield "private.txt", ("\ue001\ue002" * 300).encode()
    yield "one_letter.txt", ("一" * 500).encode()
    yield "lone_mark.txt", b"\xff\xfe"
    yield "false_mark.txt", b"\xff\xfe" + TEXT.encode()[:301]
    yield (
        "half_broken.txt",
        bytes(b ^ (0x80 if n % 9 == 0 else 0) for n, b in enumerate(TEXT.encode())),
    )
    yield "wide_cut.txt", TEXT.encode("utf-32-le")[:-3]
    yield "big5.txt", "臺灣銀行經濟研究室".encode("big5") * 40
    yield "script_only.html", page("<script>var a = 1</script>")
    yield "hidden_only.html", page(f'<div style="display:none">{TEXT}</div>')
    yield "frames.html", b"<html><frameset><frame src='a.htm'></frameset></html>"
    yield "menu_only.html", page("".join(f"<a href='{n}'>栏目{n}</a> " for n in range(60)))
    yield "deep.html", b"<html><body>" + b"<div>" * 50_000 + TEXT.encode() + b"</body></html>"
    yield "mail.txt", b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n" + TEXT.encode()
    yield "sound.txt", b"ID3" + _noise(700, b"mp3")
    yield "film.txt", b"\0\0\0\x18ftypmp42" + _noise(700, b"mp4")
    yield "program.txt", b"\x7fELF" + _noise(700, b"elf")
    yield "base.txt", b"SQLite format 3\0" + _noise(700, b"db")
    yield "print.txt", b"%!PS-Adobe-3.0\n" + _noise(200, b"ps")
    yield "sheet.xlsx", b"ab"
    yield "words.xlsx", TEXT.encode()
    yield "table.csv", "项目,数量\n复议,88\n".encode()
    yield "note.txt", b"ok"


def zip_with_lock() -> bytes:
    """Return an archive whose member is marked as locked."""
    raw = bytearray(make_zip({"报告.txt": TEXT.encode()}))
    at = raw.find(b"PK\1\2")
    raw[6] |= 1
    raw[at + 8] |= 1
    with zipfile.ZipFile(io.BytesIO(bytes(raw))) as archive:
        assert archive.infolist()[0].flag_bits & 1
    return bytes(raw)
