"""Names of files that people send, made fit for our disk."""

from __future__ import annotations

import re

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\/\u200b-\u200f\u202a-\u202e\u2066-\u2069]')
_MOST_NAME_BYTES = 180


def safe_name(given: str) -> str:
    """Return a file name without folders and without characters that are none on some system.

    The ending is kept where a long name is cut, since it may tell the kind.
    """
    name = _UNSAFE.sub("_", given.replace("\\", "/").rsplit("/", 1)[-1]).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    ending = dot + ending[:10]
    while len((stem + ending).encode("utf-8", "replace")) > _MOST_NAME_BYTES:
        stem = stem[:-1]
    return (stem + ending).encode("utf-8", "replace").decode() if stem else "upload" + ending
