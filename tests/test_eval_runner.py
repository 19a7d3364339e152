"""The runner, the tables, the page and the gate on an assistant small enough to check by eye."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from bot.values import Answer, Citation, Scope, Sentence
from eval.baseline import Floor, find_losses, load_baseline, save_baseline
from eval.blind import today
from eval.cases import Case, Evidence
from eval.html_report import format_report
from eval.metrics import Source
from eval.results import to_json
from eval.runner import Suite, list_tree_faults, run_suite, score_trees
from eval.scoring import BY_NAME, SuiteResult, score_case, summarise
from eval.terminal import WIDTH, format_failures, format_faults, format_suite
from eval.trees import GoldHead, coverage, list_differences, score_tree
from retrieval.documents import Chunk, Hit, Section

TEXT = "一、情况\n受理案件36件，审结30件。收到申请65件。\n二、问题\n一是认识不足；二是力量不够。"
SOURCES = {"r1": Source("r1", "a_2023.txt", TEXT)}


def evidence(quote: str) -> tuple[Evidence, ...]:
    return (Evidence("a_2023", quote),)


CASES = (
    Case(
        "ok", "fact", "受理多少件？", (), ("a_",), (("36件",),), (), evidence("受理案件36件"), True
    ),
    Case(
        "wrong",
        "fact",
        "收到多少件？",
        (),
        ("a_",),
        (("65件",),),
        ("36件",),
        evidence("收到申请65件"),
        True,
    ),
    Case(
        "after",
        "followup",
        "那审结呢？",
        ("受理多少件？",),
        ("a_",),
        (("30件",),),
        (),
        evidence("审结30件"),
        True,
    ),
    Case("none", "unanswerable", "预算多少？", (), ("a_",), (), (), (), False),
    Case(
        "crash",
        "fact",
        "<b>崩溃</b>",
        (),
        ("a_",),
        (("36件",),),
        (),
        evidence("受理案件36件"),
        True,
    ),
)


@dataclass(frozen=True)
class FakeReply:
    answer: Answer
    state: Any


SAYS = {"受理多少件？": "受理案件36件", "收到多少件？": "受理案件36件", "那审结呢？": "审结30件"}


SAYS = {
    "受理多少件？": "受理案件36件",
    "收到多少件？": "受理案件36件",
    "那审结呢？": "审结30件",
}


class FakeAssistant:
    """Answers by a table of question → the span it cites; a follow-up needs its state."""

    def ask(self, question: str, state: Any = None) -> FakeReply:
        if "崩溃" in question:
            raise RuntimeError("out of order")
        if question.startswith("那") and state != "受理多少件？":
            raise AssertionError("the history was not passed on")
        words = SAYS.get(question)
        scope = Scope(("r1",))
        if words is None:
            note = Sentence("没有查到。", "note")
            return FakeReply(Answer("x", question, "abstained", (note,), scope=scope), question)
        start = TEXT.index(words)
        span = (start, start + len(words))
        cited = Citation(1, "r1", "a_2023.txt", "报告", ("甲县",), 2023, (), *span, words)
        claim = Sentence(words, "claim", (1,))
        return FakeReply(Answer("x", question, "answered", (claim,), (cited,), scope), question)

    def retrieve(self, question: str, k: int = 10, state: Any = None) -> list[Hit]:
        start = TEXT.index("受理")
        end = TEXT.index("收到")
        chunk = Chunk("c1", "r1", 0, start, end, TEXT[start:end], "", (), "measures")
        return [Hit(chunk, 1.0)][:k]


@pytest.fixture
def result() -> SuiteResult:
    suite = Suite("small", CASES, ())
    return run_suite(suite, FakeAssistant(), SOURCES)


def test_every_case_is_asked_and_judged(result: SuiteResult) -> None:
    judged = {r.case.id: (r.passed, r.lost_at) for r in result.results}
    assert judged == {
        "ok": (True, ""),
        "wrong": (False, "not retrieved"),
        "after": (True, ""),
        "none": (True, ""),
        "crash": (False, "crashed"),
    }
    scores = {name: score.value for name, score in result.scores.items()}
    assert scores["facts"] == 0.5
    assert scores["evidence_recall"] == 0.5
    assert scores["abstention_recall"] == 1
    assert scores["over_refusal"] == 0
    assert scores["citation_precision"] == pytest.approx(2 / 3)
    assert scores["wrong_report"] == 0
    assert "list_recall" not in scores
    assert "tokens" not in scores
    assert result.scores["facts"].scored == 4


def test_two_runs_give_the_same_results_timing_aside(result: SuiteResult) -> None:
    again = run_suite(Suite("small", CASES, ()), FakeAssistant(), SOURCES)
    first, second = (to_json([one], {"writer": "auto"}) for one in (result, again))
    assert first.pop("timing").keys() == second.pop("timing").keys() == {"small"}
    assert json.dumps(first, sort_keys=True) == json.dumps(second, sort_keys=True)
    assert "elapsed_ms" not in json.dumps(first)


def test_what_a_blind_set_says_too_much_stands_beside_what_is_right(result: SuiteResult) -> None:
    now = today(result)
    answered = [r.answer for r in result.results if r.answer["status"] == "answered"]
    assert (now.right, now.of) == (sum(r.passed for r in result.results), len(CASES))
    assert now.chars == sum(len(a["answer"]) for a in answered) / len(answered)
    assert now.evidence == result.scores["citation_precision"].value


def test_progress_is_told(result: SuiteResult) -> None:
    seen: list[tuple[int, int]] = []
    suite = Suite("small", CASES[:2], ())
    run_suite(suite, FakeAssistant(), SOURCES, step=lambda done, of: seen.append((done, of)))
    assert seen == [(0, 2), (1, 2), (2, 2)]


def test_the_interval_holds_the_mean_and_does_not_wander(result: SuiteResult) -> None:
    results = [result.results[0]] * 30 + [result.results[1]] * 10
    score = summarise(results)["facts"]
    assert score.value == 0.75
    assert score.low is not None
    assert score.high is not None
    assert 0.55 < score.low < 0.75 < score.high < 0.95
    assert summarise(results)["facts"] == score


def test_counts_are_added_and_lengths_have_quantiles(result: SuiteResult) -> None:
    scores = summarise([result.results[0]] * 3)
    assert scores["wrong_report"].value == 0
    assert scores["length_median"].value == len("受理案件36件")


def test_tokens_are_counted_where_a_model_wrote() -> None:
    answer = FakeAssistant().ask("受理多少件？").answer.to_json()
    used = {
        **answer,
        "model": "m",
        "usage": {"prompt_tokens": 90, "completion_tokens": 10, "calls": 1},
    }
    assert score_case(CASES[0], used, [], SOURCES).ratios["tokens"] == (100, 1)
    assert "tokens" not in score_case(CASES[0], answer, [], SOURCES).ratios


def test_the_table_fits_eighty_columns_and_says_what_misses_its_bar(result: SuiteResult) -> None:
    table = format_suite(result, {"facts": 0.75})
    assert max(cell_len(line) for line in table.splitlines() if "crashed" not in line) <= WIDTH
    line = next(line for line in table.splitlines() if line.startswith("facts answered right"))
    assert "0.500" in line
    assert "≥ 0.95!" in line
    assert "-0.250" in line
    assert "crashed 1 times: RuntimeError: out of order" in table


def test_failures_name_what_is_missing_and_forbidden(result: SuiteResult) -> None:
    told = format_failures(result)
    assert "✗ wrong  [answered; lost: not retrieved]" in told
    assert "missing: 65件" in told
    assert "forbidden: 36件" in told
    assert "✗ ok" not in told


def test_loose_grounding_is_listed_for_right_and_wrong_cases(result: SuiteResult) -> None:
    assert format_faults(result) == "✗ wrong: citation precision 0/1"


class Tags(HTMLParser):
    """Collects what the page loads and whether every element is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "br", "p"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "p":
            assert self.open.pop() == tag


