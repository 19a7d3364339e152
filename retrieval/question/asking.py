"""What kind of answer a question wants: its kind, the role of a section, a figure or a name.

Tables of words, and the order in which they are tried; nothing here knows which reports are
held. ``retrieval.question.query`` puts what is found together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from retrieval.documents import Role

Kind = Literal[
    "fact", "list", "item", "which", "rank", "compare", "catalogue", "brief", "overview",
    "greeting", "empty",
]  # fmt: skip
Wants = Literal["number", "percent", "ordinal", "date", "name", "text"]
Field = Literal["published", "issuer", "title", "document_number"]

# ---- roles ----------------------------------------------------------------------------------

_ROLE_WORDS: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("causes", re.compile("根子|根源|症结|(?:什么|有哪些|哪些|主要|的)原因|原因(?:是|有|呢|在|何在|[?？]|$)|成因|怎么造成|\\b(?:causes|reasons)\\b")),
    (
        "plans",
        re.compile(
            "下一步|下步|下一年|来年|明年|接下来|今后|打算|准备(?:怎么|做|干|开展|在|从)|要做(?:什么|哪些|啥)|"
            "(?:工作)?(?:计划|安排|思路|部署)(?:的?(?:标题|题目)|几|多少|分|包括|是什么|有哪些|都?有|是啥|呢|里|做|了哪|怎么|[?？]|$)|"
            "规划(?:是什么|有哪些|都有|是啥)|哪些(?:工作)?(?:计划|安排)|"
            "未来.{0,4}(?:工作|怎么)|努力方向|改进措施|\\bnext (?:year|step|steps)|\\bplans?\\b|\\bplanned\\b|\\bfuture\\b|going forward"
        ),
    ),
    (
        "problems",
        re.compile(
            "(?<!解决)(?<!化解)(?<!发现)(?<!整改)(?<!突出)(?<!处理)(?<!线索)(?<!查摆)(?:问题|不足|短板|困难|弱项|薄弱环节|薄弱|差距|难点|难处|缺点|毛病|痛点|短处|欠缺|软肋)"
            "(?!线索|清单|楼盘|整改率|导向|类|处|条)|做得?不(?:好|够|到位)|哪里不好|"
            "\\b(?:problems?|shortcomings?|difficult(?:y|ies)|weakness(?:es)?|issues|deficienc(?:y|ies)|gaps|challenges)\\b"
        ),
    ),
    (
        "leadership",
        re.compile("第一责任人.{0,8}(?:怎么|如何|哪些|做了|情况|履)|(?:主要负责人|主要领导|党政).{0,6}履(?:职|行)|组织领导"),
    ),
    (
        "measures",
        re.compile(
            "(?:主要|重要|重点|哪些|什么|啥|有何)(?:的)?(?:举措|措施|做法|成效|成绩|工作|亮点|机制|成果|事情|动作)|举措|做法|成效|成绩|亮点|"
            "做了(?:什么|哪|啥)|抓了(?:什么|哪|啥)|干了(?:什么|哪些|啥)|怎么(?:做|推进|抓|搞)的|如何(?:推进|开展|做|抓|加强|优化|推动)|采取了|"
            "\\b(?:measures|achievements?|accomplish\\w*|highlights|results)\\b|what did .{0,40}\\bdo\\b"
        ),
    ),
)  # fmt: skip
_TARGET = re.compile(
    "目标(?:是|值|定|又|为|呢|有|数|都|多少|怎么定|[?？]|$)|的目标(?!引领|责任|管理|任务|清单|机制)|上限|下限|(?<![制规确审认评鉴])定的|定在|(?<![制规确审认评鉴拟])定了|要求(?:保持|达到|控制)|控制在|力争|守住|target|aim"
)
_SOLVED = re.compile(
    "(?:查出来?|查摆|发现|排查出?|反馈|整改|解决|化解|处理|督察|移送|交办|突出)[^，。？?]{0,12}?问题"
)


def role_of(topic: str) -> Role | None:
    """Return the role whose section the topic asks for, None when it names none."""
    topic = _SOLVED.sub(" ", topic)
    if re.search("(?:哪些|什么|有)[^，。]{0,6}(?:问题|不足|短板|困难)", topic):
        return "problems"
    role = next((role for role, pattern in _ROLE_WORDS if pattern.search(topic)), None)
    if role == "plans" and _PROBLEMS_AND_PLANS.search(topic):
        return "problems"
    return "plans" if role is None and _TARGET.search(topic) else role


_PROBLEMS_AND_PLANS = re.compile(
    "(?:问题|不足|短板|困难)(?:和|与|及|以及|、|，|,)[^，。]{0,6}(?:下一?步|打算|计划|安排)|"
    "(?:problems|shortcomings) and (?:plans|next steps)"
)


def asks_target(topic: str) -> bool:
    """Tell whether a figure is asked for that was aimed at (上限, 控制在), not one reached."""
    return bool(_TARGET.search(topic))


def also_asked(topic: str, role: Role | None) -> Role | None:
    """Return the second role a topic names beside ``role`` (问题和原因, 问题和打算), if any."""
    if role != "problems":
        return None
    if _PROBLEMS_AND_PLANS.search(topic):
        return "plans"
    return "causes" if asks_causes(topic) else None


def asks_causes(topic: str) -> bool:
    """Return True when causes are asked for, whatever else is."""
    return bool(_ROLE_WORDS[0][1].search(topic))


def without_role(topic: str, role: Role | None) -> str:
    """Return the topic without the words that name the role: what is left is the theme."""
    for name, pattern in _ROLE_WORDS:
        if name == role or {name, role} == {"problems", "causes"}:
            topic = pattern.sub(" ", topic)
    return topic


def counts_items(topic: str) -> bool:
    """列了几条问题 counts a list's items; 发现问题多少处 asks for a figure."""
    return not _SOLVED.search(topic) and bool(
        re.search(
            "(?:几|多少)(?:条|个|项|点|方面|个方面|类|件)?(?:的)?(?:主要|重点)?(?:问题|不足|短板|困难|打算|计划|举措|措施|工作(?!日|人员|站|组|室|机制)|任务)|how many (?:problems|shortcomings|plans|measures)",
            topic,
        )
    )


