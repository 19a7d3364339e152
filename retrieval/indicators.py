"""The ledger of a report: one fact a figure, with what it counts, its change and its name.

A figure's *own words* stand in its clause, between it and its neighbours. Where they are
too few to say what is counted (``败诉2件``, ``其中新办理执法证97本``), the clause that governs
the sentence speaks for them. An indicator is named by rules kept in
``data/indicators.toml``: words the figure's own clause must have, words its clause, its
sentence or its headings must have, and words that exclude. Of several indicators that fit,
the one whose words are longest and stand nearest before the figure is taken, so that 收到,
受理 and 审结 in one sentence stay apart. Every context is bounded: the cost is linear.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources
from typing import Literal

from retrieval.documents import Role, Section
from retrieval.quantities import Quantity, find_quantities

Direction = Literal["up", "down", "flat"]
Period = Literal["this", "last", "target"]
Words = tuple[tuple[str, ...], ...]  # an AND of ORs

_FIGURES = frozenset(("number", "percent", "points", "money"))


@dataclass(frozen=True, slots=True)
class Change:
    """A change against an earlier period: its direction, its size and its words' span."""

    direction: Direction
    quantity: Quantity
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure of a report and what it says.

    ``own`` are the words of the figure's clause, at ``text[subject_start:subject_end]``;
    ``subject`` adds the governing words where the clause is elliptical. ``start`` and ``end``
    span the clause, its change included. ``indicator`` is a canonical name or None. A change
    whose level is not given (评查案件数量同比上升32.6%) is a fact whose quantity is the change's.
    ``year`` is the year named in the sentence, if any.
    """

    subject: str
    own: str
    subject_start: int
    subject_end: int
    value: str
    quantity: Quantity
    unit: str
    change: Change | None
    period: Period
    year: int | None
    path: tuple[str, ...]
    role: Role
    start: int
    end: int
    indicator: str | None
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Indicator:
    """A canonical indicator and the rules that recognise it in a report and in a question."""

    id: str
    name: str
    english: str
    units: frozenset[str]
    own: Words
    context: Words
    near: Words
    none: tuple[str, ...]
    apart: tuple[str, ...]
    ask: tuple[Words, ...]


@lru_cache(maxsize=1)
def indicators() -> tuple[Indicator, ...]:
    """Return the reviewed indicators of the genre, in the order of the data file."""
    source = resources.files("retrieval").joinpath("data/indicators.toml")
    data = tomllib.loads(source.read_text(encoding="utf-8"))
    families = {name: frozenset(units.split()) for name, units in data["units"].items()}

    def words(lines: Sequence[str]) -> Words:
        return tuple(tuple(line.split("|")) for line in lines)

    found: dict[str, Indicator] = {}
    for row in data["indicator"]:
        own, context = words(row["own"]), words(row.get("context", ()))
        near = words(row.get("near", ()))
        none, apart = (
            tuple(word for group in words(row.get(key, ())) for word in group)
            for key in ("none", "apart")
        )
        if same := row.get("same_as"):
            found[f"{same}/{len(found)}"] = replace(
                found[same], own=own, context=context, near=near, none=none, apart=apart, ask=()
            )
            continue
        units = [families.get(unit, frozenset((unit,))) for unit in row["units"].split()]
        ask = tuple(words(line.split("+")) for line in row.get("ask", ()))
        found[row["id"]] = Indicator(
            id=row["id"],
            name=row["name"],
            english=row["english"],
            units=frozenset(unit for family in units for unit in family),
            own=own,
            context=context,
            near=near,
            none=none,
            apart=apart,
            ask=ask or (context + near + own,),
        )
    return tuple(found.values())


# ---- facts -----------------------------------------------------------------------------

_CLAUSE_END = re.compile(r"[，,；;。！!？?：:\n]")
_SENTENCE_END = frozenset("。！!？?\n")
_WINDOW = 120  # characters of a sentence kept before a figure
_HEAD = 60  # characters kept of a sentence's governing words
_AFTER = 24  # characters looked at after a figure
_LEAD = re.compile(r"^[、，,和及与(（）)\s]*")
_EMPTY_WORDS = re.compile(
    r"其中|目前|已经|已|共计|共有|共|累计|合计|总计|分别|今年以来|今年|全年|截至|达到|达|为|了|有|均|的|"
    r"占比|占|率|约|近|超过|超|逾|实现|全部|等|并|各|提出|完成|全区|全县|全市|全省|我区|我县|我市|(?:19|20)\d\d年度?"
)
_LEVELS = re.compile(r"(?:其中)?(?:国家|全国|省|市|县|区|部)级?$")
_TITLE = re.compile(r"《[^》]{0,100}》(?!\s|$)")
_ACTIONS = re.compile(
    r"累计|共|新收|收到|受理|审结|审核|审查|办理|停止执行|废止|修改|继续有效|调处和化解|调处|化解|梳理|发现|结案|办结"
)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_BODIES = re.compile(
    r"(?:市直|县直|区直|区级|县级|市级)?(?:部门|工作部门|部门单位|单位|乡镇|街道|镇街|街镇|行政机关|执法单位|行政村|窗口)"
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年")
_EARLIER = re.compile(r"去年|上年|上一年|前一年|上年度|去年同期")
_GOAL = re.compile(r"力争|争取|目标是|控制在|确保(?:.{0,30})(?:达|以上|以下|率)")
_UP = "增长|上升|增加|提高|提升|上涨|增幅|增|升|多"
_DOWN = "下降|降低|减少|回落|下滑|降幅|缩减|减|降|少"
_CHANGE = re.compile(
    rf"(?P<than>同比|同期|环比|较|比|相比|比率|同上年)?[^，。；]{{0,14}}?"
    rf"(?:(?P<up>{_UP})|(?P<down>{_DOWN})|(?P<flat>持平))(?:了|约|近|超过|超|率|幅度|幅|分别|为|达)?$"
)
_STRONG = re.compile(r"同比|同期|环比|较|相比|比(?=去年|上年|上一?年|前|20|19|.{0,4}年)")
_CHANGE_NOUN = re.compile(r"^(?:其中|均|分别|平均)|[\s“”、（）()]|(?:19|20)\d\d年")
_BUILDING = re.compile(r"(?:工作室|中心|站|点|窗口|调解室|服务站|工作站|基地|阵地)$")
_FOUNDED = re.compile(
    r"设|建|成立|打造|组建|新增|有|共|创|挂牌|培育|命名|评|增|布|完善|确定|选|开|办|发现|检查|整治|整改|覆盖|入驻|进驻|开通"
)


def find_facts(text: str, sections: Sequence[Section] = ()) -> tuple[Fact, ...]:
    """Return one fact a figure of a report, in order; years, dates and ordinals are none."""
    figures = [q for q in find_quantities(text) if q.kind in _FIGURES]
    main_year = _main_year(text)
    places = _Places(text, sections)
    facts: list[Fact] = []
    in_sentence: list[int] = []
    sentence = -1
    for clause in _clauses(text, figures):
        if clause.sentence != sentence:
            sentence, in_sentence = clause.sentence, []
        before = [facts[i] for i in in_sentence[-8:]]
        fact = _fact(text, clause, main_year, places, before)
        change = _change(text, clause)
        if change is not None:
            target = _modified(facts, in_sentence, fact)
            if target is not None:
                held = facts[target]
                facts[target] = replace(held, change=change, end=max(held.end, clause.end))
                continue
            fact = replace(fact, change=change, indicator=None)
        in_sentence.append(len(facts))
        facts.append(fact)
    return tuple(facts)


@dataclass(frozen=True, slots=True)
class _Clause:
    """A figure with its bounds: clause, words before and after it, and its sentence's start."""

    quantity: Quantity
    start: int
    end: int
    before: tuple[int, int]
    after: tuple[int, int]
    sentence: int
    listed: bool  # follows another figure after 、


