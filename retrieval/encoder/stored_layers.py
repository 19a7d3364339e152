"""Layers of the encoder that were trained on, as they are stored: small integers with a scale a row."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder.e5_weights import Floats

LEVELS = 63
"""A matrix's largest number on either side: those of the encoder's own graph."""


@dataclass(frozen=True, slots=True)
class StoredLayers:
    """The tensors by name; ``tensors`` holds besides what the training wrote of itself."""

    tensors: Mapping[str, NDArray[Any]]
    heads: int = 12
    epsilon: float = 1e-12

    def vector(self, name: str) -> Floats:
        """Return a tensor that is stored as it is."""
        return self.tensors[name].astype(np.float32)

    def matrix(self, name: str) -> Floats:
        """Return a matrix ``[outputs, inputs]``."""
        scales = self.tensors[f"{name}.scales"].astype(np.float32)
        return self.tensors[name].astype(np.float32) * scales[:, np.newaxis]


def stored_layers(file: bytes) -> StoredLayers:
    """Return what a training wrote with ``numpy.savez_compressed``; a tensor is unpacked when asked for.

    Raises ``ValueError`` for what it did not write.
    """
    try:
        return StoredLayers(np.load(io.BytesIO(file), allow_pickle=False))
    except BadZipFile as error:
        raise ValueError(str(error)) from error


def version_of(file: bytes) -> str:
    """Return what tells one training from another."""
    return sha256(file).hexdigest()[:12]


def small_integers(name: str, matrix: Floats) -> dict[str, NDArray[Any]]:
    """Return a matrix ``[outputs, inputs]`` as it is stored under ``name``."""
    scales = np.maximum(np.abs(matrix).max(axis=1), np.finfo(np.float32).tiny) / LEVELS
    return {
        name: np.rint(matrix / scales[:, np.newaxis]).astype(np.int8),
        f"{name}.scales": scales.astype(np.float32),
    }
