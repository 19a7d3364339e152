"""The numbering of official documents (公文): what marks a heading or an item.

The order 一、 → (一) → 1. → (1) → ① is that of GB/T 9704-2012, section 7.3.3; the inline
orders (一是…二是…, 第一，…第二，…, 一方面…另一方面…) are habits of the genre. Marks are
found damaged, too: ``)深入推进`` is an (一) whose opening was lost.

Every pattern here is a fixed-length prefix or an alternation of literals, so that a
hostile line costs linear time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Style = Literal[
    "part",  # 第一部分
    "formal",  # 壹、
    "plain",  # 存在的问题, on a line of its own, in a report without 一、
    "article",  # 第一条
    "cn",  # 一、
    "cn_paren",  # (一)
    "named",  # 问题一：
    "num",  # 1.
    "num_paren",  # (1)
    "circled",  # ①
    "is",  # 一是
    "must",  # 一要
    "ordinal",  # 第一，
    "first",  # 首先
    "aspect",  # 一方面
    "among",  # 其一
    "then",  # 一则
]

HEADING_STYLES: tuple[Style, ...] = (
    "part", "formal", "plain", "article", "cn", "cn_paren", "named", "num", "num_paren", "circled",
)  # fmt: skip
_RANK = {style: rank for rank, style in enumerate(HEADING_STYLES)}

_CN = "一二三四五六七八九十"
_BIG = "一二三四五六七八九十百零〇"  # item 100 and beyond
_FORMAL = "壹贰叁肆伍陆柒捌玖拾"  # as on cheques: 壹、 stands above 一、
_BLANK = "[ \t\u3000\xa0\u2003\u2002\u200b\u200c\u200d\u2060\ufeff]"
_OPEN, _CLOSE = "[（(〔﹙]", "[）)〕﹚]"
# 1.5 is a figure, 1.2023年… and 5.6月底前… are headings
_NO_DIGIT = "(?:(?![0-9０-９])|(?=(?:19|20)[0-9]{2}年|[0-9]{1,2}月))"

# A heading's number at the start of a line; group names are styles. Longest forms first.
_LINE_START = re.compile(
    rf"(?P<part>第[{_CN}\d]{{1,3}}(?:部分|章|编|篇)(?:[、，.．:：]|{_BLANK}|(?=[\r\n\u4e00-\u9fff])))"
    rf"|(?P<named>(?:问题|不足|短板|原因|措施|举措|任务|计划|打算)[{_CN}]{{1,2}}[、：:])"
    rf"|(?P<cn_paren>{_OPEN}{_BLANK}{{0,2}}[{_BIG}]{{1,6}}{_BLANK}{{0,2}}{_CLOSE}[、.．]?"
    rf"|[{_BIG}]{{1,6}}{_CLOSE}[、.．]?"
    rf"|{_OPEN}[{_CN}]{{1,3}}(?={_BLANK}|、)[、]?"
    rf"|[㈠-㈩]|[【〖]{_BLANK}{{0,2}}[{_CN}]{{1,3}}{_BLANK}{{0,2}}[】〗]"
    rf"|{_CLOSE}(?={_BLANK}{{0,2}}[\u4e00-\u9fff“《]))"
    rf"|(?P<article>第[{_BIG}\d]{{1,6}}条(?={_BLANK}|[【（(:：]))"
    rf"|(?P<cn>[{_BIG}]{{1,6}}{_BLANK}{{0,2}}(?:[、．.]{{1,2}}(?![{_CN}]{{1,2}}[、产审季级])|[，,:：](?=[\u4e00-\u9fff])"
    rf"|(?<={_BLANK})(?=[\u4e00-\u9fff])))"
    rf"|(?P<formal>[{_FORMAL}]{{1,3}}(?:{_BLANK}{{0,2}}[、．.，,:：]|{_BLANK}{{1,2}}(?=[\u4e00-\u9fff0-9])))"
    rf"|(?P<num_paren>{_OPEN}{_BLANK}{{0,2}}[0-9０-９]{{1,3}}{_BLANK}{{0,2}}{_CLOSE}[、.．]?"
    rf"|[0-9０-９]{{1,3}}{_CLOSE}|[⑴-⒇])"
    rf"|(?P<num>[0-9０-９]{{1,3}}{_BLANK}{{0,2}}\\?[.．、]{_NO_DIGIT}|[⒈-⒛])"
    rf"|(?P<circled>[①-⑳])"
)

# A number inside a line. What stands before it is judged by the caller.
_INLINE = re.compile(
    rf"(?=[{_BIG}第首其再最另（(〔﹙0-9０-９⑴-⒇①-⑳⒈-⒛])(?:"  # what any begins with
    rf"(?P<is>[{_BIG}]{{1,6}}是)"
    rf"|(?P<must>[{_CN}]{{1,3}}要)"
    rf"|(?P<ordinal>第[{_CN}]{{1,2}}(?:[，,：:是]|、(?!第)))"
    rf"|(?P<part>第[{_CN}]{{1,3}}部分(?:[、，.．:：]|{_BLANK}))"
    rf"|(?P<first>(?:首先|其次|再次|最后)是?)"
    rf"|(?P<aspect>另?一方面是?)"
    rf"|(?P<among>其[{_CN}](?=[，,、：:是]))"
    rf"|(?P<then>[{_CN}]则)"
    rf"|(?P<cn_paren>{_OPEN}{_BLANK}?[{_CN}]{{1,3}}{_BLANK}?{_CLOSE}|(?<=[。；;：:])[{_CN}]{{1,3}}{_CLOSE})"
    rf"|(?P<num_paren>{_OPEN}{_BLANK}?[0-9０-９]{{1,2}}{_BLANK}?{_CLOSE}|[⑴-⒇])"
    rf"|(?P<circled>[①-⑳])"
    rf"|(?P<cn>[{_CN}]{{1,3}}{_BLANK}?[、．.](?![{_CN}]{{1,2}}[、产审季级]))"
    rf"|(?P<num>(?<![0-9０-９.])[0-9０-９]{{1,2}}[.．、]{_NO_DIGIT}|[⒈-⒛]))"
)

_PLAIN = str.maketrans(_FORMAL, _CN)
_FIRST = {"首先": 1, "其次": 2, "再次": 3, "最后": 4}


@dataclass(frozen=True, slots=True)
class Marker:
    """A number found in the text: ``number`` is None where damage took it."""

    style: Style
    number: int | None
    start: int
    end: int
    text: str

    @property
    def rank(self) -> int:
        """Depth of the style in GB/T 9704's order; inline styles lie below all of it."""
        return rank(self.style)


