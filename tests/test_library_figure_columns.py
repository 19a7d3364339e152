"""Figures by indicator, beside the parts: what they give is what the database gives."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest

from eval.bench.made_reports import write_reports
from retrieval.library import generations
from retrieval.library.figure_columns import FILE
from retrieval.library.ledger import Ledger
from retrieval.library.library import Library
from retrieval.parsing.indicators import Fact
from retrieval.search.embedding import FakeEmbedder

COUNT = 6
REAL = Path(__file__).parents[1] / "eval" / "reports"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made-up reports and real ones, in several parts; one corrected, one removed."""
    folder = tmp_path_factory.mktemp("figures")
    paths = write_reports(folder / "in", COUNT)
    with Library.open(folder / "lib", embedder=FakeEmbedder(), create=True) as opened:
        opened.ingest(paths[:3])
        for path in [*paths[3:], REAL]:
            opened.ingest([path])
        paths[1].write_text(paths[1].read_text("utf-8").replace("行政复议收案", "行政复议收到9"))
        opened.ingest([paths[1]])
        opened.remove(paths[2].name)
    return folder / "lib"


@pytest.fixture
def library(made: Path, tmp_path: Path):
    with Library.open(copytree(made, tmp_path / "lib"), embedder=FakeEmbedder()) as opened:
        yield opened


def ids(library: Library) -> list[str]:
    return [summary.id for summary in library.reports()]


def by_indicator(library: Library) -> dict[str, dict[str, tuple[Fact, ...]]]:
    facts = {report: library.facts(report) for report in ids(library)}
    names = {fact.indicator for of in facts.values() for fact in of if fact.indicator}
    return {
        name: {r: tuple(f for f in of if f.indicator == name) for r, of in facts.items()}
        for name in names
    }


def columns(library: Library) -> list[Path]:
    folder = library.folder / generations.FOLDER / library.generation
    return sorted(folder.glob(FILE.format("*")))


def without_the_database(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Ledger, "figures", lambda *_: pytest.fail("the database was asked"))


def test_every_figure_is_found_without_the_database(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = by_indicator(library)
    assert len(expected) > 20
    without_the_database(monkeypatch)
    for name, of in expected.items():
        assert dict(library.figures(ids(library), [name], [])) == of
    some = sorted(expected)[::3]
    several = dict(library.figures(ids(library), some, []))
    facts = {report: library.facts(report) for report in ids(library)}
    assert several == {r: tuple(f for f in of if f.indicator in some) for r, of in facts.items()}


def test_in_brief_a_figure_told_once_lacks_the_words_around_it_alone(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = by_indicator(library)
    without_the_database(monkeypatch)
    once = often = 0
    for name, of in expected.items():
        told = dict(library.figures(ids(library), [name], [], brief=True))
        assert told.keys() == of.keys()
        for report, facts in of.items():
            if len(facts) == 1:
                [fact], once = facts, once + 1
                bare = {"subject": "", "subject_start": 0, "subject_end": 0, "path": ()}
                facts = (fact._replace(change=None, role="other", **bare),)
            often += len(facts) > 1
            assert told[report] == facts
    assert once
    assert often


def test_merged_parts_have_the_figures_of_all(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generations, "MAX_PARTS", 2)
    library.ingest(write_reports(library.folder.parent / "more", COUNT + 1)[COUNT:])
    assert len(columns(library)) <= 2
    expected = by_indicator(library)
    without_the_database(monkeypatch)
    assert {name: dict(library.figures(ids(library), [name], [])) for name in expected} == expected


@pytest.mark.parametrize("damage", ["cut", "gone", "scrambled"])
def test_the_database_stands_in_for_a_damaged_file(library: Library, damage: str) -> None:
    expected = by_indicator(library)
    assert library.verify() == []
    for path in columns(library):
        raw = path.read_bytes()
        path.unlink()
        if damage != "gone":
            path.write_bytes(raw[:-5] if damage == "cut" else raw.replace(b"[", b"{"))
    with Library.open(library.folder, embedder=FakeEmbedder()) as again:
        for name, of in expected.items():
            assert dict(again.figures(ids(again), [name], [])) == of
        assert bool(again.verify()) == (damage != "gone")
        assert again.rebuild() == []
        assert again.verify() == []
        assert len(columns(again)) == 1


def test_a_figure_that_was_changed_is_noticed(library: Library) -> None:
    for path in columns(library):
        raw = path.read_bytes()
        path.unlink()
        path.write_bytes(raw.replace("件数".encode(), "次数".encode()))
    with Library.open(library.folder, embedder=FakeEmbedder()) as again:
        assert any("数字" in problem.message for problem in again.verify())