def test_the_page_stands_alone_and_escapes_what_it_shows(result: SuiteResult) -> None:
    rivals = {"small": {"windows": result}}
    page = format_report([result], {"small": Floor({"facts": 0.75}, frozenset({"wrong"}))}, rivals)
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert tags.loads == []
    assert "width=device-width" in page
    assert "<b>崩溃" not in page
    assert "&lt;b&gt;崩溃" in page
    assert "<mark>收到申请65件</mark>" in page
    assert "not retrieved, not cited" in page
    assert page.count("was right before") == 1
    assert "-0.250" in page
    assert "<th>windows</th>" in page


def test_the_gate_names_every_loss(result: SuiteResult, tmp_path: Path) -> None:
    file = tmp_path / "baselines" / "extractive.json"
    assert load_baseline(file) == {}
    save_baseline(file, [result], "first run")
    floor = load_baseline(file)["small"]
    assert list(find_losses(result, floor)) == []
    assert not any(BY_NAME[name].timed for name in floor.scores)
    higher = Floor(
        {**floor.scores, "facts": 0.75, "wrong_report": -1, "cells": 1.0},
        floor.right | {"wrong", "old"},
    )
    told = "\n".join(find_losses(result, higher))
    assert "facts answered right was 0.7500 and is 0.5000" in told
    assert "wrong-report citations was -1.0000 and is 0.0000" in told
    assert "comparison cells right is no longer measured" in told
    assert "case wrong was right and fails (not retrieved)" in told
    assert "case old was right and is gone" in told
    assert len(told.splitlines()) == 5


