"""How a place name stands among the words of a question, and what is shaped like one.

The judgements rest on the character or word beside a name; all texts here are levelled.
"""

from __future__ import annotations

import re
from functools import lru_cache

from retrieval.genre.romanisation import sounds_like
from retrieval.places.gazetteer import short_name
from retrieval.text.words import read_words

_HAN = "[\\u4e00-\\u9fff]"
_HAN_BLANKS = re.compile(f"(?<={_HAN})\\s+(?={_HAN})")
_BEFORE = frozenset("在和与及跟同比对把问下看查想请说讲那换成找到道解给于我按据年日、之")
_AFTER = frozenset(
    "的有和与及跟同在去今前上近本这那哪怎多几共还是对比一二三最呢吗啊呀吧了年县区市省州旗"
)
LEAD = re.compile(
    "请问|请你|请|帮我|帮忙|麻烦|查一下|查下|查查|查询|看一下|看看|看下|说说|说一下|介绍一下|介绍|告诉我|我?想知道|我?想问|一下"
    "|了解一下|了解|关于|换成|换做|对比|比较|那么|那|还有|以及|和|与|跟|及|在|问|查|把|给我|总结|概括|根据|按照|列出|列举|分析"
    "|生成|整理|写|换|说|年度?|的|里|中|去年|今年|前年|有没有|是否有|有|没有|除了|像"
    "|[简概综阐描叙评复转详]述|[简细详略][说谈讲]|[讲谈聊](?:一?[讲谈聊]|一?下)|归纳|提炼|摘录|摘要|梳理|汇总|罗列|找出"
    "|翻译|解读|评价|点评|盘点|关注|针对|聚焦|另外|此外|顺便|详细|简单|简要|起草|拟写|撰写|编写"
)
_LEAD_AT_END = re.compile(f"(?:{LEAD.pattern})$")
_LEVEL_SUFFIX = (
    "(?:经济技术|高新技术产业|高新技术|经济|高新|产业|旅游度假)?(?:开发区|片区|新区)?(?:管委会|管理委员会)"
    "|(?:经济技术|高新技术产业|高新技术|经济)?开发区|片区|街道办事处|街道办|街道|自治州|自治县|新区|省|市|县|区|镇|乡"
)
UNKNOWN = re.compile(
    f"(?P<core>(?:(?![省市县]){_HAN}){{2,4}}?)"
    f"(?:{_LEVEL_SUFFIX})(?P<next>(?={_HAN}{{2,4}}(?:市|县|区|镇|街道)))?"
)


def squeeze(text: str) -> tuple[str, list[int]]:
    """Drop the blanks between Chinese characters; also return where each character stood."""
    keep = bytearray(b"\x01") * len(text)
    for match in _HAN_BLANKS.finditer(text):
        keep[match.start() : match.end()] = bytes(len(match.group()))
    positions = [index for index, kept in enumerate(keep) if kept]
    return "".join(text[index] for index in positions), positions


def stands_before(text: str, start: int) -> bool:
    """Tell whether a name may begin at ``start``: after a blank, a mark or a function word."""
    previous = text[start - 1] if start else " "
    return previous in _BEFORE or not previous.isalpha()


def stands_after(text: str, end: int) -> bool:
    """Tell whether a name may end at ``end``: before a blank, a mark or a word that follows places."""
    following = text[end] if end < len(text) else " "
    return (
        following in _AFTER
        or not following.isalpha()
        or following.isascii()
        or text.startswith(_after_words(), end)
    )


def suffix_or_number_after(text: str, end: int) -> bool:
    """Tell whether a suffix, a year or a mark follows, as after a name standing alone."""
    following = text[end] if end < len(text) else " "
    return not following.isalpha() or following in "的有和与及在去今前呢二县区市"


def may_be_in_a_name(words: str) -> bool:
    """Tell whether nothing in ``words`` speaks against their being a place's own name."""
    return not _not_in_a_name().search(words)


def follows_lead(text: str, start: int) -> bool:
    """Tell whether a request (简述, 帮我看看) ends right before ``start``."""
    return bool(_LEAD_AT_END.search(text, max(0, start - 4), start))


def looks_like_place(text: str, match: re.Match[str]) -> bool:
    """Tell whether a match of ``UNKNOWN`` is a place and not a kind of area (贫困县, 示范区)."""
    if not may_be_in_a_name(match["core"]):
        return False
    end = match.end()
    if match.group().endswith("县"):  # hardly any word ends so
        return text[end : end + 1] not in ("级", "域", "直", "乡")
    if match.group().endswith("市"):
        return text[end : end + 1] not in ("场", "政", "级", "区", "直", "容", "值")
    return match["next"] is not None or stands_after(text, end)


def is_slip(window: str, name: str, wrong: int) -> bool:
    """Tell whether ``window`` is ``name`` with a plausible slip at position ``wrong``."""
    if wrong == len(name) - 1 and short_name(name) != name:
        return False  # another suffix is another place
    if not window[wrong].isalpha() or window[wrong].isascii():
        return False
    pair = {window[wrong], name[wrong]}
    return any(pair <= group for group in _look_alike()) or sounds_like(window[wrong], name[wrong])


def crosses_words(text: str, start: int, end: int) -> bool:
    """Tell whether either end of ``text[start:end]`` belongs to another word: 未来|安排."""
    return text[max(start - 1, 0) : start + 1] in _words_across() or runs_on(text, end)


def runs_on(text: str, end: int) -> bool:
    """Tell whether the last character before ``end`` belongs to a word that goes on behind it."""
    return text[end - 1 : end + 1] in _words_across()


@lru_cache(maxsize=1)
def _after_words() -> tuple[str, ...]:
    return tuple(read_words("words_after_places.txt"))


@lru_cache(maxsize=1)
def _words_across() -> frozenset[str]:
    return frozenset(read_words("words_across_places.txt"))


@lru_cache(maxsize=1)
def _not_in_a_name() -> re.Pattern[str]:
    return re.compile("|".join(read_words("words_not_in_places.txt")))


@lru_cache(maxsize=1)
def _look_alike() -> tuple[frozenset[str], ...]:
    return tuple(map(frozenset, read_words("look_alike_characters.txt")))
