"""What kind of answer a question wants: its kind, the role of a section, a figure or a name.

Tables of words, and the order in which they are tried; nothing here knows which reports are
held. ``retrieval.question.query`` puts what is found together.
"""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal[
    "fact", "list", "item", "which", "rank", "compare", "catalogue", "brief", "overview",
    "greeting", "empty",
]  # fmt: skip
Wants = Literal["number", "percent", "ordinal", "date", "name", "text"]
Field = Literal["published", "issuer", "title", "document_number"]

# ---- roles ----------------------------------------------------------------------------------

_TARGET = re.compile(
    "目标(?:是|值|定|又|为|呢|有|数|都|多少|怎么定|[?？]|$)|的目标(?!引领|责任|管理|任务|清单|机制)|上限|下限|(?<![制规确审认评鉴])定的|定在|(?<![制规确审认评鉴拟])定了|要求(?:保持|达到|控制)|控制在|力争|守住|target|aim"
)


def asks_target(topic: str) -> bool:
    """Tell whether a figure is asked for that was aimed at (上限, 控制在), not one reached."""
    return bool(_TARGET.search(topic))


# ---- the words that ask ----

_HOW_MANY = "多少|几(?!乎|年来)"
ASKS = f"{_HOW_MANY}|哪|谁|什么|啥|何时|多久|怎么|为何|如何"
"""Words that ask, for a pattern."""
_ASKS, _COUNTS = re.compile(ASKS), re.compile(_HOW_MANY)


def asks(words: str) -> bool:
    """Tell whether some words ask anything."""
    return _ASKS.search(words) is not None


def how_many(words: str) -> re.Match[str] | None:
    """Return the word that asks how many."""
    return _COUNTS.search(words)


# ---- what is wanted -------------------------------------------------------------------------

_NUMBER_ASK = re.compile(
    "多少|好多(?!人说)|多久|多长时间|几多|(?<!哪)几(?=[个件份条项次人名家场起宗本处户轮期类大岁年天部支篇张]|成)|数量|总数|件数|次数|人数|(?<!哪)个数(?!字)|数目|金额|"
    "\\bhow (?:many|much)\\b|\\bnumber of\\b|\\bamount\\b"
)
_UNIT_ASK = re.compile(
    "(?:多少|(?<!哪)几)(?:亿|万)?(个?工作日|个?小时|个月|天|公里|亩|平方米|个百分点|百分点|人次|场次|家次|件次|万元|亿元|[件份条项次人名家场起宗本处户轮期类部支篇元块张]|个(?!亿))"
)
_MONEY_ASK = re.compile("(?:多少|几)(?:个?亿|万块|钱)")
_PERCENT_ASK = re.compile(
    "率|比例|占比|百分之|百分比|百分点|\\brate\\b|percent|proportion|share of"
)
_DATE_ASK = re.compile(
    "几月份?|什么时候|何时|哪(?:一)?(?:天|年|月|日)|几月|几号|日期|什么时间|\\bwhen\\b|what date|which (?:month|day|date)"
)
_NAME_ASK = re.compile(
    "是谁|谁(?:是|来|主持|牵头)|哪位|哪(?:个|些)(?:部门|单位|机构)|叫什么|名(?:称|字)|\\bwho\\b|what is the name"
)
# 这几份报告 and 三个地方 count what is asked, they are no unit of the answer
_COUNTED_PLACES = re.compile(
    "(?:这|那|所有)?[几两三四五六七八九十0-9]{1,2}(?:份|个|家)(?=报告|材料|地方|地区|区县|县区|县|区|市|地)"
)


def wants_of(topic: str) -> Wants:
    """Return the type of answer: the last that fits of number, percent, ordinal, date, name."""
    topic = _COUNTED_PLACES.sub(" ", topic)
    if _DATE_ASK.search(topic):
        return "date"
    if _NAME_ASK.search(topic):
        return "name"
    if "第几" in topic:
        return "ordinal"
    if _PERCENT_ASK.search(topic):
        counted = re.search("(?:多少|几)[个件份条项次人名家场起宗]", topic)
        return "number" if counted else "percent"
    return "number" if _NUMBER_ASK.search(topic) else "text"


def unit_of(topic: str) -> str:
    """Return the unit a number is asked in, empty when none is said."""
    topic = _COUNTED_PLACES.sub(" ", topic)
    if _MONEY_ASK.search(topic):
        return "元"
    return match.group(1) if (match := _UNIT_ASK.search(topic)) else ""


