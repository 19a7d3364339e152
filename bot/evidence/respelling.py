"""Slips of the hand in a theme: two characters typed in the other's place (办即率 for 即办率)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from retrieval.question.query import Query, filled
from retrieval.text.normalise import fold

_LEAST, _MOST = 3, 16  # shorter words turned round are often words of their own


def respelled(query: Query, texts: Iterable[str]) -> Query:
    """Return the query with each theme as the reports spell it, where one turn of two makes it so.

    ``texts`` are the reports in scope. A theme that stands in any of them is left alone.
    """
    themes = [t for t in query.ask.theme if _LEAST <= len(t) <= _MOST]
    if not themes:
        return query
    known = [fold(text) for text in texts]
    meant = {}
    for theme in themes:
        if any(fold(theme) in text for text in known):
            continue
        turned = next((w for w in _turned(theme) if any(fold(w) in text for text in known)), None)
        if turned is not None:
            meant[theme] = turned
    if not meant:
        return query
    topic = query.topic
    for theme, turned in meant.items():
        topic = topic.replace(theme, turned)
    ask = replace(query.ask, theme=tuple(meant.get(t, t) for t in query.ask.theme))
    return filled(replace(query, ask=ask, topic=topic))


def _turned(word: str) -> Iterator[str]:
    for i in range(len(word) - 1):
        if word[i] != word[i + 1]:
            yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]
