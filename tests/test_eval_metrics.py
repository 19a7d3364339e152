"""Every metric checked by hand on answers small enough to read."""

from __future__ import annotations

from typing import Any

import pytest

from eval import metrics
from eval.cases import Case, Evidence
from eval.metrics import Source

TEXT = "今年受理案件36件，审结30件。收到申请65件。问题：一是认识不足；二是力量不够。"
OTHER = "全年受理案件54宗，同比上升74%。"
SOURCES = {"r1": Source("r1", "a_2023.txt", TEXT), "r2": Source("r2", "b_2022.txt", OTHER)}


def span(words: str, report: str = "r1") -> tuple[str, int, int]:
    start = SOURCES[report].text.index(words)
    return report, start, start + len(words)


def case(**changes: Any) -> Case:
    fields: dict[str, Any] = {
        "id": "c1",
        "kind": "fact",
        "question": "受理多少件？",
        "history": (),
        "docs": ("a_2023",),
        "must": (("36件",),),
        "must_not": (),
        "evidence": (Evidence("a_2023", "受理案件36件"),),
        "answerable": True,
    }
    return Case(**{**fields, **changes})


def answer(*claims: tuple[str, list[tuple[str, int, int]]], **changes: Any) -> dict[str, Any]:
    """An answer of claims, each with the spans it cites; further keys as given."""
    sentences, citations = [], []
    for text, spans in claims:
        numbers = []
        for report, start, end in spans:
            numbers.append(len(citations) + 1)
            source = SOURCES[report]
            citations.append(
                {
                    "n": len(citations) + 1,
                    "report": report,
                    "source": source.name,
                    "year": int(source.name[2:6]),
                    "start": start,
                    "end": end,
                    "quote": source.text[start:end],
                }
            )
        sentences.append({"text": text, "kind": "claim", "citations": numbers})
    found = {
        "status": "answered",
        "answer": "",
        "sentences": sentences,
        "citations": citations,
        "scope": {"reports": ["r1"], "missing": []},
        "model": None,
        "usage": {},
    }
    return {**found, **changes}


def gold(one: Case) -> list[list[tuple[str, int, int]]]:
    return [metrics.locate(piece, SOURCES.values()) for piece in one.evidence]


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("共３６ 件。", "36件", True),
        ("共136件", "36件", False),
        ("共65件", "5件", False),
        ("占1.99%", "99%", False),
        ("占99%", "99%", True),
        ("占99.35%", "99", False),
        ("收案12,568宗", "568宗", False),
        ("收案12,568宗", "12", False),
        ("2023,65件", "65件", True),
        ("表：2022 350件", "350件", True),
        ("ABC工程", "abc工程", True),
        ("第2023号", "2023", True),
        ("20231", "2023", False),
        ("65件和136件，另有36件", "36件", True),
        ("什么也没有", "36件", False),
    ],
)
def test_words_are_found_whole(text: str, words: str, expected: bool) -> None:
    assert metrics.says(metrics.fold(text), words) is expected


def test_must_is_an_and_of_ors_over_claims_and_notes() -> None:
    one = case(must=(("36件", "三十六件"), ("65件",)))
    given = answer(("受理三十六件", []))
    assert metrics.missing_facts(one, given) == (("65件",),)
    given["sentences"].append({"text": "收到65件", "kind": "note", "citations": []})
    assert metrics.missing_facts(one, given) == ()


def test_markers_are_no_part_of_what_is_said() -> None:
    given = answer(answer="受理36[1]件，文号〔2022〕15号")
    words = metrics.answer_words(given)
    assert metrics.says(words, "36件")
    assert metrics.says(words, "〔2022〕15号")


@pytest.mark.parametrize(
    ("changes", "status", "text", "expected"),
    [
        ({}, "answered", "36件", True),
        ({}, "abstained", "36件", False),
        ({}, "crashed", "", False),
        ({"must_not": ("65件",)}, "answered", "36件，65件", False),
        ({"kind": "false_premise"}, "abstained", "36件", True),
        ({"kind": "unanswerable", "must": (), "answerable": False}, "abstained", "没有", True),
        ({"kind": "unanswerable", "must": (), "answerable": False}, "clarify", "哪个区", True),
        ({"kind": "unanswerable", "must": (), "answerable": False}, "answered", "9件", False),
        ({"kind": "unanswerable", "must": (), "answerable": False}, "crashed", "", False),
    ],
)
def test_a_case_passes_as_a_whole(
    changes: dict[str, Any], status: str, text: str, expected: bool
) -> None:
    assert metrics.passed(case(**changes), answer((text, []), status=status)) is expected


