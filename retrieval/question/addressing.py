"""The numbers by which a question points into a report: (五), 第二部分, 第三条, 最后一条, 7月份."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from retrieval.text.numbering import chinese_number

_CN = "一二三四五六七八九十"

StepStyle = Literal["part", "paren", "point"]


class Step(NamedTuple):
    """One step down the section tree: the number ``style`` is written with, and the number.

    A ``part`` is 一、 or 第一部分, a ``paren`` is (一); a ``point`` is whatever comes next below.
    """

    style: StepStyle
    number: int


_STEP = re.compile(
    rf"第(?P<part>[{_CN}]{{1,3}}|[0-9]{{1,2}})(?:个)?(?:大)?(?:部分|章)"
    rf"|(?<![\w])(?P<top>[{_CN}]{{1,3}})、(?=部分|这|里|[”\"’]|说|讲|写|是什么|的)"
    rf"|[（(](?P<paren>[{_CN}]{{1,3}})[）)](?!类|级)"
    rf"|第(?P<point>[{_CN}]{{1,3}}|[0-9]{{1,2}})(?:小节|节|款|条|点|项|个)"
    r"|[（(](?P<digit>[0-9]{1,2})[）)]"
)
_ITEM = re.compile(
    "第([一二三四五六七八九十]{1,2}|[0-9]{1,2})(?!年|次|届|批|部分|章|季|期|名|位|轮|产业|责任|方|者|时间|一责任)"
    "\\s*(?:条|个|项|点|方面|大|类)?(?:问题|不足|短板|计划|打算|举措|措施)?|"
    "\\b(first|second|third|fourth|fifth|sixth) (?:one|item|point|problem|plan)"
)
_LAST = re.compile(
    "倒数第([一二三四五六七八九])(?:条|个|项|点|方面|类)|(?:最后|末尾?)(?:那|的)?[一1]?(?:条|个|项|点|方面|类)|"
    "\\b(?:the )?(last) (?:one|item|point|problem|plan)"
)
_ORDINAL_EN = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6}
_COUNTED = re.compile(
    "(?:哪|这|那)([两二三四五六七八九十]{1,2}|[0-9]{1,2})(?:个|条|项|点|件|方面|类|大|步|种)|"
    "([二三四五六七八九十]{1,2}|[0-9]{1,2})(?:大|个方面|项|条)[^，。]{0,12}(?:都?(?:是|有|包括|分别)|哪|[?？。]?$)"
)
_MONTH = re.compile(
    "(?<![0-9-])(1[0-2]|[1-9]|十[一二]|[一二三四五六七八九十])月(?:份|初|中旬?|底|末|上旬|下旬)?"
    "(?![0-9一二三]{1,2}[日号])"
)


def numeral(words: str) -> int | None:
    """Return 1..999 for a number in digits or Chinese, None for other runs of its characters."""
    return int(words) if words.isdecimal() else chinese_number(words.replace("两", "二"))


def address_of(topic: str) -> tuple[Step, ...]:
    """Return the steps of a numbered place (第三部分的第五条, (三)里的第2点), outermost first.

    A point alone (第二条) is no place of its own: it is an item of the list last shown.
    """
    steps: list[Step] = []
    for match in _STEP.finditer(topic):
        name = match.lastgroup or ""
        number = numeral(match.group(name))
        if number is None:
            return ()
        style: StepStyle = (
            "part" if name in ("part", "top") else "paren" if name == "paren" else "point"
        )
        if style == "point" and not steps:
            return ()
        steps.append(Step(style, number))
    return tuple(steps)


def item_of(topic: str) -> int | None:
    """Return which item is asked for: 1 for the first, -1 for the last, -2 for the one before."""
    last = _LAST.search(topic)
    if last:
        return -(numeral(last.group(1)) or 1) if last.group(1) else -1
    match = _ITEM.search(topic)
    if not match:
        return None
    if match.group(2):
        return _ORDINAL_EN[match.group(2)]
    return numeral(match.group(1))


def count_of(topic: str) -> int | None:
    """Return how many items the question says there are (哪四件事, 八大机制有哪些)."""
    match = _COUNTED.search(topic)
    return numeral(match.group(1) or match.group(2)) if match else None


def month_of(topic: str) -> int | None:
    """Return the one month that a question is about (7月份召开了什么会), not a month in a date."""
    found = {numeral(match.group(1)) for match in _MONTH.finditer(topic)}
    return found.pop() if len(found) == 1 else None
