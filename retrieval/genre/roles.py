"""What part a section plays in a report, read from its heading or, without one, its first words."""

from __future__ import annotations

import re

from retrieval.documents import Role
from retrieval.text.numbering import opens_item
from retrieval.text.years import SAID_YEAR

_PROBLEMS = re.compile(
    r"(?:问题|不足|短板|困难|差距|欠缺|薄弱环节|弱项)(?!的?(?:整改|化解|专项|导向|线索|清单|处理|治理))"
)
_PROBLEMS_WEAK = re.compile(
    r"突出问题|问题导向|热点|解决.{0,6}问题|重点难点|急难愁盼|实际困难|"
    r"(?:补[齐强足上]?|破解|攻克|克服|缩小|攻坚)[^，,。]{0,10}(?:短板|弱项|不足|困难|差距|薄弱环节)"
)
_CAUSES = re.compile(r"原因|成因")
# 产生问题的原因 has causes under it, 存在的问题及原因 has problems
_ONLY_CAUSES = re.compile(
    r"(?:问题|不足|短板|困难|差距)(?:产生|形成|存在)?的(?:主要|深层次?)?(?:原因|成因|根源)"
)
_PLANS = re.compile(
    r"下一步|下步|下一阶段|下阶段|下一年|下年度?|新的?一年|打算|今后|来年|明年|工作计划|工作安排|工作思路|"
    r"重点安排|努力方向|工作重点$|改进(?:措施|情况|方向)|[与及和、]改进$|整改措施|对策"
)
_LEADERSHIP = re.compile(
    r"政治站位|党建引领|牵头抓总|政治责任|第一责任人|党政主要负责人|主要负责人.{0,6}履|组织领导|加强.{0,4}领导|党的领导|党对.{0,12}领导|履行.{0,8}职责(?:情况|$)|履职情况"
)
_MEASURES = re.compile(
    r"举措|成效|做法|成绩|亮点|工作开展|开展情况|推进情况|进展情况|落实情况|完成情况|建设情况|工作情况|"
    r"重要工作|主要工作|重点工作|特色|回顾|总体情况|基本情况|主要情况"
)
_PLAIN_ROLE = re.compile(
    r"存在.{0,8}(?:问题|不足|困难|短板|差距)|^\S{0,6}(?:主要)?(?:问题|不足|困难|短板)|"
    r"下一步|下步|打算|工作计划|工作安排|今后"
)

# the first words of a paragraph that has no heading of its own
_OPENS_PROBLEMS = re.compile(
    r"(?:仍|还|也|但|依然|同时|对照|我们|清醒|目前|当前|尚).{0,60}"
    r"(?:存在|面临|看到|认识到|正视|有(?![待效力利关序])).{0,30}(?:问题|不足|短板|差距|困难|欠缺|薄弱)|"
    r"(?<![了决改])(?:一些|不少|诸多|若干|以下|如下)(?:突出)?的?(?:问题|不足|短板|差距|困难|欠缺|薄弱)|"
    r"^(?:主要)?存在(?:的|着|以下|一些|主要)?.{0,10}(?:问题|不足|短板|差距|困难)|^(?:主要)?(?:问题|不足|短板)"
)
_OPENS_PLANS = re.compile(
    r"^(?:下一[步年]|下步|下一阶段|下阶段|今后|接下来|明年|来年|新的一年|针对(?:以上|上述|存在)|面对|[对为]此[，,].{0,16}将"
    r"|(?:改进|整改|打算|措施|对策)[：:])"
)
_OPENS_CAUSES = re.compile(
    r"^(?:究其|分析)[^，,。]{0,4}(?:原因|根源)|^(?:其|主要|[产造形][^，,。]{1,10})的?(?:主要)?原因(?:主要)?[是在有：:，,]"
)
_LOOKS_BACK = re.compile(
    r"[^，,。；：:]{0,8}(?:以上|上述|这些|存在)[^，,。；：:]{0,6}(?:问题|不足|短板|差距|困难)"
)

# a sentence inside a line that may open problems or plans, and what a list after it starts with
_PLANS_SENTENCE = re.compile(
    r"(?<=[。！])\s{0,9}(?:下一步|下步|下一阶段|下阶段|今后[，,]|接下来|新的一年|[对为]此[，,]|针对(?:以上|上述|这些|存在)|20[0-9]{2}年"
    r"|(?:改进|整改|打算|措施|对策)[：:])"
)
_CAUSE_WORD = re.compile("原因|根源")
_LACK_WORD = re.compile("存在|面临|看到|认识到|正视|[还仍也]有|一些|不少|以下")
_LEADS_TO_LIST = re.compile(
    r"[：:]|一是|主要(?:是|有|表现|体现|存在)|(?:问题|不足|短板|差距|困难|薄弱环节)[。；;]$"
)
_A_MONTH = re.compile("[0-9]{1,2}月(?!底|前)")
_MAX_OPENING = 110
# the words a plain title such as 存在的主要问题 is made of; whatever else makes it a sentence
_TITLE_WORDS = re.compile(
    "第一责任人|主要负责人|薄弱环节|努力方向|依法行政|下一阶段|下阶段|下一步|下一年度?|下步|法治政府|"
    "20[0-9]{2}年度?|主要|重点|存在|面临|当前|目前|工作|问题|不足|困难|短板|弱项|差距|原因|分析|打算|安排|计划|"
    "思路|举措|措施|做法|成效|成绩|亮点|特色|开展|推进|落实|完成|建设|情况|党政|履行|职责|取得|今后|改进|整改|"
    "基本|总体|以及|[的中和及与、：: \u3000]"
)
_MAX_PLAIN_TITLE = 30
_FRAMED = re.compile(r"[【〖〔\[]\s*([^】〗〕\]]{2,24})\s*[】〗〕\]]")


