"""Vectors that are made and in no index yet: files that one run leaves to the next, then cleared.

A run killed while it makes vectors has those it made. Once a generation holds them they are
nowhere else (see decision 10), so this folder is empty while nothing is written.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import numpy as np

from retrieval.search.embedding import Vectors

FOLDER = "made-vectors"


class MadeVectors:
    """The vectors in a folder, by their keys. One writer at a time."""

    def __init__(self, folder: Path) -> None:
        """Nothing is read yet; the folder is made when there is something to put there."""
        self._folder = folder
        self._files: list[Vectors] = []
        self._held: dict[str, tuple[int, int]] | None = None

    def put(self, keys: Sequence[str], vectors: Iterable[Vectors]) -> None:
        """Write vectors as one file, which is there whole or not at all; raises ``OSError``."""
        matrix = np.asarray(
            vectors if isinstance(vectors, np.ndarray) else list(vectors), np.float32
        )
        if not len(matrix):
            return
        rows = np.empty(len(keys), [("key", "S32"), ("vector", "<f4", (matrix.shape[1],))])
        rows["key"], rows["vector"] = [key.encode() for key in keys], matrix
        index = self._index()
        self._folder.mkdir(exist_ok=True)
        number = 1 + max((int(p.stem) for p in self._folder.glob("*.npy")), default=0)
        unfinished = self._folder / "unfinished"
        with unfinished.open("wb") as file:
            np.save(file, rows, allow_pickle=False)
            file.flush()
            os.fsync(file.fileno())
        path = self._folder / f"{number:06d}.npy"
        unfinished.rename(path)
        self._take(path, index)

    def get(self, keys: Iterable[str]) -> dict[str, Vectors]:
        """Return the vectors among ``keys``."""
        index = self._index()
        found: dict[str, Vectors] = {}
        for key in keys:
            if key in index:
                file, row = index[key]
                found[key] = self._files[file][row]
        return found

    def held(self, keys: Collection[str]) -> set[str]:
        """Return those of ``keys`` that have a vector."""
        return set(self._index().keys() & set(keys)) if keys else set()

    def clear(self) -> None:
        """Drop them all."""
        self._files, self._held = [], None
        shutil.rmtree(self._folder, ignore_errors=True)

    def _index(self) -> dict[str, tuple[int, int]]:
        if self._held is None:
            self._held = {}
            for path in sorted(self._folder.glob("*.npy")):
                self._take(path, self._held)
        return self._held

    def _take(self, path: Path, index: dict[str, tuple[int, int]]) -> None:
        try:
            rows = np.load(path, mmap_mode="r", allow_pickle=False)
            keys = [bytes(key).decode("ascii") for key in rows["key"]]
        except (OSError, ValueError, IndexError):  # cut by a failing disk: made again
            return
        index.update((key, (len(self._files), row)) for row, key in enumerate(keys))
        self._files.append(np.asarray(rows["vector"]))
