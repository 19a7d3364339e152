"""What was told, told in less: 短一点, 一句话 after an answer in sentences.

The words cited last are cut where a clause ends; nothing else is looked for, so that the shorter
answer says no other thing. Lists and paragraphs have short forms of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from bot.evidence.drafting import Desk, Draft, alone, claim, label
from bot.evidence.reading import Clause, Reading
from bot.values import Cited, DraftLine
from retrieval.documents import Span, meet
from retrieval.question.terms import Term

_OF_BEFORE = 0.6  # of the characters told before, as of a paragraph's
_LEAST = 40  # characters left that another sentence may begin in


def asks(desk: Desk) -> bool:
    """Tell whether a message only orders less of sentences that are told of reports in scope."""
    query, told = desk.query, {report for report, _, _ in desk.state.focus}
    form = query.ask.form
    ordered = query.reworked and (form.short or form.chars) and not (form.points or form.table)
    # what was told by theme or by part is told in its short form anew
    themed = query.kind != "fact" and bool(query.ask.theme)
    listed = query.ask.content in ("problems", "plans") or query.ask.operation == "brief"
    sentences = query.kind in ("fact", "list", "overview") and not themed and not listed
    one = len(desk.state.asks) == 1  # of several wishes only what the last one cited is known
    return bool(ordered and sentences and one and told and told <= set(desk.scope))


def shorter(desk: Desk) -> Draft | None:
    """Return the sentences told last, each to the end of a clause, within the length ordered.

    None where a report of theirs is not open.
    """
    focus = [Cited(*span) for span in desk.state.focus]
    chars = desk.query.ask.form.chars
    left = chars[1] if chars else round(_OF_BEFORE * sum(c.end - c.start for c in focus))
    reports = {report.id: report for report in desk.reports}
    if any(cite.report not in reports for cite in focus):
        return None  # of a large scope not all are open
    terms = (*desk.query.terms, *desk.query.carried)
    several = len({cite.report for cite in focus}) > 1
    lines: list[DraftLine] = []
    told: list[Cited] = []
    for cite in focus:
        report = reports[cite.report]
        span = _run_of_clauses(desk.reading(report), cite, left, terms)
        if span is None or (told and span.end - span.start > left):
            break
        if several and (not told or told[-1].report != cite.report):
            lines.append(label(report))
        lines.append(claim(report, alone(report, span)))
        told.append(Cited(report.id, span.start, span.end))
        left -= span.end - span.start
        if left < _LEAST:
            break
    return Draft(tuple(lines), focus=tuple(told)) if told else None


def _run_of_clauses(reading: Reading, cite: Cited, most: int, terms: Sequence[Term]) -> Span | None:
    """Return the run of whole clauses of what is cited that says most of what was asked.

    It has ``most`` characters or is one clause; of runs that say as much it is the longest, then the
    first.
    """
    clauses = [
        (max(clause.span.start, cite.start), min(clause.span.end, cite.end), clause)
        for line in reading.lines
        if meet(line.span, cite.start, cite.end)
        for clause in line.clauses
        if cite.start < clause.span.end and clause.span.start < cite.end
    ]
    runs = [
        clauses[i:j]
        for i, j in combinations(range(len(clauses) + 1), 2)
        if j == i + 1 or clauses[j - 1][1] - clauses[i][0] <= most
    ]

    def worth(run: Sequence[tuple[int, int, Clause]]) -> tuple[float, int, int]:
        words = "".join(clause.folded for _, _, clause in run)
        said = sum(t.weight * t.match(words) for t in terms)
        return said, run[-1][1] - run[0][0], -run[0][0]

    best = max(runs, key=worth, default=None)
    return Span(best[0][0], best[-1][1]) if best else None
