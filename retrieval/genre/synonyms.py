"""Words of the genre that stand for one another, from ``data/synonyms.txt``, in search form."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from retrieval.text.normalise import fold
from retrieval.text.words import data_lines


def synonyms(word: str) -> tuple[str, ...]:
    """Return the other words of every synonym group that holds ``word``."""
    return synonym_table().get(word, ())


@lru_cache(maxsize=1)
def synonym_table() -> Mapping[str, tuple[str, ...]]:
    """Return every word of the groups with its others, and words of talk with what they mean."""
    table: dict[str, dict[str, None]] = {}
    for line in data_lines("synonyms.txt"):
        told, arrow, said = line.partition(">")
        group = [fold(word) for word in (said if arrow else line).split()]
        if arrow:  # talk that only questions use: it may mean these, they never mean it
            table.setdefault(fold(told), {}).update(dict.fromkeys(group))
            continue
        for word in group:
            table.setdefault(word, {}).update(dict.fromkeys(w for w in group if w != word))
    return {word: tuple(others) for word, others in table.items()}
