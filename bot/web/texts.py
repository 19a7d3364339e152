"""The words of the page, which stand in ``prompts/page.zh.toml`` and ``prompts/page.en.toml``."""

from __future__ import annotations

from functools import lru_cache
from types import SimpleNamespace

from prompts import load_words

LANGUAGES = ("zh", "en")


@lru_cache(maxsize=len(LANGUAGES))
def texts(language: str) -> SimpleNamespace:
    """Return every text in a language; Chinese unless it is ``en``."""
    return SimpleNamespace(**load_words("page", "en" if language == "en" else "zh"))
