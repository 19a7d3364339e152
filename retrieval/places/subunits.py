"""Units below a county or beside it that report for themselves: 街道, 镇, 乡, 开发区, 片区.

No gazetteer lists them. What the library holds of them comes from its issuers: 渭河区南坪街道办事处
reports on 南坪街道, which becomes the last level of its place, so that the unit lies inside its
county without being the county.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from retrieval.places.gazetteer import ZONES, Chain, short_name

_HAN = "[\u4e00-\u9fff]"
_SETTLEMENTS = "街道|民族乡|苏木|镇|乡"
_UNIT = re.compile(f"(?P<own>{_HAN}{{0,8}}?)(?P<kind>{_SETTLEMENTS}|{ZONES})")
# 浦东新区人民政府 governs a county of that name; a zone has a committee
_GOVERNS = re.compile(
    f"{_HAN}{{0,8}}?(?:(?:{_SETTLEMENTS})(?:人民政府|政府|办事处)?"
    f"|(?:{ZONES})(?:管理委员会|管委会|管理局|党工委)|(?:{ZONES})(?<!新区))"
)
_GOVERNED_BY = re.compile("(?:人民政府|政府|办事处|管理委员会|管委会|管理局|党工委)$")
_OFFICE = re.compile("(?:人民)?政府(?=.)")
# 园区 is what any zone with works in it is called in speech
_SHORTER_KINDS = {
    "边境经济合作区": ("经济合作区", "边合区", "合作区"),
    "跨境经济合作区": ("经济合作区", "跨合区", "合作区"),
    "经济合作区": ("合作区",),
    "台商投资区": ("投资区",),
    "农业高新技术产业示范区": ("农高区", "示范区"),
    "经济技术开发区": ("经济开发区", "经开区", "开发区", "园区"),
    "经济开发区": ("经开区", "开发区", "园区"),
    "高新技术产业开发区": ("高新技术开发区", "高新开发区", "高新区", "开发区", "园区"),
    "高新技术开发区": ("高新开发区", "高新区", "开发区", "园区"),
    "高新技术产业园区": ("高新园区", "高新区", "园区"),
    "旅游度假区": ("度假区",),
    "综合保税区": ("综保区", "保税区"),
    "自由贸易试验区": ("自贸试验区", "自贸区"),
    "风景名胜区": ("名胜区", "景区"),
    "工业园区": ("工业园", "园区"),
    "产业园区": ("产业园", "园区"),
    "民族乡": ("乡",),
}
_OFFICES = {
    "街道": ("", "办", "办事处"),
    "镇": ("", "政府", "人民政府"),
    "乡": ("", "政府", "人民政府"),
    "民族乡": ("", "政府", "人民政府"),
    "苏木": ("", "政府", "人民政府"),
}
_OF_A_ZONE = ("", "管委会", "管理委员会")
# 乡镇, 镇街, 街道和乡镇 are kinds; so are the streets of a county in 街道综合执法
_KIND_AFTER_A_NAME = re.compile(
    "街道(?:办事处|办)?(?!、|[和及][乡镇]|[乡镇]|社区|综合|一级|层面)"
    "|镇(?:人民政府|政府)?(?![街村域区级办乡]|人口)|乡(?:人民政府|政府)?(?![镇村风亲贤土愁音间])"
    f"|(?P<zone>(?:国家级|国家|省级)?(?:{ZONES})(?<!示范区)(?<!试验区)(?<!管理区)(?<!景区)(?<!片区)"
    "(?:管理委员会|管委会)?)"
)
_KIND_ALONE = re.compile(
    f"(?P<settlement>街道|镇|乡)(?:办事处|办|人民政府|政府)?|(?P<zone>{ZONES}|综保区|自贸区|(?=管委会))"
    "(?:管理委员会|管委会)?"
)
_STATIONS = ("司法所", "派出所", "法庭", "综合行政执法队", "市场监管所")
_SPOKEN_OF_ALONE = re.compile("开发|高新|经开|园|保税|度假")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit by the parts of its name: its own (南坪, or none) and its kind (街道)."""

    own: str
    kind: str

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kind and its shorter forms: 经济技术开发区, 经开区, 开发区."""
        return (self.kind, *_SHORTER_KINDS.get(self.kind, ()))

    @property
    def offices(self) -> tuple[str, ...]:
        """What may follow the kind in the name of who governs it; nothing among them."""
        return _OFFICES.get(self.kind, _OF_A_ZONE)


@lru_cache(maxsize=16384)
def unit_of(place: Chain, issuer: str) -> str:
    """Return the unit that ``issuer`` governs, 南坪街道 or 颍滨经济开发区; none for anyone else.

    A unit without a name of its own goes by its place's.
    """
    words = issuer
    owner = ""
    for name in place:
        for form in (name, short_name(name)):
            rest = words.removeprefix(form)
            # a town may sign with its name alone: then that is no prefix
            if rest and rest != words and not _GOVERNED_BY.fullmatch(rest):
                words, owner = rest, name
                break
    words = _OFFICE.sub("", words) if _OFFICE.match(words) else words
    if not _GOVERNS.fullmatch(words):
        return ""
    unit = _GOVERNED_BY.sub("", words)
    match = _UNIT.fullmatch(unit)
    if not match or match["own"]:
        return unit
    if not place or place[-1].endswith(unit):
        return place[-1] if place else ""
    return short_name(owner or place[-1]) + unit


def territory(place: Chain, issuer: str) -> Chain:
    """Return the place that ``issuer`` reports on: ``place``, and its unit where it governs one."""
    unit = unit_of(place, issuer)
    return place if not unit or place[-1:] == (unit,) else (*place, unit)


def parse_unit(name: str, owner: str) -> Unit | None:
    """Read the name of a unit of ``owner``; its own name is none where it bears the owner's."""
    match = _UNIT.fullmatch(name)
    if not match:
        return None
    own = match["own"]
    return Unit("" if own in (owner, short_name(owner)) else own, match["kind"])


