"""Question → Query: what is asked, of which places and years, and what a follow-up inherits.

Rules only, and all of them here or in ``terms`` and ``places``: the same question always
means the same. What a conversation remembers is an explicit ``State``, never hidden.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from retrieval.documents import Role
from retrieval.genre.pinyin import from_pinyin, looks_like_pinyin
from retrieval.genre.quantities import Quantity, find_quantities
from retrieval.parsing.indicators import lookup
from retrieval.places.bureaus import absent_body, body_after, held_places
from retrieval.places.gazetteer import Chain, contains
from retrieval.places.places import Mention, PlaceIndex, SpeaksOf
from retrieval.question import asking
from retrieval.question.addressing import (
    Step,
    address_of,
    count_of,
    item_of,
    month_of,
    without_address,
    without_month,
)
from retrieval.question.asking import Asked, Field, Kind, Wants
from retrieval.question.terms import (
    Term,
    content_terms,
    is_english,
    is_theme,
    is_topical,
)
from retrieval.text.normalise import normalise

Direction = Literal["up", "down"]

MAX_QUESTION_CHARS = 2000


@dataclass(frozen=True, slots=True)
class Briefed:
    """The last briefing of a conversation: the request, its reports, and the spans it cites."""

    question: str
    reports: tuple[str, ...]
    told: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class State:
    """What the next question of a conversation inherits; a value, stored and shown as such.

    ``items`` and ``focus`` are (report, start, end): the items last listed, the words last
    cited. ``topic`` is the last question without its places and years. ``briefed`` is kept until
    the next briefing.
    """

    places: tuple[Chain, ...] = ()
    issuers: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    role: Role | None = None
    topic: str = ""
    recent: tuple[Chain, ...] = ()
    items: tuple[tuple[str, int, int], ...] = ()
    focus: tuple[tuple[str, int, int], ...] = ()
    briefed: Briefed | None = None

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
            briefed=_briefed(data.get("briefed")),
        )


def _briefed(data: dict[str, Any] | None) -> Briefed | None:
    if not data:
        return None
    told = tuple((r, a, b) for r, a, b in data["told"])
    return Briefed(data["question"], tuple(data["reports"]), told)


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed question.

    ``compared`` are years only measured against; ``wrong_parents`` are provinces or cities the question puts a place in wrongly.
    ``places`` and ``years`` are said or inherited (``inherited``); ``unknown`` are named places
    nothing is held for, ``ambiguous`` those to ask back about. ``figures`` and ``direction``
    are what the question itself asserts; ``topic`` its words without places and years.
    ``item`` counts from 1, or back from -1; ``address`` is a numbered place of a report,
    ``claimed`` the place that the question itself puts first (X 是最高的吧).
    """

    question: str
    topic: str
    kind: Kind
    english: bool = False
    places: tuple[Chain, ...] = ()
    issuers: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    compared: tuple[int, ...] = ()
    inherited: bool = False
    everywhere: bool = False
    unknown: tuple[str, ...] = ()
    ambiguous: tuple[Mention, ...] = ()
    wrong_parents: tuple[tuple[str, Chain], ...] = ()
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
    address: tuple[Step, ...] = ()
    month: int | None = None
    documents: bool = False
    claimed: Chain = ()
    phrase: str = ""
    asks_mention: bool = False
    negated: bool = False


_HAN = re.compile("[\u3400-\u9fff]")
_YEAR = re.compile(
    r"(?<![0-9])(20[0-4][0-9])(?![0-9])(?=年|\D|$)|(?<![0-9])([12][0-9])年(?!来|间|以)"
)
_CN_YEAR = re.compile("二[〇零○o]([〇零○一二三四五六七八九]{2})年?")
_CN_DIGIT = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {"〇": "0", "○": "0"}
_AND_BEFORE = re.compile(r"20[0-4][0-9]年?度?\s?[和与跟同及、]\s?$")
_COMPARED_YEAR = re.compile(
    "(?:比|较|相比|(?<!年)(?<!年度)(?<![0-9])(?:跟|同|与|和))(20[0-4][0-9])年?度?(?!.{0,6}(?:报告|各|分别|哪))(?=.{0,20}(?:比|多|少|增|减|升|降|涨|变))"
)
_PREVIOUS_YEAR = re.compile(
    "(?<![比较跟同与和])(?:上一?|前一|再前一)年(?:度)?(?:的?呢|的报告|怎么|情况|的情况|[?？]|$)|the year before|previous year"
)

