"""The vectors that a generation holds, by their keys: what was made once is not made again."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import numpy as np

from retrieval.search.dense import Part, Stretch, part_hash, part_names
from retrieval.search.embedding import Vectors

logger = logging.getLogger(__name__)


class Held(Protocol):
    """The vectors that indexes hold already."""

    def of(self, report: str) -> Mapping[str, Vectors]:
        """Return those of a report by their keys; none for a row that lacks one."""
        ...


class HeldVectors:
    """What a generation's parts hold."""

    def __init__(self, written: Mapping[str, tuple[Part, Stretch]]) -> None:
        """Take where the rows of each report stand."""
        self._written = written

    def of(self, report: str) -> dict[str, Vectors]:
        """Return the vectors of a report's rows by their keys; none for a row that lacks one."""
        if report not in self._written:
            return {}
        part, stretch = self._written[report]
        vectors = np.asarray(part.vectors[stretch.start : stretch.stop])
        keys = part.keys(stretch.start, stretch.stop)
        made = np.any(vectors, axis=1)
        return {k: v for k, v, there in zip(keys, vectors, made, strict=True) if there}


def whole_parts(folder: Path, hashes: Mapping[str, str] | None = None) -> Iterator[Part]:
    """Yield the parts in a folder, those left out that cannot be read or trusted.

    With ``hashes`` a part counts only if its files are as they were written.
    """
    for name in part_names(folder):
        part = None
        if hashes is None or part_hash(folder, name) == hashes.get(name):
            with suppress(OSError, ValueError):
                part = Part(folder, name)
        if part is None:
            logger.warning("vectors of part %s are damaged and made again", name)
        else:
            yield part


class NoVectors:
    """Where the vectors are kept with the reports, a generation holds none."""

    def of(self, report: str) -> dict[str, Vectors]:
        """Return nothing."""
        del report
        return {}
