"""Asks the assistant every case of a suite and scores what it answers and retrieves."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from eval import trees
from eval.cases import Case
from eval.metrics import CRASHED, Json, Place, Ratio, Source
from eval.scoring import CaseResult, SuiteResult, score_case, summarise_suite
from retrieval.documents import Hit

HITS = 60
"""Hits asked for: enough short chunks to fill the budget of characters."""

Step = Callable[[int, int], None]

logger = logging.getLogger(__name__)


class Answered(Protocol):
    """A checked answer (``bot.values.Answer``)."""

    def to_json(self) -> dict[str, Any]:
        """Return the answer in the shape of the contract."""
        ...


class Reply(Protocol):
    """An answer and the state that a follow-up inherits."""

    @property
    def answer(self) -> Answered:
        """The checked answer."""
        ...

    @property
    def state(self) -> Any:
        """What the next question of the conversation is asked with."""
        ...


class Respondent(Protocol):
    """What is evaluated: ``bot.assistant.Assistant``, or anything that answers like it."""

    def ask(self, question: str, state: Any = None) -> Reply:
        """Answer one question of a conversation."""
        ...

    def retrieve(self, question: str, k: int = 10, state: Any = None) -> Sequence[Hit]:
        """Return the best ``k`` hits, best first."""
        ...


@dataclass(frozen=True, slots=True)
class Suite:
    """Cases and the folders of reports they are about."""

    name: str
    cases: tuple[Case, ...]
    reports: tuple[Path, ...]


def run_suite(
    suite: Suite,
    respondent: Respondent,
    sources: Mapping[str, Source],
    *,
    tree: Mapping[str, Sequence[Ratio]] | None = None,
    step: Step | None = None,
) -> SuiteResult:
    """Ask every case and score it. ``step`` is told how many cases are done, of how many."""
    if suite.cases:
        _ask(respondent, suite.cases[0])  # models are loaded at the first question
    results = []
    for done, case in enumerate(suite.cases):
        if step:
            step(done, len(suite.cases))
        results.append(run_case(case, respondent, sources))
    if step:
        step(len(suite.cases), len(suite.cases))
    return summarise_suite(suite.name, results, sources, tree)


def run_case(case: Case, respondent: Respondent, sources: Mapping[str, Source]) -> CaseResult:
    """Ask one case with its history and score it. A crash is an answer that fails, with its cause."""
    answer, hits, elapsed_ms = _ask(respondent, case)
    return score_case(case, answer, hits, sources, elapsed_ms)


def score_trees(reports: Mapping[str, Any], gold_folder: Path) -> dict[str, list[Ratio]]:
    """Return the section-tree ratios of stored reports (file name → report), report by report.

    Coverage for all of them, the rest where ``gold_folder`` has a gold tree.
    """
    ratios: dict[str, list[Ratio]] = {}
    for name, report in sorted(reports.items()):
        found = {"tree_coverage": trees.coverage(report.text, report.sections)}
        gold = gold_folder / f"{Path(name).stem}.sections.jsonl"
        if gold.exists():
            found |= trees.score_tree(report.text, report.sections, trees.read_gold(gold))
        for measure, ratio in found.items():
            ratios.setdefault(measure, []).append(ratio)
    return ratios


def list_tree_faults(reports: Mapping[str, Any], gold_folder: Path) -> list[str]:
    """Return how the stored section trees differ from gold, a line each, by file name."""
    faults = []
    for name, report in sorted(reports.items()):
        file = gold_folder / f"{Path(name).stem}.sections.jsonl"
        if file.exists():
            gold = trees.read_gold(file)
            found = trees.list_differences(report.text, report.sections, gold)
            faults += [f"{name}: {line}" for line in found]
    return faults


def _ask(respondent: Respondent, case: Case) -> tuple[Json, list[Place], float]:
    state: Any = None
    start = time.perf_counter()
    try:
        for earlier in case.history:
            state = respondent.ask(earlier, state).state
        start = time.perf_counter()
        reply = respondent.ask(case.question, state)
        elapsed_ms = (time.perf_counter() - start) * 1000
        hits = respondent.retrieve(case.question, HITS, state)
        places = [(hit.chunk.report, hit.chunk.start, hit.chunk.end) for hit in hits]
        return reply.answer.to_json(), places, elapsed_ms
    except Exception as error:
        # One broken answer must not hide the score of all the others; it fails by name.
        logger.info("case %s crashed", case.id, exc_info=True)
        elapsed_ms = (time.perf_counter() - start) * 1000
        return _crashed(case.question, error), [], elapsed_ms


def _crashed(question: str, error: Exception) -> Json:
    return {
        "id": "",
        "question": question,
        "status": CRASHED,
        "answer": f"{type(error).__name__}: {error} ({_where(error)})",
        "sentences": [],
        "citations": [],
        "scope": {"reports": [], "missing": []},
        "warnings": [],
        "writer": "",
        "prompt": "",
        "model": None,
        "usage": {},
        "elapsed_ms": 0,
    }


def _where(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name}:{last.lineno}"
