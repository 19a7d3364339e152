"""Which parts had something to say while a question was answered: the others cannot change it."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from types import CodeType, FrameType
from typing import Any

from eval.taken_away import (
    CLASS,
    GROUP,
    codes_of,
    find_code,
    functions_of,
    is_code,
    ours,
    plain,
    stand_in,
)


class Touched:
    """Watches some parts: functions for a result that is something, the rest for their users.

    Whoever names a pattern, a word list or a class of the lexicon uses it.
    """

    def __init__(self, parts: Collection[str]) -> None:
        self._functions: dict[CodeType, str] = {}
        self._users: dict[CodeType, set[str]] = {}
        self._always: set[CodeType] = set()
        patterns = {}
        said: dict[str, str] = {}
        for part in parts:
            if not is_code(part):
                said[part.removeprefix(CLASS)] = part
                continue
            value = find_code(part)
            if isinstance(value, re.Pattern):
                patterns[id(value)] = part
                continue
            function = plain(value)
            self._functions[function.__code__] = part
            if stand_in(value).__code__.co_argcount:  # what is handed through is always something
                self._always.add(function.__code__)
        for module in ours():
            held = {n: patterns[id(v)] for n, v in vars(module).items() if id(v) in patterns}
            for code in (c for f in functions_of(module) for c in codes_of(f.__code__)):
                used = {held[name] for name in code.co_names if name in held}
                used |= {said[word] for word in code.co_consts if _is_word(word) and word in said}
                if "same_words" in code.co_names:
                    used |= {part for part in parts if part.startswith(GROUP)}
                if used:
                    self._users.setdefault(code, set()).update(used)
        self._found: set[str] = set()

    @contextmanager
    def watching(self) -> Iterator[set[str]]:
        """Yield the parts that have something to say until the context is left."""
        self._found = set()
        sys.setprofile(self._see)
        try:
            yield self._found
        finally:
            sys.setprofile(None)

    def _see(self, frame: FrameType, event: str, value: Any) -> None:
        if event != "return":
            return
        code = frame.f_code
        users = self._users.get(code)
        if users:
            self._found |= users
        part = self._functions.get(code)
        if part and part not in self._found and (code in self._always or _something(value)):
            self._found.add(part)


def _is_word(value: object) -> bool:
    return isinstance(value, str)


def _something(value: Any) -> bool:
    try:
        return bool(value)
    except ValueError:  # an array
        return True
