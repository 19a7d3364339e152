"""One paper or two: a page's lines may differ, nothing that is said may."""

import textwrap
from itertools import islice

import pytest
from library_fakes import open_library

from eval.bench.made_reports import made_reports
from retrieval.library import ingestion
from retrieval.library.same_paper import (
    are_one_paper,
    first_runs,
    likeness,
    may_be_one_paper,
    read_paper,
    sketch,
)

TEXT = "\n".join(text for _, text in islice(made_reports(3), 3))
LINES = TEXT.split("\n")
TABLE = "\n".join(
    ["项目", "上年结转", "本年新收", "行政复议申请", "3", "41", "行政诉讼", "5", "12"]
)


def one(a: str, b: str) -> bool:
    papers = read_paper(a), read_paper(b)
    found = are_one_paper(*papers)
    assert found == are_one_paper(*papers[::-1])
    return found


@pytest.mark.parametrize(
    "other",
    [
        TEXT,
        TEXT.replace("\n", "\r\n\r\n"),
        TEXT.replace("，", ","),
        "首页\n走进青山\n办事大厅\n浏览次数：103\n" + TEXT + "\n上一篇：通知\n版权所有 某某政府",
        "\n".join(textwrap.wrap(TEXT.replace("\n", ""), 37)),
        "\n".join(line for i, s in enumerate(LINES) for line in [s, f"- {i} -"]),
        "\n".join(
            line + ("\n12\n法治政府建设年度报告" if i % 9 == 8 else "")
            for i, line in enumerate(textwrap.wrap(TEXT.replace("\n", ""), 31))
        ),
        f"{TEXT[:200]}&nbsp;{TEXT[200:]}",
    ],
)
def test_lines_of_the_page_make_no_second_paper(other):
    assert one(TEXT, other)


def test_menus_of_two_sites_make_no_second_paper():
    assert one("首页\n走进青山\n" + TEXT, "网站首页\n政务之窗\n阅读量\n" + TEXT + "\n政府网站标识")


@pytest.mark.parametrize(
    "other",
    [
        TEXT.replace("件，", "宗，", 1),
        TEXT[:-60] + TEXT[-60:].replace("个系统", "套系统"),
        TEXT + "\n（三）完善制度，全年修订办法五件。",
        TEXT[: len(TEXT) // 2],
        TEXT.replace("二、存在的问题", "二、存在的困难", 1),
    ],
)
def test_a_word_changed_or_a_line_more_makes_a_second_paper(other):
    assert not one(TEXT, other)


@pytest.mark.parametrize(("old", "new"), [("\n3\n", "\n4\n"), ("\n41\n", "\n5\n"), ("12", "13")])
def test_a_changed_cell_makes_a_second_paper(old, new):
    assert not one(TEXT + TABLE + TEXT, TEXT + TABLE.replace(old, new) + TEXT)


def test_long_texts_are_compared_to_their_end():
    long = "\n".join(text for _, text in made_reports(120))
    assert len(long) > 40_000
    assert not one(long, long[:-4] + "五个系统")
    assert one(long, "首页\n" + long)


def test_lines_without_end_that_might_be_left_out_are_given_up():
    assert not one("甲\n乙\n" * 20_000 + TEXT, "乙\n甲\n甲\n" * 13_300 + TEXT.replace("件", "宗"))


def test_likeness_of_long_texts_is_near_what_all_runs_give():
    texts = [text for _, text in made_reports(60)]
    whole, part = "\n".join(texts), "\n".join(texts[:50])

    def runs(text: str) -> set[str]:
        folded = "".join(text.split())
        return {folded[i : i + 8] for i in range(len(folded) - 7)}

    exact = len(runs(whole) & runs(part)) / len(runs(part))
    assert likeness(sketch(whole), sketch(part)) == pytest.approx(exact, abs=0.07)
    assert likeness(sketch(whole), sketch(whole)) == 1.0
    assert likeness(sketch(texts[0]), sketch(texts[0] * 2)) == 0.0


def test_a_held_text_is_read_once_a_run_however_many_are_compared_with_it(tmp_path, monkeypatch):
    read = []

    def counted(text):
        read.append(len(text))
        return read_paper(text)

    monkeypatch.setattr(ingestion, "read_paper", counted)
    (tmp_path / "in").mkdir()
    text = next(made_reports(1))[1]
    for i in range(12):
        (tmp_path / "in" / f"{i:02}.txt").write_text(f"{text}附：全年办理案件{i}件。\n", "utf-8")
    with open_library(tmp_path / "lib", parse=None) as library:
        assert {r.status for r in library.ingest([tmp_path / "in"])} == {"added"}
    assert len(read) <= 2 * 12


def test_texts_that_say_other_things_are_read_once_however_few_are_kept(tmp_path, monkeypatch):
    read = []

    def counted(text):
        read.append(len(text))
        return read_paper(text)

    monkeypatch.setattr(ingestion, "read_paper", counted)
    monkeypatch.setattr(ingestion, "KEPT_PAPERS", 2)
    (tmp_path / "in").mkdir()
    sentences = [f"第{n * 7919 % 10007}号事项由经办人{n}于当月办结。" for n in range(1200)]
    for i in range(12):
        text = "".join(sentences[i * 100 : i * 100 + 100])
        (tmp_path / "in" / f"{i:02}.txt").write_text(text, "utf-8")
    with open_library(tmp_path / "lib", parse=None) as library:
        assert {r.status for r in library.ingest([tmp_path / "in"])} == {"added"}
    assert len(read) <= 2 * 12


def test_a_first_look_lets_a_papers_other_forms_through():
    raw = [text for _, text in made_reports(40)]
    paper, other = "\n".join(raw[:20]), "\n".join(raw[20:])
    lines = [line[at : at + 30] for line in paper.split("\n") for at in range(0, len(line), 30)]
    pages = [lines[at : at + 25] for at in range(0, len(lines), 25)]
    printed = "\n".join("\n".join([*page, f"— {n} —"]) for n, page in enumerate(pages, start=1))
    seen = first_runs(read_paper(paper))
    assert may_be_one_paper(seen, first_runs(read_paper("首页\n政务公开\n" + printed)))
    assert are_one_paper(read_paper(paper), read_paper(printed))
    assert len(seen & first_runs(read_paper(other))) < len(seen)
