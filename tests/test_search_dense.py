import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.search.dense import DenseMatrix, link_part, write_matrix


def matrix_in(folder, counts, vectors):
    rows = [(f"c{r}-{i}", f"r{r}") for r, n in enumerate(counts) for i in range(n)]
    write_matrix(folder, rows, vectors, 4)
    return DenseMatrix(folder)


@pytest.mark.slow
@settings(deadline=None)
@given(
    counts=st.lists(st.integers(0, 6), max_size=6),
    seed=st.integers(0, 99),
    k=st.integers(0, 12),
    scope=st.none() | st.sets(st.integers(0, 8)),
)
def test_the_scan_equals_brute_force(tmp_path_factory, counts, seed, k, scope):
    total = sum(counts)
    # Few distinct values, so that ties happen; every fifth row has no vector.
    vectors = np.random.default_rng(seed).integers(-2, 3, (total, 4)).astype(np.float32)
    given_vectors = [None if i % 5 == 4 else v for i, v in enumerate(vectors)]
    matrix = matrix_in(tmp_path_factory.mktemp("m"), counts, given_vectors)
    question = np.array([1, 0.5, -1, 0.25], dtype=np.float32)
    reports = None if scope is None else {f"r{r}" for r in scope}

    everything = [
        (chunk, float(v @ question))
        for (chunk, report), v in zip(matrix.rows, given_vectors, strict=True)
        if v is not None and v @ question != 0 and (reports is None or report in reports)
    ]
    expected = sorted(everything, key=lambda pair: -pair[1])[:k]
    found = matrix.search(question, k, reports)
    assert [c for c, _ in found] == [c for c, _ in expected]
    assert np.allclose([s for _, s in found], [s for _, s in expected])


def test_many_rows_take_the_short_way_to_the_same_end(tmp_path):
    vectors = np.random.default_rng(1).normal(size=(3000, 4)).astype(np.float32)
    matrix = matrix_in(tmp_path, [1000, 2000], vectors)
    question = vectors[1500]
    best = np.argsort(-(vectors @ question))[:7]
    assert [c for c, _ in matrix.search(question, 7)] == [matrix.rows[i][0] for i in best]


@pytest.mark.parametrize(
    "damage", ["vectors-000001.npy", "chunks-000001.npy", "reports-000001.tsv"]
)
def test_cut_files_are_noticed(tmp_path, damage):
    matrix_in(tmp_path, [5, 5], np.ones((10, 4), np.float32))
    path = tmp_path / damage
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ValueError, match=r".+"):
        DenseMatrix(tmp_path)


def test_an_empty_matrix_finds_nothing(tmp_path):
    assert matrix_in(tmp_path, [], []).search(np.ones(4, np.float32), 3) == []


def test_of_a_report_in_several_parts_the_newest_counts(tmp_path):
    first, second = np.eye(4, dtype=np.float32), np.eye(4, dtype=np.float32)[[2, 3]]
    rows = [("a0", "r1"), ("a1", "r1"), ("b0", "r2"), ("c0", "r3")]
    write_matrix(tmp_path, rows, first, 4)
    write_matrix(tmp_path, [("a2", "r1"), ("d0", "r0")], second, 4, "000002")
    matrix = DenseMatrix(tmp_path, {"r0", "r1", "r2"})
    assert matrix.rows == [("d0", "r0"), ("a2", "r1"), ("b0", "r2")]
    assert len(matrix) == 3
    question = np.array([4, 3, 2, 1], np.float32)
    for scope in (None, {"r0", "r1", "r2", "r3"}):
        # b0 and a2 are alike: the earlier report comes first, whichever part holds it
        assert [c for c, _ in matrix.search(question, 9, scope)] == ["a2", "b0", "d0"]
    assert [c for c, _ in matrix.search(question, 1)] == ["a2"]


def test_a_part_linked_into_another_folder_is_the_same(tmp_path):
    matrix = matrix_in(tmp_path, [2, 3], [None, *np.ones((4, 4), np.float32)])
    (tmp_path / "new").mkdir()
    link_part(tmp_path, "000001", tmp_path / "new")
    linked = DenseMatrix(tmp_path / "new")
    assert linked.rows == matrix.rows
    assert linked.lacking == {"r0": 1}
