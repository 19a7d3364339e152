"""Fitted numbers as they are shipped: read from ``bot/data``, put in the order of their signs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray


def read_fitted(name: str) -> dict[str, Any]:
    """Return what a fit wrote to ``bot/data/<name>``; raises ``FileNotFoundError`` if it has not."""
    text = resources.files("bot").joinpath("data", name).read_text("utf-8")
    told: dict[str, Any] = json.loads(text)
    return told


def by_sign(told: Mapping[str, float], signs: Sequence[str]) -> NDArray[np.float64]:
    """Return the weights of ``signs``, of shape (signs,).

    A sign that is not fitted yet weighs nothing, so that the fit which weighs it can run.
    """
    return np.array([told.get(sign, 0.0) for sign in signs])