_DEICTIC = re.compile(
    "^(?:那么?|其中|里面|这些|上述|以上|还|再|另外|它|该|这|继续|然后|具体|and\\b|what about|how about)|其中|上面|刚才|前面|这些|那些|它的|它们|这一?(?:项|条|点|个)|\\b(?:it|its|they|their|them)\\b"
)
_THESE_PLACES = re.compile(
    "这[几两二三四五六七八0-9]?个?(?:地方|地|县|区|市|家)|[两三四五]地|它们|他们之间|of them"
)
_SWITCH = re.compile(
    "谢谢|多谢|好的|请问|请再?|再问一?下|再问问|问一?下|想问|我想|换成|改成|换到|改为|换做|换一?个|回到|那么?|呢|的话|如果是|再看|看看|又|同样|也|what about|how about|and|[?？,，。 的]"
)
# quoted words are looked for as they stand; no indicator stands for them
_QUOTED = re.compile('[“"《「][^”"》」]{2,30}[”"》」]')
_YES_NO = re.compile(
    "吗[?？]?$|是不是|是否|对不对|对吗|[对是]吧|吧[?？。]?$|有没有|有无|^(?:did|is|are|was|were|does|do|has|have)\\b|真的"
)
_UP = re.compile(
    "上升|增长|增加|提高|上涨|升高|攀升|变高|变多|多了|涨|增幅|延长|\\b(?:increase|rise|rose|grew|grow|up)\\w*"
)
_DOWN = re.compile(
    "下降|减少|降低|下滑|回落|变低|变少|(?<!多)少了|跌|降幅|减幅|缩短|压缩|降了|\\b(?:decrease|fell|fall|drop|decline|down)\\w*"
)
_CHANGE_ASK = re.compile(
    "[多少]了(?:多少|几|没)|怎么变|变化|增减|(?:上升|增长|增加|提高|下降|减少|降低)了?(?:多少|几|没|吗)|(?:是|还是).{0,6}(?:上升|增长|下降|减少).{0,4}还是|同比|幅度"
)
_NOT_THIS = re.compile(
    "[（(](?:不是|不含|非)[^）)]{1,12}[）)]|[，,]?(?:而)?(?<!是)不是(?!吗|么)[^，,。？?]{2,10}"
)


def understand(
    question: str,
    state: State,
    places: PlaceIndex,
    known: Sequence[tuple[Chain, str]] = (),
    speaks_of: SpeaksOf | None = None,
) -> Query:
    """Parse ``question`` in the light of what the conversation has settled.

    ``places`` resolves names against what is held; ``known`` are the place and issuer of each
    held report, so that a bureau's short name (市场监管局, 城管) is not taken for a topic, and ``speaks_of``
    tells whether a place's reports speak of a street or a zone inside it.
    """
    words = _clean(question)
    if not words:
        return Query(question, "", "empty")
    plain = normalise(words).strip()
    if asking.greets(plain):
        return Query(question, "", "greeting", english=is_english(words))
    resolution = places.resolve(words, speaks_of=speaks_of, near=state.places)
    years, without_years = _years(plain, state)
    bodies = [body_after(words, mention, known) for mention in resolution.mentions]
    topic = _topic(
        words,
        [(m.start, max(m.end, b.end)) for m, b in zip(resolution.mentions, bodies, strict=True)],
    )
    absent = [
        absent_body(words, m, b, known) for m, b in zip(resolution.mentions, bodies, strict=True)
    ]
    pinyin = looks_like_pinyin(topic)
    if pinyin:
        topic = from_pinyin(topic)
        plain = normalise(topic)
    query = Query(
        question=words,
        topic=topic,
        kind="fact",
        english=is_english(words) and not pinyin,
        places=held_places(resolution, absent),
        issuers=tuple(
            dict.fromkeys(
                [
                    *(i for m in resolution.mentions for i in m.issuers),
                    *(b.issuer for b in bodies if b.issuer),
                ]
            )
        ),
        years=years,
        compared=_compared_years(plain),
        unknown=tuple(
            dict.fromkeys(
                [
                    *(m.text for m in resolution.missing),
                    *(name for name in absent if name),
                ]
            )
        ),
        ambiguous=resolution.ambiguous,
        wrong_parents=tuple(
            (m.wrong_parent, (m.held or m.candidates)[0])
            for m in resolution.mentions
            if m.wrong_parent and (m.held or m.candidates)
        ),
        everywhere=asking.everywhere(plain),
        yes_no=bool(_YES_NO.search(plain)),
        lowest=asking.asks_lowest(plain),
    )
    query = _asked(query, normalise(topic), one_county=_one_county(resolution.held, known))
    return _inherit(_claimed(query, plain), state, without_years)


