"""An ask with its names settled: what the answerers work from, and what a conversation keeps.

A reader says what is wished for and where its words stand (``request``); here the words become
places, issuers and years of what is held, search terms, figures asserted. What a conversation
remembers is an explicit ``State``, never hidden.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from retrieval.documents import Role, meet
from retrieval.genre.directions import Direction, ways
from retrieval.genre.pinyin import from_pinyin, looks_like_pinyin
from retrieval.genre.quantities import Quantity, find_quantities
from retrieval.parsing.indicators import lookup
from retrieval.places.bureaus import Body, bodies_called, body_after
from retrieval.places.gazetteer import Chain, contains
from retrieval.places.place_mentions import Mention, SpeaksOf
from retrieval.places.place_words import is_a_word
from retrieval.places.places import PlaceIndex
from retrieval.question import asking
from retrieval.question.addressing import (
    Step,
    address_of,
    count_of,
    month_of,
)
from retrieval.question.asking import Field, Kind, Wants
from retrieval.question.exact import relative_year
from retrieval.question.request import Ask, Form, Request, Tagged
from retrieval.question.terms import Term, content_terms, is_topical
from retrieval.text.marks import QUOTED
from retrieval.text.normalise import normalise

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
    the next briefing. ``asks`` are the last wishes, complete.
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
    asks: tuple[Ask, ...] = ()

    @property
    def request(self) -> Request | None:
        """The last request, for a reader; None where nothing was asked yet."""
        return Request(self.topic, "ask", self.asks) if self.asks else None

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
            asks=tuple(_ask(ask) for ask in data.get("asks", ())),
        )


def _briefed(data: dict[str, Any] | None) -> Briefed | None:
    if not data:
        return None
    told = tuple((r, a, b) for r, a, b in data["told"])
    return Briefed(data["question"], tuple(data["reports"]), told)


_REPORT = Ask("report", "overview")


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed question.

    ``compared`` are years only measured against; ``wrong_parents`` are provinces or cities the question puts a place in wrongly.
    ``places`` and ``years`` are said or inherited (``inherited``); ``reworked``: the
    message only orders another form of what was told; ``unknown`` are named places
    nothing is held for, ``ambiguous`` those to ask back about; ``within``: all that lies in the places
    is asked (绍兴市各区). ``figures`` and ``direction``
    are what the question itself asserts; ``topic`` its words without places and years.
    ``item`` counts from 1, or back from -1; ``address`` is a numbered place of a report,
    ``claimed`` the place that the question itself puts first (X 是最高的吧). ``ask`` is the wish as
    read, ``excluded`` the places said to be left out, ``relative`` how many years a relative year
    word lies from the year spoken of, ``like`` a held place for an unknown one that sounds like it.
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
    reworked: bool = False
    everywhere: bool = False
    within: bool = False
    unknown: tuple[str, ...] = ()
    villages: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    ambiguous: tuple[Mention, ...] = ()
    wrong_parents: tuple[tuple[str, Chain], ...] = ()
    role: Role | None = None
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
    ask: Ask = _REPORT
    excluded: tuple[Chain, ...] = ()
    relative: int | None = None
    like: tuple[tuple[str, str], ...] = ()

    @property
    def said(self) -> str:
        """The words that are looked for: without places and years, with what they lean on."""
        return " ".join([*self.ask.context, self.topic])


def _ask(data: dict[str, Any]) -> Ask:
    """Return the ask that ``asdict`` wrote; lists become tuples again."""
    form: dict[str, Any] = {
        k: tuple(v) if k == "chars" and v else v for k, v in data["form"].items()
    }
    rest: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items()}
    return Ask(**{**rest, "form": Form(**form)})


_COMPARED_YEAR = re.compile(
    "(?:比|较|相比|(?<!年)(?<!年度)(?<![0-9])(?:跟|同|与|和))(20[0-4][0-9])年?度?(?!.{0,6}(?:报告|各|分别|哪))(?=.{0,20}(?:比|多|少|增|减|升|降|涨|变))"
)
# what is not meant, set apart as a clause of its own: 受理的，不是收到的; unlike 不是说要开嘛, which tells
# what it asks about
_NOT_THIS = re.compile(
    "[（(](?:不是|不含|非)[^）)]{1,12}[）)]"
    "|(?:(?<=[的。？?])|[，,]而?|而)不是(?!.{0,6}就是)[^，,。？?]{2,10}(?<![吗么嘛吧])(?=$|[，,。？?])"
)
# leaves the way open, unlike 同比下降了不少吧
_OPEN_CHANGE = re.compile(
    "怎么变|变化|增减|还是.{0,6}(?:上升|增长|增加|下降|减少|降低)|[升降增减涨跌][多少]?还是|是升是降"
)
# below it an item's further wish is not believed, and the item is shown whole
SURE_OF_AN_ITEM = 0.8
_ROLES: dict[str, Role] = {
    "problems": "problems", "plans": "plans", "causes": "causes", "measures": "measures",
}  # fmt: skip


def kind_of(ask: Ask) -> Kind:
    """Return the kind of answer that a wish wants."""
    content, operation = ask.content, ask.operation
    if content == "holdings":
        return "catalogue"
    if operation in ("compare", "common"):
        return "compare"
    if operation in ("rank", "which", "brief"):
        return operation
    if content == "report" and operation == "overview" and ask.form.paragraph:
        return "brief"  # whatever it was called, a paragraph was ordered
    if operation == "overview":
        return "list" if content in _ROLES else "overview"
    if content in _ROLES:
        return "fact" if operation in ("verify", "change") else "list"
    if content == "report" and operation in ("list", "judge", "tell"):
        return "overview"
    return "fact"


def clean(question: str) -> str:
    """Drop control, formatting and tag characters; fold blanks; cut at ``MAX_QUESTION_CHARS``."""
    printable = "".join(
        " " if c in "\t\r\n" else c
        for c in question
        if c in "\t\r\n" or c.isprintable() or c == "\u3000"
    )
    return re.sub(r"\s+", " ", printable)[:MAX_QUESTION_CHARS].strip()


def _nested(words: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans of names, a place and the one inside it as one: 江苏的鼓楼."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and words[joined[-1][1] : start] == "的":
            start = joined.pop()[0]
        joined.append((start, end))
    return joined


def settle(
    ask: Ask,
    request: Request,
    places: PlaceIndex,
    known: Sequence[tuple[Chain, str]] = (),
    speaks_of: SpeaksOf | None = None,
    near: Sequence[Chain] = (),
) -> Query:
    """Return the query of one ask of a message whose words are ``request.question``.

    ``places`` resolves names against what is held; ``known`` are the place and issuer of each
    held report; ``speaks_of`` tells whether a place's reports speak of a street or a zone inside it;
    ``near`` are the places the conversation is about.
    """
    words, tags = request.question, request.tags
    here = [t for t in tags if _within(t, ask, tags)]
    named = [t for t in here if t.tag == "place"]
    offices = [t for t in here if t.tag == "office"]
    away = [(t.start, t.end) for t in tags if t.tag == "excluded"]
    others = ("theme", "form", "year")
    apart = [(t.start, t.end) for t in tags if t.tag in others]
    ends = {t.end for t in named}
    # an office right behind its place (湘滨市|城管局) is read with it, by its letters
    behind = [
        t
        for t in offices
        if t.start in ends or (t.start - 1 in ends and words[t.start - 1] == "的")
    ]
    offices = [t for t in offices if t not in behind]
    spans = _nested(words, [(t.start, t.end) for t in (*named, *offices)])
    elsewhere = [(t.start, t.end) for t in tags if t.tag in ("place", "office") and t not in here]
    mentions = list(
        places.resolve(
            words, spans, apart=(*apart, *away, *elsewhere), speaks_of=speaks_of, near=near
        ).mentions
    )
    if any(m.held for m in mentions):
        mentions = [m for m in mentions if m.held or not is_a_word(words, m.start, m.end)]
    without = places.resolve(words, away, apart=(*apart, *spans)).held if away else ()
    if not away and not ask.places:  # said before: 换个说法 after 不要上虞
        names = ((name, [(0, len(name))]) for name in ask.excluded)
        without = tuple(held for name, span in names for held in places.resolve(name, span).held)
    read = [(mention, body_after(words, mention, known)) for mention in mentions]
    covered = [(m.start, max(m.end, body.end)) for m, body in read]
    # 綦江区政府 is 綦江区, whoever of it reports
    covered += [(t.start, t.end) for t in behind if t.text.endswith("政府")]
    if request.typed:  # names written in Latin letters stand in what was typed, not in its words
        read += [(mention, Body("", 0)) for mention in places.resolve(request.typed, ()).mentions]
    topic = _topic(ask, words, tags, covered)
    if (request.act in ("same", "rework") or ask.span == (0, 0)) and ask.words:
        topic = ask.words
    swallowed = {
        t.text for t in tags
        if t.tag == "theme" and any(a <= t.start and t.end <= b for a, b in covered)
    }  # fmt: skip
    ask = replace(ask, theme=tuple(w for w in ask.theme if w not in swallowed))
    said = {t.text for t in (*named, *offices, *behind)}
    taken_over = False
    for word in (*ask.places, *ask.issuers):
        if word not in said:  # from an earlier message
            taken_over = True
            found = places.resolve(word, [(0, len(word))], speaks_of=speaks_of, near=near)
            read += [(mention, Body("", 0)) for mention in found.mentions]
    mentions = [mention for mention, _ in read]
    held = _innermost([chain for m, body in read if not body.absent for chain in m.held])
    # an office named alone: the held bodies of that name, else a topic of the reports in scope
    unheard = [m for m in mentions if not m.held and not m.candidates]
    called = {m.text: bodies_called(m.text, known, held) for m in unheard}
    alone = [
        m
        for m in unheard
        if not called[m.text]
        and (m.text in ask.issuers or any(m.text in t.text or t.text in m.text for t in offices))
    ]
    small = [m.text for m in unheard if _TOO_SMALL.fullmatch(m.text)]
    # some wishes are met by reports that only speak of an office
    told = ask.content in ("figure", "measures", "honours") or ask.operation in ("which", "verify")
    as_topic = (*small, *(m.text for m in alone if held or told))
    ask = replace(ask, theme=(*as_topic, *ask.theme)) if as_topic else ask
    missing = [
        m
        for m in mentions
        if not m.held
        and not called.get(m.text)
        and m.text not in as_topic
        and not _stands_over_a_held(m, mentions)
    ]
    of_bodies = [pair for pairs in called.values() for pair in pairs]
    pinyin = looks_like_pinyin(topic)
    topic = from_pinyin(topic) if pinyin else topic
    years = ask.years
    compared = (
        tuple(int(m[1]) for m in _COMPARED_YEAR.finditer(normalise(words)))
        if len(years) > 1 or ask.operation == "change"
        else ()
    )
    if set(compared) < set(years):
        years = tuple(y for y in years if y not in compared)
    query = Query(
        question=words,
        topic=topic,
        kind=kind_of(ask),
        english=ask.form.english and not pinyin,
        places=tuple(dict.fromkeys((*held, *(chain for chain, _ in of_bodies)))),
        issuers=tuple(
            dict.fromkeys(
                [*(b.issuer for _, b in read if b.issuer), *(issuer for _, issuer in of_bodies)]
            )
        ),
        years=years,
        compared=compared,
        inherited=taken_over,
        reworked=request.act == "rework",
        unknown=tuple(
            dict.fromkeys([*(m.text for m in missing), *(b.absent for _, b in read if b.absent)])
        ),
        villages=tuple(small),
        ambiguous=tuple(m for m in mentions if m.ambiguous and m.text not in called),
        wrong_parents=tuple(
            (m.wrong_parent, (m.held or m.candidates)[0])
            for m in mentions
            if m.wrong_parent and (m.held or m.candidates)
        ),
        everywhere=ask.everywhere or ask.operation in ("which", "common"),
        within=_is_within(words, tags),
        yes_no=ask.operation == "verify",
        ask=ask,
        excluded=tuple(without),
        like=tuple((m.text, name) for m in missing for name in places.sounding_like(m.text)[:1]),
        relative=relative_year([t.text for t in tags if t.tag == "year"]),
    )
    return _claimed(filled(query), normalise(words))


def _innermost(places: Sequence[Chain]) -> tuple[Chain, ...]:
    """Drop a place that another of those named lies in: 法治云浮 beside 云城 is 云城's city."""
    each = tuple(dict.fromkeys(places))
    return tuple(p for p in each if not any(contains(p, other) and other != p for other in each))


