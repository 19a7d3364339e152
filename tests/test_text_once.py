"""What is loaded once is loaded once, whoever comes first."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from retrieval.text import segmentation
from retrieval.text.once import once

THREADS = 8


@pytest.fixture(autouse=True)
def many_switches() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_those_who_come_together_are_given_one() -> None:
    together, made = threading.Barrier(THREADS), []

    @once
    def load() -> object:
        made.append(object())
        for _ in range(1000):  # where another thread may come between
            pass
        return made[-1]

    def ask(_: int) -> object:
        together.wait()
        return load()

    with ThreadPoolExecutor(THREADS) as pool:
        assert set(pool.map(ask, range(THREADS))) == set(made)
    assert len(made) == 1


def test_what_failed_is_tried_again() -> None:
    outcomes = [OSError("gone"), "there"]

    @once
    def load() -> object:
        told = outcomes.pop(0)
        if isinstance(told, OSError):
            raise told
        return told

    with pytest.raises(OSError, match="gone"):
        load()
    assert [load(), load()] == ["there", "there"]


def test_first_words_are_cut_by_many_at_once() -> None:
    """rjieba refuses to be read while a compound is being added to its dictionary."""
    segmentation._jieba.cache_clear()
    together = threading.Barrier(THREADS)

    def cut(_: int) -> list[tuple[str, str]]:
        together.wait()
        return [pair for _ in range(20) for pair in segmentation.tag("行政复议和规范性文件审查")]

    with ThreadPoolExecutor(THREADS) as pool:
        told = list(pool.map(cut, range(THREADS)))
    assert all(pairs == told[0] for pairs in told)
