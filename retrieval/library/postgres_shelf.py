"""A library in PostgreSQL: reports, words, vectors and facts that many processes read at once.

A generation is two rows of JSON here: what it serves hangs on versions that are never changed, so
that a reader held to an older generation goes on reading its own, and a switch costs nothing.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace

from retrieval.errors import LibraryDamaged, LibraryMismatch
from retrieval.library.generations import FORMAT, GRACE_S, SAMPLE_ROWS, Manifest
from retrieval.library.held_vectors import Held, NoVectors
from retrieval.library.ledger import Ledger, missing
from retrieval.library.postgres import Database
from retrieval.library.postgres_ledger import SCOPE, PostgresLedger, indexed, scope
from retrieval.library.postgres_search import EXACT_SCAN_MAX_ROWS, PostgresSearch, graph_kind
from retrieval.library.postgres_tables import STEPS
from retrieval.library.shelf import Facts, Found, Served
from retrieval.search.embedding import Vectors

TABLES = "library"
_POINTER = "current"
# What ``terms`` should hold (see ``postgres_tables``), but for what is 0.
_COUNTED = """
SELECT 'words' AS field, word AS token, ndoc::bigint AS count
    FROM ts_stat('SELECT words FROM chunks')
UNION ALL SELECT 'pairs', word, ndoc FROM ts_stat('SELECT pairs FROM chunks')
UNION ALL SELECT field, '', total FROM (SELECT sum(words_length), sum(pairs_length), count(*)
    FROM chunks) AS s (w, p, c), LATERAL (VALUES ('words', w), ('pairs', p), ('chunks', c))
    AS t (field, total) WHERE total <> 0"""
_MEND = "请运行 baogao rebuild"


@dataclass(frozen=True, slots=True)
class PostgresGeneration:
    """What is served, and the searches over it."""

    name: str
    manifest: Manifest
    lacking: Mapping[str, int]
    lexical: PostgresSearch

    def figures(
        self,
        reports: Collection[str],  # noqa: ARG002 - the protocol's
        indicators: Collection[str],  # noqa: ARG002 - the protocol's
        *,
        brief: bool = False,  # noqa: ARG002 - the protocol's
    ) -> Iterator[tuple[str, Facts]]:
        """Yield none: the database has an index of them."""
        return iter(())


class PostgresShelf:
    """The library of a database."""

    place = "BAOGAO_DATABASE_URL 的数据库"

    def __init__(self, url: str) -> None:
        """Name the database; nothing is opened yet."""
        self._database = Database(url)
        self._ledger = PostgresLedger(self._database)

    def ledger(self, *, create: bool = False) -> Ledger:
        """Bring the tables up to date and return what reads them."""
        if not create and not self._database.migrated(TABLES):
            raise missing(self.place)
        self._database.migrate(TABLES, STEPS)
        return self._ledger

    def writing(self) -> AbstractContextManager[None]:
        """Hold the library's lock in the database."""
        return self._database.locked("writer")

    def pointer(self) -> str | None:
        """Return the name of the generation that is served."""
        return self._ledger.setting(_POINTER)

    def manifest(self, name: str) -> Manifest:
        """Return what a generation serves."""
        return self.generation(name).manifest

    def generation(self, name: str) -> PostgresGeneration:
        """Read a generation's row."""
        rows = self._database.all(
            "SELECT manifest, lacking FROM generations WHERE name = ?", [name]
        )
        if not rows:
            raise LibraryDamaged(f"报告库的索引清单不见了，{_MEND}")
        manifest = Manifest(**json.loads(rows[0][0]))
        if manifest.format != FORMAT:
            raise LibraryMismatch(f"报告库的索引是另一版本写的，{_MEND}")
        search = PostgresSearch(self._database, self._ledger, manifest.reports, manifest.rows)
        return PostgresGeneration(name, manifest, json.loads(rows[0][1]), search)

    def held_vectors(self, generation: Served | None, *, doubted: bool = False) -> Held:  # noqa: ARG002 - the protocol's
        """Return none: they stand in the database, where the ledger finds them."""
        return NoVectors()

    def build(
        self,
        ledger: Ledger,  # noqa: ARG002 - the protocol's
        manifest: Manifest,
        *,
        previous: Served | None,
        replaced: Collection[str],
        gained: Collection[str],
        held: Held,  # noqa: ARG002 - the protocol's
    ) -> PostgresGeneration:
        """Write down what is served; words and vectors were stored with the reports."""
        served, lacking = manifest.reports, dict[str, int]()
        changed = set(served)
        if previous is not None:
            changed &= {*replaced, *gained}
            lacking = {r: n for r, n in previous.lacking.items() if r in served}
        lacking = {r: n for r, n in lacking.items() if r not in changed}
        lacking |= self._lacking({r: served[r] for r in changed})
        rows = self._database.all(
            f"SELECT coalesce(sum(chunks), 0) FROM reports JOIN {SCOPE} USING (report, version)",
            scope(served),
        )
        number = int(previous.name[1:7]) + 1 if previous else 1
        name = f"g{number:06d}-{secrets.token_hex(4)}"
        finished = replace(
            manifest, rows=int(rows[0][0]), without_vector=sum(lacking.values()), store=name
        )
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO generations VALUES (?, ?, ?)",
                (name, json.dumps(asdict(finished)), json.dumps(lacking)),
            )
            if finished.rows > EXACT_SCAN_MAX_ROWS and manifest.dimension:
                kind = graph_kind(manifest.dimension)
                db.execute(
                    f"CREATE INDEX IF NOT EXISTS vectors_graph_{manifest.dimension} ON vectors"
                    f" USING hnsw ((vector::{kind}) halfvec_ip_ops)"
                    f" WHERE vector_dims(vector) = {manifest.dimension}"
                )
        return self.generation(name)

    def _lacking(self, versions: Mapping[str, int]) -> dict[str, int]:
        rows = self._database.all(
            f"SELECT report, count(*) FROM chunks JOIN {SCOPE} USING (report, version)"
            " WHERE NOT EXISTS (SELECT 1 FROM vectors WHERE key = vector_key) GROUP BY report",
            scope(versions),
        )
        return {report: int(count) for report, count in rows}

    def switch(self, name: str) -> None:
        """Move the pointer."""
        self._ledger.set_setting(_POINTER, name)

    def retire(self, name: str) -> None:
        """Mark a generation's row."""
        with self._database.writing() as db:
            db.execute("UPDATE generations SET retired = now() WHERE name = ?", [name])

    def remove_stale(
        self, keep: Collection[str], *, grace_s: float = GRACE_S
    ) -> Iterator[Manifest]:
        """Delete the rows of generations that nobody reads."""
        with self._database.writing() as db:
            db.execute(
                "DELETE FROM generations WHERE name <> ALL(?)"
                " AND (retired IS NULL OR retired <= now() - make_interval(secs => ?))",
                (list(keep), grace_s),
            )
        stays = self._database.all(
            "SELECT name FROM generations WHERE name <> ALL(?)", [list(keep)]
        )
        return (self.manifest(name) for (name,) in stays)

    def search_dense(
        self, generation: Served, vector: Vectors, k: int, reports: Collection[str] | None
    ) -> list[Found]:
        """Search the vectors that are stored with the reports."""
        assert isinstance(generation, PostgresGeneration)
        return generation.lexical.search_dense(vector, k, reports)

    def faults(self, generation: Served, ledger: Ledger) -> Iterator[tuple[str, str]]:
        """Compare the words of some reports, and the counts of all, with what is stored."""
        served = generation.manifest.reports
        if self._lacking(served) != generation.lacking:
            yield "索引", "向量与清单不符"
        compared = sorted(served)
        for report in compared[:: max(1, len(compared) // SAMPLE_ROWS)]:
            rows = ledger.index_rows(report, served[report])
            expected = [(row.id, *indexed(row.text)[:2]) for row in rows]
            columns = [list(column) for column in zip(*expected, strict=True)] or [[], [], []]
            same = self._database.all(
                "SELECT count(*) FROM chunks AS c JOIN unnest(?::text[], ?::text[], ?::text[])"
                " AS e (id, words, pairs) USING (id) WHERE (c.report, c.version) = (?, ?)"
                " AND (c.words, c.pairs) = (e.words::tsvector, e.pairs::tsvector)",
                [*columns, report, served[report]],
            )
            if same[0][0] != len(expected):
                yield "索引", "字词索引与原文库的条目不同"
                break
        counted = self._database.all(
            f"SELECT count(*) FROM ({_COUNTED}) AS s FULL JOIN (SELECT * FROM terms WHERE count <> 0)"
            " AS t USING (field, token) WHERE s.count IS DISTINCT FROM t.count"
        )
        if counted[0][0]:
            yield "索引", "字词的计数与索引不符"

    def salvage(self) -> list[str]:
        """Count the terms anew; a server that cannot read its pages is mended from its backups."""
        with self.writing(), self._database.writing() as db:
            db.execute("TRUNCATE terms")
            db.execute(f"INSERT INTO terms SELECT field, token, count FROM ({_COUNTED}) AS s")
        return []

    def close(self) -> None:
        """Close the connections."""
        self._database.close()
