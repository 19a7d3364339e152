"""The lines of a page, told apart: the report's title, its text, its closing, and the page's own.

Pages lose their line breaks, so a title or a signature may stand inside a longer line; both
are cut out as lines of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from retrieval.documents import Span
from retrieval.text.furniture import is_date_line, is_furniture, is_menu_like
from retrieval.text.grids import is_in_grid
from retrieval.text.numbering import marker_at
from retrieval.text.wrapping import join_lines

LineKind = Literal["title", "furniture", "text", "closing"]

_PROSE = re.compile(r"[。；;]|[，,].{8,}")
_BODY = r"(?:人民政府|政府|办事处|管委会|管理委员会|委员会|局|厅|办公室|中心|委|队|社|院)"
_DATE = r"(?:[二〇○O零一三四五六七八九十]{4}|20\d\d) ?年 ?.{1,3}月 ?.{1,3}日"
_SIGNATURE = re.compile(rf"^(?:.{{2,30}}{_BODY}|{_DATE}|.{{2,30}}{_BODY}\s{{0,9}}{_DATE})$")
# what a letter ends with: 特此报告, 以上报告，请予审示, 汇报完毕, 如有不妥，请批评指正
_FORMULA = (
    r"(?:[特专]此[^。，]{0,6}|(?:以上|上述|如上|如有不妥|当否|妥否|[^。，；]{0,4}(?:汇报|报告)完毕)[^。；]{0,16})"
    r"(?:[，,]\s{0,3}(?:敬?请|妥否)[^。；]{0,14})?[。！]?"
)
_FAREWELL = re.compile(rf"^{_FORMULA}$")
_CONTACT = re.compile(r"^[（(]?\s{0,3}(?:联系人|联系电话|联系方式|抄送|抄报)[:：]?[^。]{0,60}$")
_ATTACHED = re.compile(r"^附件?\s?(?:\d|[一二三])?[:：]")
# a signature or farewell at the end of a line of text
_TAIL = re.compile(
    rf"(?<=[。！”）)])\s{{0,30}}(?:{_FORMULA})?\s{{0,30}}"
    rf"(?:[^。，；：、\s]{{2,30}}{_BODY})?\s{{0,30}}(?:{_DATE})?\s*\Z"
)
_TAIL_CHARS = 120
_ATTACHED_LINES = 12  # how far before the end a list of attachments may begin


@dataclass(frozen=True, slots=True)
class PageLine:
    """One line, line end included, or the part of one that is a title or a closing."""

    kind: LineKind
    start: int
    end: int


def page_lines(text: str, title: Sequence[Span]) -> list[PageLine]:
    """Return every line of ``text`` that is not blank, in order, with what it is.

    Furniture is recognised by its words anywhere, and by being no text (short, without a
    sentence, without a number) before the first and behind the last line of the report.
    """
    whole = join_lines(text)
    title = [span for span in title if not _stands_in_prose(text, whole, span)]
    lines = _cut_titles(text, whole, title)
    first, last = _bounds(text, lines, title)
    closing = _closing(text, lines, first, last)
    result: list[PageLine] = []
    for index, (start, end) in enumerate(lines):
        words = text[start:end]
        if any(start <= span.start < end for span in title):
            result.append(PageLine("title", start, end))
        elif is_in_grid(text, start, end):
            result.append(PageLine("text", start, end))
        elif index < first or index > last or is_furniture(words):
            result.append(PageLine("furniture", start, end))
        elif index >= closing:
            result.append(PageLine("closing", start, end))
        elif index == min(last, closing - 1):
            tail = _tail(text, start, end)
            result.append(PageLine("text", start, tail))
            if tail < end:
                result.append(PageLine("closing", tail, end))
        else:
            result.append(PageLine("text", start, end))
    return result


def _stands_in_prose(text: str, lines: Sequence[tuple[int, int]], span: Span) -> bool:
    """Refuse a title found inside a sentence, as in a page without any line break or title."""
    line = next((a for a, b in lines if a <= span.start < b), span.start)
    return bool(_PROSE.search(text, line, span.start))


def _cut_titles(
    text: str, whole: Sequence[tuple[int, int]], title: Sequence[Span]
) -> list[tuple[int, int]]:
    cuts = sorted({p for span in title for p in (span.start, span.end)})
    lines = []
    for start, end in whole:
        inside = [c for c in cuts if start < c < end and text[c:end].strip()]
        lines += [(a, b) for a, b in zip([start, *inside], [*inside, end], strict=True) if b > a]
    return lines


def _bounds(text: str, lines: Sequence[tuple[int, int]], title: Sequence[Span]) -> tuple[int, int]:
    """Return the first and the last line that belong to the report."""
    words = [text[a:b].strip() for a, b in lines]
    after_title = sum(1 for a, _ in lines if title and a <= title[-1].start)
    first = after_title
    while first < len(words) and not _is_text(words[first]):
        first += 1
    if first == len(words):
        return after_title, len(words) - 1
    last = len(words) - 1
    while last > first and not (
        is_in_grid(text, *lines[last])
        or _is_text(words[last])
        or _SIGNATURE.match(words[last])
        or words[last].endswith("。")
    ):
        last -= 1
    return first, last


def _is_text(words: str) -> bool:
    if not words or is_furniture(words) or is_date_line(words):
        return False
    return (
        bool(_PROSE.search(words))
        or marker_at(words, 0) is not None
        or (len(words) > 14 and not is_menu_like(words))
    )


def _closing(text: str, lines: Sequence[tuple[int, int]], first: int, last: int) -> int:
    """Return the index of the line at which the closing (附件, 落款, 特此报告) begins."""
    words = [text[a:b].strip() for a, b in lines[: last + 1]]
    for index in range(max(first + 1, last + 1 - _ATTACHED_LINES), last + 1):
        if _ATTACHED.match(words[index]) and not any("。" in w for w in words[index:]):
            return _signed(words, first, index)
    return _signed(words, first, last + 1)


def _signed(words: Sequence[str], first: int, end: int) -> int:
    while end - 1 > first and (
        is_furniture(words[end - 1])  # the page's buttons stand between and behind
        or any(p.match(words[end - 1]) for p in (_SIGNATURE, _FAREWELL, _CONTACT))
    ):
        end -= 1
    return end


def _tail(text: str, start: int, end: int) -> int:
    match = _TAIL.search(text, max(start, end - _TAIL_CHARS), end)
    return match.start() if match and match.group().strip() else end
