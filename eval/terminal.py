"""Scores as plain text of at most 80 columns, for a terminal and for ``RESULTS.md``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bot.answers.choose import ANSWERERS
from bot.formatting import cut
from eval.metrics import CRASHED
from eval.scoring import BY_NAME, MEASURES, CaseResult, Measure, Score, SuiteResult

WIDTH = 80
ANSWER_CHARS = 160
_KIND_COLUMNS = (
    ("evidence_recall", "evid."),
    ("citation_precision", "citeP"),
    ("citation_recall", "citeR"),
    ("list_recall", "items"),
    ("over_refusal", "refus."),
)
_GROUNDING = ("quotes_resolved", "claims_cited", "numbers_locked", "citation_precision")
_SHORT_TITLES = (
    ("evidence_recall", "evidence"),
    ("recall_1", "r@1"),
    ("recall_10", "r@10"),
    ("mrr", "MRR"),
    ("facts", "facts"),
    ("abstention_recall", "abstain"),
)
_SHORT = [BY_NAME[name] for name, _ in _SHORT_TITLES]


def format_suite(suite: SuiteResult, before: Mapping[str, float] | None = None) -> str:
    """Return a suite's table: every measure with its interval, its bar and the change since
    ``before`` (measure → value), then the kinds of question."""
    right = sum(r.passed for r in suite.results)
    measured = [
        _measure_row(measure, score, (before or {}).get(measure.name))
        for measure in MEASURES
        if (score := suite.scores.get(measure.name)) is not None
    ]
    lines = [
        f"{suite.name}: {right} of {len(suite.results)} cases right",
        _grid(("measure", "score", "95%", "n", "bar", "change"), measured),
        "",
        _grid(("kind", "cases", "right", *(h for _, h in _KIND_COLUMNS)), _kind_rows(suite)),
        "",
        _grid(("answerer", "asked", "right"), _answerer_rows(suite)),
        "",
    ]
    lost = Counter(r.lost_at for r in suite.results if not r.passed)
    if lost:
        lines.append("lost: " + ", ".join(f"{cause} {count}" for cause, count in _ranked(lost)))
    crashes = Counter(r.answer["answer"] for r in suite.results if r.answer["status"] == CRASHED)
    lines += [f"crashed {count} times: {cause}" for cause, count in _ranked(crashes)]
    return "\n".join(lines)


def format_side_by_side(suites: Mapping[str, SuiteResult], *, across: bool = True) -> str:
    """Return the measures of several runs (name → result) of one suite in one table.

    ``across`` gives a run a column; without it a run is a line, with the retrieval measures and
    the share of right answers only.
    """
    if not across:
        head = ["", *(short for _, short in _SHORT_TITLES)]
        rows = [[name, *(_value(m, run) for m in _SHORT)] for name, run in suites.items()]
        return _grid(head, rows)
    # a rival's vectors are remembered, its times would mean nothing
    compared = [
        [measure.title, *(_value(measure, run) for run in suites.values())]
        for measure in MEASURES
        if not measure.timed
    ]
    return _grid(
        ("measure", *suites), [row for row in compared if any(cell != "–" for cell in row[2:])]
    )


def format_writers(suites: Mapping[str, SuiteResult]) -> str:
    """Return two writers' runs of the same cases side by side, and where they differ.

    ``suites`` holds the runs under ``extractive`` and ``llm``; of the second some answers are
    the extractive writer's too, where the model's words did not stand.
    """
    plain, model = suites["extractive"].results, suites["llm"].results
    worded = sum(r.answer["writer"] == "llm" for r in model)
    lines = [
        format_side_by_side(suites),
        "",
        f"worded by the model: {worded} of {len(model)} answers; "
        f"cases right: extractive {sum(r.passed for r in plain)}, llm {sum(r.passed for r in model)}",
    ]
    for one, other in zip(plain, model, strict=True):
        if one.passed != other.passed:
            better = "llm" if other.passed else "extractive"
            lines.append(f"only {better} right: {one.case.id}")
    return "\n".join(lines)


def _value(measure: Measure, suite: SuiteResult) -> str:
    score = suite.scores.get(measure.name)
    return format_value(measure, score.value) if score else "–"


def format_failures(suite: SuiteResult) -> str:
    """Return every failed case in a few lines: id, question, status, where lost, answer, missing."""
    return "\n".join(line for r in suite.results if not r.passed for line in _failure_lines(r))


def format_faults(suite: SuiteResult) -> str:
    """Return a line for each answered case whose grounding is not whole, right or wrong as it is:
    citations beside the evidence, of other reports, unlocked numbers, invented items."""
    lines = []
    for result in suite.results:
        faults = [
            f"{BY_NAME[name].title} {result.ratios[name][0]:g}/{result.ratios[name][1]:g}"
            for name in _GROUNDING
            if name in result.ratios and result.ratios[name][0] < result.ratios[name][1]
        ]
        faults += [
            f"{BY_NAME[name].title} {result.ratios[name][0]:g}"
            for name in ("invented_items", "wrong_report")
            if name in result.ratios and result.ratios[name][0] > 0
        ]
        if faults:
            lines.append(f"{'·' if result.passed else '✗'} {result.case.id}: {', '.join(faults)}")
    return "\n".join(lines)


def format_value(measure: Measure, value: float) -> str:
    """Return a value as it is read: shares with three decimals, counts and lengths whole."""
    if measure.name in ("tokens", "mrr") or measure.statistic == "mean":
        return f"{value:.0f}" if measure.name == "tokens" else f"{value:.3f}"
    return f"{value:.0f}"


def meets_bar(measure: Measure, value: float) -> bool:
    """Tell whether a value reaches the measure's bar; true where there is none."""
    if measure.bar is None:
        return True
    return (value - measure.bar) * measure.better >= -1e-9


