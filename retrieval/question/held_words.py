"""What a reader took for a place, put right by what is held, and names that tell reports apart.

平陆运河 and 松山路早市 are words to look for, no places to hold: a held report has the very words,
and the common noun that ends them tells a canal or a market from a county. In 钦南海|上治理 the
held 钦南 wins, and 海上治理 is what is asked about.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from retrieval.documents import meet
from retrieval.places.bureaus import bodies_called
from retrieval.places.gazetteer import Chain, short_name
from retrieval.places.place_mentions import Mention, overlaps
from retrieval.places.places import PlaceIndex
from retrieval.places.subunits import is_unit
from retrieval.question.request import Request, Tagged
from retrieval.question.terms import content_terms, is_theme
from retrieval.text.normalise import has_han
from retrieval.text.segmentation import tag

Naming = Callable[[str], Collection[str]]
"""Some words → the ids of the held reports whose text has them, blanks aside."""

MOST_TOKENS = 6
SHORTEST_NAME = 3
_PROPER = ("ns", "nr", "nt")
_VILLAGE = re.compile("村|社区|小区|屯")
# a problem, a plan or an overview is a whole report's: of a place that is not held there is none
_OF_A_THING = ("figure", "measures", "meaning", "honours")
_OF_ITS_MENTION = ("verify", "which")


def mended(request: Request, places: PlaceIndex, naming: Naming) -> Request:
    """Return a message with its tags of places, and what its asks say by them, put right."""
    words = request.question
    spans = [(t.start, t.end) for t in request.tags if t.tag == "place"]
    if not spans:
        return request
    mentions = places.resolve(words, spans).mentions
    thing = any(
        ask.content in _OF_A_THING or ask.operation in _OF_ITS_MENTION for ask in request.asks
    )
    tags = list(request.tags)
    for old in request.tags:
        if old.tag != "place":
            continue
        inside = [m for m in mentions if meet(m, old.start, old.end)]
        for mention in inside:
            others = [m for m in mentions if m is not mention]
            if mention.held:
                tags = _given_back(words, tags, old, mention, others)
            elif mention.start == old.start and (village := _VILLAGE.match(words, old.end)):
                tags = _instead(tags, [old], [_tagged("place", words, old.start, village.end())])
            elif thing and (longer := _longer_name(words, mention, naming)):
                tags = _instead(tags, [old], [_tagged("theme", words, *longer)])
    return request if tags == list(request.tags) else _with_tags(request, tuple(tags))


def as_spoken_of(request: Request, known: Sequence[tuple[Chain, str]]) -> Request:
    """Return a follow-up that names an office none is held of as one that asks for it as a theme.

    那公安那边立案几起: the report spoken of may tell of the police; no report of theirs is asked for.
    """
    thing = any(ask.content in _OF_A_THING for ask in request.asks)
    placed = any(t.tag in ("place", "scope", "excluded") for t in request.tags)
    if not thing or placed:
        return request
    unheld = {
        t.text for t in request.tags if t.tag == "office" and not bodies_called(t.text, known)
    }
    if not unheld:
        return request
    tags = (replace(t, tag="theme") if t.text in unheld else t for t in request.tags)
    told = _with_tags(request, tuple(tags))
    asks = (
        replace(ask, issuers=tuple(i for i in ask.issuers if i not in unheld)) for ask in told.asks
    )
    return replace(told, asks=tuple(asks))


def rare_names(theme: Sequence[str], naming: Naming) -> tuple[str, ...]:
    """Return the words of a theme that can tell reports apart, as the reports have them.

    A word of the genre with synonyms tells none. Of a name run together with what follows it
    (茅尾海清蚝) the longest part that stands in a report is taken.
    """
    terms = (t for t in content_terms(" ".join(theme)) if is_theme(t) and not t.variants)
    return tuple(dict.fromkeys(name for t in terms if (name := _held_part(t.word, naming))))


def _end_of_thing(words: str, mention: Mention, naming: Naming) -> int:
    """Return where the longest name of a thing ends that begins as ``mention`` does; 0 for none.

    The noun that ends it stands behind the name of a known place, and may be the end of a name
    that no table has.
    """
    at = mention.end if mention.candidates else mention.start
    end = 0
    for word, pos in tag(words[at:])[:MOST_TOKENS]:
        if not word.isalnum():
            break
        at += len(word)
        noun = pos[:1] == "n" and pos not in _PROPER and len(word) > 1
        if noun and at >= mention.end and naming(words[mention.start : at]):
            end = at
    return end


def _longer_name(words: str, mention: Mention, naming: Naming) -> tuple[int, int] | None:
    """Return the span of the name of a thing that was taken for a place or is longer than one.

    A name that no table of places has and no unit ends is a thing's where a report has it (茅尾海).
    """
    if only := _only_part_of(words, mention, naming):
        return only
    if end := _end_of_thing(words, mention, naming):
        return mention.start, end
    called = short_name(mention.text) != mention.text or is_unit(mention.text)
    if (
        mention.how == "unknown"
        and not called
        and len(mention.text) >= SHORTEST_NAME
        and naming(mention.text)
    ):
        return mention.start, mention.end
    return None


def _only_part_of(words: str, mention: Mention, naming: Naming) -> tuple[int, int] | None:
    """Return the span of the longer name that a place's short name is only a part of, in reports.

    翠屏 of 翠屏山庄 is no county where no report has 翠屏 but in 翠屏山庄, nor 沙河 of 陡沙河.
    A full name (翠屏区) is meant as it stands.
    """
    full = short_name(mention.text) != mention.text or is_unit(mention.text)
    if mention.how not in ("short", "unknown") or full:
        return None
    start, end = mention.start, mention.end
    holding = set(naming(words[start:end]))
    if not holding:
        return None

    def same(start: int, end: int) -> bool:
        return set(naming(words[start:end])) == holding

    while end < len(words) and has_han(words[end]) and same(start, end + 1):
        end += 1
    while start and has_han(words[start - 1]) and same(start - 1, end):
        start -= 1
    return (start, end) if end - start > len(mention.text) else None


def _given_back(
    words: str, tags: list[Tagged], place: Tagged, mention: Mention, others: Sequence[Mention]
) -> list[Tagged]:
    """Cut a place's tag behind the held name where its rest begins a word or is a common one.

    What is cut off goes with the theme behind it: 钦南海|上治理, 望江城中|村防火, 云岭少数民族.
    """
    if mention.end >= place.end:
        return tags
    theme = next((t for t in tags if t.tag == "theme" and t.start == place.end), None)
    after = tag(words[mention.end :])
    at = mention.end
    for word, _ in after:
        at += len(word)
        if at >= place.end:
            break
    first, pos = after[0]
    crosses, common = at > place.end, pos[:1] == "n" and pos not in _PROPER
    rest = replace(mention, start=mention.end, end=place.end)
    inside = [m for m in others if overlaps(rest, [m])]
    if any(m.held or m.how != "short" or not crosses for m in inside):
        return tags
    if not crosses and not (common and first == words[mention.end : place.end]):
        return tags
    new = [_tagged("place", words, place.start, mention.end)]
    end = theme.end if theme else max(at, place.end)
    new.append(_tagged("theme", words, mention.end, end))
    return _instead(tags, [place, *([theme] if theme else [])], new)


def _tagged(kind: str, words: str, start: int, end: int) -> Tagged:
    return Tagged(kind, start, end, words[start:end])  # type: ignore[arg-type]


def _instead(tags: Sequence[Tagged], old: Sequence[Tagged], new: Sequence[Tagged]) -> list[Tagged]:
    """Return tags with ``new`` ones for ``old``; a theme is joined with those that it touches."""
    kept = [t for t in tags if t not in old]
    for one in new:
        if one.tag == "theme":
            touching = [t for t in kept if t.tag == "theme" and t.start <= one.end <= t.end]
            for other in touching:
                kept.remove(other)
                more = other.text[one.end - other.start :]
                one = replace(one, end=other.end, text=one.text + more)
        kept = [t for t in kept if t.end <= one.start or one.end <= t.start]
        kept.append(one)
    return sorted(kept, key=lambda t: t.start)


def _with_tags(request: Request, tags: tuple[Tagged, ...]) -> Request:
    """Return a message with other tags, and their places and themes in its asks."""
    before = {t.text for t in request.tags if t.tag == "place"}
    now = {t.text: t for t in tags if t.tag == "place"}
    gone = before.difference(now)
    cut = {
        old.text: next((t.text for t in now.values() if t.start == old.start), "")
        for old in request.tags
        if old.tag == "place" and old.text in gone
    }
    asks = []
    for ask in request.asks:
        here = [t for t in tags if meet(t, *ask.span)]
        places = [cut.get(p, p) for p in ask.places if cut.get(p, p)]
        asks.append(
            replace(
                ask,
                places=tuple(dict.fromkeys([*(t.text for t in here if t.tag == "place"), *places])),
                theme=tuple(dict.fromkeys(t.text for t in here if t.tag == "theme")),
            )
        )
    for n, ask in enumerate(asks[1:], start=1):
        if request.asks[n].context:  # what the part before is about, as it is now read
            asks[n] = replace(ask, context=asks[n - 1].theme or asks[n - 1].context)
    return replace(request, tags=tags, asks=tuple(asks))


def _held_part(word: str, naming: Naming) -> str:
    """Return a word that stands in a report, or the longest part of it that does."""
    if len(word) < 2 or word.isascii():
        return ""
    for length in range(len(word), min(SHORTEST_NAME, len(word)) - 1, -1):
        for start in range(len(word) - length + 1):
            if naming(word[start : start + length]):
                return word[start : start + length]
    return ""
