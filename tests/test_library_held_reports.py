"""What a file may share with a held report is looked up: the same as a walk over all would find."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from library_fakes import open_library, parse_lines, report_text

from retrieval.library.held_reports import HeldReports
from retrieval.library.stored_values import Entry

PLACES = ((), ("甲省",), ("甲省", "乙县"), ("乙县",), ("丙省", "乙县"), ("丙省",))


def entry(report: str, random: Random) -> Entry:
    meta = parse_lines("", f"{random.randint(0, 3)}.txt", report).meta
    meta = replace(meta, place=random.choice(PLACES), year=random.choice((None, 2022, 2023)))
    held = str(random.randint(0, 5))
    return Entry(report, 1, meta.source, f"/in/{held}", held, 9, 1, meta, (), "")


def may_be_one(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return not one or not other or all(map(str.__eq__, one[::-1], other[::-1]))


@pytest.mark.parametrize("seed", range(5))
def test_a_look_up_finds_what_a_walk_finds_in_the_same_order(seed):
    random, walked, held = Random(seed), dict[str, Entry](), HeldReports()
    for _ in range(300):
        report = f"r{random.randint(0, 40)}"
        if report in walked and random.random() < 0.4:
            del walked[report]
            held.drop(report)
        else:
            walked[report] = entry(report, random)
            held.put(walked[report])
        asked = entry("asked", random)
        year, place = asked.meta.year, asked.meta.place
        entries = list(walked.values())
        assert list(held) == entries
        assert len(held) == len(entries)
        assert held.of_content(asked.content_key) == [
            e for e in entries if e.content_key == asked.content_key
        ]
        assert held.of_origin(asked.origin) == [e for e in entries if e.origin == asked.origin]
        assert held.of_source(asked.source) == [e for e in entries if e.source == asked.source]
        assert held.claiming(asked.meta) == [
            e for e in entries if (e.meta.year, e.meta.place) == (year, place)
        ]
        assert held.may_claim(asked.meta) == [
            e for e in entries if e.meta.year == year and may_be_one(e.meta.place, place)
        ]


def test_a_report_taken_in_again_after_it_was_removed_is_told_anew(tmp_path):
    first, again = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text(report_text(place="青山县"), "utf-8")
    with open_library(tmp_path / "lib") as library:
        library.ingest([first])
        assert [s.meta.source for s in library.reports()] == ["a.txt"]
        library.remove("a.txt")
        first.rename(again)
        [result] = library.ingest([again])
        assert result.status == "added"
        assert [s.meta.source for s in library.reports()] == ["b.txt"]


def test_a_run_that_fails_leaves_nothing_in_memory_that_is_not_served(tmp_path, monkeypatch):
    one, other = tmp_path / "a.txt", tmp_path / "b.txt"
    one.write_text(report_text(place="青山县"), "utf-8")
    other.write_text(report_text(place="绿水县"), "utf-8")
    with open_library(tmp_path / "lib") as library:
        library.ingest([one])
        with monkeypatch.context() as broken:
            broken.setattr("retrieval.library.generations.write_index", _refuse)
            with pytest.raises(RuntimeError, match="full"):
                library.ingest([other])
        assert [r.status for r in library.ingest([one, other])] == ["unchanged", "added"]


def _refuse(*_, **__):
    raise RuntimeError("full")
