"""Where a library stands: a folder on disk, or a database that many processes share.

A shelf keeps the truth (``ledger``), the generations of its indexes, the pointer to the one that
is served and the one writer's lock. Whoever reads or writes a library goes through one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from retrieval.library.generations import GRACE_S, Manifest
from retrieval.library.held_vectors import Held
from retrieval.library.ledger import Ledger
from retrieval.parsing.indicators import Fact
from retrieval.search.embedding import Vectors

Facts = tuple[Fact, ...]

# A chunk's id and how well it fits.
Found = tuple[str, float]


class Words(Protocol):
    """The word index of a generation."""

    def search(self, query: str, k: int, reports: Collection[str] | None = None) -> list[Found]:
        """Return up to ``k`` chunk ids with BM25 scores, best first, of ``reports`` only if given."""
        ...

    def reports_holding(self, words: Sequence[str]) -> set[str]:
        """Return the reports that may hold one of ``words``; none that does is left out."""
        ...


class Served(Protocol):
    """A finished generation, opened for reading."""

    @property
    def name(self) -> str:
        """Its name, of which no other generation has the like."""
        ...

    @property
    def manifest(self) -> Manifest:
        """What it serves and what it was made with."""
        ...

    @property
    def lexical(self) -> Words:
        """Its word index."""
        ...

    @property
    def lacking(self) -> Mapping[str, int]:
        """The reports of which some rows have no vector, with how many."""
        ...

    def figures(
        self, reports: Collection[str], indicators: Collection[str], *, brief: bool = False
    ) -> Iterator[tuple[str, Facts]]:
        """Yield those reports whose it has at hand with their facts of some indicators, in order.

        ``brief`` as in ``Library.figures``.
        """
        ...


class Shelf(Protocol):
    """What a library asks of the place where it stands."""

    @property
    def place(self) -> str:
        """Where that is, for a person."""
        ...

    def ledger(self, *, create: bool = False) -> Ledger:
        """Open the truth, ``create`` makes it; raises ``LibraryMissing`` or what is wrong."""
        ...

    def writing(self) -> AbstractContextManager[None]:
        """Hold the one writer's lock; raises ``LibraryBusy``."""
        ...

    def pointer(self) -> str | None:
        """Return the name of the generation served now, None before the first."""
        ...

    def generation(self, name: str) -> Served:
        """Open a generation; raises ``LibraryDamaged`` if it is not whole."""
        ...

    def manifest(self, name: str) -> Manifest:
        """Return what a generation serves; raises ``LibraryDamaged``."""
        ...

    def held_vectors(self, generation: Served | None, *, doubted: bool = False) -> Held:
        """Return the vectors of a generation, else of the newest that can be read.

        ``doubted`` ones count only if they are as they were written.
        """
        ...

    def build(
        self,
        ledger: Ledger,
        manifest: Manifest,
        *,
        previous: Served | None,
        replaced: Collection[str],
        gained: Collection[str],
        held: Held,
    ) -> Served:
        """Build and check a new generation (see ``generations.build_generation``)."""
        ...

    def switch(self, name: str) -> None:
        """Serve ``name`` from now on; atomic."""
        ...

    def retire(self, name: str) -> None:
        """Mark a generation as superseded now."""
        ...

    def remove_stale(
        self, keep: Collection[str], *, grace_s: float = GRACE_S
    ) -> Iterator[Manifest]:
        """Drop what no one can be reading; return the manifests of retired ones that stay.

        Each is read when it is asked for.
        """
        ...

    def search_dense(
        self, generation: Served, vector: Vectors, k: int, reports: Collection[str] | None
    ) -> list[Found]:
        """Return up to ``k`` chunk ids with their cosine, best first, of ``reports`` only if given."""
        ...

    def faults(self, generation: Served, ledger: Ledger) -> Iterator[tuple[str, str]]:
        """Yield (part, sentence) for each way in which the indexes differ from the truth."""
        ...

    def salvage(self) -> list[str]:
        """Mend a truth that cannot be read; return a sentence for each report that is lost."""
        ...

    def close(self) -> None:
        """Close what is open but the ledgers."""
        ...