# ---- kinds ----------------------------------------------------------------------------------

_MORE = "(?:高|多|低|少|快|慢|大|小)"
_PUTS_FIRST = re.compile(
    f"最{_MORE}(?:的|吗|吧|[，,。?？]|$)|比.{{1,16}}?更?(?:要|都|还)?{_MORE}(?!于|少)"
)
_LOWEST = re.compile(
    "最(?:低|少|小|差|慢)|更(?:低|少|小|慢)|垫底|从低到高|从少到多|lowest|least|fewest|smallest"
    "|比.{1,16}?更?(?:要|都|还)?(?:低|少|小|慢)(?!于)"
)
_ISSUED = re.compile(
    "(?:出台|印发|制定|制发|编印|编制|下发|发布|发了|通过)[^，。？?]{0,10}(?:文件|制度|办法|方案|规定|意见|通知|规则|细则|指南|要点)|"
    "(?:文件|办法|方案|规定|通知|意见)(?:有|是|都有|分别是)(?:哪些|什么|哪几)"
)


def asks_lowest(plain: str) -> bool:
    """Return True when the order asked for starts from the lowest."""
    return bool(_LOWEST.search(plain))


def claims_rank(plain: str) -> bool:
    """X 是最高的, X 比 Y 高: the question itself puts a place before others; 谁高 leaves it open."""
    return bool(_PUTS_FIRST.search(plain)) and re.search("谁|哪", plain) is None


def asks_documents(topic: str) -> bool:
    """Return True when the documents that were issued are asked for (印发了哪些文件)."""
    return bool(_ISSUED.search(topic)) and bool(
        re.search("哪些|什么|哪几|几个|几份|多少|文件名|列出|所有", topic)
    )


_STATUTE = re.compile(
    "[\u4e00-\u9fff]{0,12}(?:法|条例|办法|规定|规则|细则)[》”]?(?:的)?第[一二三四五六七八九十百0-9]{1,5}条"
)


def statute_of(topic: str) -> str:
    """Return the article of a law that is asked for (行政复议法第十一条), empty if none is."""
    match = _STATUTE.search(topic)
    return re.sub("[《》“”的]", "", match.group()) if match else ""


# ---- the page's own fields ------------------------------------------------------------------

_FIELDS: tuple[tuple[Field, re.Pattern[str]], ...] = (
    (
        "issuer",
        re.compile(
            "报告(?:是)?(?:由)?[^，。的]{0,4}(?:谁|哪个单位|哪个部门|哪个机关|哪家|什么单位|什么部门)[^，。]{0,6}(?:发|写|出|印|编)|发布(?:单位|机构|机关)(?:是|$|[?？])|"
            "^(?:这|该|是)?由?(?:谁|哪个单位|哪个部门|什么单位)(?:发布|公布|发|出|写|编)(?:的|了)|"
            "(?:which|what) (?:bureau|department|body|agency|office|organi[sz]ation) (?:issued|published|wrote|released)|who (?:issued|published|wrote|released)"
        ),
    ),
    (
        "published",
        re.compile(
            "落款|(?:报告|材料|全文)[^，。]{0,8}(?:发布|公开|公布|成文|挂网|上网)(?!的?(?:机构|单位|机关)|了)|(?:发布|公开|公布|成文)(?:日期|时间|的?日子)|"
            "(?:什么时候|哪一?天|何时|几号|什么时间)(?:发布|公开|公布|发|挂)(?:的|出来|了)?[?？]?$|\\breport\\b.{0,20}\\b(?:published|released|issued|posted)|publication date"
        ),
    ),
    ("document_number", re.compile("文号|发文字号|document number")),
    ("title", re.compile("(?:报告|文件)的?(?:全称|标题|题目|名称)(?:是|叫|$|[?？])")),
)  # fmt: skip


def field_of(topic: str) -> Field | None:
    """Return the field of the page that is asked for: who issued it, when, under which number."""
    return next((name for name, pattern in _FIELDS if pattern.search(topic)), None)


# ---- what is said of ------------------------------------------------------------------------

_NEGATED = re.compile("(?<!有)(?:没有?|未|不)(?:提|写|说|讲|给出|提到|提及|报|涉及|列出|公布)")


def negated(topic: str) -> bool:
    """Return True when those are asked for that do not mention it."""
    return bool(_NEGATED.search(topic))
