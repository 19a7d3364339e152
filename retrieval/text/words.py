"""The word lists among our data files."""

from __future__ import annotations

from retrieval.shipped import data_file


def read_words(name: str) -> list[str]:
    """Return the words of one of our data files; lines that begin with # explain it."""
    return [word for line in data_lines(name) for word in line.split()]


def data_lines(name: str) -> list[str]:
    """Return the lines of one of our data files that are neither blank nor explain it."""
    return [line for line in _text(name).splitlines() if line and not line.startswith("#")]


def _text(name: str) -> str:
    return data_file(name).read_text(encoding="utf-8")
