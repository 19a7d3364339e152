"""Whether two texts are one paper: the same words but for a page's menus, widths and line breaks."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from retrieval.text.furniture import is_date_line, is_furniture
from retrieval.text.normalise import fold, normalise
from retrieval.text.numbering import marker_at

_SHINGLE = 8
NEARLY_ONE = 0.8
"""From which likeness on two texts of one body and year are one report."""
_MAX_CHARS = 40_000
_MAX_EXTRA = 0.25
_PROSE = re.compile("[。；;，,：:]")
_ENTITY = re.compile("&[a-z]{2,6};")  # left in a text that was a page's source


@dataclass(frozen=True, slots=True)
class Folded:
    """A text without blanks, width and case, and where each character stood."""

    words: str
    places: tuple[int, ...]


def fold_with_places(text: str) -> Folded:
    """Return the search form of ``text`` without blanks, with the way back."""
    words: list[str] = []
    places: list[int] = []
    text = _ENTITY.sub(lambda left: " " * len(left[0]), text)
    for line in re.finditer(r"\S+", text):
        for offset, char in enumerate(line.group()):
            for folded in normalise(char):
                if not folded.isspace():
                    words.append(folded)
                    places.append(line.start() + offset)
    return Folded("".join(words), tuple(places))


def are_one_paper(a: str, b: str) -> bool:
    """Tell whether ``a`` and ``b`` differ in nothing that either of them says.

    A changed word or figure, or a paragraph more, makes two papers; a menu line, a page number
    or a running head more does not.
    """
    first, second = fold_with_places(a[:_MAX_CHARS]), fold_with_places(b[:_MAX_CHARS])
    if first.words == second.words:
        return True
    shorter, longer = sorted((len(first.words), len(second.words)))
    if max(len(a), len(b)) > _MAX_CHARS or longer - shorter > longer * _MAX_EXTRA:
        return False
    if _likeness(first.words, second.words) < NEARLY_ONE:
        return False
    matcher = difflib.SequenceMatcher(None, first.words, second.words, autojunk=False)
    for kind, a0, a1, b0, b1 in matcher.get_opcodes():
        if kind in ("delete", "replace") and not _is_the_pages(a, first, a0, a1):
            return False
        if kind in ("insert", "replace") and not _is_the_pages(b, second, b0, b1):
            return False
    return True


def likeness(a: str, b: str) -> float:
    """Return how much two texts have in common, from 0 to 1; 0 where one says much more."""
    first, second = fold(a[:_MAX_CHARS]), fold(b[:_MAX_CHARS])
    shorter, longer = sorted((len(first), len(second)))
    return 0.0 if longer - shorter > longer * _MAX_EXTRA else _likeness(first, second)


def _likeness(a: str, b: str) -> float:
    """Return the share of runs of characters that two texts have in common."""
    runs = [{t[i : i + _SHINGLE] for i in range(len(t) - _SHINGLE + 1)} for t in (a, b)]
    return len(runs[0] & runs[1]) / max(1, min(len(runs[0]), len(runs[1])))


def _is_the_pages(text: str, folded: Folded, start: int, end: int) -> bool:
    """Tell whether what only one text has are whole lines without a sentence of their own."""
    begin, stop = folded.places[start], folded.places[end - 1] + 1
    # A difference may be reported shifted by what its two ends have in common.
    for shift in range(-6, 7):
        first, last = start + shift, end + shift
        if not (0 <= first < last <= len(folded.words)):
            continue
        if folded.words[min(start, first) : min(end, last)] == "" or not _same_shifted(
            folded.words, start, end, shift
        ):
            continue
        begin, stop = folded.places[first], folded.places[last - 1] + 1
        line_start = text.rfind("\n", 0, begin) + 1
        line_end = text.find("\n", stop)
        line_end = len(text) if line_end < 0 else line_end
        if text[line_start:begin].strip() or text[stop:line_end].strip():
            continue
        if all(_says_nothing(line.strip()) for line in text[begin:stop].split("\n")):
            return True
    return False


def _same_shifted(words: str, start: int, end: int, shift: int) -> bool:
    """Tell whether leaving out ``[start, end)`` or the same range shifted gives the same rest."""
    if shift == 0:
        return True
    if shift > 0:
        return words[start : start + shift] == words[end : end + shift]
    return words[start + shift : start] == words[end + shift : end]


def _says_nothing(line: str) -> bool:
    if not line or is_furniture(line) or is_date_line(line):
        return True
    number = re.fullmatch(r"[-—–\s第]*\d{1,4}[-—–\s页]*(?:[/共]\s*\d+\s*页?)?", line)
    if number:
        return True
    return len(line) <= 30 and not _PROSE.search(line) and marker_at(line, 0) is None