def _clauses(text: str, figures: Sequence[Quantity]) -> Iterator[_Clause]:
    """Give every figure the clause it stands in; a comma inside a figure ends nothing."""
    ends: list[int] = []
    sentence_starts = [0]
    index = 0
    for match in _CLAUSE_END.finditer(text):
        while index < len(figures) and figures[index].end <= match.start():
            index += 1
        if index < len(figures) and figures[index].start <= match.start():
            continue
        ends.append(match.start())
        if match[0] in _SENTENCE_END:
            sentence_starts.append(match.end())
    ends.append(len(text))
    position = 0
    for i, quantity in enumerate(figures):
        while ends[position] < quantity.end:
            position += 1
        start = ends[position - 1] + 1 if position else 0
        end = ends[position]
        previous_end = figures[i - 1].end if i and figures[i - 1].start >= start else start
        next_start = figures[i + 1].start if i + 1 < len(figures) else len(text)
        listed, before_start = False, previous_end
        if previous_end > start and "、" in text[previous_end : quantity.start]:
            before_start = text.index("、", previous_end) + 1
            listed = True
        after_end = min(end, next_start, quantity.end + _AFTER)
        after = text[quantity.end : after_end]
        if next_start < end:
            cut = min((p for p in (after.find(c) for c in "、(（") if p >= 0), default=len(after))
            after_end = quantity.end + cut
        sentence_start = sentence_starts[bisect_right(sentence_starts, quantity.start) - 1]
        yield _Clause(
            quantity,
            start,
            end,
            (max(before_start, quantity.start - _WINDOW), quantity.start),
            (quantity.end, after_end),
            sentence_start,
            listed,
        )


