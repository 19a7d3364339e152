"""The word classes of the genre, from ``data/lexicon.toml``: one home, one compiled pattern each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from retrieval.shipped import data_file


@lru_cache(maxsize=1)
def word_classes() -> Mapping[str, Mapping[str, Any]]:
    """Return every class with its words and examples."""
    return tomllib.loads(data_file("lexicon.toml").read_text("utf-8"))


@lru_cache(maxsize=128)
def pattern(*names: str) -> re.Pattern[str]:
    """Return the pattern of a class, or of several; raises ``KeyError`` for a name that is none."""
    return re.compile("|".join(word_classes()[name]["words"] for name in names))


def tells_an_honour(words: str) -> bool:
    """Tell whether words in search form say that something was won: not hoped for, nor missed."""
    return not pattern("denial").search(words) and _names_an_honour(words)


def missed_an_honour(words: str) -> bool:
    """Tell whether words in search form say that something was not won."""
    return bool(pattern("denial").search(words)) and _names_an_honour(words)


def _names_an_honour(words: str) -> bool:
    if pattern("aim").search(words):
        return False
    if pattern("honour").search(words):
        return True
    return bool(pattern("honour_like").search(words)) and not pattern("striven").search(words)


@lru_cache(maxsize=1)
def same_words() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the groups of words of one meaning, each as a pattern and the word that stands for it."""
    groups = word_classes()["same"]["groups"]
    return tuple((re.compile(words), group) for group, words in groups.items())


@lru_cache(maxsize=1)
def akin_words() -> tuple[re.Pattern[str], ...]:
    """Return the groups of closed words that say the same in kind, each as a pattern."""
    return tuple(map(re.compile, word_classes()["akin"]["groups"].values()))


def one_meaning(text: str) -> str:
    """Return a text with one word for all of one meaning."""
    for words, canon in same_words():
        text = words.sub(canon, text)
    return text