def _stands_over_a_held(mention: Mention, mentions: Sequence[Mention]) -> bool:
    """Tell whether a province right before a held place is where it lies: 贵州|筑南, 筑南市 known alone."""
    provinces = mention.candidates and all(len(chain) == 1 for chain in mention.candidates)
    after = [m for m in mentions if m.start == mention.end and m.held]
    return bool(provinces) and any(len(chain) == 1 for m in after for chain in m.held)


# villages report to no one: a report of their county may tell of them
_TOO_SMALL = re.compile("[\\u4e00-\\u9fff]{1,8}(?:村|社区|小区|屯)")


def _within(tagged: Tagged, ask: Ask, tags: Sequence[Tagged]) -> bool:
    """Tell whether a place word belongs to an ask: it stands in its part, or was taken over."""
    if meet(tagged, *ask.span):
        return True
    own = any(
        t.tag in ("place", "office", "scope", "excluded") and meet(t, *ask.span) for t in tags
    )
    return not own and tagged.text in (*ask.places, *ask.issuers)


# words that a wish for work done is said with: 77 utterances without a theme hold no other noun
_OF_WORK = re.compile(
    "经验|特色|亮点|办法|流程|做法|举措|措施|成效|成绩|人家|highlight|measure|step"
)


def filled(query: Query) -> Query:
    """Return the query with what its words tell: terms, indicators, figures, direction."""
    ask = query.ask
    topic = normalise(query.topic)
    if ask.content == "measures" and not ask.theme and not asking.asks_documents(topic):
        # a noun beside 做法, 经验 names what they are about, tagged or not
        about = (t.word for t in content_terms(topic) if is_topical(t))
        ask = replace(ask, theme=tuple(w for w in about if not _OF_WORK.search(w)))
        query = replace(query, ask=ask)
    role = _ROLES.get(ask.content)
    if ask.content == "remedy":
        role = "plans"
    kind = query.kind
    theme = " ".join(ask.theme)
    terms = content_terms(theme) if theme else ()
    if ask.content == "figure":
        terms = _with_others(terms, content_terms(topic))
    field = asking.field_of(topic)
    if field is None and not ask.theme:  # 发文字号 may have been taken for an order of form
        field = asking.field_of(normalise(query.question))
    address = address_of(topic)
    documents = asking.asks_documents(topic)
    wished = ask.content == "remedy" or (
        ask.content == "figure" and asking.wants_of(topic) != "text"
    )
    if ask.item is not None and not address and (not wished or ask.confidence < SURE_OF_AN_ITEM):
        kind = "item"  # a number that points at an item says enough
    if ask.content == "report" and not terms and ask.operation in ("which", "rank", "count"):
        kind = "catalogue"  # 哪份报告最短, 哪份不完整
    if ask.content == "report" and ask.operation in ("verify", "count") and not query.places:
        kind = "which"
    alone = len(query.places) == 1 and len(query.years) < 2 and not ask.everywhere
    if kind == "compare" and ask.content == "figure" and alone and not query.unknown:
        kind = "fact"  # 上虞复议和诉讼的调撤率 are two figures of one place
    if documents and kind in ("fact", "list") and ask.content != "figure":
        kind = "list"
    if address and (ask.content != "figure" or not ask.theme):
        kind = "list"  # 第三部分的第五条 says itself where it stands
    if kind == "which" and len(query.places) == 1 and not ask.everywhere:
        kind = "list"  # 柯桥哪些率超过99% asks of one report
    if field and ask.content in ("figure", "holdings", "report") and ask.operation != "brief":
        kind = "fact"
    own = {t.word for t in terms}
    carried = tuple(t for t in content_terms(" ".join(ask.context)) if t.word not in own)
    if sum(map(is_topical, terms)) > 1:
        carried = ()
    if (
        not terms
        and ask.content in ("figure", "honours", "meaning", "report")
        and kind in ("fact", "rank", "which", "compare")
    ):
        terms = content_terms(topic)
    if ask.content == "figure" and asking.asks_target(topic):
        role = "plans"  # 败诉率的目标是多少 is told by the plans
    if kind in ("fact", "rank") and role != "plans":
        role = None
    if kind == "overview" and _asserted(ask, topic):
        kind = "fact"  # 98%说的是什么
    wants = asking.wants_of(topic) if ask.content == "figure" else "text"
    if kind == "rank" and wants == "text":
        wants = "number"
    claims = normalise(" ".join(ask.claims))
    said = f"{topic} {claims}"
    direction: Direction | None = None
    if not _OPEN_CHANGE.search(said):
        direction = _direction(claims or topic)
    asks_figure = ask.content == "figure" or kind in ("rank", "compare")
    looked_up = f"{topic} {' '.join(t.word for t in terms)}"
    mention = ask.content == "report" and ask.operation == "verify"
    # quoted words are looked for as they stand; no indicator stands for them
    return replace(
        query, kind=kind, role=role, wants=wants, unit=asking.unit_of(topic) if asks_figure else "",
        item=ask.item, figures=_asserted(ask, topic), direction=direction, terms=terms,
        indicators=_indicators(looked_up) if asks_figure and not QUOTED.search(topic) else (),
        count=count_of(topic), change=ask.operation == "change",
        field=field if kind == "fact" else None, carried=carried,
        address=address, month=None if wants == "date" else month_of(normalise(query.question)),
        documents=documents, phrase=theme.replace(" ", "") if ask.content == "report" and ask.operation in ("verify", "which") else "",
        asks_mention=mention, negated=asking.negated(topic), lowest=asking.asks_lowest(normalise(query.question)),
    )  # fmt: skip


