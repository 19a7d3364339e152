"""Question → Query: what is asked, of which places and years, and what a follow-up inherits.

Rules only, and all of them here or in ``terms`` and ``places``: the same question always
means the same. What a conversation remembers is an explicit ``State``, never hidden.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, NamedTuple

from retrieval.documents import Role
from retrieval.gazetteer import Chain
from retrieval.indicators import lookup
from retrieval.normalise import normalise
from retrieval.places import Mention, PlaceIndex
from retrieval.quantities import Quantity, find_quantities
from retrieval.terms import (
    Term,
    content_terms,
    from_pinyin,
    is_english,
    is_topical,
    looks_like_pinyin,
)

Kind = Literal[
    "fact", "list", "item", "which", "rank", "compare", "catalogue", "brief", "greeting", "empty"
]
Wants = Literal["number", "percent", "ordinal", "date", "name", "text"]
Direction = Literal["up", "down"]
Field = Literal["published", "issuer", "title", "document_number"]

MAX_QUESTION_CHARS = 2000


@dataclass(frozen=True, slots=True)
class State:
    """What the next question of a conversation inherits; a value, stored and shown as such.

    ``items`` and ``focus`` are (report, start, end): the items last listed, the words last
    cited. ``topic`` is the last question without its places and years.
    """

    places: tuple[Chain, ...] = ()
    issuers: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    role: Role | None = None
    topic: str = ""
    recent: tuple[Chain, ...] = ()
    items: tuple[tuple[str, int, int], ...] = ()
    focus: tuple[tuple[str, int, int], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain lists and strings; ``from_json`` reads them back."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> State:
        """Return the state that ``to_json`` wrote."""
        return cls(
            places=tuple(tuple(p) for p in data.get("places", ())),
            issuers=tuple(data.get("issuers", ())),
            years=tuple(data.get("years", ())),
            role=data.get("role"),
            topic=data.get("topic", ""),
            recent=tuple(tuple(p) for p in data.get("recent", ())),
            items=tuple((r, a, b) for r, a, b in data.get("items", ())),
            focus=tuple((r, a, b) for r, a, b in data.get("focus", ())),
        )


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed question.

    ``places`` and ``years`` are said or inherited (``inherited``); ``unknown`` are named places
    nothing is held for, ``ambiguous`` those to ask back about. ``figures`` and ``direction``
    are what the question itself asserts; ``topic`` its words without places and years.
    """

    question: str
    topic: str
    kind: Kind
    english: bool = False
    places: tuple[Chain, ...] = ()
    issuers: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    inherited: bool = False
    everywhere: bool = False
    unknown: tuple[str, ...] = ()
    ambiguous: tuple[Mention, ...] = ()
    role: Role | None = None
    also: Role | None = None
    terms: tuple[Term, ...] = ()
    carried: tuple[Term, ...] = ()
    wants: Wants = "text"
    unit: str = ""
    yes_no: bool = False
    item: int | None = None
    figures: tuple[Quantity, ...] = ()
    direction: Direction | None = None
    lowest: bool = False
    indicators: tuple[str, ...] = ()
    count: int | None = None
    change: bool = False
    field: Field | None = None
    part: int | None = None
    phrase: str = ""
    negated: bool = False


_HAN = re.compile("[\u3400-\u9fff]")
_YEAR = re.compile(
    r"(?<![0-9])(20[0-4][0-9])(?![0-9])(?=年|\D|$)|(?<![0-9])([12][0-9])年(?!来|间|以)"
)
_CN_YEAR = re.compile("二[〇零○o]([〇零○一二三四五六七八九]{2})年?")
_CN_DIGIT = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {"〇": "0", "○": "0"}
_COMPARED_YEAR = re.compile(
    "(?:比|较|跟|同|与|和|相比)20[0-4][0-9]年?度?(?!.{0,6}(?:报告|各|分别|哪))(?=.{0,20}(?:比|多|少|增|减|升|降|涨|变))"
)
_PREVIOUS_YEAR = re.compile(
    "(?<![比较跟同与和])(?:上一?|前一|再前一)年(?:度)?(?:的?呢|的报告|怎么|情况|的情况|[?？]|$)|the year before|previous year"
)

