"""Places written in Latin letters: pinyin in one word or more, English names, English kinds of unit."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import pairwise

from retrieval.genre.pinyin import LATIN, spelled
from retrieval.genre.romanisation import ENGLISH_NAMES, romanise
from retrieval.places.gazetteer import Chain, Gazetteer, short_name
from retrieval.places.held_units import HeldUnits
from retrieval.places.place_mentions import Mention, Name, mention_of, overlaps
from retrieval.text.words import read_words

_LATIN_SUFFIX = frozenset(
    "xian qu shi sheng county counties district districts city cities province provinces".split()
)
_SYLLABLE = re.compile(
    "(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:i?ang?|i?ao|ai|ei|ou|i[eu]|i?ong|[ei]ng?|uang?|uai|u[oien]|er|[aeiouv])"
)


class LatinNames:
    """Finds the places of a text that are written in Latin letters, the held ones first."""

    def __init__(self, held: frozenset[Chain], places: Gazetteer, units: HeldUnits) -> None:
        self._held = held
        self._gazetteer = places
        self._units = units

    def scan(self, text: str, found: Sequence[Mention]) -> Iterator[Mention]:
        """Yield the places named in Latin letters in the levelled text, apart from ``found``."""
        words = list(LATIN.finditer(text))
        first = 0
        while first < len(words):
            mention, used = self._name_at(text, words[first : first + 6])
            if mention and not overlaps(mention, found):
                yield mention
            first += used if mention else 1

    def _name_at(self, text: str, words: list[re.Match[str]]) -> tuple[Mention | None, int]:
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
            start, end = group[0].start(), group[-1].end()
            chains = self._romanised.get(key)
            units, kind, unit_end = self._units.in_english(key, text, end)
            held = any(chain in self._held for chain in chains or ())
            if units or (kind and held):
                used = sum(match.start() < unit_end for match in words)
                if units:
                    unit_name = Name(units, "pinyin")
                    return mention_of(text, start, unit_end, unit_name, self._held), used
                place = mention_of(text, start, end, Name(chains or (), "pinyin"), self._held)
                unit, name = short_name(place.held[0][-1]) + kind, text[start:unit_end]
                return Mention(
                    name, start, unit_end, (), (), "unknown", unit=unit, inside=place
                ), used
            if not chains:
                continue
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
            if len(words) > count and words[count].group() in _LATIN_SUFFIX:
                between = text[end : words[count].start()]
                end = words[count].end() if between == " " else end
            return mention_of(text, start, end, Name(chains, "pinyin"), self._held), count
        return None, 1

    @cached_property
    def _romanised(self) -> Mapping[str, tuple[Chain, ...]]:
        """Pinyin in one word, with and without the suffix → places."""
        table: defaultdict[str, dict[Chain, None]] = defaultdict(dict)
        for chain in (*sorted(self._held), *self._gazetteer.chains):
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
