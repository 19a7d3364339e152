"""What a judge points to: the clauses of the quotes that between them hold most of a line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from bot.evidence.likeness import pairs_of
from bot.lock.english_figures import in_chinese_figures
from bot.lock.lock import is_english
from retrieval.genre.english import glosses
from retrieval.genre.quantities import canonical, find_quantities
from retrieval.text.normalise import level

_CLAUSE = re.compile(r"[^,，;；:：。！？!?\n]+(?:(?<=\d)[,，.:：](?=\d)[^,，;；:：。！？!?\n]+)*")
_FIGURE = 6  # pairs of characters that a figure is worth
_MOST = 3  # characters to each one of the line, as the check of a verdict allows

_Told = frozenset[str | Decimal]


def pointed(line: str, quotes: Sequence[str]) -> list[str]:
    """Return the fewest clauses of the quotes that hold what they have of a line's words and figures."""
    left = _told(line)
    clauses = _clauses(quotes)
    chosen: list[str] = []
    while clauses:
        best = max(clauses, key=lambda c: (_worth(left & _told(c)), -len(c)))
        if not left & _told(best) or len("".join(chosen)) + len(best) > _MOST * len(line):
            break
        chosen.append(best)
        left -= _told(best)
    return chosen


def likest(line: str, quotes: Sequence[str]) -> list[str]:
    """Return for each clause of a line the one clause of the quotes that is most like it."""
    theirs = _clauses(quotes)
    wanted = [_told(clause) for clause in _clauses([line])]
    found = (max(theirs, key=lambda c: (_worth(own & _told(c)), -len(c))) for own in wanted)
    return list(dict.fromkeys(found))


def _clauses(texts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(c[0].strip() for text in texts for c in _CLAUSE.finditer(text)))


@lru_cache(maxsize=4096)
def _told(text: str) -> _Told:
    """Return the figures and the pairs of characters of a text, of English those of its Chinese."""
    own = level(text)
    words = [word for gloss in glosses(own) for word in gloss.chinese] if is_english(own) else [own]
    figures = {
        canonical(q)[0] for q in find_quantities(in_chinese_figures(own)) if q.kind != "year"
    }
    return frozenset(pair for word in words for pair in pairs_of(word)) | figures


def _worth(held: _Told) -> int:
    return sum(1 if isinstance(word, str) else _FIGURE for word in held)
