"""The units below a county that report for themselves in one library, by all they are called."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property

from retrieval.genre.romanisation import romanise
from retrieval.places.gazetteer import Chain, Gazetteer, short_name
from retrieval.places.subunits import Unit, parse_unit, unit_of, unit_surfaces
from retrieval.text.normalise import level

_ENGLISH_KINDS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(pattern), tuple(kinds.split()))
    for pattern, kinds in (
        ("(?:sub-?district|street|jiedao)(?: office)?", "街道"),
        ("(?:ethnic )?(?:township|xiang)(?: government)?", "乡 民族乡"),
        (
            "(?:national )?(?:high|hi|new)[- ]?(?:and[- ]new[- ])?tech(?:nology)?(?: industrial| industry)?(?: development)? (?:zone|area|district|park)",
            "高新技术产业开发区 高新技术开发区 高新技术产业园区 高新区",
        ),
        (
            "development (?:zone|area)",
            "经济技术开发区 经济开发区 高新技术产业开发区 高新技术开发区 开发区 经开区 高新区",
        ),
        ("area|zone", "片区"),
    )
)
_ENGLISH_OFFICE = re.compile("(?: (?:administrative|management) committee)?(?![a-z])")


_CITY_AND_OWN = 4  # characters of a zone's name that begins with its city's


class HeldUnits:
    """Looks up the units among ``known``: the place of each held report, its unit included, and issuer."""

    def __init__(self, known: Iterable[tuple[Chain, str]], places: Gazetteer) -> None:
        self._issuers: defaultdict[Chain, list[str]] = defaultdict(list)
        for chain, issuer in known:
            if unit_of(chain, issuer):
                self._issuers[chain].append(issuer)
        self._places = places

    def __contains__(self, chain: object) -> bool:
        """Tell whether ``chain`` is a held unit's."""
        return chain in self._issuers

    @cached_property
    def _units(self) -> Mapping[Chain, Unit]:
        found = ((chain, parse_unit(chain[-1], chain[-2] if chain[1:] else "")) for chain in self)
        return {chain: unit for chain, unit in found if unit}

    def __iter__(self) -> Iterator[Chain]:
        return iter(self._issuers)

    @cached_property
    def full(self) -> Mapping[str, tuple[Chain, ...]]:
        """Levelled name with its kind, and the issuer's own → units."""
        named = [
            (surface, chain)
            for chain, issuers in self._issuers.items()
            for surface in dict.fromkeys((chain[-1], *unit_surfaces(chain), *issuers))
        ]
        levelled = level("\n".join(surface for surface, _ in named)).split("\n")
        table: defaultdict[str, dict[Chain, None]] = defaultdict(dict)
        for surface, (_, chain) in zip(levelled, named, strict=bool(named)):
            table[surface][chain] = None
        return {surface: tuple(chains) for surface, chains in table.items()}

    @cached_property
    def short(self) -> Mapping[str, tuple[Chain, ...]]:
        """Own name alone (南坪) → units, also one that a county bears that is not held.

        Of a name of four characters its end alone, too: 临港 of 泸江临港经济开发区.
        """
        table: defaultdict[str, list[Chain]] = defaultdict(list)
        for chain, unit in self._units.items():
            if 2 <= len(unit.own) <= 4:
                table[level(unit.own)].append(chain)
            if len(unit.own) == _CITY_AND_OWN:
                table[level(unit.own[2:])].append(chain)
        return {name: tuple(chains) for name, chains in table.items()}

    def told_shorter(self, words: str) -> tuple[Chain, ...]:
        """Return the units called by the end of their own name: 临港经开区 for 泸江临港经济技术开发区."""
        return tuple(
            chain
            for chain, unit in self._units.items()
            for kind in unit.kinds
            if words.endswith(kind)
            and len(own := words.removesuffix(kind)) > 1
            and level(unit.own).endswith(own)
        )

    def called(self, kind: str, within: Collection[Chain] = ()) -> tuple[Chain, ...]:
        """Return the units of a kind named alone (经开区, 管委会), those ``within`` some places."""
        return tuple(
            chain
            for chain, unit in self._units.items()
            if (kind in unit.kinds or (kind == "管委会" and kind in unit.offices))
            and (not within or any(chain[: len(p)] == p and chain != p for p in within))
        )

    def in_english(self, sound: str, text: str, end: int) -> tuple[tuple[Chain, ...], str, int]:
        """Find Nanping Subdistrict: the sound of a name, and a kind in English from ``end``.

        Returns the units, the kind in Chinese and where it ends; without a kind all are empty.
        """
        if text[end : end + 1] not in (" ", "-"):
            return (), "", end
        for pattern, kinds in _ENGLISH_KINDS:
            match = pattern.match(text, end + 1)
            office = match and _ENGLISH_OFFICE.match(text, match.end())
            if office:
                units = (self._romanised.get((sound, kind), ()) for kind in kinds)
                found = dict.fromkeys(chain for chains in units for chain in chains)
                if not found and kinds == ("片区",):
                    break  # the Yushan area is Yushan
                return tuple(found), kinds[0], office.end()
        return (), "", end

    @cached_property
    def _romanised(self) -> Mapping[tuple[str, str], tuple[Chain, ...]]:
        """Sound of a unit's own name, or its owner's, and the kind → units."""
        table: defaultdict[tuple[str, str], dict[Chain, None]] = defaultdict(dict)
        for chain, unit in self._units.items():
            owner = chain[-2] if chain[1:] else ""
            names = (unit.own, owner + unit.own, short_name(owner) + unit.own)
            for name in names:
                if name:
                    table[romanise(name), unit.kind][chain] = None
        return {key: tuple(chains) for key, chains in table.items()}
