"""Measure words and the words around a figure, from ``data/quantities.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from retrieval.shipped import data_file

_MODIFIERS_BEFORE = (
    ("不少于", "以上"), ("不低于", "以上"), ("至少", "以上"), ("不超过", "以下"), ("不高于", "以下"),
    ("不多于", "以下"), ("至多", "以下"), ("少于", "以下"), ("低于", "以下"), ("不足", "以下"), ("不到", "以下"),
    ("超过", "超"), ("突破", "超"), ("高于", "超"), ("多于", "超"), ("逾", "超"), ("超", "超"),
    ("大约", "约"), ("约", "约"), ("接近", "近"), ("将近", "近"), ("近", "近"),
)  # fmt: skip
_WORDS_BEFORE = tuple(word for word, _ in _MODIFIERS_BEFORE)
_MODIFIERS_AFTER = (
    ("以上", "以上"), ("以下", "以下"), ("以内", "以下"), ("左右", "左右"), ("上下", "左右"),
)  # fmt: skip
_NOT_A_MODIFIER = re.compile(r"(?:最近|附近|[做办得]不到|[签公合预续节履制契违条隐简解毁邀失]约)$")


@dataclass(frozen=True, slots=True)
class Measures:
    """The measure words and names of ``data/quantities.toml``."""

    units: Mapping[str, tuple[str, ...]]  # by first character, longest first
    after_han: frozenset[str]
    after_one: frozenset[str]
    after_one_before_stop: frozenset[str]
    names: tuple[str, ...]
    not_before: Mapping[str, tuple[str, ...]]


@lru_cache(maxsize=1)
def measures() -> Measures:
    """Return the measure words, read once."""
    data = tomllib.loads(data_file("quantities.toml").read_text(encoding="utf-8"))
    units: dict[str, list[str]] = {}
    for unit in sorted(
        set(data["compound"].split() + data["simple"].split()), key=len, reverse=True
    ):
        units.setdefault(unit[0], []).append(unit)
    return Measures(
        {first: tuple(found) for first, found in units.items()},
        frozenset(data["after_han"].split()),
        frozenset(data["after_one"].split()),
        frozenset(data["after_one_before_stop"].split()),
        tuple(data["names"].split()),
        {unit: tuple(following) for unit, following in data["not_before"].items()},
    )


def unit_at(plain: str, start: int) -> str:
    """Return the longest unit that starts here and is no part of another word, or ``""``."""
    words = measures()
    for unit in words.units.get(plain[start : start + 1], ()):
        if plain.startswith(unit, start):
            end = start + len(unit)
            if plain[end : end + 1] not in words.not_before.get(unit, ()):
                return unit
    return ""


def modifier_before(plain: str, start: int) -> str:
    """Return the sense (约, 近, 超, 以上, 以下) of the words just before a figure, or ``""``."""
    window = plain[max(0, start - 3) : start]
    if not window.endswith(_WORDS_BEFORE) or _NOT_A_MODIFIER.search(window):
        return ""  # most figures have none
    return next((sense for word, sense in _MODIFIERS_BEFORE if window.endswith(word)), "")


def modifier_after(plain: str, end: int) -> str:
    """Return the sense (以上, 以下, 左右, 多) of the words just after a figure, or ``""``."""
    # 四成多, where of others it stands before the unit: 一百多天
    if plain[end : end + 1] == "多" and plain[end - 1 : end] in ("成", "倍"):
        return "多"
    return next((sense for word, sense in _MODIFIERS_AFTER if plain.startswith(word, end)), "")
