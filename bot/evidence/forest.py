"""A fitted forest of decision trees, as it is shipped: arrays in an ``.npz``, walked by numpy.

The trees are fitted by scikit-learn, which only the fits need. Node ``i`` of a tree sends a row left
if the row's ``feature[i]`` is at most ``threshold[i]``, else right; a leaf names itself on both sides
and holds the share of right answers in ``value[i]``.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Forest:
    """Trees of one array of nodes: ``roots`` of shape (trees,), everything else (nodes,)."""

    roots: Whole
    feature: Whole
    threshold: Floats
    left: Whole
    right: Whole
    value: Floats

    def __call__(self, row: Floats) -> float:
        """Return the mean over the trees of what they say of one row, shape (signs,)."""
        row, at = np.append(row, 0.0), self.roots
        while True:
            goes_left = row[self.feature[at]] <= self.threshold[at]
            below = np.where(goes_left, self.left[at], self.right[at])
            if np.array_equal(below, at):
                return float(self.value[at].mean())
            at = below


def read_forest(name: str, signs: Sequence[str]) -> Forest:
    """Return the forest in ``bot/data/<name>`` for rows of ``signs``.

    A sign it was fitted on and that is told no longer counts as nothing, so that the fit which does
    without it can run. Raises ``FileNotFoundError`` if there is none.
    """
    data = resources.files("bot").joinpath("data", name).read_bytes()
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        whole = {n: arrays[n].astype(np.int32) for n in ("roots", "left", "right")}
        at = {sign: i for i, sign in enumerate(signs)}
        known = np.array([at.get(str(sign), len(signs)) for sign in arrays["signs"]], np.int32)
        feature = known[arrays["feature"]]
        reals = {n: arrays[n].astype(np.float64) for n in ("threshold", "value")}
    return Forest(feature=feature, **whole, **reals)
