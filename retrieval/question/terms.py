"""The content words of a question, weighted, with the words a report may use instead.

A question is stripped of what asks (请问, 多少, 哪些: ``data/talk.txt``), segmented, and its
nouns and verbs become terms; synonyms come from ``data/synonyms.txt``, English words from the
glossary. Matching is against text in search form (``normalise.fold``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from retrieval.genre.english import glosses, is_english, without_english
from retrieval.genre.pinyin import heard as heard_word
from retrieval.genre.pinyin import sound_pattern
from retrieval.genre.synonyms import synonym_table, synonyms
from retrieval.text.marks import QUOTED
from retrieval.text.normalise import fold, has_han, normalise
from retrieval.text.segmentation import tag
from retrieval.text.words import read_words

SYNONYM_MATCH = 0.9
PARTIAL_MATCH = 0.5
_NUMBER = re.compile(r"第?[0-9]+(?:\.[0-9]+)?%?[年月日号]?")
# parts of speech that name nothing: numerals, pronouns, measure words, particles, marks …
_NAMELESS = frozenset("rmqucdpyfx")
_QUOTED_WEIGHT, _FULL, _PLAIN, _SINGLE, _LETTER = 1.6, 1.0, 0.7, 0.3, 0.25
FAINT = 0.15  # of words that tell nothing alone


@dataclass(frozen=True, slots=True)
class Term:
    """A content word with its weight (0..1) and every word that says the same.

    Weights fall into classes: 1.6 for quoted words, 1 for the genre's words and nouns
    (``is_topical``), 0.7 for other words (``is_theme``), less for single characters and talk.
    """

    word: str
    weight: float
    variants: tuple[str, ...] = ()

    def match(self, folded: str) -> float:
        """Return how well ``folded`` (in search form) holds the term: 1, 0.9, a part, or 0."""
        return _match(self.word, self.variants, folded)


@lru_cache(maxsize=1 << 16)
def _match(word: str, variants: tuple[str, ...], folded: str) -> float:
    """Kept: an answer asks the same of a sentence, its heading and its clauses many times."""
    if word in folded:
        return 1.0
    if any(variant in folded for variant in variants):
        return SYNONYM_MATCH
    if word.isascii():
        pattern = sound_pattern(word)
        return SYNONYM_MATCH if pattern and pattern.search(folded) else 0.0
    return PARTIAL_MATCH if len(word) >= 3 and _partly_in(word, folded) else 0.0


def _partly_in(word: str, folded: str) -> bool:
    pairs = [word[i : i + 2] for i in range(len(word) - 1)]
    return sum(pair in folded for pair in pairs) >= -(-len(pairs) * 2 // 3)


def content_terms(question: str) -> tuple[Term, ...]:
    """Return the terms of a question whose places and years have been taken out, in order."""
    words = normalise(question)
    found: dict[str, Term] = {}
    english = is_english(words)
    for phrase in QUOTED.findall(words):
        if not english or has_han(phrase):
            found[fold(phrase)] = Term(fold(phrase), _QUOTED_WEIGHT, synonyms(fold(phrase)))
            words = words.replace(phrase, " ")
    if english:
        for term in _english_terms(words):
            found.setdefault(term.word, term)
        words = without_english(words)
    words = _talk().sub(" ", words)
    words = _NUMBER.sub(" ", words)
    for word, pos in _rejoined(tag(words)):
        if word and word not in found and (weight := _weight(word, pos)):
            found[word] = Term(word, weight, synonyms(word))
    return tuple(found.values())


def heard(term: Term) -> Term:
    """Return a term with the genre's word that sounds like it as a variant: 复义 → 复议."""
    word = heard_word(term.word)
    return term if word == term.word else replace(term, variants=(*term.variants, word))


def is_topical(term: Term) -> bool:
    """Return True for a word of the genre or a noun: one whose absence from a report tells."""
    return term.weight >= _FULL


def is_theme(term: Term) -> bool:
    """Return True for a word that can name the theme of a list: anything but talk."""
    return term.weight >= _PLAIN


def _english_terms(words: str) -> Iterable[Term]:
    """Yield the Chinese terms of English words; one the glossary lacks stands for itself.

    Such a word is a topic that the report cannot be found to speak of, unless it is a name
    that some words of the report sound like (Fengqiao).
    """
    for gloss in glosses(words):
        if not gloss.chinese:
            yield Term(gloss.english, _FULL)
            continue
        first, *rest = gloss.chinese
        if first in general_words():
            continue
        weight = FAINT if first in _weak() else _FULL if len(first) > 1 else _SINGLE
        same = dict.fromkeys([*rest, *(s for word in gloss.chinese for s in synonyms(word))])
        same.pop(first, None)
        yield Term(first, weight, tuple(same))


def _rejoined(tagged: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """Join runs of single characters that the dictionary does not know as a word: 惠 企 → 惠企."""
    run = ""
    for word, pos in tagged:
        word = word.strip()
        if (
            len(word) == 1
            and has_han(word)
            and pos[:1] not in _NAMELESS
            and word not in general_words()
            and word not in _weak()
        ):
            run += word
            continue
        if run:
            yield run, "g"
            run = ""
        yield word, pos
    if run:
        yield run, "g"


def _weight(word: str, pos: str) -> float:
    """Return how much a word tells of what is asked: the genre's own words and nouns most."""
    known = word in synonym_table()
    if word in _weak():
        return FAINT
    nameless = not (has_han(word) or len(word) > 1) or pos[:1] in _NAMELESS
    if word in general_words() or nameless:
        return _FULL if known and len(word) > 1 else 0.0
    if len(word) == 1:
        return _PLAIN if known else _LETTER
    # 无人机 is tagged as a set phrase, and so is 追回来, which names nothing
    phrase = pos[:1] == "l" and word[-1] not in "来去到了上下出掉完着起过"
    return _FULL if known or phrase or pos[:1] in "njie" else _PLAIN


@lru_cache(maxsize=1)
def _talk() -> re.Pattern[str]:
    return re.compile("|".join(read_words("talk.txt")))


@lru_cache(maxsize=1)
def general_words() -> frozenset[str]:
    """Return the words that every report of the genre uses, whatever it speaks of."""
    return frozenset(read_words("general_words.txt"))


@lru_cache(maxsize=1)
def _weak() -> frozenset[str]:
    return frozenset(read_words("weak_words.txt"))