def unit_surfaces(chain: Chain) -> Iterator[str]:
    """Yield the ways to call the unit that ends ``chain``, its own name alone excepted:

    南坪街道办, 渭河区南坪街道; 颍滨经开区, 颍滨市经济开发区管委会.
    """
    *_, owner, name = ("", "", *chain)
    unit = parse_unit(name, owner)
    if unit is None:
        return
    owners = dict.fromkeys((owner, short_name(owner), f"{owner}人民政府"))
    for kind in unit.kinds:
        for office in unit.offices:
            name = unit.own + kind + office
            if unit.own:
                yield name
            if owner:
                yield from (prefix + name for prefix in owners)


def is_unit(name: str) -> bool:
    """Tell whether ``name`` is shaped like a unit's: it has an own name, and a kind."""
    match = _UNIT.fullmatch(name)
    return bool(match and match["own"])


def kind_after_name(text: str, start: int) -> re.Match[str] | None:
    """Match the kind of unit that begins at ``start``, right after a place; ``zone`` is an area's."""
    return _KIND_AFTER_A_NAME.match(text, start)


def kind_alone(text: str, start: int) -> re.Match[str] | None:
    """Match what a unit is called by those who need not say whose: 经开区, 街道办, 管委会."""
    return _KIND_ALONE.match(text, start)


def words_for(name: str, owner: str) -> tuple[str, ...]:
    """Return the words that a report of ``owner`` would use for the unit called ``name``.

    A settlement may have been of another kind, or stand in the name of its court or station; of
    a development zone that bears the county's name the kind alone is enough, or one that is called
    so in speech (园区 for 产业园).
    """
    unit = parse_unit(name, owner)
    if unit is None:
        return (name,)
    if unit.kind in _OFFICES:
        own = unit.own or short_name(owner)
        return (
            tuple(own + kind for kind in (*_OFFICES, *_STATIONS))
            if unit.own
            else (own + unit.kind,)
        )
    alone = not unit.own and _SPOKEN_OF_ALONE.search(unit.kind)
    own = "" if alone else unit.own or short_name(owner)
    called_so = [
        (k, *shorter) for k, shorter in _SHORTER_KINDS.items() if alone and unit.kind in shorter
    ]
    return tuple(own + kind for kind in dict.fromkeys((*unit.kinds, *chain(*called_so))))
