"""The places a question names, and which of them the library holds.

Names come from the library's own issuers and places first, the gazetteer second. Full names
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

from retrieval.places.gazetteer import (
    Chain,
    Gazetteer,
    contains,
    gazetteer,
    short_name,
    word_like_names,
)
from retrieval.places.held_units import HeldUnits
from retrieval.places.issuer_names import issuer_surfaces, split_issuer
from retrieval.places.latin_places import LatinNames
from retrieval.places.place_mentions import (
    How,
    Mention,
    Name,
    PlaceResolution,
    SpeaksOf,
    distinct,
    mention_of,
    outermost,
    overlaps,
)
from retrieval.places.place_words import (
    LEAD,
    UNKNOWN,
    crosses_words,
    follows_lead,
    is_slip,
    looks_like_place,
    runs_on,
    squeeze,
    stands_after,
    stands_before,
    suffix_or_number_after,
)
from retrieval.places.subunits import is_unit, kind_after_name, kind_alone, territory, words_for
from retrieval.text.normalise import level

__all__ = [
    "Chain",
    "Gazetteer",
    "Mention",
    "PlaceIndex",
    "PlaceResolution",
    "SpeaksOf",
    "contains",
    "gazetteer",
]

_CITY_WORD = re.compile(
    "市(?:场|监(?!委|察)|政(?!府|协|法)|容|民(?!政|族|宗|主|营|革|法|生|警|兵))"
)
_EVERY_BEFORE = re.compile(
    "(?:这|那)?(?P<count>[两二三四几各]|所有|全部|both|(?:the )?two|all)\\s*(?:个|处|家)?\\s*(?:名?叫|叫做)?(?:的|of the)?\\s*$"
)
_EVERY_AFTER = re.compile("这?(?P<count>[两三四])(?:地|家|处|个地方|个区县?|个县|份报告)")
_COUNTS = {"两": 2, "二": 2, "both": 2, "two": 2, "the two": 2, "三": 3, "四": 4}
_NOT_HAN = re.compile("[^\\u4e00-\\u9fff]")
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
        *,
        speaks_of: SpeaksOf | None = None,
        near: Collection[Chain] = (),
    ) -> PlaceResolution:
        """Return the mentions of ``question``, in order; about a millisecond when warm.

        ``speaks_of`` tells whether the reports of a place speak of something: a street they
        speak of is a topic in them, any other is a unit nothing is held for. ``near`` are the
        places a conversation is about, inside which a kind alone (经开区呢) may be a unit's name.
        """
        text, positions = squeeze(level(question))
        found = list(self._scan(text))
        found += self._latin.scan(text, found)
        if not any(mention.held for mention in found):
            found += self._scan_typos(text, found)
        found += self._scan_unknown(text, found)
        if not found:
            found += self._scan_departments(text)
        found.sort(key=lambda mention: mention.start)
        merged = list(self._merge(text, found))
        if speaks_of:
            merged = list(_without_topics(merged, speaks_of))
        merged = self._with_kinds_alone(text, merged, near)
        merged = [_as_every(text, mention) for mention in merged]
        return PlaceResolution(
            tuple(self._place(mention, question, positions) for mention in merged)
        )

    def holds(self, chain: Chain) -> bool:
        """Tell whether a report of this place, or of one inside it, is held."""
        return chain in self._held_chains

    # --- tables -------------------------------------------------------------------------

    @cached_property
    def _held_chains(self) -> frozenset[Chain]:
        return frozenset(
            chain[:depth] for chain, _ in self._known for depth in range(1, len(chain) + 1)
        )

    @cached_property
    def _own(self) -> Mapping[str, Name]:
        """Names of held places and issuers; levelled surface → what it stands for."""
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
        bodies: defaultdict[str, dict[str, Chain]] = defaultdict(dict)
        for chain, issuer in self._known:
            for surface in () if chain in self._units else issuer_surfaces(chain, issuer):
                bodies[level(surface)][issuer] = chain
        own = {
            surface: Name(tuple(known), next(iter(known.values())))
            for surface, known in places.items()
        }
        for surface, issuers in bodies.items():
            if surface not in own:
                chains = tuple(dict.fromkeys(issuers.values()))
                own[surface] = Name(chains, "issuer", tuple(issuers))
        return own

    @cached_property
    def _slips(self) -> Mapping[tuple[int, str], tuple[str, ...]]:
        """Held places' names by their first (0) and second (1) character."""
        table: defaultdict[tuple[int, str], tuple[str, ...]] = defaultdict(tuple)
        for surface, name in self._own.items():
            if len(surface) > 1 and not name.issuers:
                table[0, surface[0]] += (surface,)
                table[1, surface[1]] += (surface,)
        return dict(table)

    @cached_property
    def _departments(self) -> Mapping[str, list[str]]:
        """Body without its place (司法局) → the held issuers of that name."""
        table: defaultdict[str, list[str]] = defaultdict(list)
        for chain, issuer in self._known:
            body, _ = split_issuer(chain, issuer)
            if len(body) >= 3 and body.endswith(("局", "委", "办", "厅", "委员会", "办公室")):
                table[level(body)].append(issuer)
        return table

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

    def _scan(self, text: str) -> Iterator[Mention]:
        position = 0
        while position < len(text):
            mention = self._name_at(text, position)
            if mention is None:
                position += 1
            else:
                yield mention
                position = mention.end

    def _name_at(self, text: str, start: int) -> Mention | None:
        for length in self._lengths.get(text[start], ()):
            end = start + length
            surface = text[start:end]
            if len(surface) < length:
                continue
            if _CITY_WORD.match(text, end - 1):
                continue  # 颍滨|市监局, not 颍滨市|监局
            name = self._look_up(surface)
            if name is None or not self._stands(text, start, end, name):
                continue
            if name.how == "short" and text[end : end + 1] in _SUFFIXES and name.chains:
                # 綦江县, 上虞市: the right name with the suffix of another time
                longer = text[start : end + 1]
                if longer not in self._gazetteer.full and stands_after(text, end + 1):
                    end += 1
            place = self._mention(text, start, end, name)
            return self._unit_named_after(text, place, name) or place
        return None

    def _unit_named_after(self, text: str, place: Mention, name: Name) -> Mention | None:
        """Take 玉山街道, 玉山县经济开发区 for a unit of its own; in 玉山县街道 the kind is any."""
        kind = None if name.issuers else kind_after_name(text, place.end)
        if not kind or (name.how != "short" and not kind["zone"]):
            return None
        if any(chain in self._units for chain in name.chains):
            return None
        words = text[place.start : kind.end()]
        return Mention(words, place.start, kind.end(), (), (), "unknown", unit=words, inside=place)

    def _look_up(self, surface: str) -> Name | None:
        own = self._own.get(surface)
        if own and own.issuers:
            return own
        chains = self._gazetteer.full.get(surface)
        how: How = "exact"
        if chains is None:
            chains = self._gazetteer.short.get(surface, ())
            how = "short"
        if own:
            return Name(tuple(dict.fromkeys((*own.chains, *chains))), own.how)
        return Name(chains, how) if chains else None

    def _stands(self, text: str, start: int, end: int, name: Name) -> bool:
        """Tell whether the characters are this name here, and not parts of other words."""
        if name.how == "issuer":
            return True
        surface = text[start:end]
        word_like = surface in word_like_names()
        before, after = stands_before(text, start), stands_after(text, end)
        follows_place = start > 0 and self._ends_with_place(text[:start])
        if follows_place and self._lies_in_place_before(text[:start], name):
            return not (word_like and runs_on(text, end))
        if name.how == "short" and all(chain in self._units for chain in name.chains):
            leads = before or follows_place or follows_lead(text, start)
            return leads and not crosses_words(text, start, end)
        if name.how == "exact":
            if word_like and len(surface) == 2:
                return follows_place
            if len(surface) == 2 or surface[:-1] in word_like_names():
                held = len(surface) > 2 and any(map(self.holds, name.chains))
                return (before or follows_place or held) and after
            return True
        if follows_place and not word_like:
            return True
        held = any(map(self.holds, name.chains))
        if word_like:
            named = before and suffix_or_number_after(text, end)
            return held and (named or text[end : end + 1].isdigit())
        if len(surface) > 2 or min(map(self._gazetteer.rank, name.chains)) == 0:
            return True
        if held or min(map(self._gazetteer.rank, name.chains)) == 1:
            return not crosses_words(text, start, end)
        return before and after

    def _ends_with_place(self, text: str) -> bool:
        return any(
            (name := text[-length:]) in self._gazetteer.full or name in self._gazetteer.short
            for length in range(2, min(len(text), 6) + 1)
        )

    def _lies_in_place_before(self, text: str, name: Name) -> bool:
        """Tell whether ``text`` ends with a place that the named one lies in: 重庆 before 江北."""
        full, short = self._gazetteer.full, self._gazetteer.short
        return any(
            contains(parent, chain) and parent != chain
            for length in range(2, min(len(text), 6) + 1)
            for parent in (*full.get(text[-length:], ()), *short.get(text[-length:], ()))
            for chain in name.chains
        )

    def _scan_typos(self, text: str, found: list[Mention]) -> Iterator[Mention]:
        """Names of held places with one character wrong, where nothing else is meant."""
        position = 0
        while position < len(text):
            end = position + 1
            # with one character wrong, the first or the second is right
            near = self._slips.get((0, text[position]), ())
            near += self._slips.get((1, text[end : end + 1]), ())
            for surface in sorted(near, key=len, reverse=True):
                name = replace(self._own[surface], how="typo")
                mention = self._mention(text, position, position + len(surface), name)
                if self._is_typo(text, mention, surface) and not overlaps(mention, found):
                    yield mention
                    end = mention.end
                    break
            position = end

    def _is_typo(self, text: str, mention: Mention, surface: str) -> bool:
        window = mention.text
        if len(window) < len(surface):
            return False
        wrong = [
            i for i, pair in enumerate(zip(window, surface, strict=True)) if pair[0] != pair[1]
        ]
        whole = short_name(surface) != surface
        return (
            len(wrong) == 1
            and stands_before(text, mention.start)
            and (whole or stands_after(text, mention.end))
            and not self._gazetteer.knows(window)
            and is_slip(window, surface, wrong[0])
        )

    def _scan_unknown(self, text: str, found: list[Mention]) -> Iterator[Mention]:
        """What is shaped like a place, stands where one may begin, and is in no list."""
        starts = {0, *(mention.end for mention in found)}
        starts.update(match.end() for match in _NOT_HAN.finditer(text))
        end = 0
        for start in sorted(starts):
            position = max(start, end)
            while True:
                lead = LEAD.match(text, position)
                match = None if lead else UNKNOWN.match(text, position)
                if match and looks_like_place(text, match):
                    words = match.group()
                    unit = words if is_unit(words) else ""
                    mention = Mention(words, position, match.end(), (), (), "unknown", unit=unit)
                    if units := self._units.alike(words):
                        name = Name(units, "typo")
                        mention = self._mention(text, position, match.end(), name)
                    if overlaps(mention, found):
                        break  # 玉山文成镇 begins with a place: the unit begins behind it
                    yield mention
                    position = end = match.end()
                elif lead:
                    position = lead.end()
                else:
                    break

    def _scan_departments(self, text: str) -> Iterator[Mention]:
        """A department without its place (司法局的报告), where only one such issuer is held."""
        for body, issuers in self._departments.items():
            start = text.find(body)
            end = start + len(body)
            if start < 0 or len(issuers) > 1 or "报告" not in text[end : end + 12]:
                continue
            chains = tuple(chain for chain, issuer in self._known if issuer == issuers[0])
            yield self._mention(text, start, end, Name(chains, "issuer", tuple(issuers)))

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
            outside = all(self._gazetteer.rank(chain) < 2 for chain in outer.candidates)
            return replace(second, start=first.start) if outside and not gap else None
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

    def _with_kinds_alone(
        self, text: str, mentions: list[Mention], near: Collection[Chain]
    ) -> list[Mention]:
        """Read 武侯区街道办, or 经开区呢 in a conversation, as the one held unit it can mean."""
        if mentions:
            return [self._kind_after(text, mention) for mention in mentions]
        start = 0
        while lead := LEAD.match(text, start):
            start = lead.end()
        kind = kind_alone(text, start)
        if not kind or not stands_after(text, kind.end()) or any(p in self._units for p in near):
            return []
        called = kind["settlement"] or kind["zone"] or "管委会"
        units = self._units.called(called, near) if near else ()
        if not units and not kind["settlement"] and (not near or len(text) - kind.end() < 3):
            units = self._units.called(called)
        if len(units) != 1:
            return []
        return [self._mention(text, start, kind.end(), Name(units, "short"))]

    def _kind_after(self, text: str, mention: Mention) -> Mention:
        kind = kind_alone(text, mention.end)
        if not kind or not stands_after(text, kind.end()):
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
        if max(map(level_of, outer.candidates)) >= min(map(level_of, inner.candidates)):
            return None
        said = text[outer.start : outer.end]
        return replace(inner, start=outer.start, wrong_parent=said)

    def _place(self, mention: Mention, question: str, positions: list[int]) -> Mention:
        """Move a mention from the squeezed text to the question, its candidates in order."""
        start, end = positions[mention.start], positions[mention.end - 1] + 1
        words = question[start:end]
        how: How = mention.how
        if how in ("exact", "short") and "".join(words.split()) != "".join(level(words).split()):
            how = "traditional"
        candidates = mention.candidates
        if not mention.held and len(candidates) > 1:
            top = min(map(self._gazetteer.rank, candidates))
            best = tuple(c for c in candidates if self._gazetteer.rank(c) == top)
            candidates = best if top == 0 else outermost(candidates)
        return replace(mention, text=words, start=start, end=end, how=how, candidates=candidates)


_SUFFIXES = frozenset("县区市")


def _as_every(text: str, mention: Mention) -> Mention:
    """Take 两个鼓楼区 for all held places of the name, where there are as many."""
    count = distinct(mention.held)
    if count < 2:
        return mention
    before = _EVERY_BEFORE.search(text, max(0, mention.start - 16), mention.start)
    after = _EVERY_AFTER.match(text, mention.end)
    said = before or after
    if not said or _COUNTS.get(said["count"], count) != count:
        return mention
    start = before.start() if before else mention.start
    end = after.end() if after else mention.end
    return replace(mention, start=start, end=end, every=True)


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