def test_a_baseline_needs_a_reason_and_keeps_other_suites(
    result: SuiteResult, tmp_path: Path
) -> None:
    file = tmp_path / "b.json"
    with pytest.raises(ValueError, match="reason"):
        save_baseline(file, [result], " ")
    save_baseline(file, [result], "one")
    other = run_suite(Suite("other", CASES[:1], ()), FakeAssistant(), SOURCES)
    save_baseline(file, [other], "two")
    assert set(load_baseline(file)) == {"small", "other"}


def section(
    start: int, end: int, kind: Any, path: tuple[str, ...], node: tuple[int, ...], role: Any
) -> Section:
    return Section(path, node, role, kind, start, end)


def test_trees_are_compared_by_where_headings_begin(tmp_path: Path) -> None:
    text = "一、情况\n甲。\n二、问题\n一是乙；二是丙。"
    tree = [
        section(0, 5, "heading", ("一、情况",), (1,), "measures"),
        section(5, 8, "body", ("一、情况",), (1,), "measures"),
        section(8, 13, "heading", ("二、问题",), (2,), "problems"),
        section(13, 17, "item", ("二、问题", "一是"), (2, 1), "problems"),
        section(17, 21, "item", ("二、问题", "二是"), (2, 2), "plans"),
    ]
    gold = [
        GoldHead(0, "heading", "measures"),
        GoldHead(8, "heading", "problems"),
        GoldHead(13, "item", "problems"),
        GoldHead(17, "item", "problems"),
    ]
    assert coverage(text, tree) == (21, 21)
    assert score_tree(text, tree, gold) == {
        "heading_precision": (2, 2),
        "heading_recall": (2, 2),
        "item_recall": (2, 2),
        "role_accuracy": (3, 4),
    }
    assert coverage(text, tree[1:]) == (16, 21)
    assert coverage(text, [*tree, tree[0]]) == (16, 21)
    assert score_tree(text, tree[:2], gold)["heading_recall"] == (1, 2)
    assert score_tree(text, tree, gold[:1])["heading_precision"] == (1, 2)

    (tmp_path / "a.sections.jsonl").write_text(
        "\n".join(json.dumps({"start": g.start, "kind": g.kind, "role": g.role}) for g in gold)
    )
    report = type("R", (), {"text": text, "sections": tuple(tree)})()
    ratios = score_trees({"a.txt": report, "b.txt": report}, tmp_path)
    assert ratios["tree_coverage"] == [(21, 21), (21, 21)]
    assert ratios["heading_recall"] == [(2, 2)]
    assert list_tree_faults({"a.txt": report}, tmp_path) == [
        "a.txt: role plans, not problems, at 17: 二是丙。"
    ]


def test_missed_and_invented_headings_are_named() -> None:
    text = "一、情况\n甲。\n"
    tree = [section(5, 8, "heading", ("甲",), (1,), "measures")]
    assert list(list_differences(text, tree, [GoldHead(0, "heading", "measures")])) == [
        "missed heading at 0: 一、情况",
        "invented heading at 5: 甲。",
    ]