_ROLE_WORDS: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("causes", re.compile("根子|根源|症结|(?:什么|有哪些|哪些|主要|的)原因|原因(?:是|有|呢|在|何在|[?？]|$)|成因|怎么造成|\\b(?:causes|reasons)\\b")),
    (
        "plans",
        re.compile(
            "下一步|下步|下一年|来年|明年|接下来|今后|打算|准备(?:怎么|做|干|开展|在|从)|要做(?:什么|哪些|啥)|"
            "(?:工作)?(?:计划|安排|思路|部署|规划)(?:是什么|有哪些|都?有|是啥|呢|里|做|了哪|怎么|[?？]|$)|哪些(?:工作)?(?:计划|安排)|"
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

_NUMBER_ASK = re.compile(
    "多少|好多(?!人说)|几多|几(?=[个件份条项次人名家场起宗本处户轮期类大岁年天部支篇]|成)|数量|总数|件数|次数|人数|(?<!哪)个数(?!字)|数目|金额|"
    "\\bhow (?:many|much)\\b|\\bnumber of\\b|\\bamount\\b"
)
_UNIT_ASK = re.compile(
    "(?:多少|几)(?:亿|万)?(个?工作日|个?小时|个月|天|公里|亩|平方米|个百分点|百分点|人次|场次|家次|件次|万元|亿元|[个件份条项次人名家场起宗本处户轮期类部支篇元块张])"
)
_PERCENT_ASK = re.compile(
    "率|比例|占比|百分之|百分比|百分点|\\brate\\b|percent|proportion|share of"
)
_DATE_ASK = re.compile(
    "几月份?|什么时候|何时|哪(?:一)?(?:天|年|月|日)|几月|几号|日期|什么时间|\\bwhen\\b|what date|which (?:month|day|date)"
)
_NAME_ASK = re.compile(
    "是谁|谁(?:是|来|主持|牵头)|哪位|哪(?:个|些)(?:部门|单位|机构)|叫什么|名(?:称|字)|\\bwho\\b|what is the name"
)
_LIST_ASK = re.compile(
    "(?:讲|写|说)了?什么|哪些|哪几|哪[两二三四五六七八九十]|几(?:项|件|个|条)(?:措施|举措|制度|机制|工作|文件|方面)|都有(?:什么|啥)|有(?:什么|啥)|列出|列举|列一?下|罗列|逐条|逐项|分别是什么|包括什么|包括哪|包含哪|"
    "是哪[几些三四五六七八]|几(?:条|点|方面|个方面|类)(?:问题|不足|计划)?|所有|全部|\\blist\\b|\\bwhat (?:are|were|kinds?|types?)\\b|\\bwhich\\b"
)
_CATALOGUE = re.compile(
    "报告(?:都|一?共)?有(?:哪|几|多少)|(?:有|收录|入库|收了|收集|掌握|手上|手头|库里|资料库|可以查|能查|覆盖|包括).{0,8}(?:哪些|哪几|几份|多少份|几个|什么|哪).{0,8}(?:报告|地方|地区|年份|年度|区县|材料)(?!.{0,3}(?:提|讲|写|说|涉))|"
    "(?:哪些|哪几|几份|多少份|哪).{0,6}(?:报告|材料).{0,4}(?:可查|可以查|入库|能查|收录|[?？]?$)|报告(?:清单|目录|列表|一览)|"
    "\\b(?:which|what|list|how many).{0,12}reports? (?:do|are|have|can|available|you|in)|list (?:all )?(?:the )?reports"
)
_WHICH = re.compile(
    "(?:哪(?:些|几|个|一个|份)|几(?:个|份|家)|多少(?:个|份|家)).{0,8}(?:报告|地方|区县|县区|县|区|地区|市|单位|地|材料).{0,14}?(?:提到|提及|写到|讲到|说到|出现|涉及|谈到|有没有|开展|推行|采用|建立|成立|实行|里有|提出|承认|获得|获评|列出)|"
    "(?:提到|提及|写到|讲到|说到|出现|涉及|谈到|开展了?|建立了?|有).{0,30}的(?:有|是)?(?:哪|几|多少).{0,6}(?:报告|地方|区县|县|区|地区|份|个)|"
    "\\bwhich (?:reports?|places?|counties|districts?)\\b.{0,20}\\b(?:mention|refer|talk|discuss|report|have|set|establish)|(?:哪些|哪几个|谁)(?:都)?(?:提到|提及|写到|讲到)"
)
_WHICH_PLACES = re.compile("哪(?:些|几个|几份|个|份|一份)(?:地方|报告|县|区|地|区县)")
_RANK = re.compile(
    "(?:哪|谁|排名|排第|名次).{0,24}?最|最(?:高|多|低|少|大|小|好|差).{0,6}(?:是哪|是谁|的地方|的是)|排名|排序|从高到低|从低到高|从多到少|谁.{0,10}更?(?:高|多|低|少)|哪.{0,12}(?:更|比较)(?:高|多|低|少)|"
    "\\b(?:highest|lowest|most|least|largest|fewest|rank)\\b"
)
_AMONG_ALL = re.compile(
    "(?:几个|这些|所有|各|全部|五个|四个|三个)[^，。]{0,4}(?:地方|报告|县|区|地|家)(?:里面?|中|之中|当中)[^，。]{0,8}最"
)
_LOWEST = re.compile("最(?:低|少|小|差)|更(?:低|少)|垫底|从低到高|lowest|least|fewest|smallest")
_COMPARE = re.compile(
    "表格|对比表|列.{0,3}表|张表|成表|各地|各区县|各县|各区|各市|各个(?:地方|地区|县|区)|每个(?:地方|报告|地区|县)|每份报告|各(?:份|家)|几个地方|几地|两地|三地|四地|五地|两(?:个|份)|"
    "对比|比较(?!好|高|多|少|大)|相比|比一比|差别|差异|区别|共同点|共性|异同|不同之处|"
    "\\bcompare|comparison|\\bversus\\b|\\bvs\\b|\\beach (?:place|report|county|district)|across (?:the )?reports|difference between|\\bin common\\b"
)
_EVERYWHERE = re.compile(
    "各地|各区县|各县|各区|各市|各个地|每个地|每份|哪个地|哪些地|哪里的?|哪儿|哪家|这些地方|几个地方|所有地|各家|谁家|谁最|谁更|哪个[县区市]|哪些[县区市]|哪几个|所有报告|全部报告|哪些报告|哪份报告|几份报告|哪几份|这几份|这些报告|谁的|五份|所有地方|"
    "\\bwhich (?:report|place|count|district)|all (?:the )?reports|each (?:place|report|county)|across"
)
_BRIEF = re.compile(
    "概括|总结(?!出|会|了哪|经验)|摘要|简报|一段话|综述|概述|小结|梗概|大意|主要内容|(?:讲|说)了(?:什么|些什么|啥)(?!困难|问题|不足|措施|计划)|介绍(?:一下)?.{0,14}(?:总体)?(?:情况|报告)$|"
    "\\bsummar(?:y|ise|ize)|\\bbrief(?:ing)?\\b|\\boverview\\b"
)
_WRITE_UP = re.compile(
    "(?:(?<!报告)写(?!了|到|的)|生成|起草|汇总|整理)(?:成|出)?(?:一?[小个]?段|一?份|个)?[^，。]{0,16}(?:简报|材料|汇报|文字|的话|情况|介绍|一段话|成一?段)|[两二三四五1-5]?(?:百|00)[字]|合成一段|一小段"
)
_PART = re.compile("第([一二三四五六七八九十]|[0-9]{1,2})(?:大)?部分")
_ITEM = re.compile(
    "第([一二三四五六七八九十]{1,2}|[0-9]{1,2})(?!年|次|届|批|部分|季|期|名|位|轮|产业|责任|方|者|时间|一责任)\\s*(?:条|个|项|点|方面|大|类)?(?:问题|不足|短板|计划|打算|举措|措施)?|"
    "\\b(first|second|third|fourth|fifth|sixth) (?:one|item|point|problem|plan)"
)
_GREETING = re.compile(
    "^(?:你好|您好|hi|hello|hey|在吗|在不在|谢谢|多谢|thanks|thank you|再见|拜拜|早上好|下午好|晚上好|好的|ok|嗯+|啊+|哦+|你是谁|你会什么|你能做什么|帮助|help|怎么用|who are you|what can you do)[!！。.~?？啊呀 ]*$"
)
_DEICTIC = re.compile(
    "^(?:那么?|其中|里面|这些|上述|以上|还|再|另外|它|该|这|继续|然后|具体|and\\b|what about|how about)|其中|上面|刚才|前面|这些|那些|它的|它们|这一?(?:项|条|点|个)|\\b(?:it|its|they|their|them)\\b"
)
_THESE_PLACES = re.compile(
    "这[几两二三四五六七八0-9]?个?(?:地方|地|县|区|市|家)|[两三四五]地|它们|他们之间|of them"
)
_SWITCH = re.compile(
    "换成|改成|换到|改为|换做|换一?个|回到|那么?|呢|的话|如果是|再看|看看|又|同样|也|what about|how about|and|[?？,，。 的]"
)
_YES_NO = re.compile(
    "吗[?？]?$|是不是|是否|对不对|对吗|有没有|有无|^(?:did|is|are|was|were|does|do|has|have)\\b|真的"
)
_UP = re.compile(
    "上升|增长|增加|提高|上涨|升高|变高|变多|多了|涨|\\b(?:increase|rise|rose|grew|grow|up)\\w*"
)
_DOWN = re.compile(
    "下降|减少|降低|下滑|回落|变低|变少|少了|跌|\\b(?:decrease|fell|fall|drop|decline|down)\\w*"
)
_CHANGE_ASK = re.compile(
    "[多少]了(?:多少|几|没)|怎么变|变化|增减|(?:上升|增长|增加|提高|下降|减少|降低)了?(?:多少|几|没|吗)|(?:是|还是).{0,6}(?:上升|增长|下降|减少).{0,4}还是|同比|幅度"
)
_TARGET = re.compile(
    "目标(?:是|值|定|又|为|呢)|的目标|上限|下限|定的|定在|定了|要求(?:保持|达到|控制)|控制在|力争|守住|target|aim"
)
_NOT_THIS = re.compile(
    "[（(](?:不是|不含|非)[^）)]{1,12}[）)]|[，,]?(?:而)?不是(?!吗|么)[^，,。？?]{2,10}"
)
_COUNTED = re.compile(
    "(?:哪|这|那)([两二三四五六七八九十]{1,2}|[0-9]{1,2})(?:个|条|项|点|件|方面|类|大|步|种)|([二两三四五六七八九十]{1,2}|[0-9]{1,2})(?:大|个方面|项|条)[^，。]{0,12}(?:都?(?:是|有|包括|分别)|哪)"
)
_FIELDS: tuple[tuple[Field, re.Pattern[str]], ...] = (
    (
        "published",
        re.compile(
            "落款|(?:报告|材料|全文)[^，。]{0,8}(?:发布|公开|公布|成文|挂网|上网|刊登)|(?:发布|公开|公布|成文)(?:日期|时间|的?日子)|(?:什么时候|哪天|何时|几号)(?:发布|公开|公布|挂)(?:的|出来)?[?？]?$|\\breport\\b.{0,20}\\b(?:published|released|issued|posted)|publication date"
        ),
    ),
    ("document_number", re.compile("文号|发文字号|document number")),
    (
        "issuer",
        re.compile(
            "(?:报告|文件|材料)[^，。]{0,6}(?:谁|哪个单位|哪个部门|哪个机关|哪家)[^，。]{0,6}(?:发|写|出|印|编)|发布(?:单位|机构|机关)(?:是|$|[?？])|(?:谁|哪个单位|哪个部门)(?:发布|发|出|写)的"
        ),
    ),
    ("title", re.compile("(?:报告|文件)的?(?:全称|标题|题目|名称)(?:是|叫|$|[?？])")),
)
_ORDINAL_EN = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6}
_ORDINAL_CN = {c: i + 1 for i, c in enumerate("一二三四五六七八九十")}


def understand(
    question: str, state: State, places: PlaceIndex, known: Sequence[tuple[Chain, str]] = ()
) -> Query:
    """Parse ``question`` in the light of what the conversation has settled.

    ``places`` resolves names against what is held; ``known`` are the place and issuer of each
    held report, so that a bureau's short name (市场监管局, 城管) is not taken for a topic.
    """
    words = _clean(question)
    if not words:
        return Query(question, "", "empty")
    plain = normalise(words).strip()
    if _GREETING.match(plain):
        return Query(question, "", "greeting", english=is_english(words))
    resolution = places.resolve(words)
    years, without_years = _years(plain, state)
    bodies = [_body(words, mention, known) for mention in resolution.mentions]
    topic = _topic(
        words,
        [(m.start, max(m.end, b.end)) for m, b in zip(resolution.mentions, bodies, strict=True)],
    )
    pinyin = looks_like_pinyin(topic)
    if pinyin:
        topic = from_pinyin(topic)
        plain = normalise(topic)
    query = Query(
        question=words,
        topic=topic,
        kind="fact",
        english=is_english(words) and not pinyin,
        places=resolution.held,
        issuers=tuple(
            dict.fromkeys(
                [
                    *(i for m in resolution.mentions for i in m.issuers),
                    *(b.issuer for b in bodies if b.issuer),
                ]
            )
        ),
        years=years,
        unknown=tuple(dict.fromkeys(m.text for m in resolution.missing)),
        ambiguous=resolution.ambiguous,
        everywhere=bool(_EVERYWHERE.search(plain)),
        yes_no=bool(_YES_NO.search(plain)),
        lowest=bool(_LOWEST.search(plain)),
    )
    query = _asked(query, normalise(topic))
    return _inherit(query, state, without_years)


def _clean(question: str) -> str:
    """Drop control, formatting and tag characters; fold blanks; cut at ``MAX_QUESTION_CHARS``."""
    printable = "".join(
        " " if c in "\t\r\n" else c
        for c in question
        if c in "\t\r\n" or c.isprintable() or c == "\u3000"
    )
    return re.sub(r"\s+", " ", printable)[:MAX_QUESTION_CHARS].strip()


class _Body(NamedTuple):
    """A held issuer named in short right after its place, and where that name ends."""

    issuer: str
    end: int


_AFTER_BODY = re.compile(
    "(?:系统|部门|单位)?(?=$|[的在有是对把被给为去今的，,。？?、呢都当前20]|报告)"
)


def _body(words: str, mention: Mention, known: Sequence[tuple[Chain, str]]) -> _Body:
    """Find 市场监管局 after 颍滨市 as the held 颍滨市市场监督管理局: its letters, in order."""
    rest = words[mention.end : mention.end + 16]
    best = _Body("", mention.end)
    for chain, issuer in known:
        if not any(
            chain[: len(held)] == held or held[-len(chain) :] == chain for held in mention.held
        ):
            continue
        core = issuer
        for name in chain:
            core = core.removeprefix(name)
        at = length = 0
        for position, char in enumerate(rest):
            found = core.find(char, at)
            if found < 0 or (position == 0 and found > 0 and not core.endswith("政府")):
                break
            at, length = found + 1, position + 1
        if length < 2:
            continue
        tail = _AFTER_BODY.match(rest, length)
        if rest[length - 1] == core[-1] or tail:
            end = mention.end + (tail.end() if tail else length)
            if end > best.end:
                best = _Body(issuer, end)
    return best


def _topic(words: str, spans: Sequence[tuple[int, int]]) -> str:
    kept, at = [], 0
    for start, end in spans:
        kept.append(words[at:start])
        at = max(at, end)
    kept.append(words[at:])
    text = " ".join(part for part in kept if part.strip()) if len(kept) > 1 else kept[0]
    text = _CN_YEAR.sub(" ", text)
    text = re.sub(
        r"(?<![0-9])20[0-4][0-9](?![0-9])\s?(?:年度|年)?|(?<![0-9])[12][0-9]年度?(?!来|间|以)",
        " ",
        text,
    )
    return re.sub(r"\s+", " ", text).strip()


def _years(plain: str, state: State) -> tuple[tuple[int, ...], str]:
    found = []
    plain = _COMPARED_YEAR.sub(" ", plain)
    for match in _YEAR.finditer(plain):
        found.append(int(match.group(1)) if match.group(1) else 2000 + int(match.group(2)))
    for match in _CN_YEAR.finditer(plain):
        found.append(int("20" + "".join(_CN_DIGIT[c] for c in match.group(1))))
    if not found and state.years and _PREVIOUS_YEAR.search(plain):
        found.append(min(state.years) - 1)
    return tuple(dict.fromkeys(found)), _YEAR.sub(" ", plain)


def _asked(query: Query, topic: str) -> Query:
    """Fill in what the topic's words ask: kind, role, wanted type, figures, direction."""
    plain = normalise(query.topic if looks_like_pinyin(query.question) else query.question)
    topic = _NOT_THIS.sub(" ", topic)
    role = _role(topic)
    if role is None and _TARGET.search(topic):
        role = "plans"
    number_ask = bool(_NUMBER_ASK.search(topic))
    item = _item(topic) if _ITEM.search(topic) else None
    kind: Kind = "fact"
    if _CATALOGUE.search(plain) and not _WHICH.search(plain):
        kind = "catalogue"
    elif _WHICH.search(plain):
        kind = "which"
    elif _AMONG_ALL.search(plain):
        kind = "rank"
        query = replace(query, places=(), issuers=(), everywhere=True)
    elif _RANK.search(plain) and (query.everywhere or len(query.places) != 1):
        kind = "rank"
    elif (
        query.everywhere
        and _WHICH_PLACES.search(plain)
        and not number_ask
        and not _PERCENT_ASK.search(topic)
    ):
        kind = "which"
    elif _COMPARE.search(plain) or len(query.places) > 1:
        kind = "compare"
    elif _part(topic) is not None and _LIST_ASK.search(topic):
        kind = "list"
    elif (_BRIEF.search(plain) and role in (None, "measures")) or _WRITE_UP.search(plain):
        kind = "brief"
    elif item is not None and (
        role or re.search("展开|讲讲|详细|说说|具体|是什么|呢|细说|tell|detail", topic)
    ):
        kind = "item"
    elif role and not (number_ask and not (_counts_items(topic) or _LIST_ASK.search(topic))):
        kind = "list"
    elif _LIST_ASK.search(topic) and not (
        number_ask and not re.search("哪[两二三四五六七八九十几]", topic)
    ):
        kind = "list"
    listed = role
    if (
        kind == "list"
        and role in ("causes", "problems")
        and (_asserted(topic) or (role == "causes" and lookup(topic)))
    ):
        # 败诉率高达10%，原因是什么 rests on a figure; the figure comes first
        kind, listed = "fact", role
    if kind == "fact":
        role = role if role == "plans" else None
    wants: Wants = "text"
    if number_ask:
        wants = "number"
    if _PERCENT_ASK.search(topic):
        wants = (
            "percent" if not re.search("(?:多少|几)[个件份条项次人名家场起宗]", topic) else "number"
        )
    if re.search("第几", topic):
        wants = "ordinal"
    if _DATE_ASK.search(topic):
        wants = "date"
    elif _NAME_ASK.search(topic):
        wants = "name"
    unit = match.group(1) if (match := _UNIT_ASK.search(topic)) else ""
    figures = _asserted(topic)
    terms = content_terms(_without_role(topic, listed))
    direction: Direction | None = None
    if not _CHANGE_ASK.search(topic):
        up, down = bool(_UP.search(topic)), bool(_DOWN.search(topic))
        direction = "up" if up and not down else "down" if down and not up else None
    return replace(
        query, kind=kind, role=role, wants=wants, unit=unit, item=item, figures=figures,
        direction=direction, terms=terms,
        indicators=_indicators(f"{topic} {' '.join(t.word for t in terms)}") if kind in ("fact", "rank", "compare") else (),
        also="causes" if role == "problems" and _ROLE_WORDS[0][1].search(topic) else None,
        count=_counted(topic), change=bool(_CHANGE_ASK.search(topic)),
        field=next((f for f, pattern in _FIELDS if pattern.search(topic)), None),
        part=_part(topic), phrase=match.group(1) if (match := _PHRASE.search(topic)) else "",
        negated=bool(re.search("(?:没有?|未|不)(?:提|写|说|讲|给出|提到|提及|报|涉及|列出|公布)", topic)),
    )  # fmt: skip


def _indicators(topic: str) -> tuple[str, ...]:
    """Return the canonical indicators the topic asks for: the best, and others as good."""
    found = lookup(topic)
    if not found:
        return ()
    return tuple(
        indicator.name for indicator, score in found if score >= max(0.7, found[0][1] - 0.3)
    )


_PHRASE = re.compile(
    '(?:提到|提及|写到|讲到|说到|谈到|出现|涉及)(?:了|过)?[“"]?([^“”"，。？?的有]{2,14}?)[”"]?(?:的|有|这|几|$|，|？|\\?)'
)


def _part(topic: str) -> int | None:
    match = _PART.search(topic)
    if not match:
        return None
    return int(match.group(1)) if match.group(1).isdecimal() else _numeral(match.group(1))


def _counted(topic: str) -> int | None:
    """Return how many items the question says there are (哪四件事, 八大机制有哪些)."""
    match = _COUNTED.search(topic)
    if not match:
        return None
    words = (match.group(1) or match.group(2)).replace("两", "二")
    return int(words) if words.isdecimal() else _numeral(words)


_NOT_ASSERTED = re.compile("字|地$|份$|段$|句$|张$|^[一二两三四五六七八九十]个$|百字")


def _asserted(topic: str) -> tuple[Quantity, ...]:
    return tuple(q for q in find_quantities(topic) if _asserts(q, topic))


def _asserts(quantity: Quantity, topic: str) -> bool:
    """A figure of the question that claims something, not a length asked for or a count of items."""
    if (
        quantity.kind not in ("number", "percent", "points", "money", "date")
        or quantity.value is None
    ):
        return False
    if _NOT_ASSERTED.search(quantity.text) or "字" in topic[quantity.end : quantity.end + 2]:
        return False
    before = topic[max(0, quantity.start - 2) : quantity.start]
    return not before.endswith(("哪", "第", "这", "那"))


def _without_role(topic: str, role: Role | None) -> str:
    """Return the topic without the words that name the role: what is left is the theme."""
    for name, pattern in _ROLE_WORDS:
        if name == role or (role == "problems" and name == "causes"):
            topic = pattern.sub(" ", topic)
    return topic


_SOLVED = re.compile(
    "(?:查出来?|查摆|发现|排查出?|反馈|整改|解决|化解|处理|督察|移送|交办|突出)[^，。？?]{0,12}?问题"
)


def _role(topic: str) -> Role | None:
    topic = _SOLVED.sub(" ", topic)
    if re.search("(?:哪些|什么|有)[^，。]{0,6}(?:问题|不足|短板|困难)", topic):
        return "problems"
    return next((role for role, pattern in _ROLE_WORDS if pattern.search(topic)), None)


def _counts_items(topic: str) -> bool:
    """列了几条问题 counts a list's items; 发现问题多少处 asks for a figure."""
    return not _SOLVED.search(topic) and bool(
        re.search(
            "(?:几|多少)(?:条|个|项|点|方面|个方面|类)?(?:的)?(?:主要)?(?:问题|不足|短板|困难|打算|计划|举措|措施)|how many (?:problems|shortcomings|plans|measures)",
            topic,
        )
    )


def _item(topic: str) -> int | None:
    match = _ITEM.search(topic)
    if not match:
        return None
    if match.group(2):
        return _ORDINAL_EN[match.group(2)]
    words = match.group(1)
    return int(words) if words.isdecimal() else _numeral(words)


def _numeral(words: str) -> int | None:
    """Return 1..99 for a Chinese numeral, None for other runs of its characters."""
    tens, ten, ones = words.partition("十")
    if not ten:
        return _ORDINAL_CN[words] if len(words) == 1 else None
    return (_ORDINAL_CN.get(tens, 1) if tens else 1) * 10 + _ORDINAL_CN.get(ones, 0)


_ASK_MARK = re.compile("多少|几|率|什么|哪|怎么|幅度|how|what|which", re.IGNORECASE)


def parts(query: Query) -> tuple[Query, ...]:
    """Return a fact question's separate asks (审了多少件，提了多少条意见), each a query of its own.

    A later ask carries the earlier ones' terms, as a reader would. One ask: the query itself.
    """
    if query.kind != "fact":
        return (query,)
    pieces = [
        p
        for p in re.split(
            "[，,；;？?。]|以及|还有|(?<=多少)和|、(?=[^，]{0,12}(?:多少|几))",
            normalise(query.topic),
        )
        if p.strip()
    ]
    asks = [p for p in pieces if _ASK_MARK.search(p)]
    if len(asks) < 2:
        return (query,)
    split: list[Query] = []
    said: list[Term] = list(content_terms(" ".join(p for p in pieces[: pieces.index(asks[0])])))
    for ask in asks:
        part = _asked(replace(query, role=None), ask)
        if not part.terms and not split:
            return (query,)
        carried = tuple(t for t in said if t.word not in {u.word for u in part.terms})
        part = replace(
            part, kind="fact", topic=ask, years=query.years if part.role == "plans" or len(query.years) < 2 else (), carried=(*carried, *query.carried),
            indicators=tuple(i for i in (part.indicators or query.indicators)),
        )  # fmt: skip
        said += part.terms
        split.append(part)
    return tuple(split)


def _inherit(query: Query, state: State, plain_without_years: str) -> Query:
    """Complete a follow-up from ``state``: place and year, and the topic when only they change."""
    if state == State():
        return query
    bare = _SWITCH.sub("", query.topic)
    says_nothing = (
        not query.terms
        and query.role is None
        and query.kind in ("fact", "compare")
        and len(bare) <= 4
    )
    if says_nothing and state.topic and (query.places or query.years or query.unknown):
        again = _asked(replace(query, question=query.question), normalise(state.topic))
        again = replace(again, topic=state.topic, role=again.role or state.role)
        if again.kind == "fact" and state.role and not again.terms:
            again = replace(again, kind="list")
        places = query.places or (() if query.unknown else state.places)
        kept = query.years or (() if query.places else state.years)
        return replace(
            again, places=places, issuers=query.issuers or (() if query.places else state.issuers),
            years=kept, inherited=True,
        )  # fmt: skip
    if query.places or query.unknown or query.kind == "catalogue":
        return query
    if _THESE_PLACES.search(plain_without_years) and len(state.recent) > 1:
        kind: Kind = "rank" if _RANK.search(plain_without_years) else "compare"
        again = _asked(query, normalise(state.topic)) if not query.terms else query
        return replace(
            again,
            kind=kind,
            places=state.recent,
            everywhere=True,
            inherited=True,
            lowest=query.lowest,
        )
    if query.everywhere and not _DEICTIC.search(plain_without_years):
        return query
    carried: tuple[Term, ...] = ()
    if _DEICTIC.search(plain_without_years) or sum(is_topical(t) for t in query.terms) < 2:
        own = {t.word for t in query.terms}
        carried = tuple(t for t in content_terms(state.topic) if t.word not in own)
    role = query.role
    if role is None and query.item is not None and state.items:
        role = state.role
    return replace(
        query, places=state.places, issuers=state.issuers, years=query.years or state.years,
        carried=carried, role=role, inherited=bool(state.places),
        kind="item" if query.item is not None and state.items else query.kind,
        indicators=query.indicators or (_indicators(query.topic + " " + state.topic) if carried else ()),
    )  # fmt: skip