def _one_county(held: Sequence[Chain], known: Sequence[tuple[Chain, str]]) -> bool:
    """Return True when the places named hold the reports of one county only."""
    if len(held) != 1:
        return False
    return len({chain for chain, _ in known if contains(held[0], chain)}) < 2


def _claimed(query: Query, plain: str) -> Query:
    """Turn X 是最高的，对吧 into the order asked of all places, with X's claim to be first in it.

    With two places (X 比 Y 高吗) the claim is the first one's, over those two.
    """
    if not query.yes_no or not query.places or not asking.claims_rank(plain):
        return query
    wants = "number" if query.wants == "text" else query.wants
    if len(query.places) == 1:
        if asking.asks_rank(plain) or query.issuers or "比" in plain:
            return query
        return replace(
            query, kind="rank", wants=wants, claimed=query.places[0], places=(), everywhere=True
        )
    return replace(query, kind="rank", wants=wants, claimed=query.places[0])


def _clean(question: str) -> str:
    """Drop control, formatting and tag characters; fold blanks; cut at ``MAX_QUESTION_CHARS``."""
    printable = "".join(
        " " if c in "\t\r\n" else c
        for c in question
        if c in "\t\r\n" or c.isprintable() or c == "\u3000"
    )
    return re.sub(r"\s+", " ", printable)[:MAX_QUESTION_CHARS].strip()


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


def _compared_years(plain: str) -> tuple[int, ...]:
    """Return the years a question only measures against (比2022年多多少)."""
    return tuple(int(match.group(1)) for match in _compared(plain))


def _compared(plain: str) -> list[re.Match[str]]:
    """Return where a year is measured against; of 2022和2023年相比 both are asked about."""
    found = _COMPARED_YEAR.finditer(plain)
    return [match for match in found if not _AND_BEFORE.search(plain, 0, match.start(1))]


def _years(plain: str, state: State) -> tuple[tuple[int, ...], str]:
    found = []
    for against in reversed(_compared(plain)):
        plain = f"{plain[: against.start()]} {plain[against.end() :]}"
    for match in _YEAR.finditer(plain):
        found.append(int(match.group(1)) if match.group(1) else 2000 + int(match.group(2)))
    for match in _CN_YEAR.finditer(plain):
        found.append(int("20" + "".join(_CN_DIGIT[c] for c in match.group(1))))
    if not found and state.years and _PREVIOUS_YEAR.search(plain):
        found.append(min(state.years) - 1)
    return tuple(dict.fromkeys(found)), _YEAR.sub(" ", plain)


