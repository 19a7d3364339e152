"""Which lines of a page are the paper's: the smallest block that holds nearly all its prose.

The block is never narrowed to lose a paragraph: it is widened for as long as that brings more
prose than menus. Title, issuer, date and number are read from what stands around it.
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from retrieval.readers.values import Container
from retrieval.text.furniture import is_furniture
from retrieval.text.numbering import marker_at


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page: ``linked`` of its characters are links', ``path`` the blocks around it.

    ``heading`` is ``h1``…``h6`` or empty, ``area`` ``nav``, ``footer``, ``aside`` or empty; ``row`` is
    True for a table's row.
    """

    text: str
    linked: int
    path: tuple[int, ...]
    heading: str
    area: str
    row: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The lines of a page, the values of its ``meta`` by lower-case name, and its ``title``."""

    lines: Sequence[Line]
    metas: dict[str, str]
    title: str


_SHARE = 0.95
_PROSE = re.compile("[。；]|[，,、：:].{12,}")
_SITE = re.compile(
    "(?:网|网站|门户|平台|频道|首页|主页|欢迎您?|政府网|栏目|系统)$|^(?:首页|网站|您?当前|今天是|欢迎|Copyright)|门户网站|政务网"
)
_NAVIGATION = re.compile(
    "^(?:上|下)一(?:篇|条|页)|^(?:Copyright|©|欢迎(?:您|访问|光临)|今天是|微信|微博|抖音|首页|主页|返回|打印|关闭|分享|扫一扫|字体|字号|视力保护|无障碍|繁体|简体|登录|注册|当前位置|您?的?位置|相关(?:链接|文档|新闻|阅读|附件)|热点|推荐阅读|【)|浏览次数|点击数|点击量|阅读次数"
)
_ATTACHMENT = re.compile(r"^附件|\.(?:docx?|wps|pdf|xlsx?|zip|rar|ofd)\b", re.IGNORECASE)
_SPLIT_TITLE = re.compile(r"\s*[_|｜»>]\s*|\s+[-–—]+\s+|--+|[-–—](?=[^\d]{2,})")
DATE = re.compile(r"(20\d\d)\s*[-年/.]\s*(\d{1,2})\s*[-月/.]\s*(\d{1,2})")
_LABELLED = re.compile(
    r"(?P<label>发\s?布\s?(?:时\s?间|日\s?期)|发布于|公开(?:时间|日期)|成文(?:时间|日期)|生成(?:时间|日期)|更新(?:时间|日期)|"
    r"发文(?:时间|日期)|印发(?:时间|日期)|日\s?期|时\s?间|发\s?布\s?机\s?构|发布单位|公开机构|发文机关|发文机构|制发机关|发文单位|信息来源|文章来源|来\s?源|"
    r"公开主体|责任单位|发布部门|文\s?号|发文字号|文件编号|发文文号)[ \u3000]{0,4}[】\]]?[ \u3000]{0,4}[:：\t ][ \u3000\t]{0,4}(?=(?P<value>[^\t\n|｜]{1,60}))"
)
_BODY_NAME = re.compile(
    "[\u4e00-\u9fff]{2,40}?(?:人民政府办公室|人民政府办公厅|人民政府|委员会|办公室|办公厅|管理处|管委会|办事处|分局|总局|局|厅|委|办|中心|院|镇|乡|街道|政府)(?![\u4e00-\u9fff])"
)
NUMBER = re.compile(
    r"[\u4e00-\u9fffa-zA-Z]{1,14}\s?[〔\[（(【〈]\s?20\d\d\s?[〕\]）)】〉]\s?第?\s?\d{1,5}\s?号"
)
_META_TITLE = ("articletitle", "article_title", "dc.title", "og:title", "contenttitle")
_META_DATE = ("pubdate", "publishdate", "article:published_time", "dc.date", "firstpublishedtime")
_META_ISSUER = ("contentsource", "author", "source", "article:author", "mediaid")
_DATE_ORDER = ("发布", "公开", "成文", "印发", "发文", "生成", "日期", "时间", "更新")
_ISSUER_ORDER = (
    "发布机构",
    "发布单位",
    "公开机构",
    "发文",
    "制发",
    "公开主体",
    "责任单位",
    "发布部门",
    "来源",
)


def choose_lines(page: Page) -> tuple[list[str], Container]:
    """Return the lines of the paper, its title first, and what the page says of it."""
    lines = page.lines
    inside = _region(lines)
    kept = [i for i in inside if not _is_the_sites(lines[i])]
    first = kept[0] if kept else 0
    around = [line.text for i, line in enumerate(lines) if i not in set(kept)]
    # A label may stand on a line of its own, its value on the next.
    head = re.sub(r"([：:])\s*\n\s*", r"\1", "\n".join(around[: first + 40]))
    title = _title(page, first)
    container = Container(
        title,
        _site(page),
        _published(page.metas, head, [line.text for line in lines[max(0, first - 6) : first]]),
        _issuer(page.metas, head),
        _number(head),
    )
    words = [lines[i].text for i in kept]
    start = "".join("".join(words[:8]).split())
    if title and "".join(title.split()) not in start:
        words.insert(0, title)
    elif not title:
        words[:0] = [ln.text for ln in _lines_above(lines, first) if ln.text not in words[:5]]
    return words, container


def _weight(line: Line) -> int:
    """Return how much prose a line holds: none if it is links or the site's own words."""
    if line.area in ("nav", "footer") or is_furniture(line.text):
        return 0
    if line.linked * 2 > len(line.text) or (line.row and _is_field_row(line.text)):
        return 0
    sentence = "。" in line.text or "；" in line.text
    if not sentence and (_NAVIGATION.search(line.text) or sum(map(line.text.count, ":：")) > 1):
        return 0  # a menu, or fields on one line
    numbered = marker_at(line.text, 0) is not None and len(line.text) > 6
    long = sum("一" <= char <= "鿿" for char in line.text) > 45  # many short words are a menu
    return len(line.text) if _PROSE.search(line.text) or numbered or long else 0


