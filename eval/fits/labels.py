"""The labelled questions that fits learn from: all case files and the blind sets already run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.evidence.drafting import Desk
from eval.blind import read_cards
from eval.cases import Case
from eval.suites import HERE, REAL, WRITTEN, choose_suites, open_suite
from retrieval.documents import Report
from retrieval.library.library import Library
from retrieval.question.query import State


@dataclass(frozen=True, slots=True)
class Labelled:
    """One settled ask of a case, laid out as the assistant that holds its reports does it."""

    suite: str
    case: Case
    desk: Desk
    library: Library


def labelled() -> Iterator[Labelled]:
    """Yield every ask of every case, suite by suite; earlier turns of a case are asked first."""
    suites = [*choose_suites(None, None)]
    for card in read_cards(HERE / "blind", {"real": REAL, "written": WRITTEN}):
        if card.right is not None:
            suites += choose_suites([card.cases], card.reports)
    for suite in suites:
        opened = open_suite(suite, writer="extractive", library=None, tell=print)
        assistant = opened.assistant
        for case in suite.cases:
            state, library = State(), assistant.library.pinned()
            for earlier in case.history:
                state = assistant.ask(earlier, state).state
            for query, scope in assistant.settle(case.question, state, library):
                desk = assistant.desk(library, query, scope, state)
                yield Labelled(str(suite.reports), case, desk, library)


def evidence_in(report: Report, case: Case) -> list[tuple[int, int]]:
    """Return where the evidence of a case stands in a report, as character spans."""
    return [
        (at, at + len(e.quote))
        for e in case.evidence
        if e.doc in report.meta.source and (at := report.text.find(e.quote)) >= 0
    ]
