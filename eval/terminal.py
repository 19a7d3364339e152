"""Scores as plain text of at most 80 columns, for a terminal and for ``RESULTS.md``."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from bot.answers.choose import ANSWERERS
from eval.metrics import CRASHED
from eval.scoring import BY_NAME, MEASURES, CaseResult, Measure, Score, SuiteResult

WIDTH = 80
ANSWER_CHARS = 160
_KIND_COLUMNS = (
    ("facts", "right"),
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
    lines = [
        f"{suite.name}: {right} of {len(suite.results)} cases right",
        f"{'measure':<33}{'score':>8}  {'95%':<14}{'n':>4}  {'bar':>7}  {'change':>8}",
        "-" * WIDTH,
    ]
    for measure in MEASURES:
        score = suite.scores.get(measure.name)
        if score is not None:
            old = (before or {}).get(measure.name)
            lines.append(_measure_line(measure, score, old))
    lines += ["", *_kind_lines(suite), "", *_answerer_lines(suite), ""]
    lost = _count(r.lost_at for r in suite.results if not r.passed)
    if lost:
        lines.append("lost: " + ", ".join(f"{cause} {count}" for cause, count in lost))
    crashes = _count(r.answer["answer"] for r in suite.results if r.answer["status"] == CRASHED)
    lines += [f"crashed {count} times: {cause}" for cause, count in crashes]
    return "\n".join(lines)


def format_side_by_side(suites: Mapping[str, SuiteResult], *, across: bool = True) -> str:
    """Return the measures of several runs (name → result) of one suite in one table.

    ``across`` gives a run a column; without it a run is a line, with the retrieval measures and
    the share of right answers only.
    """
    if not across:
        rows = [[name, *(_value(m, run) for m in _SHORT)] for name, run in suites.items()]
        head = ["", *(short for _, short in _SHORT_TITLES)]
        lines = ["".join(cell.rjust(10) for cell in row[1:]) for row in (head, *rows)]
        names = [row[0] for row in (head, *rows)]
        return "\n".join(f"{n:<18}{line}" for n, line in zip(names, lines, strict=True))
    widths = [max(8, columns(name) + 2) for name in suites]
    head_line = "".join(f"{name:>{width}}" for name, width in zip(suites, widths, strict=True))
    lines = [f"{'measure':<33}{head_line}", "-" * WIDTH]
    for measure in MEASURES:
        if measure.timed:
            continue  # a rival's vectors are remembered, its times would mean nothing
        cells = [_value(measure, run) for run in suites.values()]
        if any(cell != "–" for cell in cells[1:]):
            aligned = "".join(c.rjust(w) for c, w in zip(cells, widths, strict=True))
            lines.append(f"{measure.title:<33}{aligned}")
    return "\n".join(lines)


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


def columns(text: str) -> int:
    """Return how many columns a terminal needs for ``text``: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def cut(text: str, width: int) -> str:
    """Return ``text`` on one line, cut to ``width`` columns."""
    flat = " ".join(text.split())
    if columns(flat) <= width:
        return flat
    kept, used = "", 1
    for character in flat:
        used += columns(character)
        if used > width:
            break
        kept += character
    return kept + "…"


def _measure_line(measure: Measure, score: Score, old: float | None) -> str:
    interval = ""
    if score.low is not None and score.high is not None:
        interval = f"{format_value(measure, score.low)}–{format_value(measure, score.high)}"
    bar = ""
    if measure.bar is not None:
        sign = "≥" if measure.better > 0 else "≤"
        bar = f"{sign} {measure.bar:g}" + (" " if meets_bar(measure, score.value) else "!")
    change = "" if old is None or measure.timed else _change(score.value - old)
    value = format_value(measure, score.value)
    return f"{measure.title:<33}{value:>8}  {interval:<14}{score.scored:>4}  {bar:>7}  {change:>8}"


def _change(difference: float) -> str:
    return "" if abs(difference) < 5e-4 else f"{difference:+.3f}"


def _kind_lines(suite: SuiteResult) -> Iterator[str]:
    yield f"{'kind':<15}{'cases':>6}{'right':>7}" + "".join(f"{h:>8}" for _, h in _KIND_COLUMNS[1:])
    yield "-" * WIDTH
    for kind, scores in suite.by_kind.items():
        results = [r for r in suite.results if r.case.kind == kind]
        right = sum(r.passed for r in results)
        cells = []
        for name, _ in _KIND_COLUMNS[1:]:
            score = scores.get(name)
            cells.append(f"{format_value(BY_NAME[name], score.value) if score else '–':>8}")
        yield f"{kind:<15}{len(results):>6}{right / len(results):>7.3f}" + "".join(cells)


def _answerer_lines(suite: SuiteResult) -> Iterator[str]:
    """Yield asked and right of each answerer; one that no case asks shows 0."""
    asked: dict[str, list[bool]] = {answerer.name: [] for answerer in ANSWERERS}
    for result in suite.results:
        asked.setdefault(result.answer.get("answerer") or "–", []).append(result.passed)
    yield f"{'answerer':<15}{'asked':>6}{'right':>7}"
    yield "-" * 28
    for name, right in asked.items():
        share = f"{sum(right) / len(right):.3f}" if right else "–"
        yield f"{name:<15}{len(right):>6}{share:>7}"


def _failure_lines(result: CaseResult) -> Iterator[str]:
    answer = result.answer
    words = " ".join(s["text"] for s in answer["sentences"]) or answer["answer"]
    yield f"✗ {result.case.id}  [{answer['status']}; lost: {result.lost_at}]"
    for earlier in result.case.history:
        yield f"    h: {cut(earlier, WIDTH - 7)}"
    yield f"    q: {cut(result.case.question, WIDTH - 7)}"
    yield f"    a: {words[:ANSWER_CHARS].replace(chr(10), ' ')}{'…' if len(words) > ANSWER_CHARS else ''}"
    if result.missing:
        yield "    missing: " + "; ".join("|".join(group) for group in result.missing)
    if result.forbidden:
        yield "    forbidden: " + "; ".join(result.forbidden)


def _count(words: Iterable[str]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
