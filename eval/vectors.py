"""An embedder that remembers: the same words are embedded once, across runs."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from retrieval.encoder.query_layers import query_hash
from retrieval.search.embedding import Advance, Embedder, Vectors
from retrieval.search.pair_reader import PairReader, layers_hash, reads_nothing


class RememberingEmbedder:
    """Wraps an embedder with a file of vectors; everything in it can be made again."""

    def __init__(self, embedder: Embedder, file: Path) -> None:
        self._embedder = embedder
        self.name = embedder.name
        self.dimension = embedder.dimension
        file.parent.mkdir(parents=True, exist_ok=True)
        self._store = sqlite3.connect(file, check_same_thread=False)
        self._store.execute("create table if not exists vectors (key text primary key, v blob)")

    def embed_query(self, text: str) -> Vectors:
        """Return the vector of a question, remembered or made."""
        key = self._key(f"query {query_hash()}", text)
        found = self._load(key)
        if found is None:
            found = self._embedder.embed_query(text)
            self._save([key], found[np.newaxis])
        return found

    def embed_documents(self, texts: Sequence[str], progress: Advance | None = None) -> Vectors:
        """Return the vectors of ``texts`` in order; only those not yet known are made."""
        keys = [self._key("document", text) for text in texts]
        known = {key: found for key in set(keys) if (found := self._load(key)) is not None}
        lost = {k: t for k, t in zip(keys, texts, strict=True) if k not in known}
        if lost:
            made = self._embedder.embed_documents(list(lost.values()), progress)
            self._save(list(lost), made)
            known.update(zip(lost, made, strict=True))
        shape = (len(texts), self.dimension)
        return np.stack([known[key] for key in keys]) if keys else np.zeros(shape, np.float32)

    def read_pairs(self, question: str, passages: Sequence[str]) -> Vectors:
        """Return how well each passage answers, remembered or read; nothing if none can read."""
        if not isinstance(self._embedder, PairReader):
            return reads_nothing(question, passages)
        key = self._key(f"pairs {layers_hash()}", "\n".join([question, *passages]))
        found = self._load(key)
        if found is None:
            found = self._embedder.read_pairs(question, passages)
            self._save([key], found[np.newaxis])
        return found

    def _key(self, use: str, text: str) -> str:
        return hashlib.sha256(f"{self.name}\n{use}\n{text}".encode("utf-8", "replace")).hexdigest()

    def _load(self, key: str) -> Vectors | None:
        row = self._store.execute("select v from vectors where key = ?", (key,)).fetchone()
        return None if row is None else np.frombuffer(row[0], dtype=np.float32)

    def _save(self, keys: Sequence[str], vectors: Vectors) -> None:
        rows = [(key, v.tobytes()) for key, v in zip(keys, vectors, strict=True)]
        with self._store:
            self._store.executemany("insert or replace into vectors values (?, ?)", rows)
