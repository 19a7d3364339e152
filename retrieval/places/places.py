"""The places a question names, and which of them the library holds.

Names come from the library's own places first, the gazetteer second. Full names
count anywhere; short ones (玉山) only where they stand as a word, since 来安 also hides in
未来安排. What looks like a place but is in neither list is still reported, without candidates,
so that the caller can say that no such report is held.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from retrieval.documents import meet
from retrieval.genre.romanisation import romanise
from retrieval.places.gazetteer import (
    Chain,
    Gazetteer,
    contains,
    gazetteer,
    short_name,
    word_like_names,
)
from retrieval.places.held_units import HeldUnits
from retrieval.places.latin_places import LatinNames
from retrieval.places.place_mentions import (
    How,
    Mention,
    Name,
    PlaceResolution,
    SpeaksOf,
    mention_of,
    outermost,
    overlaps,
)
from retrieval.places.place_words import begins_a_word, crosses_words, is_slip
from retrieval.places.subunits import is_unit, kind_after_name, kind_alone, territory, words_for
from retrieval.text.normalise import level

_CITY_WORD = re.compile(
    "市(?:场|监(?!委|察)|政(?!府|协|法)|容|民(?!政|族|宗|主|营|革|法|生|警|兵))"
)
_NAMES_MORE = re.compile(
    "[\\u4e00-\\u9fff]*(?:[省市县旗州镇乡村]|(?<!地)区|街道|街道办|管委会|管理委员会|办事处)"
)
_KINDS_ALONE = re.compile("各?(?:[省市县区旗乡镇村街州]|街道|社区|[、和及与])+")
_LATIN_WORDS = re.compile("[a-z]{3}")
_JOINT = re.compile("(?:\\s|的|·|省|市|'s|’s)*")
_LATIN_INSIDE = re.compile("\\s*(?:,|of)\\s*")


class PlaceIndex:
    """Resolves the places of questions against what a library holds.

    ``known`` gives each report's place chain and issuer. Building costs a few milliseconds, the
    gazetteer is read at the first resolution.
    """

    def __init__(self, known: Iterable[tuple[Chain, str]], places: Gazetteer | None = None) -> None:
        self._known = tuple(
            dict.fromkeys((territory(tuple(chain), issuer), issuer) for chain, issuer in known)
        )
        self._gazetteer = places or gazetteer()
        self._units = HeldUnits(self._known, self._gazetteer)

    def resolve(
        self,
        question: str,
        spans: Iterable[tuple[int, int]],
        *,
        apart: Iterable[tuple[int, int]] = (),
        speaks_of: SpeaksOf | None = None,
        near: Collection[Chain] = (),
    ) -> PlaceResolution:
        """Return the mentions of ``question``, in order; about a millisecond when warm.

        ``spans`` are where a reader found places and offices: what stands there is a place, known
        or not. Elsewhere only what can be nothing else counts: full names, and names of held places;
        ``apart`` are spans of other kinds, in which no place is looked for. ``speaks_of`` tells
        whether the reports of a place speak of something: a street they speak of is a topic in
        them. ``near`` are the places a conversation is about, inside which a kind alone (经开区呢)
        may be a unit's name.
        """
        text, closed = level(question), tuple(apart)
        found: list[Mention] = []
        for start, end in _touching(spans):
            at = max((m.end for m in found if meet(m, start, end)), default=start)
            found += self._in_span(text, at, end, near) if at < end else ()
        found += [m for p in tuple(found) if (m := self._held_inside(text, p, found))]
        outside = [
            m
            for m in (*self._surely_named(text), *self._latin.scan(text, found))
            if not overlaps(m, found)
            and (m.how == "pinyin" or m.unit or not any(meet(m, a, b) for a, b in closed))
        ]
        found += outside
        found.sort(key=lambda mention: mention.start)
        merged = list(self._merge(text, found))
        if speaks_of:
            merged = list(_without_topics(merged, speaks_of))
        merged = [self._kind_after(text, mention) for mention in merged]
        return PlaceResolution(tuple(self._place(mention, question) for mention in merged))

    def holds(self, chain: Chain) -> bool:
        """Tell whether a report of this place, or of one inside it, is held."""
        return chain in self._held_chains

    def sounding_like(self, name: str) -> tuple[str, ...]:
        """Return the held places whose name sounds like ``name``: 云城区 for 运城区."""
        sound = romanise(short_name(level(name)))
        return tuple(held for held in self._by_sound.get(sound, ()) if sound and held != name)

    def own_names(self) -> tuple[str, ...]:
        """Return what the held places are called, for a reader to know them by."""
        return tuple(self._own)

    # --- tables -------------------------------------------------------------------------

    @cached_property
    def _by_sound(self) -> Mapping[str, Sequence[str]]:
        names: defaultdict[str, list[str]] = defaultdict(list)
        for chain in sorted(self._held_chains):
            names[romanise(short_name(level(chain[-1])))].append(chain[-1])
        return names

    @cached_property
    def _held_chains(self) -> frozenset[Chain]:
        return frozenset(
            chain[:depth] for chain, _ in self._known for depth in range(1, len(chain) + 1)
        )

    @cached_property
    def _own(self) -> Mapping[str, Name]:
        """Names of held places; levelled surface → what it stands for."""
        places: defaultdict[str, dict[Chain, How]] = defaultdict(dict)
        for chain in sorted(self._held_chains):
            places[level(chain[-1])][chain] = "exact"
            core = short_name(chain[-1])
            if core != chain[-1] and chain not in self._units:
                places[level(core)].setdefault(chain, "short")
        named: tuple[tuple[Mapping[str, tuple[Chain, ...]], How], ...] = (
            (self._units.full, "exact"),
            (self._units.short, "short"),
        )
        for table, how in named:
            for surface, chains in table.items():
                for chain in chains:
                    places[surface].setdefault(chain, how)
        return {
            surface: Name(tuple(known), next(iter(known.values())))
            for surface, known in places.items()
        }

    @cached_property
    def _slips(self) -> Mapping[tuple[int, str], tuple[str, ...]]:
        """Held places' names by their first (0) and second (1) character."""
        table: defaultdict[tuple[int, str], tuple[str, ...]] = defaultdict(tuple)
        for surface in self._own:
            if len(surface) > 1:
                table[0, surface[0]] += (surface,)
                table[1, surface[1]] += (surface,)
        return dict(table)

    @cached_property
    def _lengths(self) -> Mapping[str, tuple[int, ...]]:
        """First character → lengths of the names that begin with it, longest first."""
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for table in (self._own, self._gazetteer.full, self._gazetteer.short):
            for name in table:
                if name:
                    lengths[name[0]].add(len(name))
        return {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}

    @cached_property
    def _latin(self) -> LatinNames:
        return LatinNames(self._held_chains, self._gazetteer, self._units)

    # --- passes over the text -----------------------------------------------------------

    def _in_span(
        self, text: str, start: int, end: int, near: Collection[Chain]
    ) -> Iterator[Mention]:
        """Yield the places in a span that a reader calls a place; an unknown one if none is known."""
        at, named = start, False
        whole = self._name_at(text, at, len(text))
        longer = whole.end if whole and whole.held and whole.how == "exact" else 0
        # 青山|县县直部门 is read as 青山县|县直部门, 白桦|甸县长 as 白桦甸县|长; 县政府 is a word
        if longer > end and not (_CITY_WORD.match(text, end) or text.startswith("政府", longer)):
            end = longer
        while at < end:
            mention = self._name_at(text, at, end)
            if mention is None:
                at += 1
                continue
            if mention.start > start and not named and not mention.held:
                break  # 小山区 is no 山区: a name known only from inside the words is another's
            named = True
            rest = text[mention.end : end]
            if _KINDS_ALONE.fullmatch(rest):
                yield mention  # 云城区镇村: the towns and villages are a topic of the county
                return
            if _NAMES_MORE.fullmatch(rest) and self._name_at(text, mention.end, end) is None:
                # 东湖片区管委会, 江苏省淮州市清溪县: the name goes on behind the one known
                apart = mention.how == "exact" or is_unit(rest)
                if apart:
                    yield mention
                more = self._unheard(text, mention.end if apart else mention.start, end, near)
                unknown = mention.held and not apart and more.how == "unknown" and not more.unit
                if unknown and rest.endswith(_COUNTY_ONLY):
                    # 沂宁|汶西县 is a county, and no topic of the city
                    inner = self._unheard(text, mention.end, end, near)
                    more = inner if self._may_hold(mention, inner) else more
                elif unknown:
                    # 清溪近海养殖区 is a topic of 清溪 where its reports speak of the 近海养殖区
                    more = replace(more, unit=rest, inside=mention)
                yield more
                return
            yield mention
            at = max(mention.end, at + 1)
        words = text[start:end]
        if named or _KINDS_ALONE.fullmatch(words):
            return
        if _LATIN_WORDS.search(words):
            return  # the pass over Latin letters reads these
        yield self._unheard(text, start, end, near)

    def _held_inside(self, text: str, parent: Mention, found: Sequence[Mention]) -> Mention | None:
        """Return the held place named right behind one it lies in, even by a word: 海东市平安."""
        at = parent.end
        mention = self._name_at(text, at, len(text)) if at < len(text) else None
        if mention is None or not mention.held or overlaps(mention, found):
            return None
        lies_in = any(
            contains(outer, inner) and outer != inner
            for outer in parent.candidates
            for inner in mention.held
        )
        crossing = crosses_words(text, mention.start, mention.end)
        return mention if lies_in and not crossing else None

    def _unheard(self, text: str, start: int, end: int, near: Collection[Chain]) -> Mention:
        """Return what a name in no table means: a held one with a slip, a unit, or nothing known."""
        words = text[start:end]
        for surface in (*self._slips.get((0, words[0]), ()), *self._slips.get((1, words[1:2]), ())):
            if self._is_slip_of(words, surface):
                return self._mention(text, start, end, replace(self._own[surface], how="typo"))
        if units := self._units.told_shorter(words):
            return self._mention(text, start, end, Name(units, "short"))
        kind = kind_alone(text, start)
        if kind and kind.end() >= end:
            called = kind["settlement"] or kind["zone"] or "管委会"
            units = self._units.called(called, near) or self._units.called(called)
            if len(units) == 1:
                return self._mention(text, start, end, Name(units, "short"))
        unit = words if is_unit(words) else ""
        return Mention(words, start, end, (), (), "unknown", unit=unit)

    def _is_slip_of(self, words: str, surface: str) -> bool:
        wrong = [i for i, (a, b) in enumerate(zip(words, surface, strict=False)) if a != b]
        same = len(words) == len(surface) and len(wrong) == 1
        return same and not self._gazetteer.find(words) and is_slip(words, surface, wrong[0])

    def _surely_named(self, text: str) -> Iterator[Mention]:
        """Yield what is a place wherever it stands: full names, and held names that are no words."""
        at = 0
        while at < len(text):
            mention = self._name_at(text, at, len(text))
            if mention and self._is_sure(text, mention):
                yield mention
                at = mention.end
            else:
                at += 1

    def _is_sure(self, text: str, mention: Mention) -> bool:
        surface = text[mention.start : mention.end]
        if _CITY_WORD.match(text, mention.end - 1):
            return False
        core = surface if mention.how == "short" else surface[:-1]  # 三台子 is all of its name
        word_like = surface in word_like_names() or core in word_like_names()
        if word_like or mention.inside:
            return False
        if mention.how == "exact" and len(surface) > 2:
            return True
        return bool(mention.held) and not crosses_words(text, mention.start, mention.end)

    def _name_at(self, text: str, start: int, limit: int) -> Mention | None:
        """Return the longest name that begins at ``start`` and ends within ``limit``."""
        for length in self._lengths.get(text[start], ()):
            end = start + length
            if end > limit or (name := self._look_up(text[start:end])) is None:
                continue
            suffixed = name.how == "short" and text[end : end + 1] in _SUFFIXES and end < limit
            other = text[start : end + 1] in self._gazetteer.full or _CITY_WORD.match(text, end)
            if suffixed and not other:
                end += 1  # 綦江县, 上虞市: the right name with the suffix of another time
            place = self._mention(text, start, end, name)
            return self._unit_named_after(text, place, name) or place
        return None

    def _unit_named_after(self, text: str, place: Mention, name: Name) -> Mention | None:
        """Take 玉山街道, 玉山县经济开发区 for a unit of its own; in 玉山县街道 the kind is any."""
        kind = kind_after_name(text, place.end)
        if not kind or (name.how != "short" and not kind["zone"]):
            return None
        if any(chain in self._units for chain in name.chains):
            return None
        if kind[0] == "乡" and begins_a_word(text, kind.start()):
            return None  # 岚浦乡下 is the county's countryside
        words = text[place.start : kind.end()]
        return Mention(words, place.start, kind.end(), (), (), "unknown", unit=words, inside=place)

    def _look_up(self, surface: str) -> Name | None:
        own = self._own.get(surface)
        chains = self._gazetteer.full.get(surface)
        how: How = "exact"
        if chains is None:
            chains = self._gazetteer.short.get(surface, ())
            how = "short"
        if own:
            return Name(tuple(dict.fromkeys((*own.chains, *chains))), own.how)
        return Name(chains, how) if chains else None

    # --- from names to mentions ---------------------------------------------------------

    def _mention(self, text: str, start: int, end: int, name: Name) -> Mention:
        return mention_of(text, start, end, name, self._held_chains)

    def _merge(self, text: str, found: list[Mention]) -> Iterator[Mention]:
        """Join a parent and the child that follows it (浙江绍兴, 南京市鼓楼区) into one mention."""
        current: Mention | None = None
        for mention in found:
            joined = current and self._join(text, current, mention)
            if joined:
                current = joined
            else:
                if current:
                    yield current
                current = mention
        if current:
            yield current

    def _join(self, text: str, first: Mention, second: Mention) -> Mention | None:
        gap = text[first.end : second.start]
        outer, inner = first, second
        if not _JOINT.fullmatch(gap):
            if not (first.how == second.how == "pinyin" and _LATIN_INSIDE.fullmatch(gap)):
                return None
            outer, inner = second, first
        if inner.how == "unknown":
            if inner.inside or gap not in ("", "的"):
                return None
            if inner.unit:
                name = text[first.start : second.end]
                return replace(inner, text=name, start=first.start, inside=outer)
            if gap or not self._may_hold(outer, inner):
                return None
            return replace(second, start=first.start) if self._above_county(outer) else second
        inside = tuple(
            chain
            for chain in inner.candidates
            if any(contains(parent, chain) and parent != chain for parent in outer.candidates)
        )
        if not inside:
            return self._misplaced(text, outer, inner) if inner is second else None
        held = outermost(tuple(chain for chain in inside if self.holds(chain)))
        how = inner.how if inner.how != "exact" else outer.how
        return replace(
            inner, start=first.start, end=second.end, candidates=inside, held=held, how=how
        )

    def _may_hold(self, outer: Mention, inner: Mention) -> bool:
        """Tell whether an unknown name right behind a place is said to lie in it."""
        return self._above_county(outer) or _county_of_city(outer, inner)

    def _above_county(self, mention: Mention) -> bool:
        return all(self._gazetteer.rank(chain) < 2 for chain in mention.candidates)

    def _kind_after(self, text: str, mention: Mention) -> Mention:
        kind = kind_alone(text, mention.end)
        if not kind:
            return mention
        if any(chain in mention.held for chain, _ in self._known):
            return mention  # the county's own report may speak of its streets
        called = kind["settlement"] or kind["zone"] or "管委会"
        units = self._units.called(called, mention.held) if mention.held else ()
        if len(units) != 1:
            return mention
        return self._mention(text, mention.start, kind.end(), Name(units, "short"))

    def _misplaced(self, text: str, outer: Mention, inner: Mention) -> Mention | None:
        """Take 江西上虞区 for the one county, said to lie where it does not.

        Two names of one level, or with a mark between them, stay two places.
        """
        if inner.start != outer.end or not inner.candidates or not outer.candidates:
            return None
        level_of = self._gazetteer.rank
        higher = max(map(level_of, outer.candidates)) < min(map(level_of, inner.candidates))
        if not higher and not _county_of_city(outer, inner):
            return None
        said = text[outer.start : outer.end]
        return replace(inner, start=outer.start, wrong_parent=said)

    def _place(self, mention: Mention, question: str) -> Mention:
        """Return a mention in the question's own words, its candidates in order."""
        words = question[mention.start : mention.end]
        how: How = mention.how
        if how in ("exact", "short") and "".join(words.split()) != "".join(level(words).split()):
            how = "traditional"
        candidates = mention.candidates
        if not mention.held and len(candidates) > 1:
            top = min(map(self._gazetteer.rank, candidates))
            best = tuple(c for c in candidates if self._gazetteer.rank(c) == top)
            candidates = best if top == 0 else outermost(candidates)
        return replace(mention, text=words, how=how, candidates=candidates)


_SUFFIXES = frozenset("县区市")
_ABOVE_COUNTY = ("市", "州", "盟", "地区")
_COUNTY = ("县", "区", "旗", "市")
_COUNTY_ONLY = ("县", "旗")


def _county_of_city(outer: Mention, inner: Mention) -> bool:
    """Tell a county right behind a city, be they in the gazetteer or not: 沂宁市汶西县."""
    cities = all(chain[-1].endswith(_ABOVE_COUNTY) for chain in outer.candidates)
    return bool(outer.candidates) and cities and inner.text.endswith(_COUNTY)


def _touching(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join spans that touch: 玉山|县政府 and 上虞|区委 are each one name with its kind."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _without_topics(mentions: Sequence[Mention], speaks_of: SpeaksOf) -> Iterator[Mention]:
    """Leave out the streets and zones that the reports of the places named speak of."""
    named = [chain for mention in mentions for chain in mention.held]
    for mention in mentions:
        around = mention.inside.held if mention.inside else named
        if mention.unit and any(speaks_of(c, words_for(mention.unit, c[-1])) for c in around):
            if mention.inside:
                yield mention.inside
        else:
            yield mention