def _grid(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose first column is names and whose others are figures."""
    grid = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for number, name in enumerate(head):
        grid.add_column(name, justify="right" if number else "left", no_wrap=True)
    for row in rows:
        grid.add_row(*row)
    console = Console(file=StringIO(), width=WIDTH, color_system=None, markup=False)
    with console.capture() as shown:
        console.print(grid)
    return "\n".join(line.rstrip() for line in shown.get().splitlines())


def _measure_row(measure: Measure, score: Score, old: float | None) -> Sequence[str]:
    interval = ""
    if score.low is not None and score.high is not None:
        interval = f"{format_value(measure, score.low)}–{format_value(measure, score.high)}"
    bar = ""
    if measure.bar is not None:
        sign = "≥" if measure.better > 0 else "≤"
        bar = f"{sign} {measure.bar:g}" + (" " if meets_bar(measure, score.value) else "!")
    change = "" if old is None or measure.timed else _change(score.value - old)
    value = format_value(measure, score.value)
    return measure.title, value, interval, str(score.scored), bar, change


def _change(difference: float) -> str:
    return "" if abs(difference) < 5e-4 else f"{difference:+.3f}"


def _kind_rows(suite: SuiteResult) -> list[list[str]]:
    rows = []
    for kind, scores in suite.by_kind.items():
        passed = [r.passed for r in suite.results if r.case.kind == kind]
        figures = [
            format_value(BY_NAME[name], scores[name].value) if name in scores else "–"
            for name, _ in _KIND_COLUMNS
        ]
        rows.append([kind, *_asked_and_right(passed), *figures])
    return rows


def _answerer_rows(suite: SuiteResult) -> list[list[str]]:
    """Return asked and right of each answerer; one that no case asks shows 0."""
    asked: dict[str, list[bool]] = {answerer.name: [] for answerer in ANSWERERS}
    for result in suite.results:
        asked.setdefault(result.answer.get("answerer") or "–", []).append(result.passed)
    return [[name, *_asked_and_right(passed)] for name, passed in asked.items()]


def _asked_and_right(passed: Sequence[bool]) -> tuple[str, str]:
    return str(len(passed)), f"{sum(passed) / len(passed):.3f}" if passed else "–"


def _failure_lines(result: CaseResult) -> Iterator[str]:
    answer = result.answer
    words = " ".join(s["text"] for s in answer["sentences"]) or answer["answer"]
    yield f"✗ {result.case.id}  [{answer['status']}; lost: {result.lost_at}]"
    for mark, asked in [*(("h", h) for h in result.case.history), ("q", result.case.question)]:
        yield f"    {mark}: {cut(' '.join(asked.split()), WIDTH - 7)}"
    yield f"    a: {words[:ANSWER_CHARS].replace(chr(10), ' ')}{'…' if len(words) > ANSWER_CHARS else ''}"
    if result.missing:
        yield "    missing: " + "; ".join("|".join(group) for group in result.missing)
    if result.forbidden:
        yield "    forbidden: " + "; ".join(result.forbidden)


def _ranked(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