def _fact(
    text: str, clause: _Clause, main_year: int | None, places: _Places, earlier: Sequence[Fact]
) -> Fact:
    quantity = clause.quantity
    before = _LEAD.sub("", text[slice(*clause.before)])
    after = text[slice(*clause.after)]
    own = (before + " " + after).strip()
    section = places.section(quantity.start)
    role: Role = section.role if section else "other"
    bare = _EMPTY_WORDS.sub("", own)
    elliptical = len(_HAN.findall(bare)) <= 4 or own.startswith("其中")
    governing = _governing(earlier) if elliptical or clause.listed else ""
    naming = _without_titles(own)
    if not _HAN.search(bare) and earlier:  # 占比96.64%: of what was counted just before
        governing = earlier[-1].own
        naming = f"{governing} {own}"
    elif governing and _LEVELS.match(own):  # 省级示范村12个、国家级2个
        naming = f"{governing} {own}"
    elif body := _BODIES.match(after):  # 28个部门梳理许可事项: bodies are counted, not what they do
        naming = before + body[0]
    subject = own
    if elliptical and governing and governing not in own:
        acted = _ACTIONS.search(own) is not None
        subject = f"{_ACTIONS.sub('', governing) if acted else governing} {own}"
    sentence_start = max(clause.sentence, quantity.start - _WINDOW)
    said = text[sentence_start : quantity.start]
    year = _sentence_year(said)
    subject_start = quantity.start - len(before) if before else quantity.end
    subject_end = clause.after[1] if after else quantity.start
    doubtful = quantity.doubtful or (
        clause.after[1] == clause.after[0]
        and quantity.unit in ("处", "")
        and bool(_BUILDING.search(before))
        and not _FOUNDED.search(before)
    )
    return Fact(
        subject=subject,
        own=own,
        subject_start=subject_start,
        subject_end=max(subject_start, subject_end),
        value=quantity.text,
        quantity=quantity,
        unit=quantity.unit,
        change=None,
        period=_period(before, after, role, year, main_year, earlier),
        year=year,
        path=section.path if section else (),
        role=role,
        start=clause.start,
        end=clause.end,
        indicator=_name(naming, governing, said, places.heading(quantity.start), quantity),
        doubtful=doubtful,
    )


def _without_titles(words: str) -> str:
    """Drop the names of documents, which say nothing of what is counted, unless they are it."""
    words = _TITLE.sub("", words)
    head, closing, rest = words.rpartition("》")
    return rest if closing and rest.strip() and "《" not in head else words


def _governing(earlier: Sequence[Fact]) -> str:
    """Return the words of the nearest clause of the sentence that say what is counted."""
    for fact in reversed(earlier):
        if len(_HAN.findall(_EMPTY_WORDS.sub("", fact.own))) > 4 and not fact.own.startswith(
            "其中"
        ):
            return fact.own[-_HEAD:]
    return earlier[0].subject[-_HEAD:] if earlier else ""


class _Places:
    """Where a position stands: its section and the words that head it."""

    def __init__(self, text: str, sections: Sequence[Section]) -> None:
        self._text = text
        self._sections = sections
        self._starts = [s.start for s in sections]

    def section(self, position: int) -> Section | None:
        if not self._sections or position < self._starts[0]:
            return None
        return self._sections[bisect_right(self._starts, position) - 1]

    def heading(self, position: int) -> str:
        """Return the headings over a position and the first sentence of its paragraph."""
        section = self.section(position)
        line = self._text.rfind("\n", max(0, position - 3000), position) + 1
        start = max(line, section.start if section else 0)
        opening = self._text[start : min(start + 50, position)].split("。")[0]
        return "\n".join([*(section.path if section else ()), opening])


