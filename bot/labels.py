"""What a report is called in answers: shortly in briefings and tables, fully elsewhere."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from retrieval.documents import ReportMeta
from retrieval.places.gazetteer import Chain, short_name
from retrieval.places.issuer_names import split_issuer
from retrieval.places.subunits import unit_of

_GOVERNMENT = re.compile("人民政府(?:办公室|办公厅)?$")


def body_name(meta: ReportMeta) -> str:
    """Return 清溪县, 綦江区司法局 or 渭河区南坪街道办事处: the place and who reports, if not its government."""
    return _body_name(meta.place, meta.issuer, meta.title)


@lru_cache(maxsize=32_768)
def _body_name(chain: Chain, issuer: str, title: str) -> str:
    place = chain[-1] if chain else ""
    unit = unit_of(chain, issuer)
    if unit and place:
        office = issuer[issuer.find(unit) :] if unit in issuer else unit
        return office if _bears_name_of(unit, place) else place + office
    if not issuer or (place and _GOVERNMENT.search(issuer) and place in issuer):
        return place or title
    if not place:
        return issuer
    if place in issuer:
        return issuer[issuer.find(place) :]
    for name in chain:
        issuer = issuer.removeprefix(name)
    return place + issuer


def of_one_office(one: ReportMeta, other: ReportMeta) -> bool:
    """Tell whether two reports are of one office; one may name parents of its place that the other leaves out."""
    if body_name(one) != body_name(other) or one.place[-1:] != other.place[-1:] or not one.place:
        return False
    over = ({name[-1]: name for name in meta.place[:-1]} for meta in (one, other))
    mine, theirs = over
    return all(theirs.get(level, name) == name for level, name in mine.items())


def report_name(meta: ReportMeta) -> str:
    """Return the body with its year in brackets: 清溪县（2023年度）."""
    return _in_year(body_name(meta), meta)


def full_name(meta: ReportMeta) -> str:
    """Return the full place, the unit or bureau and the year: 重庆市綦江区·司法局（2023年度）."""
    place = full_place(meta)
    unit = unit_of(meta.place, meta.issuer)
    if unit and meta.place:
        twice = _bears_name_of(unit, meta.place[-1])
        return _in_year("".join(meta.place[:-1] if twice else meta.place[-2:]) + unit, meta)
    if meta.level == "department" and meta.place:
        return _in_year(f"{place}·{split_issuer(meta.place, meta.issuer)[0]}", meta)
    return _in_year(place, meta)


def full_place(meta: ReportMeta) -> str:
    """Return the last two levels of a report's place, or what stands for it: 重庆市綦江区."""
    return "".join(meta.place[-2:]) or meta.issuer or meta.title


class Names:
    """Short names of reports shown together: two places of one name carry their parents'."""

    def __init__(self, metas: Iterable[ReportMeta]) -> None:
        self._places: defaultdict[str, set[Chain]] = defaultdict(set)
        for meta in metas:
            self._places[body_name(meta)].add(meta.place)

    def body(self, meta: ReportMeta) -> str:
        """Return ``body_name``, after as many parents as tell it from the others."""
        name = body_name(meta)
        if len(self._places[name]) == 1:
            return name
        own = meta.place  # a chain may state fewer levels than another
        others = [p for p in self._places[name] if p[-len(own) :] != own and own[-len(p) :] != p]
        for depth in range(1, len(meta.place)):
            if all(p[-depth:] != meta.place[-depth:] for p in others):
                return "".join(meta.place[-depth:-1]) + name
        return "".join(meta.place[:-1]) + name if others else name

    def report(self, meta: ReportMeta) -> str:
        """Return ``body`` with its year in brackets."""
        return _in_year(self.body(meta), meta)


class NameOf(NamedTuple):
    """What a report is called among those that ``names`` knows, worked out when it is asked for."""

    names: Names
    meta: ReportMeta

    @property
    def label(self) -> str:
        """The body with its year in brackets."""
        return self.names.report(self.meta)

    @property
    def place(self) -> str:
        """The body."""
        return self.names.body(self.meta)


def _bears_name_of(unit: str, place: str) -> bool:
    return unit.startswith(short_name(place))


def _in_year(name: str, meta: ReportMeta) -> str:
    return f"{name}（{meta.year}年度）" if meta.year else name
