"""What the trained reader is told of a message's characters.

The words they lie in with their part of speech, and what the name tables know of them: a place of
the gazetteer or of the library, an office, a year, an indicator. The tagger sees them with their
neighbours, the layers beside the message's tokens. A part is seen, by the regressions, as its words
with the tagged spans replaced by their kinds, so that no place or theme is learnt by heart.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from retrieval.documents import meet
from retrieval.genre.indicator_names import indicators
from retrieval.places.gazetteer import gazetteer, word_like_names
from retrieval.question.request import Tag, Tagged
from retrieval.text.normalise import level
from retrieval.text.segmentation import tag as words_and_kinds

VERSION = 4  # raised when a feature changes: shipped models must be fitted anew
_YEAR = re.compile(
    "(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])(?:年度?)?|(?<![0-9])[0-9]{2}年度?|[二一][〇零○o九0-9][〇零○一二三四五六七八九]{2}年?度?"
    "|[去今明前后来]年|上一?年度?|近[一二两三四五六七八九十几0-9]+年|(?:last|this|next) year"
)
_OFFICE = re.compile(
    "(?:[\u4e00-\u9fff]{2,7}?(?:局|委员会|委|办公室|办|厅|法院|检察院|政府|管委会|大队|中心|公司|站|所|部|协会))"
    "|bureau|court|department|government|office|commission"
)
_PLACE_SHAPED = re.compile(
    "[\u4e00-\u9fff]{2,4}?(?:自治[县州]|开发区|经开区|高新区|新区|片区|街道办?|[省市县区旗州镇乡])"
)
_NUMBER = re.compile("[0-9]+(?:\\.[0-9]+)?%?|[一二两三四五六七八九十百千万]+")
_LATIN = re.compile("[a-z']+")
_PLACEHOLDER: Mapping[Tag, str] = {
    "place": "Ⓟ", "office": "Ⓞ", "excluded": "Ⓧ", "scope": "Ⓢ", "year": "Ⓨ",
    "theme": "Ⓣ", "form": "Ⓕ", "item": "Ⓘ", "claim": "Ⓒ",
}  # fmt: skip
# parts of speech of the ICTCLAS set; others are told by their first letter
_KINDS = (
    "n", "nr", "ns", "nt", "nz", "v", "vn", "a", "d", "r", "m", "q", "t", "p", "c", "u", "f", "x",
    "w", "e",
)  # fmt: skip
MARKS = (
    "B-full", "I-full", "B-short", "I-short", "B-word", "I-word", "yB", "yI", "oB", "oI", "oE",
    "nB", "nI", "aB", "aI", "uB", "uI", "uE", "ind", *(f"k{kind}" for kind in _KINDS), "wB", "wE",
)  # fmt: skip
_ROWS = {mark: i for i, mark in enumerate(MARKS)}


@lru_cache(maxsize=1)
def _indicator_words() -> frozenset[str]:
    """Words of two or more characters out of the indicators' names."""
    words = (word for i in indicators() for word, _ in words_and_kinds(level(i.name)))
    return frozenset(word for word in words if len(word) > 1)


@lru_cache(maxsize=1)
def _longest_name() -> int:
    return 12


class NameTable:
    """The names that may be places: the gazetteer's, and those of a library's own reports."""

    def __init__(self, own: Collection[str] = ()) -> None:
        self._own = {level(name) for name in own if len(name) > 1}

    def kind(self, surface: str) -> str:
        """Return how a surface is known: own, full, short, word (a short name like a word) or ''."""
        if surface in self._own:
            return "full" if surface[-1] in "省市县区州旗盟" else "short"
        if surface in gazetteer().full:
            return "full"
        if surface in gazetteer().short:
            return "word" if surface in word_like_names() else "short"
        return ""

    def mark(self, text: str) -> list[str]:
        """Return for each character the longest name it lies in: ``B-full``, ``I-short`` … or ''."""
        marks = [""] * len(text)
        taken = 0
        for start in range(len(text)):
            for length in range(min(_longest_name(), len(text) - start), 1, -1):
                kind = self.kind(text[start : start + length])
                if kind and start + length > taken:
                    for at in range(start, start + length):
                        if not marks[at] or start >= taken:
                            marks[at] = f"{'B' if at == start else 'I'}-{kind}"
                    taken = start + length
                    break
        return marks


def character_features(text: str, names: NameTable) -> list[list[str]]:
    """Return the features of each character of a message, as strings.

    Shape: one list a character, in order. ``text`` is the message as typed.
    """
    levelled = level(text)
    size = len(levelled)
    places = names.mark(levelled)
    words = list(_words(levelled))
    shapes = _shapes(levelled)
    features: list[list[str]] = []
    for i in range(size):
        around = [levelled[j] if 0 <= j < size else "␂" for j in range(i - 3, i + 4)]
        l3, l2, l1, c, r1, r2, r3 = around
        word, kind, inside = words[i]
        row = [
            "b", f"c={c}", f"l={l1}", f"r={r1}", f"ll={l2}", f"rr={r2}",
            f"lc={l1}{c}", f"cr={c}{r1}", f"l2={l2}{l1}", f"r2={r1}{r2}",
            f"lcr={l1}{c}{r1}", f"l3={l3}{l2}{l1}", f"r3={r1}{r2}{r3}", f"llc={l2}{l1}{c}", f"crr={c}{r1}{r2}",
            f"w={word}", f"wi={inside}", f"wk={kind}{inside}",
        ]  # fmt: skip
        for offset in (-1, 0, 1, 2):
            j = i + offset
            if 0 <= j < size:
                if places[j]:
                    row.append(f"p{offset}={places[j]}")
                row += [f"s{offset}={shape}" for shape in shapes[j]]
        end = i + len(word) - inside_at(inside, word)
        if 0 < end < size:
            row.append(f"wr={words[end][0]}")
        before = i - inside_at(inside, word) - 1
        if before >= 0:
            row.append(f"wl={words[before][0]}")
        if i < 3:
            row.append(f"at={i}")
        if size - i <= 3:
            row.append(f"end={size - i}")
        features.append(row)
    return features


