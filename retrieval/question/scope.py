"""The reports a query is about, settled before anything is searched.

A place and a year resolve to a set of reports; a child place is inside its parents. What was
asked for but is not held is kept, since saying so is part of the answer.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Protocol, overload

from retrieval.documents import Note, NoteValue, ReportMeta
from retrieval.genre.lexicon import pattern
from retrieval.places.gazetteer import Chain, contains
from retrieval.places.place_mentions import is_stated_shorter
from retrieval.places.subunits import unit_of
from retrieval.question.query import Query
from retrieval.text.segmentation import tag

_PROVINCE = re.compile("^[^市]*(?:省|自治区)$|^(?:北京|天津|上海|重庆)市$")


class Holding(Protocol):
    """What scope needs to know of a stored report."""

    @property
    def id(self) -> str:
        """Report id."""
        ...

    @property
    def meta(self) -> ReportMeta:
        """The report's metadata."""
        ...


class Holdings(Sequence[Holding]):
    """Holdings of which those inside a place are found without going through them all."""

    def __init__(self, holdings: Iterable[Holding]) -> None:
        self._holdings = tuple(holdings)
        self._inside: defaultdict[Chain, list[int]] = defaultdict(list)
        of_place: defaultdict[Chain, list[int]] = defaultdict(list)
        for at, holding in enumerate(self._holdings):
            of_place[holding.meta.place].append(at)
        for place, found in of_place.items():
            for depth in range(1, len(place) + 1):
                self._inside[place[:depth]] += found

    @overload
    def __getitem__(self, at: int) -> Holding: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Holding]: ...
    def __getitem__(self, at: int | slice) -> Holding | Sequence[Holding]:
        """Return a holding, or several."""
        return self._holdings[at]

    def __len__(self) -> int:
        return len(self._holdings)

    def __iter__(self) -> Iterator[Holding]:
        return iter(self._holdings)

    def inside(self, places: Iterable[Chain]) -> list[Holding]:
        """Return those of any of some places or of a place inside one, in order."""
        found = {at for place in places for at in self._inside.get(place, ())}
        return [self._holdings[at] for at in sorted(found)]

    def in_order(self, found: Iterable[Holding]) -> list[Holding]:
        """Return some of them by place, then year."""
        wanted = {holding.id: holding for holding in found}
        if len(wanted) < len(self) // 4:
            return sorted(wanted.values(), key=_order)
        return [holding for holding in self._in_order if holding.id in wanted]

    @cached_property
    def _in_order(self) -> list[Holding]:
        return sorted(self._holdings, key=_order)


MOST_NAMED = 12  # of what is held inside a place that is not
TOLD_AFTER = 3
"""How many years later a report's tables may still give a year's figures."""

# 2023年报告的下一步, 2023年…下一步 are told by the report on 2023, unlike 2023年的计划
_FROM_THE_REPORT = re.compile(
    "年(?:度)?[^，。？?]{0,8}(?:报告|总结|材料)|下一步|下步|下一阶段|今后|接下来|明年|来年|下一年"
)

# 给2023年排的事 was set before that year: it is told by the report on 2022
_FOR_A_YEAR = re.compile("[给为对](?:20)?[0-9]{2}年")


@lru_cache(maxsize=256)  # asked of every plan of a report
def sets_for_a_year(question: str) -> bool:
    """Tell whether what is asked for was meant for a year ahead: 给2023年排的事, 2025年想争多少钱.

    A verb of meaning to do stands before what is meant; 会 after a noun is a meeting, and what was
    争取到 is had.
    """
    if _FOR_A_YEAR.search(question):
        return True
    told = tag(question)
    return any(
        pattern("meant").search(word) is not None
        and kind == "v"
        and not (word == "会" and before == "n")
        and after in ("v", "p", "d", "r", "m", "n", "vn")
        and then not in ("到", "过")
        for (_, before), (word, kind), (then, after) in zip(told, told[1:], told[2:], strict=False)
    )


