"""Search by meaning, exactly: memory-mapped vectors, in parts that are written once.

A report that is added or changed brings a part of its own; the parts before stay as they are, and
of a report that stands in several the newest counts. A scope of a few reports is a few ranges of
rows, so the scan costs what the scope holds. Opening reads the names of the reports only: those
of the rows are looked up for the few that are found.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from bisect import bisect_right
from collections import ChainMap
from collections.abc import Collection, Iterable, KeysView, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from retrieval.search.embedding import Vectors

VECTORS = "vectors-{}.npy"
CHUNKS = "chunks-{}.npy"
KEYS = "keys-{}.npy"
REPORTS = "reports-{}.tsv"
FILES = (VECTORS, CHUNKS, KEYS, REPORTS)
FIRST = "000001"

# A row's chunk id and report id.
RowName = tuple[str, str]


class Stretch(NamedTuple):
    """The rows of one report in one part; ``lacking`` of them have no vector."""

    report: str
    start: int
    stop: int
    lacking: int


class Part:
    """Rows and vectors as they were written at one time.

    ``chunks(i, i + 1)`` names ``vectors[i]``, ``keys(i, i + 1)`` says of which words it was made.
    """

    def __init__(self, folder: Path, name: str) -> None:
        """Map the files; raises ``OSError`` or ``ValueError`` if they do not fit together."""
        self.name = name
        self.vectors: Vectors = _mapped(folder / VECTORS.format(name))
        self._chunks: npt.NDArray[np.bytes_] = _mapped(folder / CHUNKS.format(name))
        self._keys: npt.NDArray[np.bytes_] = _mapped(folder / KEYS.format(name))
        self.stretches = _read_stretches(folder / REPORTS.format(name))
        self._starts = [stretch.start for stretch in self.stretches]
        rows = self.stretches[-1].stop if self.stretches else 0
        if self.vectors.ndim != 2 or not (
            len(self.vectors) == len(self._chunks) == len(self._keys) == rows
        ):
            raise ValueError("vectors and rows differ in number")

    def __len__(self) -> int:
        return len(self.vectors)

    def chunks(self, start: int, stop: int) -> list[str]:
        """Return the chunk ids of some rows."""
        return [chunk.decode("utf-8") for chunk in self._chunks[start:stop].tolist()]

    def keys(self, start: int, stop: int) -> list[str]:
        """Return the keys of the vectors of some rows."""
        return [key.decode("ascii") for key in self._keys[start:stop].tolist()]

    def report(self, row: int) -> str:
        """Return the report id of a row."""
        return self.stretches[bisect_right(self._starts, row) - 1].report


class DenseMatrix:
    """The vectors of one generation.

    A row of zeros is a chunk that has no vector (yet); it is never found.
    """

    def __init__(
        self,
        folder: Path,
        served: Collection[str] | None = None,
        before: DenseMatrix | None = None,
    ) -> None:
        """Map the parts in ``folder``; only the reports ``served`` count, all by default.

        ``before`` is the matrix this one follows: the parts that both have are open already.
        Raises ``OSError`` or ``ValueError`` if a part is not whole.
        """
        self.folder = folder
        known = {part.name: part for part in before.parts} if before else {}
        self.parts: list[Part] = [
            known.get(name) or Part(folder, name) for name in part_names(folder)
        ]
        if not self.parts:
            raise FileNotFoundError(f"no vectors in {folder}")
        self._held: dict[str, tuple[Part, Stretch]] = dict(before._held) if before else {}
        self._lacking: dict[str, int] = dict(before._lacking) if before else {}
        self._rows = len(before) if before else 0
        for part in self.parts:
            if part.name not in known:  # what was merged stands in one of them
                for stretch in part.stretches:
                    self._take(part, stretch)
        for report in () if served is None else self._held.keys() - served:
            self._drop(report)
        self._dead: list[tuple[Part, Stretch]] = []
        if sum(len(part.stretches) for part in self.parts) > len(self._held):
            self._dead = [
                (part, stretch)
                for part in self.parts
                for stretch in part.stretches
                if self._held.get(stretch.report, (None,))[0] is not part
            ]

    def _take(self, part: Part, stretch: Stretch) -> None:
        if stretch.report in self._held:
            self._drop(stretch.report)
        self._held[stretch.report] = part, stretch
        self._rows += stretch.stop - stretch.start
        if stretch.lacking:
            self._lacking[stretch.report] = stretch.lacking

    def _drop(self, report: str) -> None:
        _, stretch = self._held.pop(report)
        self._rows -= stretch.stop - stretch.start
        self._lacking.pop(report, None)

    def __len__(self) -> int:
        return self._rows

    @property
    def dimension(self) -> int:
        """How long a vector is."""
        return int(self.parts[0].vectors.shape[1])

    @property
    def reports(self) -> KeysView[str]:
        """The ids of the reports that have rows."""
        return self._held.keys()

    @property
    def written(self) -> Mapping[str, tuple[Part, Stretch]]:
        """Where the rows of a report stand that were written last, of one served no longer, too."""
        return ChainMap(
            self._held, {stretch.report: (part, stretch) for part, stretch in self._dead}
        )

    @property
    def alive(self) -> dict[str, int]:
        """How many rows of each part count."""
        alive = {part.name: len(part) for part in self.parts}
        for part, stretch in self._dead:
            alive[part.name] -= stretch.stop - stretch.start
        return alive

    @property
    def lacking(self) -> Mapping[str, int]:
        """The reports of which some rows have no vector, with how many."""
        return self._lacking

    def part_of(self, report: str) -> str:
        """Return the name of the part that holds a report's rows."""
        return self._held[report][0].name

    def by_part(self, reports: Iterable[str]) -> dict[str, list[str]]:
        """Return those of some reports that have rows, under the name of the part that holds them."""
        found: dict[str, list[str]] = {}
        for report in reports:
            if report in self._held:
                found.setdefault(self.part_of(report), []).append(report)
        return found

    def rows_of(self, report: str) -> list[RowName]:
        """Return the names of a report's rows, in order; none if it has none."""
        if report not in self._held:
            return []
        part, stretch = self._held[report]
        return [(chunk, report) for chunk in part.chunks(stretch.start, stretch.stop)]

    def vectors_of(self, report: str) -> Vectors:
        """Return a report's vectors, in order."""
        part, stretch = self._held[report]
        return part.vectors[stretch.start : stretch.stop]

    def keys_of(self, report: str) -> list[str]:
        """Return the keys of a report's vectors, in order."""
        part, stretch = self._held[report]
        return part.keys(stretch.start, stretch.stop)

    @property
    def rows(self) -> list[RowName]:
        """The names of all rows, report by report."""
        return [row for report in sorted(self._held) for row in self.rows_of(report)]

    def search(
        self, vector: Vectors, k: int, reports: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """Return up to ``k`` chunk ids with their cosine, best first, of ``reports`` only if given."""
        if reports is None:
            pieces = [(part, 0, len(part)) for part in self.parts]
        else:
            held = sorted(r for r in set(reports) if r in self._held)
            pieces = [(part, s.start, s.stop) for part, s in (self._held[r] for r in held)]
        pieces = [piece for piece in pieces if piece[1] < piece[2]]
        if k <= 0 or not pieces:
            return []
        # Not ``@``: its threads wait for each other where the cores are busy, for milliseconds.
        scores = np.concatenate(
            [np.einsum("rn,n->r", part.vectors[a:b], vector) for part, a, b in pieces]
        )
        # A row without a vector scores exactly 0; a real cosine of 0 says nothing either.
        scores[scores == 0.0] = -np.inf
        ends = np.cumsum([b - a for _, a, b in pieces])
        if reports is None:
            self._mask(scores, dict(zip([p.name for p, _, _ in pieces], ends, strict=True)))
        found = []
        for at in _highest(scores, k):
            piece = int(np.searchsorted(ends, at, side="right"))
            part, _, stop = pieces[piece]
            row = int(at) - int(ends[piece]) + stop
            [chunk] = part.chunks(row, row + 1)
            found.append((-float(scores[at]), part.report(row), row, chunk))
        found.sort()  # of equals the earlier report and row, whichever part they stand in
        return [(chunk, -score) for score, _, _, chunk in found[:k]]

    def _mask(self, scores: Vectors, ends: dict[str, int]) -> None:
        """Take out the rows that a newer part has replaced, or that are not served."""
        for part, stretch in self._dead:
            if part.name in ends:
                start = ends[part.name] - len(part)
                scores[start + stretch.start : start + stretch.stop] = -np.inf


def _mapped(path: Path) -> npt.NDArray[Any]:
    """Map a file; as a plain array, whose rows are taken at a third of the cost."""
    return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))