def inside_at(inside: str, word: str) -> int:
    """Return the offset of a character in its word, from its mark (``0``, ``1`` … ``e``)."""
    return len(word) - 1 if inside == "e" else int(inside)


def character_marks(text: str, names: NameTable) -> NDArray[np.bool_]:
    """Return which of ``MARKS`` each character of a message has, ``[characters, marks]``."""
    levelled = level(text)
    told = np.zeros((len(levelled), len(MARKS)), np.bool_)
    kinds = zip(names.mark(levelled), _shapes(levelled), _word_marks(levelled), strict=True)
    for row, (name, shapes, word) in enumerate(kinds):
        for mark in (name, *shapes, *word):
            if mark in _ROWS:
                told[row, _ROWS[mark]] = True
    return told


def _word_marks(text: str) -> Iterator[list[str]]:
    """For each character the kind of its word, and whether it begins or ends it."""
    for word, kind in words_and_kinds(text):
        last = len(word) - 1
        marked = f"k{kind[:2] if kind[:2] in _KINDS else kind[:1]}"
        for at in range(len(word)):
            yield [marked, *(["wB"] if at == 0 else []), *(["wE"] if at == last else [])]


def _words(text: str) -> Iterator[tuple[str, str, str]]:
    """For each character its word, the word's kind and where in the word it stands."""
    for word, kind in words_and_kinds(text):
        last = len(word) - 1
        for offset in range(len(word)):
            yield word, kind[:2], "e" if offset == last else str(min(offset, 9))


def _shapes(text: str) -> list[list[str]]:
    """For each character the shapes it lies in: year, office, number, Latin word, indicator."""
    marks: list[list[str]] = [[] for _ in text]
    for name, pattern in (
        ("y", _YEAR),
        ("o", _OFFICE),
        ("n", _NUMBER),
        ("a", _LATIN),
        ("u", _PLACE_SHAPED),
    ):
        for match in pattern.finditer(text):
            for at in range(match.start(), match.end()):
                marks[at].append(f"{name}{'B' if at == match.start() else 'I'}")
            if name in "ou":
                marks[match.end() - 1].append(f"{name}E")
    known = _indicator_words()
    at = 0
    for word, _ in words_and_kinds(text):
        if word in known:
            for i in range(at, at + len(word)):
                marks[i].append("ind")
        at += len(word)
    return marks


def masked(text: str, tags: Sequence[Tagged], start: int, end: int) -> str:
    """Return ``text[start:end]``, levelled, with the tagged spans replaced by one sign a kind."""
    levelled, out, at = level(text), [], start
    for tagged in tags:
        if tagged.end <= start or tagged.start >= end:
            continue
        out += [levelled[at : max(at, tagged.start)], _PLACEHOLDER[tagged.tag]]
        at = max(at, tagged.end)
    out.append(levelled[at:end])
    return "".join(out)


def _grams(text: str, prefix: str, longest: int) -> Iterator[str]:
    framed = f"␂{text}␃"
    for length in range(1, longest + 1):
        for start in range(len(framed) - length + 1):
            yield f"{prefix}{framed[start : start + length]}"


def part_features(
    text: str,
    tags: Sequence[Tagged],
    part: tuple[int, int],
    before: tuple[str, str] | None,
    *,
    follows: bool,
) -> list[str]:
    """Return the features of one wish: the grams of its masked words, of its themes and its context.

    ``part`` is the span of the wish, ``before`` the wish that precedes it (in the message, else in
    the conversation), ``follows`` whether earlier messages stand before this one.
    """
    start, end = part
    own = masked(text, tags, start, end)
    found = list(_grams(own, "g", 4))
    found += [f"a{word}" for word in _LATIN.findall(own)]
    latin = _LATIN.findall(own)
    found += [f"aa{a} {b}" for a, b in pairwise(latin)]
    whole = masked(text, tags, 0, len(text))
    if (start, end) != (0, len(text)):
        found += list(_grams(whole, "m", 2))
    here = [t for t in tags if meet(t, start, end)]
    for tagged in here:
        words = level(tagged.text)
        if tagged.tag in ("theme", "claim", "form", "item", "scope"):
            found += [f"{tagged.tag[:2]}{w}" for w in _grams(words, "", 2)]
        found.append(f"t={tagged.tag}")
    places = sum(t.tag in ("place", "office") for t in tags)
    found.append(f"n={min(places, 3)}")
    found.append(f"years={min(sum(t.tag == 'year' for t in tags), 2)}")
    found.append(f"len={min(len(own) // 4, 6)}")
    if follows:
        found.append("follows")
    if before:
        found += [f"bc={before[0]}", f"bo={before[1]}"]
    return found


def plain_words(text: str, tags: Sequence[Tagged], part: tuple[int, int]) -> str:
    """Return a part's words with a blank for each tagged span: what its vector is made of."""
    return re.sub(f"[{''.join(_PLACEHOLDER.values())}]", " ", masked(text, tags, *part))
