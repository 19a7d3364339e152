"""Fitted numbers as they are shipped: read from ``bot/data``, put in the order of their signs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Annotated, Any, ClassVar, Self, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from bot.evidence.forest import Forest, read_forest


class Shipped:
    """What a fit wrote to ``bot/data/<FILE>``, a frozen dataclass.

    A field is a number, the weights of some signs (``Annotated[Floats, signs]``), or a forest for
    rows of them (``Annotated[Forest, signs]``), whose file the fit names.
    """

    __slots__ = ()
    FILE: ClassVar[str]

    @classmethod
    @cache
    def fitted(cls) -> Self:
        """Return what this installation has, read once."""
        hints = get_type_hints(cls, include_extras=True)
        told = read_fitted(cls.FILE).items()
        return cls(**{name: _read(value, hints[name]) for name, value in told})


def _read(told: Any, hint: Any) -> Any:
    if get_origin(hint) is not Annotated:
        return told
    (signs,) = hint.__metadata__
    return read_forest(told, signs) if hint.__origin__ is Forest else by_sign(told, signs)


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