def _main_year(text: str) -> int | None:
    """Return the year a text is mostly about: the one it names most often."""
    years = Counter(int(y) for y in _YEAR.findall(text[:20000]))
    return years.most_common(1)[0][0] if years else None


def _sentence_year(said: str) -> int | None:
    """Return the last year that dates what follows it: one that opens a clause (2021年全年…)."""
    found = None
    for match in _YEAR.finditer(said):
        opens = match.start() == 0 or said[match.start() - 1] in "，,。；;：:、 \n至到"
        if opens and not said.startswith(("以来", "同期", "相比"), match.end()):
            found = int(match[1])
    return found


def _period(
    before: str,
    after: str,
    role: Role,
    year: int | None,
    main_year: int | None,
    earlier: Sequence[Fact],
) -> Period:
    if role == "plans" or _GOAL.search(before) or after.startswith(("的目标", "目标")):
        return "target"
    if earlier and earlier[-1].period == "target" and not re.search("已|目前", before):
        return "target"
    if (_EARLIER.search(before) and not _STRONG.search(before)) or (
        year is not None and main_year is not None and year < main_year
    ):
        return "last"
    return "this"


def _change(text: str, clause: _Clause) -> Change | None:
    """Read a figure as a change: 同比上升24.2个百分点, 较2021年增加543项."""
    words = text[slice(*clause.before)]
    if clause.listed and not words.strip():  # 同比分别下降34.9%、36.3%
        words = text[clause.start : clause.quantity.start]
        words = words[: words.find("%")] if "%" in words else words
        words = re.sub(r"[\d.]+$", "", words)
    match = _CHANGE.search(words[-40:])
    if match is None or not (_STRONG.search(words) or clause.quantity.kind == "points"):
        return None
    direction: Direction = "up" if match["up"] else "down" if match["down"] else "flat"
    return Change(direction, clause.quantity, clause.before[0], clause.quantity.end)


def _modified(facts: Sequence[Fact], in_sentence: Sequence[int], fact: Fact) -> int | None:
    """Return the index of the fact that a change belongs to: the nearest one of this period.

    A change with a noun of its own (业务投诉同比下降36%) belongs to a fact with that noun, else to
    none. A fact takes one change; a second one stands for itself.
    """
    noun = _CHANGE_NOUN.sub("", _STRONG.split(fact.own)[0])
    for index in reversed(in_sentence[-8:]):
        held = facts[index]
        if held.period == "last" or held.change is not None:
            continue
        if len(noun) < 2 or noun[:4] in _CHANGE_NOUN.sub("", held.own):
            return index
    return None


# ---- names -----------------------------------------------------------------------------


def _name(own: str, governing: str, said: str, heading: str, quantity: Quantity) -> str | None:
    """Return the canonical name of a figure, or None."""
    if not own or quantity.kind == "points":
        return None
    if not quantity.unit and (quantity.value is None or quantity.value % 1):
        return None  # 1/4: no count
    unit = quantity.unit.lstrip("万亿") if quantity.kind != "money" else quantity.unit
    context = "\n".join((heading, governing, said, own))
    best: tuple[tuple[int, int], str] | None = None
    for indicator in indicators():
        if unit not in indicator.units and not (not unit and quantity.kind == "number" and own):
            continue
        if not unit and "%" in indicator.units:
            continue
        length = _matched(indicator.own, own)
        if not length or any(word in own for word in indicator.none):
            continue
        nearest = _nearest(indicator.context, context)
        if nearest is None or _nearest(indicator.near, f"{governing}\n{own}") is None:
            continue
        if any(word in governing or word in own for word in indicator.apart):
            continue
        score = (length + (2 if all(_any(g, own) for g in indicator.context) else 0), nearest)
        if best is None or score > best[0]:
            best = (score, indicator.name)
    return best[1] if best else None


def _any(group: tuple[str, ...], words: str) -> bool:
    return any(word in words for word in group)


def _matched(groups: Words, words: str) -> int:
    """Return how many characters the groups match (longest alternative each), 0 if one fails."""
    total = 0
    for group in groups:
        longest = max((len(word) for word in group if word in words), default=0)
        if not longest:
            return 0
        total += longest
    return total


