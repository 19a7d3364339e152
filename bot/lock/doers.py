"""Who does something, where a line says it with 由: not whom the quotes name for the same deed.

``由律师主导`` swaps two doers of 由政府主导,律师参与: every word stands in the quotes. Texts are levelled.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from bot.lock.wording import clauses

_BY = re.compile("由(?![于此来])(?P<rest>[^0-9]{4,})")
_ONESELF = re.compile("(?:本人|自行|自己|亲自|直接|统一|分别)$")
_LEAST = 2  # characters of a doer, and of a deed


def doer_problems(text: str, quotes: Sequence[str]) -> tuple[str, ...]:
    """Find deeds that a levelled line gives to one of the quotes' doers and they to another."""
    told = [clause for quote in quotes for clause in clauses(quote)]
    found: list[str] = []
    for clause in clauses(text):
        for match in _BY.finditer(clause):
            found += _swapped(match["rest"], told)
    return tuple(dict.fromkeys(found))


def _swapped(rest: str, told: Sequence[str]) -> Iterator[str]:
    """Yield a problem if what follows 由 names a doer whose deed the quotes tell of others only."""
    runs = (
        SequenceMatcher(None, rest, clause, autojunk=False).find_longest_match(alo=_LEAST)
        for clause in told
    )
    longest = max(runs, key=lambda run: run.size, default=None)
    if longest is None or longest.size < _LEAST:
        return
    deed = rest[longest.a : longest.a + longest.size]
    doer = _ONESELF.sub("", rest[: longest.a])
    others = [
        re.split("由", clause[: match.start()])[-1]
        for clause in told
        for match in re.finditer(re.escape(deed), clause)
    ]
    if any(
        len(other) < _LEAST or _stands_in(doer, other) or _stands_in(other, doer)
        for other in others
    ):
        return
    if len(doer) >= _LEAST and any(doer in clause for clause in told):
        yield f"“{deed}”的是“{others[0][-12:]}”，不是“{doer}”"


def _stands_in(name: str, longer: str) -> bool:
    """Tell whether the characters of a name stand in another text in order: 区政府 in 区人民政府."""
    signs = iter(longer)
    return all(sign in signs for sign in name)
