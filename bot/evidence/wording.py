"""A theme in the reports' own words: a slip of the hand mended, a rare name kept whole.

Two characters typed in the other's place (办即率) are turned back where the reports then have the
word; a theme that stands in them word for word and seldom (企业宁静日) counts as one word beside
the words it is made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from retrieval.question.query import Query, filled
from retrieval.question.terms import Term
from retrieval.text.normalise import fold

SELDOM = 4  # a phrase that stands oftener names a field of work, not one thing in it
# wishes that are about one thing by its name; a figure's name is met in other words as often
_OF_ONE_THING = ("measures", "meaning", "remedy", "causes")
OWN_WORDS = 1.6  # as much as words in quotation marks
_LEAST, _MOST = 3, 16  # shorter words turned round are often words of their own


def in_their_words(query: Query, texts: Sequence[str]) -> Query:
    """Return the query with its themes as the reports in scope have them.

    ``texts`` are those reports in search form.
    """
    return anchored(respelled(query, texts), texts)


def anchored(query: Query, texts: Sequence[str]) -> Query:
    """Return the query with each theme that stands seldom, but word for word, as a term of its own."""
    if not (query.ask.content in _OF_ONE_THING or query.wants == "date"):
        return query
    known = {t.word for t in query.terms}
    own = [
        word
        for theme in query.ask.theme
        if len(word := fold(theme)) >= _LEAST
        and word not in known
        and 0 < sum(text.count(word) for text in texts) <= SELDOM
    ]
    terms = (*(Term(word, OWN_WORDS) for word in dict.fromkeys(own)), *query.terms)
    return replace(query, terms=terms) if own else query


def respelled(query: Query, texts: Sequence[str]) -> Query:
    """Return the query with each theme as the reports spell it, where one turn of two makes it so.

    A theme that stands in any of ``texts``, the reports in search form, is left alone.
    """
    themes = [t for t in query.ask.theme if _LEAST <= len(t) <= _MOST]
    if not themes:
        return query
    meant = {}
    for theme in themes:
        if any(fold(theme) in text for text in texts):
            continue
        turned = next((w for w in _turned(theme) if any(fold(w) in text for text in texts)), None)
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
