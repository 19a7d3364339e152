"""The collector rests while much is made, and is awake afterwards whatever happened."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from retrieval.library.collector import resting_collector


@pytest.fixture(autouse=True)
def awake():
    gc.enable()
    yield
    gc.enable()


def test_it_rests_inside_and_wakes_at_the_end_of_the_outermost() -> None:
    with resting_collector():
        assert not gc.isenabled()
        with resting_collector():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_an_error_wakes_it() -> None:
    with pytest.raises(ZeroDivisionError), resting_collector():
        raise ZeroDivisionError
    assert gc.isenabled()


def test_who_stopped_it_finds_it_stopped() -> None:
    gc.disable()
    with resting_collector():
        pass
    assert not gc.isenabled()


def test_the_last_of_several_threads_wakes_it() -> None:
    inside, first_left = Barrier(2), Barrier(2)

    def first() -> None:
        with resting_collector():
            inside.wait(10)
        first_left.wait(10)

    def second() -> bool:
        with resting_collector():
            inside.wait(10)
            first_left.wait(10)
            return gc.isenabled()

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.submit(first), pool.submit(second)
        one.result(20)
        assert other.result(20) is False
    assert gc.isenabled()