def _asked(query: Query, topic: str, *, one_county: bool | None = None) -> Query:
    """Fill in what the topic's words ask: kind, role, wanted type, figures, direction."""
    plain = normalise(query.topic if looks_like_pinyin(query.question) else query.question)
    topic = _NOT_THIS.sub(" ", topic)
    role = asking.role_of(topic)
    item = item_of(topic)
    address = address_of(topic)
    if address:
        item = None
    terms = content_terms(_theme(topic, None))
    kind = asking.kind_of(
        Asked(
            plain, topic, role, item, bool(address), len(query.places),
            len(query.places) == 1 if one_county is None else one_county,
            query.everywhere, asking.bare(topic) and bool(query.places or query.years),
        )
    )  # fmt: skip
    if kind == "rank" and asking.among_all(plain):
        query = replace(query, places=(), issuers=(), everywhere=True)
    listed = role
    if (
        kind == "list"
        and role in ("causes", "problems")
        and (_asserted(topic) or (role == "causes" and lookup(topic)))
    ):
        # 败诉率高达10%，原因是什么 rests on a figure; the figure comes first
        kind = "fact"
    if kind == "list" and query.yes_no and _asserted(topic) and not asking.lists(topic):
        kind = "fact"  # 要把败诉率控制在5%以内，对吗 asks after a figure
    if kind == "fact":
        role = role if role == "plans" else None
    wants = asking.wants_of(topic)
    change = bool(_CHANGE_ASK.search(topic))
    if kind == "rank" and re.search("增长|增幅|上升|下降|降幅", topic):
        wants, change = "percent", True
    elif kind == "rank" and wants == "text":
        wants = "number"
    also = asking.also_asked(topic, role)
    theme = _theme(topic, listed)
    terms = content_terms(_theme(theme, also) if also else theme)
    direction: Direction | None = None
    if not _OPEN_CHANGE.search(topic):
        direction = _direction(topic)
    return replace(
        query, kind=kind, role=role, wants=wants, unit=asking.unit_of(topic), item=item,
        figures=_asserted(topic), direction=direction, terms=terms,
        indicators=_indicators(f"{topic} {' '.join(t.word for t in terms)}") if kind in ("fact", "rank", "compare") and not _QUOTED.search(topic) else (),
        also=also,
        count=count_of(topic), change=change, field=asking.field_of(topic), address=address,
        month=None if wants == "date" else month_of(topic),
        documents=asking.asks_documents(topic), phrase=asking.phrase_of(topic),
        asks_mention=asking.asks_mention(topic), negated=asking.negated(topic),
    )  # fmt: skip


def _theme(topic: str, role: Role | None) -> str:
    """Return the words that can name a theme: no role, no number that points, no comparing."""
    words = without_month(without_address(asking.without_role(topic, role)))
    return asking.without_comparison(words)


def _indicators(topic: str) -> tuple[str, ...]:
    """Return the canonical indicators the topic asks for: the best, and others as good."""
    found = lookup(topic)
    if not found:
        return ()
    return tuple(
        indicator.name for indicator, score in found if score >= max(0.7, found[0][1] - 0.3)
    )


_NOT_ASSERTED = re.compile("字|[段句]$|^[一二两三四五六七八九十]{1,2}(?:份|个|地|张)$|^[0-9]地$")
_ASKED_FORM = re.compile("(?:左右|以内)?的?(?:字|报告|材料|简报|汇报|表|话)")


def _asserted(topic: str) -> tuple[Quantity, ...]:
    return tuple(q for q in find_quantities(topic) if _asserts(q, topic))


def _asserts(quantity: Quantity, topic: str) -> bool:
    """A figure of the question that claims something, not a length asked for or a count of items."""
    if (
        quantity.kind not in ("number", "percent", "points", "money", "date")
        or quantity.value is None
    ):
        return False
    if _NOT_ASSERTED.search(quantity.text) or _ASKED_FORM.match(topic, quantity.end):
        return False
    if quantity.kind == "date" and not quantity.value % 100:
        return False  # 12月做了什么: a month chooses, it claims nothing
    if _COUNTS_ITEMS.search(quantity.text) and not _CLAIMED.search(topic[: quantity.start]):
        return False
    before = topic[max(0, quantity.start - 2) : quantity.start]
    return not before.endswith(("哪", "第", "这", "那"))