def is_plain_title(line: str, year: int | None) -> bool:
    """Return True for a line such as 存在的主要问题 or 下一步工作打算：, a title without a number."""
    words = line.strip()
    framed = _FRAMED.fullmatch(words)
    if framed:  # 【明年打算怎么做】 is a title whatever its words
        return role_of_heading(framed[1], year) is not None
    if not 3 < len(words) <= _MAX_PLAIN_TITLE or _TITLE_WORDS.sub("", words):
        return False
    return role_of_heading(words, year) is not None


def turning_points(text: str, start: int, end: int, year: int | None) -> list[int]:
    """Return where sentences inside ``text[start:end]`` open problems, causes or plans, in order.

    Only such problems as lead to a list count (…但还存在一些不足：一是…).
    """
    points = set()
    for match in _PLANS_SENTENCE.finditer(text, start, end):
        point = match.end() - len(match.group().lstrip())
        if role_opened_by(text[point : min(end, point + _MAX_OPENING)], year) == "plans":
            points.add(point)
    for match in _LACK_WORD.finditer(text, start, end):
        stop = text.rfind("。", max(start, match.start() - _MAX_OPENING), match.start())
        if stop < 0 or stop + 1 in points or opens_item(text, stop + 1):
            continue
        close = text.find("。", match.end(), min(end, match.end() + _MAX_OPENING))
        sentence = text[stop + 1 : close + 1 if close > 0 else min(end, match.end() + _MAX_OPENING)]
        if _LEADS_TO_LIST.search(sentence) and role_opened_by(sentence, year) == "problems":
            points.add(stop + 1)
    for match in _CAUSE_WORD.finditer(text, start, end):
        stop = max(text.rfind(mark, start, match.start()) for mark in "。；")
        if stop >= 0 and role_opened_by(text[stop + 1 : end], year) == "causes":
            points.add(stop + 1)
    return sorted(points)


def role_of_heading(heading: str, year: int | None) -> Role | None:
    """Return the role a heading names, or None when it names a theme instead.

    A heading for a year after ``year`` announces plans whatever else it says.
    """
    words = heading.replace(" ", "")
    years = [int(y) for y in SAID_YEAR.findall(words)]
    problems = bool(_PROBLEMS.search(_PROBLEMS_WEAK.sub("", words)))
    problems = problems and not _ONLY_CAUSES.search(words)
    if year is not None and years and min(years) > year and not problems:
        return "plans"
    if problems:
        return "problems"
    if _CAUSES.search(words):
        return "causes"
    if _PLANS.search(words):
        return "plans"
    if _LEADERSHIP.search(words):
        return "leadership"
    if _MEASURES.search(words):
        return "measures"
    return None


def joins_problems_and_plans(heading: str) -> bool:
    """Return True for a heading such as 存在问题和下一步打算, whose body changes role midway."""
    return bool(_PROBLEMS.search(heading)) and bool(_PLANS.search(heading))


def joins_problems_and_causes(heading: str) -> bool:
    """Return True for a heading such as 不足和原因, whose body tells first these, then those."""
    return bool(_PROBLEMS.search(heading)) and bool(_CAUSES.search(heading))


def looks_back(paragraph: str) -> bool:
    """Return True for words such as 产生以上问题的原因, which speak of all problems told before."""
    return bool(_LOOKS_BACK.match(paragraph.strip()))


def role_opened_by(paragraph: str, year: int | None) -> Role | None:
    """Return the role a paragraph's first words open (下一步，… → plans), or None."""
    opening = paragraph.strip()[:110]
    if _OPENS_PLANS.search(opening):
        return "plans"
    match = SAID_YEAR.match(opening)
    if match and year is not None and int(match.group(1)) == year + 1:
        # 2025年，街道准备做五件事：一是…; 2025年1月，县政府召开… is over
        listed = _LEADS_TO_LIST.search(opening) and not _A_MONTH.match(opening, match.end())
        if "将" in opening or listed:
            return "plans"
    if _OPENS_CAUSES.search(opening):
        return "causes"
    return "problems" if _OPENS_PROBLEMS.search(opening) else None


def is_plain_role(heading: str) -> bool:
    """Return True for (二)存在的问题 under 主要工作, a section of its own; not for (二)聚焦突出问题."""
    return bool(_PLAIN_ROLE.search(heading))