def rank(style: Style) -> int:
    """Return the depth of a style, from 0; all inline styles share the deepest."""
    return _RANK.get(style, len(HEADING_STYLES))


def chinese_number(words: str) -> int | None:
    """Return 1..999 for 一..九百九十九, None for a run that is no such numeral (as in 一一)."""
    hundreds, hundred, rest = words.partition("百")
    if hundred:
        if len(hundreds) != 1 or hundreds not in _CN or hundreds == "十":
            return None
        below = chinese_number(rest.lstrip("零〇")) if rest else 0
        return None if below is None else (_CN.index(hundreds) + 1) * 100 + below
    tens, ten, ones = words.partition("十")
    if not all(c in _CN for c in words):
        return None
    if not ten:
        return _CN.index(words) + 1 if len(words) == 1 else None
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return None
    return (_CN.index(tens) + 1 if tens else 1) * 10 + (_CN.index(ones) + 1 if ones else 0)


def chinese_numeral(number: int) -> str:
    """Return 1–999 in Chinese numerals: 一, 十二, 一百零三; others in digits."""
    if not 0 < number < 1000:
        return str(number)
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = f"{_CN[hundreds - 1]}百" if hundreds else ""
    if tens:
        words += ("" if tens == 1 and not hundreds else _CN[tens - 1]) + "十"
    elif hundreds and ones:
        words += "零"
    return words + (_CN[ones - 1] if ones else "")


def _number(style: Style, mark: str) -> int | None:
    if style == "first":
        return _FIRST[mark.rstrip("是")]
    if style == "aspect":
        return 2 if mark.startswith("另") else 1
    for char in mark:
        for base, top in (("①", "⑳"), ("⑴", "⒇"), ("⒈", "⒛"), ("㈠", "㈩")):
            if base <= char <= top:
                return ord(char) - ord(base) + 1
    digits = "".join(c for c in mark if c.isdecimal())
    if digits:
        return int(digits)
    numeral = "".join(c for c in mark.translate(_PLAIN) if c in _BIG)
    return chinese_number(numeral) if numeral else None


def _marker(match: re.Match[str]) -> Marker | None:
    style: Style = match.lastgroup  # type: ignore[assignment]  # groups are named by style
    number = _number(style, match.group())
    if number is None and any(c in _BIG for c in match.group()):
        return None
    return Marker(style, number, match.start(), match.end(), match.group().strip())


def marker_at(text: str, position: int) -> Marker | None:
    """Return the heading number that starts exactly at ``position``, or None."""
    match = _LINE_START.match(text, position)
    return _marker(match) if match else None


def inline_markers(text: str, start: int, end: int) -> list[Marker]:
    """Return every number-like mark in ``text[start:end]``, in order; most are no headings."""
    found = (_marker(match) for match in _INLINE.finditer(text, start, end))
    return [marker for marker in found if marker]


def opens_item(text: str, position: int) -> bool:
    """Return True when a number-like mark, of whatever kind, starts exactly at ``position``."""
    return _INLINE.match(text, position) is not None
