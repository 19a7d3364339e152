"""Search by words: BM25 over text segmented beforehand. The only module that knows tantivy.

Two fields are indexed: words as the segmenter cuts them, and pairs of neighbouring Chinese
characters, which still meet where the segmenter cut question and report differently.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retrieval.errors import LibraryDamaged, LibraryError
from retrieval.text.normalise import HAN_RUN, normalise
from retrieval.text.segmentation import cut_for_search

if TYPE_CHECKING:
    import tantivy

# One indexed unit: chunk id, report id, and the text that is searched (context and words).
Row = tuple[str, str, str]

PAIRS_WEIGHT = 0.4
MAX_QUERY_TOKENS = 200
_DAMAGED = "字词索引已损坏，请运行 baogao rebuild"
_NOT_WRITTEN = "字词索引没有写成，原有内容没有变、仍可使用；请检查磁盘空间后重新运行同一命令"
_WRITER_BYTES = 50_000_000
_TOKEN = re.compile("[0-9a-z\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def tokens(text: str) -> list[str]:
    """Return the words of ``text`` in search form, in order, without punctuation.

    Compound words come with the shorter words inside them (规范性 with 规范).
    """
    return _words(normalise(text))


def _words(normalised: str) -> list[str]:
    return [t for t in cut_for_search(normalised) if _is_word(t)]


@lru_cache(maxsize=65_536)
def _is_word(token: str) -> bool:
    return _TOKEN.search(token) is not None


def character_pairs(text: str) -> list[str]:
    """Return the pairs of neighbouring Chinese characters (a lone one stands for itself)."""
    return _pairs(normalise(text))


def _pairs(normalised: str) -> list[str]:
    pairs: list[str] = []
    for run in HAN_RUN.findall(normalised):
        pairs += map(add, run, run[1:]) if len(run) > 1 else run
    return pairs


@lru_cache(maxsize=2_048)
def _indexed_line(line: str) -> tuple[str, str]:
    """Return the words and pairs of a line as they are indexed; what stands over chunks comes again."""
    normalised = normalise(line)
    return " ".join(_words(normalised)), " ".join(_pairs(normalised))


def weighted_terms(query: str) -> list[tuple[str, str, float]]:
    """Return what a query asks for, each once: the field, the token and how much it counts."""
    return [
        (field, token, weight)
        for field, found, weight in (
            ("words", tokens(query), 1.0),
            ("pairs", character_pairs(query), PAIRS_WEIGHT),
        )
        for token in list(dict.fromkeys(found))[:MAX_QUERY_TOKENS]
    ]


def terms_within(word: str) -> tuple[str, list[str]]:
    """Return a field and its tokens that every text has which holds ``word``."""
    parts = character_pairs(word)
    if not parts or len(word) == 1:
        return "words", list(dict.fromkeys(tokens(word)))
    return "pairs", list(dict.fromkeys(parts))


class LexicalIndex:
    """A BM25 index in a folder. Reading and writing do not meet: a written folder is only read."""

    def __init__(self, folder: Path) -> None:
        """Open the index at ``folder``; every method raises ``LibraryDamaged`` if it is damaged."""
        import tantivy

        with _told_as(LibraryDamaged(_DAMAGED)):
            self._index = tantivy.Index.open(str(folder))
            self._schema = self._index.schema
            self._searcher = self._index.searcher()

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(
        self, query: str, k: int, reports: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """Return up to ``k`` chunk ids with their scores, best first, of ``reports`` only if given."""
        import tantivy

        wanted = self._word_query(query)
        if wanted is None or k <= 0 or (reports is not None and not reports):
            return []
        if reports is not None:
            scope = tantivy.Query.term_set_query(self._schema, "report", sorted(reports))
            wanted = tantivy.Query.boolean_query(
                [
                    (tantivy.Occur.Must, wanted),
                    (tantivy.Occur.Must, tantivy.Query.const_score_query(scope, 0.0)),
                ]
            )
        with _told_as(LibraryDamaged(_DAMAGED)):
            found = self._searcher.search(wanted, k).hits
            return [(self._searcher.doc(at)["id"][0], float(score)) for score, at in found]

    def reports_holding(self, words: Sequence[str]) -> set[str]:
        """Return the ids of reports of which some chunk has every pair of characters of a word.

        Every report that holds one of ``words`` is among them; some others may be.
        """
        import tantivy

        clauses = []
        for field, parts in (terms_within(word) for word in words):
            terms = [
                (tantivy.Occur.Must, tantivy.Query.term_query(self._schema, field, part))
                for part in parts
            ]
            if terms:
                clauses.append((tantivy.Occur.Should, tantivy.Query.boolean_query(terms)))
        if not clauses or not len(self):
            return set()
        with _told_as(LibraryDamaged(_DAMAGED)):
            query = tantivy.Query.boolean_query(clauses)
            found = self._searcher.search(query, len(self), count=False).hits
            return {self._searcher.doc(at)["report"][0] for _, at in found}

    def ids(self, report: str) -> set[str]:
        """Return the ids of the chunks indexed for one report."""
        import tantivy

        query = tantivy.Query.term_query(self._schema, "report", report)
        with _told_as(LibraryDamaged(_DAMAGED)):
            found = self._searcher.search(query, max(1, len(self))).hits
            return {self._searcher.doc(at)["id"][0] for _, at in found}

    def _word_query(self, text: str) -> tantivy.Query | None:
        import tantivy

        clauses: list[tuple[Any, tantivy.Query]] = []
        for field, token, weight in weighted_terms(text):
            term = tantivy.Query.term_query(self._schema, field, token)
            clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(term, weight)))
        return tantivy.Query.boolean_query(clauses) if clauses else None


@contextmanager
def _told_as(error: LibraryError) -> Iterator[None]:
    """Raise ``error`` for whatever damaged files or a full disk make tantivy raise.

    Its panics do not derive from ``Exception``; they are known by name, for the class cannot be
    imported.
    """
    try:
        yield
    except BaseException as cause:
        if isinstance(cause, Exception) or type(cause).__name__ == "PanicException":
            raise error from cause
        raise


def write_index(folder: Path, rows: Iterable[Row], *, replaced: Collection[str] = ()) -> None:
    """Write ``rows`` into the index at ``folder``, made if it is not there.

    Everything held of the reports in ``replaced`` is dropped first. Raises ``LibraryError``.
    """
    with _told_as(LibraryError(_NOT_WRITTEN)):
        _write(folder, rows, replaced)


def _write(folder: Path, rows: Iterable[Row], replaced: Collection[str]) -> None:
    import tantivy

    folder.mkdir(parents=True, exist_ok=True)
    index = tantivy.Index(_schema(), path=str(folder), reuse=True)
    # One thread: the order of segments, and so of equal scores, is the same on every run.
    writer = index.writer(_WRITER_BYTES, 1)
    for report in sorted(replaced):
        writer.delete_documents_by_term("report", report)
    for chunk_id, report, text in rows:
        lines = [_indexed_line(line) for line in text.split("\n")]
        words, pairs = (" ".join(filter(None, found)) for found in zip(*lines, strict=True))
        writer.add_document(tantivy.Document(id=chunk_id, report=report, words=words, pairs=pairs))
    writer.commit()
    writer.wait_merging_threads()


def _schema() -> tantivy.Schema:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("report", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("pairs", tokenizer_name="whitespace", index_option="freq")
    return builder.build()
