"""The labelled questions that fits learn from: case files, blind sets already run, pairs, tables.

A pair (``pairs.jsonl``) is a question and the sentence of one report that answers it, or none that
does, by people who knew neither code nor cases; an ``open`` one asks what a report, one of several
mostly, says on a theme, and has all the sentences that tell it. Few questions that people wrote ask
for a cell, so that some are made: of the rows that a table has, and of rows that only other tables
have.
"""

from __future__ import annotations

import json
import re
import zlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.assistant import Assistant
from bot.evidence.drafting import Desk
from bot.labels import full_place
from eval.blind import read_cards
from eval.cases import Case, Evidence, list_sources
from eval.libraries import prepare_library
from eval.suites import HERE, REAL, WRITTEN, choose_suites
from retrieval.documents import Report
from retrieval.library.library import Library
from retrieval.question.query import State
from retrieval.question.scope import Resolved
from retrieval.search.embedding import LocalEmbedder
from retrieval.text.grids import find_grids

PAIRS = HERE / "fits" / "pairs.jsonl"
OPEN = "open"  # the kind of a pair that asks for all a report says on a theme


@dataclass(frozen=True, slots=True)
class Labelled:
    """One settled ask of a case, laid out as the assistant that holds its reports does it."""

    suite: str
    case: Case
    desk: Desk
    library: Library


def labelled(*, pairs: bool = False) -> Iterator[Labelled]:
    """Yield every ask of every case, suite by suite; earlier turns of a case are asked first.

    With ``pairs`` those of the pairs, too.
    """
    suites = [*choose_suites(None)]
    for card in read_cards(HERE / "blind", {"real": REAL, "written": WRITTEN}):
        if card.right is not None:
            suites += choose_suites([card.cases], *card.reports)
    for suite in suites:
        assistant = _opened(*suite.reports)
        for case in (*suite.cases, *_of_tables(assistant.library)):
            yield from _asked(assistant, " ".join(map(str, suite.reports)), case)
    if pairs:
        yield from _paired()


def _asked(
    assistant: Assistant, suite: str, case: Case, report: str | None = None
) -> Iterator[Labelled]:
    """Yield the settled asks of a case, of ``report`` alone if it is given."""
    state, library = State(), assistant.library.pinned()
    for earlier in case.history:
        state = assistant.ask(earlier, state).state
    for query, scope in assistant.settle(case.question, state, library):
        meant = Resolved((report,)) if report else scope
        yield Labelled(suite, case, assistant.desk(library, query, meant, state), library)


def _paired() -> Iterator[Labelled]:
    """Yield every ask of every pair, each asked of its report alone."""
    pairs: defaultdict[str, list[tuple[str, Case]]] = defaultdict(list)
    for at, line in enumerate(PAIRS.read_text("utf-8").splitlines()):
        pair = json.loads(line)
        folder, _, name = pair["doc"].partition("/")
        told = tuple(Evidence(name, q) for q in pair["quotes"])
        kind = OPEN if pair.get("open") else "fact"
        case = Case(f"pair {at}", kind, pair["question"], (), (name,), (), (), told, bool(told))
        pairs[folder].append((name, case))
    for folder, listed in pairs.items():
        reports = reports_of(folder)
        assistant = _opened(reports)
        ids = {held.meta.source: held.id for held in assistant.library.reports()}
        for name, case in listed:
            yield from _asked(assistant, str(reports), case, ids[name])


def _opened(*reports: Path) -> Assistant:
    """Open an assistant over reports whose questions' vectors were not trained on them."""
    embedder = _embedder(half_of(folder_of(" ".join(map(str, reports)))))
    return Assistant(
        Library.open(prepare_library(list_sources(*reports), embedder, print), embedder=embedder)
    )


@cache
def _embedder(half: int) -> LocalEmbedder:
    file = half_trained(half)
    return LocalEmbedder(query_layers=file.read_bytes() if file.exists() else None)


def reports_of(folder: str) -> Path:
    """Return where the reports of a pair's folder are: those of a blind set, or of the fits alone."""
    blind = HERE / "blind" / folder / "reports"
    return blind if blind.exists() else HERE / "fits" / "reports" / folder


def folder_of(suite: str) -> str:
    """Return the folder a suite's reports are in: what questions of one hold of another tells most."""
    found = re.search("blind/([^/ ]+)/reports", suite)
    return found[1] if found else suite.rsplit("/", 1)[-1]


def half_of(folder: str) -> int:
    """Return the half, 0 or 1, that a folder belongs to: what reads it is trained on the other."""
    return zlib.crc32(folder.encode()) % 2


def half_trained(half: int) -> Path:
    """Return the layers of questions' vectors that were trained without the folders of a half."""
    return HERE / "fits" / f"query_layers_{half}.npz"


def is_pair(case: str) -> bool:
    """Tell whether a case, by its id, is a pair."""
    return case.startswith("pair ")


def is_made(case: str) -> bool:
    """Tell whether a case, by its id, is made of a table's row."""
    return ":" in case


def _of_tables(library: Library) -> Iterator[Case]:
    """Yield questions for a cell of every row of every table, and for as many rows it has not."""
    held = [library.report(report.id) for report in library.reports()]
    tables = [(report, grid) for report in held for grid in find_grids(report.text)]
    bare = {row.label: _bare(row.label) for _, grid in tables for row in grid.rows}
    for report, grid in tables:
        source, named = report.meta.source, full_place(report.meta)
        absent = [label for label in bare.values() if label and label not in report.text]
        for i, row in enumerate(grid.rows):
            cell = row.cells[i % len(row.cells)]
            for j, label in enumerate((bare[row.label], *absent[i : i + 1])):
                unit = "件" if i % 2 and not _UNIT.search(row.label + cell.column) else ""
                question = f"{named}{_bare(cell.column)}{label}多少{unit}"
                quote = report.text[row.start : row.end]
                told = () if j else (Evidence(source, quote),)
                name = f"{source}:{grid.start}:{i}:{j}"
                yield Case(name, "fact", question, (), (source,), (), (), told, not j)


def _bare(name: str) -> str:
    """Return the name of a row or column without its unit: 行政处罚（件）."""
    return _UNIT.split(name)[0].strip()


_UNIT = re.compile("[（(|]")


def evidence_in(report: Report, case: Case) -> list[tuple[int, int]]:
    """Return where the evidence of a case stands in a report, as character spans."""
    return [
        (at, at + len(e.quote))
        for e in case.evidence
        if e.doc in report.meta.source and (at := report.text.find(e.quote)) >= 0
    ]
