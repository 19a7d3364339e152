"""A reading proposed from outside, held to what the message says: field by field, or not at all.

A language model may say what a message wishes for; it may not move what was said. Acts, contents
and operations come from the closed lists. Places, offices, exclusions and years that the trained
reader found stand; where it found none, a name must stand in the message and be one, a year must
be said. Words for the theme must stand in the message too; others are only words to search for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from retrieval.documents import meet
from retrieval.question.request import (
    ACTS,
    CONTENTS,
    OPERATIONS,
    Act,
    Ask,
    Content,
    Operation,
    Request,
    Tag,
    Tagged,
)
from retrieval.question.trained import with_slots
from retrieval.text.normalise import level

CONFIDENCE = 0.8
"""Of a proposal that was taken: above every threshold of asking back, below what is sure."""
MAX_ASKS, MAX_WORDS = 4, 6
_SCOPED: frozenset[Tag] = frozenset(("place", "office", "excluded", "scope"))
_NEEDS_BEFORE: frozenset[Act] = frozenset(("same", "rework", "item", "source", "undo"))
_NO_WISH: frozenset[Act] = frozenset(("chat", "off", "undo"))
_WORD = re.compile(r"[\u4e00-\u9fffA-Za-z]{2,10}")

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["act", "asks"],
    "properties": {
        "act": {"type": "string", "enum": list(ACTS)},
        "asks": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": [
                    "part", "content", "operation", "places", "years", "everywhere", "theme",
                    "words",
                ],
                "properties": {
                    "part": {"type": "string"},
                    "content": {"type": "string", "enum": list(CONTENTS)},
                    "operation": {"type": "string", "enum": list(OPERATIONS)},
                    "places": {"type": "array", "items": {"type": "string"}},
                    "years": {"type": "array", "items": {"type": "integer"}},
                    "everywhere": {"type": "boolean"},
                    "theme": {"type": "array", "items": {"type": "string"}},
                    "words": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Proposal:
    """A request that holds to its message, and further ``words`` that reports may use for it."""

    request: Request
    words: tuple[str, ...] = ()


def held_to(
    proposed: object,
    trained: Request,
    before: Request | None,
    is_place: Callable[[str], bool],
) -> Proposal | None:
    """Return what of a proposal (of the form of ``SCHEMA``) fits its message; None if nothing does.

    ``trained`` is what the trained reader made of the message, ``before`` the request before it;
    ``is_place`` tells whether a name is one.
    """
    if not isinstance(proposed, Mapping):
        return None
    act = _act(proposed.get("act"), trained, before)
    rows = [row for row in _list(proposed.get("asks")) if _wish(row) is not None][:MAX_ASKS]
    if act in _NO_WISH:
        return Proposal(replace(trained, act=act, asks=(), confidence=CONFIDENCE, reader="model"))
    if not rows:
        return None
    text = trained.question
    spans = _spans(text, [row.get("part") for row in rows])
    tags = _tags(trained, rows, spans, is_place)
    asks: list[Ask] = []
    for row, span in zip(rows, spans, strict=True):
        wish = _wish(row)
        assert wish is not None
        bare = Ask(*wish, confidence=CONFIDENCE, span=span)
        ask = with_slots(bare, text, tags, asks[-1] if asks else None)
        if row.get("everywhere") is True and not any(t.tag in _SCOPED for t in tags):
            ask = replace(ask, everywhere=True)
        asks.append(ask)
    if act in ("same", "rework", "source"):  # they change the last wish, whatever it was
        last = before.asks[-1] if before and before.asks else None
        asks = [replace(asks[0], content=last.content, operation=last.operation)] if last else asks
        asks = [replace(asks[0], span=(0, len(text)))]
    first = trained.asks[0] if trained.asks else None
    other = ((first.content, first.operation, trained.confidence),) if first else ()
    request = replace(
        trained,
        act=act,
        asks=tuple(asks),
        tags=tags,
        confidence=CONFIDENCE,
        reader="model",
        alternatives=(*other, *trained.alternatives),
    )
    found = (w for row in rows for w in (*_words(row.get("theme")), *_words(row.get("words"))))
    fit = (w for w in found if w not in level(text) and not is_place(w))
    return Proposal(request, tuple(dict.fromkeys(fit))[:MAX_WORDS])


def _act(said: object, trained: Request, before: Request | None) -> Act:
    """Return the act: nothing to change without something before, no small talk about a place."""
    if said not in ACTS or trained.act == "item":  # a number that points is exact
        return trained.act
    act: Act = said
    if act in _NEEDS_BEFORE and (before is None or not before.asks):
        return "ask"
    named = any(t.tag in ("place", "office", "year") for t in trained.tags)
    if act in _NO_WISH and named:
        return trained.act if trained.act not in _NO_WISH else "ask"
    return act


def _wish(row: object) -> tuple[Content, Operation] | None:
    if not isinstance(row, Mapping):
        return None
    content, operation = row.get("content"), row.get("operation")
    if content not in CONTENTS or operation not in OPERATIONS:
        return None
    return cast(Content, content), cast(Operation, operation)


def _spans(text: str, parts: Sequence[object]) -> list[tuple[int, int]]:
    """Return the part of the message of each wish: in order and together all of it."""
    if len(parts) == 1:
        return [(0, len(text))]
    starts: list[int] = []
    for part in parts:
        after = starts[-1] + 1 if starts else 0
        at = text.find(part, after) if isinstance(part, str) and part else -1
        if at < 0:
            return [(0, len(text))] * len(parts)
        starts.append(at)
    return list(zip([0, *starts[1:]], [*starts[1:], len(text)], strict=True))


def _tags(
    trained: Request,
    rows: Sequence[Mapping[str, Any]],
    spans: Sequence[tuple[int, int]],
    is_place: Callable[[str], bool],
) -> tuple[Tagged, ...]:
    """Return the tags: what was said stands, names and years that were overlooked come in."""
    text, kept = trained.question, list(trained.tags)
    if not any(t.tag in _SCOPED for t in kept):
        names = [w for row in rows for w in _strings(row.get("places")) if is_place(w)]
        kept = _with(kept, [t for w in names for t in _found("place", w, text, (0, len(text)))])
    if not any(t.tag == "year" for t in kept):
        years = [str(y) for row in rows for y in _list(row.get("years")) if _is_year(y)]
        said = [w for y in years for w in (y, f"{y[2:]}年")]
        kept = _with(kept, [t for w in said for t in _found("year", w, text, (0, len(text)))])
    for row, span in zip(rows, spans, strict=True):
        themes = [t for w in _words(row.get("theme")) for t in _found("theme", w, text, span)]
        themes = [
            t for t in themes if not any(meet(t, k.start, k.end) for k in kept if k.tag != "theme")
        ]
        if themes:
            kept = [k for k in kept if k.tag != "theme" or not span[0] <= k.start < span[1]]
            kept = _with(kept, themes)
    return tuple(sorted(kept, key=lambda t: (t.start, t.end)))


def _with(kept: Sequence[Tagged], new: Sequence[Tagged]) -> list[Tagged]:
    """Return tags with new ones in the place of those they overlap, the longest new one first."""
    taken: list[Tagged] = []
    for tag in sorted(new, key=lambda t: t.start - t.end):
        if not any(meet(tag, other.start, other.end) for other in taken):
            taken.append(tag)
    return [k for k in kept if not any(meet(k, t.start, t.end) for t in taken)] + taken


def _found(tag: Tag, word: str, text: str, span: tuple[int, int]) -> Iterator[Tagged]:
    at = level(text).find(level(word), *span)
    if at >= 0:
        yield Tagged(tag, at, at + len(word), text[at : at + len(word)])


def _is_year(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1990 <= value <= 2100


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _strings(value: object) -> list[str]:
    return [item.strip() for item in _list(value) if isinstance(item, str) and item.strip()]


def _words(value: object) -> list[str]:
    """Return words without figures or marks, in search form."""
    return [word for item in _strings(value) if _WORD.fullmatch(word := level(item))]