def test_evidence_recall_counts_characters_in_order_and_cuts_the_last_hit() -> None:
    places = [[span("受理案件36件")], [span("收到申请65件")]]
    first, second = span("今年受理案件36件，"), span("收到申请65件。")
    assert metrics.evidence_recall(places, [first, second]) == (1, 1)
    assert metrics.evidence_recall(places, [first, second], budget=11) == (0.5, 1)
    length = first[2] - first[1]
    assert metrics.evidence_recall(places, [first, second], budget=length + 6) == (0.5, 1)
    assert metrics.evidence_recall(places, [first, second], budget=length + 8) == (1, 1)
    assert metrics.evidence_recall([], [first]) is None


def test_evidence_may_be_pieced_together_but_only_in_its_own_report() -> None:
    report, start, end = span("受理案件36件")
    halves = [(report, start, start + 4), (report, start + 4, end)]
    assert metrics.evidence_recall([[(report, start, end)]], halves) == (1, 1)
    assert metrics.evidence_recall([[(report, start, end)]], [("r2", start, end)]) == (0, 1)


def test_covered_counts_overlapping_spans_once() -> None:
    assert metrics.covered(("r", 0, 10), [("r", 0, 6), ("r", 4, 8), ("r", 20, 30)]) == 0.8


def test_ranks() -> None:
    places = [[span("受理案件36件")], [span("收到申请65件")]]
    hits = [span("问题"), span("收到申请65件。"), span("受理案件36件，")]
    assert metrics.reciprocal_rank(places, hits) == (0.5, 1)
    assert metrics.recall_at(places, hits, 1) == (0, 1)
    assert metrics.recall_at(places, hits, 2) == (0.5, 1)
    assert metrics.recall_at(places, hits, 3) == (1, 1)
    assert metrics.reciprocal_rank(places, hits[:1]) == (0, 1)
    assert metrics.reciprocal_rank([], hits) is None


def test_list_recall_and_invented_items() -> None:
    one = case(
        kind="list",
        must=(("认识不足",), ("力量不够",)),
        evidence=(Evidence("a_2023", "一是认识不足"), Evidence("a_2023", "二是力量不够")),
    )
    half = answer(("一是认识不足", [span("一是认识不足；")]), ("经费紧张", [span("审结30件")]))
    assert metrics.list_recall(one, half) == (0.5, 1)
    assert metrics.invented_items(one, half, gold(one)) == (1, 1)
    assert metrics.list_recall(one, answer(status="abstained")) == (0, 1)
    unproved = case(kind="list", must=(("认识不足",), ("经费",)), evidence=one.evidence)
    assert metrics.invented_items(unproved, half, gold(unproved)) is None
    assert metrics.list_recall(case(), half) is None


def test_a_cell_needs_the_value_and_the_citation_in_one_claim() -> None:
    one = case(
        kind="table",
        must=(("36件",), ("54宗",)),
        evidence=(Evidence("a_2023", "受理案件36件"), Evidence("b_2022", "受理案件54宗")),
    )
    first = ("甲：36件", [span("受理案件36件")])
    swapped = ("乙：54宗", [span("受理案件36件")])
    second = ("乙：54宗", [span("受理案件54宗", "r2")])
    assert metrics.comparison_cells(one, answer(first, second), gold(one)) == (2, 2)
    assert metrics.comparison_cells(one, answer(first, swapped), gold(one)) == (1, 2)
    assert metrics.comparison_cells(case(kind="table"), answer(first), gold(case())) is None
    assert metrics.comparison_cells(case(), answer(first), gold(case())) is None


def test_citation_precision_and_recall() -> None:
    one = case(evidence=(Evidence("a_2023", "受理案件36件"), Evidence("a_2023", "收到申请65件")))
    given = answer(("36件", [span("今年受理案件36件，审结30件。"), span("问题：")]))
    assert metrics.citation_precision(one, given, gold(one)) == (1, 2)
    assert metrics.citation_recall(one, given, gold(one)) == (1, 2)
    assert metrics.citation_precision(one, answer(), gold(one)) is None
    assert metrics.citation_recall(one, answer(), gold(one)) == (0, 2)
    assert metrics.citation_precision(case(kind="brief"), given, gold(one)) is None


def test_a_touch_is_no_citation() -> None:
    assert not metrics.overlaps(("r", 0, 10), ("r", 9, 20))
    assert metrics.overlaps(("r", 0, 10), ("r", 5, 200))
    assert not metrics.overlaps(("r", 0, 10), ("s", 0, 10))