def _row_weight(line: Line) -> int:
    return len(line.text) if line.row and not line.linked and not _is_field_row(line.text) else 0


def _region(lines: Sequence[Line]) -> list[int]:
    """Return the indexes of the lines in the paper's block; all lines where there is no prose."""
    weights = [_weight(line) for line in lines]
    total = sum(weights)
    if not total:
        return list(range(len(lines)))
    by_block: dict[int, int] = defaultdict(int)
    parents: dict[int, int] = {}
    for line, weight in zip(lines, weights, strict=True):
        for depth, block in enumerate(line.path):
            by_block[block] += weight
            if depth:
                parents[block] = line.path[depth - 1]
    holding = [block for block, weight in by_block.items() if weight >= total * _SHARE]
    # Blocks are numbered in document order: of nested ones the innermost has the highest number.
    block = max(holding, default=0)
    if not block:
        return list(range(len(lines)))
    best = block
    while block in parents:
        outer = parents[block]
        added = [i for i, line in enumerate(lines) if outer in line.path and best not in line.path]
        prose = sum(weights[i] or _row_weight(lines[i]) for i in added)
        rest = sum(len(lines[i].text) for i in added)
        if prose and prose * 2 >= rest:
            best = outer
        block = outer
    return [i for i, line in enumerate(lines) if best in line.path]


def _is_the_sites(line: Line) -> bool:
    """Tell whether a line inside the block is still the site's: a menu, a button, a field."""
    text = line.text
    if _ATTACHMENT.search(text) and len(text) < 120:
        return False
    if line.area in ("nav", "footer"):
        return True
    if line.linked and line.linked >= len("".join(text.split())) * 0.8 and "。" not in text:
        return True
    prose = "。" in text or len(text) > 100
    if not prose and _NAVIGATION.search(text):
        return True
    if line.row:
        return _is_field_row(text)
    return is_furniture(text)


def _is_field_row(text: str) -> bool:
    """Tell the table of 索引号, 发布机构 … and what a print says of its page from a table of figures."""
    return bool(
        re.search(
            "索引号|发布机构|发布日期|公开日期|发文机关|成文日期|主题分类|公开方式|有效性|文号|体裁|标题[:：]|名称[:：]|组配分类|://",
            re.sub("[ \u3000\xa0]", "", text),
        )
    ) and not re.search("[。；]", text)


