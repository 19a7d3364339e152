"""A theme in the reports' own words: one that stands in them word for word and seldom (企业宁静日)
counts as one word beside the words it is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from retrieval.question.query import Query
from retrieval.question.terms import Term
from retrieval.text.normalise import fold

SELDOM = 4  # a phrase that stands oftener names a field of work, not one thing in it
# wishes that are about one thing by its name; a figure's name is met in other words as often
_OF_ONE_THING = ("measures", "meaning", "remedy", "causes")
OWN_WORDS = 1.6  # as much as words in quotation marks
_LEAST, _MOST = 3, 16  # shorter words turned round are often words of their own


def in_their_words(query: Query, texts: Sequence[str]) -> Query:
    """Return the query with each theme that stands seldom, but word for word, as a term of its own.

    ``texts`` are the reports in scope, in search form.
    """
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
