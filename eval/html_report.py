"""A run as one HTML page without outside parts, readable on a phone.

For each suite the measures with bars and changes, the kinds of question, the rivals if they were
run, and every failed case with what was answered, what was cited and where retrieval lost it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape

from eval.baseline import Floor
from eval.metrics import FOUND_SHARE, Place, Source, covered, within_budget
from eval.scoring import BY_NAME, MEASURES, CaseResult, Score, SuiteResult
from eval.terminal import format_value, meets_bar

CONTEXT_CHARS = 60
HITS_SHOWN = 5
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
_STYLE = """
:root{color-scheme:light dark;--line:#8884;--bad:#c0392b;--good:#1e8449}
body{font:16px/1.6 system-ui,"PingFang SC","Microsoft YaHei",sans-serif;margin:0 auto;padding:1rem;
max-width:60rem;overflow-wrap:anywhere}
h1{font-size:1.3rem}h2{font-size:1.15rem;margin-top:2rem}h3{font-size:1rem}
.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.88rem;min-width:100%}
td,th{border-bottom:1px solid var(--line);padding:.25rem .5rem;text-align:right;white-space:nowrap}
td:first-child,th:first-child{text-align:left}
.bad{color:var(--bad)}.good{color:var(--good)}.dim{opacity:.65}
details{border:1px solid var(--line);border-radius:.5rem;margin:.5rem 0;padding:.4rem .7rem}
summary{cursor:pointer}mark{background:#f9e79f;color:#000}
blockquote{margin:.4rem 0;padding-left:.7rem;border-left:3px solid var(--line);font-size:.92rem}
.answer{white-space:pre-wrap;background:#8881;padding:.5rem;border-radius:.4rem}
"""


def format_report(
    suites: Sequence[SuiteResult],
    floors: Mapping[str, Floor],
    rivals: Mapping[str, Mapping[str, SuiteResult]] | None = None,
) -> str:
    """Return the page. ``floors`` and ``rivals`` (rival → result) are by suite name."""
    parts = [
        "<!doctype html><html lang='zh'><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width,initial-scale=1'>",
        f"<title>baogao eval</title><style>{_STYLE}</style>",
        "<h1>baogao: evaluation</h1>",
    ]
    for suite in suites:
        parts += _suite(suite, floors.get(suite.name), (rivals or {}).get(suite.name, {}))
    return "\n".join(parts) + "\n</html>\n"


def _suite(
    suite: SuiteResult, floor: Floor | None, rivals: Mapping[str, SuiteResult]
) -> Iterable[str]:
    failed = [r for r in suite.results if not r.passed]
    yield f"<h2>{escape(suite.name)}: {len(suite.results) - len(failed)} of {len(suite.results)} right</h2>"
    yield _measures_table(suite, floor)
    yield "<h3>by kind of question</h3>"
    yield _kinds_table(suite)
    if rivals:
        yield "<h3>rivals, same questions and embedder</h3>"
        yield _rivals_table(suite, rivals)
    yield f"<h3>failed cases: {len(failed)}</h3>"
    for result in failed:
        was_right = floor is not None and result.case.id in floor.right
        yield _failure(result, suite.sources, was_right)


def _measures_table(suite: SuiteResult, floor: Floor | None) -> str:
    rows = []
    for measure in MEASURES:
        score = suite.scores.get(measure.name)
        if score is None:
            continue
        value = format_value(measure, score.value)
        interval = ""
        if score.low is not None and score.high is not None:
            interval = f"{format_value(measure, score.low)}–{format_value(measure, score.high)}"
        bar = "" if measure.bar is None else f"{'≥' if measure.better > 0 else '≤'} {measure.bar:g}"
        look = "" if measure.bar is None else "good" if meets_bar(measure, score.value) else "bad"
        rows.append(
            [
                escape(measure.title),
                f"<span class='{look}'>{value}</span>",
                interval,
                str(score.scored),
                bar,
                _change(measure.name, score.value, floor),
            ]
        )
    return _table(["measure", "score", "95%", "n", "bar", "change"], rows)


def _change(name: str, value: float, floor: Floor | None) -> str:
    if floor is None or name not in floor.scores or BY_NAME[name].timed:
        return ""
    difference = value - floor.scores[name]
    if abs(difference) < 5e-4:
        return "<span class='dim'>=</span>"
    look = "good" if difference * BY_NAME[name].better > 0 else "bad"
    return f"<span class='{look}'>{difference:+.3f}</span>"


def _kinds_table(suite: SuiteResult) -> str:
    rows = []
    for kind, scores in suite.by_kind.items():
        results = [r for r in suite.results if r.case.kind == kind]
        right = sum(r.passed for r in results)
        cells = [_value(name, scores) for name in _KIND_MEASURES]
        rows.append([escape(kind), str(len(results)), str(right), *cells])
    titles = [escape(BY_NAME[name].title) for name in _KIND_MEASURES]
    return _table(["kind", "cases", "right", *titles], rows)


def _rivals_table(suite: SuiteResult, rivals: Mapping[str, SuiteResult]) -> str:
    rows = [
        [
            escape(measure.title),
            _value(measure.name, suite.scores),
            *(_value(measure.name, rival.scores) for rival in rivals.values()),
        ]
        for measure in MEASURES
        if not measure.timed and any(measure.name in r.scores for r in rivals.values())
    ]
    return _table(["measure", "baogao", *map(escape, rivals)], rows)


def _value(name: str, scores: Mapping[str, Score]) -> str:
    return format_value(BY_NAME[name], scores[name].value) if name in scores else "–"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["<div class='wide'><table><tr>", *(f"<th>{h}</th>" for h in head), "</tr>"]
    for row in rows:
        lines.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>")
    return "".join(lines) + "</table></div>"


def _failure(result: CaseResult, sources: Mapping[str, Source], was_right: bool) -> str:
    case, answer = result.case, result.answer
    title = f"{escape(case.id)} <span class='bad'>{escape(result.lost_at)}</span>"
    if was_right:
        title += " <strong class='bad'>was right before</strong>"
    parts = [f"<details><summary>{title}<br>{escape(case.question)}</summary>"]
    parts += [f"<p class='dim'>before: {escape(earlier)}</p>" for earlier in case.history]
    parts.append(f"<p>{escape(answer['status'])}</p>")
    parts.append(f"<div class='answer'>{escape(answer['answer'])}</div>")
    if result.missing:
        groups = "；".join(" | ".join(group) for group in result.missing)
        parts.append(f"<p>missing: <span class='bad'>{escape(groups)}</span></p>")
    if result.forbidden:
        parts.append(
            f"<p>forbidden: <span class='bad'>{escape('；'.join(result.forbidden))}</span></p>"
        )
    if answer["citations"]:
        parts.append("<p>cited</p>")
    for c in answer["citations"]:
        parts.append(_quote((c["report"], c["start"], c["end"]), f"[{c['n']}]", sources))
    if result.gold:
        parts.append("<p>gold evidence</p>")
    for places in result.gold:
        parts.append(_quote(places[0], _fate(places, result), sources))
    if result.hits:
        parts.append(f"<details><summary>first {HITS_SHOWN} of {len(result.hits)} hits</summary>")
        for rank, hit in enumerate(result.hits[:HITS_SHOWN], 1):
            parts.append(_quote(hit, f"#{rank}", sources))
        parts.append("</details>")
    return "".join(parts) + "</details>"


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


def _quote(place: Place, label: str, sources: Mapping[str, Source]) -> str:
    report, start, end = place
    source = sources.get(report)
    if source is None:
        return f"<blockquote>{escape(label)} <span class='bad'>no such report: {escape(report)}</span></blockquote>"
    before = source.text[max(0, start - CONTEXT_CHARS) : start]
    after = source.text[end : end + CONTEXT_CHARS]
    return (
        f"<blockquote><span class='dim'>{escape(label)} {escape(source.name)} {start}–{end}</span><br>"
        f"…{escape(before)}<mark>{escape(source.text[start:end])}</mark>{escape(after)}…</blockquote>"
    )
