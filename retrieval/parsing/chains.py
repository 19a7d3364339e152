"""From the place names a text states to one chain, province to county.

A name the gazetteer does not know (a new or invented county) is kept as stated; a name of
several places is settled by the parents that the text names elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.places.gazetteer import Chain, Gazetteer, short_name, word_like_names
from retrieval.text.segmentation import tag

_UNKNOWN_NAME = re.compile(
    "(?:(?![省市县区旗年])[\\u4e00-\\u9fff]){2,6}?"
    "(?:自治区|自治州|自治县|自治旗|省|市|县|新区|(?<![片辖社城景园发新开])区|旗|(?<=[^自])州(?=[\\u4e00-\\u9fff]{2,4}[市县区])|盟)"
)
_COMMON = re.compile(
    "[全我该本各某辖哪这那每和与的是]|[东西南北中]部|法治|示范|试点|人民|政府|司法|街道|依法|高新|经济|开发|关于|工作|建设|中共|中央|城$|社$|园$|地$|景$"
)
_AFTER_SHORT_NAME = re.compile(
    "\\d|关于|人民政府|政府|县|市|区|[\\u4e00-\\u9fff]{2,8}?(?:局|委员会|办公室)"
)
_BELOW_COUNTY = re.compile(
    "片区|街道|镇|乡|[\\u4e00-\\u9fff]{0,8}开发区|新区|管委会|管理委员会|高新|经开"
)
_CITY = re.compile("([\\u4e00-\\u9fff]{2}市)(?=委|人民政府|政府|[\\u4e00-\\u9fff]{2,3}[县区])")
_PROVINCE = re.compile("省$|自治区$|^(?:北京|上海|天津|重庆)市$|特别行政区$")


@dataclass(frozen=True, slots=True)
class StatedPlace:
    """Consecutive place names, outermost first, and where they stand."""

    names: Chain
    start: int
    end: int


def read_place(text: str, start: int, places: Gazetteer) -> StatedPlace | None:
    """Read the place names that begin at ``start`` of the levelled text, if there are any."""
    names: list[str] = []
    position = start
    while len(names) < 4:
        name = _name_at(text, position, places, after_place=bool(names))
        if not name:
            break
        names.append(name)
        position += len(name)
    return StatedPlace(tuple(names), start, position) if names else None


def find_places(text: str, places: Gazetteer) -> Iterator[StatedPlace]:
    """Yield the full names known to the gazetteer in the levelled text, with what follows them.

    A name that only begins inside other words (和县林业局一起: and the county's office) is none.
    """
    position = 0
    while position < len(text):
        stated = None
        if _full_name_at(text, position, places) and _is_named(text, position, position + 1):
            stated = read_place(text, position, places)
        if stated:
            yield stated
            position = stated.end
        else:
            position += 1


def resolve_chain(names: Chain, context: str, places: Gazetteer) -> Chain:
    """Return the chain meant by consecutive ``names``; ``context`` is the levelled text around.

    Names unknown to the gazetteer stay as the last levels of the chain. A name of several
    places is settled by the parent the context names most; if it names none, only the stated
    names are returned.
    """
    known: Chain = ()
    for index, name in enumerate(names):
        candidates = places.find(name)
        if known:
            candidates = tuple(c for c in candidates if c[: len(known)] == known and c != known)
        elif index:  # the outer name was unknown
            candidates = ()
        if not candidates:
            return (
                (*known, *names[index:]) if known else _with_stated_parents(names, context, places)
            )
        if len(candidates) > 1:
            following = names[index + 1] if index + 1 < len(names) else ""
            nested = tuple(
                c
                for c in candidates
                if any(len(f) == len(c) + 1 and f[: len(c)] == c for f in places.find(following))
            )
            candidates = nested or candidates
        if len(candidates) > 1:
            chosen = _by_context(candidates, context)
            if not chosen:
                return (*known, *names[index:])
            candidates = (chosen,)
        known = candidates[0]
    return known


def _by_context(candidates: tuple[Chain, ...], context: str) -> Chain:
    """Return the candidate whose parents the context names most, or () on a tie."""
    if len({c[-1] for c in candidates}) > 1:
        # 南昌, 吉林: the outermost that goes by the short name, unless the full one is written
        candidates = tuple(c for c in candidates if c[-1] in context) or candidates
        if len(candidates) == 1:
            return candidates[0]
    scores = [
        sum(context.count(short_name(parent)) for parent in chain[:-1]) for chain in candidates
    ]
    best = max(scores)
    if best and scores.count(best) == 1:
        return candidates[scores.index(best)]
    shallow = min(map(len, candidates))
    outer = [c for c in candidates if len(c) == shallow]
    inside = all(c[:shallow] == outer[0] for c in candidates)
    return outer[0] if len(outer) == 1 and inside else ()


def _with_stated_parents(names: Chain, context: str, places: Gazetteer) -> Chain:
    """Add the province and city that the text names most to a place no gazetteer knows."""
    if _PROVINCE.search(names[0]):
        return names
    provinces = Counter(
        {chain[0]: context.count(chain[0]) for chain in places.chains if len(chain) == 1}
    )
    province, times = provinces.most_common(1)[0]
    parents: Chain = (province,) if times and times > provinces.most_common(2)[1][1] else ()
    if not names[0].endswith(("市", "州", "盟")):
        found = [m for m in _CITY.finditer(context) if not _COMMON.search(m[1][:-1])]
        named = Counter(match[1] for match in found)
        # a city that no gazetteer knows may be a slip of the eye (报备件均向市政府报送, 我县被市委评为先进):
        # it counts only right before the place, or named again as words of its own
        cities = [
            city
            for city, times in named.most_common()
            if places.find(city)
            or city + names[0] in context
            or (times > 1 and any(_is_named(context, *m.span(1)) for m in found if m[1] == city))
        ]
        if cities:
            known = places.find(cities[0])
            parents = known[0] if len(known) == 1 else (*parents, cities[0])
    return (*parents, *names)


_AROUND = 6  # characters on both sides are enough to tell words apart


def _is_named(text: str, start: int, end: int) -> bool:
    """Tell whether words begin at ``start`` and, up to ``end``, none is a verb, adverb or the like."""
    at = max(0, start - _AROUND)
    kinds = {}
    for word, kind in tag(text[at : start + _AROUND]):
        kinds[at] = kind
        at += len(word)
    return start in kinds and not any(
        kind in ("v", "d", "p", "c") for at, kind in kinds.items() if start <= at < end
    )


def _name_at(text: str, start: int, places: Gazetteer, *, after_place: bool) -> str:
    """Return the place name at ``start``: known in full, known in short, or of a place's shape."""
    full = _full_name_at(text, start, places)
    if full:
        return full
    unknown = _UNKNOWN_NAME.match(text, start)
    shape = unknown.group() if unknown and not _COMMON.search(unknown.group()) else ""
    for length in (6, 5, 4, 3, 2):
        name = text[start : start + length]
        rest = text[start + length :]
        if len(name) < length or name not in places.short or name in word_like_names():
            continue
        if _BELOW_COUNTY.match(rest):
            continue
        if any(places.find(rest[:n]) for n in (2, 3, 4)):
            return name
        if not shape and (after_place or _AFTER_SHORT_NAME.match(rest)):
            return name
        if not rest and name[-1] in "州县旗":  # 阿坝州, and nothing more
            return name
    return shape


def _full_name_at(text: str, start: int, places: Gazetteer) -> str:
    for length in range(min(15, len(text) - start), 1, -1):
        name = text[start : start + length]
        if name in places.full and name not in ("城区", "郊区", "矿区", "东区", "西区"):
            return name
    return ""