def _highest(scores: Vectors, k: int) -> Sequence[int]:
    """Return the positions of the ``k`` highest scores and of all that equal the last of them."""
    if len(scores) <= k:
        return [int(i) for i in np.flatnonzero(scores > -np.inf)]
    edge = np.partition(scores, len(scores) - k)[len(scores) - k]
    return [int(i) for i in np.flatnonzero((scores >= edge) & (scores > -np.inf))]


def part_names(folder: Path) -> list[str]:
    """Return the names of the parts in ``folder``, oldest first."""
    before, after = REPORTS.split("{}")
    return sorted(
        path.name.removeprefix(before).removesuffix(after)
        for path in folder.glob(REPORTS.format("*"))
    )


def part_hash(folder: Path, name: str) -> str:
    """Return the hash of a part's files, empty if one cannot be read."""
    digest = hashlib.sha256()
    try:
        for file in FILES:
            with (folder / file.format(name)).open("rb") as opened:
                digest.update(hashlib.file_digest(opened, "sha256").digest())
    except OSError:
        return ""
    return digest.hexdigest()


def link_part(folder: Path, name: str, into: Path) -> None:
    """Let ``into`` hold a part of ``folder``, too: the same files, copied where none can be linked."""
    for file in (pattern.format(name) for pattern in FILES):
        link(f"{folder}/{file}", f"{into}/{file}")