# ---- what is wanted -------------------------------------------------------------------------

_NUMBER_ASK = re.compile(
    "多少|好多(?!人说)|多久|多长时间|几多|几(?=[个件份条项次人名家场起宗本处户轮期类大岁年天部支篇张]|成)|数量|总数|件数|次数|人数|(?<!哪)个数(?!字)|数目|金额|"
    "\\bhow (?:many|much)\\b|\\bnumber of\\b|\\bamount\\b"
)
_UNIT_ASK = re.compile(
    "(?:多少|几)(?:亿|万)?(个?工作日|个?小时|个月|天|公里|亩|平方米|个百分点|百分点|人次|场次|家次|件次|万元|亿元|[件份条项次人名家场起宗本处户轮期类部支篇元块张]|个(?!亿))"
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


def asks_number(topic: str) -> bool:
    """Return True when a number of things or an amount is asked for."""
    return bool(_NUMBER_ASK.search(_COUNTED_PLACES.sub(" ", topic)))


def asks_share(topic: str) -> bool:
    """Return True when a rate or a share is asked for."""
    return bool(_PERCENT_ASK.search(topic))


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

_LIST_ASK = re.compile(
    "(?:讲|写|说)了?什么|哪些|哪几|哪[两二三四五六七八九十]|几(?:项|件|个|条)(?:措施|举措|制度|机制|工作|文件|方面)|都有(?:什么|啥)|有(?:什么|啥)|列出|列举|列一?下|罗列|逐条|逐项|分别是什么|包括什么|包括哪|包含哪|"
    "是哪[几些三四五六七八]|几(?:条|点|方面|个方面|类)(?:问题|不足|计划)?|所有|全部|\\blist\\b|\\bwhat (?:are|were|kinds?|types?)\\b|\\bwhich\\b"
)
# 社会治理方面的三项工作: the question names how many there are and wants them
_NAMED_COUNT = re.compile(
    "[两二三四五六七八九十](?:大|项|条|个|类)(?:方面的?)?(?:工作|举措|措施|机制|制度|任务|体系|行动)[?？。]?$"
)
_CATALOGUE = re.compile(
    "报告(?:都|一?共)?有(?:哪|几|多少)|(?:有|收录|入库|收了|收集|掌握|手上|手头|库里|资料库|可以查|能查|覆盖|包括).{0,8}(?:哪些|哪几|几份|多少份|几个|什么|哪).{0,8}(?:报告|地方|地区|年份|年度|区县|材料)(?!.{0,3}(?:提|讲|写|说|涉))|"
    "(?:哪些|哪几|几份|多少份|哪).{0,6}(?:报告|材料).{0,4}(?:可查|可以查|入库|能查|收录|[?？]?$)|报告(?:清单|目录|列表|一览)|"
    "\\b(?:which|what|list|how many).{0,12}reports? (?:do|are|have|can|available|you|in)|list (?:all )?(?:the )?reports"
)
# a question about the reports themselves: their years, length, gaps, issuers
_OF_REPORTS = re.compile(
    "报告(?:一共|总共)?有?多(?:长|少字)|报告(?:都|分别|各)?(?:是|属于)?(?:哪一?年|哪些?年份|哪个年度|什么年份)(?:的|度)?|"
    "(?:哪|几)(?:些|个|几份|份|一份)?(?:份)?报告.{0,6}(?:最短|最长|完整|残缺|不全|缺(?!乏|少人)|断|部门|司法局|局里)(?:写|发|出|的|$|[/?？、或])|"
    "(?:哪|几)(?:些|个|几份|份|一份)?(?:份)?(?:报告)?是部门(?:写|发|出|报|的)|which reports? .{0,12}(?:incomplete|shortest|longest)"
)
_WHICH = re.compile(
    "(?:哪(?:些|几|个|一个|份)|几(?:个|份|家)|多少(?:个|份|家)).{0,8}(?:报告|地方|区县|县区|县|区|地区|市|单位|地|材料).{0,14}?(?:提到|提及|写到|写进|写入|写了|列入|讲到|说到|出现|涉及|谈到|有没有|开展|推行|采用|建立|成立|实行|里有|提出|承认|获得|获评|列出)|"
    "(?:提到|提及|写到|讲到|说到|出现|涉及|谈到|开展了?|建立了?|有).{0,30}的(?:有|是)?(?:哪|几|多少).{0,6}(?:报告|地方|区县|县|区|地区|份|个)|(?:提到|提及|写到|讲到|说到|出现|涉及|谈到)[^，。]{2,20}的(?:报告|地方|区县|县|区|地区)(?:都?有|是)?(?:哪|几|多少)|把[^，。]{2,20}(?:写进|写入|列入)[^，。]{0,6}的?(?:有|是)哪|"
    "\\bwhich (?:reports?|places?|counties|districts?)\\b.{0,20}\\b(?:mention|refer|talk|discuss|report|have|set|establish)|(?:哪些|哪几个|谁)(?:都)?(?:提到|提及|写到|讲到)"
)
_NOT_SAYING = re.compile(
    "哪(?:一|些|几)?(?:份|个|家)?(?:报告|地方|区县)?[^，。]{0,4}(?:没有?|未|不)(?:提|写|说|讲|涉)"
)
_ANYONE = re.compile("^(?:有没有|有无|是否有)[^，。]{0,6}(?:提到|提及|写到|讲到|说到|谈到|写了)")
_WHICH_PLACES = re.compile(
    "哪(?:些|几个|几份|个|份|一份)(?:地方|报告|区县|[县区](?!政府|委|直|级|长)|地)"
)
_MORE = "(?:高|多|低|少|快|慢|大|小)"
_RANK = re.compile(
    f"(?:哪|谁|排名|排第|名次).{{0,24}}?最|最(?:高|多|低|少|大|小|好|差|快|慢).{{0,6}}(?:是哪|是谁|的地方|的是)|排名|排序|从高到低|从低到高|从多到少|从少到多|"
    f"谁.{{0,10}}更?{_MORE}|哪.{{0,12}}(?:更|比较){_MORE}|(?:哪|谁).{{0,3}}{_MORE}[?？]?$|增幅.{{0,4}}(?:大|高)|"
    "\\b(?:highest|lowest|most|least|largest|fewest|rank)\\b"
)
_AMONG_ALL = re.compile(
    "(?:几个|这些|所有|各|全部|五个|四个|三个)[^，。]{0,4}(?:地方|报告|县|区|地|家)(?:里面?|中|之中|当中)[^，。]{0,8}最"
)
_SUPERLATIVE = re.compile("最(?:高|多|低|少|大|小|快|慢)(?:的|吗|吧|[，,。?？]|$)")
_COMPARED = re.compile(f"比.{{1,16}}?更?(?:要|都|还)?{_MORE}(?!于|少于)")
_LOWEST = re.compile(
    "最(?:低|少|小|差|慢)|更(?:低|少|小|慢)|垫底|从低到高|从少到多|lowest|least|fewest|smallest"
)
_LOWER = re.compile("比.{1,16}?更?(?:要|都|还)?(?:低|少|小|慢)(?!于)")
_COMPARE = re.compile(
    "表格|对比表|列.{0,3}表|张表|成表|各地|各区县|各县|各区|各市|各个(?:地方|地区|县|区)|每个(?:地方|报告|地区|县)|每份报告|各(?:份|家)|几个地方|几地|两地|三地|四地|五地|两(?:个|份)|"
    "对比|比较(?!好|高|多|少|大)|相比|比一比|差别|差异|区别|共同点|共性|异同|不同之处|"
    "\\bcompare|comparison|\\bversus\\b|\\bvs\\b|\\beach (?:place|report|county|district)|across (?:the )?reports|difference between|\\bin common\\b"
)
_COMPARING = re.compile(
    "对比表?|比较(?!好|高|多|少|大)|相比|比一比|差别|差异|区别|共同点|共性|共同|异同|不同之处|哪里不同|有何不同"
)
_EVERYWHERE = re.compile(
    "各地|各区县|各县|各区|各市|各个地|每个地|每份|哪个地|哪些地|哪里的?|哪儿|哪家|这些地方|几个地方|所有地|各家|谁家|谁最|谁更|哪个[县区市](?!政府|委|直|级|长|里)|哪些[县区市](?!政府|委|直|级|长)|哪几个(?!方面|部分|环节|领域|问题|不足|短板|重点|举措|措施|项目|条|点|层面|工作)|所有报告|全部报告|哪些报告|哪份报告|几份报告|哪几份|这几份|这些报告|谁的|五份|所有地方|"
    "\\bwhich (?:report|place|count|district)|all (?:the )?reports|each (?:place|report|county)|across"
)
_BRIEF = re.compile(
    "概括|总结(?!出|会|了哪|经验)|摘要|简报|一段话|综述|概述|小结|梗概|大意|主要内容|(?:讲|说)了(?:什么|些什么|啥)(?!困难|问题|不足|措施|计划)|介绍(?:一下)?.{0,14}(?:总体)?(?:情况|报告)$|"
    "\\bsummar(?:y|ise|ize)|\\bbrief(?:ing)?\\b|\\boverview\\b"
)
_WRITE_UP = re.compile(
    "(?:(?<!报告)写(?!了|到|的|进|入)|生成|起草|汇总|整理)(?:成|出)?(?:一?[小个]?段|一?份|个)?[^，。]{0,16}(?:简报|材料|汇报|文字|的话|情况|介绍|一段话|成一?段)|[两二三四五1-5]?(?:百|00)[字]|合成一段|一小段"
)
_DETAIL = re.compile("展开|讲讲|详细|说说|具体|是什么|呢|细说|tell|detail")
_ISSUED = re.compile(
    "(?:出台|印发|制定|制发|编印|编制|下发|发布|发了|通过)[^，。？?]{0,10}(?:文件|制度|办法|方案|规定|意见|通知|规则|细则|指南|要点)|"
    "(?:文件|办法|方案|规定|通知|意见)(?:有|是|都有|分别是)(?:哪些|什么|哪几)"
)
_GREETING = re.compile(
    "^(?:你好|您好|hi|hello|hey|在吗|在不在|谢谢|多谢|thanks|thank you|再见|拜拜|早上好|下午好|晚上好|好的|ok|嗯+|啊+|哦+|你是谁|"
    "(?:你|您)?(?:都)?(?:会|能|可以)(?:干|做|帮我做|帮我干|查|回答)?(?:些)?(?:什么|啥)(?:问题)?|有(?:什么|哪些)功能|帮助|help|怎么用|who are you|what can you do)[!！。.~?？啊呀呢 ]*$"
)


def greets(plain: str) -> bool:
    """Return True for small talk and for questions about what can be asked."""
    return bool(_GREETING.match(plain))


def everywhere(plain: str) -> bool:
    """Return True when the question is about all places or reports."""
    return bool(_EVERYWHERE.search(plain))


def asks_rank(plain: str) -> bool:
    """Return True when an order or the first of it is asked for."""
    return bool(_RANK.search(plain))


def asks_lowest(plain: str) -> bool:
    """Return True when the order asked for starts from the lowest."""
    return bool(_LOWEST.search(plain) or _LOWER.search(plain))


def claims_rank(plain: str) -> bool:
    """X 是最高的, X 比 Y 高: the question itself puts a place before others."""
    return bool(_SUPERLATIVE.search(plain) or _COMPARED.search(plain))


def asks_documents(topic: str) -> bool:
    """Return True when the documents that were issued are asked for (印发了哪些文件)."""
    return bool(_ISSUED.search(topic)) and bool(
        re.search("哪些|什么|哪几|几个|几份|多少|文件名|列出|所有", topic)
    )


def without_comparison(topic: str) -> str:
    """Return the topic without the words that only ask to compare (有哪些共同点)."""
    return _COMPARING.sub(" ", topic)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the choice of a kind rests on: the words, and what was read in them before."""

    plain: str
    topic: str
    role: Role | None
    item: int | None
    address: bool
    places: int
    one_county: bool
    everywhere: bool
    bare: bool


def kind_of(asked: Asked) -> Kind:
    """Return the kind of a question; the first that fits, the most telling words first."""
    plain, topic, role = asked.plain, asked.topic, asked.role
    number = asks_number(topic)
    which = bool(_WHICH.search(plain) or _NOT_SAYING.search(plain))
    if (_CATALOGUE.search(plain) and not which and role is None) or _OF_REPORTS.search(plain):
        return "catalogue"
    if (which and not asked.one_county) or (_ANYONE.search(topic) and not asked.places):
        return "which"
    if among_all(plain) or (_RANK.search(plain) and (asked.everywhere or asked.places != 1)):
        return "rank"
    which_places = asked.everywhere and _WHICH_PLACES.search(plain) and not asked.one_county
    if which_places and not number and not asks_share(topic):
        return "which"
    if asked.bare:
        return "overview"
    if _COMPARE.search(plain) or asked.places > 1:
        return "compare"
    if asked.address and (not number or _LIST_ASK.search(topic)):
        return "list"
    if (_BRIEF.search(plain) and role in (None, "measures")) or _WRITE_UP.search(plain):
        return "brief"
    if asked.item is not None and (role or _DETAIL.search(topic)):
        return "item"
    listing = bool(_LIST_ASK.search(topic) or _NAMED_COUNT.search(topic)) or asks_documents(topic)
    if role and not (number and not (counts_items(topic) or listing)):
        return "list"
    if counts_items(topic) and not role and re.search("工作|任务", topic):
        return "list"
    if listing and not (number and not re.search("哪[两二三四五六七八九十几]", topic)):
        return "list"
    return "fact"


def lists(topic: str) -> bool:
    """Return True when the words themselves ask for several things (哪些, 列出, 分别是什么)."""
    return bool(_LIST_ASK.search(topic))


def among_all(plain: str) -> bool:
    """各地里最高的: the places named before do not narrow it."""
    return bool(_AMONG_ALL.search(plain))


def bare(topic: str) -> bool:
    """Return True when nothing is left to ask once the place and year are taken out (玉山 报告)."""
    left = re.sub(
        "报告|法治政府(?:建设)?|年度|情况|工作|材料|这份|那份|的|和|与|跟|帮?我|想|请|了解|查|一下|介绍|[两三四五几]?个?[区县市]|看看|看一下|[，,。、！!\\s]",
        "",
        topic,
    )
    return not left


_DEFINES = re.compile(
    "^(?:请问|请解释)?什么(?:是|叫)|是什么意思|的定义|的含义|名词解释|^what (?:is|are) (?:an? )?\\w+(?: \\w+)?\\?*$"
)
_STATUTE = re.compile(
    "[\u4e00-\u9fff]{0,12}(?:法|条例|办法|规定|规则|细则)[》”]?(?:的)?第[一二三四五六七八九十百0-9]{1,5}条"
)


def asks_definition(plain: str) -> bool:
    """Return True for 什么是行政复议: a word to be explained, which no report does."""
    return bool(_DEFINES.search(plain))


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
            "^(?:这|该|是)?由?(?:谁|哪个单位|哪个部门|什么单位)(?:发布|公布|发|出|写|编)(?:的|了)|(?:谁|哪个单位|哪个部门|什么单位)(?:发布|公布|发|写)(?:了|的)?(?:这|该|那)份报告|"
            "(?:which|what) (?:bureau|department|body|agency|office|organi[sz]ation) (?:issued|published|wrote|released)|who (?:issued|published|wrote|released)"
        ),
    ),
    (
        "published",
        re.compile(
            "落款|(?:报告|材料|全文)[^，。]{0,8}(?:发布|公开|公布|成文|挂网|上网|刊登)(?!的?(?:机构|单位|机关)|了)|(?:发布|公开|公布|成文)(?:日期|时间|的?日子)|"
            "(?:什么时候|哪一?天|何时|几号|什么时间)(?:发布|公开|公布|发|挂)(?:的|出来|了)?[?？]?$|\\breport\\b.{0,20}\\b(?:published|released|issued|posted)|publication date"
        ),
    ),
    ("document_number", re.compile("文号|发文字号|document number")),
    ("title", re.compile("(?:报告|文件)的?(?:全称|标题|题目|名称)(?:是|叫|$|[?？])")),
)  # fmt: skip


def field_of(topic: str) -> Field | None:
    """Return the field of the page that is asked for: who issued it, when, under which number."""
    return next((name for name, pattern in _FIELDS if pattern.search(topic)), None)


def without_field(topic: str, field: Field) -> str:
    """Return the topic without the words that ask for ``field``."""
    return dict(_FIELDS)[field].sub(" ", topic)


# ---- what is said of ------------------------------------------------------------------------

_PHRASE = re.compile(
    '(?:提到|提及|写到|讲到|说到|谈到|出现|涉及|提没提|写没写|讲没讲|说没说)(?:到|及)?(?:了|过)?[“"]?'
    '([^“”"，。？?的有]{2,14}?)[”"]?(?:方面|情况|内容|工作)?(?:了?[吗么没]|的|有|这|几|$|，|？|\\?)'
)
_WHETHER_SAID = re.compile(
    "(?:有没有|有无|是否|是不是|可曾|有)(?:专门|明确|具体)?(?:提|写|讲|说|谈|涉)(?:到|及)|(?:提|写|讲|说)没(?:提|写|讲|说)|"
    "(?:提|写|讲|说|谈)(?:到|及|过)[^，。]{2,20}(?:吗|没有?|么)[?？]?$"
)
_NEGATED = re.compile("(?<!有)(?:没有?|未|不)(?:提|写|说|讲|给出|提到|提及|报|涉及|列出|公布)")


def phrase_of(topic: str) -> str:
    """Return the words a report is asked to mention, empty when the question has no such verb."""
    return match.group(1) if (match := _PHRASE.search(topic)) else ""


def asks_mention(topic: str) -> bool:
    """Return True when it is asked whether the report speaks of something (有没有提到…)."""
    return bool(_WHETHER_SAID.search(topic))


def negated(topic: str) -> bool:
    """Return True when those are asked for that do not mention it."""
    return bool(_NEGATED.search(topic))
