"""English questions: the glossary that puts the genre's English into Chinese terms.

Words are compared by their stems, which is enough for a glossary: reviewed, reviews and
reviewing meet, and that an odd word loses its end does no harm as long as both sides lose it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from retrieval.text.normalise import fold, has_han
from retrieval.text.words import data_lines, read_words

_WORD = re.compile("[a-z]+(?:['’][a-z]+)?")
_VOWEL = re.compile("[aeiouy]")
_PLURAL_ES = ("sses", "shes", "ches", "xes", "zes")


@dataclass(frozen=True, slots=True)
class Gloss:
    """English words of a question with the Chinese that says the same; none if unknown."""

    english: str
    chinese: tuple[str, ...]


def is_english(question: str) -> bool:
    """Return True when a question is put in English, Chinese names in it notwithstanding."""
    latin = len(re.findall("[A-Za-z]{2,}", question))
    return latin >= 3 or (latin > 0 and not has_han(question))


def stem(word: str) -> str:
    """Return a word (lower case) without its plural, -ed, -ing, possessive and last e."""
    word = re.sub("['’].*$", "", word)
    if len(word) > 3:
        if word.endswith(("ies", "ied")):
            word = word[:-3] + "y"
        elif word.endswith(_PLURAL_ES):
            word = word[:-2]
        elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
            word = word[:-1]
    for ending in ("ing", "ed"):
        core = word.removesuffix(ending)
        if core != word and len(core) > 2 and core[-1] != "e" and _VOWEL.search(core):
            doubled = core[-1] == core[-2] and core[-1] not in "lsz"
            word = core[:-1] if doubled else core
            break
    if len(word) > 3:
        word = word.removesuffix("e")
    return word.replace("iz", "is").replace("licens", "licenc")


def glosses(words: str) -> Iterator[Gloss]:
    """Yield what the English of ``words`` (lower case) says, in order; talk is left out.

    At each word the longest phrase of the glossary wins; talk in its very form (correct?) is
    talk though its stem is not (corrected). A word in neither list comes without Chinese.
    """
    found = _WORD.findall(words)
    stems = [stem(word) for word in found]
    table, longest = _glossary()
    at = 0
    while at < len(stems):
        for size in range(min(longest, len(stems) - at), 0, -1):
            chinese = table.get(tuple(stems[at : at + size]))
            if chinese and (size > 1 or found[at] not in _talk()):
                yield Gloss(" ".join(found[at : at + size]), chinese)
                at += size
                break
        else:
            if found[at] not in _talk() and stems[at] not in _talk_stems() and len(found[at]) > 2:
                yield Gloss(found[at], ())
            at += 1


def without_english(words: str) -> str:
    """Return ``words`` with a blank for every English word."""
    return _WORD.sub(" ", words)


@lru_cache(maxsize=1)
def chinese_words() -> tuple[str, ...]:
    """Return the Chinese side of the glossary, in search form."""
    table, _ = _glossary()
    return tuple(dict.fromkeys(word for words in table.values() for word in words))


def knows_english(word: str) -> bool:
    """Tell whether a word (lower case) is one of the glossary's or of talk."""
    return word in _talk() or (stem(word) in _talk_stems()) or stem(word) in _glossary_stems()


@lru_cache(maxsize=1)
def _talk() -> frozenset[str]:
    return frozenset(read_words("english_talk.txt"))


@lru_cache(maxsize=1)
def _talk_stems() -> frozenset[str]:
    return frozenset(map(stem, _talk()))


@lru_cache(maxsize=1)
def _glossary_stems() -> frozenset[str]:
    table, _ = _glossary()
    return frozenset(word for phrase in table for word in phrase)


@lru_cache(maxsize=1)
def _glossary() -> tuple[dict[tuple[str, ...], tuple[str, ...]], int]:
    """Stems of a phrase → Chinese terms, and the number of words of the longest phrase."""
    table: dict[tuple[str, ...], tuple[str, ...]] = {}
    for line in data_lines("english.tsv"):
        phrase, chinese = line.split("\t")
        key = tuple(map(stem, _WORD.findall(phrase)))
        table.setdefault(key, tuple(fold(word) for word in chinese.split("|")))
    return table, max(map(len, table), default=0)
