"""A chunk's vector: that of its text, leaning towards what stands over it.

Place, year, issuer and each heading of its path are embedded once a report and not with every
sentence under them, which is half of all the words to be read. How much of it there is hardly
matters where a place is named (evidence in the first 2,000 characters, of 433 questions on five
reports: 0.984 with the whole line in every text, 0.987 at shares from 0.3 to 1); a whole share
tells reports apart best where all are searched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from retrieval.documents import HEADINGS_JOINED
from retrieval.errors import EmbeddingFailed
from retrieval.search.embedding import Advance, Embedder, Vectors, unit_length

SHARE_ABOVE = 1.0
_COMPOSITION = "headings-once"
_KEPT = 4_096


@dataclass(frozen=True, slots=True)
class ChunkWords:
    """What a chunk's vector is made of: its own words, and those that stand over it."""

    text: str
    above: tuple[str, ...]


def chunk_words(text: str, context: str, path: Sequence[str]) -> ChunkWords:
    """Return a chunk's words; ``context`` ends with the headings of ``path``."""
    return ChunkWords(text, _above(context, tuple(path)))


@lru_cache(maxsize=1_024)
def _above(context: str, path: tuple[str, ...]) -> tuple[str, ...]:
    opening = context.removesuffix(HEADINGS_JOINED.join(path)).strip()
    return tuple(part for part in (opening, *path) if part.strip())


def space_of(embedder: Embedder) -> str:
    """Return the name of the space of chunks' vectors: by which model, and how put together."""
    return f"{embedder.name}+{_COMPOSITION}"


class ChunkEmbedder:
    """Makes chunks' vectors; what stands over several of them is embedded once.

    Reports of one genre have headings in common: those met last are kept, so that a report that
    comes alone finds them, too. Not safe to use from several threads at once.
    """

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder
        self._above: dict[str, Vectors] = {}

    def embed(self, chunks: Sequence[ChunkWords], progress: Advance | None = None) -> Vectors:
        """Return the vectors of ``chunks``, in order; raises ``EmbeddingFailed``."""
        above = {part for chunk in chunks for part in chunk.above}
        asked = dict.fromkeys([*(c.text for c in chunks), *(p for c in chunks for p in c.above)])
        known = {text: self._above[text] for text in asked if text in self._above}
        words = [text for text in asked if text not in known]
        # One call for all, so that the embedder can put texts of like length together.
        made = self.embedder.embed_documents(
            words, progress and _scaled(progress, len(chunks) / max(1, len(words)))
        )
        if made.shape != (len(words), self.embedder.dimension):
            raise EmbeddingFailed(
                f"向量模型返回了 {made.shape[-1]} 维，应为 {self.embedder.dimension} 维，"
                "请检查 BAOGAO_EMBED_MODEL"
            )
        found = known | dict(zip(words, made, strict=True))
        if len(self._above) + len(above) > _KEPT:
            self._above = {}
        self._above |= {part: found[part] for part in above}
        vectors = np.array([found[chunk.text] for chunk in chunks], dtype=np.float32)
        stacks = list(dict.fromkeys(chunk.above for chunk in chunks if chunk.above))
        if stacks:
            wholes = [np.sum([self._above[part] for part in stack], axis=0) for stack in stacks]
            leaning = dict(zip(stacks, SHARE_ABOVE * unit_length(np.array(wholes)), strict=True))
            for row, chunk in enumerate(chunks):
                if chunk.above:
                    vectors[row] += leaning[chunk.above]
        return unit_length(vectors)


def _scaled(progress: Advance, share: float) -> Advance:
    """Return an ``Advance`` that tells chunks where the embedder counts texts."""
    return lambda done: progress(round(done * share))
