import pytest

from retrieval.search.lexical import LexicalIndex, character_pairs, tokens, write_index

ROWS = [
    ("c1", "r1", "青山县 2023年\n审核规范性文件41件"),
    ("c2", "r1", "青山县 2023年\n办理行政复议案件48件"),
    ("c3", "r2", "紹興市 2022年\n審核規範性文件１２件"),
    ("c4", "r2", "绍兴市 2022年\n执法人员培训"),
]


@pytest.fixture
def index(tmp_path):
    write_index(tmp_path / "lexical", ROWS)
    return LexicalIndex(tmp_path / "lexical")


def test_tokens_are_levelled_words_without_punctuation():
    found = tokens("２０２３年，規範性文件！ＡＢＣ……41.5%")
    assert {"2023", "年", "规范", "规范性文件", "文件", "abc", "41.5%"} <= set(found)
    assert not set(found) & set("，！…")
    assert tokens("，。！ \n") == tokens("") == []


def test_pairs_run_within_chinese_words_only():
    assert character_pairs("行政复议48件a备案") == ["行政", "政复", "复议", "件", "备案"]


@pytest.mark.parametrize("question", ["绍兴规范性文件", "紹興規範性文件", "绍兴 规范性文件 12"])
def test_the_best_unit_comes_first_in_either_script(index, question):
    assert index.search(question, 3)[0][0] == "c3"


def test_scores_fall_and_k_holds(index):
    found = index.search("规范性文件 行政复议", 2)
    assert len(found) == 2
    assert found[0][1] >= found[1][1] > 0


def test_scope_is_kept(index):
    assert {i for i, _ in index.search("规范性文件 人员", 10, ["r2"])} == {"c3", "c4"}
    assert index.search("规范性文件", 10, []) == []
    assert index.search("规范性文件", 10, ["r9"]) == []


@pytest.mark.parametrize(
    "question", ["", "。。", "🙂", "() AND words:*", "x" * 10_000, "件" * 10_000]
)
def test_odd_questions_do_no_harm(index, question):
    assert len(index.search(question, 5)) <= 5
    assert index.search(question, 0) == []


def test_replacing_a_report_drops_its_old_units(tmp_path, index):
    assert len(index) == 4
    write_index(tmp_path / "lexical", [("c9", "r1", "审核规范性文件42件")], replaced=["r1"])
    fresh = LexicalIndex(tmp_path / "lexical")
    assert len(fresh) == 3
    assert fresh.ids("r1") == {"c9"}
    assert fresh.ids("r2") == {"c3", "c4"}
    assert len(index) == 4, "an open reader keeps what it opened"
