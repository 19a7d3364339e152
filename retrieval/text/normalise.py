"""The form of a text used for searching and comparing: never stored, never shown.

Full-width and compatibility characters, letter case and traditional characters are levelled,
so that ２０２３, 2023 and 紹興, 绍兴 meet. Three strengths: ``level`` keeps every position,
``normalise`` may change the length (㎡ becomes m2), ``fold`` also drops blanks.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Protocol

_FIRST_HAN, _LAST_HAN = 0x3400, 0x9FFF
HAN = re.compile(r"[\u3400-\u9fff]")
HAN_RUN = re.compile(f"{HAN.pattern}+")
_REPLACEMENT = "\ufffd"


class _Converter(Protocol):
    def convert(self, text: str, /) -> str: ...


class _OneForOne(dict[int, str]):
    """What each character is levelled to, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        levelled = unicodedata.normalize("NFKC", character).casefold()
        if 0xD800 <= code <= 0xDFFF:
            levelled = _REPLACEMENT  # a lone surrogate cannot be encoded for the converter
        value = levelled if len(levelled) == 1 else character
        self[code] = value
        return value


_LEVELLED = _OneForOne()
_LEVEL: set[str] = set()  # the characters met that stay as they are


@lru_cache(maxsize=1)
def _converter() -> _Converter:
    import opencc

    converter: _Converter = opencc.OpenCC("t2s")
    return converter


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    """Each traditional character that changes on its own, with what it becomes."""
    characters = [chr(code) for code in range(_FIRST_HAN, _LAST_HAN + 1)]
    converted = _converter().convert("\n".join(characters)).split("\n")
    return {
        ord(old): new
        for old, new in zip(characters, converted, strict=True)
        if old != new and len(new) == 1
    }


@lru_cache(maxsize=1)
def _traditional() -> re.Pattern[str]:
    return re.compile(f"[{''.join(map(chr, _simplified()))}]")


def has_han(text: str) -> bool:
    """Tell whether a text has a Chinese character."""
    return HAN.search(text) is not None


def simplify(text: str) -> str:
    """Return ``text`` in simplified characters, of the same length.

    Whole words decide where they can (乾隆 keeps 乾); in the rare text where that would change
    the length, each character is converted on its own. Simplified text comes back untouched.
    """
    if text.isascii() or _traditional().search(text) is None:
        return text
    safe = text.encode("utf-8", "replace").decode("utf-8").replace("\0", _REPLACEMENT)
    converted = _converter().convert(safe)
    return converted if len(converted) == len(text) else text.translate(_simplified())


def level(text: str) -> str:
    """Return ``text`` with width, case and traditional characters levelled one for one.

    ``len(level(text)) == len(text)``: position *i* there is position *i* here. Characters whose
    normal form is longer than one (㎡, ①–⑳ are one, ㈠ is three) stay as they are.
    """
    for char in set(text) - _LEVEL:  # few of them change, and what they become changes no more
        if (levelled := _LEVELLED[ord(char)]) == char:
            _LEVEL.add(char)
        else:
            text = text.replace(char, levelled)
    return simplify(text)


def normalise(text: str) -> str:
    """Return the search form of ``text``: NFKC, case folded, simplified. Length may change."""
    safe = text.encode("utf-8", "replace").decode("utf-8")
    composed = unicodedata.normalize("NFKC", safe).casefold()
    return simplify(unicodedata.normalize("NFKC", composed))


def fold(text: str) -> str:
    """Return ``normalise(text)`` without any blanks."""
    return "".join(normalise(text).split())
