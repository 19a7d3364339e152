"""A body named in short after its place (颍滨市市监局), and one that no held report is by.

A bureau's report is one of its place; which bureau is meant is told by the letters of its name,
since nobody writes 市场监督管理局 in full.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from retrieval.gazetteer import Chain
from retrieval.places import Mention, PlaceResolution


class Body(NamedTuple):
    """A held issuer named in short right after its place, and where that name ends."""

    issuer: str
    end: int


_AFTER_BODY = re.compile(
    "(?:系统|部门|单位)?(?=$|[的在有是对把被给为去今的，,。？?、呢都当前20]|报告)"
)


def body_after(words: str, mention: Mention, known: Sequence[tuple[Chain, str]]) -> Body:
    """Find 市场监管局 after 颍滨市 as the held 颍滨市市场监督管理局: its letters, in order."""
    rest = words[mention.end : mention.end + 16]
    best = Body("", mention.end)
    for chain, issuer in known:
        if not any(
            chain[: len(held)] == held or held[-len(chain) :] == chain for held in mention.held
        ):
            continue
        core = issuer
        for name in chain:
            core = core.removeprefix(name)
        at = length = 0
        for position, char in enumerate(rest):
            found = core.find(char, at)
            if found < 0 or (position == 0 and found > 0 and not core.endswith("政府")):
                break
            at, length = found + 1, position + 1
        if length < 2:
            continue
        tail = _AFTER_BODY.match(rest, length)
        if rest[length - 1] in (core[-1], *"局委办厅会") or tail:
            end = mention.end + (tail.end() if tail else length)
            if end > best.end:
                best = Body(issuer, end)
    return best


_NAMES_BODY = re.compile(
    "(?:[市县区州省])?([\u4e00-\u9fff]{2,9}?(?:局|委员会|卫健委|发改委|办公室|厅)|人民政府)"
    "(?=$|[的在有是对今去20，,。？?]|报告|[0-9])"
)


def held_places(resolution: PlaceResolution, absent: Sequence[str]) -> tuple[Chain, ...]:
    """Return the held places meant, without those named only as part of an absent body's name."""
    chains = (
        chain
        for mention, name in zip(resolution.mentions, absent, strict=True)
        if not name
        for chain in mention.held
    )
    return tuple(dict.fromkeys(chains))


def absent_body(
    words: str, mention: Mention, body: Body, known: Sequence[tuple[Chain, str]]
) -> str:
    """Return the name of a body that the question asks about and no held report is by.

    Only where every report of the place is another body's: in a county's own report its
    bureaus are a topic like any other.
    """
    if body.issuer or mention.issuers or not mention.held:
        return ""
    match = _NAMES_BODY.match(words, mention.end)
    issuers = [issuer for chain, issuer in known if chain in mention.held]
    if not match or not issuers or any(issuer.endswith("人民政府") for issuer in issuers):
        return ""
    return words[mention.start : match.end()]
