from __future__ import annotations

import datetime
import subprocess
import sys

import pytest

from bot.model import budget

DAY = datetime.date(2026, 3, 1)


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4", "deepseek-chat", "", "qwen2.5-coder-1.5b"])
@pytest.mark.parametrize(
    "text", ["", "行政复议申请350件，同比增长75%。", "The county reviewed 31.", "𠮷🙂"]
)
def test_the_estimate_is_never_below_the_count(model, text):
    assert 0 <= budget.count_tokens(text, model) <= budget.estimate_tokens(text)


def test_known_counts():
    assert budget.count_tokens("hello world", "gpt-4o") == 2
    assert budget.count_tokens("<|endoftext|>", "gpt-4o") > 1  # never read as a control token


@pytest.mark.slow
def test_counting_needs_no_network(tmp_path):
    program = (
        "import socket\n"
        "def refuse(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = refuse\nsocket.getaddrinfo = refuse\n"
        "from bot.model.budget import count_tokens\n"
        "print(count_tokens('行政复议'), count_tokens('行政复议', 'text-davinci-003'))\n"
    )
    for cache in (None, str(tmp_path)):  # an empty cache folder means an estimate, no download
        env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": "."}
        if cache:
            env["TIKTOKEN_CACHE_DIR"] = cache
        done = subprocess.run(
            [sys.executable, "-c", program], env=env, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        assert all(int(n) > 0 for n in done.stdout.split())


def test_without_ranks_the_estimate_stands_in(monkeypatch):
    monkeypatch.setattr(budget, "_encoding", lambda model: None)
    assert budget.count_tokens("行政复议ab") == 9


def test_cost_takes_the_longest_known_name():
    assert budget.cost("gpt-4o-mini-2024", 1_000_000, 0) == budget.PRICES["gpt-4o-mini"][0]
    assert budget.cost("GPT-4o", 0, 1_000_000) == budget.PRICES["gpt-4o"][1]
    assert budget.cost("our-own-model", 1_000_000, 1_000_000) == 0


def test_ceilings_for_one_and_for_all():
    daily = budget.DailyBudget(budget.Ceilings(user_tokens=100, all_tokens=150))
    assert daily.allows("a", DAY, 100)
    assert not daily.allows("a", DAY, 101)
    daily.add("a", DAY, 90)
    assert not daily.allows("a", DAY, 20)
    assert daily.allows("b", DAY, 60)
    assert not daily.allows("b", DAY, 61)


def test_a_new_day_starts_afresh_and_a_clock_set_back_does_not():
    daily = budget.DailyBudget(budget.Ceilings(user_tokens=100, all_tokens=100))
    daily.add("a", DAY, 100)
    assert not daily.allows("a", DAY - datetime.timedelta(days=1), 1)
    assert daily.allows("a", DAY + datetime.timedelta(days=1), 100)


def test_counts_survive_a_restart():
    daily = budget.DailyBudget(budget.Ceilings(user_tokens=100, all_tokens=100))
    daily.add("a", DAY, 70)
    again = budget.DailyBudget(budget.Ceilings(user_tokens=100, all_tokens=100))
    again.restore(*daily.spent())
    assert not again.allows("a", DAY, 31)
    assert again.allows("a", DAY, 30)
