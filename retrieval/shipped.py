"""The files that are shipped with the package: word lists, word classes, trained layers, models."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable


def data_file(name: str) -> Traversable:
    """Return one of our data files."""
    return resources.files("retrieval") / "data" / name


def model_file(name: str) -> Traversable:
    """Return one of the files that the training of the reader of questions wrote."""
    return resources.files("retrieval.question") / "models" / name
