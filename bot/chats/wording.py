"""What chats say of themselves, beside the reports' words: in Chinese, in English to the English.

The words stand in ``prompts/chats.zh.toml`` and ``prompts/chats.en.toml``, the same keys in both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from bot.notes import Language
from prompts import load_words
from retrieval.genre.english import is_english

_WORDS = re.compile(r"[A-Za-z]{2,}|[\u3400-\u9fff]")


def said(key: str, language: Language = "zh", /, **values: Any) -> str:
    """Return the words of a key, its places filled; raises ``KeyError`` if there are none."""
    return texts(language)[key].format(**values)


def language_of(words: str, before: str = "") -> Language:
    """Tell the language to reply in: of the words, or where they show none, of those ``before``."""
    shown = words if _WORDS.search(words) else before
    return "en" if is_english(shown) else "zh"


@lru_cache(maxsize=2)
def texts(language: Language) -> Mapping[str, str]:
    """Return the words of every key."""
    return load_words("chats", language)