_TURNED = re.compile("不[升降增减涨跌]反([升降增减涨跌])")
# leaves the way open, unlike 同比下降了不少吧
_OPEN_CHANGE = re.compile(
    "怎么变|变化|增减|还是.{0,6}(?:上升|增长|增加|下降|减少|降低)|[升降增减涨跌][多少]?还是|是升是降"
)


def _direction(topic: str) -> Direction | None:
    """Return the way a question says something went; None for both ways, or neither."""
    turned = _TURNED.search(topic)
    if turned:
        return "up" if turned[1] in "升增涨" else "down"
    up, down = bool(_UP.search(topic)), bool(_DOWN.search(topic))
    return "up" if up and not down else "down" if down and not up else None


# 三大机制, 三项工作, 三类加起来 count the items spoken of
_COUNTS_ITEMS = re.compile(
    "^[一二两三四五六七八九十]{1,2}(?:大|项|类|个|点|条|种|方面|个方面|步|家|地)$"
)
_CLAIMED = re.compile("(?:高达|只有|达到?|超过|不足|不到|至少|仅|共|办理|发现|提出|受理|收到)了?$")


_ASK_MARK = re.compile("多少|几|率|什么|哪|怎么|幅度|how|what|which", re.IGNORECASE)


_OF_TWO_THINGS = re.compile(
    "(?P<a>[\u4e00-\u9fff]{2,8})(?:和|与|跟|、)(?P<b>[\u4e00-\u9fff]{2,8}?)的(?P<what>[\u4e00-\u9fff]{1,8}?(?:率|件数|数量|比例|占比))(?!先|领)"
)


def parts(query: Query) -> tuple[Query, ...]:
    """Return a fact question's separate asks (审了多少件，提了多少条意见), each a query of its own.

    A later ask carries the earlier ones' terms, as a reader would. One ask: the query itself.
    """
    if query.kind != "fact":
        return (query,)
    pieces = [
        p
        for p in re.split(
            "[，,；;？?。]|以及|还有|(?<=多少)和|(?<=多少[件份条个项人次起宗名家场本])和|、(?=[^，]{0,12}(?:多少|几))",
            normalise(query.topic),
        )
        if p.strip()
    ]
    asks = [p for p in pieces if _ASK_MARK.search(p)]
    if len(asks) == 1 and (shared := _OF_TWO_THINGS.search(asks[0])):
        # 复议和诉讼的调撤率 asks for two rates
        a, b, what = shared.group("a", "b", "what")
        pieces = asks = [f"{a}的{what}", f"{b}的{what}"]
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
        and query.kind in ("fact", "compare", "overview")
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
    if asking.asks_rank(plain_without_years) and not any(is_theme(t) for t in query.terms):
        return _ranked_again(query, state, plain_without_years)
    if _THESE_PLACES.search(plain_without_years) and len(state.recent) > 1:
        kind: Kind = "rank" if asking.asks_rank(plain_without_years) else "compare"
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


_OF_ALL = re.compile("所有|全部|各地|每|[三四五六七八九十0-9几]份")
_OF_TWO = re.compile("更|两|哪个[高多低少快慢大小]|谁[高多低少快慢大小]|二者")


def _ranked_again(query: Query, state: State, plain: str) -> Query:
    """谁更高 after a question asked of several places: these, on the same topic."""
    if not state.topic:
        return query
    recent = () if _OF_ALL.search(plain) else state.recent
    if len(recent) > 2 and _OF_TWO.search(plain):
        recent = recent[-2:]
    places = recent if len(recent) > 1 else ()
    again = _asked(query, normalise(state.topic))
    wants = "number" if again.wants == "text" else again.wants
    return replace(
        again, kind="rank", topic=state.topic, wants=wants, role=None, places=places,
        issuers=(), years=query.years, everywhere=True, inherited=bool(places),
        lowest=query.lowest,
    )  # fmt: skip
