"""The ledger of a report: one fact a figure, with what it counts, its change and its name.

A figure's *own words* stand in its clause, between it and its neighbours. Where they are
too few to say what is counted (``败诉2件``, ``其中新办理执法证97本``), the clause that governs
the sentence speaks for them. An indicator is named by rules kept in
``data/indicators.toml`` (see ``retrieval.genre.indicator_names``). Every context is bounded: the
cost is linear.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from retrieval.documents import Role, Section
from retrieval.genre.indicator_names import Indicator, indicators, lookup, name_figure
from retrieval.genre.quantities import Quantity, find_quantities
from retrieval.text.normalise import HAN
from retrieval.text.wrapping import Joined, join
from retrieval.text.years import SAID_YEAR

__all__ = ["Change", "Fact", "Indicator", "find_facts", "indicators", "lookup"]

Direction = Literal["up", "down", "flat"]
Period = Literal["this", "last", "target"]

_FIGURES = frozenset(("number", "percent", "points", "money"))


class Change(NamedTuple):
    """A change against an earlier period: its direction, its size and its words' span."""

    direction: Direction
    quantity: Quantity
    start: int
    end: int


class Fact(NamedTuple):
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
_BODIES = re.compile(
    r"(?:市直|县直|区直|区级|县级|市级)?(?:部门|工作部门|部门单位|单位|乡镇|街道|镇街|街镇|行政机关|执法单位|行政村|村|社区|窗口)"
)
_TITLE_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年度?[^，。\n]{0,12}法治政府建设")
_EARLIER = re.compile(r"去年|上年|上一年|前一年")
_GOAL = re.compile(r"力争|争取|目标是|控制在|确保(?:.{0,30})(?:达|以上|以下|率)")
_UP = "增长|上升|增加|提高|提升|上涨|增幅|增|升|多"
_DOWN = "下降|降低|减少|回落|下滑|降幅|缩减|减|降|少"
_CHANGE = re.compile(
    rf"(?:(?P<up>{_UP})|(?P<down>{_DOWN})|(?P<flat>持平))(?:了|约|近|超过|超|率|幅度|幅|分别|为|达)?$"
)
_BARE_CHANGE = re.compile(rf"(?:{_UP}|{_DOWN})(?:了|幅|率)?")
_STRONG = re.compile(r"年均|同比|同期|环比|较|相比|比(?=去年|上年|上一?年|前|20|19|.{0,4}年)")
_CHANGE_NOUN = re.compile(r"^(?:其中|均|分别|平均)|[\s“”、（）()]|(?:19|20)\d\d年")
_BUILDING = re.compile(r"(?:工作室|中心|站|点|窗口|调解室|服务站|工作站|基地|阵地)$")
_FOUNDED = re.compile(
    r"设|建|成立|打造|组建|新增|有|共|创|挂牌|培育|命名|评|增|布|完善|确定|选|开|办|发现|检查|整治|整改|覆盖|入驻|进驻|开通"
)


def find_facts(
    text: str, sections: Sequence[Section] = (), year: int | None = None
) -> tuple[Fact, ...]:
    """Return one fact a figure of a report, in order; years, dates and ordinals are none.

    ``year`` is the year reported on; without it the text's own words decide. It tells the
    figures of this year from those of the year before.
    """
    whole = join(text)
    if len(whole.text) == len(text):
        return _find(text, sections, year)
    # a page's own line end parts no word and no number
    inside = [replace(s, start=whole.joined(s.start), end=whole.joined(s.end)) for s in sections]
    return tuple(_moved(fact, whole) for fact in _find(whole.text, inside, year))


def _moved(fact: Fact, whole: Joined) -> Fact:
    """Return a fact of the joined text with its positions in the original."""

    def moved(quantity: Quantity) -> Quantity:
        end = whole.original(quantity.end, end=True)
        return quantity._replace(start=whole.original(quantity.start), end=end)

    change = fact.change
    if change is not None:
        change = change._replace(
            quantity=moved(change.quantity),
            start=whole.original(change.start),
            end=whole.original(change.end, end=True),
        )
    return fact._replace(
        subject_start=whole.original(fact.subject_start),
        subject_end=whole.original(fact.subject_end, end=True),
        quantity=moved(fact.quantity),
        change=change,
        start=whole.original(fact.start),
        end=whole.original(fact.end, end=True),
    )


def _find(text: str, sections: Sequence[Section], year: int | None) -> tuple[Fact, ...]:
    figures = [q for q in find_quantities(text) if q.kind in _FIGURES]
    main_year = year or _main_year(text)
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
                facts[target] = held._replace(change=change, end=max(held.end, clause.end))
                continue
            fact = fact._replace(change=change, indicator=None)
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
    spans = iter([(figure.start, figure.end) for figure in figures] + [(len(text), len(text) + 1)])
    figure_start, figure_end = next(spans)
    for match in _CLAUSE_END.finditer(text):
        at = match.start()
        while figure_end <= at:
            figure_start, figure_end = next(spans)
        if figure_start <= at:
            continue
        ends.append(at)
        if match[0] in _SENTENCE_END:
            sentence_starts.append(at + 1)
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
    elliptical = len(HAN.findall(bare)) <= 4 or own.startswith("其中")
    governing = _governing(earlier) if elliptical or clause.listed else ""
    naming = _without_titles(own)
    if not HAN.search(bare) and earlier:  # 占比96.64%: of what was counted just before
        governing = earlier[-1].own
        naming = f"{governing} {own}"
    elif governing and _LEVELS.match(own):  # 省级示范村12个、国家级2个
        naming = f"{governing} {own}"
    elif quantity.unit in ("个", "家") and (
        body := _BODIES.match(after)
    ):  # 28个部门梳理许可事项: bodies are counted, not what they do
        naming = body[0]
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
        indicator=name_figure(naming, governing, said, places.heading(quantity.start), quantity),
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
        words = len(HAN.findall(_EMPTY_WORDS.sub("", fact.own)))
        if words > 4 and not fact.own.startswith(("其中", "含", "包括")):
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
    """Return the year a text reports on: that of its title, or the one it names most often."""
    if titled := _TITLE_YEAR.search(text[:20000]):
        return int(titled[1])
    years = Counter(int(y) for y in SAID_YEAR.findall(text[:20000]))
    return years.most_common(1)[0][0] if years else None


def _sentence_year(said: str) -> int | None:
    """Return the last year that dates what follows it: one that opens a clause (2021年全年…)."""
    found = None
    for match in SAID_YEAR.finditer(said) if "年" in said else ():
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
        words = text[max(clause.start, clause.quantity.start - _HEAD) : clause.quantity.start]
        words = words[: words.find("%")] if "%" in words else words
        words = re.sub(r"[\d.]+$", "", words)
    match = _CHANGE.search(words[-40:])
    if match is None:
        return None
    bare = _BARE_CHANGE.fullmatch(words.strip("，,；; ")) is not None  # …, 增长25%
    if not (bare or _STRONG.search(words) or clause.quantity.kind == "points"):
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
        if held.period == "last":
            continue
        if held.change is not None:
            return None
        if len(noun) < 2 or noun[:4] in _CHANGE_NOUN.sub("", held.own):
            return index
    return None
