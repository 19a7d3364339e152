"""Reports of the evaluation set parsed in memory, with the desk a question about them would get."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from reading import understand

from bot.evidence.drafting import Desk, Draft
from bot.evidence.selection import KnownFact
from bot.lock.citations import Checker, Failure
from bot.values import Answer, Citation
from retrieval.documents import Report
from retrieval.parsing.indicators import Fact
from retrieval.parsing.parsing import parse_report
from retrieval.places.gazetteer import short_name
from retrieval.places.places import PlaceIndex
from retrieval.question.query import State
from retrieval.readers.reading import read_file

EVAL = Path(__file__).parent.parent / "eval"
REAL = sorted((EVAL / "reports").glob("*.txt"))
WRITTEN = sorted((EVAL / "reports_written").glob("w*.txt"))


@lru_cache(maxsize=64)
def parsed(path: Path) -> tuple[Report, tuple[Fact, ...]]:
    return made(read_file(path).text, path.name)


def made(text: str, source: str = "a.txt") -> tuple[Report, tuple[Fact, ...]]:
    found = parse_report(text, source, source)
    report = Report(source, found.meta, text, found.sections, found.chunks, found.warnings)
    return report, found.facts


def report(prefix: str) -> Report:
    return parsed(next(p for p in (*REAL, *WRITTEN) if p.name.startswith(prefix)))[0]


def facts(report_id: str) -> Sequence[Fact]:
    return parsed(next(p for p in (*REAL, *WRITTEN) if p.name == report_id))[1]


def desk(question: str, *prefixes: str) -> Desk:
    """The desk of a question about the reports whose file names start so."""
    reports = tuple(report(p) for p in prefixes)
    known = tuple((r.meta.place, r.meta.issuer) for r in reports)
    query = understand(question, State(), PlaceIndex(known), known)

    def ledger(report_id: str) -> list[KnownFact]:
        return [
            KnownFact(f.indicator, f.start, f.end, f.period)
            for f in facts(report_id)
            if f.indicator
        ]

    return Desk(query, reports, (), State(), ledger)


def checked(draft: Draft, reports: Sequence[Report]) -> tuple[Answer, list[Failure]]:
    """The answer that the product's lock lets through, and what it refused."""
    by_id = {r.id: r for r in reports}
    names = {
        r.id: (
            *r.meta.place,
            *(short_name(p) for p in r.meta.place),
            r.meta.issuer,
            str(r.meta.year),
        )
        for r in reports
    }
    checker = Checker((), lambda i: by_id[i].text, names)
    lines = (*draft.before, *draft.lines, *draft.after)
    refused = [o for ln in lines if isinstance(o := checker.check_line(ln), Failure)]
    done = checker.checked()
    citations = tuple(
        Citation(
            n, c.report, c.report, by_id[c.report].meta.title, by_id[c.report].meta.place,
            by_id[c.report].meta.year, (), c.start, c.end, by_id[c.report].text[c.start : c.end],
        )
        for n, c in enumerate(done.citations, start=1)
    )  # fmt: skip
    return Answer("a1", "问题", draft.status, done.sentences, citations, paragraph=True), refused
