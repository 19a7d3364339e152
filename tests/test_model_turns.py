"""Turns at computing: how many at once, in which order, and what gives them back."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.model.llm import Allowance, PatientChat
from bot.model.turns import ANSWERING, Turns
from retrieval.errors import ModelFailed


def wait_until(true) -> None:
    end = time.monotonic() + 5
    while not true():
        assert time.monotonic() < end
        time.sleep(0.002)


class Crowd:
    """Threads that take a turn, say so, and hold it until told."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.at_it: list[int] = []
        self.most = 0
        self.order: list[int] = []

    def work(self, number: int, until: threading.Event) -> None:
        with self.turns.taken():
            self.order.append(number)
            self.at_it.append(number)
            self.most = max(self.most, len(self.at_it))
            assert until.wait(5)
            self.at_it.remove(number)


@pytest.mark.parametrize("most", [1, 2, 3])
def test_no_more_than_so_many_compute_at_once_and_first_come_is_first(most: int) -> None:
    crowd, go = Crowd(Turns(most)), threading.Event()
    with ThreadPoolExecutor(20) as pool:
        for number in range(20):
            pool.submit(crowd.work, number, go)
            # nobody gives a turn back before all have come, so the numbers come in order
            wait_until(lambda come=number + 1: len(crowd.turns._queue) + len(crowd.order) == come)
        wait_until(lambda: len(crowd.at_it) == most)
        go.set()
    assert crowd.most == most
    assert sorted(crowd.order) == list(range(20))
    if most == 1:
        assert crowd.order == list(range(20))


def test_a_turn_is_given_back_when_the_work_fails() -> None:
    turns = Turns(1)
    with pytest.raises(ZeroDivisionError), turns.taken():
        raise ZeroDivisionError
    assert not turns.is_held()
    with turns.taken():
        assert turns.is_held()


def test_who_waits_for_something_else_lets_others_compute() -> None:
    crowd, go = Crowd(Turns(1)), threading.Event()
    go.set()
    with crowd.turns.taken(), ThreadPoolExecutor(1) as pool:
        other = pool.submit(crowd.work, 1, go)
        time.sleep(0.05)
        assert not other.done()
        with crowd.turns.lent():
            other.result(5)
        assert crowd.turns.is_held()


def test_who_never_took_a_turn_waits_for_nobody() -> None:
    turns = Turns(1)
    with turns.taken(), ThreadPoolExecutor(1) as pool:

        def bystander() -> bool:
            with turns.lent():
                return turns.is_held()

        assert pool.submit(bystander).result(5) is False


def test_work_without_end_holds_a_turn_no_longer_than_its_lease() -> None:
    crowd, go, never = Crowd(Turns(1, lease_s=0.2)), threading.Event(), threading.Event()
    go.set()
    with ThreadPoolExecutor(2) as pool:
        stuck = pool.submit(crowd.work, 1, never)
        wait_until(lambda: crowd.at_it == [1])
        pool.submit(crowd.work, 2, go).result(5)
        assert not stuck.done()
        never.set()
        stuck.result(5)


class SlowModel:
    """A model whose every piece is waited for, and which may fail after them."""

    name = "slow"

    def __init__(
        self,
        pieces: list[str],
        failure: ModelFailed | None = None,
        wait: Callable[[], object] = bool,
    ) -> None:
        self.pieces, self.failure, self.wait = pieces, failure, wait

    def stream(self, messages, *, max_tokens, deadline_s, on_usage=None):
        for piece in self.pieces:
            self.wait()
            yield piece
        if self.failure is not None:
            raise self.failure


def read(model: SlowModel, got: list[str]) -> None:
    for piece in PatientChat(model).stream([], max_tokens=10, allowance=Allowance()):
        got.append(piece)


def test_a_model_is_waited_for_without_a_turn_and_read_by_lines() -> None:
    pieces = ["一", "、甲\n二", "、", "乙\n", "三"]
    asked = [[] for _ in range(8)]
    all_wait = threading.Barrier(8, timeout=20)  # broken where one waits for another's turn

    def ask(got: list[str]) -> None:
        with ANSWERING.taken():
            read(SlowModel(pieces, wait=all_wait.wait), got)
            assert ANSWERING.is_held()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, asked))
    assert asked == [["一", "、甲\n二", "、乙\n", "三"]] * 8


def test_without_a_turn_a_models_pieces_come_as_they_are() -> None:
    got: list[str] = []
    read(SlowModel(["一", "、", "甲\n"]), got)
    assert got == ["一", "、", "甲\n"]


def test_words_before_a_models_failure_still_come() -> None:
    got: list[str] = []
    failure = ModelFailed("断了", reason="cut", retry=False)
    with ANSWERING.taken(), pytest.raises(ModelFailed):
        read(SlowModel(["一", "、", "甲"], failure), got)
    assert got == ["一", "、甲"]