def link(file: str, name: str) -> None:
    """Give a file that nobody writes to again another name, or copy it."""
    try:
        os.link(file, name)
    except OSError:
        shutil.copyfile(file, name)


def write_matrix(
    folder: Path,
    rows: Sequence[RowName],
    vectors: Iterable[Vectors | None],
    dimension: int,
    name: str = FIRST,
    keys: Sequence[str] = (),
) -> int:
    """Write a part: ``rows`` (those of a report side by side), their vectors, one by one, and keys.

    Returns how many rows have no vector.
    """
    path = folder / VECTORS.format(name)
    lacking = np.ones(len(rows), bool)
    shape = (len(rows), dimension)
    if rows and dimension:
        mapped = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
        matrix = np.asarray(mapped)
        for i, vector in enumerate(vectors):
            if vector is not None:
                matrix[i] = vector
        lacking[:] = ~matrix.any(axis=1)
        mapped.flush()
        del mapped, matrix
    else:
        np.save(path, np.zeros(shape, dtype=np.float32))
    ids = [chunk.encode("utf-8") for chunk, _ in rows]
    np.save(folder / CHUNKS.format(name), np.array(ids, dtype=np.bytes_ if ids else "S1"))
    named = [key.encode("ascii") for key in keys] or [b""] * len(rows)
    np.save(folder / KEYS.format(name), np.array(named, dtype=np.bytes_ if any(named) else "S1"))
    lines, start = [], 0
    for report, group in groupby(rows, key=lambda row: row[1]):
        stop = start + sum(1 for _ in group)
        lines.append(f"{report}\t{start}\t{stop}\t{int(lacking[start:stop].sum())}\n")
        start = stop
    (folder / REPORTS.format(name)).write_text("".join(lines), "utf-8")
    return int(lacking.sum())


def _read_stretches(path: Path) -> list[Stretch]:
    stretches, end = [], 0
    for line in path.read_text("utf-8").splitlines():
        report, start, stop, lacking = line.split("\t")
        stretch = Stretch(report, int(start), int(stop), int(lacking))
        if stretch.start != end or stretch.stop < end:
            raise ValueError("a gap between the rows of two reports")
        stretches.append(stretch)
        end = stretch.stop
    return stretches
