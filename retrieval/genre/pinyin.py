"""Words by their sound: questions spelled in pinyin, wrong characters, Chinese names in English.

A sound stands for the genre's words only (synonyms, compounds, ``data/genre_words.txt``,
``data/pinyin_words.txt``), so that a guess is never of a word no report would use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from retrieval.genre.english import chinese_words, knows_english
from retrieval.genre.romanisation import characters_by_syllable, romanise, slurred
from retrieval.genre.synonyms import synonym_table
from retrieval.text.normalise import has_han
from retrieval.text.segmentation import compounds
from retrieval.text.words import read_words

LATIN = re.compile("[a-z]+")
_MAX_WORDS = 8
_MAX_LETTERS = 40
_LONGEST_SYLLABLE = 6
_SHORTEST_NAME = 5


def looks_like_pinyin(text: str) -> bool:
    """Return True for Latin text whose words are Chinese syllables and not English words."""
    words = LATIN.findall(text.lower())
    if not words or has_han(text):
        return False
    pinyin = english = 0
    for word in words:
        spelled, known = bool(syllables_of(word)), knows_english(word)
        pinyin += spelled and not known
        english += not spelled
    return pinyin > 0 and pinyin >= 4 * english


def from_pinyin(text: str) -> str:
    """Return ``text`` with its pinyin written as the genre's words: xingzheng xuke → 行政许可.

    The longest run of words wins; a word that holds several is cut (xukeqingdan → 许可 清单).
    Syllables that sound like no such word are dropped: they name nothing one could look for.
    """
    words = text.split()
    written: list[str] = []
    at = 0
    while at < len(words):
        for size in range(min(_MAX_WORDS, len(words) - at), 0, -1):
            found = spelled("".join(words[at : at + size]).lower())
            if found:
                written.append(found)
                at += size
                break
        else:
            word = words[at].lower()
            written += _cut(word) if syllables_of(word) else [words[at]]
            at += 1
    return " ".join(written)


def heard(word: str) -> str:
    """Return the genre's word that sounds like an unknown one (复义 → 复议), or the word itself.

    Of three characters or more a slur is enough (中介操市 → 中介超市).
    """
    if len(word) < 2 or word in _known() or not has_han(word[:1]):
        return word
    found = _sounds(spoken=False).get(romanise(word))
    if found is None and len(word) > 2:
        found = _slurred().get(slurred(word))
    return found if found and len(found) == len(word) else word


def spelled(sound: str) -> str:
    """Return the word that questions in pinyin mean by a sound (shenhe → 审核), or ""."""
    return _sounds(spoken=True).get(sound, "")


@lru_cache(maxsize=256)
def sound_pattern(name: str) -> re.Pattern[str] | None:
    """Return a pattern for characters that sound like a Latin name: fengqiao finds 枫桥.

    None unless the name is two syllables or more.
    """
    found = syllables_of(name) if len(name) >= _SHORTEST_NAME else ()
    if len(found) < 2:
        return None
    table = characters_by_syllable()
    return re.compile("".join(f"[{table[syllable]}]" for syllable in found))


@lru_cache(maxsize=1024)
def syllables_of(word: str) -> tuple[str, ...]:
    """Split a Latin word (lower case) into pinyin syllables, long ones first; () if it is none."""
    if len(word) > _MAX_LETTERS or not word.isascii():
        return ()
    table = characters_by_syllable()
    best: list[tuple[str, ...] | None] = [None] * len(word) + [()]
    for start in range(len(word) - 1, -1, -1):
        for end in range(min(len(word), start + _LONGEST_SYLLABLE), start, -1):
            rest = best[end]
            if rest is not None and word[start:end] in table:
                best[start] = (word[start:end], *rest)
                break
    return best[0] or ()


def _cut(word: str) -> list[str]:
    """Return the genre's words inside a run of syllables; the fewest letters stay unread."""
    sounds = _sounds(spoken=True)
    best: list[tuple[int, int, tuple[str, ...]]] = [(0, 0, ())] * (len(word) + 1)
    for start in range(len(word) - 1, -1, -1):
        unread, count, found = best[start + 1]
        best[start] = (unread + 1, count, found)
        for end in range(start + 2, len(word) + 1):
            if word[start:end] in sounds:
                unread, count, found = best[end]
                new = (unread, count + 1, (sounds[word[start:end]], *found))
                if new[:2] < best[start][:2]:
                    best[start] = new
    unread, _, found = best[0]
    return list(found) if unread * 3 <= len(word) else []


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset((*synonym_table(), *compounds(), *read_words("genre_words.txt")))


@lru_cache(maxsize=2)
def _sounds(*, spoken: bool) -> Mapping[str, str]:
    """Pinyin in one word → the genre's word, ``spoken`` ones included.

    Of two words that sound alike, the one of the earlier list counts; two synonyms or
    compounds that sound alike give neither.
    """
    table: dict[str, str] = {}
    shared: set[str] = set()
    if spoken:
        _enter(table, read_words("pinyin_words.txt"))
    own: dict[str, str] = {}
    for word in (*synonym_table(), *compounds()):
        if len(word) > 1 and has_han(word[:1]):
            sound = romanise(word)
            if own.setdefault(sound, word) != word:
                shared.add(sound)
    for sound, word in own.items():
        if sound not in shared or spoken:
            table.setdefault(sound, word)
    _enter(table, (w for w in (*read_words("genre_words.txt"), *chinese_words()) if len(w) > 1))
    for sound in [s for s in table if "v" in s]:
        table.setdefault(sound.replace("v", "u"), table[sound])
    return table


@lru_cache(maxsize=1)
def _slurred() -> Mapping[str, str]:
    """Slurred pinyin → the one word of three characters or more that sounds so."""
    table: dict[str, str] = {}
    shared: set[str] = set()
    for word in _known():
        if len(word) > 2 and has_han(word[:1]):
            sound = slurred(word)
            if table.setdefault(sound, word) != word:
                shared.add(sound)
    return {sound: word for sound, word in table.items() if sound not in shared}


def _enter(table: dict[str, str], words: Iterable[str]) -> None:
    for word in words:
        if has_han(word[:1]):
            table.setdefault(romanise(word), word)
