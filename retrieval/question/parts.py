"""The several things that one wish asks for, each a query of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from retrieval.question.asking import asks
from retrieval.question.query import Query, filled
from retrieval.question.terms import content_terms, is_theme
from retrieval.text.normalise import normalise

_OF_TWO_THINGS = re.compile(
    "(?P<a>[\u4e00-\u9fff]{2,8})(?:和|与|跟|、)(?P<b>[\u4e00-\u9fff]{2,8}?)的(?P<what>[\u4e00-\u9fff]{1,8}?(?:率|件数|数量|比例|占比))(?!先|领)"
)
_STOPS = re.compile(r"[，,；;。？?]|(?<![0-9])[0-9][)）、]")
# what sets off a stretch of a message, in a chat a blank as well
_STRETCHES = re.compile(rf"{_STOPS.pattern}|[！!、①②③④]|\s+")


def parts(query: Query) -> Sequence[Query]:
    """Return the separate figures of a fact question as queries; one figure: the query itself."""
    if query.kind != "fact":
        return (query,)
    if shared := _OF_TWO_THINGS.search(normalise(query.topic)):  # 复议和诉讼的调撤率
        a, b, what = shared.group("a", "b", "what")
        wishes = [replace(query.ask, theme=(f"{name}的{what}",)) for name in (a, b)]
        return [filled(replace(query, ask=w, topic=w.theme[0])) for w in wishes]
    if query.ask.content != "figure" or query.figures or query.yes_no:
        return (query,)
    said = _clauses(query.topic)
    if len(said) < 2:
        return (query,)
    return [_of_words(query, words) for words in said]


def stretches(query: Query) -> list[Query]:
    """Return the stretches of a question that ask, each leaning on the themes of the others.

    None where the question is one stretch.
    """
    said = [words.strip() for words in _STRETCHES.split(query.topic) if len(words.strip()) > 1]
    if len(said) < 2:
        return []
    return [
        _of_words(query, words, tuple(t for t in query.ask.theme if t not in words))
        for words in filter(asks, said)
    ]


def _of_words(query: Query, words: str, leaning_on: tuple[str, ...] = ()) -> Query:
    """Return the query of some words of a question: of its themes those that stand in them."""
    own = tuple(t for t in query.ask.theme if t in words)
    ask = replace(query.ask, theme=own, context=(*leaning_on, *query.ask.context))
    return filled(replace(query, ask=ask, topic=words))


def _clauses(topic: str) -> list[str]:
    """Return the stretches that each hold a word that asks and a theme of their own.

    审了多少件，提了多少条 is one: the second names nothing of its own.
    """
    said: list[str] = []
    ahead = ""
    for words in _STOPS.split(topic):
        ahead = f"{ahead}，{words}" if ahead and words else ahead or words
        if not asks(words):
            continue
        if any(is_theme(t) for t in content_terms(ahead)):
            said.append(ahead)
        elif said:
            said[-1] = f"{said[-1]}，{ahead}"
        else:
            continue  # what is asked is named in the next
        ahead = ""
    if said and ahead:
        said[-1] = f"{said[-1]}，{ahead}"
    return said
