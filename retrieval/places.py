"""The places a question names, and which of them the library holds.

Names come from the library's own issuers and places first, the gazetteer second. Full names
count anywhere; short ones (玉山) only where they stand as a word, since 来安 also hides in
未来安排. What looks like a place but is in neither list is still reported, without candidates,
so that the caller can say that no such report is held.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise, product
from typing import Literal

from retrieval.gazetteer import (
    Chain,
    Gazetteer,
    contains,
    gazetteer,
    read_words,
    short_name,
    word_like_names,
)
from retrieval.issuer_names import issuer_surfaces, split_issuer
from retrieval.normalise import level
from retrieval.pinyin import spelled
from retrieval.place_words import (
    LEAD,
    UNKNOWN,
    crosses_words,
    is_slip,
    looks_like_place,
    squeeze,
    stands_after,
    stands_before,
    suffix_or_number_after,
)
from retrieval.romanisation import ENGLISH_NAMES, romanise

__all__ = [
    "Chain",
    "Gazetteer",
    "Mention",
    "PlaceIndex",
    "PlaceResolution",
    "contains",
    "gazetteer",
]

How = Literal["exact", "short", "traditional", "pinyin", "typo", "issuer", "unknown"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A place named at ``question[start:end]``.

    ``candidates`` are all places it may mean (none: it looks like a place nobody knows), ``held``
    those of them with a report of their own or inside them, ``issuers`` the held issuers meant
    when the name is a body's (綦江区司法局) and empty otherwise. ``wrong_parent`` is the province
    or city it is said to lie in and does not (江西 of 江西上虞区), empty otherwise.
    """

    text: str
    start: int
    end: int
    candidates: tuple[Chain, ...]
    held: tuple[Chain, ...]
    how: How
    issuers: tuple[str, ...] = ()
    wrong_parent: str = ""

    @property
    def ambiguous(self) -> bool:
        """Several held places answer to it, or none is held and several places are so called."""
        return _distinct(self.held) > 1 or (not self.held and _distinct(self.candidates) > 1)


def _distinct(chains: tuple[Chain, ...]) -> int:
    """Count the places; one stated with fewer levels (淮州市清溪县) is not another."""
    return sum(
        not any(other != chain and other[-len(chain) :] == chain for other in chains)
        for chain in chains
    )


@dataclass(frozen=True, slots=True)
class PlaceResolution:
    """All mentions of a question, in order and apart from one another."""

    mentions: tuple[Mention, ...] = ()

    @property
    def held(self) -> tuple[Chain, ...]:
        """The held places meant, each once."""
        return tuple(dict.fromkeys(chain for m in self.mentions for chain in m.held))

    @property
    def ambiguous(self) -> tuple[Mention, ...]:
        """Mentions to ask back about."""
        return tuple(mention for mention in self.mentions if mention.ambiguous)

    @property
    def missing(self) -> tuple[Mention, ...]:
        """Mentions the library holds nothing for."""
        return tuple(mention for mention in self.mentions if not mention.held)


@dataclass(frozen=True, slots=True)
class _Name:
    """What a surface form stands for."""

    chains: tuple[Chain, ...]
    how: How
    issuers: tuple[str, ...] = ()


_LATIN_SUFFIX = frozenset(("xian", "qu", "shi", "sheng", "county", "district", "city", "province"))

_LATIN_BODIES = {
    "subdistrict": "街道",
    "street": "街道",
    "jiedao": "街道",
    "town": "镇",
    "zhen": "镇",
    "township": "乡",
    "xiang": "乡",
}

_NOT_HAN = re.compile("[^\\u4e00-\\u9fff]")
_LATIN = re.compile("[a-z]+")
_SYLLABLE = re.compile(
    "(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:i?ang?|i?ao|ai|ei|ou|i[eu]|i?ong|[ei]ng?|uang?|uai|u[oien]|er|[aeiouv])"
)
_JOINT = re.compile("(?:\\s|的|·|省|市|'s|’s)*")
_LATIN_INSIDE = re.compile("\\s*(?:,|of)\\s*")