# what a word outside the theme counts: best of 0.4, 0.6, 0.8, 1 on the regression set
_OUTSIDE = 0.8


def _with_others(theme: Sequence[Term], words: Sequence[Term]) -> tuple[Term, ...]:
    """Return the words of a question about a figure, those outside its theme counting less."""
    said = {t.word for t in theme}
    whole = "".join(said)
    return tuple(
        t if not said or t.word in whole else replace(t, weight=t.weight * _OUTSIDE) for t in words
    ) or tuple(theme)


def _is_within(words: str, tags: Sequence[Tagged]) -> bool:
    """Tell whether a word for all stands right behind a place: 绍兴市各区, not 柯桥在各区."""
    ends = {tag.end for tag in tags if tag.tag == "place"}
    scopes = [tag.start for tag in tags if tag.tag == "scope"]
    return any(at in ends or (at - 1 in ends and words[at - 1] == "的") for at in scopes)


def _claimed(query: Query, plain: str) -> Query:
    """Turn X 是最高的，对吧 into the order asked of all places, with X's claim to be first in it.

    With two places (X 比 Y 高吗) the claim is the first one's, over those two.
    """
    in_order = query.kind == "rank" and query.everywhere and not query.within
    if in_order and len(query.places) == 1 and not query.issuers:
        return replace(query, claimed=query.places[0], places=())
    claims = query.yes_no or query.kind in ("rank", "compare")
    if not claims or not query.places or not asking.claims_rank(plain):
        return query
    wants = "number" if query.wants == "text" else query.wants
    if len(query.places) == 1:
        if query.issuers or "比" in plain:
            return query
        return replace(
            query, kind="rank", wants=wants, claimed=query.places[0], places=(), everywhere=True
        )
    return replace(query, kind="rank", wants=wants, claimed=query.places[0])


