"""The truth in PostgreSQL: what ``ledger`` keeps in a file, in tables that many processes read."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

import numpy as np

from retrieval.documents import Chunk
from retrieval.library.ledger import Ledger, Statements, gathered, indexed_text
from retrieval.library.postgres import Database
from retrieval.library.stored_values import Entry, fact_values, to_fact, to_json
from retrieval.parsing.indicators import Fact
from retrieval.search.embedding import Vectors
from retrieval.search.lexical import character_pairs, tokens

KEPT_CHUNKS = 8_192
MAX_TOKEN_CHARS = 500  # of four bytes each: PostgreSQL takes no longer ones
_FACTS = 12  # where ``report_row`` has what stands in a table of its own here
_TEXT, _CONTEXT = 6, 7  # where ``chunk_row`` has them


class PostgresLedger(Ledger):
    """The reports of a library in a database; whoever made the database closes it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._chunks: OrderedDict[str, tuple[int, Chunk]] = OrderedDict()
        self._rows, self._added = {}, {}
        self._keeping = Lock()

    @property
    def replaced(self) -> bool:
        """A database is not put in the place of another."""
        return False

    def close(self) -> None:
        """Nothing of its own is open."""

    def integrity(self) -> str | None:
        """The server checks its own pages."""
        return None

    def own_chars(self, versions: Mapping[str, int]) -> dict[str, int]:
        """Return how many characters each version has, page furniture left out."""
        rows = self._all(
            "SELECT report, sum((leaf ->> 5)::int - (leaf ->> 4)::int)"
            f" FROM reports JOIN {SCOPE} USING (report, version),"
            " jsonb_array_elements(sections::jsonb) AS leaf"
            " WHERE leaf ->> 2 <> 'furniture' GROUP BY report",
            scope(versions),
        )
        return dict.fromkeys(versions, 0) | {r: int(chars) for r, chars in rows}

    def facts(self, report: str, version: int) -> tuple[Fact, ...]:
        """Return the numeric facts of one version, in order."""
        rows = self._all(
            "SELECT string_agg(value, ',' ORDER BY ordinal) FROM facts"
            " WHERE report = ? AND version = ?",
            (report, version),
        )
        return tuple(map(to_fact, json.loads(f"[{rows[0][0] or ''}]")))

    def figures(
        self, versions: Mapping[str, int], indicators: Collection[str], units: Collection[str]
    ) -> dict[str, tuple[Fact, ...]]:
        """Return of each version the named facts of some indicators, or in some units, in order."""
        rows = self._all(
            f"SELECT report, value FROM facts JOIN {SCOPE} USING (report, version)"
            " WHERE indicator = ANY(?) OR (indicator IS NOT NULL"
            " AND (unit = ANY(?) OR quantity_unit = ANY(?))) ORDER BY report, ordinal",
            (*scope(versions), sorted(indicators), sorted(units), sorted(units)),
        )
        return gathered(versions, rows)

    def chunk(self, chunk_id: str, versions: Mapping[str, int]) -> Chunk | None:
        """Return the chunk of that id in the served versions, or None; those found last are kept."""
        version, chunk = self._chunks.get(chunk_id, (0, None))
        if chunk is not None and versions.get(chunk.report) == version:
            return chunk
        return super().chunk(chunk_id, versions)

    def keep(self, version: int, chunk: Chunk) -> None:
        """Remember a chunk that a search found: it will be asked for next."""
        with self._keeping:
            self._chunks[chunk.id] = (version, chunk)
            self._chunks.move_to_end(chunk.id)
            if len(self._chunks) > KEPT_CHUNKS:
                self._chunks.popitem(last=False)

    def vectors(self, keys: Sequence[str]) -> dict[str, Vectors]:
        """Return the stored vectors among ``keys``."""
        rows = self._all(
            "SELECT key, vector_send(vector) FROM vectors WHERE key = ANY(?)", [list(keys)]
        )
        # two numbers of two bytes, then the vector's own
        return {key: np.frombuffer(sent, ">f4", offset=4).astype("<f4") for key, sent in rows}

    # Writing

    def put_vectors(self, keys: Sequence[str], vectors: Iterable[Vectors]) -> None:
        """Store vectors under their keys, in one transaction."""
        with self._writing() as db:
            db.executemany(
                "INSERT INTO vectors VALUES (?, ?::vector)"
                " ON CONFLICT (key) DO UPDATE SET vector = excluded.vector",
                [(key, as_vector(vector)) for key, vector in zip(keys, vectors, strict=True)],
            )

    def lost_keys(self, keys: Sequence[str]) -> list[str]:
        """Return those of ``keys`` that have no vector, each once, in order."""
        unique = list(dict.fromkeys(keys))
        rows = self._all("SELECT key FROM vectors WHERE key = ANY(?)", [unique])
        held = {row[0] for row in rows}
        return [key for key in unique if key not in held]

    def forget_vectors(self) -> None:
        """Drop the vectors that no stored chunk uses."""
        with self._writing() as db:
            db.execute(
                "DELETE FROM vectors WHERE NOT EXISTS (SELECT 1 FROM chunks WHERE vector_key = key)"
            )

    def hand_over_vectors(self) -> None:
        """Keep them: searches read them here."""

    # Inside

    def _put(
        self,
        db: Statements,
        entry: Entry,
        report: Sequence[Any],
        facts: Sequence[Fact],
        chunks: Sequence[Sequence[Any]],
    ) -> None:
        """Insert the rows of a version, its facts and the words of its chunks in tables of their own."""
        row = [*report[:_FACTS], *report[_FACTS + 1 :]]
        stored = [to_json(fact_values(fact)) for fact in facts]
        rows = [(*chunk, *indexed(indexed_text(chunk[_CONTEXT], chunk[_TEXT]))) for chunk in chunks]
        db.execute(f"INSERT INTO reports VALUES ({','.join('?' * len(row))})", row)
        db.execute(
            "INSERT INTO facts SELECT ?, ?, n, value::jsonb ->> 'indicator',"
            " value::jsonb ->> 'unit', value::jsonb #>> '{quantity,unit}', value"
            " FROM unnest(?::text[]) WITH ORDINALITY AS held (value, n)",
            (entry.report, entry.version, stored),
        )
        # One statement, for the trigger that counts the terms runs once for each.
        db.execute(
            "INSERT INTO chunks SELECT report, version, ordinal, id, start, stop, text, context,"
            " path, role, key, words::tsvector, pairs::tsvector, words_length, pairs_length,"
            " words_rounded, pairs_rounded"
            " FROM unnest(?::text[], ?::int[], ?::int[], ?::text[], ?::int[], ?::int[],"
            " ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],"
            " ?::int[], ?::int[], ?::int[], ?::int[]) AS held (report, version, ordinal, id,"
            " start, stop, text, context, path, role, key, words, pairs, words_length,"
            " pairs_length, words_rounded, pairs_rounded)",
            [list(column) for column in zip(*rows, strict=True)] or [[]] * 17,
        )

    @contextmanager
    def _writing(self) -> Iterator[Statements]:
        with self._database.writing() as db:
            yield db

    def _all(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        return self._database.all(sql, values)


SCOPE = "unnest(?::text[], ?::int[]) AS scope (report, version)"
"""A table of the versions that ``scope`` gives the values of."""


def scope(versions: Mapping[str, int]) -> tuple[list[str], list[int]]:
    """Return the values that stand for versions where ``SCOPE`` is joined."""
    return list(versions), list(versions.values())


def as_vector(vector: Vectors) -> str:
    """Return a vector as pgvector reads it; every number comes back as it was."""
    return f"[{','.join(map(repr, np.asarray(vector, dtype=np.float64).tolist()))}]"


def indexed(text: str) -> tuple[str, str, int, int, int, int]:
    """Return the words and the pairs of a text as vectors of terms, how many, and how many about."""
    words, pairs = tokens(text), character_pairs(text)
    many, some = len(words), len(pairs)
    return _tsvector(words), _tsvector(pairs), many, some, _rounded(many), _rounded(some)


def _rounded(length: int) -> int:
    """Return a length as the word index on disk keeps it, so that both rank alike.

    It is exact up to 40, beyond it an eighth of the power of two below is the step.
    """
    step = max(0, (length - 24).bit_length() - 4) if length > 24 else 0
    return 24 + ((length - 24) >> step << step)


def _tsvector(found: Sequence[str]) -> str:
    """Return each token with as many positions as it stands in the text."""
    places: dict[str, list[str]] = {}
    for token in found:
        held = places.setdefault(token[:MAX_TOKEN_CHARS], [])
        held.append(str(len(held) + 1))
    return " ".join(f"{quoted(token)}:{','.join(at)}" for token, at in places.items())


def quoted(token: str) -> str:
    """Return a token as it stands in a vector of terms or a query for them."""
    spelt = token[:MAX_TOKEN_CHARS].replace("\\", "\\\\").replace("'", "''")
    return f"'{spelt}'"