@dataclass(frozen=True, slots=True)
class Resolved:
    """The reports in scope (ids, by place then year) and what is missing, as notes.

    ``nearby`` are reports of an asked place but another year: they may still speak of the
    asked year. ``bodies`` are reports of bureaus of an asked place, left out
    because the place's own report is meant: they may tell what it does not.
    """

    reports: tuple[str, ...]
    missing: tuple[Note, ...] = ()
    nearby: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()


def resolve(query: Query, holdings: Sequence[Holding]) -> Resolved:
    """Return the scope of ``query`` among ``holdings``."""
    held = holdings if isinstance(holdings, Holdings) else Holdings(holdings)
    like = dict(query.like)
    missing = [
        Note("not_held_but_like", {"name": name, "like": like[name]})
        if name in like
        else Note("not_held", {"name": name})
        for name in query.unknown
    ]
    if query.unknown and not query.places:
        return Resolved((), tuple(dict.fromkeys(missing)))
    found, bureaus = _by_place(query, held)
    if query.excluded:
        found = [
            h for h in found if not any(contains(place, h.meta.place) for place in query.excluded)
        ]
    left_out = _inside_left_out(query, found)
    if left_out:
        apart = {h.id for h in left_out}
        found = [h for h in found if h.id not in apart]
    missing += _only_inside(query, found, left_out)
    years = query.years or _relative(query, found)
    if query.role == "plans" and years:
        # 2024年的打算 stands in the report on 2023
        on = {h.meta.year for h in found}
        if query.ask.content == "remedy" and on & set(years):
            on = set()  # what is planned of the problems that this year's report names
        if len(years) > 1 and set(years) <= on:  # several reports asked for, each on its own year
            on = set()
        own = on if _FROM_THE_REPORT.search(query.question) else set()
        years = tuple(dict.fromkeys(y - 1 if y - 1 in on and y not in own else y for y in years))
    nearby: list[Holding] = []
    if years:
        groups: dict[tuple[str, ...], list[Holding]] = {}
        whole = unify(query.places)
        for holding in found:
            groups.setdefault(whole[_asked_place(query, holding)], []).append(holding)
        kept = []
        for place, group in groups.items():
            kept += [h for h in group if h.meta.year in years]
            for year in years:
                if all(h.meta.year != year for h in group):
                    announced = len(years) > 1 and any(h.meta.year == year - 1 for h in group)
                    if query.places and not announced:
                        missing.append(_no_year(place, year, group))
                    nearby += [
                        h for h in group if h.meta.year and -1 <= h.meta.year - year <= TOLD_AFTER
                    ]
        if not query.places:
            for year in years:
                if all(h.meta.year != year for h in found):
                    missing.append(Note("year_not_held", {"year": year}))
            nearby = [h for h in nearby if not kept]
        found = kept
    in_scope = dict.fromkeys(h.id for h in held.in_order(found))
    settled = {(h.meta.place, h.meta.year) for h in found}
    alone = len(query.places) == 1 and not query.ask.issuers and query.kind != "catalogue"
    return Resolved(
        tuple(in_scope),
        tuple(dict.fromkeys(missing)),
        tuple(dict.fromkeys(h.id for h in nearby if h.id not in in_scope)),
        # where an office is named, another one's report is no answer
        tuple(h.id for h in held.in_order(bureaus) if (h.meta.place, h.meta.year) in settled)
        if alone
        else (),
    )


def _relative(query: Query, found: Sequence[Holding]) -> tuple[int, ...]:
    """Return the year before the newest held where 去年 is asked and held: None of it is guessed."""
    if query.relative is None or query.relative >= 0 or query.role == "plans":
        return ()
    newest = max((h.meta.year for h in found if h.meta.year), default=0)
    asked = newest + query.relative
    return (asked,) if any(h.meta.year == asked for h in found) and len(query.places) == 1 else ()


