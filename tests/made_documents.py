"""Small files of every kind, made by hand: what a reader must get out of them is plain to see."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from html import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def make_docx(body: str, *, numbering: str = "", styles: str = "", footnotes: str = "") -> bytes:
    """Return a Word document with this XML inside ``w:body``."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        for name, root, inside in (
            ("document", "document", f"<w:body>{body}</w:body>"),
            ("numbering", "numbering", numbering),
            ("styles", "styles", styles),
            ("footnotes", "footnotes", footnotes),
        ):
            if inside:
                xml = (
                    f'<w:{root} xmlns:w="{W}" '
                    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
                    f"{inside}</w:{root}>"
                )
                package.writestr(f"word/{name}.xml", f'<?xml version="1.0"?>{xml}')
    return buffer.getvalue()


def paragraph(words: str, properties: str = "") -> str:
    """Return a paragraph of one run."""
    pr = f"<w:pPr>{properties}</w:pPr>" if properties else ""
    return f'<w:p>{pr}<w:r><w:t xml:space="preserve">{escape(words)}</w:t></w:r></w:p>'


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return a table."""
    cells = "".join(
        "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) + "</w:tr>"
        for row in rows
    )
    return f"<w:tbl>{cells}</w:tbl>"


def make_pdf(
    pages: Sequence[Sequence[tuple[float, float, str]]],
    *,
    size: float = 14,
    rules: Sequence[tuple[float, float, float, float]] = (),
    tiny: Sequence[tuple[float, float, str]] = (),
    white: Sequence[tuple[float, float, str]] = (),
) -> bytes:
    """Return a PDF whose pages hold (x, y, words) in a Chinese font that is not embedded.

    ``rules`` are lines (x0, y0, x1, y1) drawn on every page. Every character is ``size`` wide.
    ``tiny`` and ``white`` are words on every page that nobody can see.
    """
    objects: list[bytes] = []

    def add(words: str | bytes) -> int:
        objects.append(words.encode() if isinstance(words, str) else words)
        return len(objects)

    add("<< /Type /Catalog /Pages 2 0 R >>")
    add("")  # the pages, once they are known
    add(
        "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
        "/DescendantFonts [4 0 R] >>"
    )
    add(
        "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /DW 1000 /CIDSystemInfo "
        "<< /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> /FontDescriptor 5 0 R >>"
    )
    add(
        "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [0 -200 1000 900] "
        "/ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>"
    )
    kids = []
    for page in pages:
        drawn = "".join(f"{a} {b} m {c} {d} l S\n" for a, b, c, d in rules)
        for colour, points, placed in (("", size, page), ("", 1, tiny), ("1 1 1 rg ", size, white)):
            for x, y, words in placed:
                code = words.encode("utf-16-be").hex()
                drawn += f"BT {colour}/F1 {points} Tf 1 0 0 1 {x} {y} Tm <{code}> Tj ET\n"
        stream = drawn.encode()
        content = add(b"<< /Length %d >>\nstream\n" % len(stream) + stream + b"\nendstream")
        kids.append(
            add(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font "
                f"<< /F1 3 0 R >> >> /Contents {content} 0 R >>"
            )
        )
    listed = " ".join(f"{kid} 0 R" for kid in kids)
    objects[1] = f"<< /Type /Pages /Kids [{listed}] /Count {len(kids)} >>".encode()
    out = bytearray(b"%PDF-1.5\n")
    places = []
    for number, words in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + words + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
    return bytes(out)


def print_pdf(text: str, *, columns: int = 32, lines_a_page: int = 40, head: str = "") -> bytes:
    """Return a text as an office prints it: first lines set in, wrapped, page numbers below."""
    lines: list[tuple[float, str]] = []
    for number, line in enumerate(text.split("\n")):
        words = line.strip()
        if not words:
            continue
        indent = 0 if number == 0 else 2
        while words:
            room = columns - indent
            lines.append((72 + indent * 14, words[:room]))
            words, indent = words[room:], 0
    pages = []
    for first in range(0, len(lines), lines_a_page):
        page = [
            (x, 750 - 17 * n, words)
            for n, (x, words) in enumerate(lines[first : first + lines_a_page])
        ]
        if head:
            page.insert(0, (220, 800, head))
        pages.append([*page, (280, 40, f"— {len(pages) + 1} —")])
    return make_pdf(pages)


def make_zip(members: dict[str, bytes]) -> bytes:
    """Return an archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in members.items():
            archive.writestr(name, raw)
    return buffer.getvalue()
