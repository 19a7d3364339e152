"""The trained layers that read a message, and what becomes of it where they cannot be loaded."""

from __future__ import annotations

import math

import numpy as np
import pytest

from retrieval.encoder.e5_encoder import bundled_encoder
from retrieval.encoder.e5_tokens import engine_text
from retrieval.encoder.stored_layers import stored_layers
from retrieval.question import question_layers
from retrieval.question.features import MARKS, NameTable, character_marks
from retrieval.question.question_layers import shipped_file, shipped_layers
from retrieval.question.trained import TrainedReader, shipped_models
from retrieval.question.wishes import likeliest

QUESTION = "柳坪县2023年审核了多少件规范性文件？明年打算怎么做"


@pytest.mark.parametrize("text", ["綦江", "ＡＢ c　d  e", "㎡①", "\0\ud800", "a" * 3000, " 問題 "])
def test_every_character_lies_in_a_token_that_was_read(text: str):
    states, rows = bundled_encoder().placed(engine_text(text), "query", 40)
    assert rows.shape == (len(text),)
    assert (np.diff(rows) >= 0).all()
    assert rows.min() >= 1
    assert rows.max() < len(states) <= 40


def test_tokens_with_places_are_the_tokens_without():
    tokens = bundled_encoder()._tokens
    for text in (QUESTION, "What did Qijiang  do, 2023？", "㎡ ㈠ １２"):
        assert tokens.placed(text)[0] == tokens.of(text)


def test_the_graph_reads_as_the_formula_does():
    """One layer of an encoder, written out: https://arxiv.org/abs/1706.03762 with norms behind."""
    layers = stored_layers(shipped_file())
    told = shipped_layers()
    assert told is not None
    states = bundled_encoder().placed(QUESTION, "query", 160)[0]
    state = states.astype(np.float64)
    heads, width = layers.heads, states.shape[1]

    def linear(x, name):
        return x @ layers.matrix(f"{name}.w").T + layers.vector(f"{name}.b")

    def norm(x, name):
        x = x - x.mean(-1, keepdims=True)
        x = x / np.sqrt((x**2).mean(-1, keepdims=True) + layers.epsilon)
        return x * layers.vector(f"{name}.w") + layers.vector(f"{name}.b")

    def apart(x):
        return x.reshape(len(x), heads, width // heads).transpose(1, 0, 2)

    for i in range(4):
        q, k, v = (apart(linear(state, f"l{i}.{part}")) for part in "qkv")
        scores = q @ k.transpose(0, 2, 1) / math.sqrt(width // heads)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        seen = (shares @ v).transpose(1, 0, 2).reshape(len(state), width)
        state = norm(state + linear(seen, f"l{i}.ao"), f"l{i}.aln")
        inner = linear(state, f"l{i}.fi")
        bent = inner * 0.5 * (1 + np.vectorize(math.erf)(inner / math.sqrt(2)))
        state = norm(state + linear(bent, f"l{i}.fo"), f"l{i}.oln")
    marks = np.zeros((1, len(states), layers.matrix("marks.w").shape[1]), np.float32)
    given = {
        "entering": states[np.newaxis],
        "marks": marks,
        "lengths": np.array([len(states)], np.int32),
    }
    found = told._reading.run(["leaving"], given)[0][0]
    near = (found * state).sum(-1) / np.linalg.norm(found, axis=-1) / np.linalg.norm(state, axis=-1)
    assert near.min() > 0.99


def test_what_was_wished_before_is_read_with_a_message():
    layers, names = shipped_layers(), NameTable()
    assert layers is not None
    alone = layers.read("那上虞呢", names, None, follows=False).acts
    further = layers.read("那上虞呢", names, ("problems", "list"), follows=True).acts
    assert likeliest([further])[0][0] == "same"
    assert alone != further


def test_readings_of_a_part_are_probabilities():
    layers = shipped_layers()
    assert layers is not None
    reading = layers.read(QUESTION, NameTable(), None, follows=False)
    wishes = reading.wishes(0, len(QUESTION))
    assert sum(math.exp(log) for log in wishes.values()) == pytest.approx(1, abs=1e-4)
    assert set(wishes) == set(shipped_models().wishes.wishes([], np.zeros(128, np.float32)))


def test_marks_tell_names_years_and_words():
    marks = character_marks("綦江2023年办了3件", NameTable(["綦江"]))

    def told(row: int) -> set[str]:
        return {mark for mark, has in zip(MARKS, marks[row], strict=True) if has}

    assert {"B-short", "wB"} <= told(0)
    assert {"I-short", "wE"} <= told(1)
    assert "yB" in told(2)
    assert "nB" in told(9)


@pytest.fixture
def unloadable(monkeypatch: pytest.MonkeyPatch):
    def broken(_layers):
        raise OSError("wrong ELF class")

    for kept in (shipped_layers, shipped_models):
        kept.cache_clear()
    monkeypatch.setattr(question_layers, "QuestionLayers", broken)
    yield
    for kept in (shipped_layers, shipped_models):
        kept.cache_clear()


@pytest.mark.usefixtures("unloadable")
def test_without_the_layers_the_regressions_read_alone():
    assert shipped_layers() is None
    request = TrainedReader(["綦江"]).read("綦江2023年审核了多少件规范性文件")
    (ask,) = request.asks
    assert (request.act, ask.content, ask.operation) == ("ask", "figure", "tell")
    assert (ask.places, ask.years) == (("綦江",), (2023,))


def test_what_two_readers_tell_is_the_mean_of_their_logarithms():
    one = {"ask": math.log(0.8), "chat": math.log(0.2)}
    other = {"ask": math.log(0.2), "chat": math.log(0.8)}
    assert likeliest([one]) == [("ask", pytest.approx(0.8)), ("chat", pytest.approx(0.2))]
    assert [p for _, p in likeliest([one, other])] == [pytest.approx(0.5)] * 2
    assert likeliest([one, one, other])[0][0] == "ask"
