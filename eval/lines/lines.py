"""Judging the lines of a set: each goes the whole way of a model's line, from its marker to a verdict."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.checked_answer import names_of
from bot.evidence.passages import numbered
from bot.lock.citations import Checker, Failure
from bot.lock.lock import is_english
from bot.values import Cited, DraftLine, Sentence
from eval.lines.pointing import likest, pointed
from retrieval.documents import Report
from retrieval.parsing.parsing import parse_report
from retrieval.readers.reading import read_file

LINES = Path(__file__).parent / "lines.jsonl"
HELD = Path(__file__).parent / "held.jsonl"
REPORTS = (
    Path(__file__).parent.parent / "reports",
    Path(__file__).parent.parent / "reports_written",
    Path(__file__).parent.parent / "blind" / "2026-11-28-editor" / "reports",
    *sorted((Path(__file__).parent.parent / "blind").glob("2026-12-01-*/reports")),
)
_READ = ("000", "001")  # reports whose misjudged lines were read while the lock was written


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the set: its passages as (file, quote), its words, whether it is right."""

    id: str
    passages: tuple[tuple[str, str], ...]
    text: str
    right: bool
    kind: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A line and what the lock said: ``shown`` or refused for ``problems``.

    ``judged``: refused for nothing but words of its own, so that a judge would decide, who points
    to the words that decide; ``careless``: also of one who points to the likest clauses only.
    """

    id: str
    kind: str
    text: str
    right: bool
    held: bool
    shown: bool
    problems: tuple[str, ...]
    judged: bool = False
    careless: bool = False


def read_lines(path: str | Path) -> list[Line]:
    """Return the lines of a JSONL file."""
    found = []
    for row in Path(path).read_text("utf-8").splitlines():
        value = json.loads(row)
        passages = tuple((p["doc"], p["quote"]) for p in value["passages"])
        found.append(
            Line(value["id"], passages, value["line"], value["verdict"] == "right", value["kind"])
        )
    return found


def judge_lines(lines: Iterable[Line], folders: Sequence[Path] = REPORTS) -> list[Judged]:
    """Judge each line against its passages and no others; reports are looked for in ``folders``."""
    return [_judge(line, folders) for line in lines]


def _judge(line: Line, folders: Sequence[Path]) -> Judged:
    reports = {name: _report(_found(name, folders)) for name, _ in line.passages}
    spans = []
    for name, quote in line.passages:
        start = reports[name].text.index(quote)
        spans.append(Cited(reports[name].id, start, start + len(quote)))
    passages = numbered(reports.values(), spans)
    texts = {report.id: report.text for report in reports.values()}
    names = {report.id: names_of(report) for report in reports.values()}
    english = is_english(line.text)
    checker = Checker(passages, texts.__getitem__, names, language="en" if english else "zh")
    markers = "".join(f"[{p.n}]" for p in passages)
    outcome = checker.check_line(DraftLine(line.text + markers, "claim"))
    problems = outcome.problems if isinstance(outcome, Failure) else ()
    judged = careless = False
    if isinstance(outcome, Failure) and outcome.rewords:
        quotes = [p.text for p in passages]
        judged, careless = (
            checker.bears_out(outcome.waiting, points(line.text, quotes), passages)
            for points in (pointed, likest)
        )
    held = not any(name.startswith(_READ) for name in reports)
    shown = isinstance(outcome, Sentence)
    return Judged(
        line.id, line.kind, line.text, line.right, held, shown, problems, judged, careless
    )


def _found(name: str, folders: Sequence[Path]) -> Path:
    return next(path for folder in folders if (path := folder / name).is_file())


@lru_cache(maxsize=32)
def _report(path: Path) -> Report:
    text = read_file(path).text
    parsed = parse_report(text, path.name, path.name)
    return Report(path.name, parsed.meta, text, parsed.sections, parsed.chunks)


def table(judged: Sequence[Judged]) -> str:
    """Return how many right and wrong lines were shown, or are by a judge: all, held, by kind."""
    rows = []
    for name, of_it in (("all", judged), ("held", [j for j in judged if j.held])):
        said = [j for j in of_it if j.right]
        false = [j for j in of_it if not j.right]
        rows.append(
            f"{name}: right shown {sum(j.shown for j in said)}/{len(said)}, "
            f"wrong shown {sum(j.shown for j in false)}/{len(false)}; "
            f"with a judge that is always right: right shown {sum(j.shown or j.judged for j in said)}; "
            f"with one that says yes to all: wrong shown {sum(j.shown or j.judged for j in false)}, "
            f"{sum(j.shown or j.careless for j in false)} if it points to the likest clauses only"
        )
    counts = Counter((j.right, j.kind) for j in judged)
    shown = Counter((j.right, j.kind) for j in judged if j.shown)
    left = Counter((j.right, j.kind) for j in judged if j.judged)
    for verdict in (True, False):
        kinds = [
            f"{kind} {shown[is_right, kind]}+{left[is_right, kind]}/{count}"
            for (is_right, kind), count in counts.most_common()
            if is_right is verdict
        ]
        name = "right" if verdict else "wrong"
        rows.append(f"{name} shown + left to a judge, by kind: {', '.join(kinds)}")
    return "\n".join(rows)