def _topic(ask: Ask, words: str, tags: Sequence[Tagged], named: Sequence[tuple[int, int]]) -> str:
    """Return the words of an ask without places, years, scope and form."""
    start, end = ask.span if ask.span != (0, 0) else (0, len(words))
    out = [
        *named,
        *((t.start, t.end) for t in tags if t.tag in ("year", "scope", "form", "excluded")),
    ]
    kept, at = [], start
    for a, b in sorted(out):
        if b <= start or a >= end:
            continue
        kept.append(words[at : max(at, a)])
        at = max(at, b)
    kept.append(words[at:end])
    text = _NOT_THIS.sub(" ", " ".join(part for part in kept if part.strip()))
    return re.sub(r"\s+", " ", text).strip(" ，,。？?！!；;、")


def _indicators(topic: str) -> tuple[str, ...]:
    """Return the canonical indicators the topic asks for: the best, and others as good."""
    found = lookup(topic)
    if not found:
        return ()
    return tuple(
        indicator.name for indicator, score in found if score >= max(0.7, found[0][1] - 0.3)
    )


def _asserted(ask: Ask, topic: str) -> tuple[Quantity, ...]:
    """Return the figures that the question itself asserts: those of its claims."""
    # a figure that a reader left in a theme (行政诉讼败诉2件) is asserted as well
    words = " ".join(normalise(claim) for claim in (*ask.claims, *ask.theme))
    words = words if ask.claims or find_quantities(words) else ""
    if not words and (ask.operation == "verify" or not ask.theme):
        words = topic
    telling = ask.content in ("figure", "measures", "report", "honours")
    if not (ask.claims or telling or ask.operation == "verify"):
        words = ""  # 三个不足的原因 counts what it asks about, it claims nothing
    kinds = ("number", "percent", "points", "money", "date")
    found = (q for q in find_quantities(words) if q.kind in kinds and q.value is not None)
    return tuple(q for q in found if _asserts(q, words))


# 三大机制, 五项工作, 四件事 count the items spoken of
_COUNTS_ITEMS = re.compile(
    "[一二两三四五六七八九十]{1,2}(?:大|项|类|个?方面|个|点|条|种|步|家|地|份|件(?=事))"
)


def _asserts(quantity: Quantity, words: str) -> bool:
    whole_date = quantity.kind == "date" and not (quantity.value or 0) % 100
    counts = _COUNTS_ITEMS.match(words, quantity.start)
    return not whole_date and (counts is None or counts.end() < quantity.end)


def _direction(words: str) -> Direction | None:
    """Return the way a question says something went; None for both ways, or neither."""
    said = set(ways(words))
    return said.pop() if len(said) == 1 else None
