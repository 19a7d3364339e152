"""Search in PostgreSQL: words by BM25 over vectors of terms, meaning by pgvector.

Both read the versions that a generation serves. A search of some reports goes over their rows; a
search of all goes over everything stored, and what a generation does not serve (older versions
that someone may still be reading) is passed over.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import log, pi
from typing import Any

from retrieval.library.postgres import Database
from retrieval.library.postgres_ledger import (
    MAX_TOKEN_CHARS,
    PostgresLedger,
    as_vector,
    quoted,
)
from retrieval.library.shelf import Found
from retrieval.library.stored_values import CHUNK_COLUMNS, to_chunk
from retrieval.search.embedding import Vectors
from retrieval.search.lexical import terms_within, weighted_terms

EXACT_SCAN_MAX_ROWS = 200_000
MAX_MATCHES = 50_000
"""Of a search over very many: how many chunks are scored, those with the rarest words first."""
MANY_REPORTS = 200
SPARE = 20
MAX_TIMES = 30
K1, B = 1.2, 0.75
_COLUMNS = ", ".join(f"c.{name}" for name in CHUNK_COLUMNS.split(", "))
_SCOPE = "JOIN unnest(%(reports)s::text[], %(versions)s::int[]) AS scope (report, version) USING (report, version)"


def _norm(field: str) -> str:
    """Return BM25's norm of a text by its length."""
    return f"{K1} * ({1 - B} + {B} * c.{field}_rounded / %(mean_{field})s)"


# How often a term stands in a text has no function of its own, and taking the text's terms apart
# takes 0.2 ms a text. The rank of a query of one term is the sum of 1/i² up to that number, divided
# by the sum of all of them: it is told by where it falls between those sums.
_SUMS = [sum(1 / i**2 for i in range(1, times + 1)) for times in range(1, MAX_TIMES + 1)]
_TIMES = ",".join(f"{(total - 0.5 / MAX_TIMES**2) * 6 / pi**2:.6f}" for total in _SUMS)
_BY_WORDS = f"""
SELECT {_COLUMNS}, c.version, sum(asked.weight * {1 + K1} * held.times / (held.times +
    CASE asked.field WHEN 'words' THEN {_norm("words")} ELSE {_norm("pairs")} END))::real AS score
FROM chunks AS c {{scope}}
CROSS JOIN unnest(%(fields)s::text[], %(terms)s::tsquery[], %(weights)s::float8[])
    AS asked (field, term, weight)
CROSS JOIN LATERAL (
    SELECT CASE asked.field WHEN 'words' THEN c.words ELSE c.pairs END AS terms) AS stored
CROSS JOIN LATERAL (SELECT width_bucket(
    ts_rank('{{1,1,1,1}}', stored.terms, asked.term), '{{{_TIMES}}}'::float8[]) AS times) AS held
WHERE (c.words @@ %(words)s::tsquery OR c.pairs @@ %(pairs)s::tsquery) AND stored.terms @@ asked.term
GROUP BY c.report, c.version, c.ordinal ORDER BY score DESC, c.report, c.ordinal LIMIT %(limit)s
"""
_BY_VECTOR = f"""
SELECT {_COLUMNS}, c.version, -(v.vector <#> %(vector)s::vector) AS score
FROM chunks AS c {{scope}} JOIN vectors AS v ON v.key = c.vector_key
WHERE vector_dims(v.vector) = %(dimension)s
ORDER BY score DESC, c.report, c.ordinal LIMIT %(limit)s
"""
# The graph holds numbers of two bytes; the scores are those of the vectors themselves.
_BY_GRAPH = f"""
WITH near AS (SELECT key, -(vector <#> %(vector)s::vector) AS score FROM vectors
    WHERE vector_dims(vector) = {{dimension}}
    ORDER BY vector::{{kind}} <#> %(vector)s::{{kind}} LIMIT %(limit)s)
SELECT {_COLUMNS}, c.version, near.score FROM near JOIN chunks AS c ON c.vector_key = near.key
ORDER BY near.score DESC, c.report, c.ordinal
"""


def graph_kind(dimension: int) -> str:
    """Return the type of the numbers that the graph of vectors holds."""
    return f"halfvec({dimension})"


