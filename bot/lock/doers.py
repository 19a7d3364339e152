"""Who does something: not another than the one whom the quotes name for the same deed.

``由律师主导`` and ``赵如浪主持`` swap two doers of 由政府主导,律师参与 and 沈志江主持,赵如浪参加: every word
stands in the quotes. Texts are levelled.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from bot.lock.carried import own_names
from bot.lock.judged import says_who
from bot.lock.stops import clauses
from retrieval.text.segmentation import tag

_BY = re.compile("由(?![于此来])(?P<rest>[^0-9]{4,})")
_ONESELF = re.compile("(?:本人|自行|自己|亲自|直接|统一|分别)")
_LEAST = 2  # characters of a doer, and of a deed


def doer_problems(text: str, quotes: Sequence[str], names: Collection[str] = ()) -> tuple[str, ...]:
    """Find deeds that a levelled line gives to one of the quotes' doers and they to another.

    ``names`` are the report's own, which a line may put before any deed.
    """
    for name in own_names(tuple(names)):
        text, *quotes = (part.replace(name, "") for part in (text, *quotes))
    told = [clause for quote in quotes for clause in clauses(quote)]
    found = (
        problem
        for clause in clauses(text)
        for doer, rest, by in (*_by(clause, told), *_named(clause))
        for problem in _swapped(doer, _ONESELF.sub("", rest), told, by=by)
    )
    return tuple(dict.fromkeys(found))


def _by(clause: str, told: Sequence[str]) -> Iterator[tuple[str, str, bool]]:
    """Yield what stands behind 由, cut where a doer and a deed of the quotes meet."""
    for match in _BY.finditer(clause):
        rest = match["rest"]
        cuts = [
            (at + len(_deed(rest[at:], told)), at)
            for at in range(_LEAST, len(rest) - _LEAST + 1)
            if _deed(rest[at:], told) and any(rest[:at] in other for other in told)
        ]
        if cuts:
            _, at = max(cuts)
            yield rest[:at], rest[at:], True


def _named(clause: str) -> Iterator[tuple[str, str, bool]]:
    """Yield each body or person of a clause with what follows."""
    at = 0
    for word, kind in tag(clause):
        at += len(word)
        if len(word) >= _LEAST and says_who(word, kind):
            yield word, clause[at:], False


def _deed(rest: str, told: Sequence[str]) -> str:
    """Return the longest beginning of some words that stands in a clause of the quotes."""
    for end in range(len(rest), _LEAST - 1, -1):
        if any(rest[:end] in clause for clause in told):
            return rest[:end]
    return ""


def _swapped(doer: str, rest: str, told: Sequence[str], *, by: bool) -> Iterator[str]:
    """Yield a problem if the quotes tell a deed of other doers only, and of the doer another.

    Behind 由 (``by``) stands a doer whatever it is called, elsewhere a body or a person.
    """
    deed = _deed(rest, told)
    if not deed or not any(doer in clause for clause in told):
        return
    others = []
    for clause in (c for c in told if deed in c):
        before = re.split("由", clause[: clause.index(deed)])[-1]
        named = [w for w, kind in tag(before) if len(w) >= _LEAST and says_who(w, kind)]
        other = before if by else "".join(named[-1:])
        if len(other) < _LEAST or _stands_in(doer, other) or _stands_in(other, doer):
            return
        if doer in clause and not by:
            return
        others.append(other)
    yield f"“{deed}”的是“{others[0][-12:]}”，不是“{doer}”"


def _stands_in(name: str, longer: str) -> bool:
    """Tell whether the characters of a name stand in another text in order: 区政府 in 区人民政府."""
    signs = iter(longer)
    return all(sign in signs for sign in name)