class PlaceIndex:
    """Resolves the places of questions against what a library holds.

    ``known`` gives each report's place chain and issuer. Building costs a few milliseconds, the
    gazetteer is read at the first resolution.
    """

    def __init__(self, known: Iterable[tuple[Chain, str]], places: Gazetteer | None = None) -> None:
        self._known = tuple(dict.fromkeys((tuple(chain), issuer) for chain, issuer in known))
        self._gazetteer = places or gazetteer()

    def resolve(self, question: str) -> PlaceResolution:
        """Return the mentions of ``question``, in order; about a millisecond when warm."""
        text, positions = squeeze(level(question))
        found = list(self._scan(text))
        found += self._scan_latin(text, found)
        if not any(mention.held for mention in found):
            found += self._scan_typos(text, found)
        found += self._scan_unknown(text, found)
        if not found:
            found += self._scan_departments(text)
        found.sort(key=lambda mention: mention.start)
        merged = self._merge(text, found)
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
    def _own(self) -> Mapping[str, _Name]:
        """Names of held places and issuers; levelled surface → what it stands for."""
        places: defaultdict[str, dict[Chain, How]] = defaultdict(dict)
        for chain in sorted(self._held_chains):
            places[level(chain[-1])][chain] = "exact"
            core = short_name(chain[-1])
            if core != chain[-1]:
                places[level(core)].setdefault(chain, "short")
        bodies: defaultdict[str, dict[str, Chain]] = defaultdict(dict)
        for chain, issuer in self._known:
            for surface in issuer_surfaces(chain, issuer):
                bodies[level(surface)][issuer] = chain
        own = {
            surface: _Name(tuple(chains), next(iter(chains.values())))
            for surface, chains in places.items()
        }
        for surface, issuers in bodies.items():
            if surface not in own:
                chains = tuple(dict.fromkeys(issuers.values()))
                own[surface] = _Name(chains, "issuer", tuple(issuers))
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
    def _romanised(self) -> Mapping[str, tuple[Chain, ...]]:
        """Pinyin in one word, with and without the suffix → places."""
        table: defaultdict[str, dict[Chain, None]] = defaultdict(dict)
        for chain in (*sorted(self._held_chains), *self._gazetteer.chains):
            core = short_name(chain[-1])
            names = (core,) if core == chain[-1] else (core, chain[-1])
            for name in names:
                sound = romanise(name)
                for key in {sound, sound.replace("v", "u")}:
                    if len(key) >= 4:
                        table[key][chain] = None
        for english, name in ENGLISH_NAMES.items():
            for chain in self._gazetteer.find(name):
                table[english][chain] = None
        return {key: tuple(chains) for key, chains in table.items()}

    @cached_property
    def _romanised_bodies(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """Sound of a held body's own name, and its kind → issuers: nanping, 街道 → 南坪街道…"""
        table: defaultdict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for chain, issuer in self._known:
            body, _ = split_issuer(chain, issuer)
            for kind, name in product(_LATIN_BODIES.values(), (body, *chain[-1:])):
                own, found, _ = name.partition(kind)
                if found and 2 <= len(own) <= 4:
                    table[romanise(own), kind][issuer] = None
        return {key: tuple(issuers) for key, issuers in table.items()}

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
            name = self._look_up(surface)
            if name is None or not self._stands(text, start, end, name):
                continue
            if name.how == "short" and text[end : end + 1] in _SUFFIXES and name.chains:
                # 綦江县, 上虞市: the right name with the suffix of another time
                longer = text[start : end + 1]
                if longer not in self._gazetteer.full and stands_after(text, end + 1):
                    end += 1
            return self._mention(text, start, end, name)
        return None

    def _look_up(self, surface: str) -> _Name | None:
        own = self._own.get(surface)
        if own and own.issuers:
            return own
        chains = self._gazetteer.full.get(surface)
        how: How = "exact"
        if chains is None:
            chains = self._gazetteer.short.get(surface, ())
            how = "short"
        if own:
            return _Name(tuple(dict.fromkeys((*own.chains, *chains))), own.how)
        return _Name(chains, how) if chains else None

    def _stands(self, text: str, start: int, end: int, name: _Name) -> bool:
        """Tell whether the characters are this name here, and not parts of other words."""
        if name.how == "issuer":
            return True
        surface = text[start:end]
        word_like = surface in word_like_names()
        before, after = stands_before(text, start), stands_after(text, end)
        follows_place = start > 0 and self._ends_with_place(text[:start])
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

    def _scan_latin(self, text: str, found: list[Mention]) -> Iterator[Mention]:
        words = list(_LATIN.finditer(text))
        first = 0
        while first < len(words):
            mention, used = self._latin_at(text, words[first : first + 6])
            if mention and not _overlaps(mention, found):
                yield mention
            first += used if mention else 1

    def _latin_at(self, text: str, words: list[re.Match[str]]) -> tuple[Mention | None, int]:
        for count in range(len(words), 0, -1):
            group = words[:count]
            gaps = (text[a.end() : b.start()] for a, b in pairwise(group))
            if any(gap not in (" ", "'", "’", "-") for gap in gaps):
                continue
            key = "".join(match.group() for match in group)
            if len(key) < 4 or (
                count == 1 and (key in _english_words() or _SYLLABLE.fullmatch(key))
            ):
                continue
            body = self._body_by_sound(text, key, words[count - 1 : count + 1])
            if body:
                name, end = body
                return self._mention(text, group[0].start(), end, name), count
            chains = self._romanised.get(key)
            if not chains:
                continue
            held = any(map(self.holds, chains))
            if (
                not held
                and spelled(key)
                and not _suffix_follows(text, words[count - 1 : count + 1])
            ):
                continue  # shenhe is 审核 before it is 沈河, a place no report is held of
            if (
                not held
                and count > 1
                and (len(key) < 6 or any(m.group() in _english_words() for m in group))
            ):
                continue
            end = group[-1].end()
            if len(words) > count and words[count].group() in _LATIN_SUFFIX:
                between = text[end : words[count].start()]
                end = words[count].end() if between == " " else end
            return self._mention(text, group[0].start(), end, _Name(chains, "pinyin")), count
        return None, 1

    def _body_by_sound(
        self, text: str, key: str, words: Sequence[re.Match[str]]
    ) -> tuple[_Name, int] | None:
        """Find Nanping Subdistrict as the held 南坪街道办事处: a kind must follow the sound."""
        if len(words) < 2 or text[words[0].end() : words[1].start()] not in (" ", "-"):
            return None
        kind = _LATIN_BODIES.get(words[1].group(), "")
        issuers = self._romanised_bodies.get((key, kind))
        if not issuers:
            return None
        chains = tuple(dict.fromkeys(c for c, issuer in self._known if issuer in issuers))
        return _Name(chains, "issuer", issuers), words[1].end()

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
                if self._is_typo(text, mention, surface) and not _overlaps(mention, found):
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
                    mention = Mention("", position, match.end(), (), (), "unknown")
                    if not _overlaps(mention, found):
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
            yield self._mention(text, start, end, _Name(chains, "issuer", tuple(issuers)))

    # --- from names to mentions ---------------------------------------------------------

    def _mention(self, text: str, start: int, end: int, name: _Name) -> Mention:
        held = tuple(chain for chain in name.chains if self.holds(chain))
        return Mention(
            text[start:end], start, end, name.chains, self._outermost(held), name.how, name.issuers
        )

    def _outermost(self, chains: tuple[Chain, ...]) -> tuple[Chain, ...]:
        """Drop what lies inside another of the chains: 南昌 is the city before the county."""
        return tuple(
            chain
            for chain in chains
            if not any(other != chain and contains(other, chain) for other in chains)
        )

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
            outside = all(self._gazetteer.rank(chain) < 2 for chain in outer.candidates)
            return replace(second, start=first.start) if outside and not gap else None
        inside = tuple(
            chain
            for chain in inner.candidates
            if any(contains(parent, chain) and parent != chain for parent in outer.candidates)
        )
        if not inside:
            return self._misplaced(text, outer, inner) if inner is second else None
        held = self._outermost(tuple(chain for chain in inside if self.holds(chain)))
        how = inner.how if inner.how != "exact" else outer.how
        return replace(
            inner, start=first.start, end=second.end, candidates=inside, held=held, how=how
        )

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
            candidates = best if top == 0 else self._outermost(candidates)
        return replace(mention, text=words, start=start, end=end, how=how, candidates=candidates)


_SUFFIXES = frozenset("县区市")


def _suffix_follows(text: str, words: Sequence[re.Match[str]]) -> bool:
    """Tell whether the first of ``words`` has xian, qu, county … right behind it."""
    return (
        len(words) > 1
        and text[words[0].end() : words[1].start()] == " "
        and words[1].group() in _LATIN_SUFFIX
    )


@lru_cache(maxsize=1)
def _english_words() -> frozenset[str]:
    return frozenset(read_words("english_words.txt"))


def _overlaps(mention: Mention, others: Iterable[Mention]) -> bool:
    return any(mention.start < other.end and other.start < mention.end for other in others)