def unify(places: Iterable[Chain]) -> dict[Chain, Chain]:
    """Return each place chain with the fullest one it is short for: 清溪县 → 江苏省淮州市清溪县.

    A report that never names its province or city is the same county's as one that does; where
    two fuller chains end alike (two 鼓楼区), nothing is joined.
    """
    chains = set(places)
    by_name: dict[str, list[Chain]] = {}
    for chain in chains:
        if chain:
            by_name.setdefault(chain[-1], []).append(chain)
    joined: dict[Chain, Chain] = {(): ()}
    for alike in by_name.values():
        for chain in alike:
            fuller = [c for c in alike if len(c) > len(chain) and is_stated_shorter(chain, c)]
            longest = max(fuller, key=len, default=chain)
            same = all(is_stated_shorter(c, longest) for c in fuller)
            joined[chain] = longest if same else chain
    return joined


def _is_body(holding: Holding) -> bool:
    """A bureau: part of its place's government."""
    return holding.meta.level == "department"


def _inside_left_out(query: Query, found: Sequence[Holding]) -> list[Holding]:
    """Return what lies inside an asked city or county (its counties, towns, zones), unasked itself.

    What one street did is no answer on its county, nor what one county did on its city. A
    question over all reports or of a whole province takes them in, and one of which place in a
    city takes in its counties.
    """
    # 哪几个方面 lists one report's items
    across = query.within or (query.everywhere and query.kind != "list")
    of_which = query.ask.operation in ("which", "rank") and len(query.places) == 1
    if query.kind == "catalogue" or across or not query.places:
        return []
    return [
        holding
        for holding in found
        if holding.meta.place not in query.places
        and not (of_which and not unit_of(holding.meta.place, holding.meta.issuer))
        and any(
            contains(place, holding.meta.place) and not _PROVINCE.search("".join(place))
            for place in query.places
        )
    ]


def _only_inside(
    query: Query, found: Sequence[Holding], left_out: Sequence[Holding]
) -> Iterator[Note]:
    """Say of which asked places only units inside them are held, and which."""
    for place in query.places:
        units = [h for h in left_out if contains(place, h.meta.place)]
        if units and not any(contains(place, h.meta.place) for h in found):
            names = tuple(
                dict.fromkeys(
                    Note(
                        "unit_held",
                        {"unit": "".join(h.meta.place[len(place) :]), "year": h.meta.year or ""},
                    )
                    for h in units
                )
            )
            held = names
            if len(names) > MOST_NAMED:
                first = names[:MOST_NAMED]
                held = (Note("names_and_more", {"names": first, "count": len(names)}),)
            yield Note("only_units_held", {"name": place[-1], "units": held})


def _by_place(query: Query, holdings: Holdings) -> tuple[list[Holding], list[Holding]]:
    """Return the reports of the asked places, and those of bureaus left out beside their own."""
    if not query.places:
        return list(holdings), []
    inside = holdings.inside(query.places)
    if query.issuers:
        named = [h for h in inside if h.meta.issuer in query.issuers]
        others = [
            h for h in inside
            if h not in named and not any(contains(n.meta.place, h.meta.place) for n in named)
        ]  # fmt: skip
        return named + others, []
    # a county named without its bureau means the county's own report, where there is one
    governed = {h.meta.place for h in inside if not _is_body(h)}.intersection(query.places)
    found: list[Holding] = []
    bureaus: list[Holding] = []
    for h in inside:
        (bureaus if _is_body(h) and h.meta.place in governed else found).append(h)
    return found, bureaus


def _asked_place(query: Query, holding: Holding) -> tuple[str, ...]:
    for place in query.places:
        if contains(place, holding.meta.place):
            return place
    return ()


def _no_year(place: tuple[str, ...], year: int, group: Sequence[Holding]) -> Note:
    held = tuple(sorted({h.meta.year for h in group if h.meta.year}))
    asked: dict[str, NoteValue] = {"name": "".join(place[-1:]), "year": year}
    if not held:
        return Note("place_year_not_held", asked)
    return Note("other_years_held", {**asked, "held": held})


def _order(holding: Holding) -> tuple[tuple[str, ...], int, str]:
    return (holding.meta.place, holding.meta.year or 0, holding.id)
