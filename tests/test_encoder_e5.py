"""The bundled model: its file, its pieces, its graph, and what happens where it cannot run."""

import struct
import threading

import numpy as np
import pytest

from retrieval.encoder import e5_graph
from retrieval.encoder.e5_encoder import E5Encoder
from retrieval.encoder.e5_tokens import Tokens
from retrieval.encoder.e5_weights import Pieces, read_weights, unpack, weights_file
from retrieval.encoder.onnx_file import GraphWriter
from retrieval.search.embedding import unit_length

TEXTS = [
    "审核规范性文件41件。",
    "办理行政复议案件48件，纠错率12.5%",
    "Ｔｏｄａｙ  is\tfine",
    "𠮷🙂",
    "",
    "a",
]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def encoder(cache):
    return E5Encoder(cache)


@pytest.fixture(scope="module")
def weights():
    return read_weights(weights_file())


def test_a_block_is_a_scale_and_two_weights_a_byte():
    block = np.zeros((1, 1), np.dtype([("scale", "<f2"), ("pairs", "u1", 16)]))
    block["scale"], block["pairs"] = 0.5, 0x88
    block["pairs"][0, 0, 1] = 0xF0
    found = unpack(block)[0]
    assert found.shape == (32,)
    assert (found[1], found[17]) == (-4.0, 3.5)
    assert not found[[i for i in range(32) if i not in (1, 17)]].any()


def test_the_bundled_file_holds_the_model(weights):
    assert (weights.width, weights.layers, weights.heads, weights.inner_width) == (
        384,
        12,
        12,
        1536,
    )
    assert weights.matrix("l3.fo.w").shape == (384, 1536)
    assert weights.matrix("l3.fi.w").shape == (1536, 384)
    assert weights.vector("l3.q.b").shape == (384,)


@pytest.mark.parametrize("cut", [b"", b"E5S1", b"PK\3\4" + b"\0" * 90, b"E5S1" + b"\1\0\0\0" * 40])
def test_a_file_that_is_no_model_is_refused(tmp_path, cut):
    file = tmp_path / "m.bin"
    file.write_bytes(cut)
    with pytest.raises((ValueError, OSError)):
        read_weights(file)


def test_the_best_split_has_the_highest_sum_of_scores():
    scored = {
        "<unk>": 0.0,
        "▁": -3.0,
        "行": -2.0,
        "政": -2.0,
        "行政": -3.0,
        "政复": -1.5,
        "▁行": -4.0,
    }
    vocabulary = Pieces(
        list(scored), list(scored.values()), 0, 0, 0, {ord("行"): "行", 0xFF0E: "."}
    )
    tokens = Tokens(vocabulary)
    names = list(scored)
    assert [names[i] for i in tokens.of("行政")] == ["▁", "行政"]
    assert [names[i] for i in tokens.of("行政复")] == ["▁行", "政复"]
    assert [names[i] for i in tokens.of("行　".replace("　", "  "))] == ["▁行", "▁"]
    assert [names[i] for i in tokens.of("龘行")] == ["▁", "<unk>", "行"]


def test_characters_are_read_as_the_table_says(weights):
    tokens = Tokens(weights.vocabulary)
    assert tokens.of("４１件") == tokens.of("41件")
    assert tokens.of("") == tokens.of(" ")


def test_a_vector_does_not_depend_on_the_texts_beside_it(encoder):
    together = encoder.encode([*TEXTS, "行政执法" * 60], "passage", workers=2)
    for text, vector in zip(TEXTS, together, strict=False):
        alone = encoder.encode([text], "passage")[0]
        assert np.allclose(alone, vector, atol=1e-4 * np.abs(vector).max())


@pytest.mark.slow
def test_integers_come_near_the_engine_they_replace(encoder):
    engine = pytest.importorskip("eval.bench.engine").EngineEmbedder()
    texts = [TEXTS[0], TEXTS[1], "法治政府建设 " * 300]
    ours = unit_length(encoder.encode(texts, "passage"))
    assert np.sum(ours * engine.embed_documents(texts), axis=1).min() > 0.998
    asked = unit_length(encoder.encode(texts[:1], "query"))[0]
    assert asked @ engine.embed_query(texts[0]) > 0.998


def test_every_text_is_counted_once_when_its_windows_are_done(encoder):
    told = []
    encoder.encode(
        ["法治政府建设 " * 300, "短", "中等长度的一句话。"], "passage", workers=2, done=told.append
    )
    assert sum(told) == 3


def test_threads_may_ask_at_once(encoder):
    expected = encoder.encode([TEXTS[0]], "query")
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(encoder.encode([TEXTS[0]], "query")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(np.array_equal(vector, expected) for vector in found)


def test_the_graphs_are_written_once_and_made_anew_when_damaged(cache, encoder, monkeypatch):
    files = sorted(cache.iterdir())
    sound = [file.read_bytes() for file in files]
    assert len(files) == 2
    for file, graph in zip(files, sound, strict=True):
        file.write_bytes(graph[: len(graph) // 2])
    mended = E5Encoder(cache)
    assert [file.read_bytes() for file in files] == sound
    monkeypatch.setattr(e5_graph, "GraphWriter", lambda name: pytest.fail("made again"))
    again = E5Encoder(cache)
    assert np.array_equal(again.encode(["问"], "query"), mended.encode(["问"], "query"))


def test_the_graphs_of_another_version_are_cleared_away(tmp_path, encoder):
    old = tmp_path / "e5-small-0.0.1-g1.onnx"
    old.write_bytes(b"old")
    (tmp_path / "answers.sqlite").write_bytes(b"kept")
    E5Encoder(tmp_path)
    kept = sorted(file.name for file in tmp_path.iterdir())
    assert kept[0] == "answers.sqlite"
    assert len(kept) == 3
    assert not old.exists()


def test_a_question_asked_alone_twice_enters_the_upper_layers_the_same_way(encoder):
    first = encoder.encode([TEXTS[0]], "query")
    states = encoder.entering([TEXTS[0]], "query", 160)[0]
    assert np.array_equal(encoder.encode([TEXTS[0]], "query"), first)
    assert np.array_equal(encoder.placed(TEXTS[0], "query", 160)[0], states[0])


def test_a_cache_that_cannot_be_written_costs_time_only(tmp_path, encoder):
    closed = tmp_path / "file"
    closed.write_text("no folder")
    unkept = E5Encoder(closed / "cache")
    assert np.array_equal(unkept.encode(["问"], "query"), encoder.encode(["问"], "query"))


def test_numbers_are_written_as_protocol_buffers_have_them():
    graph = GraphWriter("g")
    graph.constant("c", np.array([1.5], np.float32))
    graph.node("Concat", ["c", "c"], "y", axis=-1)
    written = graph.to_bytes()
    assert written.startswith(b"\x08\x08\x12\x06baogao")
    assert struct.pack("<f", 1.5) in written
    # the attribute: its name, -1 as a varint of 64 bits, the type INT
    assert b"\x0a\x04axis\x18" + b"\xff" * 9 + b"\x01\xa0\x01\x02" in written
