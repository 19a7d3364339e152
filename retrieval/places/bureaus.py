"""A body named in short after its place (颍滨市市监局), and one that no held report is by.

A bureau's report is one of its place; which bureau is meant is told by the letters of its name,
since nobody writes 市场监督管理局 in full.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from typing import NamedTuple, overload

from retrieval.genre.english import glosses
from retrieval.places.gazetteer import Chain
from retrieval.places.issuer_names import split_issuer
from retrieval.places.place_mentions import Mention
from retrieval.places.subunits import unit_of
from retrieval.text.words import data_lines


class Body(NamedTuple):
    """A held issuer named in short right after its place, and where that name ends.

    ``absent`` is the name of one that the question asks about and no held report is by.
    """

    issuer: str
    end: int
    absent: str = ""


_AFTER_BODY = re.compile(
    "(?:系统|部门|单位)?(?=$|[的在有是对把被给为去今的，,。？?、呢都当前20]|报告)"
)


_ENGLISH_BODY = re.compile(
    "(?:['’]s)?[ ]+(?:(?:municipal|city|county|district)[ ]+)?(?P<name>(?:[a-z]+[ ]+){0,5}?)"
    "(?:bureau|administration|commission|office|department|authority|committee)(?![a-z])"
    "(?P<of>[ ]+(?:of|for)(?:[ ]+[a-z]+){1,5})?",
    re.IGNORECASE,
)


class KnownIssuers(Sequence[tuple[Chain, str]]):
    """The place and issuer of each held report, found by place without going through them all."""

    def __init__(self, known: Iterable[tuple[Chain, str]]) -> None:
        self._pairs = tuple(known)
        self._inside: defaultdict[Chain, list[int]] = defaultdict(list)
        self._exactly: defaultdict[Chain, list[int]] = defaultdict(list)
        for at, (chain, _) in enumerate(self._pairs):
            self._exactly[chain].append(at)
            for depth in range(len(chain) + 1):
                self._inside[chain[:depth]].append(at)

    @overload
    def __getitem__(self, at: int) -> tuple[Chain, str]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[tuple[Chain, str]]: ...
    def __getitem__(self, at: int | slice) -> tuple[Chain, str] | Sequence[tuple[Chain, str]]:
        """Return a pair, or several."""
        return self._pairs[at]

    def __len__(self) -> int:
        return len(self._pairs)

    @cached_property
    def offices(self) -> Mapping[str, list[int]]:
        """Where the pairs stand by what an issuer is called without its place: few among many."""
        offices: defaultdict[str, list[int]] = defaultdict(list)
        for at, (chain, issuer) in enumerate(self._pairs):
            offices[split_issuer(chain, issuer)[0]].append(at)
        return offices

    def of(self, mention: Mention) -> list[tuple[Chain, str]]:
        """Return those whose place is the one mentioned, inside it, or it in fewer words."""
        found: set[int] = set()
        for held in mention.held:
            found.update(self._inside.get(held, ()))
            for cut in range(1, len(held)):
                found.update(self._exactly.get(held[cut:], ()))
        return [self._pairs[at] for at in sorted(found)]


def body_after(words: str, mention: Mention, known: Sequence[tuple[Chain, str]]) -> Body:
    """Find 市场监管局 after 颍滨市 as the held 颍滨市市场监督管理局: its letters, in order."""
    issuers = _indexed(known).of(mention)
    best = _english_body(words, mention, issuers)
    governed = any(issuer.endswith("人民政府") for _, issuer in issuers)
    rest = words[mention.end : mention.end + 16]
    formerly = _formerly(rest)
    for chain, issuer in issuers:
        core, _ = split_issuer(chain, issuer)
        former = _former(formerly, core)
        length = former or _letters(rest, core)
        if length < 2 or not (former or rest[0] == core[0] or core.endswith("政府")):
            continue
        tail = _AFTER_BODY.match(rest, length)
        # 公安 is the whole name but for 局; in a county's own report it would be a topic
        whole = rest[:length] == core[:-1] and not governed
        # 市监 and 人社 skip letters of the name, as no topic does
        clipped = length == 2 and rest[:2] not in core
        if former or rest[length - 1] in (core[-1], *"局委办厅会") or tail or whole or clipped:
            end = mention.end + (tail.end() if tail else length)
            if end > best.end:
                best = Body(issuer, end)
    return best if best.issuer else best._replace(absent=_absent(words, mention, issuers))


@cache
def _former_names() -> tuple[tuple[str, str], ...]:
    pairs = (line.split() for line in data_lines("bureau_names.txt"))
    return tuple((old, now) for old, now in pairs)


def _formerly(words: str) -> list[tuple[str, str]]:
    """Return the names from before that ``words`` begin with, and letters of what each is now."""
    return [(old, now) for old, now in _former_names() if words.startswith(old)]


def _former(formerly: Sequence[tuple[str, str]], core: str) -> int:
    """Return how long the name is that a body was called by before: 环保局 of 生态环境局; 0 if none."""
    return max((len(old) for old, now in formerly if _letters(now, core) == len(now)), default=0)


def bodies_called(
    words: str, known: Sequence[tuple[Chain, str]], within: Sequence[Chain] = ()
) -> tuple[tuple[Chain, str], ...]:
    """Return the held (place, issuer) pairs that an office named alone may be: 人社局, 司法局.

    ``within`` are the places said beside it; without any, those of every place. A name without
    its last word (城管, 市监) is an office's where a single held one may be called so; the level
    before a name (市水利局) says no more than the place does.
    """
    word, known = words.strip(), _indexed(known)
    return _called(word, known, within) or _called(_LEVEL.sub("", word), known, within)


def _called(
    word: str, known: KnownIssuers, within: Sequence[Chain]
) -> tuple[tuple[Chain, str], ...]:
    found: list[int] = []
    shorter: list[int] = []
    formerly = _formerly(word)
    for core, at in known.offices.items() if len(word) > 1 else ():
        former = bool(core) and _former(formerly, core) == len(word)
        if not core or (not former and _letters(word, core) < len(word)):
            continue
        if former or word[-1] == core[-1]:
            found += at
        elif word[0] == core[0] and not core.endswith("政府"):
            shorter += at
    full, short = (
        [
            known[at]
            for at in sorted(places)
            if not within or any(known[at][0][: len(p)] == p for p in within)
        ]
        for places in (found, shorter)
    )
    return tuple(full) or (tuple(short) if len(set(short)) == 1 else ())


_LEVEL = re.compile("^[省市县区州盟旗](?=..)")


def _indexed(known: Sequence[tuple[Chain, str]]) -> KnownIssuers:
    return known if isinstance(known, KnownIssuers) else KnownIssuers(known)


def _english_body(words: str, mention: Mention, issuers: Sequence[tuple[Chain, str]]) -> Body:
    """Find Market Supervision Bureau, or Bureau of Justice, after Yingbin among its issuers."""
    match = _ENGLISH_BODY.match(words, mention.end)
    if not match:
        return Body("", mention.end)
    said = match["name"] or match["of"] or ""
    count = len(said.split())
    while count:
        part = " ".join(said.split()[:count])
        told = [gloss.chinese for gloss in glosses(part.lower())]
        for chain, issuer in issuers:
            core, _ = split_issuer(chain, issuer)
            if told and all(any(_letters(w, core) == len(w) for w in chinese) for chinese in told):
                if match["name"]:
                    return Body(issuer, match.start("of") if match["of"] else match.end())
                return Body(issuer, match.start("of") + said.find(part) + len(part))
        count = 0 if match["name"] else count - 1
    return Body("", mention.end)


def _letters(words: str, name: str) -> int:
    """Return how many of the first letters of some words stand in a name in order.

    4 of 市场监管的罚款 in 市场监督管理局.
    """
    at = 0
    for count, letter in enumerate(words):
        at = name.find(letter, at) + 1
        if not at:
            return count
    return len(words)


_NAMES_BODY = re.compile(
    "(?:[市县区州省])?([\u4e00-\u9fff]{2,9}?(?:局|委员会|卫健委|发改委|办公室|厅)|人民政府)"
    "(?=$|[的在有是对今去20，,。？?]|报告|[0-9])"
)


def _absent(words: str, mention: Mention, issuers: Sequence[tuple[Chain, str]]) -> str:
    """Return the name of a body that the question asks about and no held report is by.

    Only where every report of the place is another body's: in a county's or a zone's own
    report its bureaus are a topic like any other.
    """
    own = [pair for pair in issuers if pair[0] in mention.held]
    if not own or any(i.endswith("人民政府") or unit_of(chain, i) for chain, i in own):
        return ""
    if match := _NAMES_BODY.match(words, mention.end):
        return words[mention.start : match.end()]
    match = _ENGLISH_BODY.match(words, mention.end)
    # capitals tell a name from a department spoken of in passing
    if not match or not match["name"] or not words[match.end("name")].isupper():
        return ""
    return words[mention.start : match.start("of") if match["of"] else match.end()]
