"""A run as one HTML page without outside parts, readable on a phone.

For each suite the measures with bars and changes, the kinds of question, the rivals if they were
run, and every failed case with what was answered, what was cited and where retrieval lost it. The
page is set by ``report.html.jinja``; here is what stands on it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from eval.baseline import Floor
from eval.metrics import FOUND_SHARE, Place, Source, covered, within_budget
from eval.scoring import BY_NAME, MEASURES, CaseResult, Score, SuiteResult
from eval.terminal import format_value, meets_bar

CONTEXT_CHARS = 60
HITS_SHOWN = 5
_PAGE = Path(__file__).with_name("report.html.jinja")
_KIND_MEASURES = (
    "facts",
    "evidence_recall",
    "citation_precision",
    "citation_recall",
    "list_recall",
    "cells",
    "over_refusal",
    "abstention_recall",
)
Values = dict[str, Any]


def format_report(
    suites: Sequence[SuiteResult],
    floors: Mapping[str, Floor],
    rivals: Mapping[str, Mapping[str, SuiteResult]] | None = None,
) -> str:
    """Return the page. ``floors`` and ``rivals`` (rival → result) are by suite name."""
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True).from_string(
        _PAGE.read_text(encoding="utf-8")
    )
    return page.render(
        suites=[_suite(s, floors.get(s.name), (rivals or {}).get(s.name, {})) for s in suites]
    )


def _suite(suite: SuiteResult, floor: Floor | None, rivals: Mapping[str, SuiteResult]) -> Values:
    failed = [r for r in suite.results if not r.passed]
    return {
        "name": suite.name,
        "right": len(suite.results) - len(failed),
        "of": len(suite.results),
        "measures": _measures(suite, floor),
        "kind_head": ["kind", "cases", "right", *(BY_NAME[n].title for n in _KIND_MEASURES)],
        "kinds": [_kind(suite, kind, scores) for kind, scores in suite.by_kind.items()],
        "rival_head": ["measure", "baogao", *rivals],
        "rivals": _rivals(suite, rivals) if rivals else [],
        "failed": [
            _failure(r, suite.sources, was_right=floor is not None and r.case.id in floor.right)
            for r in failed
        ],
    }


def _measures(suite: SuiteResult, floor: Floor | None) -> list[list[object]]:
    rows: list[list[object]] = []
    for measure in MEASURES:
        score = suite.scores.get(measure.name)
        if score is None:
            continue
        interval = ""
        if score.low is not None and score.high is not None:
            interval = f"{format_value(measure, score.low)}–{format_value(measure, score.high)}"
        bar = "" if measure.bar is None else f"{'≥' if measure.better > 0 else '≤'} {measure.bar:g}"
        look = "" if measure.bar is None else "good" if meets_bar(measure, score.value) else "bad"
        value = {"text": format_value(measure, score.value), "look": look}
        change = _change(measure.name, score.value, floor)
        rows.append([measure.title, value, interval, score.scored, bar, change])
    return rows


def _change(name: str, value: float, floor: Floor | None) -> Values | str:
    if floor is None or name not in floor.scores or BY_NAME[name].timed:
        return ""
    difference = value - floor.scores[name]
    if abs(difference) < 5e-4:
        return {"text": "=", "look": "dim"}
    look = "good" if difference * BY_NAME[name].better > 0 else "bad"
    return {"text": f"{difference:+.3f}", "look": look}


def _kind(suite: SuiteResult, kind: str, scores: Mapping[str, Score]) -> list[object]:
    results = [r for r in suite.results if r.case.kind == kind]
    right = sum(r.passed for r in results)
    return [kind, len(results), right, *(_value(name, scores) for name in _KIND_MEASURES)]


def _rivals(suite: SuiteResult, rivals: Mapping[str, SuiteResult]) -> list[list[str]]:
    return [
        [m.title, *(_value(m.name, run.scores) for run in (suite, *rivals.values()))]
        for m in MEASURES
        if not m.timed and any(m.name in r.scores for r in rivals.values())
    ]


def _value(name: str, scores: Mapping[str, Score]) -> str:
    return format_value(BY_NAME[name], scores[name].value) if name in scores else "–"


def _failure(result: CaseResult, sources: Mapping[str, Source], *, was_right: bool) -> Values:
    case, answer = result.case, result.answer
    return {
        "id": case.id,
        "lost_at": result.lost_at,
        "was_right": was_right,
        "question": case.question,
        "history": case.history,
        "status": answer["status"],
        "answer": answer["answer"],
        "missing": "；".join(" | ".join(group) for group in result.missing),
        "forbidden": "；".join(result.forbidden),
        "cited": [
            _quote((c["report"], c["start"], c["end"]), f"[{c['n']}]", sources)
            for c in answer["citations"]
        ],
        "gold": [_quote(places[0], _fate(places, result), sources) for places in result.gold],
        "hits": [
            _quote(hit, f"#{rank}", sources) for rank, hit in enumerate(result.hits[:HITS_SHOWN], 1)
        ],
        "hit_count": len(result.hits),
    }


def _fate(places: Sequence[Place], result: CaseResult) -> str:
    """Say what became of a piece of evidence: its rank or that it was not retrieved, and whether
    it was cited."""
    kept = within_budget(result.hits)
    found = any(covered(p, kept) >= FOUND_SHARE for p in places)
    rank = next(
        (n for n, hit in enumerate(result.hits, 1) if any(covered(p, [hit]) > 0 for p in places)),
        None,
    )
    cited = [(c["report"], c["start"], c["end"]) for c in result.answer["citations"]]
    words = [f"rank {rank}" if rank else "not retrieved"]
    if rank and not found:
        words.append("beyond the budget")
    words.append("cited" if any(covered(p, cited) > 0 for p in places) else "not cited")
    return ", ".join(words)


def _quote(place: Place, label: str, sources: Mapping[str, Source]) -> Values:
    report, start, end = place
    source = sources.get(report)
    text = source.text if source else ""
    return {
        "label": label,
        "report": report,
        "source": source.name if source else "",
        "start": start,
        "end": end,
        "before": text[max(0, start - CONTEXT_CHARS) : start],
        "words": text[start:end],
        "after": text[end : end + CONTEXT_CHARS],
    }
