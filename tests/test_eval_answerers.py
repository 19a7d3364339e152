"""Measures that cannot flatter: who answered, what a part earns, corrections and absences."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from answering import QINGSHAN, assistant_over

from bot.assistant import Assistant
from bot.holdings import place_index
from eval import parts
from eval.blind import Today, format_cards, read_cards
from eval.cases import BadCase, Case, Evidence
from eval.metrics import absence_stated_falsely, false_premise_corrected, note_kinds
from eval.parts import PARTS, Asked, Worth, add_up, format_worths, weigh_part

CASE = Case("c", "false_premise", "败诉2件吧？", (), ("a",), (("3件",),), (), (Evidence("a", "败诉3件"),), True)  # fmt: skip


def answer(text: str, *kinds: str) -> dict[str, Any]:
    notes = [{"kind": kind, "values": {}} for kind in kinds]
    return {"answer": text, "status": "answered", "sentences": [], "citations": [], "notes": notes}


@pytest.mark.parametrize(
    ("said", "corrected"),
    [
        (answer("问题中的“2件”与原文不符，原文是：败诉3件", "figure_wrong"), 1.0),
        (answer("败诉3件", "quoted_from"), 0.0),  # the right figure beside a premise left standing
        (answer("败诉2件", "figure_wrong"), 0.0),
    ],
)
def test_a_premise_is_corrected_only_where_the_answer_says_what_is_wrong(
    said: dict[str, Any], corrected: float
) -> None:
    assert false_premise_corrected(CASE, said) == (corrected, 1)


def test_an_absence_is_false_where_the_reports_hold_the_evidence() -> None:
    case = replace(CASE, kind="fact")
    assert absence_stated_falsely(case, answer("没有找到", "not_found")) == (1.0, 1)
    assert absence_stated_falsely(case, answer("败诉3件", "not_mentioned")) == (0.0, 1)
    assert absence_stated_falsely(case, answer("败诉4件")) == (0.0, 1)
    assert absence_stated_falsely(replace(case, answerable=False), answer("没有")) is None


def test_kinds_inside_other_notes_are_seen() -> None:
    inner = {"kind": "not_found", "values": {"topic": "x"}}
    outer = {"kind": "sentence", "values": {"what": inner, "more": [inner]}}
    assert note_kinds({"notes": [outer]}) == {"sentence", "not_found"}


def test_every_answerer_search_and_word_list_can_be_taken_away() -> None:
    assert {"dense", "lexical", "scope", "fact", "follow_through", "synonyms.txt"} <= set(PARTS)


def test_what_parts_earn_is_summed_over_suites_and_the_most_comes_first() -> None:
    little = Worth("talk.txt", 9, 1, (), ("x",))
    one = Worth("fact", 5, 4, ("a",), (), 90, 2)
    much = add_up([one, Worth("fact", 2, 2, ("b", "c"), ("d",), -20, 1)])
    assert (much.asked, much.changed, much.lost, much.gained) == (7, 6, ("a", "b", "c"), ("d",))
    rows = format_worths([little, much]).splitlines()
    assert rows[2].split() == ["fact", "7", "6", "3", "1", "+70", "+3"]


def test_a_blind_set_shows_its_first_run_beside_todays(tmp_path: Path) -> None:
    folder = tmp_path / "2026-01-31"
    folder.mkdir()
    first = {"date": "2026-01-31", "right": 31, "of": 60}
    card = {"writer": "an analyst", "knowledge": "none", "reports": "real", "first_run": first}
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    (read,) = read_cards(tmp_path, {"real": tmp_path})
    assert (read.reports, read.right, read.of) == ((tmp_path,), 31, 60)
    assert "31/60 0.52" in format_cards([(read, Today(55, 60, 180.0, 0.8))])
    card["reports"] = ["real", "../2026-01-30/reports"]
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    (read,) = read_cards(tmp_path, {"real": tmp_path})
    assert read.reports == (tmp_path, folder / "../2026-01-30/reports")
    (folder / "card.json").write_text('{"writer": "x"}', encoding="utf-8")
    with pytest.raises(BadCase, match=r"2026-01-31/card\.json"):
        read_cards(tmp_path, {})


def test_what_a_library_keeps_is_made_again_without_the_part(monkeypatch, tmp_path) -> None:
    def names_of_places(_: object, assistant: Assistant) -> list[Asked]:
        names = ",".join(place_index(assistant.library).own_names())
        return [Asked(CASE, (names, "answered"), "fact", True)]

    monkeypatch.setattr(parts, "ask_all", names_of_places)
    with assistant_over(tmp_path, {"a.txt": QINGSHAN}) as whole:
        asked = names_of_places([CASE], whole)
        assert "青山县" in asked[0].said[0]
        short = "retrieval.places.gazetteer:short_name"
        assert weigh_part(short, [(whole.library, asked)]).changed == 1
        assert weigh_part("talk.txt", [(whole.library, asked)]).changed == 0


def test_a_part_of_many_cases_is_weighed_on_some_evenly_spread(monkeypatch) -> None:
    def asked_anew(cases, *_: object) -> list[Asked]:
        return [Asked(case, ("", ""), "", False) for case in cases]

    monkeypatch.setattr(parts, "ask_all", asked_anew)
    monkeypatch.setattr(parts, "Assistant", lambda library: library)
    monkeypatch.setattr(parts, "_reopened", lambda library: library)
    names = ("one", "a", 30), ("other", "b", 10)
    suites = [
        (
            library,
            [
                Asked(replace(CASE, id=f"{letter}{n}"), ("said", "answered"), "fact", True)
                for n in range(count)
            ],
        )
        for library, letter, count in names
    ]
    worth = weigh_part("talk.txt", suites, most=8)
    assert (worth.asked, worth.changed) == (8, 8)
    assert worth.lost == ("a0", "a5", "a10", "a15", "a20", "a25", "b0", "b5")
    assert weigh_part("talk.txt", suites, most=40).asked == 40
    assert weigh_part("talk.txt", [("none", [])]).asked == 0