def _title(page: Page, first: int) -> str:
    """Return the page's own title: of its meta, headings, lines above, or ``<title>``."""
    above = list(_blocks(page.lines[: first + 3]))
    candidates = [page.metas[name] for name in _META_TITLE if name in page.metas]
    candidates += [words for heading, words in above if heading == "h1"]
    candidates += [words for heading, words in above if heading == "h2"]
    candidates += [line.text for line in page.lines if line.heading == "h1"]
    candidates += _lines_in_title(page.title, [words for _, words in above])
    shown = _lines_above(page.lines, first)
    candidates += [line.text for line in shown] + _SPLIT_TITLE.split(page.title)
    candidates += [words for _, words in _blocks(shown)]  # broken in two, neither tells enough
    # Of two the one that tells more: a heading may hold the site's name, a title the section's.
    return max(filter(_may_be_title, candidates), key=_telling, default="")


def _blocks(lines: Sequence[Line]) -> Iterator[tuple[str, str]]:
    """Yield heading and words of each block, a title broken into lines whole, and of each line."""
    for (heading, _), block in groupby(lines, lambda line: (line.heading, line.path)):
        words = [line.text for line in block]
        yield heading, "".join(words)
        yield from ((heading, line) for line in words[1:] and words)


def _lines_in_title(title: str, shown: Sequence[str]) -> list[str]:
    """Return what is shown above the text and stands in the page's ``<title>``, longest first."""
    whole = "".join(title.split())
    lines = {words for words in shown if len(words) >= 8 and "".join(words.split()) in whole}
    return sorted(lines, key=len, reverse=True)


def _site(page: Page) -> str:
    """Return whose pages they are: the body named last in ``<title>``, or by the page's meta."""
    named = page.metas.get("sitename", "")
    for words in (named, *reversed(_SPLIT_TITLE.split(page.title)), *page.title.split()[:1]):
        if found := _BODY_NAME.match(words.strip()):
            return found.group()
    return ""


def _telling(words: str) -> int:
    return 2 * bool(re.search("20\\d\\d|二[〇○零]", words)) + bool(
        re.search("报告|总结|要点|计划|通知|意见|方案|情况|年报|公报", words)
    )


def _may_be_title(words: str) -> bool:
    return (
        5 <= len(words) <= 120
        and not _SITE.search(words)
        and not _NAVIGATION.search(words)
        and not re.search("[。；]", words)
        and marker_at(words, 0) is None
    )


def _lines_above(lines: Sequence[Line], first: int) -> list[Line]:
    """Return the few lines right above the block that may be a title shown in plain letters."""
    found: list[Line] = []
    for line in reversed(lines[max(0, first - 6) : first]):
        if line.linked or line.area or is_furniture(line.text) or _NAVIGATION.search(line.text):
            if found:
                break
            continue
        if not line.row and 4 <= len(line.text) <= 80:
            found.append(line)
    return found[::-1]


def _fields(head: str) -> list[tuple[str, str]]:
    return [("".join(m["label"].split()), m["value"].strip()) for m in _LABELLED.finditer(head)]


def _published(metas: dict[str, str], head: str, above: Sequence[str]) -> str | None:
    for name in _META_DATE:
        if day := _day(metas.get(name, "")):
            return day
    fields = _fields(head)
    for label in _DATE_ORDER:
        for name, value in fields:
            if name.startswith(label) and (day := _day(value)):
                return day
    # A date that begins a line needs no label, nor one in a short line between title and text.
    bare = re.search(r"(?m)^\s*[(（\[【]?(20\d\d[-年/.]\d{1,2}[-月/.]\d{1,2}).{0,60}$", head)
    if bare:
        return _day(bare[1])
    return next((day for words in above if len(words) < 60 and (day := _day(words))), None)


def _day(words: str) -> str | None:
    match = DATE.search(words)
    return iso(*match.groups()) if match else None


def iso(year: str | int | None, month: str | int | None, day: str | int | None) -> str | None:
    """Return a date as ISO writes it; None where there is no such day."""
    try:
        return datetime.date(int(year or 0), int(month or 0), int(day or 0)).isoformat()
    except ValueError:
        return None


def _issuer(metas: dict[str, str], head: str) -> str:
    fields = _fields(head)
    for label in _ISSUER_ORDER:
        for name, value in fields:
            found = _BODY_NAME.match(value)
            if name.startswith(label) and found:
                return found.group()
    for name in _META_ISSUER:
        found = _BODY_NAME.fullmatch(metas.get(name, ""))
        if found:
            return found.group()
    return ""


def _number(head: str) -> str | None:
    for name, value in _fields(head):
        if "号" in name and (found := NUMBER.match(value)):
            return "".join(found.group().split())
    return None