def _nearest(groups: Words, words: str) -> int | None:
    """Return how near the end of ``words`` the groups' words stand (0 at the end, negative)."""
    position = 0
    for group in groups:
        last = max(words.rfind(word) for word in group)
        if last < 0:
            return None
        position = min(position, last - len(words))
    return position


# ---- questions -------------------------------------------------------------------------

_SYNONYMS = (
    ("打官司|官司|民告官|被告上法院|被起诉", "行政诉讼案件"), ("输了|输掉|输的|输官司", "败诉"), ("打赢|赢了", "胜诉"),
    ("红头文件|政策文件", "规范性文件"), ("把关|审过|核过", "审核"), ("老百姓来访|上访", "信访"),
    ("一把手出庭|局长出庭|领导出庭|官员出庭", "负责人出庭"), ("吵架|扯皮|邻里纠纷|民间纠纷", "矛盾纠纷"),
    ("免予处罚|不罚|免除处罚", "免罚"), ("执法资格证|执法证书|行政执法证", "执法证"), ("复查率", "复议"),
    ("信息公开的申请", "信息公开申请"), ("申请公开", "依申请公开"), ("打了几场", "多少"),
    ("办成率|成功比例|成功的比例", "成功率"), ("普法宣传", "普法宣传活动"), ("法律宣传", "法治宣传"),
)  # fmt: skip
_ENGLISH = (
    ("reconsideration", "复议"), ("normative document", "规范性文件"), ("regulatory document", "规范性文件"),
    ("lawsuit", "行政诉讼"), ("litigation", "行政诉讼"), ("loss rate", "败诉率"), ("lost", "败诉"), ("lose", "败诉"),
    ("first-instance", "一审"), ("first instance", "一审"), ("appear", "负责人出庭"), ("mediation success", "调解成功率"),
    ("success rate of mediation", "调解成功率"), ("mediat", "调解"), ("dispute", "纠纷"), ("received", "收到"),
    ("accepted", "受理"), ("concluded", "审结"), ("closed", "审结"), ("correction rate", "纠错率"),
    ("review", "审核"), ("opinion", "意见"), ("filed", "备案"), ("repeal", "废止"), ("amended", "修改"),
    ("in force", "继续有效"), ("remain valid", "继续有效"), ("certificate", "执法证"), ("how many", "多少"),
    ("number of", "多少"), ("rate", "率"), ("proportion", "比例"), ("petition", "信访"), ("notar", "公证"),
    ("legal aid", "法律援助"), ("procuratorial", "检察建议"), ("contract", "合同"), ("major decision", "重大行政决策"),
    ("training", "培训"), ("enforcement", "执法"), ("penalt", "处罚"), ("licen", "许可事项"),
    ("service item", "政务服务事项"), ("online", "全程网办"), ("information disclosure", "信息公开"),
    ("on request", "依申请"), ("proposal", "提案"), ("audit", "审计"), ("withdraw", "调撤"), ("clean", "清理"),
)  # fmt: skip


def lookup(question_terms: str) -> tuple[tuple[Indicator, float], ...]:
    """Return the indicators a question asks for, best first; scores are in (0, 1].

    Empty when it asks for none. A question that leaves the kind open (复议案件有多少) returns
    several with like scores.
    """
    words = _with_synonyms(question_terms)
    lengths: list[tuple[int, Indicator]] = []
    for indicator in indicators():
        length = max((_matched(ask, words) for ask in indicator.ask), default=0)
        whole = len(indicator.name) + 4 if indicator.name in words else 0
        if max(length, whole):
            lengths.append((max(length, whole), indicator))
    if not lengths:
        return ()
    lengths.sort(key=lambda pair: -pair[0])
    longest = lengths[0][0]
    return tuple(
        (indicator, round(length / longest, 3))
        for length, indicator in lengths
        if length * 2 >= longest
    )


def _with_synonyms(question: str) -> str:
    """Append the genre's words for what a question says in everyday words or in English."""
    lowered = question.lower()
    added = [sense for words, sense in _SYNONYMS if any(w in lowered for w in words.split("|"))]
    if any("a" <= c <= "z" for c in lowered):
        added += [sense for word, sense in _ENGLISH if word in lowered]
    return " ".join([lowered, *added])
