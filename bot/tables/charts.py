"""A table as a picture: bars where it compares figures, the table itself where it does not.

Uses Pillow and the first Chinese font found: one installed with the system, else Noto Sans CJK
(OFL) from the package ``manimgx-fonts-cjk``, which ``pip install 'baogao[charts]'`` brings.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bot.table import Cell, Row, Table
from bot.tables.comparison import comparable
from retrieval.errors import BaogaoError

WIDTH = 1200
MAX_BARS = 40
_MARGIN, _BAR, _GAP, _LABEL = 40, 30, 16, 420
_INK, _FAINT, _FILL, _RULE = "#1f2933", "#7b8794", "#2f6f9f", "#cbd2d9"
_SYSTEM_FONTS = (
    "/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts",
    "/System/Library/Fonts", "/Library/Fonts", "C:/Windows/Fonts",
)  # fmt: skip
_FONT_NAMES = (
    "NotoSansCJK-Regular.ttc", "NotoSansSC-Regular.otf", "SourceHanSansCN-Regular.otf",
    "SourceHanSansSC-Regular.otf", "wqy-microhei.ttc", "wqy-zenhei.ttc", "msyh.ttc", "simhei.ttf",
    "PingFang.ttc", "STHeiti Medium.ttc", "DroidSansFallbackFull.ttf",
)  # fmt: skip
Font = ImageFont.FreeTypeFont


def picture(table: Table, title: str) -> bytes:
    """Return the bytes of a PNG: a chart of each column of figures, else the table set in type.

    Raises ``BaogaoError`` with what to do where no Chinese font is found.
    """
    numeric = [i for i, column in enumerate(table.columns) if column.numeric]
    image = _bars(table, numeric, title) if numeric else _grid(table, title)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


# ---- bars -----------------------------------------------------------------------------------


def _bars(table: Table, columns: Sequence[int], title: str) -> Image.Image:
    """Draw one group of bars a column, longest first; figures that do not compare are grey."""
    groups = [_ranked(table, index) for index in columns]
    height = 2 * _MARGIN + 50 + sum(60 + len(group) * (_BAR + _GAP) for group in groups) + 30
    image = Image.new("RGB", (WIDTH, height), "white")
    draw = ImageDraw.Draw(image)
    top = _heading(draw, title)
    for index, group in zip(columns, groups, strict=True):
        draw.text((_MARGIN, top), table.columns[index].name, fill=_INK, font=_font(24))
        top += 44
        most = max(
            (cell.value for _, cell, same in group if same and cell.value), default=Decimal(1)
        )
        for row, cell, same in group:
            _bar(draw, top, row, cell, share=float((cell.value or 0) / most) if same else 0.0)
            top += _BAR + _GAP
        top += 16
    draw.text(
        (_MARGIN, height - _MARGIN),
        "数字均摘自各报告原文；灰色为口径或单位不同、未参与比较",
        fill=_FAINT,
        font=_font(18),
    )
    return image


def _ranked(table: Table, index: int) -> list[tuple[Row, Cell, bool]]:
    said = [(row, cell) for row, cell in table.column(index) if cell.cite]
    alike, others = comparable(said, table.columns[index].measure)
    alike.sort(key=lambda pair: pair[1].value or Decimal(0), reverse=True)
    ranked = [(row, cell, True) for row, cell in alike]
    return (ranked + [(row, cell, False) for row, cell, _ in others])[:MAX_BARS]


def _bar(draw: ImageDraw.ImageDraw, top: int, row: Row, cell: Cell, *, share: float) -> None:
    font = _font(20)
    draw.text((_MARGIN, top + 2), _fit(row.label, font, _LABEL - 20), fill=_INK, font=font)
    left, room = _MARGIN + _LABEL, WIDTH - 2 * _MARGIN - _LABEL - 170
    length = max(int(room * min(max(share, 0.0), 1.0)), 2)
    draw.rectangle((left, top, left + length, top + _BAR), fill=_FILL if share else _RULE)
    draw.text((left + length + 10, top + 2), cell.text, fill=_INK if share else _FAINT, font=font)


# ---- the table in type ----------------------------------------------------------------------


def _grid(table: Table, title: str) -> Image.Image:
    font = _font(20)
    label = 260
    wide = (WIDTH - 2 * _MARGIN - label) // max(len(table.columns), 1)
    head = ["报告", *(column.name for column in table.columns)]
    body = [[row.label, *(cell.text for cell in row.cells)] for row in table.rows[:MAX_BARS]]
    widths = [label, *[wide] * len(table.columns)]
    lines = [
        [_broken(text, font, w - 20) for text, w in zip(row, widths, strict=True)]
        for row in (head, *body)
    ]
    heights = [max(len(cell) for cell in row) * 30 + 16 for row in lines]
    image = Image.new("RGB", (WIDTH, sum(heights) + 2 * _MARGIN + 60), "white")
    draw = ImageDraw.Draw(image)
    top = _heading(draw, title)
    for row, height in zip(lines, heights, strict=True):
        left = _MARGIN
        for cell, w in zip(row, widths, strict=True):
            for number, line in enumerate(cell):
                draw.text((left, top + 8 + 30 * number), line, fill=_INK, font=font)
            left += w
        top += height
        draw.line((_MARGIN, top, WIDTH - _MARGIN, top), fill=_RULE)
    return image


def _heading(draw: ImageDraw.ImageDraw, title: str) -> int:
    font = _font(28)
    draw.text((_MARGIN, _MARGIN), _fit(title, font, WIDTH - 2 * _MARGIN), fill=_INK, font=font)
    return _MARGIN + 56


def _fit(text: str, font: Font, width: int) -> str:
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"


def _broken(text: str, font: Font, width: int) -> list[str]:
    lines, line = [], ""
    for char in text:
        if line and font.getlength(line + char) > width and char not in "，。；：、）》”":
            lines.append(line)
            line = ""
        line += char
    return [*lines, line]


# ---- the font -------------------------------------------------------------------------------


@lru_cache(maxsize=16)
def _font(size: int) -> Font:
    path, index = _font_file()
    font = ImageFont.truetype(str(path), size, index=index)
    with suppress(OSError):  # a font of one weight has none to choose
        font.set_variation_by_name("Regular")
    return font


@lru_cache(maxsize=1)
def _font_file() -> tuple[Path, int]:
    """Return a font file with Chinese type and the face in it to use."""
    for path in _candidates():
        try:
            return path, _simplified_face(path)
        except OSError:
            continue
    raise BaogaoError("没有找到中文字体，画不了图；请运行 pip install 'baogao[charts]'")


def _candidates() -> Iterator[Path]:
    spec = find_spec("manimgx_fonts_cjk")
    if spec is not None and spec.origin:
        yield from sorted(Path(spec.origin).parent.glob("*.tt[cf]"))
    for folder in _SYSTEM_FONTS:
        root = Path(folder).expanduser()
        if root.is_dir():
            found = {path.name: path for path in root.rglob("*.[to]t[cf]")}
            yield from (found[name] for name in _FONT_NAMES if name in found)


def _simplified_face(path: Path) -> int:
    """Return the number of the face with mainland forms in a collection, 0 for a single font."""
    for index in range(10):
        try:
            name = ImageFont.truetype(str(path), 12, index=index).getname()[0] or ""
        except OSError:
            break
        if name.endswith(" SC"):
            return index
    ImageFont.truetype(str(path), 12)
    return 0
