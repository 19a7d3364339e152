"""Finding a report's title among the menus, field lines and breadcrumbs of its page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retrieval.documents import Span
from retrieval.text.normalise import level

HEAD_CHARS = 6000
"""How far into a text its title may stand."""

YEAR = re.compile(
    "(?<![\\d第])(20\\d\\d)(?=\\s*年|\\s*度)|(二[〇零○oO0][〇零○oO0一二三四五六七八九]{2})(?=年)"
)
BODY = (
    "人民政府办公室|人民政府办公厅|人民政府|政府|办事处|管理委员会|管委会|委员会|办公室|办公厅|管理处|执法队|分局|总局"
    "|局党组|厅党组|委党组|局党委|党工委|局|厅|委|办|中心|法院|检察院|研究院|支队|大队|总队|镇|乡|街道|总署|审计署"
    "|部(?![门分署委队长位])"
)
_BODY_END = re.compile(f"(?:{BODY}|省|市|县|区|州|盟|旗)$")
_SEPARATOR = re.compile("[^\\s>＞»›→|｜]+")
_REPORT_END = re.compile(
    "(?:报告|总结|汇报|年报|情况通报|述职|公报|(?:情况|工作|报告)的?(?:公告|通告|公示)|白皮书|要点|(?:工作|行动|重点|年度|建设|实施)(?:计划|安排|打算|思路|方案|意见|规划)|建设情况|规划|纲要)(?:[(（【\\[][^)）】\\]]{1,20}[)）】\\]])?$"
)
_GENRE = re.compile("法治|依法行政|依法治|政府工作|信息公开|普法|执法|政务公开|法律")
_SITUATION_END = re.compile("(?:法治|依法)[^。]{2,30}(?:情况|工作)(?:[(（][^)）]{1,20}[)）])?$")
_PART = re.compile("关于|年度|法治政府|依法行政|^20\\d\\d年|建设|报告|工作|情况")
_NOT_A_TITLE = re.compile(
    "[。；;！!？?，,：]|^[一二三四五六七八九十]+、|^[(（]?[一二三四五六七八九十\\d]+[)）.．、]|现将|首页|位置"
)
_LABEL = re.compile("^(?:标题|名称|信息名称|文件名称|公开事项名称|题名|主题)[:：]")
_FIELDS = re.compile("(?:索引号|文号|发布机构|发布单位|发布日期|公开日期|来源|关键词|主题分类)")
_HEADING = re.compile("^[一二三四五六]、")
_RUN_ON = re.compile(
    "(?P<title>[^。，,；;：:\\s]{4,70}?(?:报告|总结|汇报))"
    "(?=20\\d\\d年|今年|近年|一年来|[^。，,]{0,12}以习近平|为|根据|按照|现将|一、|[(（]一|发布|日期|来源|索引|字号|浏览|时间)"
)

_LINE_CHARS = 400
_AHEAD = re.compile(
    "(?:年度?)?[^年]{0,16}(?:要点|计划|安排|打算|思路|重点|任务|规划|设想)(?:的?(?:报告|汇报|情况))?$"
)


@dataclass(frozen=True, slots=True)
class Title:
    """A title as it stands: its words joined, and the spans of its lines (empty: only in a menu)."""

    words: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    words: str
    line: int
    breadcrumb: bool


def find_year(words: str) -> int | None:
    """Return the last year named in ``words`` outside 《》, in digits or in Chinese numerals."""
    outside = outside_quoted(words)
    years = [(read_year(match), match.end()) for match in YEAR.finditer(outside)]
    if len(years) > 1 and _AHEAD.match(outside[years[-1][1] :]):
        del years[-1]  # …2023年度情况暨2024年工作要点 tells of 2023
    return years[-1][0] if years else None


def outside_quoted(words: str) -> str:
    """Return ``words`` without the titles quoted in 《》."""
    return re.sub("《[^》]{0,80}》", "", words)


def read_year(match: re.Match[str]) -> int:
    """Return the year of a match of ``YEAR``: 2023, or 二〇二三."""
    if match[1]:
        return int(match[1])
    digits = "".join(
        str("〇一二三四五六七八九".find(c)) if c in "一二三四五六七八九" else "0" for c in match[2]
    )
    return int(digits)


def body_start(text: str) -> int:
    """Return where the prose of ``text`` (levelled) begins: its first sentence or heading."""
    position = 0
    for line in text.split("\n"):
        words = line.strip()
        # 根据…要求,现将…情况公告如下: leads into the report as a sentence does
        prose = len(words) > 40 and ("。" in words or words.count(",") >= 2 or words[-1] == ":")
        if _HEADING.match(words) or (
            prose and (len(words) > _LINE_CHARS or not _FIELDS.search(words[:80]))
        ):
            return position + (len(line) - len(line.lstrip()))
        position += len(line) + 1
    return min(position, len(text))


def find_title(text: str) -> Title | None:
    """Return the title of ``text``, or None when the page shows none."""
    head = level(text[:HEAD_CHARS])
    begin = body_start(head)
    best = _best_window(list(_tokens(head, begin)))
    run_on = _find_run_on(text, head, begin)
    if best is None and not run_on:
        # a page in one line: the title stands among the words before the first full stop
        stop = head.find("。", begin, begin + _LINE_CHARS)
        best = _best_window(list(_tokens(head, stop if stop > 0 else begin)))
    if best is None or (best[0] < 3 and run_on):
        return run_on
    window = best[1]
    words = "".join(text[token.start : token.end] for token in window)
    if any(token.breadcrumb for token in window):
        return run_on or Title(words, ())
    return Title(words, tuple(_line_spans(window)))


def choose_title(shown: Title | None, of_page: str, text: str) -> Title | None:
    """Return the better of the title found in ``text`` and the one the page gives of itself.

    The page's own is surer, unless it tells less: a section's name lacks the year or the office
    that the line above the text has.
    """
    if not of_page:
        return shown
    if shown is not None and shown.spans and _tells(level(of_page)) < _tells(level(shown.words)):
        return shown
    return Title(of_page, _spans_of(of_page, text))


def _tells(words: str) -> int:
    return (
        bool(YEAR.search(words))
        + bool(re.match(f"[^\\d]{{2,30}}?(?:{BODY}|省|市|县|区|州|盟|旗)", words))
        + bool(_REPORT_END.search(words))
    )


def _spans_of(title: str, text: str) -> tuple[Span, ...]:
    """Return where ``title`` stands in the head of ``text``, over line ends or blanks too."""
    words = [re.escape(char) for char in "".join(level(title).split())]
    if not words or len(words) > 120:
        return ()
    match = re.search(r"\s*".join(words), level(text[:HEAD_CHARS]))
    if match is None:
        return ()
    spans, at = [], match.start()
    for line in match.group().split("\n"):
        kept = line.rstrip()
        start = at + len(line) - len(line.lstrip())
        if kept.strip():
            spans.append(Span(start, at + len(kept)))
        at += len(line) + 1
    return tuple(spans)


def _best_window(tokens: Sequence[_Token]) -> tuple[float, Sequence[_Token]] | None:
    """Return the successive tokens that look most like a title, with their score."""
    best: tuple[float, int, Sequence[_Token]] | None = None
    for first in range(len(tokens)):
        for count in range(1, min(4, len(tokens) - first) + 1):
            window = tokens[first : first + count]
            score = _score(window)
            # of two equals the later one stands nearer the report
            if score is not None and (best is None or (score, first) >= best[:2]):
                best = (score, first, window)
    return (best[0], best[2]) if best else None


def _tokens(head: str, end: int) -> Iterator[_Token]:
    """Yield the runs without blanks before ``end``; a breadcrumb's stand beside a separator."""
    position = 0
    for number, line in enumerate(head[:end].split("\n")):
        for match in _SEPARATOR.finditer(line):
            words = match.group()
            label = _LABEL.match(words)
            skip = label.end() if label else 0
            beside = line[: match.start()].rstrip()[-1:] + line[match.end() :].lstrip()[:1]
            if words[skip:]:
                yield _Token(
                    position + match.start() + skip,
                    position + match.end(),
                    words[skip:],
                    number,
                    bool(label) or any(mark in beside for mark in ">＞»›→|｜"),
                )
        position += len(line) + 1


