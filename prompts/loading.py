"""Prompts are files: Markdown with ``$variables``, versioned by their own content.

A file has a part for the system and, after a line ``=== user ===``, one for the user. The
version, as in ``answer@1a2b3c4d``, changes whenever a character of the file does.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any

_FOLDER = Path(__file__).parent
_USER_PART = "\n=== user ===\n"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt file: its name, its version and its text with variables unfilled."""

    name: str
    version: str
    text: str

    @property
    def variables(self) -> frozenset[str]:
        """Names of the variables that ``render`` wants, all of them."""
        return frozenset(Template(self.text).get_identifiers())

    @property
    def system(self) -> str:
        """The unfilled text of the system's part (all of it if there is no user's part)."""
        return self.text.partition(_USER_PART)[0]

    def render(self, **values: str) -> str:
        """Return the text with every variable filled in.

        Raises ``ValueError`` for a variable missing from ``values`` or unknown to the prompt.
        """
        missing = self.variables - values.keys()
        unknown = values.keys() - self.variables
        if missing or unknown:
            raise ValueError(
                f"prompt {self.name}: missing {sorted(missing)}, unknown {sorted(unknown)}"
            )
        return Template(self.text).substitute(values)

    def messages(self, **values: str) -> list[dict[str, str]]:
        """Return the rendered prompt as chat messages: the system's part and the user's."""
        self.render(**values)  # refuses wrong variables of either part at once
        parts = self.text.partition(_USER_PART)
        filled = [Template(part).safe_substitute(values).strip() for part in (parts[0], parts[2])]
        roles = ("system", "user")
        return [
            {"role": role, "content": content}
            for role, content in zip(roles, filled, strict=True)
            if content
        ]


@lru_cache(maxsize=16)
def load(name: str) -> Prompt:
    """Return the prompt ``name``; raises ``ValueError`` if there is no such file."""
    path = _FOLDER / f"{name}.md"
    if not name.isidentifier() or not path.is_file():
        raise ValueError(f"no prompt named {name!r}")
    text = path.read_text(encoding="utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return Prompt(name, f"{name}@{digest}", text)


def load_words(of: str, language: str) -> dict[str, str]:
    """Return the words ``of`` notes, chats or the page in a language (``zh`` or ``en``), by key."""
    with (_FOLDER / f"{of}.{language}.toml").open("rb") as file:
        return dict(_flat("", tomllib.load(file)))


def _flat(path: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each key with its words: ``roles.problems`` for a key of the table ``roles``."""
    for key, value in table.items():
        if isinstance(value, str):
            yield path + key, value
        else:
            yield from _flat(f"{path}{key}.", value)