def test_quotes_must_be_the_stored_words() -> None:
    given = answer(("36件", [span("受理案件36件")]), ("54宗", [span("受理案件54宗", "r2")]))
    assert metrics.quotes_resolved(given, SOURCES) == (2, 2)
    given["citations"][1]["quote"] = "受理案件55宗"
    assert metrics.quotes_resolved(given, SOURCES) == (1, 2)
    given["citations"][0]["report"] = "unknown"
    assert metrics.quotes_resolved(given, SOURCES) == (0, 2)
    assert metrics.quotes_resolved(answer(), SOURCES) is None


def test_claims_need_a_citation_that_is_listed() -> None:
    given = answer(("36件", [span("受理案件36件")]), ("65件", []))
    assert metrics.claims_cited(given) == (1, 2)
    given["sentences"][1]["citations"] = [9]
    assert metrics.claims_cited(given) == (1, 2)
    given["sentences"][1]["kind"] = "note"
    assert metrics.claims_cited(given) == (1, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("受理３６件", (1, 1)),
        ("受理36件，审结31件", (1, 2)),
        ("受理36万件", (0, 1)),
        ("受理6件", (0, 1)),
        ("1. 受理36件", (1, 1)),
        ("1.5%的案件", (0, 1)),
        ("受理3(1)6件", (0, 3)),
        ("2023年受理36件", (2, 2)),
        ("2022年受理36件", (1, 2)),
        ("没有数字", None),
    ],
)
def test_numbers_of_claims_stand_in_their_quotes(
    text: str, expected: tuple[int, int] | None
) -> None:
    assert metrics.numbers_locked(answer((text, [span("受理案件36件，审结30件")]))) == expected


def test_numbers_without_group_commas_are_the_same_number() -> None:
    assert metrics.numbers_in("1,568宗和2.5万户，３０%") == ["1568", "2.5万", "30%"]


def test_wrong_report_citations_are_counted() -> None:
    given = answer(("36件", [span("受理案件36件"), span("受理案件54宗", "r2")]))
    assert metrics.wrong_report_citations(case(), given, SOURCES) == (1, 1)
    assert metrics.wrong_report_citations(case(docs=()), given, SOURCES) is None


def test_refusals() -> None:
    silent, asked = answer(status="abstained"), answer(status="clarify")
    lost = case(kind="unanswerable", must=(), answerable=False)
    assert metrics.abstention_recall(lost, silent) == (1, 1)
    assert metrics.abstention_recall(lost, answer()) == (0, 1)
    assert metrics.abstention_recall(case(), silent) is None
    assert metrics.abstention_precision(lost, asked) == (1, 1)
    assert metrics.abstention_precision(case(), asked) == (0, 1)
    assert metrics.abstention_precision(case(), answer()) is None
    assert metrics.over_refusal(case(), asked) == (1, 1)
    assert metrics.over_refusal(case(kind="false_premise"), silent) is None
    assert metrics.over_refusal(lost, silent) is None


def test_length_is_that_of_the_claims_of_answered_facts() -> None:
    given = answer(("受理36件。", []))
    given["sentences"].append({"text": "检索范围：一份报告", "kind": "note", "citations": []})
    assert metrics.answer_length(case(), given) == 6
    assert metrics.answer_length(case(kind="list"), given) is None
    assert metrics.answer_length(case(), answer(status="abstained")) is None


@pytest.mark.parametrize(
    ("changes", "given", "retrieved", "expected"),
    [
        ({}, answer(scope={"reports": ["r2"], "missing": []}), True, "scope"),
        ({}, answer(), False, "not retrieved"),
        ({}, answer(status="abstained"), False, "not retrieved, refused"),
        ({}, answer(status="abstained"), True, "refused"),
        ({}, answer(("65件", [span("收到申请65件")])), True, "not chosen"),
        ({}, answer(("数件", [span("受理案件36件")])), True, "wording"),
        (
            {"must_not": ("数件",)},
            answer(("数件", [span("受理案件36件")])),
            True,
            "forbidden words",
        ),
        ({"kind": "unanswerable", "answerable": False}, answer(), True, "not refused"),
        ({}, answer(status="crashed"), True, "crashed"),
    ],
)
def test_where_a_case_was_lost(
    changes: dict[str, Any], given: dict[str, Any], retrieved: bool, expected: str
) -> None:
    one = case(**changes)
    hits = [span("今年受理案件36件")] if retrieved else []
    assert metrics.lost_at(one, given, gold(one), hits, {"r1"}) == expected