class PostgresSearch:
    """The searches of one generation, whose reports have the versions given."""

    def __init__(
        self, database: Database, ledger: PostgresLedger, versions: Mapping[str, int], rows: int
    ) -> None:
        self._database, self._ledger = database, ledger
        self._versions, self._rows = versions, rows

    def search(self, query: str, k: int, reports: Collection[str] | None = None) -> list[Found]:
        """Return up to ``k`` chunk ids with BM25 scores, best first, of ``reports`` only if given."""
        asked = [(f, t[:MAX_TOKEN_CHARS], weight) for f, t, weight in weighted_terms(query)]
        counts = self._counts([(field, token) for field, token, _ in asked])
        chunks = counts.get(("chunks", ""), 0)
        known = [term for term in asked if counts.get(term[:2], 0) > 0]
        if k <= 0 or not known:
            return []
        rare = known
        if reports is None or len(reports) > MANY_REPORTS:
            rare = _rarest(known, counts)
        values: dict[str, Any] = {
            "fields": [field for field, _, _ in known],
            "terms": [quoted(token) for _, token, _ in known],
            "weights": [weight * _idf(counts[f, token], chunks) for f, token, weight in known],
        }
        for field in ("words", "pairs"):
            values[f"mean_{field}"] = counts.get((field, ""), 0) / chunks or 1.0
            values[field] = " | ".join(quoted(token) for name, token, _ in rare if name == field)
        return self._found(_BY_WORDS, values, k, reports)

    def reports_holding(self, words: Sequence[str]) -> set[str]:
        """Return the ids of reports of which some chunk has every pair of characters of a word."""
        found: set[str] = set()
        for field, parts in map(terms_within, words):
            if parts:
                rows = self._database.all(
                    f"SELECT DISTINCT report, version FROM chunks WHERE {field} @@ ?::tsquery",
                    [" & ".join(map(quoted, parts))],
                )
                found |= {
                    report for report, version in rows if self._versions.get(report) == version
                }
        return found

    def search_dense(self, vector: Vectors, k: int, reports: Collection[str] | None) -> list[Found]:
        """Return up to ``k`` chunk ids with their cosine, best first, of ``reports`` only if given.

        Exact, but for a search of all over more than ``EXACT_SCAN_MAX_ROWS``: the graph's.
        """
        values = {"vector": as_vector(vector), "dimension": len(vector)}
        if reports is None and self._rows > EXACT_SCAN_MAX_ROWS:
            kind = graph_kind(len(vector))
            sql = _BY_GRAPH.format(kind=kind, dimension=len(vector))
            return self._found(sql, values, k, None)
        return self._found(_BY_VECTOR, values, k, reports)

    def _found(
        self, sql: str, values: Mapping[str, Any], k: int, reports: Collection[str] | None
    ) -> list[Found]:
        """Run a search and keep its chunks; more are asked for until enough of them are served."""
        held = [r for r in sorted(set(reports or ())) if r in self._versions]
        if k <= 0 or (reports is not None and not held):
            return []
        sql = sql.replace("{scope}", "" if reports is None else _SCOPE)
        scoped = {"reports": held, "versions": [self._versions[report] for report in held]}
        limit = k + SPARE if reports is None else k
        while True:
            rows = self._database.all(sql, {**values, **scoped, "limit": limit})
            served = [row for row in rows if self._versions.get(row[1]) == row[-2]]
            if len(served) >= k or len(rows) < limit:
                break
            limit *= 4
        for row in served[:k]:
            self._ledger.keep(row[-2], to_chunk(row[:-2]))
        return [(row[0], float(row[-1])) for row in served[:k]]

    def _counts(self, terms: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Return in how many chunks each term stands, and what ``terms`` holds of all of them."""
        wanted = [*terms, ("words", ""), ("pairs", ""), ("chunks", "")]
        rows = self._database.all(
            "SELECT field, token, count FROM terms"
            " JOIN unnest(?::text[], ?::text[]) AS asked (field, token) USING (field, token)",
            [[field for field, _ in wanted], [token for _, token in wanted]],
        )
        return {(field, token): int(count) for field, token, count in rows}


def _rarest(
    known: Sequence[tuple[str, str, float]], counts: Mapping[tuple[str, str], int]
) -> list[tuple[str, str, float]]:
    """Return the rarest terms, as many as ``MAX_MATCHES`` chunks can hold; one at least."""
    taken: list[tuple[str, str, float]] = []
    matches = 0
    for term in sorted(known, key=lambda term: counts[term[0], term[1]]):
        matches += counts[term[0], term[1]]
        if taken and matches > MAX_MATCHES:
            break
        taken.append(term)
    return taken


def _idf(held: int, chunks: int) -> float:
    return log(1 + (chunks - held + 0.5) / (held + 0.5))