def _score(window: Sequence[_Token]) -> float | None:
    """Return how much the tokens together look like a title; None if they cannot be one."""
    words = "".join(token.words for token in window)
    if not 6 <= len(words) <= 100 or _NOT_A_TITLE.search(words):
        return None
    if not (_REPORT_END.search(words) or _SITUATION_END.search(words)):
        return None
    if len(window) > 1 and not all(
        _BODY_END.search(token.words) or _PART.search(token.words) for token in window
    ):
        return None
    if len({token.breadcrumb for token in window}) > 1:
        return None
    year = YEAR.search(words)
    named = re.match(f"[^\\d]{{2,30}}?(?:{BODY}|省|市|县|区|州|盟|旗)", words)
    score = 4.0 * bool(named) + 3.0 * bool(year) + 2.0 * bool(_GENRE.search(words))
    if _REPORT_END.search(words):
        score += 1
    if words.startswith("关于") or not score:
        score -= 0.5
    score -= 0.3 * (len(window) - 1) + 6.0 * window[0].breadcrumb
    return score if score > 0.5 or (window[0].breadcrumb and score > -1) else None


def _line_spans(window: Sequence[_Token]) -> Iterator[Span]:
    """Yield one span a line: tokens of the same line are joined with the blanks between."""
    start, end, line = window[0].start, window[0].end, window[0].line
    for token in window[1:]:
        if token.line == line:
            end = token.end
            continue
        yield Span(start, end)
        start, end, line = token.start, token.end, token.line
    yield Span(start, end)


def _find_run_on(text: str, head: str, begin: int) -> Title | None:
    """Find a title that the first sentence follows on the same line."""
    match = _RUN_ON.match(head, begin)
    if not match or not (_GENRE.search(match["title"]) or YEAR.search(match["title"])):
        return None
    span = Span(match.start("title"), match.end("title"))
    return Title(text[span.start : span.end], (span,))
